#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "profile/findings.hpp"
#include "profile/ini.hpp"

/// The parts of parse_ini. Private to profile.
namespace certbroker::profile {

inline constexpr std::size_t max_lines = 100'000;
inline constexpr std::size_t max_line = std::size_t{16} * 1024;
inline constexpr std::size_t max_value = std::size_t{256} * 1024;
/// What all values may grow to by tokens: far more than a file of 1 MiB needs, and a bound for one that wants to
/// explode.
inline constexpr std::size_t max_expansion = std::size_t{4} << 20U;

/// Reads the lines of a decoded text into sections; [Strings] is not applied yet.
class IniLineParser {
public:
    IniLineParser(IniDocument &document, Findings &findings) : document_(document), findings_(findings) {}

    void read(std::string_view text);

private:
    void read_line(std::string_view line);
    void read_section();
    void read_entry();
    void read_value(IniEntry &entry);
    void read_quoted(IniEntry &entry);
    void read_unquoted(IniEntry &entry);
    void append_to_previous(IniEntry &&entry);

    void skip_blanks();
    bool at_comment_or_end() const { return at_ == line_.size() || line_[at_] == ';'; }
    Position position(std::size_t at) const;
    void unreadable(const ErrorKind &kind, std::size_t at, std::string message, std::string remedy = {});
    void mark(IniEntry &entry, std::size_t at) const { entry.parts.emplace_back(entry.value.size(), position(at)); }

    IniDocument &document_;
    Findings &findings_;
    std::unordered_map<std::string, std::size_t> by_name_; ///< lower-case name -> index in document_.sections
    std::size_t section_ = npos;                           ///< index of the open section
    /// What a _continue_ line would continue: below a line that could not be read it is passed over without a further
    /// finding.
    enum class Above { nothing, entry, unreadable } above_ = Above::nothing;
    std::string_view line_;
    std::size_t at_ = 0;
    std::uint32_t number_ = 0;
    /// Characters in front of an offset of the line, counted on from the last offset that was asked for.
    mutable std::size_t counted_to_ = 0;
    mutable std::uint32_t characters_ = 0;

    static constexpr std::size_t npos = static_cast<std::size_t>(-1);
};

/// Replaces %tokens% of [Strings] in keys and values of all other sections, and %% by %.
void apply_strings(IniDocument &document, Findings &findings);

/// Bytes of the blank that a text begins with, 0 when it begins with none; blanks off both ends. Blanks are blank, tab
/// and what web pages and word processors leave behind (no-break space, zero-width characters, byte order marks
/// inside).
std::size_t leading_blank(std::string_view text) noexcept;
std::string_view trim_blanks_end(std::string_view text) noexcept;
std::string_view trim_blanks(std::string_view text) noexcept;

} // namespace certbroker::profile
