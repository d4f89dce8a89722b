#include "store/windows/windows_store.hpp"

#include "windows/world.hpp"

using namespace certbroker;
using namespace certbroker::store;
using namespace certbroker::store::test;

namespace {
constexpr const char *schannel = "Microsoft RSA SChannel Cryptographic Provider";
}

TEST_CASE("Windows' stores keep certificates, names and keys") {
    const World world;
    const auto store = world.open();
    CHECK(store->uri().to_string() == "windows:CurrentUser/" + world.name + "-a");
    CHECK((store->capabilities() & (can_write | keeps_keys | persistent | friendly_names | grants)) ==
          (can_write | keeps_keys | persistent | friendly_names | grants));
    CHECK(world.registry.default_kind() == "windows");
}

TEST_CASE("A removal survives, and so do names") {
    const World world;
    const x509::Certificate &certificate = pki().leaf.certificate;
    for (const char *location : {"CurrentUser", "LocalMachine"}) {
        INFO(location);
        CHECK_FALSE(must(world.open(location)->put(certificate, {"first", true}, operation)).archived);
        must(world.open(location)->update(certificate.thumbprint(), {"Web Ünï 😀", {}}, operation));
        CHECK(must(world.open(location)->get(certificate.thumbprint())).friendly_name == "Web Ünï 😀");
        CHECK(all(*world.open(location)).size() == 1);
        must(world.open(location)->remove(certificate.thumbprint(), operation));
        CHECK(id_of(world.open(location)->get(certificate.thumbprint())) == "Store.NotFound");
        CHECK(all(*world.open(location)).empty());
    }
}

TEST_CASE("An archived certificate is found, named as archived, and comes back") {
    const World world;
    const x509::Certificate &certificate = pki().leaf.certificate;
    must(world.open()->put(certificate, {"name", true}, operation));
    const auto archived = world.open()->update(certificate.thumbprint(), {{}, true}, operation);
    if (!platform::no_archive().empty()) {
        CHECK(id_of(archived) == "Store.Io");
        SKIP(platform::no_archive());
    }
    CHECK(must(archived).archived);
    CHECK(must(world.open()->get(certificate.thumbprint())).archived);
    CHECK(all(*world.open()).size() == 1);
    CHECK_FALSE(must(world.open()->update(certificate.thumbprint(), {{}, false}, operation)).archived);
    CHECK_FALSE(must(world.open()->get(certificate.thumbprint())).archived);
    CHECK(must(world.open()->get(certificate.thumbprint())).friendly_name == "name");
}

TEST_CASE("A user's store shows nothing of the machine's") {
    const World world;
    const x509::Certificate &certificate = pki().leaf.certificate;
    must(world.open("LocalMachine")->put(certificate, {}, operation));
    CHECK(id_of(world.open("CurrentUser")->get(certificate.thumbprint())) == "Store.NotFound");
    CHECK(all(*world.open("CurrentUser")).empty());
    CHECK(id_of(world.open("CurrentUser")->remove(certificate.thumbprint(), operation)) == "Store.NotFound");
    CHECK(world.open("LocalMachine")->get(certificate.thumbprint()).has_value());
    // But for building chains the user has it, once.
    const auto inherited = [&](const std::string &location) {
        std::vector<x509::Certificate> certificates;
        must(world.open(location)->each_inherited(
            [&](const x509::Certificate &one) {
                certificates.push_back(one);
                return true;
            },
            operation));
        return certificates;
    };
    CHECK(inherited("CurrentUser") == std::vector<x509::Certificate>{certificate});
    CHECK(inherited("LocalMachine").empty());
    must(world.open("CurrentUser")->put(certificate, {}, operation));
    CHECK(inherited("CurrentUser").empty());
}

TEST_CASE("A key waits in REQUEST until its certificate comes, and again when the last one goes") {
    World world;
    const auto key = world.create(rsa_options(false));
    CHECK(markers_of(Location::current_user, key->public_key()) == 1);
    const x509::Certificate certificate = make_certificate_for(*key);
    CHECK(must(world.open()->put(certificate, {}, operation)).key_uri == key->uri());
    CHECK(markers_of(Location::current_user, key->public_key()) == 0);
    must(world.open("CurrentUser", "-b")->put(certificate, {}, operation));
    must(world.open()->remove(certificate.thumbprint(), operation));
    CHECK(markers_of(Location::current_user, key->public_key()) == 0); // the other one still names it
    must(world.open("CurrentUser", "-b")->remove(certificate.thumbprint(), operation));
    CHECK(markers_of(Location::current_user, key->public_key()) == 1);
    check_works(*must(world.open()->open_key(key->uri())));
    must(world.open()->remove_key(key->uri(), operation));
    CHECK(markers_of(Location::current_user, key->public_key()) == 0);
    CHECK(id_of(world.open()->open_key(key->uri())) == "Store.KeyMissing");
}

TEST_CASE("Somebody else's pending request keeps its key, and goes when its certificate comes") {
    World world;
    const auto key = world.create(rsa_options(true));
    {
        // As certreq leaves it: the request's own subject, and the place of the key.
        const auto context = must(make_context(make_certificate_for(*key, "CN=certreq").der()));
        std::optional<KeyPlace> place;
        must(CertStore::open(Location::current_user, "REQUEST", CertStore::Mode::own)).each([&](PCCERT_CONTEXT marker) {
            if (equal(key_hash_of(marker), key->public_key().sha256())) place = place_of(marker);
            return true;
        });
        REQUIRE(place.has_value());
        REQUIRE(set_place(context.get(), *place));
        must(must(CertStore::open(Location::current_user, "REQUEST", CertStore::Mode::write)).put(context.get()));
    }
    CHECK(markers_of(Location::current_user, key->public_key()) == 2);
    const auto refused = world.open()->remove_key(key->uri(), operation);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().id() == "Store.KeyInUse");
    CHECK(refused.error().message().find("REQUEST") != std::string::npos);
    const x509::Certificate certificate = make_certificate_for(*key);
    must(world.open()->put(certificate, {}, operation));
    CHECK(markers_of(Location::current_user, key->public_key()) == 0);
}

TEST_CASE("Two imports in a row leave two keys that work") {
    World world;
    for (const char *location : {"CurrentUser", "LocalMachine"}) {
        INFO(location);
        const auto one = world.import(*ready_key(0), true, location);
        const auto two = world.import(*ready_key(1), true, location);
        CHECK(one->uri() != two->uri());
        for (const auto &key : {one, two}) {
            const x509::Certificate certificate = make_certificate_for(*key);
            must(world.open(location)->put(certificate, {}, operation));
            const Entry entry = must(world.open(location)->get(certificate.thumbprint()));
            CHECK(entry.key_uri == key->uri());
            check_works(*must(world.open(location)->open_key(entry.key_uri)));
        }
    }
}

TEST_CASE("The connector page's provider makes a machine key that signs with SHA-256 and leaves as PKCS#8") {
    World world;
    const auto key = world.create(rsa_options(true, schannel, 12), "LocalMachine");
    CHECK(key->uri().starts_with("windows:LocalMachine/keys/"));
    check_works(*key);
    check_works(*key, {crypto::DigestAlgorithm::sha512, false});
    const auto copy = must(crypto::import_key(must(key->export_pkcs8()), Secret(), "", true));
    CHECK(copy->public_key() == key->public_key());
    const x509::Certificate certificate = make_certificate_for(*key);
    must(world.open("LocalMachine")->put(certificate, {}, operation));
    const auto found = must(CertStore::open(Location::local_machine, world.name + "-a", CertStore::Mode::own))
                           .find(must(from_hex(certificate.thumbprint())));
    REQUIRE(found);
    const auto place = place_of(found.get());
    REQUIRE(place.has_value());
    CHECK(place->type == 12); // other programs find the provider that was asked for
    CHECK(place->machine);
}

TEST_CASE("A container's name is the caller's to choose, once") {
    World world;
    KeyOptions options = rsa_options(false, schannel, 12);
    options.container = unique("certbroker test ");
    const auto key = world.create(options);
    check_works(*key);
    CHECK(id_of(world.open()->create_key(options, operation)) == "Store.KeyExists");
    check_works(*must(world.open()->open_key(key->uri())));
}

TEST_CASE("A key on a curve needs a provider that keeps such") {
    World world;
    KeyOptions options;
    options.spec = p256;
    options.provider_name = schannel;
    CHECK(id_of(world.open()->create_key(options, operation)) == "Store.KeyKind");
    options.provider_name.clear();
    if (platform::no_ecdsa_keys().empty()) {
        check_works(*world.create(options));
    } else {
        const auto made = world.open()->create_key(options, operation);
        REQUIRE_FALSE(made);
        CHECK(made.error().id() == "Store.KeyKind");
        CHECK(id_of(world.open()->import_key(*make_key(), true, operation)) == "Store.KeyKind");
    }
}

TEST_CASE("What is not exportable stays so, and an import can take the permission back") {
    World world;
    const auto first = world.import(*ready_key(), true);
    CHECK(first->exportable());
    CHECK(must(crypto::import_key(must(first->export_pkcs8()), Secret(), "", true))->public_key() ==
          ready_key()->public_key());
    const x509::Certificate certificate = make_certificate_for(*first);
    must(world.open()->put(certificate, {"kept", true}, operation));
    const auto second = world.import(*ready_key(), false);
    CHECK_FALSE(second->exportable());
    const Entry entry = must(world.open()->get(certificate.thumbprint()));
    CHECK_FALSE(entry.exportable);
    CHECK(entry.friendly_name == "kept");
    CHECK(markers_of(Location::current_user, first->public_key()) == 0);
    CHECK(id_of(must(world.open()->open_key(entry.key_uri))->export_pkcs8()) == "Crypto.KeyNotExportable");
    CHECK_FALSE(world.import(*ready_key(), true)->exportable());
}

TEST_CASE("A key that may leave is stored in the other location, too") {
    World world;
    const auto user = world.import(*ready_key(), true);
    const auto machine = world.import(*user, false, "LocalMachine");
    CHECK(machine->uri().starts_with("windows:LocalMachine/"));
    check_works(*machine);
    CHECK(id_of(world.open("CurrentUser")->import_key(*machine, true, operation)) == ""); // it is there already
    must(world.open("CurrentUser")->remove_key(user->uri(), operation));
    CHECK(id_of(world.open("CurrentUser")->import_key(*machine, true, operation)) == "Crypto.KeyNotExportable");
}

TEST_CASE("An account is let use a key, and those who may are told") {
    World world;
    const auto key = world.import(*ready_key(), false, "LocalMachine");
    const auto store = world.open("LocalMachine");
    CHECK(id_of(store->grant_read(key->uri(), "no such account here", operation)) == "Store.Account");
    CHECK(id_of(store->grant_read(world.name, "S-1-5-20", operation)) == "Store.Uri");
    CHECK_FALSE(must(store->readers(key->uri())).empty());
    if (!platform::no_grants(Location::local_machine).empty()) SKIP(platform::no_grants(Location::local_machine));
    must(store->grant_read(key->uri(), "S-1-5-20", operation));
    bool found = false;
    for (const KeyReader &reader : must(world.open("LocalMachine")->readers(key->uri()))) {
        if (reader.sid != "S-1-5-20") continue;
        found = true;
        CHECK(reader.rights == "read");
        CHECK(reader.account.find("NETWORK SERVICE") != std::string::npos);
    }
    CHECK(found);
    check_works(*must(world.open("LocalMachine")->open_key(key->uri())));
}

TEST_CASE("Who may not write the machine's stores gets Store.Access, and reads") {
    if (!platform::no_denials().empty()) SKIP(platform::no_denials());
    World world;
    const x509::Certificate &certificate = pki().leaf.certificate;
    must(world.open("LocalMachine")->put(certificate, {}, operation));
    const std::string said = platform::as_nobody([&]() -> std::string {
        const auto store = world.open("LocalMachine");
        if (!store->get(certificate.thumbprint())) return "get";
        if (id_of(store->put(pki().ca.certificate, {}, operation)) != "Store.Access") return "put";
        if (id_of(store->remove(certificate.thumbprint(), operation)) != "Store.Access") return "remove";
        if (id_of(store->create_key(rsa_options(false), operation)) != "Store.Access") return "create_key";
        return {};
    });
    CHECK(said.empty());
}

TEST_CASE("Another location's keys are not here") {
    World world;
    const auto key = world.import(*ready_key(), true, "LocalMachine");
    CHECK(id_of(world.open("CurrentUser")->open_key(key->uri())) == "Store.KeyMissing");
    CHECK(id_of(world.open("CurrentUser")->remove_key(key->uri(), operation)) == "Store.KeyMissing");
    CHECK(id_of(world.open("CurrentUser")->grant_read(key->uri(), "S-1-5-20", operation)) == "Store.KeyMissing");
    CHECK(id_of(world.open("CurrentUser")->readers(key->uri())) == "Store.KeyMissing");
}
