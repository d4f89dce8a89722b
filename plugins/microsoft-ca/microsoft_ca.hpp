#pragma once

#include <memory>

#include "transport.hpp"

/// The provider: one instance is one connection. plugin.cpp makes the table of it; the work is its transport's.
namespace microsoft_ca {

class MicrosoftCa {
public:
    using Make = std::unique_ptr<Transport> (*)(const Connection &);

    MicrosoftCa(Host host, Call call, Settings settings);
    /// With a transport of somebody else: tests have no CA to talk to by DCOM.
    MicrosoftCa(Host host, Call call, Settings settings, Make make);
    MicrosoftCa(const MicrosoftCa &) = delete;
    MicrosoftCa &operator=(const MicrosoftCa &) = delete;

    cbp_status submit(Call call, const cbp_order &order) { return transport_->submit(call, order); }
    cbp_status renew(Call call, const cbp_order &order) { return transport_->renew(call, order); }
    cbp_status poll(Call call, cbp_bytes token);
    cbp_status find(Call call, const cbp_query &query) { return transport_->find(call, query); }
    cbp_status list_profiles(Call call) { return transport_->list_profiles(call); }
    cbp_status policy(Call call, const char *profile) { return transport_->policy(call, profile); }
    cbp_status ca_chain(Call call, const char *profile) { return transport_->ca_chain(call, profile); }
    cbp_status get_crl(Call call) { return transport_->get_crl(call); }
    cbp_status check(Call call, const cbp_check &wish) { return transport_->check(call, wish); }
    cbp_status endpoints(Call call) { return transport_->endpoints(call); }

private:
    Connection connection_;
    std::unique_ptr<Transport> transport_; ///< refers to connection_
};

} // namespace microsoft_ca
