#include <charconv>

#include "base/clock.hpp"
#include "x509/chain.hpp"
#include "x509/errors.hpp"

/// What is wrong with an issued certificate by itself, whatever was asked for.
namespace certbroker::x509 {
namespace {

constexpr std::int64_t day = 86'400;
constexpr std::int64_t longest_life = 40 * 365 * day; ///< nobody keeps a key secret for longer; 9999-12-31 is no end
constexpr std::size_t min_serial = 8;                 ///< 64 bits: CA/Browser Forum, baseline requirements 7.1
constexpr std::uint32_t min_rsa = 2048;

void add(Differences &out, Severity severity, std::string rule, std::string message) {
    out.push_back({severity, std::move(rule), std::move(message)});
}

void check_dates(const Certificate &leaf, const AnswerCheck &check, Differences &out) {
    const std::string dates = "it is valid from " + utc_text(leaf.not_before()) + " to " + utc_text(leaf.not_after());
    if (leaf.not_after() <= leaf.not_before()) {
        add(out, Severity::error, "answer.validity", "The certificate ends before it begins: " + dates + ".");
        return;
    }
    if (leaf.not_after() < check.now)
        add(out, Severity::error, "answer.validity", "The certificate has expired already: " + dates + ".");
    else if (leaf.not_before() > check.now)
        add(out, Severity::warning, "answer.validity",
            "The certificate is not valid yet: " + dates + "; the clocks of this computer and of the CA may differ.");
    if (leaf.not_after() - leaf.not_before() > longest_life)
        add(out, Severity::warning, "answer.validity",
            "The certificate is valid for more than 40 years: " + dates + ".");
    // CAs round to days.
    if (check.not_after != 0 && leaf.not_after() > check.not_after + day)
        add(out, Severity::warning, "answer.validity",
            "The certificate ends later than asked for: " + utc_text(leaf.not_after()) + " instead of " +
                utc_text(check.not_after) + ".");
    if (check.not_after != 0 && leaf.not_after() < check.not_after - day)
        add(out, Severity::warning, "answer.validity",
            "The certificate ends earlier than asked for: " + utc_text(leaf.not_after()) + " instead of " +
                utc_text(check.not_after) + ".");
}

std::string of(const Chain &chain, std::size_t index) {
    return index == 0 ? "The certificate" : "The CA certificate '" + chain[index].subject().to_string() + "'";
}

/// "RSA 1024"; DSA, whose OID stands there, was given up with SHA-1.
bool is_short(std::string_view key) {
    if (key == "1.2.840.10040.4.1") return true;
    if (!key.starts_with("RSA ")) return false;
    std::uint32_t bits = 0;
    const auto read = std::from_chars(key.data() + 4, key.data() + key.size(), bits);
    return read.ec == std::errc() && bits < min_rsa;
}

void check_strength(const Chain &chain, const AnswerCheck &check, Differences &out) {
    const Severity severity = check.allow_weak ? Severity::warning : Severity::error;
    for (std::size_t i = 0; i < chain.size(); ++i) {
        // What a root says of itself is not believed because of its signature.
        const auto signature = chain[i].signature();
        if (signature.weak && !(i > 0 && chain[i].self_issued()))
            add(out, severity, "answer.signature",
                of(chain, i) + " is signed with " + signature.name +
                    ", which is too weak: others can be made with the "
                    "same signature.");
        if (const std::string key = chain[i].public_key().algorithm_text(); i > 0 && is_short(key))
            add(out, severity, "answer.issuer_key",
                of(chain, i) + " has a key of the kind " + key + ", which is too weak: RSA has 2048 bits or more.");
    }
}

void check_serial(const Certificate &leaf, Differences &out) {
    if (leaf.has_odd_serial())
        add(out, Severity::warning, "answer.serial",
            "The serial number " + leaf.serial_hex() +
                " is negative, zero or longer than 20 octets, which RFC 5280 does not allow.");
    else if (leaf.serial().size() < min_serial)
        add(out, Severity::information, "answer.serial",
            "The serial number " + leaf.serial_hex() + " is shorter than 64 bits.");
}

const ErrorKind &kind_of(const std::string &rule) {
    if (rule == "answer.validity") return errors::certificate_time;
    if (rule == "answer.signature" || rule == "answer.issuer_key") return errors::certificate_weak;
    if (rule == "answer.basic_constraints" || rule == "answer.eku" || rule == "answer.key_usage")
        return errors::certificate_purpose;
    return errors::certificate_names;
}

} // namespace

Differences check_answer(const Chain &chain, const AnswerCheck &check) {
    Differences out;
    if (chain.empty()) return out;
    check_dates(chain.front(), check, out);
    check_strength(chain, check, out);
    check_serial(chain.front(), out);
    return out;
}

Result<void> refuse_errors(const Differences &differences) {
    const ErrorKind *kind = nullptr;
    std::string all;
    for (const Difference &difference : differences) {
        if (difference.severity != Severity::error) continue;
        if (kind == nullptr) kind = &kind_of(difference.rule);
        all += (all.empty() ? "" : " ") + difference.message;
    }
    if (kind == nullptr) return {};
    return fail(*kind, "The certificate could not be accepted: " + all);
}

} // namespace certbroker::x509
