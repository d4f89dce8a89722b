#include "provider/provider.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <thread>

#include "fake.hpp"
#include "support/event_collector.hpp"

using namespace certbroker;
using namespace certbroker::test;
using namespace std::chrono_literals;

namespace {

/// Keeps a plugin hanging until the test lets it go, and waits until it has gone.
struct Hang {
    std::atomic<bool> let_go{false};
    std::atomic<bool> gone{false};
    cbp_status operator()() {
        while (!let_go)
            std::this_thread::sleep_for(1ms);
        return CBP_OK;
    }
    void release() {
        let_go = true;
        for (int i = 0; i < 5000 && !gone; ++i)
            std::this_thread::sleep_for(1ms);
    }
};

} // namespace

TEST_CASE("A provider opens, works and closes its instance once") {
    Host host;
    host.script->check = pass;
    {
        const auto opened = must(host.open());
        CHECK(opened->plugin().id == "fake");
        CHECK(opened->instance() == "test");
        CHECK((opened->capabilities() & CBP_CAN_REVOKE) != 0);
        CHECK(must(opened->check({}, host.operation)).front().id == "ok");
    }
    CHECK(host.script->opened == 1);
    CHECK(host.script->closed == 1);
}

TEST_CASE("An open that fails leaves nothing open") {
    Host host;
    host.script->open = [](const Plug &plug) { return plug.fail(CBP_E_AUTH, "the key is wrong"); };
    const auto result = host.open();
    REQUIRE(id_of(result) == "Provider.Failed");
    CHECK(result.error().status() == Status::auth);
    CHECK(host.script->closed == 0);
}

TEST_CASE("What was opened is closed even when open broke a rule") {
    Host host;
    host.script->open = [](const Plug &plug) {
        (void)plug.host->denied(plug.call, "", "", "");
        return static_cast<cbp_status>(CBP_OK);
    };
    CHECK(id_of(host.open()) == "Provider.Contract");
    CHECK(host.script->opened == 1);
    CHECK(host.script->closed == 1);
}

TEST_CASE("An open without an instance breaks the contract") {
    Host host;
    cbp_plugin descriptor = fake_descriptor();
    descriptor.open = [](const cbp_host *, cbp_host_ctx *, cbp_call *, const cbp_settings *,
                         cbp_instance **) -> cbp_status { return CBP_OK; };
    const auto result = host.open(&descriptor);
    REQUIRE(id_of(result) == "Provider.Contract");
    CHECK(result.error().message().find("without an instance") != std::string::npos);
}

TEST_CASE("A disabled plugin cannot be opened") {
    Host host;
    auto disabled = std::make_shared<provider::Plugin>();
    disabled->id = "broken";
    disabled->disabled_reason = "it is broken";
    disabled->disabled_remedy = "Mend it.";
    const auto result = provider::Provider::open(disabled, "x", {}, host.services, host.operation);
    REQUIRE(id_of(result) == "Provider.Disabled");
    CHECK(result.error().remedy() == "Mend it.");
}

TEST_CASE("A plugin that ignores its deadline is abandoned, and its connection poisoned") {
    Host host;
    const auto hang = std::make_shared<Hang>();
    host.script->check = [hang](const Plug &plug) {
        (void)(*hang)();
        // Long after: nothing of the host may be touched any more, and nothing crashes.
        (void)plug.host->wait(plug.call, 0);
        (void)plug.host->now(plug.context);
        plug.host->log(plug.context, CBP_LOG_ERROR, "too late");
        (void)pass(plug);
        hang->gone = true;
        return static_cast<cbp_status>(CBP_OK);
    };
    auto opened = must(host.open());
    opened->set_grace(30ms);
    const auto start = std::chrono::steady_clock::now();
    const auto result = opened->check({}, host.operation.with_timeout(50ms));
    CHECK(std::chrono::steady_clock::now() - start < 5s);
    REQUIRE(id_of(result) == "Base.Timeout");
    CHECK(result.error().message().find("abandoned") != std::string::npos);
    CHECK(host.log.text().find("abandoned") != std::string::npos);
    CHECK(id_of(opened->check({}, host.operation)) == "Provider.Poisoned");
    CHECK(id_of(opened->submit(host.order(), host.operation)) == "Provider.Poisoned");
    CHECK(id_of(opened->policy("", host.operation)) == "Provider.Poisoned");
    const auto closing = std::chrono::steady_clock::now();
    opened.reset();
    CHECK(std::chrono::steady_clock::now() - closing < 1s);
    CHECK(host.script->closed == 0);
    hang->release();
    CHECK(hang->gone);
    CHECK(host.log.text().find("too late") == std::string::npos);
}

TEST_CASE("A plugin that ignores cancellation is abandoned") {
    Host host;
    const auto hang = std::make_shared<Hang>();
    host.script->submit = [hang](const Plug &) {
        (void)(*hang)();
        hang->gone = true;
        return static_cast<cbp_status>(CBP_OK);
    };
    EventCollector events;
    host.services.log = &events;
    const auto opened = must(host.open());
    opened->set_grace(30ms);
    std::thread canceller([&] {
        std::this_thread::sleep_for(30ms);
        host.operation.cancellation->request();
    });
    const auto result = opened->submit(host.order(), host.operation);
    canceller.join();
    CHECK(id_of(result) == "Base.Cancelled");
    CHECK(events.last("PluginPoisoned").fields.at("call") == "submit");
    hang->release();
}

TEST_CASE("A plugin that hangs in a loop of host calls is abandoned all the same") {
    Host host;
    const auto hang = std::make_shared<Hang>();
    host.script->check = [hang](const Plug &plug) {
        while (!hang->let_go) {
            (void)plug.host->wait(plug.call, 1);
            plug.host->log(plug.context, CBP_LOG_DEBUG, "still here");
        }
        hang->gone = true;
        return static_cast<cbp_status>(CBP_OK);
    };
    const auto opened = must(host.open());
    opened->set_grace(30ms);
    CHECK(id_of(opened->check({}, host.operation.with_timeout(30ms))) == "Base.Timeout");
    hang->release();
}

TEST_CASE("An open that hangs is abandoned") {
    Host host;
    const auto hang = std::make_shared<Hang>();
    host.script->open = [hang](const Plug &) {
        (void)(*hang)();
        hang->gone = true;
        return static_cast<cbp_status>(CBP_E_REMOTE);
    };
    // The grace cannot be set before there is a provider; two seconds are the default.
    const auto start = std::chrono::steady_clock::now();
    host.operation = host.operation.with_timeout(10ms);
    CHECK(id_of(host.open()) == "Base.Timeout");
    CHECK(std::chrono::steady_clock::now() - start < 10s);
    hang->release();
}

TEST_CASE("A call that is cancelled or late before it begins never reaches the plugin") {
    Host host;
    bool reached = false;
    host.script->check = [&](const Plug &plug) {
        reached = true;
        return pass(plug);
    };
    const auto opened = must(host.open());
    host.operation.cancellation->request();
    CHECK(id_of(opened->check({}, host.operation)) == "Base.Cancelled");
    Operation late;
    late.deadline = std::chrono::steady_clock::now() - 1s;
    CHECK(id_of(opened->check({}, late)) == "Base.Timeout");
    CHECK_FALSE(reached);
}

TEST_CASE("Two providers of one plugin work at the same time") {
    Host host;
    std::atomic<int> inside{0};
    std::atomic<bool> met{false};
    host.script->check = [&](const Plug &plug) {
        ++inside;
        for (int i = 0; i < 5000 && inside < 2; ++i)
            std::this_thread::sleep_for(1ms);
        met = inside == 2;
        return pass(plug);
    };
    const auto first = must(host.open());
    const auto second = must(host.open());
    std::thread other([&] { (void)second->check({}, Operation()); });
    const auto result = first->check({}, host.operation);
    other.join();
    CHECK(result.has_value());
    CHECK(met);
}
