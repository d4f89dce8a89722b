#include <catch2/catch_test_macros.hpp>
#include <stdexcept>

#include "fake.hpp"
#include "provider/call.hpp"

using namespace certbroker;
using namespace certbroker::test;

namespace {

Result<provider::Outcome> submit_with(Host &host, const Slot &slot) {
    host.script->submit = slot;
    auto opened = host.open();
    if (!opened) return std::move(opened).error();
    return (*opened)->submit(host.order(), host.operation);
}

bool says(const Error &error, std::string_view text) {
    return describe(error).find(text) != std::string::npos;
}

} // namespace

TEST_CASE("Success without a result breaks the contract") {
    Host host;
    const auto result = submit_with(host, [](const Plug &) -> cbp_status { return CBP_OK; });
    REQUIRE(id_of(result) == "Provider.Contract");
    CHECK(result.error().status() == Status::plugin);
    CHECK(says(result.error(), "without a result"));
    CHECK(says(result.error(), "submit"));
}

TEST_CASE("Two results break the contract") {
    Host host;
    const auto result = submit_with(host, [](const Plug &plug) {
        (void)plug.host->denied(plug.call, "no", "no", "1");
        return plug.host->denied(plug.call, "no", "no", "2");
    });
    REQUIRE(id_of(result) == "Provider.Contract");
    CHECK(says(result.error(), "more than one result"));
}

TEST_CASE("A result and an error together break the contract") {
    Host host;
    const auto result = submit_with(host, [](const Plug &plug) {
        (void)plug.host->denied(plug.call, "no", "no", "1");
        return plug.fail(CBP_E_REMOTE, "also broken");
    });
    CHECK(id_of(result) == "Provider.Contract");
}

TEST_CASE("An error without fail breaks the contract") {
    Host host;
    const auto result = submit_with(host, [](const Plug &) -> cbp_status { return CBP_E_REMOTE; });
    REQUIRE(id_of(result) == "Provider.Contract");
    CHECK(says(result.error(), "E_REMOTE"));
}

TEST_CASE("A status that no provider may return breaks the contract") {
    Host host;
    for (const cbp_status status : {1, -2, -24, -99, 12345}) {
        CHECK(id_of(submit_with(host, [&](const Plug &) { return status; })) == "Provider.Contract");
        CHECK(id_of(submit_with(host, [&](const Plug &plug) { return plug.fail(status, "odd"); })) ==
              "Provider.Contract");
    }
    CHECK(id_of(submit_with(host, [](const Plug &plug) { return plug.fail(CBP_OK, "fine?"); })) == "Provider.Contract");
}

TEST_CASE("Returning another status than was failed with breaks the contract") {
    Host host;
    const auto result = submit_with(host, [](const Plug &plug) -> cbp_status {
        (void)plug.fail(CBP_E_AUTH, "who are you");
        return CBP_E_NETWORK;
    });
    CHECK(id_of(result) == "Provider.Contract");
}

TEST_CASE("Exceptions of a plugin are caught and reported") {
    Host host;
    const auto standard =
        submit_with(host, [](const Plug &) -> cbp_status { throw std::runtime_error("out it goes"); });
    REQUIRE(id_of(standard) == "Provider.Contract");
    CHECK(says(standard.error(), "out it goes"));
    CHECK(id_of(submit_with(host, [](const Plug &) -> cbp_status { throw 42; })) == "Provider.Contract");
}

TEST_CASE("A reported failure keeps status, message, remedy and numbers") {
    Host host;
    const auto result = submit_with(host, [](const Plug &plug) {
        plug.host->fail_remedy(plug.call, "Order the product first.");
        plug.host->fail_detail(plug.call, CBP_DETAIL_HTTP_STATUS, 403);
        plug.host->fail_detail(plug.call, CBP_DETAIL_RETRY_AFTER_SECONDS, 30);
        plug.host->fail_detail(plug.call, CBP_DETAIL_NOT_SENT, 1);
        plug.host->fail_detail(plug.call, CBP_DETAIL_FIND_LAG_SECONDS, 120);
        plug.host->fail_detail(plug.call, 999, 1);
        return plug.fail(CBP_E_AUTH, "order 123 was refused: product not enabled\nsecond line");
    });
    REQUIRE(id_of(result) == "Provider.Failed");
    const Error &error = result.error();
    CHECK(error.status() == Status::auth);
    CHECK(error.source() == "provider.fake");
    CHECK(error.message() == "order 123 was refused: product not enabled second line");
    CHECK(error.remedy() == "Order the product first.");
    CHECK(error.numbers().at(ErrorNumber::http_status) == 403);
    CHECK(error.numbers().at(ErrorNumber::retry_after_seconds) == 30);
    CHECK(error.numbers().at(ErrorNumber::not_sent) == 1);
    CHECK(error.numbers().at(ErrorNumber::find_lag_seconds) == 120);
    CHECK(error.numbers().size() == 4);
}

TEST_CASE("A failure of the host comes through with its own id when the plugin only passes it on") {
    Host host;
    const auto result = submit_with(host, [](const Plug &plug) {
        const cbp_parsed *parsed = nullptr;
        return plug.host->parse(plug.call, CBP_PARSE_CSR, certbroker::plugin::bytes("junk"), &parsed);
    });
    REQUIRE(id_of(result) == "Csr.Format");
    CHECK(result.error().source() == "provider.fake");
}

TEST_CASE("A failure of the host becomes the cause of the plugin's own words") {
    Host host;
    const auto result = submit_with(host, [](const Plug &plug) {
        const cbp_parsed *parsed = nullptr;
        (void)plug.host->parse(plug.call, CBP_PARSE_CSR, certbroker::plugin::bytes("junk"), &parsed);
        return plug.fail(CBP_E_PROTOCOL, "the CA sent rubbish");
    });
    REQUIRE(id_of(result) == "Provider.Failed");
    REQUIRE(result.error().cause() != nullptr);
    CHECK(result.error().cause()->id() == "Csr.Format");
}

TEST_CASE("A host failure answered with another status and no fail breaks the contract") {
    Host host;
    const auto result = submit_with(host, [](const Plug &plug) -> cbp_status {
        const cbp_parsed *parsed = nullptr;
        (void)plug.host->parse(plug.call, CBP_PARSE_CSR, certbroker::plugin::bytes("junk"), &parsed);
        return CBP_E_REMOTE;
    });
    CHECK(id_of(result) == "Provider.Contract");
}

TEST_CASE("A plugin may get over a failure and succeed") {
    Host host;
    const auto result = submit_with(host, [](const Plug &plug) {
        (void)plug.fail(CBP_E_NETWORK, "the first server is down");
        return plug.host->denied(plug.call, "policy", "not today", "7");
    });
    REQUIRE(result.has_value());
    CHECK(result->state == provider::Outcome::State::denied);
}

TEST_CASE("Secrets never stand in what a plugin says") {
    Host host;
    host.settings.set("api-key", Secret(as_bytes("canary-1234567890")));
    const auto result = submit_with(host, [](const Plug &plug) {
        plug.host->log(plug.context, CBP_LOG_INFO, "using canary-1234567890 now");
        plug.host->fail_remedy(plug.call, "do not use canary-1234567890");
        return plug.fail(CBP_E_AUTH, "the key canary-1234567890 was refused");
    });
    REQUIRE(id_of(result) == "Provider.Failed");
    CHECK(result.error().message() == "the key *** was refused");
    CHECK(result.error().remedy() == "do not use ***");
    CHECK(host.log.text().find("canary") == std::string::npos);
    CHECK(host.log.text().find("using *** now") != std::string::npos);
}

TEST_CASE("Statuses of the host are told to plugins in their own numbers") {
    using provider::to_plugin_status;
    CHECK(to_plugin_status(Status::parse) == CBP_E_INVALID);
    CHECK(to_plugin_status(Status::password) == CBP_E_AUTH);
    CHECK(to_plugin_status(Status::busy) == CBP_E_IO);
    CHECK(to_plugin_status(Status::plugin) == CBP_E_ARGUMENT);
    CHECK(to_plugin_status(Status::network) == CBP_E_NETWORK);
    CHECK(provider::is_plugin_error(CBP_E_TRUST));
    CHECK_FALSE(provider::is_plugin_error(CBP_OK));
    CHECK_FALSE(provider::is_plugin_error(-24));
}
