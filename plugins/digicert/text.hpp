#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/text.hpp"

/// Text as DigiCert's messages and certificate names have it: UTF-8, compared without case in ASCII only.
namespace digicert {

using certbroker::plugin::base64;
using certbroker::plugin::bytes_of_hex;
using certbroker::plugin::is_utf8;
using certbroker::plugin::lower;
using certbroker::plugin::number;
using certbroker::plugin::same;
using certbroker::plugin::shown;
using certbroker::plugin::trim;

std::vector<std::string> split_list(std::string_view text, char separator);

/// "04 12 b8": as Windows prints octets.
std::string printed_hex(std::string_view bytes);

/// Dotted decimal with at least two arcs, at most 64 characters.
bool is_oid(std::string_view text);
/// Something in front of one '@', a domain behind it, no blanks.
bool looks_like_email(std::string_view text);
/// Whether DigiCert takes it in a first or last name: letters of any script, digits, blank, hyphen, apostrophe.
/// Gives the first character that it does not take, as text.
std::optional<std::string> refused_name_character(std::string_view name);

} // namespace digicert
