#pragma once

#include <optional>
#include <string>
#include <string_view>

/// What is kept of a request that the CA has not decided yet.
namespace microsoft_ca {

struct Token {
    std::string transport; ///< "ces", "certsrv", "dcom": who can ask for it
    std::string request;   ///< the CA's RequestID, decimal
    std::string where;     ///< ces: the address to ask; dcom: the CA's config string; may be empty
    std::string key_id;    ///< SHA-256 of the request's public key, hex: which certificate is meant
};

/// A text of lines with a version; the parts hold no line ends.
std::string write_token(const Token &token);
/// Nothing when it is none.
std::optional<Token> read_token(std::string_view text);

} // namespace microsoft_ca
