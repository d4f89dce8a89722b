#include "token.hpp"

#include <array>

#include "text.hpp"

namespace microsoft_ca {
namespace {

constexpr std::string_view head = "microsoft-ca 1";
constexpr std::size_t longest = 8192;

} // namespace

std::string write_token(const Token &token) {
    std::string out(head);
    for (const std::string *part : {&token.transport, &token.request, &token.where, &token.key_id})
        out += "\n" + *part;
    return out;
}

std::optional<Token> read_token(std::string_view text) {
    if (text.size() > longest || !is_utf8(text)) return std::nullopt;
    const std::vector<std::string_view> lines = split(text, '\n');
    if (lines.size() != 5 || lines[0] != head) return std::nullopt;
    Token token{std::string(lines[1]), std::string(lines[2]), std::string(lines[3]), std::string(lines[4])};
    constexpr std::array<std::string_view, 3> transports{"ces", "certsrv", "dcom"};
    bool known = false;
    for (const std::string_view transport : transports)
        known = known || token.transport == transport;
    if (!known || !is_request_id(token.request)) return std::nullopt;
    if (!token.key_id.empty() && (token.key_id.size() != 64 || !bytes_of_hex(token.key_id))) return std::nullopt;
    return token;
}

} // namespace microsoft_ca
