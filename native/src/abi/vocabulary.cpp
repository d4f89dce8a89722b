#include "abi/vocabulary.hpp"

#include "base/errors.hpp"
#include "store/store.hpp"
#include "x509/extension.hpp"

namespace certbroker::abi {
namespace {

std::vector<Word> enhanced_key_usages() {
    std::vector<Word> words;
    for (const std::string &name : x509::eku_names())
        words.push_back({name, x509::eku_oid(name).value_or(""), name});
    return words;
}

std::vector<Word> key_usages() {
    std::vector<Word> words;
    for (const std::string &name : x509::key_usage_names(0x80ffU)) {
        words.push_back({name, std::to_string(x509::key_usage_flag(name).value_or(0)), name});
    }
    return words;
}

/// Their names are written as they are, blanks included.
std::vector<Word> key_providers() {
    std::vector<Word> words;
    for (const store::KeyProvider &provider : store::key_providers())
        words.push_back({provider.name, std::to_string(provider.type),
                         provider.type == 0 ? std::string("key storage provider")
                                            : "CryptoAPI provider of type " + std::to_string(provider.type)});
    return words;
}

} // namespace

Result<std::vector<Word>> vocabulary(std::string_view kind) {
    if (kind == "enhanced-key-usage") return enhanced_key_usages();
    if (kind == "key-usage") return key_usages();
    if (kind == "key-provider") return key_providers();
    if (kind == "key-algorithm")
        return std::vector<Word>{{"RSA", "RSA", "2048 to 16384 bits; what everything understands"},
                                 {"ECDSA_P256", "ECDSA_P256", "small and fast; what everything of today understands"},
                                 {"ECDSA_P384", "ECDSA_P384", "where policy asks for it"},
                                 {"ECDSA_P521", "ECDSA_P521", "where policy asks for it"}};
    if (kind == "hash-algorithm")
        return std::vector<Word>{{"SHA256", "SHA256", "the default"},
                                 {"SHA384", "SHA384", "with P-384"},
                                 {"SHA512", "SHA512", "with P-521"}};
    if (kind == "store-name")
        return std::vector<Word>{{"My", "My", "certificates with their keys (Personal)"},
                                 {"Root", "Root", "trusted root certification authorities"},
                                 {"CA", "CA", "intermediate certification authorities"},
                                 {"TrustedPeople", "TrustedPeople", "certificates that are trusted by themselves"}};
    if (kind == "revocation-reason")
        return std::vector<Word>{{"Unspecified", "0", "no reason given"},
                                 {"KeyCompromise", "1", "somebody else may have the key"},
                                 {"CACompromise", "2", "somebody else may have the CA's key"},
                                 {"AffiliationChanged", "3", "the names are no longer right"},
                                 {"Superseded", "4", "another certificate took its place"},
                                 {"CessationOfOperation", "5", "it is no longer needed"},
                                 {"CertificateHold", "6", "suspended for a while"},
                                 {"RemoveFromCrl", "8", "the suspension is over"},
                                 {"PrivilegeWithdrawn", "9", "its owner may no longer use it"},
                                 {"AACompromise", "10", "somebody else may have the attribute authority's key"}};
    if (kind == "request-option")
        return std::vector<Word>{
            {"install", "true", "put the certificate into the store"},
            {"trust-root", "false", "add the CA's root to Root"},
            {"friendly-name", "", "the friendly name in the store"},
            {"wait-seconds", "0", "how long to keep asking while the CA says pending"},
            {"archive-old", "true", "renewal: archive the certificate that was replaced"},
            {"reuse-key", "false", "renewal: keep the key"},
            {"allow-differences", "false",
             "a certificate for other names, usages or dates than asked is taken, with warnings"},
            {"exact", "false", "not even what a CA may well change is taken"},
            {"allow-weak-signature", "false", "weak signatures and weak keys of the CA are warnings"},
            {"not-after", "0", "when the certificate is to end, seconds since 1970; 0: the CA decides"},
            {"ask-now", "true", "resuming asks the CA before the time that it named, too"}};
    return fail(errors::argument, "The vocabulary '" + std::string(kind.substr(0, 64)) +
                                      "' could not be listed: there is none of that name");
}

} // namespace certbroker::abi
