#include "profile/vocabulary.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace certbroker::profile {
namespace {

constexpr const char *bool_values = "TRUE, FALSE";

} // namespace

const std::vector<VocabularyWord> &inf_vocabulary() {
    static const std::vector<VocabularyWord> words{
        {"Version", "Signature", "text", "$Windows NT$, $Chicago$", "none",
         "Marks the file as an INF. The section may be missing.", "used"},

        {"Strings", "<token>", "text", "any text", "none",
         "Defines %token% for keys and values of all other sections, above and below.", "used"},

        {"NewRequest", "Subject", "name", "CN=web01.example.com, O=Example, C=US", "empty",
         "The subject, as CertStrToName reads it; RDNs are encoded in the order typed.", "used"},
        {"NewRequest", "X500NameFlags", "flags",
         "CERT_NAME_STR_SEMICOLON_FLAG (0x40000000), CERT_NAME_STR_NO_PLUS_FLAG (0x20000000), "
         "CERT_NAME_STR_NO_QUOTING_FLAG (0x10000000), CERT_NAME_STR_CRLF_FLAG (0x08000000), CERT_NAME_STR_COMMA_FLAG "
         "(0x04000000), CERT_NAME_STR_REVERSE_FLAG (0x02000000), CERT_NAME_STR_FORCE_UTF8_DIR_STR_FLAG (0x80000), "
         "CERT_NAME_STR_DISABLE_UTF8_DIR_STR_FLAG (0x100000); without effect: CERT_NAME_STR_NONE, CERT_OID_NAME_STR, "
         "CERT_X500_NAME_STR, CERT_NAME_STR_FORWARD_FLAG, CERT_NAME_STR_DISABLE_IE4_UTF8_FLAG, "
         "CERT_NAME_STR_ENABLE_T61_UNICODE_FLAG, CERT_NAME_STR_ENABLE_UTF8_UNICODE_FLAG, "
         "CERT_NAME_STR_ENABLE_PUNYCODE_FLAG",
         "0", "How Subject is read: which separators count, quotes, order, string types.", "used"},
        {"NewRequest", "SubjectNameFlags", "flags",
         "CT_FLAG_SUBJECT_REQUIRE_..., CT_FLAG_SUBJECT_ALT_REQUIRE_..., "
         "CT_FLAG_OLD_CERT_SUPPLIES_SUBJECT_AND_ALT_NAME, a number, or template",
         "none", "Would fill in names from the directory; warned about, names are not filled in.", "ignored"},
        {"NewRequest", "KeyAlgorithm", "choice",
         "RSA, ECDSA_P256, ECDSA_P384, ECDSA_P521, ECDH_P256, ECDH_P384, ECDH_P521", "the CA's policy, else RSA",
         "The key to make. ECDH_ names make the same curve keys as ECDSA_ names. DSA and DH are not supported.",
         "used"},
        {"NewRequest", "KeyLength", "number", "2048 to 16384 in steps of 64 for RSA; implied by a curve",
         "the CA's policy, else 2048", "Bits of the key.", "used"},
        {"NewRequest", "KeySpec", "choice", "AT_NONE (0), AT_KEYEXCHANGE (1), AT_SIGNATURE (2)", "0",
         "The slot of a legacy provider; stands in the CSP information attribute.", "used"},
        {"NewRequest", "HashAlgorithm", "choice", "SHA256, SHA384, SHA512; SHA1 and MD5 only with -AllowWeakHash",
         "SHA256", "What the request, or the self-signed certificate, is signed with.", "used"},
        {"NewRequest", "AlternateSignatureAlgorithm", "boolean", bool_values, "FALSE",
         "TRUE signs with RSASSA-PSS instead of PKCS #1 v1.5; no effect on ECDSA keys.", "used"},
        {"NewRequest", "Exportable", "boolean", bool_values, "FALSE",
         "Whether the private key may leave its store, in a PFX file for instance.", "used"},
        {"NewRequest", "ExportableEncrypted", "boolean", bool_values, "FALSE",
         "Export in encrypted form only; here Exportable decides alone.", "ignored"},
        {"NewRequest", "MachineKeySet", "boolean", bool_values, "FALSE",
         "TRUE: the key belongs to the machine (LocalMachine), else to the user.", "used"},
        {"NewRequest", "UserProtected", "boolean", bool_values, "FALSE",
         "A password dialog in front of the key; excludes MachineKeySet.", "kept"},
        {"NewRequest", "KeyProtection", "flags",
         "NCRYPT_UI_NO_PROTECTION_FLAG (0), NCRYPT_UI_PROTECT_KEY_FLAG (1), NCRYPT_UI_FORCE_HIGH_PROTECTION_FLAG (2)",
         "0", "The same for CNG keys.", "kept"},
        {"NewRequest", "UIContextMessage", "text", "any text", "none", "The text of that dialog.", "ignored"},
        {"NewRequest", "Silent", "boolean", bool_values, "FALSE", "The key's provider may not show dialogs.", "kept"},
        {"NewRequest", "SMIME", "boolean", bool_values, "FALSE", "Adds the S/MIME capabilities extension.", "used"},
        {"NewRequest", "ProviderName", "text", "a provider's name", "none",
         "The cryptographic provider on Windows; stands in the CSP information attribute.", "used"},
        {"NewRequest", "ProviderType", "number", "1, 12, 24, 0 for key storage providers", "0",
         "The type of a legacy provider.", "kept"},
        {"NewRequest", "KeyContainer", "text", "a container's name", "made up", "The name of the key on Windows.",
         "kept"},
        {"NewRequest", "ReaderName", "text", "a reader's name", "none", "The smart-card reader.", "ignored"},
        {"NewRequest", "UseExistingKeySet", "boolean", bool_values, "FALSE",
         "TRUE uses the key of the certificate that RenewalCert names, instead of a new one.", "used"},
        {"NewRequest", "RenewalCert", "hex", "a thumbprint", "none",
         "The certificate that is renewed, found in the stores with its key, which signs the request; needs "
         "RequestType "
         "PKCS7 or CMC. Names and usages that the file leaves out are the old ones.",
         "used"},
        {"NewRequest", "RequestType", "choice", "PKCS10 (1), PKCS7 (2), CMC (3), Cert (4), SCEP (0xfd00)", "PKCS10",
         "PKCS10 makes a bare request, PKCS7 and CMC one in a signed message, Cert a self-signed certificate; SCEP is "
         "refused: the provider endpoint-protection speaks it.",
         "used"},
        {"NewRequest", "RequesterName", "text", "DOMAIN\\user", "none",
         "Enrols for somebody else; needs RequestType PKCS7 or CMC, and an enrolment agent's certificate "
         "(-SigningCertificate).",
         "used"},
        {"NewRequest", "PrivateKeyArchive", "boolean", bool_values, "FALSE",
         "TRUE would send the private key to the CA; refused, as no key leaves this computer.", "refused"},
        {"NewRequest", "EncryptionAlgorithm", "text", "a cipher's name", "none", "The cipher of the archived key.",
         "ignored"},
        {"NewRequest", "EncryptionLength", "number", "bits", "none", "Its key length.", "ignored"},
        {"NewRequest", "KeyUsage", "flags",
         "CERT_DIGITAL_SIGNATURE_KEY_USAGE (0x80), CERT_NON_REPUDIATION_KEY_USAGE (0x40), "
         "CERT_KEY_ENCIPHERMENT_KEY_USAGE (0x20), CERT_DATA_ENCIPHERMENT_KEY_USAGE (0x10), "
         "CERT_KEY_AGREEMENT_KEY_USAGE (0x08), CERT_KEY_CERT_SIGN_KEY_USAGE (0x04), CERT_CRL_SIGN_KEY_USAGE (0x02), "
         "CERT_ENCIPHER_ONLY_KEY_USAGE (0x01), CERT_DECIPHER_ONLY_KEY_USAGE (0x8000)",
         "no extension", "The key usage extension, critical.", "used"},
        {"NewRequest", "KeyUsageProperty", "flags",
         "NCRYPT_ALLOW_DECRYPT_FLAG (1), NCRYPT_ALLOW_SIGNING_FLAG (2), NCRYPT_ALLOW_KEY_AGREEMENT_FLAG (4), "
         "NCRYPT_ALLOW_ALL_USAGES (0xffffff)",
         "the provider's", "What a CNG key may be used for.", "kept"},
        {"NewRequest", "SecurityDescriptor", "text", "SDDL", "the provider's", "Who may use a machine key.", "kept"},
        {"NewRequest", "FriendlyName", "text", "any text", "none",
         "The certificate's name in the store; not part of the request.", "used"},
        {"NewRequest", "SuppressDefaults", "boolean", bool_values, "FALSE",
         "Leaves out the default attributes (OS version, client and CSP information) and the subject key identifier.",
         "used"},
        {"NewRequest", "NotBefore", "date", "2027-01-31, 2027-01-31 10:00, 31 January 2027 (UTC)", "ten minutes ago",
         "Start of a self-signed certificate (RequestType = Cert).", "used"},
        {"NewRequest", "NotAfter", "date", "as NotBefore", "one year later",
         "End of a self-signed certificate; excludes ValidityPeriod.", "used"},
        {"NewRequest", "ValidityPeriod", "choice", "Years, Months, Weeks, Days, Hours, Minutes, Seconds", "none",
         "The unit of ValidityPeriodUnits.", "used"},
        {"NewRequest", "ValidityPeriodUnits", "number", "1 and more", "none",
         "How long a self-signed certificate is valid.", "used"},
        {"NewRequest", "SerialNumber", "hex", "up to 20 octets", "random",
         "The serial number of a self-signed certificate.", "used"},
        {"NewRequest", "AttestPrivateKey", "text", "a word or boolean", "none", "Key attestation by the TPM.",
         "ignored"},
        {"NewRequest", "KeyAlgorithmParameters", "text", "", "none", "Parameters of exotic keys.", "ignored"},
        {"NewRequest", "PublicKey", "text", "", "none", "A key made elsewhere.", "ignored"},
        {"NewRequest", "PublicKeyParameters", "text", "", "none", "Its parameters.", "ignored"},
        {"NewRequest", "EccKeyParameters", "text", "", "none", "Explicit curve parameters.", "ignored"},
        {"NewRequest", "EccKeyParameters_P", "text", "", "none", "Explicit curve parameters.", "ignored"},
        {"NewRequest", "EccKeyParameters_A", "text", "", "none", "Explicit curve parameters.", "ignored"},
        {"NewRequest", "EccKeyParameters_B", "text", "", "none", "Explicit curve parameters.", "ignored"},
        {"NewRequest", "EccKeyParameters_Seed", "text", "", "none", "Explicit curve parameters.", "ignored"},
        {"NewRequest", "EccKeyParameters_Base", "text", "", "none", "Explicit curve parameters.", "ignored"},
        {"NewRequest", "EccKeyParameters_Order", "text", "", "none", "Explicit curve parameters.", "ignored"},
        {"NewRequest", "EccKeyParameters_Cofactor", "text", "", "none", "Explicit curve parameters.", "ignored"},
        {"NewRequest", "EccKeyParametersType", "text", "", "none", "Explicit curve parameters.", "ignored"},
        {"NewRequest", "CAThumbprint", "hex", "", "none", "RequestType SCEP: the CA's thumbprint.", "ignored"},
        {"NewRequest", "CACerts", "text", "", "none", "RequestType SCEP: the CA's certificates.", "ignored"},
        {"NewRequest", "CACapabilities", "text", "", "none", "RequestType SCEP: what the CA can do.", "ignored"},
        {"NewRequest", "ChallengePassword", "text", "", "none",
         "RequestType SCEP: the challenge. Secrets do not belong into an INF.", "ignored"},
        {"NewRequest", "EncipherOnly", "boolean", bool_values, "FALSE", "No key of certreq, but copied in many files.",
         "ignored"},

        {"EnhancedKeyUsageExtension", "OID", "oid", "one OID a line, repeated", "no extension",
         "The enhanced key usages (2.5.29.37).", "used"},
        {"EnhancedKeyUsageExtension", "Critical", "boolean", bool_values, "FALSE", "Marks the extension critical.",
         "used"},

        {"Extensions", "<oid>", "extension",
         "\"{text}...\", {hex}04 08 ..., {octet}base64, {utf8}text, {asn}base64, or bare base64; {critical} in front",
         "none", "Any extension, by its OID; see the forms below.", "used"},
        {"Extensions", "Critical", "list", "OIDs of this section, separated by commas", "none",
         "Which extensions of the section are critical.", "used"},

        {"RequestAttributes", "CertificateTemplate", "text", "a template's name", "none",
         "The template; becomes a request attribute, and is what -Template must agree with.", "used"},
        {"RequestAttributes", "SAN", "text", "dns=a&dns=b", "none",
         "Alternative names as an attribute; kept and warned about, most CAs ignore it.", "used"},
        {"RequestAttributes", "<name>", "text", "any text", "none",
         "Any other name the CA understands; becomes a name/value attribute.", "used"},

        {"BasicConstraintsExtension", "PathLength", "number", "0 and more", "no limit",
         "Asks for a CA certificate (2.5.29.19 with cA TRUE) with that path length.", "used"},
        {"BasicConstraintsExtension", "Critical", "boolean", bool_values, "FALSE", "Marks the extension critical.",
         "used"},

        {"PolicyStatementExtension", "Policies", "list", "names of sections, separated by commas or repeated", "none",
         "Certificate policies (2.5.29.32), one section each.", "used"},
        {"PolicyStatementExtension", "Critical", "boolean", bool_values, "FALSE", "Marks the extension critical.",
         "used"},
        {"ApplicationPolicyStatementExtension", "Policies", "list",
         "names of sections, separated by commas or repeated", "none",
         "Application policies (1.3.6.1.4.1.311.21.10), one section each.", "used"},
        {"ApplicationPolicyStatementExtension", "Critical", "boolean", bool_values, "FALSE",
         "Marks the extension critical.", "used"},
        {"<policy>", "OID", "oid", "one OID", "none", "A section that Policies names: the policy.", "used"},
        {"<policy>", "Notice", "text", "at most 200 characters, repeated", "none", "A user notice.", "used"},
        {"<policy>", "URL", "text", "a URL, repeated", "none", "Where the practice statement is.", "used"},

        {"PolicyMappingsExtension", "<oid>", "oid", "the subject's policy for the issuer's in front of =", "none",
         "Policy mappings (2.5.29.33).", "used"},
        {"PolicyMappingsExtension", "Critical", "boolean", bool_values, "FALSE", "Marks the extension critical.",
         "used"},
        {"ApplicationPolicyMappingsExtension", "<oid>", "oid", "the subject's policy for the issuer's in front of =",
         "none", "Application policy mappings (1.3.6.1.4.1.311.21.11).", "used"},
        {"ApplicationPolicyMappingsExtension", "Critical", "boolean", bool_values, "FALSE",
         "Marks the extension critical.", "used"},
        {"PolicyConstraintsExtension", "RequireExplicitPolicy", "number", "0 and more", "none",
         "Policy constraints (2.5.29.36).", "used"},
        {"PolicyConstraintsExtension", "InhibitPolicyMapping", "number", "0 and more", "none",
         "Policy constraints (2.5.29.36).", "used"},
        {"PolicyConstraintsExtension", "Critical", "boolean", bool_values, "FALSE", "Marks the extension critical.",
         "used"},
        {"ApplicationPolicyConstraintsExtension", "RequireExplicitPolicy", "number", "0 and more", "none",
         "Application policy constraints (1.3.6.1.4.1.311.21.12).", "used"},
        {"ApplicationPolicyConstraintsExtension", "InhibitPolicyMapping", "number", "0 and more", "none",
         "Application policy constraints (1.3.6.1.4.1.311.21.12).", "used"},
        {"ApplicationPolicyConstraintsExtension", "Critical", "boolean", bool_values, "FALSE",
         "Marks the extension critical.", "used"},

        {"NameConstraintsExtension", "Include", "list", "names of sections", "none",
         "Name constraints (2.5.29.30): what names below this CA must be.", "used"},
        {"NameConstraintsExtension", "Exclude", "list", "names of sections", "none",
         "What names below this CA must not be.", "used"},
        {"NameConstraintsExtension", "Critical", "boolean", bool_values, "FALSE", "Marks the extension critical.",
         "used"},
        {"<names>", "DNS", "text", "a domain, repeated", "none", "A section that Include or Exclude names: a domain.",
         "used"},
        {"<names>", "EMail", "text", "an address or domain, repeated", "none", "E-mail addresses.", "used"},
        {"<names>", "UPN", "text", "a name or domain, repeated", "none", "User principal names.", "used"},
        {"<names>", "URL", "text", "a host or domain, repeated", "none", "Hosts of URLs.", "used"},
        {"<names>", "IPAddress", "text", "address,mask or address/bits, repeated", "none", "Networks.", "used"},
        {"<names>", "DirectoryName", "name", "a distinguished name, repeated", "none", "A subtree of the directory.",
         "used"},
        {"<names>", "RegisteredId", "oid", "an OID, repeated", "none", "A registered identifier.", "used"},
        {"<names>", "OtherName", "text", "oid,{utf8}text and so on, repeated", "none", "Any other form.", "used"},

        {"CrossCertificateDistributionPointsExtension", "SyncDeltaTime", "number", "seconds", "none",
         "How often cross certificates are fetched (1.3.6.1.4.1.311.10.9.1).", "used"},
        {"CrossCertificateDistributionPointsExtension", "URL", "text", "a URL, repeated", "none", "Where they are.",
         "used"},
        {"CrossCertificateDistributionPointsExtension", "Critical", "boolean", bool_values, "FALSE",
         "Marks the extension critical.", "used"},

        {"Properties", "<property>", "text", "", "none", "Properties of the certificate in Windows' store.", "ignored"},
        {"CRLDistributionPoint", "URL", "text", "", "none", "CAPolicy.inf only.", "ignored"},
        {"AuthorityInformationAccess", "URL", "text", "", "none", "CAPolicy.inf only.", "ignored"},
        {"CAPolicy", "Policies", "list", "", "none", "CAPolicy.inf only.", "ignored"},
        {"certsrv_server", "<key>", "text", "", "none", "CAPolicy.inf only.", "ignored"},
    };
    return words;
}

const VocabularyWord *find_word(std::string_view section, std::string_view key) noexcept {
    for (const VocabularyWord &word : inf_vocabulary()) {
        if (iequals(word.section, section) && iequals(word.key, key)) return &word;
    }
    return nullptr;
}

bool is_known_section(std::string_view section) noexcept {
    const auto &words = inf_vocabulary();
    return std::any_of(words.begin(), words.end(), [&](const VocabularyWord &word) {
        return word.section[0] != '<' && iequals(word.section, section);
    });
}

std::vector<std::string> known_sections() {
    std::vector<std::string> names;
    for (const VocabularyWord &word : inf_vocabulary()) {
        if (word.section[0] != '<' && (names.empty() || names.back() != word.section)) names.emplace_back(word.section);
    }
    return names;
}

std::vector<std::string> keys_of(std::string_view section) {
    std::vector<std::string> keys;
    for (const VocabularyWord &word : inf_vocabulary()) {
        if (iequals(word.section, section) && word.key[0] != '<') keys.emplace_back(word.key);
    }
    return keys;
}

const VocabularyWord *find_elsewhere(std::string_view section, std::string_view key) noexcept {
    if (iequals(key, "Critical")) return nullptr;
    for (const VocabularyWord &word : inf_vocabulary()) {
        if (word.key[0] != '<' && iequals(word.key, key) && !iequals(word.section, section) && word.section[0] != '<')
            return &word;
    }
    return nullptr;
}

} // namespace certbroker::profile
