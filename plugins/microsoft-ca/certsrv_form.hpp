#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connection.hpp"

/// The form that the web enrolment pages are given (certfnsh.asp). Pure functions.
namespace microsoft_ca::certsrv {

/// For a form: everything but letters, digits and -._~ escaped; '+' would be read as a blank.
std::string escaped(std::string_view text);
/// application/x-www-form-urlencoded, in the order given.
std::string write_form(const std::vector<std::pair<std::string, std::string>> &fields);

/// The form of a request: `message` is a PKCS#10, PKCS#7 or CMC in base64.
std::string write_request(std::string_view message, std::string_view attributes);

} // namespace microsoft_ca::certsrv
