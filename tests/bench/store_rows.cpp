// Look-up in a small and a large store; durable issuance against what it is made of.
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "base/file.hpp"
#include "bench.hpp"
#include "crypto/random.hpp"
#include "issuance/broker.hpp"

namespace bench {
namespace {

using namespace certbroker;
namespace fs = std::filesystem;

/// Fills a store by writing the files where the store keeps them; making each durable would take minutes and prove
/// nothing about look-ups. Returns the thumbprints.
std::vector<std::string> fill(const fs::path &store, int count, const crypto::PrivateKey &key) {
    x509::CertificateSpec spec;
    spec.subject = spec.issuer = must(x509::Name::parse("CN=bench"));
    spec.not_after = 4'000'000'000;
    spec.spki = key.public_key().spki();
    std::vector<std::string> thumbprints;
    for (int i = 0; i < count; ++i) {
        spec.serial = must(crypto::random_serial(crypto::system_random()));
        const x509::Certificate certificate = must(x509::sign_certificate(spec, key));
        const std::string folder = certificate.thumbprint().substr(0, 2);
        fs::create_directories(store / folder);
        std::ofstream(store / folder / (certificate.thumbprint() + ".der"), std::ios::binary)
            .write(reinterpret_cast<const char *>(certificate.der().data()),
                   static_cast<std::streamsize>(certificate.der().size()));
        thumbprints.push_back(certificate.thumbprint());
    }
    return thumbprints;
}

} // namespace

void store_rows(const std::string &folder) {
    const crypto::KeyHandle key = must(crypto::generate_key({crypto::KeyAlgorithm::ecdsa_p256, 256}));
    const std::string small_home = folder + "/small";
    const std::string large_home = folder + "/large";
    const auto open = [](const std::string &home) {
        return std::make_unique<store::StoreRegistry>(store::Roots::under(home));
    };
    const auto small_registry = open(small_home);
    const auto large_registry = open(large_home);
    auto small = must(small_registry->open("folder:LocalMachine/My"));
    auto large = must(large_registry->open("folder:LocalMachine/My"));
    const auto small_names = fill(fs::path(small_registry->roots().machine) / "My", 1'000, *key);
    const auto large_names = fill(fs::path(large_registry->roots().machine) / "My", 100'000, *key);
    // As many different certificates in both: a first look at a file costs the kernel more than a second one, which has
    // nothing to do with how many there are.
    constexpr std::size_t different = 1'000;
    std::mt19937 pick(1); // NOLINT(cert-msc51-cpp): the same picks in every run
    const auto look = [&pick](store::Store &store, const std::vector<std::string> &names) {
        (void)must(store.get(names[pick() % different * (names.size() / different)]));
    };
    for (std::size_t i = 0; i < different; ++i) {
        (void)must(small->get(small_names[i * (small_names.size() / different)]));
        (void)must(large->get(large_names[i * (large_names.size() / different)]));
    }
    row("thumbprint-100000-vs-1000", 1.5,
        compare(
            41, 200, [&] { look(*small, small_names); }, [&] { look(*large, large_names); }));
}

void issuance_rows(const std::string &folder, const std::string &plugin_folder) {
    constexpr int count = 1'000;
    constexpr crypto::KeySpec spec{crypto::KeyAlgorithm::ecdsa_p256, 256};
    issuance::BrokerOptions options;
    options.roots = store::Roots::under(folder + "/issuance");
    options.plugin_folder = plugin_folder;
    options.trust_any_plugin = true;
    issuance::Broker broker(options);
    const Operation operation;
    issuance::OpenProvider ca = must(broker.open_provider("local-ca", Settings(), operation));
    auto store = must(broker.stores().open("folder:LocalMachine/My"));
    profile::Request request;
    must(profile::set_property(request, "SUBJECT", "CN=web01.example.com"));
    must(profile::set_property(request, "DNS_NAME", "web01.example.com"));
    must(profile::set_property(request, "KEY_ALGORITHM", "ECDSA_P256"));

    // What each issuance cannot do without: a key, the request's and the certificate's signature, and what has to be on
    // disk before the next step: key and certificate as files of their own, and four entries in logs (request made,
    // CA's answer kept by the CA, answer kept by us, done).
    const fs::path scratch = fs::path(folder) / "floor";
    fs::create_directories(scratch);
    const int log = ::open((scratch / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const Bytes entry(4096, 0x2a);
    const Bytes small(600, 0x2a);
    int number = 0;
    const auto floor = [&] {
        const crypto::KeyHandle key = must(crypto::generate_key(spec));
        (void)must(key->sign({}, small));
        (void)must(key->sign({}, small));
        for (const char *kind : {"key", "certificate"})
            must(file::write_atomic(scratch / (kind + std::to_string(number)), small, file::Access::owner, false));
        for (int i = 0; i < 4; ++i) {
            if (::write(log, entry.data(), entry.size()) < 0 || ::fdatasync(log) != 0) std::exit(1);
        }
        ++number;
    };
    const auto issue = [&] {
        const issuance::Issue issued = must(broker.enroll(request, ca, "server", Settings(), *store, {}, operation));
        if (issued.record.state != issuance::State::installed) std::exit(1);
    };
    row("issue-1000-durable", 3.0, compare(20, count / 20, floor, issue));
    (void)::close(log);
}

} // namespace bench
