#include "caps.hpp"

#include "text.hpp"

namespace scep {

Capabilities read_capabilities(std::string_view body) {
    constexpr std::size_t most_octets = 64UL * 1024;
    struct Word {
        std::string_view name;
        bool Capabilities::*flag;
    };
    constexpr Word words[] = {
        {"AES", &Capabilities::aes},         {"DES3", &Capabilities::triple_des},
        {"SHA-1", &Capabilities::sha1},      {"SHA-256", &Capabilities::sha256},
        {"SHA-512", &Capabilities::sha512},  {"POSTPKIOperation", &Capabilities::post},
        {"Renewal", &Capabilities::renewal}, {"GetNextCACert", &Capabilities::next_ca},
    };
    Capabilities out;
    std::string_view rest = body.substr(0, most_octets);
    while (!rest.empty()) {
        const auto end = rest.find_first_of("\r\n");
        const std::string_view line = trim(rest.substr(0, end));
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
        for (const Word &word : words) {
            if (same(word.name, line)) out.*word.flag = out.any = true;
        }
        if (same(line, "SCEPStandard")) out.aes = out.post = out.sha256 = out.any = true;
    }
    return out;
}

Algorithms choose_algorithms(const Capabilities &capabilities) {
    Algorithms out;
    if (!capabilities.aes) {
        out.cipher = "DES-EDE3-CBC";
        out.weak = true;
    }
    if (!capabilities.sha256) {
        out.digest = capabilities.sha512 ? "SHA512" : "SHA1";
        out.weak = out.weak || !capabilities.sha512;
    }
    return out;
}

} // namespace scep
