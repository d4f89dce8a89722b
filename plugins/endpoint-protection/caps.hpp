#pragma once

#include <string_view>

/// What a server says it can do (RFC 8894 section 3.5), and what follows from it.
namespace scep {

struct Capabilities {
    bool aes = false;
    bool triple_des = false;
    bool sha1 = false, sha256 = false, sha512 = false;
    bool post = false;
    bool renewal = false;
    bool next_ca = false;
    bool any = false; ///< at least one word was known; otherwise it said nothing
};

/// One word a line, any case; unknown words and everything behind 64 KiB do not count.
Capabilities read_capabilities(std::string_view body);

/// By the host's names.
struct Algorithms {
    const char *cipher = "AES-128-CBC";
    const char *digest = "SHA256";
    bool weak = false; ///< one of them needs allow-legacy
};
/// AES-128 and SHA-256 are what everybody who can do better has in common (RFC 8894 section 2.9), so they are taken
/// even where more is offered.
Algorithms choose_algorithms(const Capabilities &capabilities);

} // namespace scep
