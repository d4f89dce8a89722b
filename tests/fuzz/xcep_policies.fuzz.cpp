// An answer of the policy service: read whole or refused; what is read is bounded, and its rules have no line ends.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "errors.hpp"
#include "soap.hpp"
#include "templates.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    using namespace microsoft_ca;
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    try {
        const soap::Reply reply = soap::read_reply(text, xcep::limits, "The answer");
        const xcep::Policies all = xcep::read_answer(reply.body);
        for (const xcep::Template &one : all.templates) {
            if (one.name.empty() || one.name.find('\n') != std::string::npos || all.find(one.name) == nullptr)
                std::abort();
            for (const templates::Rule &rule : templates::rules_of(one)) {
                if (rule.value.empty() || rule.value.find('\n') != std::string::npos) std::abort();
            }
            for (const auto &[name, value] : templates::attributes_of(one)) {
                if (name.empty() || value.empty()) std::abort();
            }
            if (all.authorities_of(one).size() > one.authorities.size()) std::abort();
        }
    } catch (const Failure &problem) {
        // Refused in one line, with what to do.
        if (problem.message.empty() || problem.remedy.empty() || problem.message.find('\n') != std::string::npos)
            std::abort();
    }
    return 0;
}
