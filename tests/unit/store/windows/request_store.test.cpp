#include "store/windows/request_store.hpp"

#include "windows/world.hpp"

using namespace certbroker;
using namespace certbroker::store;
using namespace certbroker::store::test;

TEST_CASE("A marker names the key's place, and goes when it is told to") {
    const Location user = Location::current_user;
    const auto key = make_key();
    const Bytes &sha256 = key->public_key().sha256();
    const KeyPlace one{win32::widen(unique("certbroker-test-")), L"A provider", 0, 0, false};
    // Longer than a common name may be, with characters that names quote.
    const KeyPlace two{win32::widen(unique("a, \"b\" + c=Ü ") + std::string(80, 'x')), L"A provider", 12, 1, false};
    must(add_marker(user, one, *key, system_clock()));
    must(add_marker(user, two, *key, system_clock()));
    {
        const auto context = must(make_context(make_certificate_for(*key, "CN=somebody else's").der()));
        REQUIRE(set_place(context.get(), one));
        CHECK_FALSE(is_own_marker(context.get()));
        must(must(CertStore::open(user, request_store, CertStore::Mode::write)).put(context.get()));
    }
    int own = 0;
    must(CertStore::open(user, request_store, CertStore::Mode::own)).each([&](PCCERT_CONTEXT context) {
        if (equal(key_hash_of(context), sha256) && is_own_marker(context)) ++own;
        return true;
    });
    CHECK(own == 2);
    CHECK(markers_of(user, key->public_key()) == 3);
    must(remove_markers(user, sha256, Markers::own, &two));
    CHECK(markers_of(user, key->public_key()) == 2);
    must(remove_markers(user, sha256, Markers::own));
    CHECK(markers_of(user, key->public_key()) == 1);
    must(remove_markers(user, sha256, Markers::all));
    CHECK(markers_of(user, key->public_key()) == 0);
    must(remove_markers(user, sha256, Markers::all));
}
