#include "microsoft_ca.hpp"

namespace microsoft_ca {
namespace {

std::unique_ptr<Transport> make_transport(const Connection &connection) {
    switch (connection.transport) {
    case TransportKind::certsrv:
        return make_certsrv(connection);
    case TransportKind::dcom:
        return make_dcom(connection);
    case TransportKind::ces:
        break;
    }
    return make_ces(connection);
}

} // namespace

cbp_status Transport::get_crl(Call) {
    throw failure(errors::not_possible,
                  "The revocation list could not be fetched: this transport has no message for it",
                  "Fetch it from the address in the certificates (CRL distribution points).");
}

MicrosoftCa::MicrosoftCa(Host host, Call call, Settings settings)
    : MicrosoftCa(host, call, settings, &make_transport) {}

MicrosoftCa::MicrosoftCa(Host host, Call call, Settings settings, Make make)
    : connection_(host, call, settings), transport_(make(connection_)) {}

cbp_status MicrosoftCa::poll(Call call, cbp_bytes given) {
    const auto token = read_token(certbroker::plugin::text(given));
    const std::string what = "The request could not be asked for: its token is ";
    if (!token) throw failure(errors::token, what + "none of this provider's");
    if (token->transport != name_of(connection_.transport))
        throw failure(errors::token, what + "for transport " + token->transport +
                                         ", and this authority has transport " + name_of(connection_.transport));
    return transport_->poll(call, *token);
}

} // namespace microsoft_ca
