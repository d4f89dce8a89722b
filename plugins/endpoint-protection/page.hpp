#pragma once

#include <optional>
#include <string>
#include <string_view>

/// The page on which NDES shows a challenge password (/certsrv/mscep_admin/).
namespace scep {

/// What a page says. The password itself is not among it: the host takes it out of the page by what stands around it.
struct ChallengePage {
    enum class Kind { password, cache_full, no_permission, nothing } kind = Kind::nothing;
    std::string before, after; ///< of the password; `before` occurs there first
};

/// Reads a page of at most 1 MiB, UTF-8 or UTF-16. The password is what stands behind the English sentence, or, in a
/// page of another language, the only isolated group of 16 hex digits; the CA's thumbprint above it is groups of 8.
ChallengePage read_challenge_page(std::string_view body);

} // namespace scep
