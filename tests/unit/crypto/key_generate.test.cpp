#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <set>
#include <thread>

#include "base/encoding.hpp"
#include "crypto/key.hpp"
#include "support.hpp"

using namespace certbroker;
using namespace certbroker::crypto;

TEST_CASE("keys of every kind are made and sign") {
    for (const KeySpec spec : {KeySpec{KeyAlgorithm::rsa, 2048}, KeySpec{KeyAlgorithm::ecdsa_p256, 256},
                               KeySpec{KeyAlgorithm::ecdsa_p384, 384}, KeySpec{KeyAlgorithm::ecdsa_p521, 521}}) {
        const KeyHandle key = test::value(generate_key(spec));
        CHECK(key->spec() == spec);
        CHECK(key->exportable());
        CHECK(key->uri().empty());
        const Bytes signature = test::value(key->sign({}, as_bytes("text")));
        CHECK(key->public_key().verify(test::value(signature_algorithm(key->public_key(), {})), as_bytes("text"),
                                       signature));
    }
}

TEST_CASE("a curve decides the length of its keys") {
    CHECK(test::value(generate_key({KeyAlgorithm::ecdsa_p256, 2048}))->spec()->bits == 256);
}

TEST_CASE("two keys are never the same, also when threads make them") {
    std::set<std::string> seen; // as hex: GCC 12 warns falsely when vectors of octets are ordered
    std::mutex mutex;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 50; ++i) {
                const KeyHandle key = test::value(generate_key({KeyAlgorithm::ecdsa_p256, 256}));
                const std::lock_guard lock(mutex);
                seen.insert(to_hex(key->public_key().sha256()));
            }
        });
    }
    for (auto &thread : threads)
        thread.join();
    CHECK(seen.size() == 200);
}

TEST_CASE("lengths that are not allowed are refused before any work") {
    for (const std::uint32_t bits : {1024U, 2050U, 32768U}) {
        const auto key = generate_key({KeyAlgorithm::rsa, bits});
        REQUIRE_FALSE(key);
        CHECK(key.error().id() == "Crypto.KeyAlgorithm");
    }
}

TEST_CASE("making a long key stops when asked to") {
    const auto start = std::chrono::steady_clock::now();
    int asked = 0;
    const auto key = generate_key({KeyAlgorithm::rsa, 16384}, [&] { return ++asked > 3; });
    REQUIRE_FALSE(key);
    CHECK(key.error().id() == "Base.Cancelled");
    CHECK(asked > 3);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(60));
    const auto never = generate_key({KeyAlgorithm::ecdsa_p256, 256}, [] { return true; });
    REQUIRE_FALSE(never);
    CHECK(never.error().id() == "Base.Cancelled");
}
