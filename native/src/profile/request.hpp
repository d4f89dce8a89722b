#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "crypto/key.hpp"
#include "profile/ini.hpp"
#include "profile/policy.hpp"
#include "x509/csr.hpp"
#include "x509/extension.hpp"
#include "x509/name.hpp"

namespace certbroker::profile {

enum class RequestType { pkcs10, pkcs7, cmc, self_signed, scep };

/// What is wanted: everything an INF file or parameters can say. Plain data; what was not said is empty.
struct Request {
    std::string source;                  ///< file name, empty for parameters
    std::vector<Diagnostic> diagnostics; ///< found while it was read

    x509::Name subject;
    bool subject_given = false;
    x509::NameFlags name_flags;

    std::optional<crypto::KeyAlgorithm> key_algorithm; ///< unset: the policy decides, else RSA
    std::optional<std::uint32_t> key_length;           ///< unset: the policy decides, else 2048
    std::optional<crypto::DigestAlgorithm> digest;     ///< unset: SHA-256
    bool allow_weak_hash = false;
    bool pss = false;           ///< AlternateSignatureAlgorithm
    std::uint32_t key_spec = 0; ///< AT_NONE 0, AT_KEYEXCHANGE 1, AT_SIGNATURE 2
    bool exportable = false;
    std::optional<bool> machine_key_set;
    bool silent = false;
    bool user_protected = false;
    std::uint32_t key_protection = 0;
    std::uint32_t key_usage_property = 0;
    std::string provider_name;
    std::uint32_t provider_type = 0;
    std::string key_container;
    bool use_existing_key_set = false;
    std::string security_descriptor;
    std::string renewal_cert;
    std::string requester_name;
    std::string friendly_name;
    bool suppress_defaults = false;
    bool smime = false;
    bool private_key_archive = false;
    RequestType type = RequestType::pkcs10;

    std::optional<std::uint32_t> key_usage;      ///< x509::key_usage bits
    bool key_usage_critical = true;              ///< false only for one given by OID in [Extensions] without Critical
    std::vector<std::string> enhanced_key_usage; ///< OIDs
    bool enhanced_key_usage_critical = false;
    std::vector<x509::GeneralName> subject_alt_names;
    bool subject_alt_names_critical = false;
    std::vector<x509::Extension> extensions; ///< all further ones, encoded, in file order
    std::string certificate_template;        ///< name or OID: [RequestAttributes] CertificateTemplate, or a parameter
    std::vector<std::pair<std::string, std::string>> request_attributes;

    std::optional<std::int64_t> not_before, not_after; ///< self-signed only, unix seconds
    std::uint32_t validity_seconds = 0;                ///< self-signed only; 0 = not given in weeks, days, hours, ...
    std::uint32_t validity_months = 0;                 ///< self-signed only; years and months, counted on the calendar
    Bytes serial_number; ///< self-signed only; empty: the caller of make_self_signed_spec chooses

    /// Where each thing was said, for errors found later: "Subject" -> position in source.
    std::vector<std::pair<std::string, Position>> positions;

    bool has_errors() const noexcept;
    /// The first error as an Error, with file, line and column; for callers that need a usable request.
    Result<void> usable() const;
};

/// Reads an INF. Fails only when the bytes cannot be read; everything else is in Request::diagnostics, all of it.
Result<Request> read_inf(ByteView bytes, std::string source);

/// Sets one property (certbroker/properties.def, by its name in upper case: "SUBJECT", "DNS_NAME"), or adds to a list.
/// Checked at once. Unknown or read-only property: Request.Property.
Result<void> set_property(Request &request, std::string_view property, std::string_view value);
/// What the C ABI reads back; empty vector for what is not set.
std::vector<std::string> get_property(const Request &request, std::string_view property);

/// All findings: those of reading, of values that do not fit together, weak choices, and of the policy when there is
/// one.
std::vector<Diagnostic> check_request(const Request &request, const Policy *policy);
/// The first error of check_request as an Error: policy rules give Policy.<Rule> (Status::policy), others their own id.
Result<void> require_acceptable(const Request &request, const Policy *policy);

/// The key to make: the request's wish, else the policy's first rule, else RSA-2048.
Result<crypto::KeySpec> choose_key(const Request &request, const Policy *policy);

/// Who makes the request, for Microsoft's default attributes; filled by the caller on Windows only.
struct ClientInformation {
    std::string os_version; ///< "10.0.20348.2"
    std::string machine;    ///< DNS name
    std::string user;       ///< DOMAIN\user
    std::string process;
};

/// Everything the CSR will say. Default attributes (OS version and CSP info; client information on Windows) unless
/// SuppressDefaults; the default extensions (SKI; KeyUsage and so on as said) in Windows' order.
Result<x509::CsrSpec> make_csr_spec(const Request &request, const Policy *policy, const crypto::PublicKey &key,
                                    const ClientInformation *client);
/// For RequestType=Cert.
Result<x509::CertificateSpec> make_self_signed_spec(const Request &request, const crypto::PublicKey &key,
                                                    std::int64_t now, ByteView serial);

/// One word of the INF vocabulary, for docs/ini-reference.md and for completion.
struct VocabularyWord {
    const char *section;
    const char *key;
    const char *type;     ///< "boolean", "number", "text", "flags", "oid", ...
    const char *values;   ///< what it takes
    const char *fallback; ///< its default
    const char *summary;
    const char *support; ///< "used", "kept" (read, used on Windows only), "refused", "ignored"
};
const std::vector<VocabularyWord> &inf_vocabulary();

} // namespace certbroker::profile
