// usage: certbroker-bench <scratch folder> <plugin folder> [<port> <folder of the lab>]   (tests/bench/run.sh calls it)
//    or: certbroker-bench <scratch folder> <plugin folder> scep <certbroker-bench-scep> <certbroker-lab>
// With a lab only the rows that need one are measured.
#include "bench.hpp"

int main(int argc, char **argv) {
    if (argc != 3 && argc != 5 && argc != 6) {
        std::fprintf(stderr, "usage: %s scratch-folder plugin-folder [port lab-folder | scep client lab]\n", argv[0]);
        return 2;
    }
    if (argc == 6 && std::string(argv[3]) == "scep") {
        bench::scep_rows(argv[1], argv[2], argv[4], argv[5]);
        return 0;
    }
    if (argc == 5) {
        bench::lab_rows(argv[1], argv[2], argv[3], argv[4]);
        return 0;
    }
    std::printf("%-28s %8s %13s %13s\n", "name", "ratio", "floor", "measured");
    bench::csr_rows();
    bench::pfx_rows();
    bench::store_rows(argv[1]);
    bench::issuance_rows(argv[1], argv[2]);
}
