#pragma once

#include <catch2/catch_test_macros.hpp>
#include <mutex>
#include <string>
#include <vector>

#include "issuance/broker.hpp"
#include "issuance/errors.hpp"
#include "scripted_ca.hpp"
#include "support/temporary_folder.hpp"

namespace certbroker::test {

using namespace certbroker::issuance;
using store::Location;

class TestClock final : public Clock {
public:
    std::int64_t now() const override { return system_clock().now() + ahead; }
    std::chrono::steady_clock::time_point monotonic() const override { return system_clock().monotonic(); }
    std::int64_t ahead = 0;
};

class MemoryLog final : public Log {
public:
    void write(LogLevel level, std::string_view from, std::string_view message) noexcept override {
        const std::lock_guard lock(mutex_);
        text_ +=
            std::to_string(static_cast<int>(level)) + " [" + std::string(from) + "] " + std::string(message) + "\n";
    }
    std::string text() const {
        const std::lock_guard lock(mutex_);
        return text_;
    }

private:
    mutable std::mutex mutex_;
    std::string text_;
};

/// A home of its own, a broker over it, and the scripted CA behind two providers.
struct World {
    World() {
        ScriptedCa::instance().reset();
        restart();
    }
    /// A new process, as far as the broker can tell.
    void restart() {
        store.reset();
        broker.reset();
        BrokerOptions options;
        options.roots = store::Roots::under(home.path().string());
        options.clock = &clock;
        options.log = log;
        broker = std::make_unique<Broker>(options);
        broker->providers().add_static(scripted_plugin());
        broker->providers().add_static(plain_plugin());
        store = must(broker->stores().open("CurrentUser/My"));
    }

    OpenProvider scripted() { return must(broker->open_provider("scripted", {}, operation)); }
    OpenProvider plain() { return must(broker->open_provider("plain", {}, operation)); }
    OpenProvider authority() {
        if (!broker->authorities().get(Location::current_user, "lab"))
            must(broker->authorities().add(Location::current_user, "lab", "scripted", {}));
        return must(broker->open_authority({}, "lab", operation));
    }
    crypto::KeyHandle key_in_store() {
        store::KeyOptions options;
        options.spec = p256;
        return must(store->create_key(options, operation));
    }
    static profile::Request request(const std::string &name = "web01.example.com") {
        profile::Request wish;
        must(profile::set_property(wish, "SUBJECT", "CN=" + name + ", O=Example"));
        must(profile::set_property(wish, "KEY_ALGORITHM", "ECDSA_P256"));
        must(profile::set_property(wish, "DNS_NAME", name));
        return wish;
    }
    Issue enroll(const profile::Request &wish, const RoadOptions &options = {}) {
        OpenProvider lab = authority();
        return must(broker->enroll(wish, lab, "", {}, *store, options, operation));
    }
    Issue prepare(const profile::Request &wish, const RoadOptions &options = {}) {
        return must(broker->prepare(wish, nullptr, "", *store, options, operation));
    }
    Record record(const std::string &id) { return must(broker->open_request(id)).record; }

    /// Somebody else's answer to a request: certificate, issuing CA and root as PEM.
    static std::string answer_to(const Record &record, bool with_chain = true) {
        ScriptedCa &scripted_ca = ScriptedCa::instance();
        const x509::Csr csr = must(x509::Csr::parse(record.csr));
        x509::CertificateSpec spec;
        spec.subject = csr.subject();
        spec.issuer = scripted_ca.ca.certificate.subject();
        spec.serial = must(crypto::random_serial(crypto::system_random()));
        spec.not_before = system_clock().now() - 600;
        spec.not_after = spec.not_before + 30 * 86'400;
        spec.spki = csr.public_key().spki();
        spec.extensions = csr.extensions();
        const x509::Certificate leaf = must(x509::sign_certificate(spec, *scripted_ca.ca.key));
        return leaf.to_pem() +
               (with_chain ? scripted_ca.ca.certificate.to_pem() + scripted_ca.root.certificate.to_pem() : "");
    }

    TemporaryFolder home;
    TestClock clock;
    std::shared_ptr<MemoryLog> log = std::make_shared<MemoryLog>();
    Operation operation;
    std::unique_ptr<Broker> broker;
    std::unique_ptr<store::Store> store;
    ScriptedCa &ca = ScriptedCa::instance();
};

} // namespace certbroker::test
