#pragma once

#include "provider/fake.hpp"
#include "support/scep_ca.hpp"

/// The provider in the real host, with a CA in the process behind it.
extern "C" const cbp_plugin *CBP_CALL certbroker_plugin_describe(std::uint32_t host_abi_major);

namespace scep::test {

using certbroker::test::must;
using State = certbroker::provider::Outcome::State;

inline constexpr const char *url = "http://ndes.example.com/certsrv/mscep/mscep.dll";

struct Rig {
    Rig();

    certbroker::test::Host host;
    certbroker::test::ScepCa ca{certbroker::system_clock()};

    std::unique_ptr<certbroker::provider::Provider> open();
    /// An order for CN=device.example.com with an RSA key in the store; lives as long as the rig. `challenge` goes into
    /// the request as the host puts it there.
    certbroker::provider::Order order(const std::string &challenge = "", const std::string &id = "order-1");
    /// The order's certificate, made by the CA; for renewals.
    certbroker::x509::Certificate issue(certbroker::provider::Provider &provider,
                                        const certbroker::provider::Order &order);
    /// Submits and gives the error; fails the case when there is none.
    certbroker::Error refusal();

private:
    std::vector<std::shared_ptr<certbroker::x509::Csr>> requests_;
};

bool has(const std::string &text, const std::string &part);
/// Whether the host may take it that nothing left.
bool never_left(const certbroker::Error &error);

} // namespace scep::test
