#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "certbroker/plugin.h"

namespace local_ca {

/// What a profile puts into a certificate, and what it asks of a request.
struct Profile {
    const char *id;
    const char *title;
    const char *const *enhanced_key_usage; ///< OIDs, NULL-terminated; nullptr = as the request says
    const char *const *key_usage;          ///< names; nullptr = by the key's kind
    const char *required_san;              ///< "dns", "email", or nullptr
    std::uint32_t extra_certify_flags;
};

/// The first one is the default.
extern const Profile profiles[];
extern const std::size_t profile_count;
/// nullptr when there is none of that name; an empty name is the default.
const Profile *find_profile(std::string_view id);

} // namespace local_ca
