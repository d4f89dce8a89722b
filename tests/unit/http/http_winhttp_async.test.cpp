#include "http/http_winhttp_async.hpp"

#include <catch2/catch_test_macros.hpp>
#include <random>
#include <thread>

#include "support/http_server.hpp"

using namespace certbroker;
using namespace certbroker::test;
using namespace std::chrono_literals;
using http::detail::AsyncRequest;
using http::detail::Session;
using http::detail::Step;

namespace {

AsyncRequest::Target target(const Server &server) {
    AsyncRequest::Target made;
    made.what = "GET";
    made.method = L"GET";
    made.host = L"127.0.0.1";
    made.port = server.port();
    made.path = L"/";
    return made;
}

/// All of it, or as far as it gets.
Step ask(AsyncRequest &request, const Operation &operation) {
    if (const DWORD code = request.open(operation); code != ERROR_SUCCESS) return {code, 0, {}};
    Step step = request.send(true, operation);
    if (step.good()) step = request.receive(operation);
    while (step.good()) {
        step = request.read(operation);
        if (step.good() && step.bytes == 0) break;
    }
    return step;
}

} // namespace

TEST_CASE("A request is taken through its steps") {
    Server server([](Connection &connection) {
        (void)connection.read_request();
        connection.answer(200, "hello");
    });
    AsyncRequest request(must(Session::open({}, "")), target(server));
    const Operation operation;
    REQUIRE(request.open(operation) == ERROR_SUCCESS);
    CHECK_FALSE(request.sent());
    REQUIRE(request.send(true, operation).good());
    CHECK(request.sent());
    REQUIRE(request.receive(operation).good());
    const Step step = request.read(operation);
    REQUIRE(step.good());
    CHECK(request.buffer(step.bytes) == "hello");
    CHECK(request.read(operation).bytes == 0);
    CHECK_FALSE(request.objection());
    CHECK(request.complaints() == 0);
    CHECK_FALSE(request.flooded());
}

TEST_CASE("Nothing of a request that is given up outlives WinHTTP's last word") {
    Server server([](Connection &connection) {
        while (!connection.read_request().empty()) {
            std::this_thread::sleep_for(2ms);
            if (!connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")) return;
            std::this_thread::sleep_for(2ms);
            if (!connection.write("world")) return;
        }
    });
    const auto session = must(Session::open({}, ""));
    REQUIRE(session->trust().use_count() == 1);
    std::atomic<int> whole{0};
    std::atomic<int> stopped{0};
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            std::mt19937 random(t);
            for (int i = 0; i < 50; ++i) {
                const Operation operation =
                    Operation().with_timeout(std::chrono::milliseconds(std::uniform_int_distribution(0, 12)(random)));
                AsyncRequest request(session, target(server));
                (ask(request, operation).stopped ? stopped : whole) += 1;
            }
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    CHECK(stopped > 0);
    // Every request's state holds a share in the session's trust until it is freed.
    for (int i = 0; i < 500 && session->trust().use_count() > 1; ++i)
        std::this_thread::sleep_for(20ms);
    CHECK(session->trust().use_count() == 1);
    AsyncRequest last(session, target(server));
    CHECK(ask(last, Operation().with_timeout(10s)).good());
}
