#include "profile/check.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "profile/errors.hpp"
#include "profile/extensions.hpp"
#include "x509/sid.hpp"

namespace certbroker::profile {
namespace {

namespace ku = x509::key_usage;

class Check {
public:
    Check(const Request &request, const Policy *policy, Findings &findings)
        : request_(request), policy_(policy), findings_(findings) {}

    void run() {
        check_type();
        check_key_choice();
        check_key_storage();
        check_digest();
        check_validity();
        check_key_usage();
        check_names();
        check_sids();
        check_policy_extensions();
    }

private:
    Position at(std::string_view key) const noexcept { return position_of(request_, key); }
    void combination(std::string_view key, std::string message, std::string remedy) {
        findings_.add(errors::request_combination, at(key), std::move(message), std::move(remedy));
    }
    bool failed(std::string_view rule) const {
        return std::any_of(request_.diagnostics.begin(), request_.diagnostics.end(),
                           [rule](const Diagnostic &item) { return item.rule == rule; });
    }

    void check_type();
    void check_key_choice();
    void check_key_storage();
    void check_digest();
    void check_validity();
    void check_key_usage();
    void check_names();
    void check_sids();
    void check_policy_extensions();

    const Request &request_;
    const Policy *policy_;
    Findings &findings_;
};

void Check::check_type() {
    const bool signed_request = request_.type == RequestType::pkcs7 || request_.type == RequestType::cmc;
    if (request_.type == RequestType::scep)
        findings_.add(errors::request_unsupported, at("RequestType"), "RequestType SCEP is no file that could be made",
                      "Write RequestType = PKCS10 and send the request with the provider endpoint-protection, which "
                      "speaks SCEP.");
    const std::string remedy = "Delete the line: what it asks for is not part of a PKCS10 request.";
    if (!request_.renewal_cert.empty() && !signed_request)
        combination("RenewalCert", "RenewalCert goes only with RequestType PKCS7 or CMC",
                    "Delete the line; Update-CBCertificate renews a certificate.");
    if (!request_.requester_name.empty() && !signed_request)
        combination("RequesterName", "RequesterName goes only with RequestType PKCS7 or CMC", remedy);
    if (!request_.renewal_cert.empty() && !request_.requester_name.empty() && request_.type == RequestType::pkcs7)
        combination("RequesterName",
                    "RequesterName and RenewalCert do not go together in a PKCS7 request: it has one "
                    "signature",
                    "Write RequestType = CMC, or delete one of the two lines.");
    if (request_.private_key_archive)
        findings_.add(errors::request_unsupported, at("PrivateKeyArchive"),
                      "PrivateKeyArchive = TRUE is not supported: no private key leaves this computer",
                      "Write PrivateKeyArchive = FALSE, and back the key up with Export-CBPfxCertificate; for a "
                      "template that demands archival have its administrator switch that off.");
}

void Check::check_key_choice() {
    const auto algorithm = wanted_algorithm(request_);
    if (!algorithm) return;
    if (*algorithm == crypto::KeyAlgorithm::rsa) {
        const auto spec = crypto::checked_key_spec(*algorithm, request_.key_length.value_or(2048));
        if (!spec) findings_.add_as(errors::request_key, spec.error(), at("KeyLength"));
        return;
    }
    const auto implied = crypto::checked_key_spec(*algorithm, 0);
    if (implied && request_.key_length && *request_.key_length != implied->bits) {
        const std::string name(crypto::key_algorithm_name(*algorithm));
        combination("KeyLength",
                    "KeyLength " + std::to_string(*request_.key_length) + " does not go with " + name +
                        ", whose keys have " + std::to_string(implied->bits) + " bits",
                    "Delete KeyLength, or write KeyAlgorithm = RSA.");
    }
}

void Check::check_key_storage() {
    if (request_.machine_key_set.value_or(false) && request_.user_protected) {
        combination("UserProtected",
                    "UserProtected = TRUE does not go with MachineKeySet = TRUE: a machine cannot answer a dialog",
                    "Write UserProtected = FALSE.");
    }
    if (request_.machine_key_set.value_or(false) && request_.key_protection != 0) {
        combination("KeyProtection",
                    "KeyProtection does not go with MachineKeySet = TRUE: a machine cannot answer a dialog",
                    "Write KeyProtection = 0.");
    }
    if (!request_.use_existing_key_set) return;
    if (request_.exportable)
        combination("Exportable", "Exportable = TRUE does not go with UseExistingKeySet = TRUE: the key exists already",
                    "Delete the line Exportable.");
    if (!request_.renewal_cert.empty()) return;
    if (request_.key_container.empty())
        combination("UseExistingKeySet",
                    "UseExistingKeySet = TRUE names no key: neither KeyContainer nor RenewalCert is given",
                    "Write RenewalCert with the thumbprint of the certificate whose key is to be used, or "
                    "UseExistingKeySet = FALSE.");
    else
        findings_.add(errors::request_unsupported, at("UseExistingKeySet"),
                      "UseExistingKeySet = TRUE with KeyContainer alone is not supported",
                      "Write RenewalCert with the thumbprint of the certificate whose key is to be used, or "
                      "UseExistingKeySet = FALSE, which makes a new key.");
}

void Check::check_digest() {
    const auto digest = chosen_digest(request_, policy_);
    if (!crypto::is_weak(digest)) return;
    const std::string name(crypto::digest_name(digest));
    if (request_.allow_weak_hash) {
        findings_.add(diagnostics::weak_hash_allowed, at("HashAlgorithm"),
                      "The request is signed with " + name + ", which is broken; this was allowed explicitly");
    } else {
        findings_.add(errors::request_weak_hash, at("HashAlgorithm"),
                      "The request cannot be signed with " + name + ": it is broken and not allowed");
    }
}

void Check::check_validity() {
    const bool period = request_.validity_seconds != 0 || request_.validity_months != 0;
    if (request_.not_after && period)
        combination("NotAfter", "NotAfter does not go with ValidityPeriod: both say when the certificate ends",
                    "Delete NotAfter, or ValidityPeriod and ValidityPeriodUnits.");
    if (request_.not_before && request_.not_after && *request_.not_before >= *request_.not_after)
        combination("NotAfter", "NotAfter is not later than NotBefore", "Correct one of the two dates.");
    if (request_.type == RequestType::self_signed) return;
    for (const auto &[key, given] : {std::pair{"NotBefore", request_.not_before.has_value()},
                                     {"NotAfter", request_.not_after.has_value()},
                                     {"ValidityPeriod", period},
                                     {"SerialNumber", !request_.serial_number.empty()}}) {
        if (given)
            findings_.add(diagnostics::validity_not_used, at(key),
                          std::string(key) + " has no effect on a request: only RequestType = Cert takes it");
    }
}

void Check::check_key_usage() {
    if (!request_.key_usage) return;
    const std::uint32_t bits = *request_.key_usage;
    const auto algorithm = wanted_algorithm(request_);
    const bool curve = algorithm && *algorithm != crypto::KeyAlgorithm::rsa;
    const auto unfit = [&](std::uint32_t uses, const std::string &why) {
        if ((bits & uses) == 0) return;
        std::string names;
        for (const std::string &name : x509::key_usage_names(bits & uses))
            names += (names.empty() ? "" : " and ") + name;
        findings_.add(diagnostics::key_usage_unfit, at("KeyUsage"), "The key usage " + names + " does not fit: " + why);
    };
    constexpr std::uint32_t encipherment = ku::key_encipherment | ku::data_encipherment;
    if (request_.key_spec == 2)
        unfit(encipherment | ku::key_agreement, "KeySpec AT_SIGNATURE makes a key that can only sign");
    if (curve) unfit(encipherment, "elliptic curve keys cannot encipher");
    if (algorithm && !curve) unfit(ku::key_agreement, "RSA keys cannot agree on keys");
    if ((bits & ku::key_agreement) == 0)
        unfit(ku::encipher_only | ku::decipher_only, "it means nothing without KeyAgreement");
}

void Check::check_names() {
    if (!request_.subject.empty() || failed(errors::inf_subject.id)) return;
    if (!request_.renewal_cert.empty()) return; // the old certificate has names
    if (request_.type == RequestType::self_signed) {
        findings_.add(errors::request_no_subject, at("Subject"),
                      "The self-signed certificate cannot be made: it has no subject");
    } else if (request_.subject_alt_names.empty() && policy_ == nullptr && !failed(errors::inf_san.id)) {
        findings_.add(diagnostics::no_name, at("Subject"),
                      "The request has neither a subject nor a subject alternative name");
    }
}

/// The value of an extension that the request has, whether it is kept decoded or not.
Bytes value_of(const Request &request, std::string_view wanted) {
    namespace oid = x509::oid;
    if (wanted == oid::enhanced_key_usage) return x509::make_enhanced_key_usage(request.enhanced_key_usage).value;
    if (wanted == oid::key_usage && request.key_usage) return x509::make_key_usage(*request.key_usage).value;
    if (wanted == oid::subject_alt_name) return x509::make_subject_alt_name(request.subject_alt_names).value;
    const x509::Extension *known = x509::find_extension(request.extensions, wanted);
    return known != nullptr ? known->value : Bytes();
}

/// One account in the extension and in the URI: a domain controller reads one of the two only.
void Check::check_sids() {
    const auto agree = x509::check_sids(request_.extensions, request_.subject_alt_names);
    if (agree) return;
    const bool placed = at("SecurityIdentifier").line != 0;
    findings_.add(agree.error(), at(placed ? "SecurityIdentifier" : "SubjectAltName"));
}

/// What the profile adds itself must not stand in the request with another value.
void Check::check_policy_extensions() {
    if (policy_ == nullptr) return;
    for (const x509::Extension &extension : policy_->extensions) {
        if (!has_extension(request_, extension.oid)) continue;
        if (value_of(request_, extension.oid) == extension.value) continue;
        findings_.add(errors::request_duplicate, {},
                      "The extension " + extension.oid + " is given with another value than the one that profile '" +
                          policy_->profile + "' adds itself",
                      "Take it out of the request.");
    }
}

} // namespace

Position position_of(const Request &request, std::string_view key) noexcept {
    for (const auto &[name, position] : request.positions) {
        if (name == key) return position;
    }
    return {};
}

std::optional<crypto::KeyAlgorithm> wanted_algorithm(const Request &request) noexcept {
    if (request.key_algorithm) return request.key_algorithm;
    return request.key_length ? std::optional(crypto::KeyAlgorithm::rsa) : std::nullopt;
}

crypto::DigestAlgorithm chosen_digest(const Request &request, const Policy *policy) noexcept {
    constexpr auto usual = crypto::DigestAlgorithm::sha256;
    if (request.digest) return *request.digest;
    if (policy == nullptr || policy->allowed_digests.empty()) return usual;
    const auto &allowed = policy->allowed_digests;
    return std::find(allowed.begin(), allowed.end(), usual) != allowed.end() ? usual : allowed.front();
}

std::vector<Diagnostic> check_request(const Request &request, const Policy *policy) {
    std::vector<Diagnostic> all = request.diagnostics;
    Findings findings(all, request.source);
    Check(request, policy, findings).run();
    if (policy != nullptr) check_policy(request, *policy, findings);
    return all;
}

} // namespace certbroker::profile
