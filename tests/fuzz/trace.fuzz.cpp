// What a server says, as a trace shows it: no known secret, no line that is not marked, nothing that harms a terminal.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/text.hpp"
#include "http/trace.hpp"

using namespace certbroker;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    constexpr std::string_view canary = "canary<&>4711";
    static const char *const types[] = {"text/xml", "application/json", "application/x-www-form-urlencoded", "",
                                        "image/png"};
    const std::string_view input(reinterpret_cast<const char *>(data), size);
    http::Request request;
    request.method = "POST";
    request.url = "https://ca.example.com/";
    request.places = {{"{secret}", Secret(as_bytes(canary)), http::Escape::xml}};
    http::Response response;
    response.status = 200;
    response.headers = {{"Content-Type", types[size % 5]}, {"X-Note", std::string(input.substr(0, 100))}};
    // The secret stands somewhere in the middle, as it is and as XML.
    std::string body(input.substr(0, size / 2));
    body += std::string(canary) + "canary&lt;&amp;&gt;4711";
    body += input.substr(size / 2);
    response.body = to_bytes(as_bytes(body));
    const http::detail::Attempt attempt{request, request.method, *http::parse_url(request.url), false};
    const std::string text = http::detail::trace_of(attempt, response, std::chrono::milliseconds(1));

    if (text.find(canary) != std::string::npos || text.find("canary&lt;&amp;&gt;4711") != std::string::npos)
        std::abort();
    if (!is_valid_utf8(text) || text.empty() || text.back() != '\n') std::abort();
    for (const char32_t c : to_utf32(text)) {
        if ((c < 0x20 && c != U'\n' && c != U'\t') || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x202e)
            std::abort();
    }
    for (const std::string_view line : split(std::string_view(text).substr(0, text.size() - 1), '\n')) {
        if (!line.starts_with("> ") && !line.starts_with("< ")) std::abort();
    }
    return 0;
}
