#include "message.hpp"

#include <algorithm>

#include "text.hpp"

namespace scep {
namespace {

constexpr std::string_view token_head = "scep 1\n";
constexpr std::size_t longest_token = 64UL * 1024;
constexpr std::size_t longest_order = 150; // the host keeps state under names of at most 200

/// One element in DER, with the shortest length.
std::string element(char tag, std::string_view content) {
    std::string out(1, tag);
    if (content.size() < 0x80) {
        out += static_cast<char>(content.size());
    } else {
        std::string size;
        for (std::size_t rest = content.size(); rest != 0; rest >>= 8U)
            size.insert(size.begin(), static_cast<char>(static_cast<unsigned char>(rest & 0xffU)));
        out += static_cast<char>(static_cast<unsigned char>(0x80U | size.size()));
        out += size;
    }
    out += content;
    return out;
}

} // namespace

FailInfo fail_info(std::string_view number) {
    if (number == "0")
        return {"badAlg",
                "The CA does not take the algorithms of the message. Compare what it offers "
                "(Test-CBAuthority) with allow-legacy.",
                false};
    if (number == "1")
        return {"badMessageCheck",
                "The CA could not check or decrypt the message. If its RA certificates were renewed, "
                "try again; behind a load balancer all servers need the same ones.",
                false};
    if (number == "2")
        return {
            "badRequest",
            "The commonest reason is the challenge: wrong, used once already, expired (60 minutes) or missing; NDES "
            "tells them apart only in its event log (CERT_E_WRONG_USAGE: used, ERROR_NOT_FOUND: unknown or expired, "
            "TRUST_E_CERT_SIGNATURE: missing, CERTSRV_E_BAD_REQUESTSUBJECT: the subject, RPC_S_SERVER_UNAVAILABLE: "
            "NDES does not reach the CA). Otherwise the CA does not take these names or this key.",
            false};
    if (number == "3")
        return {"badTime", "The clocks of this machine and the CA are too far apart. Correct them.", false};
    if (number == "4") return {"badCertId", "The CA has no such certificate or request.", true};
    return {"failInfo " + (number.empty() ? std::string("missing") : shown(number, 20)), "The CA's own log says more.",
            false};
}

std::string issuer_and_subject(std::string_view issuer, std::string_view subject) {
    return element('\x30', std::string(issuer) + std::string(subject));
}

std::string issuer_and_serial(std::string_view issuer, std::string_view serial) {
    const auto first = serial.find_first_not_of('\0');
    std::string value(first == std::string_view::npos ? std::string_view("\0", 1) : serial.substr(first));
    if (static_cast<unsigned char>(value.front()) >= 0x80) value.insert(value.begin(), '\0');
    return element('\x30', std::string(issuer) + element('\x02', value));
}

std::string write_token(const Token &token) {
    return std::string(token_head) + "transaction=" + token.transaction + "\nkey=" + token.key_uri +
           "\nsigner=" + hex(token.signer) + "\nsubject=" + hex(token.subject) + "\nkey-id=" + token.key_id +
           (token.order.empty() ? "" : "\norder=" + token.order) + "\n";
}

std::optional<Token> read_token(std::string_view text) {
    if (text.size() > longest_token || !text.starts_with(token_head)) return std::nullopt;
    Token token;
    std::string_view rest = text.substr(token_head.size());
    while (!rest.empty()) {
        const auto end = rest.find('\n');
        const std::string_view line = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
        const auto equals = line.find('=');
        if (equals == std::string_view::npos) return std::nullopt;
        const std::string_view name = line.substr(0, equals);
        const std::string_view value = line.substr(equals + 1);
        if (name == "transaction") {
            token.transaction = value;
        } else if (name == "key") {
            token.key_uri = value;
        } else if (name == "key-id") {
            token.key_id = value;
        } else if (name == "order") {
            if (is_transaction(value) && value.size() <= longest_order) token.order = value;
        } else if (name == "signer" || name == "subject") {
            const auto bytes = bytes_of_hex(value);
            if (!bytes) return std::nullopt;
            (name == "signer" ? token.signer : token.subject) = *bytes;
        } // a later version of the same kind may know more
    }
    if (!is_transaction(token.transaction) || !is_key_uri(token.key_uri) || token.signer.empty() ||
        token.subject.empty())
        return std::nullopt;
    return token;
}

bool is_transaction(std::string_view text) {
    return !text.empty() && text.size() <= 255 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_key_uri(std::string_view text) {
    constexpr std::size_t longest = 1000; // the host takes no longer one
    // A store may be named in any language, so the rest is for the host to read; control characters are in none.
    return !text.empty() && text.size() <= longest && is_utf8(text) &&
           std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; });
}

} // namespace scep
