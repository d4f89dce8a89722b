#include "authority.hpp"

#include <algorithm>

#include "errors.hpp"
#include "text.hpp"

namespace scep {
namespace {

using certbroker::plugin::bytes;
using certbroker::plugin::text;

constexpr std::size_t most_certificates = 20;

bool has(const std::vector<std::string> &usages, std::string_view name) {
    return std::any_of(usages.begin(), usages.end(), [&](const std::string &usage) { return same(usage, name); });
}

/// Whether the way from `from` by issuers comes to `to`.
bool leads_to(const std::vector<CaCertificate> &bundle, std::size_t from, std::size_t to) {
    for (std::size_t steps = 0; steps <= bundle.size(); ++steps) {
        if (from == to) return true;
        if (!bundle[from].issuer) return false;
        from = *bundle[from].issuer;
    }
    return false;
}

/// The CA that issues to people and devices: the one below the others.
std::optional<std::size_t> issuing_ca(const std::vector<CaCertificate> &bundle, const std::vector<std::size_t> &among) {
    std::optional<std::size_t> found;
    for (const std::size_t i : among) {
        if (!bundle[i].ca) continue;
        bool above = false; // of another CA
        bool has_ra = false;
        for (const std::size_t other : among) {
            if (other == i || bundle[other].issuer != i) continue;
            above = above || bundle[other].ca;
            has_ra = has_ra || !bundle[other].ca;
        }
        if (has_ra) return i;
        if (!above && !found) found = i;
    }
    return found;
}

/// The smaller the better; nothing when it cannot be a recipient.
std::optional<int> rank(const CaCertificate &certificate, bool is_issuing_ca) {
    if (!certificate.rsa) return std::nullopt;
    const int late = certificate.in_date ? 0 : 100;
    if (certificate.ca) return late + (is_issuing_ca ? 3 : 4);
    if (has(certificate.usages, "KeyEncipherment")) return late + 0;
    if (has(certificate.usages, "DataEncipherment")) return late + 1;
    if (certificate.usages.empty()) return late + 2;
    return std::nullopt;
}

std::vector<CaCertificate> read_bundle(Exchange &exchange, std::string_view body) {
    const Call call = exchange.call();
    const cbp_host *host = call.host();
    const std::string what = "The CA's certificates cannot be used: ";
    const cbp_list *list = nullptr;
    if (host->split_certificates(call.raw(), bytes(body), &list) != CBP_OK || host->list_count(list) == 0)
        throw failure(errors::ca_certificates, what + "what came is neither a certificate nor a PKCS#7 with some");
    const std::size_t count = host->list_count(list);
    if (count > most_certificates)
        throw failure(errors::ca_certificates, what + "there are " + std::to_string(count) + " of them");
    const std::int64_t now = exchange.connection().host.now();
    std::vector<CaCertificate> bundle;
    for (std::size_t i = 0; i < count; ++i) {
        CaCertificate one;
        one.der = text(host->list_at(list, i));
        const cbp_parsed *parsed = call.parse(CBP_PARSE_CERTIFICATE, bytes(one.der));
        one.ca = host->parsed_number(parsed, CBP_NUMBER_IS_CA) != 0;
        const char *algorithm = host->parsed_text(call.raw(), parsed, CBP_FIELD_KEY_ALGORITHM, 0);
        one.rsa = algorithm != nullptr && same(algorithm, "RSA");
        one.in_date = now >= host->parsed_number(parsed, CBP_NUMBER_NOT_BEFORE) &&
                      now <= host->parsed_number(parsed, CBP_NUMBER_NOT_AFTER);
        one.usages = call.texts(parsed, CBP_FIELD_KEY_USAGE);
        const bool known =
            std::any_of(bundle.begin(), bundle.end(), [&](const CaCertificate &other) { return other.der == one.der; });
        if (!known) bundle.push_back(std::move(one));
    }
    for (std::size_t i = 0; i < bundle.size(); ++i) {
        for (std::size_t j = 0; j < bundle.size() && !bundle[i].issuer; ++j) {
            if (i == j || (!bundle[j].ca && bundle.size() > 1)) continue;
            const cbp_status status = host->issued_by(call.raw(), bytes(bundle[i].der), bytes(bundle[j].der));
            if (status == CBP_OK)
                bundle[i].issuer = j;
            else if (status != CBP_E_NOT_FOUND)
                call.check(status);
        }
    }
    return bundle;
}

std::optional<std::size_t> find_pinned(Exchange &exchange, const std::vector<CaCertificate> &bundle) {
    const std::string &wanted = exchange.connection().fingerprint;
    if (wanted.empty()) return std::nullopt;
    std::string seen;
    for (std::size_t i = 0; i < bundle.size(); ++i) {
        const std::string digest =
            fingerprint_of(exchange.call(), bundle[i].der, wanted.size() == 40 ? "SHA1" : "SHA256");
        if (digest == wanted) return i;
        seen += (seen.empty() ? "" : ", ") + digest;
    }
    throw failure(errors::fingerprint,
                  "The CA's certificates cannot be used: none has the fingerprint of ca-fingerprint; "
                  "they have " +
                      shown(seen, 1500));
}

} // namespace

std::optional<Choice> choose_certificates(const std::vector<CaCertificate> &bundle, std::optional<std::size_t> pinned,
                                          std::string &why) {
    Choice choice;
    const bool alone = bundle.size() == 1; // old CAs say nothing of being one
    for (std::size_t i = 0; i < bundle.size(); ++i) {
        bool trusted = alone || bundle[i].ca;
        if (pinned) trusted = leads_to(bundle, i, *pinned);
        for (std::size_t j = 0; j < bundle.size() && !trusted && !pinned; ++j)
            trusted = bundle[j].ca && leads_to(bundle, i, j);
        if (trusted) choice.trusted.push_back(i);
    }
    const auto ca = issuing_ca(bundle, choice.trusted);
    if (!ca && choice.trusted.size() != 1) {
        why = "there is no CA certificate among them that the others come from";
        return std::nullopt;
    }
    choice.ca = ca.value_or(choice.trusted.empty() ? 0 : choice.trusted.front());
    std::optional<int> best;
    for (const std::size_t i : choice.trusted) {
        auto value = rank(bundle[i], i == choice.ca);
        if (!value && choice.trusted.size() == 1 && bundle[i].rsa) value = 5; // it is this one or none
        if (value && (!best || *value < *best)) {
            best = value;
            choice.recipient = i;
        }
    }
    if (!best) {
        why = "none with an RSA key may encrypt";
        return std::nullopt;
    }
    return choice;
}

bool Authority::trusts(std::string_view der) const {
    return std::any_of(choice.trusted.begin(), choice.trusted.end(),
                       [&](std::size_t i) { return certificates[i].der == der; });
}

std::vector<std::string> Authority::chain() const {
    std::vector<std::string> out;
    for (std::size_t at = choice.ca; out.size() < certificates.size();) {
        out.push_back(certificates[at].der);
        if (!certificates[at].issuer) break;
        at = *certificates[at].issuer;
    }
    return out;
}

std::string fingerprint_of(Call call, std::string_view der, const char *digest) {
    cbp_bytes value{};
    call.check(call.host()->digest(call.raw(), digest, bytes(der), &value));
    return hex(text(value));
}

Authority ask_authority(Exchange &exchange) {
    Authority authority;
    authority.capabilities = exchange.capabilities();
    authority.algorithms = choose_algorithms(authority.capabilities);
    authority.certificates = read_bundle(exchange, exchange.certificates("GetCACert"));
    const auto pinned = find_pinned(exchange, authority.certificates);
    authority.pinned = pinned.has_value();
    std::string why;
    const auto choice = choose_certificates(authority.certificates, pinned, why);
    if (!choice) throw failure(errors::ca_certificates, "The CA's certificates cannot be used: " + why);
    authority.choice = *choice;
    return authority;
}

void require_allowed_algorithms(const Authority &authority, const Connection &connection) {
    if (!authority.algorithms.weak || connection.allow_legacy) return;
    const std::string offers = authority.capabilities.any
                                   ? "the CA offers nothing better than " + std::string(authority.algorithms.cipher) +
                                         " and " + authority.algorithms.digest
                                   : "the server does not say what it can do";
    throw failure(errors::legacy, "The SCEP message cannot be made: " + offers + ", and allow-legacy is not set");
}

std::vector<std::string> ask_next(Exchange &exchange, const Authority &authority) {
    const Call call = exchange.call();
    const cbp_host *host = call.host();
    const std::string_view body = exchange.certificates("GetNextCACert");
    std::vector<cbp_bytes> candidates;
    for (const std::size_t i : authority.choice.trusted)
        candidates.push_back(bytes(authority.certificates[i].der));
    cbp_bytes content{};
    cbp_bytes signer{};
    const std::uint32_t flags = exchange.connection().allow_legacy ? std::uint32_t{CBP_CMS_ALLOW_LEGACY} : 0U;
    const cbp_status status =
        host->cms_verify(call.raw(), bytes(body), candidates.data(), candidates.size(), flags, &content, &signer);
    const std::string what = "The CA's next certificate cannot be used: ";
    if (status == CBP_E_UNSUPPORTED) throw failure(errors::weak_answer, what + "it is signed by a weak algorithm");
    if (status != CBP_OK) throw failure(errors::signature, what + "its signature does not fit");
    if (!authority.trusts(text(signer))) throw failure(errors::signer, what + "the present CA has not signed it");
    std::vector<std::string> out;
    for (const cbp_bytes &der : call.split_certificates(content))
        out.emplace_back(text(der));
    return out;
}

} // namespace scep
