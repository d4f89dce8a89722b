#pragma once

#include <string>
#include <string_view>

#include "certbroker/plugin.hpp"

/// The failures this provider names (errors.def), and how one is thrown.
namespace scep {

using certbroker::plugin::Failure;

namespace detail {
/// The statuses of the catalogues, as a plugin returns them.
constexpr cbp_status status_of(std::string_view name) {
    constexpr std::pair<std::string_view, cbp_status> names[] = {
        {"argument", CBP_E_ARGUMENT},   {"unsupported", CBP_E_UNSUPPORTED}, {"timeout", CBP_E_TIMEOUT},
        {"not_found", CBP_E_NOT_FOUND}, {"policy", CBP_E_POLICY},           {"auth", CBP_E_AUTH},
        {"network", CBP_E_NETWORK},     {"remote", CBP_E_REMOTE},           {"protocol", CBP_E_PROTOCOL},
        {"trust", CBP_E_TRUST}};
    for (const auto &[known, status] : names) {
        if (known == name) return status;
    }
    return CBP_E_INTERNAL;
}
} // namespace detail

struct ErrorKind {
    const char *id;
    cbp_status status;
    const char *remedy;
};

namespace errors {
#define CERTBROKER_ERROR(name, id, status, meaning, remedy)                                                            \
    inline constexpr ErrorKind name{id, ::scep::detail::status_of(#status), remedy};
#include "errors.def"
#undef CERTBROKER_ERROR
} // namespace errors

/// `message` is one line "what could not be done: why".
inline Failure failure(const ErrorKind &kind, std::string message) {
    return Failure{kind.status, std::move(message), kind.remedy, kind.id};
}
inline Failure failure(const ErrorKind &kind, std::string message, std::string remedy) {
    return Failure{kind.status, std::move(message), std::move(remedy), kind.id};
}
/// "The CA never got it": the host has its own id for that, Provider.NotFound, and goes by it.
inline Failure not_found(std::string message) {
    return Failure{CBP_E_NOT_FOUND, std::move(message), "Check the request id or serial number, and the authority."};
}

} // namespace scep
