#pragma once

#include <string>
#include <string_view>

#include "xml.hpp"

/// User management, as far as issuing needs it: profiles whose users the RA registers before it enrols them.
namespace digicert::users {

/// Its binding declares no action.
inline constexpr std::string_view action = "";

struct User {
    std::string seat, first_name, last_name, email;
};
std::string write_request(const User &user, std::string_view transaction);

struct Answer {
    std::string seat, status; ///< the words of the status are not published
    std::string client_transaction, server_transaction;
};
/// Throws DigiCert.Answer when it is none.
Answer read_answer(xml::Element body);

} // namespace digicert::users
