#pragma once

#include <filesystem>
#include <optional>
#include <string>

/// The parts of trust that Windows decides by access control lists. Windows only.
namespace certbroker::provider {

/// Who may write plugins: administrators, SYSTEM, TrustedInstaller, and this account where it is not empty.
struct Trustees {
    std::string user; ///< SID
    bool trusts(const std::string &sid) const;
};
Trustees trustees_of_process();

std::optional<std::string> writable_by_others(const std::filesystem::path &path, const Trustees &trustees);

} // namespace certbroker::provider
