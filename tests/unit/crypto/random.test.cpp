#include <catch2/catch_test_macros.hpp>

#include <openssl/rand.h>

#include <array>
#include <set>

#include "base/encoding.hpp"
#include "base/errors.hpp"
#include "crypto/random.hpp"

using namespace certbroker;
using namespace certbroker::crypto;

namespace {

/// Gives the same octet for ever.
class Constant final : public Random {
public:
    explicit Constant(std::uint8_t value) : value_(value) {}
    Result<void> fill(std::span<std::uint8_t> out) override {
        std::fill(out.begin(), out.end(), value_);
        return {};
    }

private:
    std::uint8_t value_;
};

int no_bytes(unsigned char *, int) {
    return 0;
}
int no_status() {
    return 0;
}

} // namespace

TEST_CASE("the system's generator fills every octet, also more than a megabyte") {
    Bytes bytes((1U << 20U) + 77);
    REQUIRE(system_random().fill(bytes));
    std::array<std::size_t, 256> seen{};
    for (const std::uint8_t byte : bytes)
        ++seen[byte];
    for (const std::size_t count : seen)
        CHECK(count > 3000);
    CHECK(system_random().fill({}));
}

TEST_CASE("a serial number has 16 octets, is positive and never the same") {
    std::set<std::string> seen; // as hex: GCC 12 warns falsely when vectors of octets are ordered
    for (int i = 0; i < 200; ++i) {
        const auto serial = random_serial(system_random());
        REQUIRE(serial);
        CHECK(serial->size() == 16);
        CHECK(((*serial)[0] & 0x80U) == 0);
        seen.insert(to_hex(*serial));
    }
    CHECK(seen.size() == 200);
    Constant ones(0xff);
    CHECK((*random_serial(ones))[0] == 0x7f);
}

TEST_CASE("a source that gives only zeros makes no serial number") {
    Constant zeros(0);
    const auto serial = random_serial(zeros);
    REQUIRE_FALSE(serial);
    CHECK(serial.error().id() == "Base.Random");
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
TEST_CASE("a broken system generator is reported and not passed over") {
    const RAND_METHOD broken{nullptr, no_bytes, nullptr, nullptr, no_bytes, no_status};
    const RAND_METHOD *before = RAND_get_rand_method();
    REQUIRE(RAND_set_rand_method(&broken) == 1);
    std::array<std::uint8_t, 8> bytes{};
    const auto filled = system_random().fill(bytes);
    const auto uuid = random_uuid(system_random());
    (void)RAND_set_rand_method(before);
    REQUIRE_FALSE(filled);
    CHECK(filled.error().id() == "Base.Random");
    REQUIRE_FALSE(uuid);
    CHECK(uuid.error().id() == "Base.Random");
    CHECK(system_random().fill(bytes));
}
#pragma GCC diagnostic pop

TEST_CASE("a UUID has version 4, the right variant and lower case") {
    Constant ones(0xff);
    CHECK(*random_uuid(ones) == "ffffffff-ffff-4fff-bfff-ffffffffffff");
    Constant zeros(0);
    CHECK(*random_uuid(zeros) == "00000000-0000-4000-8000-000000000000");
    CHECK(*random_uuid(system_random()) != *random_uuid(system_random()));
}
