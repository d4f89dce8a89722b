#include "store/windows/key_place.hpp"

#include "windows/world.hpp"

using namespace certbroker;
using namespace certbroker::store;
using namespace certbroker::store::test;

TEST_CASE("A certificate remembers where its key is") {
    const auto context = must(make_context(pki().leaf.certificate.der()));
    CHECK_FALSE(place_of(context.get()).has_value());
    for (const KeyPlace &place : {KeyPlace{L"name Ünï", L"Microsoft Software Key Storage Provider", 0, 0, true},
                                  KeyPlace{L"other", L"Some CSP", 12, AT_SIGNATURE, false}}) {
        REQUIRE(set_place(context.get(), place));
        CHECK(place_of(context.get()) == place);
        CHECK(place_of(must(copy_context(context.get())).context.get()) == place);
    }
    CHECK(KeyPlace{L"x", L"y", 0, 0, false}.cng());
    CHECK_FALSE(KeyPlace{L"x", L"y", 1, 1, false}.cng());
}

TEST_CASE("Why a key cannot be opened is told apart") {
    const KeyPlace place{L"web", L"A provider", 0, 0, false};
    const Error missing = key_failure(place, static_cast<DWORD>(NTE_BAD_KEYSET));
    CHECK(missing.id() == "Store.KeyMissing");
    CHECK(missing.message().find("the container 'web' of A provider") != std::string::npos);
    CHECK(key_failure(place, ERROR_ACCESS_DENIED).id() == "Store.Access");
    CHECK(key_failure(place, ERROR_DISK_FULL).id() == "Store.Io");
}
