#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "certbroker/plugin.h"
#include "provider/provider.hpp"
#include "support/pki.hpp"

/// A CA that does what the test says, as a plugin that is linked in. It runs through the real host.
namespace certbroker::test {

/// One answer to submit, renew, poll or find.
struct Answer {
    enum class Kind {
        issue, ///< a certificate for the CSR; the same one again for a known order
        pend,
        deny,
        unsure,
        fail,        ///< with `status`
        other_key,   ///< a certificate for some other key
        fewer_names, ///< a certificate without the alternative names
        other_host,  ///< a certificate for another subject
        fewer_parts, ///< a certificate whose subject has its CN alone
        ca_rights,   ///< a CA certificate
        weak,        ///< a certificate signed with SHA-1
        not_yet,     ///< a certificate that is valid from tomorrow on
        expired,     ///< a certificate that was valid until yesterday
        nothing,     ///< breaks the contract
        wait         ///< until it is cancelled or the deadline passes
    } kind = Kind::issue;
    std::string message = {};
    cbp_status status = CBP_E_REMOTE;
    std::uint32_t poll_after = 0;
    std::int64_t http_status = 0;
    bool not_sent = false; ///< it says that the order did not leave
    std::int64_t retry_after = 0;
    std::int64_t find_lag = 0;
    std::string remedy = {}; ///< of a denial
};

class ScriptedCa {
public:
    static ScriptedCa &instance();
    void reset();
    /// Answers are used up in order; afterwards it issues.
    void next(Answer answer) { answers.push_back(std::move(answer)); }

    std::mutex mutex;
    std::deque<Answer> answers;
    std::vector<std::string> submitted, renewed, polled, found; ///< idempotency keys, tokens
    std::map<std::string, x509::Certificate> issued;            ///< by idempotency key
    std::vector<provider::Provider::Profile> profiles;          ///< listed by "scripted"
    std::size_t made = 0;                                       ///< certificates signed
    std::string order_note, order_profile;                      ///< of the last order
    int purpose = -1; ///< of the policy that was asked for last: CBP_PURPOSE_...
    bool order_key = false, order_pin = false, current_key = false;
    std::int64_t order_not_after = 0;
    Bytes message; ///< of the last order, and what kind of message it was
    std::uint32_t message_kind = CBP_MESSAGE_NONE;
    Issuer root = make_root("CN=Scripted Root");
    Issuer ca = make_issued("CN=Scripted CA", root, true);
};

/// "scripted" can do everything; "plain" has neither find nor renew nor policy.
const cbp_plugin *scripted_plugin();
const cbp_plugin *plain_plugin();

} // namespace certbroker::test
