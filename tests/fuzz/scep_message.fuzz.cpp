// What a SCEP server may answer, and what a journal may hold as a token: the whole provider in the real host, with
// everything in memory. The first octet says whose place the rest takes: GetCACaps, GetCACert, PKIOperation, a token.
// Whatever comes, the answer is an answer or an error with a message, never a broken contract; and nobody but the CA,
// whose key is not in the corpus, can issue.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "provider/provider.hpp"

extern "C" const cbp_plugin *CBP_CALL certbroker_plugin_describe(std::uint32_t host_abi_major);

namespace {

using namespace certbroker;

template<class T>
T must(Result<T> result) {
    if (!result) std::abort();
    return *std::move(result);
}

enum Place : std::uint8_t { capabilities, certificates, operation, token };

/// Answers with the input in one place and with what is right in the others.
class Server final : public http::Client {
public:
    Server() {
        const crypto::KeyHandle key = must(crypto::generate_key({crypto::KeyAlgorithm::rsa, 2048}));
        x509::CertificateSpec spec;
        spec.subject = spec.issuer = must(x509::Name::parse("CN=CA"));
        spec.serial = {1};
        spec.not_after = system_clock().now() + 86'400;
        spec.spki = key->public_key().spki();
        spec.extensions = {x509::make_basic_constraints(true, std::nullopt, true)};
        ca_ = must(x509::sign_certificate(spec, *key)).der();
    }
    Result<http::Response> send(const http::Request &request, const Operation &) override {
        const auto asks = [&](const char *name) { return request.url.find(name) != std::string::npos; };
        http::Response response;
        response.status = 200;
        if (asks("GetCACaps"))
            response.body = place == capabilities ? input : to_bytes(as_bytes("SCEPStandard\nRenewal\n"));
        else if (asks("GetCACert"))
            response.body = place == certificates ? input : ca_;
        else
            response.body = place == operation ? input : Bytes{0x30, 0x00};
        return response;
    }
    Place place = capabilities;
    Bytes input;

private:
    Bytes ca_;
};

struct Laboratory {
    Laboratory()
        : stores(store::Roots::under("/nonexistent/fuzz")), state(provider::make_memory_state()), registry({}) {
        services.http = &server;
        services.stores = &stores;
        services.state = state.get();
        services.random = &crypto::system_random();
        services.clock = &system_clock();
        services.log = &null_log();
        services.store_kind = "memory";
        registry.add_static(certbroker_plugin_describe(CERTBROKER_PLUGIN_ABI_MAJOR));
        const auto store = must(stores.open("memory:CurrentUser/My"));
        store::KeyOptions options;
        options.spec = {crypto::KeyAlgorithm::rsa, 2048};
        key = must(store->create_key(options, Operation()));
        x509::CsrSpec spec;
        spec.subject = must(x509::Name::parse("CN=fuzz"));
        csr = must(x509::create_csr(spec, *key));
    }
    Server server;
    store::StoreRegistry stores;
    std::unique_ptr<provider::StateStore> state;
    provider::Registry registry;
    provider::Services services;
    crypto::KeyHandle key;
    std::optional<x509::Csr> csr;
};

template<class T>
void judge(const Result<T> &result) {
    if (!result && (result.error().status() == Status::plugin || result.error().message().empty())) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    static Laboratory laboratory;
    if (size == 0) return 0;
    laboratory.server.place = static_cast<Place>(data[0] % 4);
    laboratory.server.input.assign(data + 1, data + size);
    Settings settings;
    settings.set("url", std::string("http://scep.example.com/scep"));
    settings.set("allow-legacy", std::string("true"));
    const auto ca = must(provider::Provider::open(must(laboratory.registry.find("endpoint-protection")), "fuzz",
                                                  settings, laboratory.services, Operation()));
    if (laboratory.server.place == token) {
        judge(ca->poll(laboratory.server.input, Operation()));
        return 0;
    }
    provider::Order order;
    order.csr = &*laboratory.csr;
    order.csr_key = laboratory.key;
    order.idempotency = "fuzz";
    const auto outcome = ca->submit(order, Operation());
    judge(outcome);
    if (outcome) std::abort();
    return 0;
}
