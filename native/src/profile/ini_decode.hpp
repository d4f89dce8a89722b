#pragma once

#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace certbroker::profile {

enum class TextEncoding { utf8, utf16, windows1252 };

struct DecodedText {
    std::string text; ///< UTF-8, without byte order mark
    TextEncoding encoding = TextEncoding::utf8;
};

/// Finds out how a text file is encoded and decodes it: byte order marks first, then UTF-16 by its zero bytes, then
/// UTF-8, else Windows-1252. Over 1 MiB: Base.TooLarge; binary data and UTF-32: Inf.Unreadable.
Result<DecodedText> decode_text(ByteView bytes);

} // namespace certbroker::profile
