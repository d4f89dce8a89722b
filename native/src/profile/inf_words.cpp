#include <array>

#include "base/text.hpp"
#include "profile/errors.hpp"
#include "profile/inf_reader.hpp"
#include "profile/ini_parser.hpp"
#include "profile/values.hpp"

/// The words of keys that parameters take too.
namespace certbroker::profile {
namespace {

namespace ku = x509::key_usage;
constexpr std::array<Flag, 20> key_usages{{
    {"CERT_DIGITAL_SIGNATURE_KEY_USAGE", ku::digital_signature},
    {"CERT_NON_REPUDIATION_KEY_USAGE", ku::non_repudiation},
    {"CERT_KEY_ENCIPHERMENT_KEY_USAGE", ku::key_encipherment},
    {"CERT_DATA_ENCIPHERMENT_KEY_USAGE", ku::data_encipherment},
    {"CERT_KEY_AGREEMENT_KEY_USAGE", ku::key_agreement},
    {"CERT_KEY_CERT_SIGN_KEY_USAGE", ku::key_cert_sign},
    {"CERT_CRL_SIGN_KEY_USAGE", ku::crl_sign},
    {"CERT_OFFLINE_CRL_SIGN_KEY_USAGE", ku::crl_sign},
    {"CERT_ENCIPHER_ONLY_KEY_USAGE", ku::encipher_only},
    {"CERT_DECIPHER_ONLY_KEY_USAGE", ku::decipher_only},
    {"DigitalSignature", ku::digital_signature},
    {"NonRepudiation", ku::non_repudiation},
    {"KeyEncipherment", ku::key_encipherment},
    {"DataEncipherment", ku::data_encipherment},
    {"KeyAgreement", ku::key_agreement},
    {"KeyCertSign", ku::key_cert_sign},
    {"CrlSign", ku::crl_sign},
    {"EncipherOnly", ku::encipher_only},
    {"DecipherOnly", ku::decipher_only},
    {"CertSign", ku::key_cert_sign},
}};

constexpr std::array<Flag, 5> request_types{{{"PKCS10", 1}, {"PKCS7", 2}, {"CMC", 3}, {"Cert", 4}, {"SCEP", 0xfd00}}};

constexpr std::array<Flag, 4> key_algorithms{{{"RSA", 0}, {"ECDSA_P256", 1}, {"ECDSA_P384", 2}, {"ECDSA_P521", 3}}};
constexpr std::array<Flag, 3> digests{{{"SHA256", 2}, {"SHA384", 3}, {"SHA512", 4}}};

/// Names certreq knows and nothing here can make.
bool is_foreign_algorithm(std::string_view name) {
    for (const std::string_view known : {"DSA", "DH", "ECDSA", "ECDH", "ECC", "EC"}) {
        if (iequals(name, known)) return true;
    }
    return istarts_with(name, "ECDSA_") || istarts_with(name, "ECDH_");
}

} // namespace

Result<std::uint32_t> read_key_usage(std::string_view what, std::string_view text) {
    return read_flags(what, text, key_usages);
}

Result<RequestType> read_request_type(std::string_view what, std::string_view text) {
    CERTBROKER_TRY(const std::uint32_t number, read_choice(what, text, request_types));
    switch (number) {
    case 2:
        return RequestType::pkcs7;
    case 3:
        return RequestType::cmc;
    case 4:
        return RequestType::self_signed;
    case 0xfd00:
        return RequestType::scep;
    default:
        return RequestType::pkcs10;
    }
}

Result<crypto::KeyAlgorithm> read_key_algorithm(std::string_view what, std::string_view text) {
    text = trim_blanks(text);
    if (const auto algorithm = crypto::parse_key_algorithm(text)) return *algorithm;
    if (is_foreign_algorithm(text)) {
        return fail(errors::request_unsupported,
                    std::string(what) + " could not be used: " + shown(text) + " keys are not supported")
            .with_remedy("Use RSA, ECDSA_P256, ECDSA_P384 or ECDSA_P521.");
    }
    auto refused = read_choice(what, text, key_algorithms); // a number is none either: certreq knows names only
    if (!refused) return std::move(refused).error();
    return fail(errors::inf_choice,
                std::string(what) + " could not be read: " + shown(text) + " is not one of its values");
}

Result<crypto::DigestAlgorithm> read_digest(std::string_view what, std::string_view text) {
    text = trim_blanks(text);
    if (const auto digest = crypto::parse_digest(text)) return *digest;
    if (iequals(text, "MD2") || iequals(text, "MD4")) {
        return fail(errors::request_unsupported,
                    std::string(what) + " could not be used: " + shown(text) + " is broken and not supported")
            .with_remedy("Use SHA256, SHA384 or SHA512.");
    }
    auto refused = read_choice(what, text, digests);
    if (!refused) return std::move(refused).error();
    return fail(errors::inf_choice,
                std::string(what) + " could not be read: " + shown(text) + " is not one of its values");
}

} // namespace certbroker::profile
