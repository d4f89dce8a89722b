#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "pfx/pfx_limits.hpp"

/// pfx::read with the passwords that the corpus uses, and with little work allowed: what costs time is no news.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    using namespace certbroker;
    pfx::Limits limits;
    limits.size = 64UL * 1024;
    limits.iterations = 3000;
    limits.total_iterations = 10'000;
    for (const std::string_view password : {"", "fuzz"}) {
        const auto contents = pfx::read({data, size}, Secret(as_bytes(password)), true, limits, Operation());
        // What was read keeps the contract.
        if (contents && contents->chain.empty()) std::abort();
        if (contents && contents->key && !(contents->key->public_key() == contents->chain.front().public_key()))
            std::abort();
        if (!contents && contents.error().message().empty()) std::abort();
    }
    return 0;
}
