#pragma once

#include <memory>

#include "connection.hpp"
#include "token.hpp"

/// A road to the CA. An instance has one, for as long as it lives; its slots are the provider's.
namespace microsoft_ca {

class Transport {
public:
    Transport() = default;
    Transport(const Transport &) = delete;
    Transport &operator=(const Transport &) = delete;
    virtual ~Transport() = default;

    virtual cbp_status submit(Call call, const cbp_order &order) = 0;
    virtual cbp_status renew(Call call, const cbp_order &order) = 0;
    /// The token is one of this transport's.
    virtual cbp_status poll(Call call, const Token &token) = 0;
    virtual cbp_status find(Call call, const cbp_query &query) = 0;
    virtual cbp_status list_profiles(Call call) = 0;
    virtual cbp_status policy(Call call, const char *profile) = 0;
    virtual cbp_status ca_chain(Call call, const char *profile) = 0;
    /// Throws MicrosoftCa.NotPossible unless a transport can.
    virtual cbp_status get_crl(Call call);
    virtual cbp_status check(Call call, const cbp_check &wish) = 0;
    virtual cbp_status endpoints(Call call) = 0;
};

/// The connection outlives the transport. They throw when the settings make no sense for it.
std::unique_ptr<Transport> make_ces(const Connection &connection);
std::unique_ptr<Transport> make_certsrv(const Connection &connection);
std::unique_ptr<Transport> make_dcom(const Connection &connection);

} // namespace microsoft_ca
