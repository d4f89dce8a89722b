#include "store/windows/windows_keys.hpp"

#include "base/fault.hpp"
#include "store/windows/capi_key.hpp"
#include "store/windows/cng_key.hpp"
#include "store/windows/request_store.hpp"
#include "windows/child.hpp"
#include "windows/world.hpp"

using namespace certbroker;
using namespace certbroker::store;
using namespace certbroker::store::test;

namespace {

constexpr DWORD died = 77;
int points_to_live = 0;

void die_in_time(const char *) {
    if (points_to_live-- == 0) (void)TerminateProcess(GetCurrentProcess(), died);
}

std::unique_ptr<Store> told_store() {
    static const StoreRegistry registry(Roots{told("CB_TEST_LOCKS"), told("CB_TEST_LOCKS"), "windows"});
    return must(registry.open("windows:CurrentUser/" + told("CB_TEST_STORE")));
}

/// The places that REQUEST notes for a container of that name.
std::vector<KeyPlace> noted(const std::wstring &container) {
    std::vector<KeyPlace> places;
    must(CertStore::open(Location::current_user, request_store, CertStore::Mode::own))
        .each([&](PCCERT_CONTEXT context) {
            if (const auto place = place_of(context); place && place->container == container) places.push_back(*place);
            return true;
        });
    return places;
}

} // namespace

// Hidden: what other cases start as processes of their own.
TEST_CASE("child: makes a key and puts its certificate", "[.]") {
    points_to_live = std::stoi(told("CB_TEST_POINTS"));
    fault::hook = die_in_time;
    KeyOptions options = rsa_options(false);
    options.container = told("CB_TEST_CONTAINER");
    const auto key = must(told_store()->create_key(options, operation));
    must(told_store()->put(make_certificate_for(*key), {"name", true}, operation));
}

TEST_CASE("child: puts many certificates", "[.]") {
    const auto key = make_key();
    for (int i = 0; i < std::stoi(told("CB_TEST_COUNT")); ++i)
        must(told_store()->put(make_certificate_for(*key), {told("CB_TEST_NAME"), true}, operation));
}

TEST_CASE("Killed anywhere between a new key of Windows and its certificate, nothing is half") {
    World world;
    const std::string container = unique("certbroker-test-");
    const std::wstring wide = win32::widen(container);
    int deaths = 0;
    for (bool completed = false; !completed; ++deaths) {
        REQUIRE(deaths < 30);
        const DWORD code =
            Child("child: makes a key and puts its certificate", {{"CB_TEST_STORE", world.name + "-a"},
                                                                  {"CB_TEST_LOCKS", world.folder.file("user")},
                                                                  {"CB_TEST_CONTAINER", container},
                                                                  {"CB_TEST_POINTS", std::to_string(deaths)}})
                .wait();
        INFO("death " << deaths << ", exit code " << code);
        completed = code == 0;
        REQUIRE((completed || code == died));
        const auto entries = all(*world.open());
        CHECK((entries.size() == 1 || !completed));
        for (const Entry &entry : entries) {
            CHECK(entry.friendly_name == "name");
            REQUIRE(entry.has_private_key());
            check_works(*must(world.open()->open_key(entry.key_uri)));
        }
        const auto markers = noted(wide);
        CHECK((markers.empty() || !completed));
        for (const KeyPlace &place : markers) {
            if (place.cng()) check_works(*must(open_cng_key(place, Location::current_user)));
            if (!place.cng()) check_works(*must(open_capi_key(place, Location::current_user)));
        }
        for (const Entry &entry : entries) {
            must(world.open()->remove(entry.certificate.thumbprint(), operation));
            must(world.open()->remove_key(entry.key_uri, operation));
        }
        for (const KeyPlace &place : noted(wide)) {
            Bytes hash;
            must(CertStore::open(Location::current_user, request_store, CertStore::Mode::own))
                .each([&](PCCERT_CONTEXT context) {
                    if (place_of(context) == place) hash = key_hash_of(context);
                    return hash.empty();
                });
            must(world.open()->remove_key(must(world.open()->find_key(hash))->uri(), operation));
        }
        // A key that nobody was told of yet.
        (void)remove_cng_key({wide, software_ksp, 0, 0, false});
        (void)remove_capi_key({wide, rsa_aes_csp, PROV_RSA_AES, AT_KEYEXCHANGE, false});
    }
    CHECK(deaths > 6); // the key, its marker, the certificate, and the end of the marker
}

TEST_CASE("Several processes at one store of Windows lose nothing") {
    const World world;
    constexpr int count = 8;
    std::vector<Child> children;
    for (const char *name : {"one", "two", "three"})
        children.emplace_back("child: puts many certificates",
                              std::map<std::string, std::string>{{"CB_TEST_STORE", world.name + "-a"},
                                                                 {"CB_TEST_LOCKS", world.folder.file("user")},
                                                                 {"CB_TEST_NAME", name},
                                                                 {"CB_TEST_COUNT", std::to_string(count)}});
    for (const Child &child : children)
        CHECK(child.wait() == 0);
    std::map<std::string, int> found;
    for (const Entry &entry : all(*world.open()))
        ++found[entry.friendly_name];
    CHECK(found == std::map<std::string, int>{{"one", count}, {"two", count}, {"three", count}});
}

TEST_CASE("A key is found by any store of its location that names it, or not at all") {
    World world;
    const WindowsKeys keys({}, Location::current_user); // without a lock: there is no folder for one
    CHECK(id_of(keys.find(ready_key()->public_key().sha256())) == "Store.KeyMissing");
    CHECK(id_of(keys.find(Bytes(32, 1))) == "Store.KeyMissing");
    const auto key = world.import(*ready_key(), true);
    CHECK(must(keys.find(key->public_key().sha256())).key->public_key() == key->public_key());
    const KeyPlace place = must(keys.find_place(key->public_key().sha256()));
    // A certificate that names a container which is not there hides nothing, and says that it has no key.
    const x509::Certificate certificate = make_certificate_for(*key);
    const auto context = must(make_context(certificate.der()));
    KeyPlace gone = place;
    gone.container = L"certbroker-test-gone";
    REQUIRE(set_place(context.get(), gone));
    must(must(CertStore::open(Location::current_user, "REQUEST", CertStore::Mode::write)).put(context.get()));
    CHECK(must(keys.find_place(key->public_key().sha256())) == place);
    Entry entry{certificate, StoreUri{"windows", Location::current_user, "REQUEST"}, {}, {}, false, false};
    keys.describe(context.get(), entry);
    CHECK_FALSE(entry.has_private_key());
    REQUIRE(set_place(context.get(), place));
    keys.describe(context.get(), entry);
    CHECK(entry.key_uri == key->uri());
    CHECK(entry.exportable);
    must(remove_markers(Location::current_user, key->public_key().sha256(), Markers::all, &place));
}

TEST_CASE("Making a key stops when it is cancelled, and leaves none behind") {
    const World world;
    KeyOptions options;
    options.spec = {crypto::KeyAlgorithm::rsa, 4096};
    CHECK(id_of(world.open()->create_key(options, Operation().with_timeout(std::chrono::milliseconds(20)))) ==
          "Base.Timeout");
    Operation cancelled;
    cancelled.cancellation->request();
    CHECK(id_of(world.open()->create_key(options, cancelled)) == "Base.Cancelled");
    CHECK(id_of(world.open()->import_key(*ready_key(), true, cancelled)) == "Base.Cancelled");
    options.spec.bits = 1024;
    CHECK(id_of(world.open()->create_key(options, operation)) == "Crypto.KeyAlgorithm");
}
