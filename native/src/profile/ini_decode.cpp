#include "profile/ini_decode.hpp"

#include <algorithm>
#include <initializer_list>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "profile/errors.hpp"

namespace certbroker::profile {
namespace {

constexpr std::size_t max_size = std::size_t{1} << 20U;

bool starts_with(ByteView bytes, std::initializer_list<std::uint8_t> mark) {
    return bytes.size() >= mark.size() && std::equal(mark.begin(), mark.end(), bytes.begin());
}

/// UTF-16 without a byte order mark shows in the zero bytes of its ASCII characters: a fifth of all units is enough, as
/// keys, signs and line ends are ASCII whatever language the names are in.
bool has_zeros_at(ByteView bytes, std::size_t parity) {
    std::size_t here = 0;
    std::size_t there = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (bytes[i] == 0) ++(i % 2 == parity ? here : there);
    }
    return bytes.size() >= 4 && bytes.size() % 2 == 0 && here * 10 >= bytes.size() && there * 20 <= here;
}

/// Keys, certificates and archives would otherwise be read as pages of Windows-1252.
bool looks_binary(std::string_view text) {
    std::size_t strange = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 && byte != '\t' && byte != '\r' && byte != '\n' && byte != '\f') ++strange;
    }
    return strange * 20 > text.size();
}

} // namespace

Result<DecodedText> decode_text(ByteView bytes) {
    if (bytes.size() > max_size)
        return fail(errors::too_large,
                    "The INF could not be read: it has " + std::to_string(bytes.size()) + " bytes, the limit is 1 MiB");
    const auto unreadable = [](const char *why) {
        return fail(errors::inf_unreadable, std::string("The INF could not be read: ") + why);
    };
    DecodedText out;
    if (starts_with(bytes, {0xff, 0xfe, 0, 0}) || starts_with(bytes, {0, 0, 0xfe, 0xff}))
        return unreadable("it is UTF-32");
    if (starts_with(bytes, {0xff, 0xfe}) || starts_with(bytes, {0xfe, 0xff})) {
        out.encoding = TextEncoding::utf16;
        out.text = utf16_to_utf8(bytes.subspan(2), bytes.front() == 0xfe);
    } else if (has_zeros_at(bytes, 1) || has_zeros_at(bytes, 0)) {
        out.encoding = TextEncoding::utf16;
        out.text = utf16_to_utf8(bytes, has_zeros_at(bytes, 0));
    } else {
        if (starts_with(bytes, {0xef, 0xbb, 0xbf})) bytes = bytes.subspan(3);
        if (is_valid_utf8(as_text(bytes))) {
            out.text = std::string(as_text(bytes));
        } else {
            out.encoding = TextEncoding::windows1252;
            out.text = windows1252_to_utf8(bytes);
        }
    }
    // Old editors mark the end of a text with Ctrl-Z.
    while (!out.text.empty() && out.text.back() == '\x1a')
        out.text.pop_back();
    if (looks_binary(out.text)) return unreadable("it is binary data, not a text");
    return out;
}

} // namespace certbroker::profile
