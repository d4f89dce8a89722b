#include "base/secret.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>

using namespace certbroker;

TEST_CASE("no secret and an empty one are two things") {
    const Secret none;
    CHECK_FALSE(none.given());
    CHECK(none.empty());
    CHECK(none.size() == 0);
    CHECK(none.reveal().empty());
    const Secret empty{ByteView()};
    CHECK(empty.given());
    CHECK(empty.empty());
    const Secret word(as_bytes("word"));
    CHECK(word.given());
    CHECK_FALSE(word.empty());
    CHECK(word.size() == 4);
    CHECK(as_text(word.reveal()) == "word");
    const Secret copy =
        word; // NOLINT(performance-unnecessary-copy-initialization): that copies share is what is tested
    CHECK(copy.reveal().data() == word.reveal().data());
}

TEST_CASE("wiping overwrites every octet") {
    std::array<std::uint8_t, 64> bytes{};
    bytes.fill(0xaa);
    wipe(bytes.data(), bytes.size());
    for (const std::uint8_t byte : bytes)
        CHECK(byte == 0);
    wipe(nullptr, 0);
}

TEST_CASE("secret memory is wiped before it is given back") {
    // A place of our own shows what is left behind; the allocator's would be unmapped or used again.
    alignas(16) static std::array<std::uint8_t, 4096> place{};
    place.fill(0x5a);
    wipe(place.data() + 10, 100);
    CHECK(place[9] == 0x5a);
    CHECK(place[10] == 0);
    CHECK(place[109] == 0);
    CHECK(place[110] == 0x5a);
    SecretBytes bytes(100'000, 7);
    bytes.resize(200'000);
    bytes.shrink_to_fit();
    CHECK(bytes[99'999] == 7);
    CHECK(bytes[100'000] == 0);
    void *memory = allocate_locked(32);
    REQUIRE(memory != nullptr);
    free_locked(memory, 32);
}
