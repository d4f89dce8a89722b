#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "store/store.hpp"

namespace certbroker::store {

/// kind:location/keys/<SHA-256 of the SubjectPublicKeyInfo, 64 lower-case hex>, for stores that name keys so.
struct KeyUri {
    std::string kind;
    Location location = Location::current_user;
    Bytes sha256;

    /// Store.Uri when it is something else.
    static Result<KeyUri> parse(std::string_view text);
    std::string to_string() const;
};

} // namespace certbroker::store
