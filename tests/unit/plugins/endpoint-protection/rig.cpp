#include "rig.hpp"

#include "base/der.hpp"
#include "store/store.hpp"

namespace scep::test {

using namespace certbroker;

Rig::Rig() {
    host.settings.set("url", std::string(url));
    host.http.answer = [this](const http::Request &request, const Operation &) -> Result<http::Response> {
        return ca.answer(request);
    };
}

std::unique_ptr<provider::Provider> Rig::open() {
    return must(host.open(certbroker_plugin_describe(CERTBROKER_PLUGIN_ABI_MAJOR)));
}

provider::Order Rig::order(const std::string &challenge, const std::string &id) {
    const auto store = must(host.stores.open("memory:CurrentUser/My"));
    store::KeyOptions options;
    options.spec = {crypto::KeyAlgorithm::rsa, 2048};
    provider::Order made;
    made.csr_key = must(store->create_key(options, host.operation));
    x509::CsrSpec spec;
    spec.subject = must(x509::Name::parse("CN=device.example.com,O=Example"));
    spec.extensions = {x509::make_subject_alt_name({must(x509::make_dns("device.example.com"))})};
    if (!challenge.empty()) {
        der::Writer value;
        value.text(der::printable_string, challenge);
        spec.challenge_password_value = std::move(value).take();
    }
    requests_.push_back(std::make_shared<x509::Csr>(must(x509::create_csr(spec, *made.csr_key))));
    made.csr = requests_.back().get();
    made.idempotency = id;
    return made;
}

x509::Certificate Rig::issue(provider::Provider &provider, const provider::Order &order) {
    const provider::Outcome outcome = must(provider.submit(order, host.operation));
    REQUIRE(outcome.state == State::issued);
    return must(x509::find_by_key(outcome.certificates, order.csr->public_key()));
}

Error Rig::refusal() {
    auto outcome = open()->submit(order("", "refused-" + std::to_string(requests_.size())), host.operation);
    if (outcome) FAIL("nothing failed");
    CHECK_FALSE(outcome.error().remedy().empty());
    return std::move(outcome).error();
}

bool has(const std::string &text, const std::string &part) {
    return text.find(part) != std::string::npos;
}

bool never_left(const Error &error) {
    const auto found = error.numbers().find(ErrorNumber::not_sent);
    return found != error.numbers().end() && found->second == 1;
}

} // namespace scep::test
