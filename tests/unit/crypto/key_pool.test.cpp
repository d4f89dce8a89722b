#include "crypto/key_pool.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <set>
#include <thread>

#include "base/encoding.hpp"
#include "support.hpp"

using namespace certbroker;
using namespace certbroker::crypto;

namespace {

constexpr KeySpec rsa2048{KeyAlgorithm::rsa, 2048};
constexpr KeySpec rsa3072{KeyAlgorithm::rsa, 3072};
constexpr KeySpec p256_spec{KeyAlgorithm::ecdsa_p256, 256};

} // namespace

TEST_CASE("Without a wish keys are made as they are taken") {
    KeyPool pool;
    const KeyHandle key = test::value(pool.take(rsa2048, {}));
    CHECK(key->spec() == rsa2048);
    CHECK(test::value(pool.take(p256_spec, {}))->spec() == p256_spec);
}

TEST_CASE("Keys made ahead are of the kind that was taken, and each is given once") {
    KeyPool pool;
    pool.keep_ahead(4);
    std::set<std::string> seen;
    for (int i = 0; i < 6; ++i) {
        const KeyHandle key = test::value(pool.take(rsa2048, {}));
        CHECK(key->spec() == rsa2048);
        seen.insert(to_hex(key->public_key().sha256()));
    }
    CHECK(seen.size() == 6);
    CHECK(test::value(pool.take(rsa3072, {}))->spec() == rsa3072);
    CHECK(test::value(pool.take(p256_spec, {}))->spec() == p256_spec);
    CHECK(test::value(pool.take(rsa2048, {}))->spec() == rsa2048);
    pool.keep_ahead(0);
    CHECK(test::value(pool.take(rsa2048, {}))->spec() == rsa2048);
}

TEST_CASE("Several takers at once get different keys") {
    KeyPool pool;
    pool.keep_ahead(3);
    std::mutex mutex;
    std::set<std::string> seen;
    std::vector<std::thread> takers;
    for (int i = 0; i < 4; ++i)
        takers.emplace_back([&] {
            for (int n = 0; n < 2; ++n) {
                const auto key = pool.take(rsa2048, {});
                const std::lock_guard lock(mutex);
                seen.insert(key ? to_hex((*key)->public_key().sha256()) : "failed");
            }
        });
    for (std::thread &taker : takers)
        taker.join();
    CHECK(seen.size() == 8);
    CHECK_FALSE(seen.contains("failed"));
}

TEST_CASE("Waiting for a key ends when it is cancelled, and stopping does not wait for large keys") {
    KeyPool pool;
    pool.keep_ahead(1);
    std::atomic<int> asked{0};
    // Such a key takes minutes.
    const auto key = pool.take({KeyAlgorithm::rsa, 16384}, [&] { return ++asked > 3; });
    REQUIRE_FALSE(key.has_value());
    CHECK(key.error().id() == "Base.Cancelled");
    const auto start = std::chrono::steady_clock::now();
    pool.keep_ahead(0);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
}

TEST_CASE("A kind of key that cannot be made fails for its taker, and the pool goes on") {
    KeyPool pool;
    pool.keep_ahead(2);
    CHECK_FALSE(pool.take({KeyAlgorithm::rsa, 100}, {}).has_value());
    CHECK(test::value(pool.take(rsa2048, {}))->spec() == rsa2048);
}
