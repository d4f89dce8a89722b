#include <algorithm>
#include <limits>

#include "base/der.hpp"
#include "base/text.hpp"
#include "profile/check.hpp"
#include "profile/errors.hpp"
#include "profile/extensions.hpp"
#include "profile/request.hpp"
#include "profile/values.hpp"

namespace certbroker::profile {
namespace {

namespace oid = x509::oid;
constexpr std::string_view oid_os_version = "1.3.6.1.4.1.311.13.2.3";
constexpr std::string_view oid_name_value_pair = "1.3.6.1.4.1.311.13.2.1";
constexpr std::string_view oid_client_information = "1.3.6.1.4.1.311.21.20";
constexpr std::string_view oid_csp_information = "1.3.6.1.4.1.311.13.2.2";
constexpr std::int64_t client_is_application = 5; ///< MS-WCCE 2.2.2.7.4
constexpr std::int64_t clock_skew = 600;          ///< as New-SelfSignedCertificate: ten minutes

template<class Body>
x509::CsrAttribute attribute(std::string_view type, Body &&body) {
    der::Writer writer;
    body(writer);
    return {std::string(type), {std::move(writer).take()}};
}

void bmp(der::Writer &writer, std::string_view text) {
    writer.element(der::bmp_string, utf8_to_utf16(text, true));
}

/// The order of certreq's own requests: OS version, name/value pairs, client information, CSP information.
std::vector<x509::CsrAttribute> make_attributes(const Request &request, const ClientInformation *client) {
    std::vector<x509::CsrAttribute> out;
    const bool defaults = !request.suppress_defaults;
    if (defaults && client != nullptr) {
        out.push_back(attribute(oid_os_version, [&](der::Writer &w) { w.text(der::ia5_string, client->os_version); }));
    }
    for (const auto &[name, value] : request.request_attributes) {
        out.push_back(attribute(oid_name_value_pair, [&, &name = name, &value = value](der::Writer &w) {
            w.nest(der::sequence, [&](der::Writer &pair) {
                bmp(pair, name);
                bmp(pair, value);
            });
        }));
    }
    if (defaults && client != nullptr) {
        out.push_back(attribute(oid_client_information, [&](der::Writer &w) {
            w.nest(der::sequence, [&](der::Writer &fields) {
                fields.integer(client_is_application)
                    .text(der::utf8_string, client->machine)
                    .text(der::utf8_string, client->user)
                    .text(der::utf8_string, client->process);
            });
        }));
    }
    if (defaults && !request.provider_name.empty()) {
        out.push_back(attribute(oid_csp_information, [&](der::Writer &w) {
            w.nest(der::sequence, [&](der::Writer &fields) {
                fields.integer(request.key_spec);
                bmp(fields, request.provider_name);
                fields.bits({}, 0); // the key exchange key's signature, always empty
            });
        }));
    }
    return out;
}

bool is_template(const x509::Extension &extension) {
    return extension.oid == oid::template_name || extension.oid == oid::template_information;
}

/// Windows' order: template, usages, key usage; then names and what the file added, S/MIME capabilities and the key's
/// identifier last.
std::vector<x509::Extension> make_extensions(const Request &request, const Policy *policy,
                                             const crypto::PublicKey &key) {
    std::vector<x509::Extension> out;
    const auto add = [&](x509::Extension extension) {
        if (x509::find_extension(out, extension.oid) == nullptr) out.push_back(std::move(extension));
    };
    const auto add_policy = [&](bool templates) {
        if (policy == nullptr) return;
        for (const x509::Extension &extension : policy->extensions) {
            if (is_template(extension) == templates) add(extension);
        }
    };
    add_policy(true);
    for (const x509::Extension &extension : request.extensions) {
        if (is_template(extension)) add(extension);
    }
    if (!request.enhanced_key_usage.empty())
        add(x509::make_enhanced_key_usage(request.enhanced_key_usage, request.enhanced_key_usage_critical));
    if (request.key_usage) add(x509::make_key_usage(*request.key_usage, request.key_usage_critical));
    if (!request.subject_alt_names.empty())
        add(x509::make_subject_alt_name(request.subject_alt_names, request.subject_alt_names_critical));
    for (const x509::Extension &extension : request.extensions)
        add(extension);
    add_policy(false);
    if (request.smime) add(x509::make_smime_capabilities());
    if (!request.suppress_defaults) add(x509::make_subject_key_identifier(key.key_identifier()));
    return out;
}

bool is_printable_string(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               std::string_view(" '()+,-./:=?").find(c) != std::string_view::npos;
    });
}

/// RFC 2985 section 5.4.1: a DirectoryString, printable where the characters allow it.
Result<Bytes> challenge_value(const Secret &challenge) {
    const std::string_view text = as_text(challenge.reveal());
    if (text.empty() || !is_valid_utf8(text))
        return fail(errors::request_value,
                    "The CA's challenge could not be put into the request: it is empty or not valid UTF-8");
    der::Writer writer;
    writer.text(is_printable_string(text) ? der::printable_string : der::utf8_string, text);
    return std::move(writer).take();
}

crypto::SignatureScheme make_scheme(const Request &request, const Policy *policy, const crypto::PublicKey &key) {
    const bool rsa = !key.spec() || key.spec()->algorithm == crypto::KeyAlgorithm::rsa;
    return {chosen_digest(request, policy), request.pss && rsa};
}

} // namespace

Result<crypto::KeySpec> choose_key(const Request &request, const Policy *policy) {
    const Policy::KeyRule *rule = nullptr;
    auto algorithm = wanted_algorithm(request);
    if (policy != nullptr) {
        for (const Policy::KeyRule &candidate : policy->allowed_keys) {
            if (algorithm && candidate.algorithm != *algorithm) continue;
            rule = &candidate;
            break;
        }
    }
    if (!algorithm) algorithm = rule != nullptr ? rule->algorithm : crypto::KeyAlgorithm::rsa;
    std::uint32_t bits = request.key_length.value_or(0);
    if (*algorithm == crypto::KeyAlgorithm::rsa && !request.key_length)
        bits = std::max(rule != nullptr ? rule->min_bits : 0U, 2048U);
    auto spec = crypto::checked_key_spec(*algorithm, bits);
    if (!spec) {
        Error error = fail(errors::request_key, spec.error().message());
        const Position position = position_of(request, "KeyLength");
        if (position.line != 0) return std::move(error).at(request.source, position.line, position.column);
        return error;
    }
    if (policy != nullptr) CERTBROKER_CHECK(check_key(*spec, *policy));
    return spec;
}

Result<x509::CsrSpec> make_csr_spec(const Request &request, const Policy *policy, const crypto::PublicKey &key,
                                    const ClientInformation *client) {
    CERTBROKER_CHECK(require_acceptable(request, policy));
    if (request.type == RequestType::self_signed)
        return fail(errors::request_combination,
                    "The request could not be made: RequestType = Cert makes a self-signed certificate instead")
            .with_remedy("Write RequestType = PKCS10.");
    if (policy != nullptr && key.spec()) CERTBROKER_CHECK(check_key(*key.spec(), *policy));
    x509::CsrSpec spec;
    spec.subject = request.subject;
    spec.extensions = make_extensions(request, policy, key);
    spec.attributes = make_attributes(request, client);
    spec.scheme = make_scheme(request, policy, key);
    spec.allow_weak_hash = request.allow_weak_hash;
    if (policy != nullptr && policy->challenge_password) {
        CERTBROKER_TRY(spec.challenge_password_value, challenge_value(*policy->challenge_password));
    }
    return spec;
}

Result<x509::CertificateSpec> make_self_signed_spec(const Request &request, const crypto::PublicKey &key,
                                                    std::int64_t now, ByteView serial) {
    CERTBROKER_CHECK(require_acceptable(request, nullptr));
    if (request.subject.empty())
        return fail(errors::request_no_subject, "The self-signed certificate cannot be made: it has no subject");
    x509::CertificateSpec spec;
    spec.subject = request.subject;
    spec.issuer = request.subject;
    spec.serial = request.serial_number.empty() ? to_bytes(serial) : request.serial_number;
    spec.not_before = request.not_before.value_or(now - clock_skew);
    // The skew is a courtesy to slow clocks and does not shorten what was asked for.
    const std::int64_t start = request.not_before.value_or(now);
    const bool period = request.validity_seconds != 0 || request.validity_months != 0;
    spec.not_after = request.not_after
                         ? *request.not_after
                         : add_months(start, period ? request.validity_months : 12) + request.validity_seconds;
    if (spec.not_after <= spec.not_before)
        return fail(errors::request_combination,
                    "The self-signed certificate cannot be made: it would end before it begins")
            .with_remedy("Write a later NotAfter.");
    spec.spki = key.spki();
    spec.extensions = make_extensions(request, nullptr, key);
    spec.scheme = make_scheme(request, nullptr, key);
    return spec;
}

} // namespace certbroker::profile
