// read_challenge_page: what it names as before and after the password leads to something in the page, once, and the
// host takes the same out of it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "page.hpp"
#include "text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string_view body(reinterpret_cast<const char *>(data), size);
    const scep::ChallengePage page = scep::read_challenge_page(body);
    if (page.kind != scep::ChallengePage::Kind::password) {
        if (!page.before.empty() || !page.after.empty()) std::abort();
        return 0;
    }
    const std::string text = scep::page_text(body);
    const auto at = text.find(page.before);
    if (page.before.empty() || page.after.size() != 1 || at == std::string::npos) std::abort();
    const auto start = at + page.before.size();
    const auto end = text.find(page.after, start);
    if (end == std::string::npos || end == start || end - start > 4096) std::abort();
    return 0;
}
