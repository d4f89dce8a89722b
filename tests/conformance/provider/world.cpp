#include "world.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "crypto/cms.hpp"
#include "http/errors.hpp"
#include "support/platform.hpp"

namespace conformance {

using namespace certbroker;

Subject &subject() {
    static Subject the_subject;
    return the_subject;
}

void KeepingLog::write(LogLevel, std::string_view source, std::string_view message) noexcept {
    const std::lock_guard lock(mutex_);
    text_ += std::string(source) + ": " + std::string(message) + "\n";
}

std::string KeepingLog::text() const {
    const std::lock_guard lock(mutex_);
    return text_;
}

ScriptedHttp::ScriptedHttp(const Clock &clock) : clock_(&clock) {
    ca_key_ = must(crypto::generate_key({crypto::KeyAlgorithm::ecdsa_p256, 256}));
    x509::CertificateSpec spec;
    spec.subject = spec.issuer = must(x509::Name::parse("CN=Scripted CA"));
    spec.serial = {0x11};
    spec.not_before = clock.now() - 3600;
    spec.not_after = clock.now() + 10LL * 365 * 86'400;
    spec.spki = ca_key_->public_key().spki();
    spec.extensions = {x509::make_basic_constraints(true, std::nullopt, true),
                       x509::make_key_usage(x509::key_usage::key_cert_sign | x509::key_usage::crl_sign),
                       x509::make_subject_key_identifier(ca_key_->public_key().key_identifier())};
    ca_ = must(x509::sign_certificate(spec, *ca_key_));
}

void ScriptedHttp::play(std::vector<Exchange> exchanges) {
    const std::lock_guard lock(mutex_);
    exchanges_ = std::move(exchanges);
    used_.assign(exchanges_.size(), false);
}

std::vector<http::Request> ScriptedHttp::seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
}

std::string ScriptedHttp::problem() const {
    const std::lock_guard lock(mutex_);
    return problem_;
}

x509::Certificate ScriptedHttp::leaf_for(const x509::Csr &csr, const crypto::PublicKey &key) {
    x509::CertificateSpec spec;
    spec.subject = csr.subject();
    spec.issuer = ca_->subject();
    spec.serial = must(crypto::random_serial(crypto::system_random()));
    spec.not_before = clock_->now() - 600;
    spec.not_after = clock_->now() + 90LL * 86'400;
    spec.spki = key.spki();
    spec.extensions = csr.extensions();
    std::erase_if(spec.extensions, [](const x509::Extension &e) { return e.oid == x509::oid::subject_key_identifier; });
    spec.extensions.push_back(x509::make_subject_key_identifier(key.key_identifier()));
    spec.extensions.push_back(x509::make_authority_key_identifier(ca_key_->public_key().key_identifier()));
    return must(x509::sign_certificate(spec, *ca_key_));
}

x509::Csr ScriptedHttp::some_csr() const {
    x509::CsrSpec spec;
    spec.subject = must(x509::Name::parse("CN=somebody"));
    return must(x509::create_csr(spec, *ca_key_));
}

/// What a form's body says, its escapes resolved; other bodies as they are.
static std::string body_of(const http::Request &request) {
    std::string body(as_text(request.body));
    const auto type = std::find_if(request.headers.begin(), request.headers.end(),
                                   [](const auto &header) { return iequals(header.first, "Content-Type"); });
    if (type == request.headers.end() || !type->second.starts_with("application/x-www-form-urlencoded")) return body;
    std::string out;
    for (std::size_t i = 0; i < body.size(); ++i) {
        if (body[i] == '%') {
            const Bytes octet = must(from_hex(std::string_view(body).substr(i + 1, 2)));
            out += static_cast<char>(octet.at(0));
            i += 2;
        } else {
            out += body[i] == '+' ? ' ' : body[i];
        }
    }
    return out;
}

/// The request for a certificate in a body: PEM, or bare base64 as it stands in XML and JSON.
static std::optional<x509::Csr> csr_in(std::string_view body) {
    if (body.find("CERTIFICATE REQUEST-----") != std::string_view::npos) return must(x509::Csr::parse(as_bytes(body)));
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    for (auto at = body.find("MI"); at != std::string_view::npos; at = body.find("MI", at)) {
        const auto end = std::min(body.find_first_not_of(alphabet, at), body.size());
        if (const auto der = from_base64(body.substr(at, end - at)); der && end - at > 100) {
            if (auto csr = x509::Csr::parse(*der)) return *std::move(csr);
        }
        at = end;
    }
    return std::nullopt;
}

/// PEM: {chain} leaf and CA; {chain-reversed}; {leaf}; {wrong-key} a certificate for another key; {truncated} half of
/// one. Base64 of DER: {pkcs7} leaf and CA as certs-only PKCS#7, with -reversed, -truncated and -wrong-key likewise;
/// {leaf-der}; {wrong-key-der}; {ca-der}; {last-leaf-der} and {serial} of the certificate that was made last.
/// {asked:TEXT} is what stands in the request's body behind TEXT, up to the next markup, quote or line end.
std::string ScriptedHttp::fill(std::string body, const http::Request &request) {
    // One answer at a time: each is for the request that was seen last.
    const std::lock_guard lock(filling_);
    if (auto csr = csr_in(body_of(request))) last_csr_ = std::move(csr);
    const auto replace = [&body](const std::string &name, const auto &make) {
        for (auto at = body.find(name); at != std::string::npos; at = body.find(name, at)) {
            const std::string value = make();
            body.replace(at, name.size(), value);
            at += value.size();
        }
    };
    for (auto at = body.find("{asked:"); at != std::string::npos; at = body.find("{asked:", at)) {
        const auto end = body.find('}', at);
        if (end == std::string::npos) break;
        const std::string_view asked = as_text(request.body);
        const auto found = asked.find(body.substr(at + 7, end - at - 7));
        std::string_view value = found == std::string_view::npos ? "" : asked.substr(found + end - at - 7);
        value = value.substr(0, value.find_first_of("<\"\r\n"));
        body.replace(at, end + 1 - at, value);
        at += value.size();
    }
    // Asked without an order before it: some certificate, as a CA with other customers would have one.
    if (!last_csr_ && body.find('{') != std::string::npos) last_csr_ = some_csr();
    const auto leaf = [this] {
        last_leaf_ = leaf_for(*last_csr_, last_csr_->public_key());
        return *last_leaf_;
    };
    const auto wrong = [this] {
        return leaf_for(*last_csr_, must(crypto::generate_key({crypto::KeyAlgorithm::ecdsa_p256, 256}))->public_key());
    };
    const auto last_leaf = [&] { return last_leaf_ ? *last_leaf_ : leaf(); };
    const auto pkcs7 = [&](const x509::Certificate &first, const x509::Certificate &second) {
        return to_base64(crypto::join_pkcs7({first.der(), second.der()}));
    };
    replace("{chain}", [&] { return leaf().to_pem() + ca_->to_pem(); });
    replace("{chain-reversed}", [&] { return ca_->to_pem() + leaf().to_pem(); });
    replace("{leaf}", [&] { return leaf().to_pem(); });
    replace("{truncated}", [&] { return leaf().to_pem().substr(0, 300); });
    replace("{wrong-key}", [&] { return wrong().to_pem(); });
    replace("{pkcs7}", [&] { return pkcs7(leaf(), *ca_); });
    replace("{pkcs7-reversed}", [&] { return pkcs7(*ca_, leaf()); });
    replace("{pkcs7-truncated}", [&] { return pkcs7(leaf(), *ca_).substr(0, 300); });
    replace("{pkcs7-wrong-key}", [&] { return pkcs7(wrong(), *ca_); });
    replace("{wrong-key-der}", [&] { return to_base64(wrong().der()); });
    replace("{leaf-der}", [&] { return to_base64(leaf().der()); });
    replace("{ca-der}", [&] { return to_base64(ca_->der()); });
    replace("{last-leaf-der}", [&] { return to_base64(last_leaf().der()); });
    replace("{serial}", [&] { return last_leaf().serial_hex(); });
    return body;
}

static bool fits(const Exchange &exchange, const http::Request &request) {
    if (exchange.method != "*" && exchange.method != request.method) return false;
    if (exchange.url.ends_with('$')) return request.url == exchange.url.substr(0, exchange.url.size() - 1);
    return exchange.url == "*" || request.url.starts_with(exchange.url);
}

/// The next one whose address fits, in order; the last that fits repeats. Two addresses have an order each.
Exchange ScriptedHttp::choose(const http::Request &request) {
    std::optional<std::size_t> last;
    for (std::size_t i = 0; i < exchanges_.size(); ++i) {
        if (!fits(exchanges_[i], request)) continue;
        last = i;
        if (!used_[i]) break;
    }
    if (!last) {
        problem_ = "no exchange of the scenario fits " + request.method + " " + request.url;
        last = exchanges_.size() - 1;
    }
    used_[*last] = true;
    return exchanges_[*last];
}

Result<http::Response> ScriptedHttp::send(const http::Request &request, const Operation &operation) {
    Exchange exchange;
    {
        const std::lock_guard lock(mutex_);
        seen_.push_back(request);
        if (exchanges_.empty())
            return fail(errors::http_connect, "The request could not be sent: the scenario has no exchange");
        exchange = choose(request);
        std::string all = request.method + " " + request.url + "\n" + std::string(as_text(request.body));
        for (const auto &[name, value] : request.headers)
            all += "\n" + name + ": " + value;
        for (const std::string &want : exchange.wants) {
            if (all.find(want) == std::string::npos) problem_ = "'" + want + "' does not stand in " + all;
        }
    }
    if (exchange.special == "drop")
        return fail(errors::http_broken, "The answer could not be read: the connection broke");
    if (exchange.special == "huge")
        return fail(errors::http_too_large, "The answer could not be read: it is larger than allowed");
    if (exchange.special == "hang") {
        while (!operation.cancellation->wait_for(std::chrono::milliseconds(5))) {
            CERTBROKER_CHECK(operation.check("The answer could not be read"));
        }
        return std::move(operation.check("The answer could not be read")).error();
    }
    if (exchange.special.starts_with("respond ")) {
        const std::lock_guard lock(filling_);
        return responder_->answer(exchange.special.substr(8), request);
    }
    http::Response response;
    response.status = exchange.status;
    response.headers = exchange.headers;
    response.body = to_bytes(as_bytes(fill(exchange.body, request)));
    return response;
}

World::World()
    : home_(std::filesystem::temp_directory_path() / ("certbroker-conformance-" + std::to_string(test::process_id()))),
      stores_(store::Roots::under(home_.string())), state_(provider::make_memory_state()) {
    if (const std::string kind = subject().fixture.responder(); !kind.empty()) {
        auto responder = make_responder(kind, clock);
        if (responder == nullptr) FAIL("fixture.ini names a responder that does not exist: " + kind);
        http.set_responder(std::move(responder));
    }
    services_.http = &http;
    services_.stores = &stores_;
    services_.state = state_.get();
    services_.random = &crypto::system_random();
    services_.clock = &clock;
    services_.log = &log;
    services_.store_kind = "memory";
    operation.clock = &clock;
    operation.log = &log;
    operation = operation.with_timeout(std::chrono::seconds(20));
    registry_ = std::make_unique<provider::Registry>(
        provider::RegistryOptions{subject().plugin_path.parent_path().string(), "", true});
    std::string id = subject().plugin_path.stem().string();
    id = id.substr(std::string("certbroker-").size());
    plugin_ = must(registry_->find(id));
}

World::~World() {
    std::error_code ignored;
    std::filesystem::remove_all(home_, ignored);
}

void World::play(const std::string &scenario) {
    if (const auto reason = subject().fixture.absent(scenario)) SKIP(*reason);
    if (auto exchanges = subject().fixture.scenario(scenario)) http.play(*std::move(exchanges));
}

void World::play_if_there(const std::string &scenario) {
    if (subject().fixture.scenario(scenario)) play(scenario);
}

std::string World::client_certificate() {
    if (!client_certificate_.empty()) return client_certificate_;
    const auto store = must(stores_.open("memory:CurrentUser/My"));
    store::KeyOptions options;
    options.spec = {crypto::KeyAlgorithm::ecdsa_p256, 256};
    const crypto::KeyHandle key = must(store->create_key(options, operation));
    x509::CertificateSpec spec;
    spec.subject = spec.issuer = must(x509::Name::parse("CN=Conformance client"));
    spec.serial = {0x12};
    spec.not_before = clock.now() - 3600;
    spec.not_after = clock.now() + 10LL * 365 * 86'400;
    spec.spki = key->public_key().spki();
    const x509::Certificate certificate = must(x509::sign_certificate(spec, *key));
    (void)must(store->put(certificate, {}, operation));
    client_certificate_ = certificate.thumbprint();
    return client_certificate_;
}

Result<std::unique_ptr<provider::Provider>> World::open(const Settings &settings) {
    Settings filled = settings;
    for (const auto &[name, value] : settings.values()) {
        const auto *text = std::get_if<std::string>(&value);
        if (text != nullptr && *text == "{client-certificate}") filled.set(name, client_certificate());
    }
    return provider::Provider::open(plugin_, "conformance", filled, services_, operation);
}

std::unique_ptr<provider::Provider> World::open() {
    return must(open(subject().fixture.connection(descriptor())));
}

x509::Csr World::make_csr() {
    const auto store = must(stores_.open("memory:CurrentUser/My"));
    store::KeyOptions options;
    options.spec = subject().fixture.key();
    last_key = must(store->create_key(options, operation));
    x509::CsrSpec spec;
    spec.subject = must(x509::Name::parse(subject().fixture.subject()));
    std::vector<x509::GeneralName> names;
    for (const std::string &name : subject().fixture.dns_names())
        names.push_back(must(x509::make_dns(name)));
    spec.extensions = {x509::make_key_usage(x509::key_usage::digital_signature), x509::make_subject_alt_name(names)};
    return must(x509::create_csr(spec, *last_key));
}

provider::Order World::order(const x509::Csr &csr, const std::string &scenario) const {
    provider::Order order;
    order.csr = &csr;
    order.csr_key = last_key;
    order.profile = subject().fixture.profile();
    order.settings = subject().fixture.order(scenario);
    order.idempotency = must(crypto::random_uuid(crypto::system_random()));
    return order;
}

void World::check_canaries(const std::string &text) const {
    for (const std::string &canary : subject().fixture.canaries(descriptor()))
        CHECK(text.find(canary) == std::string::npos);
}

} // namespace conformance
