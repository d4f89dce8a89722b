#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "certsrv_page.hpp"
#include "exchange.hpp"
#include "request.hpp"
#include "transport.hpp"

/// The web enrolment pages: the road of those who have neither the enrolment web services nor a domain.
namespace microsoft_ca {

class Certsrv final : public Transport {
public:
    explicit Certsrv(const Connection &connection) : connection_(connection) {}

    cbp_status submit(Call call, const cbp_order &order) override;
    cbp_status renew(Call call, const cbp_order &order) override;
    cbp_status poll(Call call, const Token &token) override;
    cbp_status find(Call call, const cbp_query &query) override;
    cbp_status list_profiles(Call call) override;
    cbp_status policy(Call call, const char *profile) override;
    cbp_status ca_chain(Call call, const char *profile) override;
    cbp_status get_crl(Call call) override;
    cbp_status check(Call call, const cbp_check &wish) override;
    cbp_status endpoints(Call call) override;

private:
    Call::Response get(Exchange &exchange, const std::string &page, const std::string &what) const;
    std::string page_of_order(Exchange &exchange, const cbp_order &order, const std::string &form) const;
    cbp_status settle(Exchange &exchange, const char *idempotency, const std::string &key_id,
                      const certsrv::Page &page);
    cbp_status fetch(Exchange &exchange, const char *idempotency, const Token &token);
    std::vector<cbp_bytes> authorities(Exchange &exchange, const std::string &page, const std::string &what) const;
    std::uint32_t renewals(Exchange &exchange) const;

    const Connection &connection_;
};

} // namespace microsoft_ca
