#include <algorithm>

#include "digicert.hpp"
#include "rules.hpp"
#include "text.hpp"

/// Profiles: what the account has, what each asks for, which CA serves it.
namespace digicert {
namespace {

using certbroker::plugin::bytes;

/// The DER of a certificate in base64; empty when it is none.
std::string der_of(Call call, const std::string &base64_text) {
    cbp_bytes decoded{};
    const cbp_parsed *parsed = nullptr;
    const cbp_host *host = call.host();
    if (base64_text.empty() || host->base64_decode(call.raw(), base64_text.c_str(), &decoded) != CBP_OK) return {};
    if (host->parse(call.raw(), CBP_PARSE_CERTIFICATE, decoded, &parsed) != CBP_OK) return {};
    return std::string(certbroker::plugin::text(host->parsed_bytes(parsed, CBP_BYTES_DER)));
}

struct Names {
    std::string subject, issuer;
};
Names names_of(Call call, const std::string &der) {
    const cbp_parsed *parsed = call.parse(CBP_PARSE_CERTIFICATE, bytes(der));
    return {std::string(certbroker::plugin::text(call.host()->parsed_bytes(parsed, CBP_BYTES_SUBJECT))),
            std::string(certbroker::plugin::text(call.host()->parsed_bytes(parsed, CBP_BYTES_ISSUER)))};
}

std::string list_of(const PolicySet &set) {
    std::string out;
    for (const Profile &profile : set.profiles) {
        if (out.size() > 600) return out + ", ...";
        out += (out.empty() ? "" : ", ") + profile.oid;
    }
    return out;
}

} // namespace

std::string DigiCert::profile_oid(const char *profile) {
    const std::string oid(profile != nullptr ? trim(profile) : std::string_view());
    if (oid.empty())
        throw failure(errors::profile_missing,
                      "The certificate profile could not be used: none was named, and DigiCert has no default");
    if (!is_oid(oid))
        throw failure(errors::profile_missing,
                      "The certificate profile could not be used: '" + shown(oid, 100) + "' is no OID");
    return oid;
}

KnownProfile DigiCert::profile_of(Call call, Exchange &exchange, const std::string &oid,
                                  const std::string &transaction) {
    const std::int64_t now = connection_.host.now();
    if (KnownProfile known = cache_.find(oid, now); known.profile != nullptr) return known;
    const soap::Reply reply = exchange.post(get_policy, policy::write_request(oid, transaction), "profile " + oid);
    const auto set =
        std::make_shared<const PolicySet>(read_for(get_policy, [&] { return policy::read_answer(reply.body); }));
    exchange.check_echo(transaction, set->client_transaction);
    const Profile *profile = set->find(oid);
    if (profile == nullptr && set->not_changed)
        throw failure(errors::answer, std::string(get_policy.failed) +
                                          ": the answer says that nothing has changed, and does not hold the profile " +
                                          oid + " (server transaction " + set->server_transaction + ")");
    if (profile == nullptr)
        throw failure(errors::unknown_profile, "Failed to get DigiCert policy: the answer does not hold the profile " +
                                                   oid + " (server transaction " + set->server_transaction + ")");
    call.host()->progress(call.raw(), -1, "DigiCert has told the profile's policy");
    cache_.keep(set, false, now);
    return {set, profile, now};
}

std::shared_ptr<const PolicySet> DigiCert::all_profiles(Exchange &exchange) {
    if (auto known = cache_.all(connection_.host.now())) return known;
    return ask_all(exchange);
}

std::shared_ptr<const PolicySet> DigiCert::ask_all(Exchange &exchange) {
    const std::string transaction = exchange.new_transaction();
    const soap::Reply reply = exchange.post(get_policy, policy::write_request("", transaction), "all profiles");
    const auto set =
        std::make_shared<const PolicySet>(read_for(get_policy, [&] { return policy::read_answer(reply.body); }));
    exchange.check_echo(transaction, set->client_transaction);
    cache_.keep(set, true, connection_.host.now());
    return set;
}

cbp_status DigiCert::list_profiles(Call call) {
    Exchange exchange(call, connection_);
    for (const Profile &profile : all_profiles(exchange)->profiles) {
        const std::string title = profile.name.empty() ? "Profile " + profile.oid : shown(profile.name);
        call.check(call.host()->add_profile(call.raw(), profile.oid.c_str(), title.c_str()));
    }
    return CBP_OK;
}

cbp_status DigiCert::policy(Call call, const char *name) {
    const std::string oid = profile_oid(name);
    Exchange exchange(call, connection_);
    const KnownProfile known = profile_of(call, exchange, oid, exchange.new_transaction());
    for (const Rule &rule : rules_of(*known.profile, connection_.options))
        call.check(call.host()->add_rule(call.raw(), rule.kind, rule.value.c_str()));
    return CBP_OK;
}

std::vector<std::string> DigiCert::chain_of(Call call, const Authority &authority) const {
    std::vector<std::string> chain;
    std::string issuer = der_of(call, authority.certificate);
    if (issuer.empty()) {
        connection_.host.log(CBP_LOG_WARNING, "DigiCert's policy holds no certificate of the CA '" + authority.name +
                                                  "' that can be read");
        return chain;
    }
    std::vector<std::string> others;
    for (const std::string &text : authority.intermediates)
        others.push_back(der_of(call, text));
    others.push_back(der_of(call, authority.root));
    std::erase_if(others, [](const std::string &der) { return der.empty(); });
    chain.push_back(std::move(issuer));
    // From each certificate to that of its issuer; a self-signed one ends it.
    for (Names last = names_of(call, chain.back()); last.subject != last.issuer;) {
        const auto next = std::find_if(others.begin(), others.end(), [&](const std::string &der) {
            return names_of(call, der).subject == last.issuer;
        });
        if (next == others.end()) break;
        last = names_of(call, *next);
        chain.push_back(std::move(*next));
        others.erase(next);
    }
    return chain;
}

std::vector<std::string> DigiCert::chain_if_known(Call call, Exchange &exchange, const std::string &oid) {
    try {
        const KnownProfile known = profile_of(call, exchange, oid, exchange.new_transaction());
        const Authority *authority = known.set->authority_of(*known.profile);
        return authority != nullptr ? chain_of(call, *authority) : std::vector<std::string>();
    } catch (const Failure &problem) {
        connection_.host.log(CBP_LOG_WARNING, "The CA's own certificates could not be added: " + problem.message);
    } catch (const Call::Stop &stop) {
        if (stop.status == CBP_E_CANCELLED) throw;
        connection_.host.log(CBP_LOG_WARNING, "The CA's own certificates could not be added");
    }
    return {};
}

cbp_status DigiCert::ca_chain(Call call, const char *name) {
    Exchange exchange(call, connection_);
    std::shared_ptr<const PolicySet> set;
    const Authority *authority = nullptr;
    if (name != nullptr && *name != '\0') {
        const KnownProfile known = profile_of(call, exchange, profile_oid(name), exchange.new_transaction());
        set = known.set;
        authority = set->authority_of(*known.profile);
    } else {
        set = all_profiles(exchange);
        if (set->authorities.size() > 1)
            throw failure(errors::several_authorities,
                          "The CA's certificates could not be got: no profile was named, and the account's profiles " +
                              list_of(*set) + " are served by " + std::to_string(set->authorities.size()) + " CAs");
        if (!set->authorities.empty()) authority = &set->authorities.front();
    }
    const std::vector<std::string> chain =
        authority != nullptr ? chain_of(call, *authority) : std::vector<std::string>();
    if (chain.empty())
        throw failure(errors::answer, "The CA's certificates could not be got: DigiCert's policy holds none");
    for (const std::string &der : chain)
        call.check(call.host()->add_certificate(call.raw(), bytes(der)));
    return CBP_OK;
}

} // namespace digicert
