#pragma once

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_adapters.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/store.hpp"
#include "support/pki.hpp"

/// What a back-end tells the suite about itself. Cases ask for capability bits, never for a back-end's name.
namespace certbroker::store::conformance {

using namespace certbroker::test;

/// A world of stores with nothing in it; gone with everything in it when it is destroyed.
class StoreFixture {
public:
    virtual ~StoreFixture() = default;

    /// The registry, and one of its stores of this kind: "LocalMachine/My".
    virtual const StoreRegistry &registry() const = 0;
    virtual std::string kind() const = 0;
    virtual std::unique_ptr<Store> open(const std::string &place = "LocalMachine/My") const {
        return must(registry().open(kind() + ":" + place));
    }
    /// The store of that very name, which is the system's own where stores are the system's. Where tests may not touch
    /// those: why, in `skipped`.
    virtual std::unique_ptr<Store> open_known(const std::string &place, std::string &skipped) const {
        skipped.clear();
        return open(place);
    }
    /// Keys of that kind are kept.
    virtual bool keeps(crypto::KeyAlgorithm) const { return true; }
    /// The kind of key that the cases use, quick to make and kept; and one of it in memory.
    crypto::KeySpec key_spec() const {
        return keeps(p256.algorithm) ? p256 : crypto::KeySpec{crypto::KeyAlgorithm::rsa, 2048};
    }
    crypto::KeyHandle make_key() const { return must(crypto::generate_key(key_spec())); }
    /// An RSA key whose making takes much longer than 50 ms.
    virtual std::uint32_t long_key_bits() const { return 16384; }
    /// How many certificates make a store that is full.
    virtual std::size_t many() const { return 1000; }
    /// A user's CA and Root show the machine's, too.
    virtual bool inherits() const { return false; }
    /// Certificates can be marked as archived.
    virtual bool archives() const { return true; }
    /// Forgets everything that is not durable, as the end of a process does.
    virtual void restart() = 0;
    /// Runs the work with LocalMachine/My for an account that may read and not write. It returns what is wrong, or
    /// nothing. Not possible here: the reason why, in `skipped`.
    virtual std::string as_reader(const std::function<std::string(Store &)> &work, std::string &skipped) const = 0;
};

struct Registered {
    std::string name;
    std::function<std::unique_ptr<StoreFixture>()> make;
};
/// Each file in fixtures/ has one of these.
struct Registration {
    Registration(std::string name, std::function<std::unique_ptr<StoreFixture>()> make);
};
std::vector<Registered> &all_fixtures();
/// Those that --store chooses; all without it.
std::vector<Registered> selected_fixtures();
extern std::string selection;

/// The fixture of a case: every case begins with it and runs once for each back-end.
#define CERTBROKER_STORE_FIXTURE(variable)                                                                             \
    const auto registered_ = GENERATE(from_range(certbroker::store::conformance::selected_fixtures()));                \
    INFO("store: " << registered_.name);                                                                               \
    const auto variable = registered_.make()

/// Skips the case, with its reason, where a capability is missing.
void need(const StoreFixture &fixture, Capability capability, const char *name);
#define CERTBROKER_NEED(fixture, capability) certbroker::store::conformance::need(fixture, capability, #capability)

/// Every entry of a store.
std::vector<Entry> all(Store &store);

} // namespace certbroker::store::conformance
