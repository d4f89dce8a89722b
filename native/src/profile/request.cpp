#include "profile/request.hpp"

#include <algorithm>

#include "profile/findings.hpp"

namespace certbroker::profile {
namespace {

const Diagnostic *first_error(const std::vector<Diagnostic> &diagnostics) noexcept {
    const auto found = std::find_if(diagnostics.begin(), diagnostics.end(),
                                    [](const Diagnostic &item) { return item.severity == Severity::error; });
    return found == diagnostics.end() ? nullptr : &*found;
}

} // namespace

bool Request::has_errors() const noexcept {
    return first_error(diagnostics) != nullptr;
}

Result<void> Request::usable() const {
    if (const Diagnostic *error = first_error(diagnostics); error != nullptr) return to_error(*error);
    return {};
}

Result<void> require_acceptable(const Request &request, const Policy *policy) {
    const auto all = check_request(request, policy);
    if (const Diagnostic *error = first_error(all); error != nullptr) return to_error(*error);
    return {};
}

} // namespace certbroker::profile
