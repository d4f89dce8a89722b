/// The process dies at every durable step of every change; what another process then finds is old or new, never half.
#include "base/encoding.hpp"
#include "fixtures.hpp"
#include "support/child.hpp"

using namespace certbroker;
using namespace certbroker::store;
using namespace certbroker::store::test;

namespace {

const Operation operation;

/// What holds at any time: every certificate and key that can be seen is whole.
void check_whole(const Home &home) {
    Lines log;
    Operation logged;
    logged.log = &log;
    const auto store = home.open();
    for (const Entry &entry : all(*store, logged)) {
        if (entry.has_private_key())
            CHECK(must(store->open_key(entry.key_uri))->public_key() == entry.certificate.public_key());
    }
    CHECK(log.lines.empty());
    for (const std::string &name : home.files(home.root() / "keys")) {
        if (name.ends_with(".pem"))
            CHECK(store->open_key("folder:LocalMachine/keys/" + name.substr(0, 64)).has_value());
    }
}

} // namespace

TEST_CASE("Killed while a certificate is put, there is all of it or nothing") {
    const x509::Certificate &certificate = pki().leaf.certificate;
    for (const std::string name : {"", "friendly"}) {
        auto home = std::make_unique<Home>();
        const int deaths = die_at_every_fault_point(
            [&] {
                demand_value(home->open()->put(certificate, {name, true}, operation));
            },
            [&](bool completed) {
                check_whole(*home);
                const auto found = home->open()->get(certificate.thumbprint());
                CHECK((found.has_value() || !completed));
                if (found) CHECK(found->friendly_name == name);
                // What is left does not disturb the next one.
                CHECK(must(home->open()->put(certificate, {"other", true}, operation)).friendly_name == "other");
                home = std::make_unique<Home>();
            });
        CHECK(deaths >= 4);
    }
}

TEST_CASE("Killed while a certificate is put over what an earlier one left, the old name stays away") {
    const x509::Certificate &certificate = pki().leaf.certificate;
    const auto leave = [&](const Home &home) {
        must(home.open()->put(certificate, {"old", true}, operation));
        std::filesystem::remove(home.certificate(certificate));
    };
    auto home = std::make_unique<Home>();
    leave(*home);
    const int deaths = die_at_every_fault_point([&] { demand_value(home->open()->put(certificate, {}, operation)); },
                                                [&](bool) {
                                                    const auto found = home->open()->get(certificate.thumbprint());
                                                    if (found) CHECK(found->friendly_name.empty());
                                                    home = std::make_unique<Home>();
                                                    leave(*home);
                                                });
    CHECK(deaths >= 4);
}

TEST_CASE("Killed while a key is made or imported, it is whole or was never there") {
    const Home home;
    const int made = die_at_every_fault_point(
        [&] {
            demand_value(home.open()->create_key({p256, true}, operation));
        },
        [&](bool) { check_whole(home); });
    CHECK(made >= 4);
    const crypto::KeyHandle key = make_key();
    const int imported =
        die_at_every_fault_point([&] { demand_value(home.open()->import_key(*key, false, operation)); },
                                 [&](bool completed) {
                                     check_whole(home);
                                     const auto found = home.open()->find_key(key->public_key().sha256());
                                     CHECK((found.has_value() || !completed));
                                     if (found) CHECK_FALSE((*found)->exportable());
                                     if (found && !completed) must(home.open()->remove_key((*found)->uri(), operation));
                                 });
    CHECK(imported >= 4);
    // Making an exportable key not exportable.
    const crypto::KeyHandle open_key = make_key();
    must(home.open()->import_key(*open_key, true, operation));
    const int closed =
        die_at_every_fault_point([&] { demand_value(home.open()->import_key(*open_key, false, operation)); },
                                 [&](bool completed) {
                                     check_whole(home);
                                     const auto found = must(home.open()->find_key(open_key->public_key().sha256()));
                                     if (completed) CHECK_FALSE(found->exportable());
                                 });
    CHECK(closed >= 4);
}

TEST_CASE("Killed between key and certificate, the key is there and finds its certificate later") {
    const Home home;
    const crypto::KeyHandle key = make_key();
    const x509::Certificate certificate = make_certificate_for(*key);
    const int deaths = die_at_every_fault_point(
        [&] {
            const auto store = home.open();
            demand_value(store->import_key(*key, true, operation));
            const Entry entry = demand_value(store->put(certificate, {"both", true}, operation));
            demand(entry.has_private_key(), "the certificate did not find its key");
        },
        [&](bool) {
            check_whole(home);
            const auto found = home.open()->get(certificate.thumbprint());
            if (found) CHECK(found->has_private_key());
            if (found) must(home.open()->remove(certificate.thumbprint(), operation));
        });
    CHECK(deaths >= 8);
}

TEST_CASE("Killed while a certificate is changed, it has the old properties or the new ones") {
    const Home home;
    const x509::Certificate &certificate = pki().leaf.certificate;
    must(home.open()->put(certificate, {"old", true}, operation));
    const int deaths = die_at_every_fault_point(
        [&] {
            demand_value(home.open()->update(certificate.thumbprint(), {"new", true}, operation));
        },
        [&](bool completed) {
            check_whole(home);
            const Entry found = must(home.open()->get(certificate.thumbprint()));
            CHECK(((found.friendly_name == "new" && found.archived) ||
                   (!completed && found.friendly_name == "old" && !found.archived)));
            if (!completed) must(home.open()->update(certificate.thumbprint(), {"old", false}, operation));
        });
    CHECK(deaths >= 3);
}

TEST_CASE("Killed while a certificate or key is removed, it is whole or gone") {
    auto home = std::make_unique<Home>();
    const crypto::KeyHandle key = make_key();
    const x509::Certificate certificate = make_certificate_for(*key);
    const auto fill = [&] {
        must(home->open()->import_key(*key, true, operation));
        must(home->open()->put(certificate, {"name", true}, operation));
    };
    fill();
    const int deaths = die_at_every_fault_point(
        [&] {
            const auto store = home->open();
            const auto removed = store->remove(certificate.thumbprint(), operation);
            demand(removed.has_value(), "remove");
            const auto key_removed =
                store->remove_key("folder:LocalMachine/keys/" + to_hex(key->public_key().sha256()), operation);
            demand(key_removed.has_value(), "remove_key");
        },
        [&](bool completed) {
            check_whole(*home);
            const auto found = home->open()->get(certificate.thumbprint());
            const auto key_found = home->open()->find_key(key->public_key().sha256());
            if (completed) CHECK((!found && !key_found));
            // Never the certificate without the key it had.
            if (found) CHECK((found->friendly_name == "name" && key_found));
            home = std::make_unique<Home>();
            fill();
        });
    CHECK(deaths >= 5);
}
