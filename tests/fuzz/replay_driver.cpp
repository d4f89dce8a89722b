// Runs a fuzz target over its checked-in corpus with any compiler: every file once, then every file cut at a few
// places.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size);

int main(int argc, char **argv) {
    if (argc != 2 || !std::filesystem::is_directory(argv[1])) {
        (void)std::fprintf(stderr, "usage: %s corpus-folder\n", argv[0]);
        return 2;
    }
    std::size_t files = 0;
    for (const auto &entry : std::filesystem::directory_iterator(argv[1])) {
        if (!entry.is_regular_file()) continue;
        std::ifstream in(entry.path(), std::ios::binary);
        const std::vector<char> bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
        const auto *data = reinterpret_cast<const std::uint8_t *>(bytes.data());
        (void)LLVMFuzzerTestOneInput(data, bytes.size());
        for (const std::size_t part : {1U, 2U, 3U}) {
            // A copy of exactly that size, so that AddressSanitizer sees a read past the cut.
            const std::vector<std::uint8_t> cut(data, data + bytes.size() * part / 4);
            (void)LLVMFuzzerTestOneInput(cut.data(), cut.size());
        }
        ++files;
    }
    (void)std::printf("%zu corpus files replayed\n", files);
    return files > 0 ? 0 : 1;
}
