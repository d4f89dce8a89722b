#pragma once

#include <vector>

#include "base/encoding.hpp"
#include "crypto/random.hpp"
#include "store/windows/cert_store.hpp"
#include "store/windows/platform.hpp"
#include "support/pki.hpp"
#include "support/temporary_folder.hpp"
#include "support/windows_stores.hpp"

namespace certbroker::store::test {

using namespace certbroker::test;

inline const Operation operation;
inline constexpr crypto::KeySpec rsa2048{crypto::KeyAlgorithm::rsa, 2048};

inline std::string unique(const std::string &prefix) {
    return prefix + must(crypto::random_uuid(crypto::system_random())).substr(0, 8);
}

/// A ready-made RSA key in memory, the same in a whole process: making one takes long.
inline crypto::KeyHandle ready_key(std::size_t which = 0) {
    static const std::vector<crypto::KeyHandle> keys{must(crypto::generate_key(rsa2048)),
                                                     must(crypto::generate_key(rsa2048))};
    return keys.at(which);
}

inline void check_works(const crypto::PrivateKey &key, const crypto::SignatureScheme &scheme = {}) {
    const Bytes algorithm = must(crypto::signature_algorithm(key.public_key(), scheme));
    const Bytes signature = must(key.sign(scheme, as_bytes("signed")));
    CHECK(key.public_key().verify(algorithm, as_bytes("signed"), signature).has_value());
}

inline std::vector<Entry> all(Store &store) {
    std::vector<Entry> entries;
    must(store.each(
        [&](const Entry &entry) {
            entries.push_back(entry);
            return true;
        },
        operation));
    return entries;
}

/// Stores of the system under names of their own; they go with everything in them, and with the keys.
class World {
public:
    World() = default;
    World(const World &) = delete;
    World &operator=(const World &) = delete;
    ~World() {
        const auto each_store = [&](const auto &work) {
            for (const Location location : {Location::local_machine, Location::current_user}) {
                for (const char *which : {"-a", "-b"})
                    work(location, name + which);
            }
        };
        // The keys are found by the certificates, and by REQUEST when those are gone.
        each_store([&](Location location, const std::string &store) {
            const auto opened = must(registry.open(StoreUri{"windows", location, store}));
            for (const Entry &entry : all(*opened))
                (void)opened->remove(entry.certificate.thumbprint(), operation);
        });
        for (const std::string &key : keys) {
            const auto place = key.find("LocalMachine") != std::string::npos ? "LocalMachine/My" : "CurrentUser/My";
            (void)must(registry.open(place))->remove_key(key, operation);
        }
        each_store(remove_system_store);
    }

    /// "LocalMachine", "CurrentUser"; "-a" or "-b".
    std::unique_ptr<Store> open(const std::string &location = "CurrentUser", const std::string &which = "-a") const {
        return must(registry.open("windows:" + location + "/" + name + which));
    }
    /// A key that goes with this world.
    crypto::KeyHandle mine(crypto::KeyHandle key) {
        keys.push_back(key->uri());
        return key;
    }
    crypto::KeyHandle create(const KeyOptions &options, const std::string &location = "CurrentUser") {
        return mine(must(open(location)->create_key(options, operation)));
    }
    crypto::KeyHandle import(const crypto::PrivateKey &key, bool exportable,
                             const std::string &location = "CurrentUser") {
        return mine(must(open(location)->import_key(key, exportable, operation)));
    }

    TemporaryFolder folder;
    std::string name = unique("certbroker-test-");
    StoreRegistry registry{Roots{folder.file("machine"), folder.file("user"), "windows"}};
    std::vector<std::string> keys;
};

inline KeyOptions rsa_options(bool exportable, const std::string &provider = {}, std::uint32_t type = 0) {
    KeyOptions options;
    options.spec = rsa2048;
    options.exportable = exportable;
    options.provider_name = provider;
    options.provider_type = type;
    return options;
}

/// The markers of a key in REQUEST.
inline int markers_of(Location location, const crypto::PublicKey &key) {
    int count = 0;
    must(CertStore::open(location, "REQUEST", CertStore::Mode::own)).each([&](PCCERT_CONTEXT context) {
        if (equal(key_hash_of(context), key.sha256())) ++count;
        return true;
    });
    return count;
}

} // namespace certbroker::store::test
