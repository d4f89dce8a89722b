#include "http/trace.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/log_format.hpp"
#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "http/blank.hpp"

namespace certbroker::http::detail {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// Bodies are searched for secrets before they are cut: half a secret is one still.
constexpr std::size_t max_searched = 1024UL * 1024;

/// Writes the lines of one direction.
class Direction {
public:
    Direction(std::string &out, const char *prefix, const Request &request)
        : out_(out), prefix_(prefix), request_(request) {}

    void line(std::string_view text) const {
        out_ += prefix_;
        out_ += text;
        out_ += '\n';
    }

    void headers(const Headers &headers) const {
        for (const auto &[name, value] : headers)
            line(log_format::harmless(name + ": " + without_secrets(blank_header(name, value))));
    }

    void body(const Bytes &bytes, const std::string &type) const {
        if (bytes.empty()) return;
        line("");
        const std::string_view whole = as_text(bytes);
        if (!is_text(whole, type)) {
            line("(" + std::to_string(bytes.size()) + " bytes" +
                 (type.empty() ? "" : " of " + log_format::harmless(type)) + ", SHA-256 " +
                 to_hex(crypto::sha256(bytes)) + ")");
            return;
        }
        std::string text(whole.substr(0, max_searched));
        text = istarts_with(type, "application/x-www-form-urlencoded") ? blank_form(text) : blank_fields(text);
        text = without_secrets(std::move(text));
        std::size_t shown = std::min(text.size(), max_traced_body);
        while (shown > 0 && shown < text.size() && (static_cast<unsigned char>(text[shown]) & 0xc0U) == 0x80)
            --shown; // not in the middle of a character
        const std::size_t more = text.size() - shown + (whole.size() - std::min(whole.size(), max_searched));
        text.resize(shown);
        while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
            text.pop_back();
        for (std::string_view part : split(text, '\n')) {
            if (part.ends_with('\r')) part.remove_suffix(1);
            line(log_format::harmless(part, true));
        }
        if (more > 0) line("... " + std::to_string(more) + " bytes more");
    }

private:
    static bool is_text(std::string_view body, const std::string &type) {
        const std::string kind = ascii_lower(trim(std::string_view(type).substr(0, type.find(';'))));
        const bool said = kind.empty() || kind.starts_with("text/") || kind.ends_with("/xml") ||
                          kind.ends_with("+xml") || kind.ends_with("/json") || kind.ends_with("+json") ||
                          kind == "application/x-www-form-urlencoded";
        return said && body.find('\0') == std::string_view::npos && is_valid_utf8(body);
    }

    std::string without_secrets(std::string text) const {
        for (const SecretPlace &place : request_.places)
            blank_secret(text, place.secret);
        blank_secret(text, request_.password);
        return text;
    }

    std::string &out_;
    const char *prefix_;
    const Request &request_;
};

std::string type_of(const Headers &headers) {
    for (const auto &[name, value] : headers) {
        if (iequals(name, "Content-Type")) return value;
    }
    return {};
}

/// Who we said we are.
std::string identity_of(const Request &request) {
    std::string text;
    if (request.client && !request.client->chain_der.empty())
        text = "client certificate " + to_hex(crypto::sha1(request.client->chain_der.front()), true);
    if (request.authentication == Authentication::none) return text;
    const char *kind = request.authentication == Authentication::basic       ? "Basic"
                       : request.authentication == Authentication::negotiate ? "Negotiate"
                                                                             : "NTLM";
    text += std::string(text.empty() ? "" : ", ") + kind;
    return request.user.empty() ? text : text + " as " + log_format::harmless(request.user);
}

} // namespace

std::string trace_of(const Attempt &attempt, const Result<Response> &response, std::chrono::milliseconds took) {
    std::string text;
    const Request &request = attempt.request;
    const Direction sent(text, "> ", request);
    sent.line(log_format::harmless(attempt.what()));
    sent.headers(request.headers);
    if (const std::string who = identity_of(request); !who.empty()) sent.line("(" + who + ")");
    if (attempt.with_body) sent.body(request.body, type_of(request.headers));

    const Direction received(text, "< ", request);
    const std::string time = " after " + std::to_string(took.count()) + " ms";
    if (!response) {
        received.line("no answer" + time + ": " + log_format::harmless(describe(response.error())));
        return text;
    }
    received.line(std::to_string(response->status) + time +
                  (response->connection.empty() ? "" : " (" + log_format::harmless(response->connection) + ")"));
    received.headers(response->headers);
    received.body(response->body, type_of(response->headers));
    return text;
}

} // namespace certbroker::http::detail
