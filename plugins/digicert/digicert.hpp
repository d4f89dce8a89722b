#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connection.hpp"
#include "enrollment.hpp"
#include "exchange.hpp"
#include "management.hpp"
#include "policy_cache.hpp"

/// The provider: one instance is one connection. plugin.cpp makes the table of it; the slots are in issue.cpp,
/// manage.cpp, profiles.cpp and check.cpp.
namespace digicert {

class DigiCert {
public:
    DigiCert(certbroker::plugin::Host host, Call, certbroker::plugin::Settings settings)
        : connection_(host, settings) {}

    // issue.cpp
    cbp_status submit(Call call, const cbp_order &order);
    cbp_status renew(Call call, const cbp_order &order);
    cbp_status poll(Call call, cbp_bytes token);
    // manage.cpp
    cbp_status revoke(Call call, cbp_bytes certificate, std::int32_t reason);
    cbp_status find(Call call, const cbp_query &query);
    cbp_status search(Call call, const cbp_search &search);
    cbp_status get_certificate(Call call, const char *serial);
    // profiles.cpp
    cbp_status list_profiles(Call call);
    cbp_status policy(Call call, const char *profile);
    cbp_status ca_chain(Call call, const char *profile);
    // check.cpp
    cbp_status check(Call call, const cbp_check &wish);
    cbp_status endpoints(Call call);

private:
    // profiles.cpp
    /// Throws DigiCert.ProfileMissing unless it is an OID.
    static std::string profile_oid(const char *profile);
    KnownProfile profile_of(Call call, Exchange &exchange, const std::string &oid, const std::string &transaction);
    std::shared_ptr<const PolicySet> all_profiles(Exchange &exchange);
    std::shared_ptr<const PolicySet> ask_all(Exchange &exchange);
    /// Issuer first, root last, DER; what cannot be read or does not belong is left out.
    std::vector<std::string> chain_of(Call call, const Authority &authority) const;
    /// The same for a profile, from what is known or by asking; nothing when that does not work: a certificate that was
    /// issued is not lost for it.
    std::vector<std::string> chain_if_known(Call call, Exchange &exchange, const std::string &oid);

    // issue.cpp
    cbp_status enroll_order(Call call, const cbp_order &order, bool renew);
    Verified verify_order(Call call, Exchange &exchange, const cbp_order &order, const std::string &transaction,
                          KnownProfile &known);
    cbp_status send_order(Call call, Exchange &exchange, const cbp_order &order, const enrollment::Request &request,
                          const std::string &envelope, bool refused_characters);
    cbp_status answer(Call call, Exchange &exchange, const enrollment::Answer &answer, const std::string &profile,
                      const std::string &key_id);
    std::vector<std::string> missing_authorities(Call call, Exchange &exchange, const std::string &profile,
                                                 const std::vector<cbp_bytes> &chain);
    cbp_status give_certificate(Call call, Exchange &exchange, const std::string &base64_text,
                                const std::string &profile, const std::string &key_id);

    // manage.cpp
    /// What an order without an answer was sent with; the request's own names may not stand in the certificate.
    struct Lost {
        std::string profile, seat;
    };
    void remember_lost(Call call, const std::string &transaction, const Lost &lost) const;
    std::vector<management::Search> searches_for(Call call, const cbp_query &query,
                                                 const std::string &transaction) const;
    void change_status(Exchange &exchange, const std::string &serial, const management::Change &change);
    bool has_status(Call call, Exchange &exchange, const std::string &serial, std::string_view status);
    management::Page page_of(Call call, Exchange &exchange, const management::Search &search);

    Connection connection_;
    PolicyCache cache_;
};

/// What a CSR asks for.
RequestNames names_of_csr(Call call, const cbp_parsed *csr);
std::string text_of(Call call, const cbp_parsed *parsed, std::int32_t field);
/// The certificates of base64 of DER or of a PKCS#7. `what` begins the message of a failure.
std::vector<cbp_bytes> certificates_of(Call call, const std::string &base64_text, const std::string &what);
bool is_ca(Call call, cbp_bytes certificate);

} // namespace digicert
