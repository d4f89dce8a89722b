#include "store/windows/cert_store.hpp"

#include "crypto/digest.hpp"
#include "windows/world.hpp"

using namespace certbroker;
using namespace certbroker::store;
using namespace certbroker::store::test;
using Mode = CertStore::Mode;

TEST_CASE("A store that is not there is empty to read, and made to write") {
    const World world;
    const std::string name = world.name + "-a";
    int seen = 0;
    must(CertStore::open(Location::current_user, name, Mode::own)).each([&](PCCERT_CONTEXT) { return ++seen > 0; });
    must(CertStore::open(Location::local_machine, name, Mode::shown)).each([&](PCCERT_CONTEXT) { return ++seen > 0; });
    CHECK(seen == 0);
    const auto names = CertStore::names(Location::current_user);
    CHECK(std::find(names.begin(), names.end(), name) == names.end());
    const auto context = must(make_context(pki().leaf.certificate.der()));
    must(must(CertStore::open(Location::current_user, name, Mode::write)).put(context.get()));
    const auto after = CertStore::names(Location::current_user);
    CHECK(std::find(after.begin(), after.end(), name) != after.end());
    remove_system_store(Location::current_user, name);
    remove_system_store(Location::current_user, name);
    must(CertStore::open(Location::current_user, name, Mode::own)).each([&](PCCERT_CONTEXT) { return ++seen > 0; });
    CHECK(seen == 0);
}

TEST_CASE("Properties go in and come out, and a copy has them") {
    const auto context = must(make_context(pki().leaf.certificate.der()));
    CHECK(friendly_name_of(context.get()).empty());
    CHECK_FALSE(is_archived(context.get()));
    CHECK(set_friendly_name(context.get(), ""));
    CHECK(set_archived(context.get(), false));
    CHECK(set_friendly_name(context.get(), "日本語 😀\n\"x\""));
    const bool archives = platform::no_archive().empty();
    CHECK(set_archived(context.get(), true) == archives);
    const MemoryCopy copy = must(copy_context(context.get()));
    CHECK(friendly_name_of(copy.context.get()) == "日本語 😀\n\"x\"");
    CHECK(is_archived(copy.context.get()) == archives);
    CHECK(set_friendly_name(copy.context.get(), ""));
    CHECK(set_archived(copy.context.get(), false));
    CHECK(friendly_name_of(copy.context.get()).empty());
    CHECK_FALSE(is_archived(copy.context.get()));
    CHECK(friendly_name_of(context.get()) == "日本語 😀\n\"x\"");
}

TEST_CASE("A certificate's key is known by the hash that names keys everywhere") {
    for (const x509::Certificate &certificate : pki().chain)
        CHECK(key_hash_of(must(make_context(certificate.der())).get()) == certificate.public_key().sha256());
}

TEST_CASE("What is written is there for the next handle, with its properties, and a removal is one") {
    const World world;
    const std::string name = world.name + "-a";
    const x509::Certificate &certificate = pki().ca.certificate;
    const Bytes sha1 = crypto::sha1(certificate.der());
    const auto context = must(make_context(certificate.der()));
    REQUIRE(set_friendly_name(context.get(), "one"));
    must(must(CertStore::open(Location::local_machine, name, Mode::write)).put(context.get()));
    REQUIRE(set_friendly_name(context.get(), "two"));
    must(must(CertStore::open(Location::local_machine, name, Mode::write)).put(context.get()));
    {
        const auto store = must(CertStore::open(Location::local_machine, name, Mode::shown));
        const auto found = store.find(sha1);
        REQUIRE(found);
        CHECK(friendly_name_of(found.get()) == "two");
        int count = 0;
        store.each([&](PCCERT_CONTEXT) { return ++count > 0; });
        CHECK(count == 1);
    }
    CHECK(must(must(CertStore::open(Location::local_machine, name, Mode::write)).remove(sha1)));
    CHECK_FALSE(must(must(CertStore::open(Location::local_machine, name, Mode::write)).remove(sha1)));
    CHECK_FALSE(must(CertStore::open(Location::local_machine, name, Mode::own)).find(sha1));
}

TEST_CASE("What is no certificate is refused") {
    CHECK(id_of(make_context(as_bytes("no certificate"))) == "Store.Io");
}
