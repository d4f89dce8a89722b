#include "x509/armour.hpp"

#include <algorithm>

#include "base/errors.hpp"
#include "base/text.hpp"

namespace certbroker::x509::detail {
namespace {

constexpr std::string_view begin_line = "-----BEGIN ";
constexpr std::string_view dashes = "-----";
constexpr std::size_t max_label = 64;

/// A SEQUENCE whose length octet is no ASCII character, or does not lead into text: base64 of DER begins with 'M'.
bool is_der(ByteView bytes) {
    if (bytes.size() < 2 || bytes[0] != 0x30) return false;
    return bytes[1] >= 0x80 || bytes.size() == std::size_t{2} + bytes[1];
}

/// Text in UTF-8 without byte order mark.
std::string to_text(ByteView bytes) {
    if (bytes.size() >= 2 && bytes[0] == 0xff && bytes[1] == 0xfe) return utf16_to_utf8(bytes.subspan(2), false);
    if (bytes.size() >= 2 && bytes[0] == 0xfe && bytes[1] == 0xff) return utf16_to_utf8(bytes.subspan(2), true);
    if (bytes.size() >= 3 && bytes[0] == 0xef && bytes[1] == 0xbb && bytes[2] == 0xbf) bytes = bytes.subspan(3);
    return std::string(as_text(bytes));
}

Error refuse(const ErrorKind &kind, std::string_view what, const std::string &why) {
    return fail(kind, std::string(what) + " could not be read: " + why);
}

Result<Armour> open_pem(std::string_view text, std::span<const std::string_view> labels, std::size_t limit,
                        const ErrorKind &kind, std::string_view what) {
    Armour armour;
    for (;;) {
        const auto start = text.find(begin_line);
        if (start == std::string_view::npos) return armour;
        text.remove_prefix(start);
        const auto label_end =
            text.substr(0, begin_line.size() + max_label + dashes.size()).find(dashes, begin_line.size());
        if (label_end == std::string_view::npos) return refuse(kind, what, "a BEGIN line is not complete");
        const std::string label(text.substr(begin_line.size(), label_end - begin_line.size()));
        if (std::find(labels.begin(), labels.end(), label) == labels.end()) {
            // Keys and lists beside it are left alone, whatever they hold; their END is not searched for.
            if (armour.other_labels.size() < 8) armour.other_labels.push_back(label);
            text.remove_prefix(label_end + dashes.size());
            continue;
        }
        if (armour.blocks.size() == limit)
            return fail(errors::too_large, std::string(what) + " could not be read: there are more than " +
                                               std::to_string(limit) + " PEM blocks");
        const std::string end_line = "-----END " + label + "-----";
        const auto end = text.find(end_line, label_end + dashes.size());
        if (end == std::string_view::npos) return refuse(kind, what, "the END line of '" + label + "' is missing");
        auto block = from_pem(text.substr(0, end + end_line.size()), 1);
        if (!block) return refuse(kind, what, "its PEM is damaged").because(std::move(block).error());
        armour.blocks.push_back(std::move(block->front()));
        text.remove_prefix(end + end_line.size());
    }
}

} // namespace

Result<Armour> open_armour(ByteView bytes, std::span<const std::string_view> labels, std::size_t limit,
                           const ErrorKind &kind, std::string_view what) {
    if (is_der(bytes)) return Armour{{PemBlock{{}, to_bytes(bytes)}}, {}};
    const std::string text = to_text(bytes);
    if (looks_like_pem(text)) return open_pem(text, labels, limit, kind, what);
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string::npos) return refuse(kind, what, "the file is empty");
    if (text[first] == '<') return refuse(kind, what, "this is a web page or an XML file");
    auto der = from_base64(text);
    if (!der || !is_der(*der)) return refuse(kind, what, "it is neither DER nor PEM nor base64");
    return Armour{{PemBlock{{}, *std::move(der)}}, {}};
}

} // namespace certbroker::x509::detail
