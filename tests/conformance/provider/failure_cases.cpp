#include <thread>

#include "world.hpp"

using namespace certbroker;
using namespace conformance;

namespace {

/// The failure of submitting in a scenario; secrets must be neither in it nor in the log, and it has a remedy.
Error failure_of(World &world, const std::string &scenario) {
    world.play(scenario);
    const auto ca = world.open();
    const x509::Csr csr = world.make_csr();
    auto outcome = ca->submit(world.order(csr, scenario), world.operation);
    REQUIRE_FALSE(outcome.has_value());
    world.check_canaries(describe(outcome.error()) + world.log.text());
    INFO(describe(outcome.error()));
    CHECK_FALSE(outcome.error().remedy().empty());
    CHECK(outcome.error().source().starts_with("provider."));
    return std::move(outcome).error();
}

} // namespace

TEST_CASE("failures: refused credentials are E_AUTH") {
    World world;
    const Error error = failure_of(world, "unauthorized");
    CHECK(error.status() == Status::auth);
}

TEST_CASE("failures: a busy CA is E_REMOTE or E_NETWORK with its status") {
    World world;
    const Error error = failure_of(world, "busy");
    CHECK((error.status() == Status::remote || error.status() == Status::network || error.status() == Status::busy));
    CHECK(error.numbers().contains(ErrorNumber::http_status));
}

TEST_CASE("failures: an error of the server is E_REMOTE with its status") {
    World world;
    const Error error = failure_of(world, "server-error");
    CHECK(error.status() == Status::remote);
    CHECK(error.numbers().at(ErrorNumber::http_status) >= 500);
}

TEST_CASE("failures: a page instead of an answer is E_PROTOCOL or a parse failure, not a crash") {
    World world;
    const Error error = failure_of(world, "garbage");
    CHECK((error.status() == Status::protocol || error.status() == Status::remote || error.status() == Status::parse ||
           error.status() == Status::not_found));
}

TEST_CASE("failures: half a certificate is no certificate") {
    World world;
    const Error error = failure_of(world, "truncated");
    CHECK((error.status() == Status::protocol || error.status() == Status::parse || error.status() == Status::invalid ||
           error.status() == Status::not_found));
}

TEST_CASE("failures: a broken connection is E_NETWORK") {
    World world;
    const Error error = failure_of(world, "drop");
    CHECK(error.status() == Status::network);
}

TEST_CASE("failures: an endless answer is refused") {
    World world;
    const Error error = failure_of(world, "huge");
    CHECK(error.status() == Status::protocol);
}

TEST_CASE("secrets: none is in the log after everything went well, and the one that was sent had its marker") {
    World world;
    world.play("issue");
    const auto ca = world.open();
    const x509::Csr csr = world.make_csr();
    REQUIRE(ca->submit(world.order(csr, "issue"), world.operation).has_value());
    world.check_canaries(world.log.text());
    for (const http::Request &request : world.http.seen()) {
        std::string all = request.url + std::string(as_text(request.body));
        for (const auto &[name, value] : request.headers)
            all += name + value;
        world.check_canaries(all);
    }
}

TEST_CASE("time: a cancelled call does not begin") {
    World world;
    world.play("issue");
    const auto ca = world.open();
    const x509::Csr csr = world.make_csr();
    world.operation.cancellation->request();
    const auto outcome = ca->submit(world.order(csr, "issue"), world.operation);
    REQUIRE_FALSE(outcome.has_value());
    CHECK(outcome.error().status() == Status::cancelled);
}

TEST_CASE("time: a call that hangs can be cancelled, and the connection is usable afterwards") {
    World world;
    world.play("hang");
    const auto ca = world.open();
    const x509::Csr csr = world.make_csr();
    std::thread canceller([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        world.operation.cancellation->request();
    });
    const auto outcome = ca->submit(world.order(csr, "hang"), world.operation);
    canceller.join();
    REQUIRE_FALSE(outcome.has_value());
    CHECK(outcome.error().status() == Status::cancelled);
    world.operation.cancellation = std::make_shared<Cancellation>();
    world.play("issue");
    CHECK(ca->submit(world.order(csr, "issue"), world.operation).has_value());
}

TEST_CASE("time: a call that hangs ends at its deadline") {
    World world;
    world.play("hang");
    const auto ca = world.open();
    const x509::Csr csr = world.make_csr();
    const auto outcome =
        ca->submit(world.order(csr, "hang"), world.operation.with_timeout(std::chrono::milliseconds(80)));
    REQUIRE_FALSE(outcome.has_value());
    CHECK(outcome.error().status() == Status::timeout);
}

TEST_CASE("time: a year later everything still works") {
    World world;
    world.play("issue");
    const auto ca = world.open();
    world.clock.offset = 370LL * 86'400;
    const x509::Csr csr = world.make_csr();
    const auto outcome = must(ca->submit(world.order(csr, "issue"), world.operation));
    REQUIRE(outcome.state == provider::Outcome::State::issued);
    CHECK(must(x509::find_by_key(outcome.certificates, csr.public_key())).not_after() > world.clock.now());
}

TEST_CASE("threads: two connections may work at once") {
    World world;
    world.play("issue");
    const auto one = world.open();
    const auto two = world.open();
    const x509::Csr first = world.make_csr();
    const provider::Order first_order = world.order(first, "issue");
    const x509::Csr second = world.make_csr();
    const provider::Order second_order = world.order(second, "issue");
    std::atomic<int> issued{0};
    const auto work = [&world, &issued](provider::Provider &ca, provider::Order order) {
        for (int i = 0; i < 10; ++i) {
            order.idempotency += "x";
            const auto outcome = ca.submit(order, world.operation);
            if (outcome && outcome->state == provider::Outcome::State::issued) ++issued;
        }
    };
    std::thread other([&] { work(*two, second_order); });
    work(*one, first_order);
    other.join();
    CHECK(issued == 20);
}
