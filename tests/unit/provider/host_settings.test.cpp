#include <catch2/catch_test_macros.hpp>

#include "fake.hpp"

using namespace certbroker;
using namespace certbroker::test;

TEST_CASE("Settings reach the plugin checked, by name and as numbers") {
    Host host;
    host.settings.set("mode", std::string("CAREFUL"));
    host.settings.set("count", std::string(" 7 "));
    host.settings.set("verbose", std::string("True"));
    host.settings.set("api-key", Secret(as_bytes("canary-1234567890")));
    const char *kept = nullptr;
    host.script->submit = [&](const Plug &plug) {
        // Instance-scoped: the text of an earlier call still stands.
        CHECK(std::string(kept) == "Careful");
        return plug.host->denied(plug.call, "", "", "");
    };
    host.script->check = [&](const Plug &plug) {
        kept = plug.host->setting_text(plug.settings, "mode");
        CHECK(std::string(kept) == "Careful");
        CHECK(std::string(plug.host->setting_text(plug.settings, "MODE")) == "Careful");
        CHECK(plug.host->setting_number(plug.settings, "count") == 7);
        CHECK(plug.host->setting_number(plug.settings, "patience") == 900);
        CHECK(plug.host->setting_number(plug.settings, "verbose") == 1);
        CHECK(plug.host->setting_number(plug.settings, "mode") == 0);
        CHECK(plug.host->setting_text(plug.settings, "names") == nullptr);
        CHECK(plug.host->setting_text(plug.settings, "api-key") == nullptr);
        CHECK(plug.host->setting_secret(plug.call, plug.settings, "api-key") != nullptr);
        CHECK(plug.host->setting_secret(plug.call, plug.settings, "mode") == nullptr);
        return pass(plug);
    };
    const auto opened = must(host.open());
    must(opened->check({}, host.operation));
    must(opened->submit(host.order(), host.operation));
}

TEST_CASE("A key setting is found by uri and by pasted thumbprint, in either location") {
    for (const char *place : {"memory:CurrentUser/My", "memory:LocalMachine/My"}) {
        Host host;
        const auto store = must(host.stores.open(place));
        const auto key = must(store->import_key(*host.pki.leaf.key, false, host.operation));
        must(store->put(host.pki.leaf.certificate, {}, host.operation));
        std::string shown = host.pki.leaf.certificate.thumbprint();
        shown.insert(2, " ");
        for (const std::string &value : {shown, key->uri()}) {
            host.settings.set("client-key", value);
            host.in_call([&](const Plug &plug) {
                const cbp_key *found = nullptr;
                CHECK(plug.host->setting_key(plug.call, plug.settings, "client-key", &found) == CBP_OK);
                CHECK(std::string(plug.host->key_uri(plug.call, found)) == key->uri());
                cbp_bytes der{};
                CHECK(plug.host->key_certificate(plug.call, found, &der) == CBP_OK);
                CHECK(certbroker::plugin::text(der) == as_text(host.pki.leaf.certificate.der()));
            });
        }
    }
}

TEST_CASE("A key setting that leads nowhere says so") {
    Host host;
    const auto get = [](const Plug &plug) {
        const cbp_key *found = nullptr;
        return plug.host->setting_key(plug.call, plug.settings, "client-key", &found);
    };
    CHECK(id_of(host.check_with(get)) == "Provider.SettingMissing");
    host.settings.set("client-key", host.pki.leaf.certificate.thumbprint());
    const auto missing = host.check_with(get);
    CHECK(id_of(missing) == "Store.NotFound");
    CHECK(missing.error().source() == "provider.fake");
    const auto store = must(host.stores.open("memory:CurrentUser/My"));
    must(store->put(host.pki.leaf.certificate, {}, host.operation));
    CHECK(id_of(host.check_with(get)) == "Store.KeyMissing");
}

TEST_CASE("Names that are NULL or absurd are breaches") {
    Host host;
    CHECK(id_of(host.check_with([](const Plug &plug) {
              CHECK(plug.host->setting_text(plug.settings, nullptr) == nullptr);
              return pass(plug);
          })) == "Provider.Contract");
    CHECK(id_of(host.check_with([](const Plug &plug) {
              CHECK(plug.host->setting_text(plug.settings, std::string(100'000, 'x').c_str()) == nullptr);
              return pass(plug);
          })) == "Provider.Contract");
}
