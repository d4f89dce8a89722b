#include "scenarios.hpp"

#include <functional>
#include <iostream>
#include <map>
#include <stdexcept>

#include "x509/chain.hpp"

namespace certbroker::crash {
namespace {

using namespace certbroker::issuance;
using store::Location;

template<class T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(describe(result.error()));
    return *std::move(result);
}
void must(Result<void> result) {
    if (!result) throw std::runtime_error(describe(result.error()));
}
void expect(bool truth, const char *what) {
    if (!truth) throw std::runtime_error(what);
}

constexpr crypto::KeySpec p256{crypto::KeyAlgorithm::ecdsa_p256, 256};

profile::Request wish() {
    profile::Request request;
    must(profile::set_property(request, "SUBJECT", "CN=web01.example.com, O=Example"));
    must(profile::set_property(request, "KEY_ALGORITHM", "ECDSA_P256"));
    must(profile::set_property(request, "DNS_NAME", "web01.example.com"));
    return request;
}

/// A process at work: broker, store, CA.
struct Process {
    explicit Process(const std::string &home)
        : broker(make_broker(home)), my(must(broker->stores().open("CurrentUser/My"))) {}

    OpenProvider lab() { return must(broker->open_authority({}, "lab", operation)); }
    Issue enroll(const Settings &order = {}) {
        OpenProvider ca = lab();
        return must(broker->enroll(wish(), ca, "", order, *my, {}, operation));
    }

    std::unique_ptr<Broker> broker;
    std::unique_ptr<store::Store> my;
    Operation operation;
};

/// A certificate from a CA that nobody ever hears of again.
x509::Certificate sign_elsewhere(const crypto::PublicKey &key, const x509::Name &subject,
                                 std::vector<x509::Extension> extensions = {}) {
    const auto signer = must(crypto::generate_key(p256));
    x509::CertificateSpec spec;
    spec.subject = subject;
    spec.issuer = must(x509::Name::parse("CN=Elsewhere"));
    spec.serial = must(crypto::random_serial(crypto::system_random()));
    spec.not_before = system_clock().now() - 600;
    spec.not_after = spec.not_before + 86'400;
    spec.spki = key.spki();
    spec.extensions = std::move(extensions);
    return must(x509::sign_certificate(spec, *signer));
}

void issue(Process &process) {
    expect(process.enroll().record.state == State::installed, "not installed");
}

void pending(Process &process) {
    Settings order;
    order.set("decision", "pending");
    const Issue waiting = process.enroll(order);
    expect(waiting.record.state == State::pending, "not pending");
    const Issue done = must(process.broker->resume(waiting.record.id, nullptr, {}, process.operation));
    expect(done.record.state == State::installed || done.record.state == State::pending,
           "neither installed nor pending");
}

void complete(Process &process) {
    const Issue prepared = must(process.broker->prepare(wish(), nullptr, "", *process.my, {}, process.operation));
    const x509::Csr csr = must(x509::Csr::parse(prepared.record.csr));
    const x509::Certificate answer = sign_elsewhere(csr.public_key(), csr.subject(), csr.extensions());
    const Issue done = must(process.broker->complete({}, as_bytes(answer.to_pem()), nullptr, {}, process.operation));
    expect(done.record.state == State::installed, "not installed");
}

void prepared(Process &process) {
    const Issue made = must(process.broker->prepare(wish(), nullptr, "", *process.my, {}, process.operation));
    OpenProvider ca = process.lab();
    const Issue done = must(process.broker->enroll_prepared(made.record.id, ca, "", {}, {}, process.operation));
    expect(done.record.state == State::installed, "not installed");
}

store::Entry in_use(Process &process) {
    std::optional<store::Entry> current;
    must(process.my->each(
        [&](const store::Entry &entry) {
            if (!entry.archived) current = entry;
            return !current;
        },
        process.operation));
    expect(current.has_value(), "nothing to renew");
    return *current;
}

void renew(Process &process) {
    OpenProvider ca = process.lab();
    const Issue done = must(process.broker->renew(*process.my, in_use(process), ca, "", {}, {}, process.operation));
    expect(done.record.state == State::installed, "not renewed");
}

/// A renewal that the CA decides on later: the old certificate serves until the new one is there.
void renew_later(Process &process) {
    OpenProvider ca = process.lab();
    Settings order;
    order.set("decision", "pending");
    const Issue waiting =
        must(process.broker->renew(*process.my, in_use(process), ca, "", order, {}, process.operation));
    expect(waiting.record.state == State::pending, "not pending");
    const Issue done = must(process.broker->resume(waiting.record.id, nullptr, {}, process.operation));
    expect(done.record.state == State::installed || done.record.state == State::pending, "neither renewed nor pending");
}

void self_signed(Process &process) {
    profile::Request request = wish();
    request.type = profile::RequestType::self_signed;
    const Issue done = must(process.broker->prepare(request, nullptr, "", *process.my, {}, process.operation));
    expect(done.record.state == State::installed, "not installed");
}

/// What importing a PFX does: the key first, then what uses it.
void import(Process &process) {
    const auto key = must(crypto::generate_key(p256));
    const x509::Certificate leaf = sign_elsewhere(key->public_key(), must(x509::Name::parse("CN=imported")));
    must(process.my->import_key(*key, false, process.operation));
    const auto placed = must(store::place_chain(process.broker->stores(), *process.my, {leaf}, {}, process.operation));
    expect(placed.entry.has_private_key(), "imported without its key");
}

/// A CSR of another program, whose key is in the store.
void foreign(Process &process) {
    const auto key = must(process.my->create_key({p256, false, {}, 0, {}, 0}, process.operation));
    x509::CsrSpec spec;
    spec.subject = must(x509::Name::parse("CN=web01.example.com"));
    spec.extensions.push_back(x509::make_subject_alt_name({must(x509::make_dns("web01.example.com"))}));
    const x509::Csr csr = must(x509::create_csr(spec, *key));
    OpenProvider ca = process.lab();
    const Issue done = must(process.broker->enroll_csr(csr, ca, "", {}, *process.my, {}, process.operation));
    expect(done.record.state == State::installed, "not installed");
}

void give_up(Process &process) {
    const Issue made = must(process.broker->prepare(wish(), nullptr, "", *process.my, {}, process.operation));
    must(process.broker->abandon(made.record.id, true, process.operation));
}

void change_authority(Process &process) {
    Settings changes;
    changes.set("validity-days", "31");
    must(process.broker->authorities().update({}, "lab", changes));
    changes.set("validity-days", "");
    must(process.broker->authorities().update({}, "lab", changes));
}

/// Nothing but what a new process does by itself with what a killed one left.
void recover(Process &process) {
    must(process.broker->list_requests({}, true));
}

void register_lab(Process &process) {
    if (!process.broker->authorities().get({}, "lab"))
        must(process.broker->authorities().add(Location::current_user, "lab", "local-ca", {}));
}

/// From nothing: folders, journal, authority, the CA's root.
void fresh(Process &process) {
    register_lab(process);
    issue(process);
}

/// Everything, over and over, until somebody ends it.
void storm(Process &process) {
    for (;;) {
        issue(process);
        pending(process);
        complete(process);
        self_signed(process);
        prepared(process);
    }
}

const std::map<std::string, std::function<void(Process &)>, std::less<>> &scenarios() {
    static const std::map<std::string, std::function<void(Process &)>, std::less<>> all = {
        {"issue", issue},
        {"pending", pending},
        {"complete", complete},
        {"prepared", prepared},
        {"renew", renew},
        {"renew-later", renew_later},
        {"self-signed", self_signed},
        {"import", import},
        {"foreign", foreign},
        {"give-up", give_up},
        {"change-authority", change_authority},
        {"recover", recover},
        {"fresh", fresh},
        {"storm", storm},
    };
    return all;
}

/// Requests as a killed process leaves them: one that was being sent, one that was issued.
void leave_interrupted(Process &process) {
    OpenProvider ca = process.lab();
    Journal &journal = *must(process.broker->journal(Location::current_user));
    RoadOptions fetch;
    fetch.install = false;
    Record issued = must(process.broker->enroll(wish(), ca, "", {}, *process.my, fetch, process.operation)).record;
    issued.install = true;
    must(journal.advance(State::issued, issued, "left by the test"));
    Record sent = must(process.broker->prepare(wish(), nullptr, "", *process.my, {}, process.operation)).record;
    sent.state = State::submitting;
    sent.provider = "local-ca";
    sent.authority = "lab";
    sent.authority_location = "CurrentUser";
    must(journal.advance(State::prepared, sent, "left by the test"));
}

} // namespace

const std::vector<std::string> &scenario_names() {
    static const std::vector<std::string> names = {"issue",   "pending",     "complete",        "prepared",
                                                   "renew",   "renew-later", "self-signed",     "import",
                                                   "foreign", "give-up",     "change-authority"};
    return names;
}

std::unique_ptr<Broker> make_broker(const std::string &home) {
    BrokerOptions options;
    options.roots = store::Roots::under(home);
    options.plugin_folder = CERTBROKER_PLUGIN_FOLDER;
    options.trust_any_plugin = true;
    return std::make_unique<Broker>(std::move(options));
}

void set_up(const std::string &home, const std::string &scenario) {
    if (scenario == "fresh") return;
    Process process(home);
    register_lab(process);
    if (scenario.starts_with("renew")) issue(process);
    if (scenario == "recover") leave_interrupted(process);
}

int run(const std::string &home, const std::string &scenario) {
    try {
        Process process(home);
        scenarios().at(scenario)(process);
        return 0;
    } catch (const std::exception &problem) {
        std::cerr << scenario << ": " << problem.what() << "\n";
        return 1;
    }
}

} // namespace certbroker::crash
