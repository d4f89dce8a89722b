#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "conversation.hpp"

/// The provider: one instance is one connection. plugin.cpp makes the table of it; the slots are in issue.cpp,
/// questions.cpp, policy.cpp and check.cpp.
namespace scep {

class EndpointProtection {
public:
    EndpointProtection(Host host, Call, Settings settings) : connection_(host, settings) {}

    // issue.cpp
    cbp_status submit(Call call, const cbp_order &order);
    cbp_status renew(Call call, const cbp_order &order);
    cbp_status poll(Call call, cbp_bytes token);
    cbp_status find(Call call, const cbp_query &query);
    // questions.cpp
    cbp_status ca_chain(Call call, const char *profile);
    cbp_status get_certificate(Call call, const char *serial);
    cbp_status get_crl(Call call);
    cbp_status search(Call call, const cbp_search &wish);
    // policy.cpp
    cbp_status policy(Call call, const char *profile);
    // check.cpp
    cbp_status check(Call call, const cbp_check &wish);
    cbp_status endpoints(Call call);

private:
    /// What the CA says of itself, asked for anew after five minutes: RA certificates are renewed now and then.
    const Authority &authority(Exchange &exchange);

    // issue.cpp
    cbp_status enroll(Call call, const cbp_order &order, bool renew);
    Asker asker_of(Exchange &exchange, const cbp_order &order, const cbp_parsed *csr, bool with_current);
    Answer ask_again(Exchange &exchange, const Token &token);
    cbp_status settle(Exchange &exchange, const std::string &entry, const Token &token, const Answer &answer);
    static cbp_status give(Call call, const std::vector<std::string> &chain, const std::string &transaction);
    static cbp_status give_kept(Call call, std::string_view kept);

    // questions.cpp
    /// The certificate of that serial number; empty when the CA has none.
    std::string fetch(Exchange &exchange, const char *serial, const std::string &what, std::string &said);
    Answer question(Exchange &exchange, MessageType type, const std::string &content);
    Asker questioner(Exchange &exchange);

    Connection connection_;
    std::optional<Authority> authority_;
    std::int64_t asked_at_ = 0;
};

/// policy.cpp: a challenge of the page at challenge-url.
const cbp_secret *fetch_challenge(Exchange &exchange);
std::string text_of(Call call, const cbp_parsed *parsed, std::int32_t field);
/// A refusal in one line: failInfo and the CA's words. What to do about it stands apart (answer.fail.remedy).
std::string refusal(const Answer &answer);

/// Until a message is sent, whatever fails cannot have issued anything, and the host may be told so.
template<class Body>
auto before_sending(Call call, Body &&body) {
    try {
        return body();
    } catch (...) {
        call.host()->fail_detail(call.raw(), CBP_DETAIL_NOT_SENT, 1);
        throw;
    }
}

} // namespace scep
