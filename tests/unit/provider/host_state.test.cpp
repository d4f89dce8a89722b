#include <catch2/catch_test_macros.hpp>

#include "fake.hpp"

using namespace certbroker;
using namespace certbroker::test;
using certbroker::plugin::bytes;
using certbroker::plugin::text;

TEST_CASE("Plugins remember small things") {
    Host host;
    host.in_call([](const Plug &plug) {
        cbp_bytes value{};
        CHECK(plug.host->state_get(plug.call, "a", &value) == CBP_E_NOT_FOUND);
        const char *keys[] = {"a", "b/1", "b/2"};
        const cbp_bytes values[] = {bytes("one"), bytes("two"), bytes("three")};
        CHECK(plug.host->state_put(plug.call, keys, values, 3) == CBP_OK);
        CHECK(plug.host->state_put(plug.call, nullptr, nullptr, 0) == CBP_OK);
        CHECK(plug.host->state_get(plug.call, "b/2", &value) == CBP_OK);
        CHECK(text(value) == "three");
        const cbp_list *list = nullptr;
        CHECK(plug.host->state_list(plug.call, "b/", &list) == CBP_OK);
        CHECK(plug.host->list_count(list) == 2);
        CHECK(text(plug.host->list_at(list, 0)) == "b/1");
        CHECK(plug.host->list_at(list, 2).data == nullptr);
        std::uint64_t number = 0;
        CHECK(plug.host->state_count(plug.call, "serial", &number) == CBP_OK);
        CHECK(plug.host->state_count(plug.call, "serial", &number) == CBP_OK);
        CHECK(number == 2);
    });
    CHECK(host.state->get("test", "a").has_value());
}

TEST_CASE("What must be made once is made once") {
    Host host;
    host.in_call([](const Plug &plug) {
        const char *keys[] = {"root", "root-key"};
        const cbp_bytes values[] = {bytes("r"), bytes("k")};
        CHECK(plug.host->state_put_new(plug.call, keys, values, 2) == CBP_OK);
        const cbp_bytes others[] = {bytes("R"), bytes("K")};
        CHECK(plug.host->state_put_new(plug.call, keys, others, 2) == CBP_E_EXISTS);
        cbp_bytes value{};
        CHECK(plug.host->state_get(plug.call, "root", &value) == CBP_OK);
        CHECK(text(value) == "r");
    });
}

TEST_CASE("State has limits") {
    Host host;
    const auto breaks = [&](const std::function<cbp_status(const Plug &)> &body) {
        CHECK(id_of(host.check_with([&](const Plug &plug) {
                  CHECK(body(plug) != CBP_OK);
                  return pass(plug);
              })) == "Provider.Contract");
    };
    cbp_bytes value{};
    breaks([&](const Plug &plug) { return plug.host->state_get(plug.call, "", &value); });
    breaks([&](const Plug &plug) { return plug.host->state_get(plug.call, std::string(201, 'k').c_str(), &value); });
    breaks([&](const Plug &plug) { return plug.host->state_get(plug.call, "k", nullptr); });
    breaks([&](const Plug &plug) {
        const char *key = "k";
        const cbp_bytes huge{reinterpret_cast<const std::uint8_t *>("x"), 1024UL * 1024 + 1};
        return plug.host->state_put(plug.call, &key, &huge, 1);
    });
    breaks([&](const Plug &plug) { return plug.host->state_put(plug.call, nullptr, nullptr, 1001); });
    breaks([&](const Plug &plug) { return plug.host->state_put_new(plug.call, nullptr, nullptr, 1); });
    breaks([&](const Plug &plug) { return plug.host->state_count(plug.call, "k", nullptr); });
    host.services.state = nullptr;
    CHECK(id_of(host.check_with([&](const Plug &plug) { return plug.host->state_get(plug.call, "k", &value); })) ==
          "Provider.Unsupported");
}
