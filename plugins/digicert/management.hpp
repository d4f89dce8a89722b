#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "xml.hpp"

/// Certificate management: revoke, suspend, resume, search.
namespace digicert::management {

inline constexpr std::string_view update_action =
    "http://schemas.verisign.com/pkiservices/2009/07/management/updateCertificateStatus";
inline constexpr std::string_view search_action =
    "http://schemas.verisign.com/pkiservices/2009/07/management/searchCertificate";

/// What a CRLReason of RFC 5280 is called here. certificateHold suspends, removeFromCRL resumes.
struct Change {
    std::string_view operation; ///< Revoke, Suspend, Resume
    std::string_view reason;    ///< empty = not said
};
/// Throws DigiCert.Setting for a number that is no reason.
Change change_of(std::int32_t reason);

/// DigiCert does not find serial numbers with leading zeros.
std::string serial_text(std::string_view hex);

std::string write_update(std::string_view serial, const Change &change, std::string_view transaction);
struct UpdateAnswer {
    std::int64_t code = 0;
    std::string message, client_transaction, server_transaction;
    std::int64_t count = 0;
};
UpdateAnswer read_update(xml::Element body);

/// What to search by; empty = any.
struct Search {
    std::string seat, profile, common_name, status, email, serial;
    std::uint64_t start = 0;
};
std::string write_search(const Search &search, std::string_view transaction);

struct Found {
    std::string certificate; ///< base64 of a certificate or a PKCS#7
    std::string seat, common_name, profile, email, serial;
    std::string status; ///< as in cbp_found: Valid, Expired, Revoked, Suspended, or DigiCert's own word
    std::int32_t reason = -1;
    std::int64_t valid_from = 0, valid_to = 0, revoked_at = 0;
};
struct Page {
    std::vector<Found> found;
    bool more = false;
    std::string client_transaction, server_transaction;
};
/// `start` is what was asked for: a service that does not say whether there is more says how many there are.
Page read_search(xml::Element body, std::size_t start = 0);

/// A status of cbp_found in DigiCert's word; the text itself, in capitals, when it is another.
std::string status_word(std::string_view status);

} // namespace digicert::management
