#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/secret.hpp"
#include "crypto/key.hpp"
#include "x509/extension.hpp"

namespace certbroker::profile {

/// What a CA asks of a request before it is made (plugin.h CBP_RULE_...). Empty members ask for nothing.
struct Policy {
    struct KeyRule {
        crypto::KeyAlgorithm algorithm;
        std::uint32_t min_bits = 0;
        std::uint32_t max_bits = 0; ///< 0 = no upper bound
    };
    std::string profile; ///< the template it was asked for
    std::vector<KeyRule>
        allowed_keys; ///< empty = any; the first is what a new key gets when the request leaves it open
    std::vector<crypto::DigestAlgorithm> allowed_digests;
    std::vector<std::string> required_subject; ///< attribute labels: "CN", "O"
    std::vector<std::string> allowed_subject;  ///< empty = any
    std::vector<std::string> required_san;     ///< tokens: "dns", "email", "upn", ...
    std::vector<std::string> allowed_san;      ///< empty = any; "none" = no SAN at all
    std::vector<std::string> dns_patterns; ///< "*.example.com": each dns name must match one, when there are any; the
                                           ///< star stands for one or more labels
    std::vector<std::string> required_eku; ///< OIDs
    std::vector<std::string> allowed_eku;  ///< empty = any
    std::optional<std::uint32_t> max_validity_days;
    std::uint32_t renewal_seconds = 0; ///< how long before its end; 0 = the CA does not say
    /// What renewals travel in, signed with the old key: "PKCS7", "CMC"; empty = the CSR goes as it is.
    std::string renewal_message;
    bool renewal_message_required = true;     ///< false: without the old key the CSR goes as it is
    std::vector<x509::Extension> extensions;  ///< the host adds them to the CSR
    std::optional<Secret> challenge_password; ///< the host adds it as the challengePassword attribute
    std::map<std::string, std::string> fixed; ///< values the CA will set whatever is asked, for display
    struct Row {
        std::string rule;
        std::string value;
        std::string message;
    };
    std::vector<Row> rows; ///< every rule as told, for Get-CBCertificateProfile
};

} // namespace certbroker::profile
