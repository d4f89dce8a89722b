#include "profile/ini.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "profile/errors.hpp"
#include "profile/ini_decode.hpp"
#include "profile/ini_parser.hpp"

namespace certbroker::profile {

Position IniEntry::position_of(std::size_t offset) const {
    const auto behind = std::upper_bound(parts.begin(), parts.end(), offset,
                                         [](std::size_t at, const auto &part) { return at < part.first; });
    if (behind == parts.begin()) return value_position;
    const auto &[start, position] = *std::prev(behind);
    const std::size_t end = std::min(offset, value.size());
    const auto characters = std::count_if(value.begin() + static_cast<std::ptrdiff_t>(std::min(start, end)),
                                          value.begin() + static_cast<std::ptrdiff_t>(end),
                                          [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; });
    return {position.line, position.column + static_cast<std::uint32_t>(characters)};
}

const IniSection *IniDocument::find(std::string_view name) const noexcept {
    for (const IniSection &section : sections) {
        if (iequals(section.name, name)) return &section;
    }
    return nullptr;
}

Result<IniDocument> parse_ini(ByteView bytes, std::string source) {
    auto decoded = decode_text(bytes);
    if (!decoded) {
        Error error = std::move(decoded).error();
        if (!source.empty()) return std::move(error).at(std::move(source), 0, 0);
        return error;
    }
    IniDocument document;
    document.source = source;
    Findings findings(document.diagnostics, std::move(source));
    if (decoded->encoding == TextEncoding::windows1252) {
        findings.add(diagnostics::encoding, {}, "The file is not valid UTF-8 and was read as Windows-1252 (ANSI)");
    }
    IniLineParser(document, findings).read(decoded->text);
    apply_strings(document, findings);
    return document;
}

} // namespace certbroker::profile
