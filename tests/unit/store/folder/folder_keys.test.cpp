#include "store/folder/folder_keys.hpp"

#include "base/encoding.hpp"
#include "fixtures.hpp"

using namespace certbroker;
using namespace certbroker::store;
using namespace certbroker::store::test;

namespace {
const Operation operation;
}

TEST_CASE("The same key twice is one file, and not exportable wins") {
    const Home home;
    const auto store = home.open();
    const crypto::KeyHandle key = make_key();
    CHECK(must(store->import_key(*key, true, operation))->exportable());
    CHECK(must(store->import_key(*key, true, operation))->exportable());
    CHECK(home.files(home.root() / "keys").size() == 1);
    CHECK_FALSE(must(store->import_key(*key, false, operation))->exportable());
    CHECK_FALSE(must(store->import_key(*key, true, operation))->exportable());
    CHECK_FALSE(must(store->find_key(key->public_key().sha256()))->exportable());
    CHECK(home.files(home.root() / "keys").size() == 1);
}

TEST_CASE("What crashed writers of keys left is cleared away with the next removal") {
    const Home home;
    const auto store = home.open();
    const auto key = must(store->create_key({p256, true}, operation));
    const auto other = must(store->create_key({p256, true}, operation));
    overwrite(home.root() / "keys" / ".0123.pem.99999.0.tmp", "half a key");
    must(store->remove_key(key->uri(), operation));
    CHECK(home.files(home.root() / "keys") == std::vector<std::string>{to_hex(other->public_key().sha256()) + ".pem"});
}

TEST_CASE("A key that another location's certificate uses may go") {
    const Home home;
    const auto machine = home.open("folder:LocalMachine/My");
    const auto user = home.open("folder:CurrentUser/My");
    const auto key = must(machine->create_key({p256, true}, operation));
    const x509::Certificate certificate = make_certificate_for(*key);
    CHECK_FALSE(must(user->put(certificate, {}, operation)).has_private_key());
    CHECK(id_of(user->remove_key(key->uri(), operation)) == "Store.KeyMissing");
    must(machine->remove_key(key->uri(), operation));
    CHECK(id_of(machine->open_key(key->uri())) == "Store.KeyMissing");
}

TEST_CASE("A key file that is a folder or unreadable in another way is no missing key") {
    const Home home;
    const auto store = home.open();
    const Bytes sha256(32, 0x11);
    std::filesystem::create_directories(home.root() / "keys" / (to_hex(sha256) + ".pem"));
    CHECK(id_of(store->find_key(sha256)) == "Store.Io");
}
