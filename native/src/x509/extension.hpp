#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "x509/san.hpp"

/// Certificate extensions (RFC 5280 section 4.2) and Microsoft's own, encoded and decoded.
namespace certbroker::x509 {

struct Extension {
    std::string oid;
    bool critical = false;
    Bytes value; ///< DER inside the OCTET STRING
};

namespace oid {
inline constexpr std::string_view key_usage = "2.5.29.15", subject_alt_name = "2.5.29.17",
                                  basic_constraints = "2.5.29.19", name_constraints = "2.5.29.30",
                                  crl_distribution_points = "2.5.29.31", certificate_policies = "2.5.29.32",
                                  policy_mappings = "2.5.29.33", authority_key_identifier = "2.5.29.35",
                                  policy_constraints = "2.5.29.36", enhanced_key_usage = "2.5.29.37",
                                  subject_key_identifier = "2.5.29.14", crl_number = "2.5.29.20",
                                  reason_code = "2.5.29.21", authority_information_access = "1.3.6.1.5.5.7.1.1",
                                  smime_capabilities = "1.2.840.113549.1.9.15", template_name = "1.3.6.1.4.1.311.20.2",
                                  template_information = "1.3.6.1.4.1.311.21.7",
                                  application_policies = "1.3.6.1.4.1.311.21.10",
                                  application_policy_mappings = "1.3.6.1.4.1.311.21.11",
                                  application_policy_constraints = "1.3.6.1.4.1.311.21.12",
                                  cross_certificate_distribution_points = "1.3.6.1.4.1.311.10.9.1",
                                  ntds_ca_security = "1.3.6.1.4.1.311.25.2", any_policy = "2.5.29.32.0";
} // namespace oid

/// KeyUsage as Windows numbers it: first octet low byte, second octet high byte (0xa0, 0x8000).
namespace key_usage {
inline constexpr std::uint32_t digital_signature = 0x80, non_repudiation = 0x40, key_encipherment = 0x20,
                               data_encipherment = 0x10, key_agreement = 0x08, key_cert_sign = 0x04, crl_sign = 0x02,
                               encipher_only = 0x01, decipher_only = 0x8000;
} // namespace key_usage

Extension make_key_usage(std::uint32_t bits, bool critical = true);
/// OIDs must have passed der::is_oid.
Extension make_enhanced_key_usage(const std::vector<std::string> &oids, bool critical = false);
Extension make_subject_alt_name(const std::vector<GeneralName> &names, bool critical = false);
Extension make_basic_constraints(bool ca, std::optional<std::uint32_t> path_length, bool critical);
Extension make_subject_key_identifier(ByteView key_identifier);
Extension make_authority_key_identifier(ByteView key_identifier);
Extension make_crl_distribution_points(const std::vector<std::string> &urls);
Extension make_smime_capabilities();                 ///< AES-256, AES-192, AES-128, 3DES
Extension make_template_name(std::string_view name); ///< BMPString
Extension make_template_information(std::string_view template_oid, std::optional<std::uint32_t> major,
                                    std::optional<std::uint32_t> minor);

struct PolicyQualifier {
    enum class Kind { notice, url } kind;
    std::string text;
};
struct PolicyInformation {
    std::string oid;
    std::vector<PolicyQualifier> qualifiers;
};
/// certificatePolicies, or application policies with that OID (the ASN.1 is the same).
Result<Extension> make_policies(const std::vector<PolicyInformation> &policies, bool critical,
                                std::string_view extension_oid = oid::certificate_policies);
Result<Extension> make_policy_mappings(const std::vector<std::pair<std::string, std::string>> &pairs, bool critical,
                                       std::string_view extension_oid = oid::policy_mappings);
Extension make_policy_constraints(std::optional<std::uint32_t> require_explicit,
                                  std::optional<std::uint32_t> inhibit_mapping, bool critical,
                                  std::string_view extension_oid = oid::policy_constraints);
/// For name constraints, IP values are "address,mask".
Result<Extension> make_name_constraints(const std::vector<std::pair<std::string, std::string>> &included,
                                        const std::vector<std::pair<std::string, std::string>> &excluded,
                                        bool critical);
Extension make_cross_certificate_distribution_points(std::optional<std::uint32_t> sync_delta_seconds,
                                                     const std::vector<std::string> &urls);

/// Decoders of what is checked and shown. Each fails with Extension.Value or Base.Der on malformed input.
Result<std::uint32_t> decode_key_usage(ByteView value);
Result<std::vector<std::string>> decode_oid_list(ByteView value); ///< SEQUENCE OF OBJECT IDENTIFIER
struct BasicConstraints {
    bool ca = false;
    std::optional<std::uint32_t> path_length;
};
Result<BasicConstraints> decode_basic_constraints(ByteView value);
Result<Bytes> decode_subject_key_identifier(ByteView value);
Result<Bytes> decode_authority_key_identifier(ByteView value); ///< empty when it names the issuer another way
Result<std::vector<std::string>> decode_policies(ByteView value);

/// SEQUENCE OF Extension with limits (100 extensions, no duplicate OID).
Result<std::vector<Extension>> decode_extensions(ByteView sequence_der);
Bytes encode_extensions(const std::vector<Extension> &extensions);
const Extension *find_extension(const std::vector<Extension> &extensions, std::string_view oid) noexcept;

/// "Server Authentication" and friends: names for OIDs and back (any case, blanks optional). Used for
/// -EnhancedKeyUsage.
std::string eku_name(std::string_view oid); ///< the OID itself where unknown
std::optional<std::string> eku_oid(std::string_view name_or_oid);
std::vector<std::string> eku_names(); ///< for completion
/// KeyUsage flag names: "DigitalSignature", "KeyEncipherment", ... and the CERT_..._KEY_USAGE spellings.
std::optional<std::uint32_t> key_usage_flag(std::string_view name);
std::vector<std::string> key_usage_names(std::uint32_t bits);

} // namespace certbroker::x509
