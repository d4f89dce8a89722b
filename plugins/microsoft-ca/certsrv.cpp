#include "transport.hpp"

namespace microsoft_ca {

std::unique_ptr<Transport> make_certsrv(const Connection &) {
    throw failure(
        errors::not_possible,
        "The connection to the Microsoft CA cannot be opened: this build does not have transport certsrv",
        "Use transport ces: install the Certificate Enrollment Policy and Certificate Enrollment Web Services.");
}

} // namespace microsoft_ca
