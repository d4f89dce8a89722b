#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/text.hpp"

/// Text as the services' messages and pages have it: UTF-8, compared without case in ASCII only. Pure functions.
namespace microsoft_ca {

using certbroker::plugin::base64;
using certbroker::plugin::bytes_of_hex;
using certbroker::plugin::hex;
using certbroker::plugin::is_utf8;
using certbroker::plugin::lower;
using certbroker::plugin::number;
using certbroker::plugin::same;
using certbroker::plugin::shown;
using certbroker::plugin::trim;

/// Between separators, empty ones too.
std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(const std::vector<std::string> &items, std::string_view between);

/// "0x80094012"
std::string hresult_text(std::uint32_t code);

/// Dotted decimal with at least two arcs, at most 200 characters: those of templates have fifteen arcs.
bool is_oid(std::string_view text);
/// A RequestID as CAs number them: 1 to 10 decimal digits.
bool is_request_id(std::string_view text);

} // namespace microsoft_ca
