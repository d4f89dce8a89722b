#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "errors.hpp"
#include "rules.hpp"
#include "soap.hpp"
#include "text.hpp"
#include "verify.hpp"

namespace {

using namespace digicert;

RequestNames some_request() {
    RequestNames names = read_names({"2.5.4.3=IWUser0", "2.5.4.11=Sales"},
                                    {"email=iwuser0@example.test", "upn=iwuser0@example.test", "dns=a.test",
                                     "dns=b.test", "1.3.6.1.4.1.311.25.1=0412b8ba"});
    names.key_algorithm = "RSA";
    names.key_bits = 2048;
    return names;
}

void check_failure(const Failure &problem, bool of_reading) {
    if (problem.message.empty() || problem.remedy.empty() || problem.id.empty()) std::abort();
    if (of_reading && problem.id != errors::answer.id) std::abort();
}

} // namespace

/// An answer of the policy service: it is read or refused, and what was read can be verified against and shown.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    if (size > 256UL * 1024) return 0;
    static const RequestNames names = some_request();
    PolicySet set;
    try {
        const soap::Reply reply = soap::read_reply(std::string_view(reinterpret_cast<const char *>(data), size),
                                                   policy::limits, "The answer");
        if (reply.fault && reply.fault->to_string().empty()) std::abort();
        set = policy::read_answer(reply.body);
    } catch (const Failure &problem) {
        check_failure(problem, true);
        return 0;
    }
    for (const Profile &profile : set.profiles) {
        if (!is_oid(profile.oid) || set.find(profile.oid) == nullptr) std::abort();
        for (const bool strict : {true, false}) {
            Options options;
            options.strict = options.refuse_characters = strict;
            for (const Rule &rule : rules_of(profile, options)) {
                if (rule.value.empty() || rule.value.size() > 4096) std::abort();
            }
            try {
                (void)verify(profile, names, Wishes{}, options);
            } catch (const Failure &problem) {
                check_failure(problem, false);
            }
        }
    }
    return 0;
}
