#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace certbroker {

std::string to_hex(ByteView bytes, bool upper = false);
/// Hex digits in pairs, any case; blanks, line ends and colons between the pairs are allowed.
Result<Bytes> from_hex(std::string_view text);

/// RFC 4648 section 4, with padding; `columns` > 0 breaks lines with `line_end`.
std::string to_base64(ByteView bytes, std::size_t columns = 0, std::string_view line_end = "\n");
/// Strict but for blanks and line ends between the characters and for missing padding.
Result<Bytes> from_base64(std::string_view text);

/// One PEM block (RFC 7468): "-----BEGIN label-----", base64, "-----END label-----".
struct PemBlock {
    std::string label;
    Bytes bytes;
};
std::string to_pem(std::string_view label, ByteView bytes, std::string_view line_end = "\n");
bool looks_like_pem(std::string_view text) noexcept;
/// All blocks in the text, in order; text between them is passed over. No block is an error. Encrypted blocks with
/// RFC 1421 headers are refused. At most `limit` blocks.
Result<std::vector<PemBlock>> from_pem(std::string_view text, std::size_t limit = 100);

/// A SHA-1 thumbprint as people paste it (blanks, colons, quotes straight or curly, invisible characters such as
/// U+200E, any case) as 40 upper-case hex digits.
Result<std::string> normalize_thumbprint(std::string_view text);

} // namespace certbroker
