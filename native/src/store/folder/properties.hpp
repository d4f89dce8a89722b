#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

/// The file beside a certificate: what is known about it that is not in it. Lines "name: value"; control characters and
/// backslashes in values are written \xNN; unknown names are passed over, so that a newer version may add some.
namespace certbroker::store {

struct Properties {
    std::string friendly_name; ///< UTF-8
    bool archived = false;

    bool operator==(const Properties &) const = default;
    /// Nothing to say: no file is needed.
    bool plain() const noexcept { return friendly_name.empty() && !archived; }
};

inline constexpr std::size_t max_properties_file = 64UL * 1024;

std::string write_properties(const Properties &properties);
/// Store.Damaged when the text is none of ours.
Result<Properties> read_properties(std::string_view text);

} // namespace certbroker::store
