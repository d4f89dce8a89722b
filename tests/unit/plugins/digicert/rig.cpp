#include "rig.hpp"

#include "base/encoding.hpp"
#include "crypto/cms.hpp"
#include "crypto/random.hpp"
#include "http/errors.hpp"
#include "http/url.hpp"

extern "C" const cbp_plugin *CBP_CALL certbroker_plugin_describe(std::uint32_t host_abi_major);

namespace digicert::test {

using namespace certbroker;

void Services::answer(const std::string &path, const std::string &body, int status,
                      std::vector<std::pair<std::string, std::string>> headers) {
    answer(path, [body, status, headers](const http::Request &) -> Result<http::Response> {
        http::Response response;
        response.status = status;
        response.headers = headers;
        response.body = to_bytes(as_bytes(body));
        return response;
    });
}

void Services::fail_with(const std::string &path, const ErrorKind &kind) {
    answer(path, [&kind](const http::Request &) -> Result<http::Response> {
        return fail(kind, "The scripted exchange failed: as the test said");
    });
}

Result<http::Response> Services::send(const http::Request &request, const Operation &) {
    seen.push_back(request);
    const auto path = request.url.substr(request.url.find('/', 8));
    auto &list = answers_[path];
    if (list.empty()) return fail(core::errors::http_connect, "The test has no answer for " + request.url);
    const Answer answer = list.front();
    if (list.size() > 1) list.pop_front();
    return answer(request);
}

std::size_t Services::count(const std::string &path) const {
    std::size_t count = 0;
    for (const http::Request &request : seen)
        count += request.url.ends_with(path) ? 1U : 0U;
    return count;
}

std::string Services::last_body(const std::string &path) const {
    std::string body;
    for (const http::Request &request : seen) {
        if (request.url.ends_with(path)) body = as_text(request.body);
    }
    return body;
}

Rig::Rig() {
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
    const x509::Certificate ra = core::test::make_certificate_for(*key, "CN=pki_ra");
    (void)must(store->put(ra, {}, operation));
    thumbprint = ra.thumbprint();
    registry_.add_static(certbroker_plugin_describe(CERTBROKER_PLUGIN_ABI_MAJOR));
    settings.set("service-fqdn", std::string("pki-ws.example.test"));
    settings.set("ra-certificate-thumbprint", thumbprint);
}

Result<std::unique_ptr<provider::Provider>> Rig::try_open() {
    auto plugin = must(registry_.find("digicert"));
    return provider::Provider::open(std::move(plugin), "test", settings, host_, operation);
}

provider::Provider &Rig::ca() {
    if (!ca_) ca_ = must(try_open());
    return *ca_;
}

x509::Csr Rig::csr(const std::vector<std::string> &alt_names, const std::string &subject) {
    keys_.push_back(core::test::make_key());
    x509::CsrSpec spec;
    spec.subject = must(x509::Name::parse(subject));
    std::vector<x509::GeneralName> names;
    for (const std::string &text : alt_names) {
        const auto equals = text.find('=');
        const std::string form = text.substr(0, equals);
        const std::string value = text.substr(equals + 1);
        names.push_back(must(form == "email" ? x509::make_email(value)
                             : form == "upn" ? x509::make_upn(value)
                             : form == "dns" ? x509::make_dns(value)
                                             : x509::make_other_name(form, must(from_hex(value)))));
    }
    if (!names.empty()) spec.extensions = {x509::make_subject_alt_name(names)};
    return must(x509::create_csr(spec, *keys_.back()));
}

provider::Order Rig::order(const x509::Csr &csr, const std::string &profile) const {
    provider::Order order;
    order.csr = &csr;
    order.csr_key = keys_.back();
    order.profile = profile;
    order.idempotency = must(crypto::random_uuid(crypto::system_random()));
    return order;
}

x509::Certificate Rig::certificate(const x509::Csr &csr) const {
    return core::test::make_certificate("CN=IWUser0", csr.public_key(), &pki.ca, *pki.ca.key, false);
}

std::string Rig::base64(const Bytes &der) const {
    return to_base64(der);
}

std::string Rig::pkcs7(const x509::Certificate &leaf) const {
    return to_base64(crypto::join_pkcs7({pki.ca.certificate.der(), leaf.der(), pki.root.certificate.der()}));
}

PolicyText Rig::policy() const {
    PolicyText text;
    text.key_size = "256";
    text.algorithm = "<p:algorithmOIDReference>3</p:algorithmOIDReference>";
    text.certificate = to_base64(pki.ca.certificate.der());
    text.root = to_base64(pki.root.certificate.der());
    return text;
}

void Rig::works() {
    services.answer(policy_path, policy().envelope());
    services.answer(enrollment_path, [this](const http::Request &request) -> Result<http::Response> {
        const std::string_view text = as_text(request.body);
        const auto begin = text.find("PKCS10\">") + 8;
        const Bytes der = must(from_base64(text.substr(begin, text.find('<', begin) - begin)));
        http::Response response;
        response.status = 200;
        response.body = to_bytes(as_bytes(issued(pkcs7(certificate(must(x509::Csr::parse(der)))))));
        return response;
    });
}

} // namespace digicert::test
