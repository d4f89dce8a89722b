#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "certbroker/plugin.hpp"

/// What local-ca keeps of its orders, and how it finds what it issued.
namespace local_ca {

/// The fields of a stored order, one a line; texts of people come last because they may hold anything but line ends.
struct StoredOrder {
    std::string state;      ///< issued, pending, denied
    std::string serial;     ///< issued
    std::int64_t until = 0; ///< pending
    std::string final_state;
    std::string profile;
    std::int64_t days = 0;
    std::string reason;
    std::string csr_hex;

    std::string to_text() const;
    static StoredOrder from_text(std::string_view text);
};

/// Digits to their number; 0 for anything else.
std::int64_t number(std::string_view text);
/// Order ids are the host's; a token that comes back may be anything.
bool is_order_id(std::string_view id);
std::string bytes_of_hex(std::string_view hex);

/// "revoked/<serial>": reason and time.
struct Revocation {
    std::int32_t reason = -1;
    std::int64_t at = 0;
};
Revocation revocation_of(std::string_view stored);

/// Gives the certificate kept under "issued/<serial>" to a search, when it is one of those that are looked for.
void show(const certbroker::plugin::Host &host, const certbroker::plugin::Call &call, const cbp_search &wish,
          const std::string &key);

} // namespace local_ca
