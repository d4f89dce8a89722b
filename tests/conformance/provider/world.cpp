#include "world.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
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
    next_ = 0;
}

std::vector<http::Request> ScriptedHttp::seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
}

std::string ScriptedHttp::problem() const {
    const std::lock_guard lock(mutex_);
    return problem_;
}

std::string ScriptedHttp::chain_for(const x509::Csr &csr, const crypto::PublicKey &key) {
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
    return must(x509::sign_certificate(spec, *ca_key_)).to_pem();
}

x509::Csr ScriptedHttp::some_csr() const {
    x509::CsrSpec spec;
    spec.subject = must(x509::Name::parse("CN=somebody"));
    return must(x509::create_csr(spec, *ca_key_));
}

/// {chain} leaf and CA; {chain-reversed}; {leaf}; {wrong-key} a certificate for another key; {truncated} half of one.
std::string ScriptedHttp::fill(std::string body, const http::Request &request) {
    // One answer at a time: each is for the request that was seen last.
    const std::lock_guard lock(filling_);
    const std::string text(as_text(request.body));
    if (text.find("CERTIFICATE REQUEST-----") != std::string::npos) last_csr_ = must(x509::Csr::parse(request.body));
    const auto replace = [&body](const std::string &name, const auto &make) {
        for (auto at = body.find(name); at != std::string::npos; at = body.find(name, at)) {
            const std::string value = make();
            body.replace(at, name.size(), value);
            at += value.size();
        }
    };
    // Asked without an order before it: some certificate, as a CA with other customers would have one.
    if (!last_csr_ && body.find('{') != std::string::npos) last_csr_ = some_csr();
    const auto leaf = [this] { return chain_for(*last_csr_, last_csr_->public_key()); };
    replace("{chain}", [&] { return leaf() + ca_->to_pem(); });
    replace("{chain-reversed}", [&] { return ca_->to_pem() + leaf(); });
    replace("{leaf}", leaf);
    replace("{truncated}", [&] { return leaf().substr(0, 300); });
    replace("{wrong-key}", [&] {
        return chain_for(*last_csr_, must(crypto::generate_key({crypto::KeyAlgorithm::ecdsa_p256, 256}))->public_key());
    });
    return body;
}

Result<http::Response> ScriptedHttp::send(const http::Request &request, const Operation &operation) {
    Exchange exchange;
    {
        const std::lock_guard lock(mutex_);
        seen_.push_back(request);
        if (exchanges_.empty())
            return fail(errors::http_connect, "The request could not be sent: the scenario has no exchange");
        exchange = exchanges_[std::min(next_, exchanges_.size() - 1)]; // the last one repeats
        ++next_;
        std::string all = request.method + " " + request.url + "\n" + std::string(as_text(request.body));
        for (const auto &[name, value] : request.headers)
            all += "\n" + name + ": " + value;
        if ((exchange.method != "*" && exchange.method != request.method) ||
            (exchange.url != "*" && !request.url.starts_with(exchange.url)))
            problem_ =
                "expected " + exchange.method + " " + exchange.url + ", got " + request.method + " " + request.url;
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
    http::Response response;
    response.status = exchange.status;
    response.headers = exchange.headers;
    response.body = to_bytes(as_bytes(fill(exchange.body, request)));
    return response;
}

World::World()
    : home_(std::filesystem::temp_directory_path() / ("certbroker-conformance-" + std::to_string(test::process_id()))),
      stores_(store::Roots::under(home_.string())), state_(provider::make_memory_state()) {
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

Result<std::unique_ptr<provider::Provider>> World::open(const Settings &settings) {
    return provider::Provider::open(plugin_, "conformance", settings, services_, operation);
}

std::unique_ptr<provider::Provider> World::open() {
    return must(open(subject().fixture.connection(descriptor())));
}

x509::Csr World::make_csr() {
    last_key = must(crypto::generate_key({crypto::KeyAlgorithm::ecdsa_p256, 256}));
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
