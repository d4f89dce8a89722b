#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "x509/chain.hpp"

/// The INF grammar of certreq (shared by nothing else): text with positions, no meaning yet.
namespace certbroker::profile {

using x509::Severity;

/// One finding about a request, from the text, its values, or a CA's policy.
struct Diagnostic {
    Severity severity = Severity::error;
    std::string rule; ///< an id of profile/errors.def for errors and of diagnostics.def for warnings: "Inf.UnknownKey"
    std::string message; ///< one line
    std::string remedy;
    std::string file;         ///< as the caller named it; empty for parameters
    std::uint32_t line = 0;   ///< from 1; 0 = none
    std::uint32_t column = 0; ///< in characters, from 1; 0 = none
};

struct Position {
    std::uint32_t line = 0;
    std::uint32_t column = 0;
};

struct IniEntry {
    std::string key;   ///< as written, tokens replaced
    std::string value; ///< unquoted, comment removed, tokens replaced, _continue_ lines appended
    Position key_position;
    Position value_position; ///< of the value's first character (behind the quote)
    bool quoted = false;
    /// Where each part of the value starts: {offset in value, position}. A part begins at the value's start (the first
    /// is value_position), with each _continue_ line, and behind each token or doubled quote that was replaced.
    std::vector<std::pair<std::size_t, Position>> parts;

    /// The position of value[offset].
    Position position_of(std::size_t offset) const;
};

struct IniSection {
    std::string name;
    Position position;
    std::vector<IniEntry> entries;
};

struct IniDocument {
    std::string source;                  ///< the file's name for diagnostics
    std::vector<IniSection> sections;    ///< [Strings] is applied and kept
    std::vector<Diagnostic> diagnostics; ///< of the grammar and encoding

    const IniSection *find(std::string_view name) const noexcept; ///< any case; the first of that name
};

/// Reads UTF-8 (with or without BOM), UTF-16 (BOM, or recognisable by its zero bytes), else Windows-1252 with a
/// warning. Only a text that cannot be read at all fails: over 1 MiB, or binary. Limits: 100,000 lines, 16 KiB a key or
/// line, 256 KiB a joined value.
Result<IniDocument> parse_ini(ByteView bytes, std::string source);

} // namespace certbroker::profile
