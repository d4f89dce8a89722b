#include "transport.hpp"

namespace microsoft_ca {

std::unique_ptr<Transport> make_dcom(const Connection &) {
    throw failure(errors::platform,
                  "The connection to the Microsoft CA cannot be opened: transport dcom is Windows' own");
}

} // namespace microsoft_ca
