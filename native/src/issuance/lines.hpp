#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// "name = value" lines, as authority files and the journal's order column hold them. A value is any text: line ends,
/// backslashes and blanks at its ends are written as \n, \r, \t, \\ and \s.
namespace certbroker::issuance::lines {

std::string escape(std::string_view value);
/// Nothing when a backslash stands before something else.
std::optional<std::string> unescape(std::string_view text);

std::string write(const std::vector<std::pair<std::string, std::string>> &values);
/// Nothing when a line is not name = value.
std::optional<std::vector<std::pair<std::string, std::string>>> read(std::string_view text);
/// One line, without its end. Nothing when it is not name = value.
std::optional<std::pair<std::string, std::string>> read_line(std::string_view line);

} // namespace certbroker::issuance::lines
