#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "enrollment.hpp"
#include "errors.hpp"
#include "management.hpp"
#include "soap.hpp"
#include "users.hpp"

namespace {

using namespace digicert;

/// Reads; a failure must be this provider's, with everything an admin needs.
template<class Body>
void read(const Body &body) {
    try {
        body();
    } catch (const Failure &problem) {
        const bool known = problem.id == errors::answer.id || problem.id == errors::token.id;
        if (!known || problem.message.empty() || problem.remedy.empty()) std::abort();
    }
}

} // namespace

/// An answer of the enrollment, management and user services, or the token of a pending order.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    if (size > 256UL * 1024) return 0;
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    read([&] {
        const enrollment::Token token = enrollment::read_token(text);
        if (enrollment::write_token(token) != text) std::abort();
    });
    read([&] {
        const soap::Reply reply = soap::read_reply(text, {}, "The answer");
        if (reply.fault && reply.fault->to_string().empty()) std::abort();
        read([&] {
            const enrollment::Answer answer = enrollment::read_answer(reply.body);
            if (answer.token.empty() && answer.pending.empty() && answer.disposition.empty()) std::abort();
        });
        read([&] {
            const management::Page page = management::read_search(reply.body);
            if (page.found.size() > 1000 || (page.more && page.found.empty())) std::abort();
        });
        read([&] { (void)management::read_update(reply.body); });
        read([&] { (void)users::read_answer(reply.body); });
    });
    return 0;
}
