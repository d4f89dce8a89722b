#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "checks/ini_reference.hpp"

/// gen-ini-reference [--check] docs/ini-reference.md: writes the file, or tells whether it has drifted from the tables.
int main(int argc, char **argv) {
    const bool check = argc == 3 && std::string_view(argv[1]) == "--check";
    if (argc != 2 && !check) {
        (void)std::fprintf(stderr, "usage: %s [--check] docs/ini-reference.md\n", argv[0]);
        return 2;
    }
    const char *path = argv[argc - 1];
    const std::string text = write_ini_reference();
    if (!check) {
        std::ofstream out(path, std::ios::binary | std::ios::trunc);
        out << text;
        out.close();
        return out ? 0 : 1;
    }
    std::ifstream in(path, std::ios::binary);
    const std::string there{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (there == text) return 0;
    (void)std::fprintf(stderr, "%s is not what the library's tables say; run this program without --check\n", path);
    return 1;
}
