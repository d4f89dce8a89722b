#pragma once

#include <functional>
#include <string>
#include <string_view>

/// As much of HTML as a page must be taken apart: tags, scripts, remarks, text. Any octets are a page.
namespace microsoft_ca::html {

enum class Part { tag, script, text };

/// Gives the parts in their order: a tag with its angle brackets, a script or style without them, text undecoded.
/// Remarks are left out. One pass, whatever the page is.
void take_apart(std::string_view page, const std::function<void(Part, std::string_view)> &give);

/// The name of a tag in lower case: "input", "/p".
std::string name_of(std::string_view tag);

/// The named entities that such pages have, and numbers. What is no entity stays; what is no character becomes '?'.
std::string decode(std::string_view text);

/// UTF-8 as it is; every octet that does not fit becomes '?'.
std::string repaired(std::string_view text);

} // namespace microsoft_ca::html
