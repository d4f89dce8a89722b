/* A library like any other: no plugin at all. */
int zoo_nothing_to_describe(void);
int zoo_nothing_to_describe(void) {
    return 0;
}
