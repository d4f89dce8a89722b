// usage: certbroker-bench <scratch folder> <plugin folder>   (tests/bench/run.sh calls it)
#include "bench.hpp"

int main(int argc, char **argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: %s scratch-folder plugin-folder\n", argv[0]);
        return 2;
    }
    std::printf("%-28s %8s %13s %13s\n", "name", "ratio", "floor", "measured");
    bench::csr_rows();
    bench::pfx_rows();
    bench::store_rows(argv[1]);
    bench::issuance_rows(argv[1], argv[2]);
}
