#include <algorithm>
#include <array>

#include "base/der.hpp"
#include "base/text.hpp"
#include "x509/extension.hpp"

/// Names that people write for usages instead of numbers.
namespace certbroker::x509 {
namespace {

struct EkuName {
    std::string_view oid;
    std::string_view name;  ///< as Windows shows it
    std::string_view alias; ///< as OpenSSL and RFC 5280 spell it; may be empty
};

constexpr auto ekus = std::to_array<EkuName>({
    {"1.3.6.1.5.5.7.3.1", "Server Authentication", "serverAuth"},
    {"1.3.6.1.5.5.7.3.2", "Client Authentication", "clientAuth"},
    {"1.3.6.1.5.5.7.3.3", "Code Signing", "codeSigning"},
    {"1.3.6.1.5.5.7.3.4", "Secure Email", "emailProtection"},
    {"1.3.6.1.5.5.7.3.5", "IP Security End System", "ipsecEndSystem"},
    {"1.3.6.1.5.5.7.3.6", "IP Security Tunnel Termination", "ipsecTunnel"},
    {"1.3.6.1.5.5.7.3.7", "IP Security User", "ipsecUser"},
    {"1.3.6.1.5.5.7.3.8", "Time Stamping", "timeStamping"},
    {"1.3.6.1.5.5.7.3.9", "OCSP Signing", "OCSPSigning"},
    {"1.3.6.1.5.5.7.3.17", "IP Security IKE", "ipsecIKE"},
    {"1.3.6.1.5.5.8.2.2", "IP Security IKE Intermediate", "iKEIntermediate"},
    {"1.3.6.1.5.2.3.4", "Kerberos Client Authentication", "pkInitClientAuth"},
    {"1.3.6.1.5.2.3.5", "KDC Authentication", "pkInitKDC"},
    {"1.3.6.1.4.1.311.10.3.1", "Microsoft Trust List Signing", ""},
    {"1.3.6.1.4.1.311.10.3.4", "Encrypting File System", "msEFS"},
    {"1.3.6.1.4.1.311.10.3.4.1", "File Recovery", "msEFSFR"},
    {"1.3.6.1.4.1.311.10.3.11", "Key Recovery", ""},
    {"1.3.6.1.4.1.311.10.3.12", "Document Signing", ""},
    {"1.3.6.1.4.1.311.20.2.1", "Certificate Request Agent", ""},
    {"1.3.6.1.4.1.311.20.2.2", "Smart Card Logon", "msSmartcardLogin"},
    {"1.3.6.1.4.1.311.21.5", "Private Key Archival", ""},
    {"1.3.6.1.4.1.311.21.6", "Key Recovery Agent", ""},
    {"1.3.6.1.4.1.311.21.19", "Directory Service Email Replication", ""},
    {"1.3.6.1.4.1.311.54.1.2", "Remote Desktop Authentication", ""},
    {"1.3.6.1.4.1.311.67.1.1", "BitLocker Drive Encryption", ""},
    {"1.3.6.1.4.1.311.80.1", "Document Encryption", ""},
    {"2.5.29.37.0", "Any Purpose", "anyExtendedKeyUsage"},
});

struct UsageFlag {
    std::uint32_t bit;
    std::string_view name;
    std::string_view windows; ///< without "CERT_" and "_KEY_USAGE"
    std::string_view alias;   ///< the other spelling of RFC 5280 or of Windows; may be empty
};

constexpr auto flags = std::to_array<UsageFlag>({
    {key_usage::digital_signature, "DigitalSignature", "DIGITAL_SIGNATURE", ""},
    {key_usage::non_repudiation, "NonRepudiation", "NON_REPUDIATION", "ContentCommitment"},
    {key_usage::key_encipherment, "KeyEncipherment", "KEY_ENCIPHERMENT", ""},
    {key_usage::data_encipherment, "DataEncipherment", "DATA_ENCIPHERMENT", ""},
    {key_usage::key_agreement, "KeyAgreement", "KEY_AGREEMENT", ""},
    {key_usage::key_cert_sign, "KeyCertSign", "KEY_CERT_SIGN", "CertSign"},
    {key_usage::crl_sign, "CrlSign", "CRL_SIGN", "CERT_OFFLINE_CRL_SIGN_KEY_USAGE"},
    {key_usage::encipher_only, "EncipherOnly", "ENCIPHER_ONLY", ""},
    {key_usage::decipher_only, "DecipherOnly", "DECIPHER_ONLY", ""},
});

/// Lower case without blanks, dashes and underscores: how names compare here.
std::string folded(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c != ' ' && c != '-' && c != '_') out.push_back(ascii_lower(c));
    }
    return out;
}

} // namespace

std::string eku_name(std::string_view oid) {
    const auto *const found =
        std::find_if(ekus.begin(), ekus.end(), [&](const EkuName &eku) { return eku.oid == oid; });
    return std::string(found == ekus.end() ? oid : found->name);
}

std::optional<std::string> eku_oid(std::string_view name_or_oid) {
    const std::string_view text = trim(name_or_oid);
    if (der::is_oid(text)) return std::string(text);
    const std::string wanted = folded(text);
    if (wanted.empty()) return std::nullopt;
    for (const EkuName &eku : ekus) {
        if (folded(eku.name) == wanted || folded(eku.alias) == wanted) return std::string(eku.oid);
    }
    return std::nullopt;
}

std::vector<std::string> eku_names() {
    std::vector<std::string> names;
    for (const EkuName &eku : ekus)
        names.emplace_back(eku.name);
    return names;
}

std::optional<std::uint32_t> key_usage_flag(std::string_view name) {
    const std::string wanted = folded(trim(name));
    if (wanted.empty()) return std::nullopt;
    for (const UsageFlag &flag : flags) {
        const std::string windows = "CERT_" + std::string(flag.windows) + "_KEY_USAGE";
        if (wanted == folded(flag.name) || wanted == folded(windows) || wanted == folded(flag.alias)) return flag.bit;
    }
    return std::nullopt;
}

std::vector<std::string> key_usage_names(std::uint32_t bits) {
    std::vector<std::string> names;
    for (const UsageFlag &flag : flags) {
        if ((bits & flag.bit) != 0) names.emplace_back(flag.name);
    }
    return names;
}

} // namespace certbroker::x509
