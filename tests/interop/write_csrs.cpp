// Writes the sample requests and expected.txt, for peers that are not command lines (.NET): write_csrs <folder>
//
// expected.txt has one block for each file, ended by an empty line:
//   file=san-all.csr.pem
//   subject=2.5.4.3=web01.example.com     one line for each RDN in DER order, attributes joined by " + "
//   san=dns=web01.example.com             one line for each alternative name
//   eku=1.3.6.1.5.5.7.3.1                 one line for each OID
//   ku=DigitalSignature                   one line for each usage
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "csr_samples.hpp"

int main(int argc, char **argv) {
    if (argc != 2) {
        (void)std::fprintf(stderr, "usage: %s folder\n", argv[0]);
        return 2;
    }
    const std::filesystem::path folder(argv[1]);
    std::filesystem::create_directories(folder);
    std::ofstream expected(folder / "expected.txt", std::ios::binary);
    for (const auto &sample : certbroker::interop::csr_samples()) {
        const std::string file = sample.name + ".csr.pem";
        std::ofstream(folder / file, std::ios::binary) << sample.csr.to_pem(false);
        expected << "file=" << file << '\n';
        for (const std::string &line : sample.subject)
            expected << "subject=" << line << '\n';
        for (const std::string &line : sample.names)
            expected << "san=" << line << '\n';
        for (const std::string &line : sample.eku)
            expected << "eku=" << line << '\n';
        for (const std::string &line : sample.ku)
            expected << "ku=" << line << '\n';
        expected << '\n';
    }
    expected.close();
    return expected ? 0 : 1;
}
