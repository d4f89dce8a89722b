#include "base/text.hpp"
#include "http/http.hpp"

namespace certbroker::http {

std::string redact_url(std::string_view url) {
    url = url.substr(0, url.find('#'));
    const auto question = url.find('?');
    std::string_view front = url.substr(0, question);
    std::string out;
    // User information ends at the last @ of the authority, whatever odd characters stand before it.
    const auto scheme = front.find("://");
    const std::size_t start = scheme == std::string_view::npos ? 0 : scheme + 3;
    const auto slash = front.find('/', start);
    const std::string_view authority = front.substr(start, slash == std::string_view::npos ? slash : slash - start);
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
        out = std::string(front.substr(0, start)) + "***";
        front.remove_prefix(start + at);
    }
    out += front;
    if (question != std::string_view::npos) {
        char separator = '?';
        for (const std::string_view pair : split(url.substr(question + 1), '&')) {
            const auto equals = pair.find('=');
            out += separator;
            // A lone word may be a value just as well.
            out += equals == std::string_view::npos ? "***" : std::string(pair.substr(0, equals)) + "=***";
            separator = '&';
        }
    }
    for (char &c : out) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    }
    return out;
}

} // namespace certbroker::http
