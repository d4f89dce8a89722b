#include <catch2/catch_test_macros.hpp>

#include "rig.hpp"

#include "base/encoding.hpp"
#include "crypto/cms.hpp"
#include "crypto/random.hpp"
#include "http/errors.hpp"

extern "C" const cbp_plugin *CBP_CALL certbroker_plugin_describe(std::uint32_t host_abi_major);

namespace microsoft_ca::test {

using namespace certbroker;

namespace {

std::string between(std::string_view text, std::string_view before, std::string_view after) {
    const auto begin = text.find(before);
    if (begin == std::string_view::npos) return {};
    const std::string_view rest = text.substr(begin + before.size());
    return std::string(rest.substr(0, rest.find(after)));
}

http::Response response_of(const http::Request &request, std::string body, int status,
                           const std::vector<std::pair<std::string, std::string>> &headers) {
    const std::string id = between(as_text(request.body), "<a:MessageID>", "<");
    for (auto at = body.find("{id}"); at != std::string::npos; at = body.find("{id}", at))
        body.replace(at, 4, id);
    http::Response response;
    response.status = status;
    response.headers = headers;
    response.body = to_bytes(as_bytes(body));
    return response;
}

} // namespace

void Services::answer(const std::string &url, const std::string &body, int status,
                      std::vector<std::pair<std::string, std::string>> headers) {
    answer(url, [body, status, headers](const http::Request &request) -> Result<http::Response> {
        return response_of(request, body, status, headers);
    });
}

void Services::fail_with(const std::string &url, const ErrorKind &kind) {
    answer(url, [&kind](const http::Request &) -> Result<http::Response> {
        return fail(kind, "The scripted exchange failed: as the test said");
    });
}

Result<http::Response> Services::send(const http::Request &request, const Operation &) {
    seen.push_back(request);
    auto &list = answers_[request.url];
    if (list.empty()) return fail(core::errors::http_connect, "The test has no answer for " + request.url);
    const Answer answer = list.front();
    if (list.size() > 1) list.pop_front();
    return answer(request);
}

std::size_t Services::count(const std::string &url) const {
    std::size_t count = 0;
    for (const http::Request &request : seen)
        count += request.url == url ? 1U : 0U;
    return count;
}

http::Request Services::last(const std::string &url) const {
    for (auto at = seen.rbegin(); at != seen.rend(); ++at) {
        if (at->url == url) return *at;
    }
    FAIL("nothing was sent to " + url);
    return {};
}

std::string Services::last_body(const std::string &url) const {
    return std::string(as_text(last(url).body));
}

Rig::Rig(const cbp_plugin *plugin) {
    if (plugin == nullptr) plugin = certbroker_plugin_describe(CERTBROKER_PLUGIN_ABI_MAJOR);
    plugin_id_ = plugin->id;
    host_.http = &services;
    host_.stores = &stores_;
    host_.state = state_.get();
    host_.random = &crypto::system_random();
    host_.clock = &clock;
    host_.log = &log;
    host_.store_kind = "memory";
    operation.log = &log;
    const auto store = must(stores_.open("memory:CurrentUser/My"));
    store::KeyOptions options;
    options.spec = core::test::p256;
    const crypto::KeyHandle key = must(store->create_key(options, operation));
    const x509::Certificate client = core::test::make_certificate_for(*key, "CN=enrolment account");
    (void)must(store->put(client, {}, operation));
    thumbprint = client.thumbprint();
    registry_.add_static(plugin);
    settings.set("url", cep);
    settings.set("authentication", std::string("user-name"));
    settings.set("user", std::string("EXAMPLE\\ra"));
    settings.set("password", Secret(as_bytes("canary-<Sommer>&2026")));
}

Result<std::unique_ptr<provider::Provider>> Rig::try_open() {
    auto plugin = must(registry_.find(plugin_id_));
    return provider::Provider::open(std::move(plugin), "test", settings, host_, operation);
}

provider::Provider &Rig::ca() {
    if (!ca_) ca_ = must(try_open());
    return *ca_;
}

provider::Provider &Rig::again() {
    ca_.reset();
    return ca();
}

x509::Csr Rig::csr(const std::string &subject) {
    x509::CsrSpec spec;
    spec.subject = must(x509::Name::parse(subject));
    return csr(spec);
}

x509::Csr Rig::csr(const x509::CsrSpec &spec) {
    keys.push_back(core::test::make_key());
    return must(x509::create_csr(spec, *keys.back()));
}

provider::Order Rig::order(const x509::Csr &csr, const std::string &profile) const {
    provider::Order order;
    order.csr = &csr;
    order.csr_key = keys.back();
    order.profile = profile;
    order.idempotency = must(crypto::random_uuid(crypto::system_random()));
    return order;
}

x509::Certificate Rig::certificate(const x509::Csr &csr) const {
    return core::test::make_certificate("CN=web01.example.com", csr.public_key(), &pki.ca, *pki.ca.key, false);
}

std::string Rig::base64(const x509::Certificate &certificate) const {
    return to_base64(certificate.der());
}

std::string Rig::pkcs7(const x509::Certificate &leaf) const {
    return to_base64(crypto::join_pkcs7({pki.ca.certificate.der(), leaf.der(), pki.root.certificate.der()}));
}

PolicyText Rig::policy() const {
    PolicyText text;
    text.ca = to_base64(pki.ca.certificate.der());
    return text;
}

void Rig::works() {
    services.answer(cep, policy().text());
    issues_at(ces);
}

void Rig::issues_at(const std::string &url) {
    services.answer(url, [this](const http::Request &request) -> Result<http::Response> {
        const std::string text = between(as_text(request.body), "#base64binary\">", "<");
        const x509::Certificate leaf = certificate(must(x509::Csr::parse(must(from_base64(text)))));
        return response_of(request, envelope(answer_body(x509_token(base64(leaf)), pkcs7(leaf))), 200, {});
    });
}

void Rig::authenticate_by_certificate() {
    settings.erase("user");
    settings.erase("password");
    settings.set("authentication", std::string("certificate"));
    settings.set("client-certificate-thumbprint", thumbprint);
}

} // namespace microsoft_ca::test
