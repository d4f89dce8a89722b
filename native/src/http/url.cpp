#include "http/url.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "http/errors.hpp"
#include "http/http.hpp"

namespace certbroker::http {
namespace {

constexpr std::size_t max_url = 16UL * 1024;

Error bad_url(std::string_view text, std::string_view why) {
    return fail(errors::http_url, "The URL '" + redact_url(text) + "' cannot be used: " + std::string(why));
}

/// Characters on which parsers disagree, or that end a request line.
bool has_forbidden_character(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte <= 0x20 || byte == 0x7f || c == '\\' || c == '<' || c == '>' || c == '"';
    });
}

bool read_port(std::string_view text, std::uint16_t &port) {
    if (text.empty() || text.size() > 5) return false;
    std::uint32_t value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return false;
        value = value * 10 + static_cast<std::uint32_t>(c - '0');
    }
    if (value == 0 || value > 65'535) return false;
    port = static_cast<std::uint16_t>(value);
    return true;
}

bool is_host_character(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

bool is_ip6_character(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == ':' || c == '.';
}

bool is_host(std::string_view host) {
    if (host.empty() || host.size() > 255) return false;
    if (host.front() != '[') return std::all_of(host.begin(), host.end(), is_host_character);
    const std::string_view inner = host.substr(1, host.size() - 2);
    return host.size() > 4 && host.back() == ']' && std::all_of(inner.begin(), inner.end(), is_ip6_character);
}

} // namespace

std::string Url::to_string() const {
    const bool usual = (scheme == "https" && port == 443) || (scheme == "http" && port == 80);
    return scheme + "://" + host + (usual ? std::string() : ":" + std::to_string(port)) + target;
}

Result<Url> parse_url(std::string_view text) {
    if (text.size() > max_url) return bad_url(text.substr(0, 100), "it is longer than 16 KiB");
    if (!is_valid_utf8(text) || has_forbidden_character(text))
        return bad_url(text, "it holds blanks or characters that no URL has");
    const auto colon = text.find("://");
    if (colon == std::string_view::npos) return bad_url(text, "it does not start with https://");
    Url url;
    url.scheme = ascii_lower(text.substr(0, colon));
    if (url.scheme != "https" && url.scheme != "http") return bad_url(text, "only https and http are known");
    std::string_view rest = text.substr(colon + 3);
    rest = rest.substr(0, rest.find('#'));
    const auto end = rest.find_first_of("/?");
    std::string_view authority = rest.substr(0, end);
    if (authority.find('@') != std::string_view::npos) return bad_url(text, "a user name or password stands in it");
    const auto bracket = authority.rfind(']');
    const auto port_colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
    url.port = url.scheme == "https" ? 443 : 80;
    if (port_colon != std::string_view::npos) {
        if (!read_port(authority.substr(port_colon + 1), url.port)) return bad_url(text, "its port is no port");
        authority = authority.substr(0, port_colon);
    }
    url.host = ascii_lower(authority);
    if (!is_host(url.host)) return bad_url(text, "it names no host");
    url.target = end == std::string_view::npos ? "/" : std::string(rest.substr(end));
    if (url.target.front() == '?') url.target.insert(0, "/");
    return url;
}

Result<Url> resolve_url(const Url &base, std::string_view location) {
    location = trim(location);
    location = location.substr(0, location.find('#'));
    if (location.empty()) return base;
    const auto scheme_end = location.find_first_of(":/?");
    if (scheme_end != std::string_view::npos && location[scheme_end] == ':') return parse_url(location);
    if (location.starts_with("//")) return parse_url(base.scheme + ":" + std::string(location));
    const std::string path = base.target.substr(0, base.target.find('?'));
    std::string target;
    if (location.front() == '/')
        target = location;
    else if (location.front() == '?')
        target = path + std::string(location);
    else
        target = path.substr(0, path.rfind('/') + 1) + std::string(location);
    Url url = base;
    url.target = target;
    return parse_url(url.to_string());
}

} // namespace certbroker::http
