#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exchange.hpp"
#include "soap.hpp"
#include "transport.hpp"
#include "wstep.hpp"
#include "xcep.hpp"

/// The enrolment web services: policy by MS-XCEP, certificates by MS-WSTEP. The slots are in ces.cpp, ces_policy.cpp
/// and ces_check.cpp; one exchange of SOAP messages is in ces_exchange.cpp.
namespace microsoft_ca {

/// An address that an order may be sent to, and how to show there who asks.
struct Candidate {
    std::string url;
    Authentication as = Authentication::negotiate;
    bool with_current = false; ///< certificate: the old certificate itself (key-based renewal)
    std::int64_t priority = 0;
};

class Ces final : public Transport {
public:
    explicit Ces(const Connection &connection);

    cbp_status submit(Call call, const cbp_order &order) override;
    cbp_status renew(Call call, const cbp_order &order) override;
    cbp_status poll(Call call, const Token &token) override;
    cbp_status find(Call call, const cbp_query &query) override;
    cbp_status list_profiles(Call call) override;
    cbp_status policy(Call call, const char *profile) override;
    cbp_status ca_chain(Call call, const char *profile) override;
    cbp_status check(Call call, const cbp_check &wish) override;
    cbp_status endpoints(Call call) override;

private:
    using PolicySet = std::shared_ptr<const xcep::Policies>;

    // ces_exchange.cpp
    /// One message and its answer. `place` tells who asks and where.
    soap::Reply post(Exchange &exchange, const Candidate &place, const cbp_key *current_key, std::string_view action,
                     const std::string &body, bool repeatable, const xml::Limits &limits, const std::string &what);
    [[noreturn]] void refuse(Exchange &exchange, const soap::Reply &reply, const std::string &what) const;

    // ces_policy.cpp
    /// What the policy service says: from the cache while it is fresh. `anew` asks whatever the cache says.
    PolicySet policies(Exchange &exchange, bool anew = false);
    /// Throws MicrosoftCa.TemplateMissing, MicrosoftCa.UnknownTemplate.
    const xcep::Template &template_of(const xcep::Policies &set, const char *profile) const;
    /// The same; a policy that does not know the template is asked for anew once.
    PolicySet policies_with(Exchange &exchange, const char *profile);
    bool is_direct() const { return direct_; }

    // ces.cpp
    cbp_status enroll(Call call, const cbp_order &order, bool renew);
    struct Plan;
    Plan plan(Exchange &exchange, const cbp_order &order, bool renew);
    soap::Reply send(Exchange &exchange, const cbp_order &order, const Plan &plan, Candidate &used);
    cbp_status settle(Exchange &exchange, const char *idempotency, const std::string &key_id, const Candidate &place,
                      const soap::Reply &reply, const std::string &request_id);
    cbp_status give(Exchange &exchange, const char *idempotency, const std::string &key_id,
                    const wstep::Answer &answer);
    cbp_status deny(Exchange &exchange, const char *idempotency, const soap::Fault &fault,
                    const std::string &request_id);
    std::vector<Candidate> candidates(const xcep::Policies &set, const xcep::Template &wanted, const cbp_order &order,
                                      bool renew) const;
    Candidate own(const std::string &url) const { return {url, connection_.authentication, false, 0}; }

    const Connection &connection_;
    bool direct_; ///< url is an enrolment service: there is no policy
    PolicySet set_;
    std::int64_t asked_at_ = 0;
};

struct Renewal {
    bool wanted = false;
    bool has_key = false;   ///< that of the old certificate is at hand
    bool is_signed = false; ///< the message is signed with it
};
/// How an order may be sent to `address` by a client that is set up like that; nothing when it cannot. Renewing, the
/// old certificate may show who asks (key-based renewal).
std::optional<Candidate> way_in(const xcep::Address &address, const Connection &connection, const Renewal &renewal);

} // namespace microsoft_ca
