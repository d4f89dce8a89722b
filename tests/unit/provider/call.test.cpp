#include "provider/call.hpp"

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <thread>

#include "fake.hpp"

using namespace certbroker;
using namespace certbroker::test;
using namespace std::chrono_literals;

namespace {

class CountingProgress final : public Progress {
public:
    bool report(Stage stage, std::int32_t percent, std::string_view message) override {
        stages.push_back(stage);
        percents.push_back(percent);
        last = message;
        thread = std::this_thread::get_id();
        return go_on;
    }
    std::vector<Stage> stages;
    std::vector<std::int32_t> percents;
    std::string last;
    std::thread::id thread;
    bool go_on = true;
};

} // namespace

TEST_CASE("Log lines and progress of a plugin come on the calling thread, in order") {
    Host host;
    CountingProgress progress;
    host.operation.progress = &progress;
    std::thread::id worker;
    host.in_call([&](const Plug &plug) {
        worker = std::this_thread::get_id();
        for (int i = 0; i < 100; ++i)
            plug.host->log(plug.context, CBP_LOG_INFO, ("line " + std::to_string(i)).c_str());
        plug.host->progress(plug.call, 250, "half");
        plug.host->log(plug.context, 77, "level out of range");
        plug.host->log(plug.context, CBP_LOG_INFO, nullptr);
    });
    CHECK(worker != std::this_thread::get_id());
    const std::string text = host.log.text();
    CHECK(text.find("provider.fake: line 0\n") < text.find("provider.fake: line 99\n"));
    CHECK(text.find("level out of range") != std::string::npos);
    for (const auto &thread : host.log.threads())
        CHECK(thread == std::this_thread::get_id());
    CHECK(progress.percents == std::vector<std::int32_t>{100});
    CHECK(progress.thread == std::this_thread::get_id());
}

TEST_CASE("What a call logs while earlier lines are being shown arrives, though the call ends meanwhile") {
    struct SlowLog final : Log {
        void write(LogLevel, std::string_view, std::string_view message) noexcept override {
            lines.emplace_back(message);
            if (lines.size() == 1) std::this_thread::sleep_for(std::chrono::milliseconds(200));
        }
        std::vector<std::string> lines;
    };
    Host host;
    SlowLog slow;
    host.operation.log = &slow;
    host.in_call([](const Plug &plug) {
        plug.host->log(plug.context, CBP_LOG_INFO, "first");
        std::this_thread::sleep_for(std::chrono::milliseconds(50)); // the first is being shown by now
        plug.host->log(plug.context, CBP_LOG_INFO, "second");
    });
    REQUIRE(slow.lines.size() >= 2);
    CHECK(slow.lines[0] == "first");
    CHECK(slow.lines[1] == "second");
}

TEST_CASE("A listener that says no to progress cancels the call") {
    Host host;
    CountingProgress progress;
    progress.go_on = false;
    host.operation.progress = &progress;
    auto result = host.check_with([](const Plug &plug) {
        plug.host->progress(plug.call, 10, "begun");
        return plug.host->wait(plug.call, 60'000);
    });
    CHECK(id_of(result) == "Base.Cancelled");
    CHECK(result.error().source() == "provider.fake");
}

TEST_CASE("A plugin that logs without end loses lines, not the call") {
    Host host;
    host.in_call([](const Plug &plug) {
        for (int i = 0; i < 50'000; ++i)
            plug.host->log(plug.context, CBP_LOG_TRACE, "again");
    });
    SUCCEED("it came back");
}

TEST_CASE("Handles of an ended call are refused and reported") {
    Host host;
    cbp_call *old_call = nullptr;
    const cbp_list *old_list = nullptr;
    host.in_call([&](const Plug &plug) {
        old_call = plug.call;
        CHECK(plug.host->state_list(plug.call, "", &old_list) == CBP_OK);
        CHECK(plug.host->list_count(old_list) == 0);
    });
    SECTION("the call itself") {
        auto result = host.check_with([&](const Plug &plug) {
            CHECK(plug.host->wait(old_call, 0) != CBP_OK);
            return pass(plug);
        });
        CHECK(id_of(result) == "Provider.Contract");
        CHECK(result.error().message().find("wait") != std::string::npos);
    }
    SECTION("an object of it") {
        auto result = host.check_with([&](const Plug &plug) {
            CHECK(plug.host->list_count(old_list) == 0);
            return pass(plug);
        });
        CHECK(id_of(result) == "Provider.Contract");
    }
    SECTION("with no call running at all") {
        CHECK(provider::host_table().wait(old_call, 0) != CBP_OK);
        CHECK(provider::host_table().list_count(old_list) == 0);
        CHECK(provider::host_table().scratch(old_call, 10) == nullptr);
    }
}

TEST_CASE("Made-up handles are never read through") {
    Host host;
    for (const std::uintptr_t value : {std::uintptr_t{0}, std::uintptr_t{1}, std::uintptr_t{0xcb00000000000000},
                                       std::uintptr_t{0xcbffffffffffffff}, UINTPTR_MAX}) {
        auto result = host.check_with([&](const Plug &plug) {
            CHECK(plug.host->http_status(reinterpret_cast<const cbp_response *>(value)) == 0);
            CHECK(plug.host->key_uri(plug.call, reinterpret_cast<const cbp_key *>(value)) == nullptr);
            return pass(plug);
        });
        CHECK(id_of(result) == "Provider.Contract");
    }
}

TEST_CASE("A handle of one kind does not pass for another") {
    Host host;
    auto result = host.check_with([&](const Plug &plug) {
        const cbp_list *list = nullptr;
        CHECK(plug.host->state_list(plug.call, nullptr, &list) == CBP_OK);
        CHECK(plug.host->http_body(reinterpret_cast<const cbp_response *>(list)).size == 0);
        return pass(plug);
    });
    CHECK(id_of(result) == "Provider.Contract");
    CHECK(result.error().message().find("another kind") != std::string::npos);
}

TEST_CASE("Host functions called on a thread of the plugin's own are refused and reported") {
    Host host;
    auto result = host.check_with([&](const Plug &plug) {
        std::thread other([&] { CHECK(plug.host->wait(plug.call, 0) != CBP_OK); });
        other.join();
        return pass(plug);
    });
    CHECK(id_of(result) == "Provider.Contract");
    CHECK(result.error().message().find("another thread") != std::string::npos);
}

TEST_CASE("Cancelling wakes a waiting plugin at once") {
    Host host;
    host.script->check = [](const Plug &plug) { return plug.host->wait(plug.call, 60'000); };
    auto opened = must(host.open());
    std::thread canceller([&] {
        std::this_thread::sleep_for(30ms);
        host.operation.cancellation->request();
    });
    const auto start = std::chrono::steady_clock::now();
    auto result = opened->check({}, host.operation);
    canceller.join();
    CHECK(id_of(result) == "Base.Cancelled");
    CHECK(std::chrono::steady_clock::now() - start < 5s);
}

TEST_CASE("A waiting plugin is told when the deadline passes") {
    Host host;
    host.script->check = [](const Plug &plug) { return plug.host->wait(plug.call, 60'000); };
    auto opened = must(host.open());
    auto result = opened->check({}, host.operation.with_timeout(50ms));
    CHECK(id_of(result) == "Base.Timeout");
}

TEST_CASE("A result that comes late but within the grace is kept") {
    Host host;
    host.script->check = [](const Plug &plug) {
        while (plug.host->cancelled(plug.call) == 0)
            std::this_thread::sleep_for(1ms);
        return pass(plug);
    };
    auto opened = must(host.open());
    std::thread canceller([&] {
        std::this_thread::sleep_for(20ms);
        host.operation.cancellation->request();
    });
    auto result = opened->check({}, host.operation);
    canceller.join();
    CHECK(result.has_value());
}

TEST_CASE("What is exchanged in a call is shown when it is over, without what turned out to be a secret") {
    class Traces final : public Log {
    public:
        void write(LogLevel, std::string_view, std::string_view message) noexcept override { text += message; }
        bool tracing() const noexcept override { return listens; }
        void trace(std::string_view source, std::string_view shown) noexcept override {
            CHECK(source == "http.trace");
            text += shown;
        }
        bool listens = true;
        std::string text;
    } traces;
    Host host;
    bool asked = false;
    host.http.answer = [&](const http::Request &, const Operation &operation) -> Result<http::Response> {
        asked = operation.log->tracing();
        if (asked) operation.log->trace("http.trace", "< The challenge is: canary-47&11\n< as XML canary-47&amp;11\n");
        http::Response response;
        response.status = 200;
        response.body = to_bytes(as_bytes("The challenge is: canary-47&11."));
        return response;
    };
    host.operation.log = &traces;
    const auto ask = [&] {
        host.in_call([&](const Plug &plug) {
            cbp_http_request request{};
            request.struct_size = sizeof request;
            request.method = "GET";
            request.url = "https://ca.example.com/";
            const cbp_response *response = nullptr;
            CHECK(plug.host->http_send(plug.call, &request, &response) == CBP_OK);
            plug.host->log(plug.context, CBP_LOG_INFO, "one line");
            CHECK(traces.text.find("challenge") == std::string::npos); // not before it is known what is secret
            const cbp_secret *secret = nullptr;
            CHECK(plug.host->secret_extract(plug.call, response, "challenge is: ", ".", &secret) == CBP_OK);
        });
    };
    ask();
    CHECK(asked);
    CHECK(traces.text == "one line< The challenge is: ***\n< as XML ***\n");
    traces.listens = false;
    traces.text.clear();
    ask();
    CHECK_FALSE(asked);
    CHECK(traces.text == "one line");
}
