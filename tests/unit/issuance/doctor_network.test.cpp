#include "issuance/doctor.hpp"

#include <thread>

#include "conformance/http/capabilities.hpp"
#include "patient.hpp"

using namespace certbroker;
using namespace certbroker::test;

namespace {

std::string http_date(std::int64_t time) {
    const auto when = static_cast<std::time_t>(time);
    char text[40];
    const std::size_t size = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", std::gmtime(&when));
    return std::string(text, size);
}

} // namespace

TEST_CASE("A name that nobody knows is told from a server that cannot be reached") {
    Clinic clinic;
    Settings settings;
    settings.set("url", "https://no-such-host.invalid/");
    auto rows = clinic.examine(settings, "user");
    CHECK(row(rows, "network.name").state == CheckState::failed);
    CHECK(row(rows, "network.name").connector_message.find("SSL/TLS secure channel") != std::string::npos);
    CHECK(row(rows, "network.connection").state == CheckState::skipped);
    CHECK(row(rows, "template").state == CheckState::skipped);
    std::string gone;
    {
        const Server server(answer_all());
        gone = server.url();
    }
    settings.set("url", gone);
    rows = clinic.examine(settings);
    CHECK(row(rows, "network.name").state == CheckState::passed);
    CHECK(row(rows, "network.connection").state == CheckState::failed);
}

TEST_CASE("A server that is not trusted, or belongs to another name, fails at TLS") {
    Clinic clinic;
    TlsOptions stranger = clinic.door();
    stranger.client_roots.clear();
    const Pki others;
    stranger.identity = make_tls_identity(others.ca, {"localhost"});
    const Server untrusted(answer_all(), stranger);
    auto rows = clinic.examine(clinic.settings(untrusted, ""));
    CHECK(row(rows, "network.connection").state == CheckState::passed);
    CHECK(row(rows, "tls.server").state == CheckState::failed);
    CHECK(row(rows, "tls.client").state == CheckState::skipped);

    TlsOptions misnamed = clinic.door();
    misnamed.client_roots.clear();
    misnamed.identity = make_tls_identity(clinic.authority.ca, {"other.example.com"});
    const Server wrong(answer_all(), misnamed);
    rows = clinic.examine(clinic.settings(wrong, ""));
    CHECK(row(rows, "tls.server").state == CheckState::failed);
    if (missing::aborted_requests().empty()) CHECK(wrong.requests().empty());
}

TEST_CASE(
    "A server that wants a certificate and gets none, or a wrong one, refuses it: before or after the handshake") {
    if (const std::string why = missing::certificate_request(); !why.empty()) SKIP(why);
    Clinic clinic;
    const Pki others;
    const std::string foreign = clinic.admit(make_tls_identity(others.ca, {"client.example.com"}, true, Clinic::rsa));
    for (const bool old : {true, false}) {
        TlsOptions door = clinic.door();
        door.tls12 = old;
        door.only_tls13 = !old;
        const Server server(answer_all(), door);
        auto rows = clinic.examine(clinic.settings(server, std::string(40, 'B')));
        INFO((old ? "TLS 1.2" : "TLS 1.3"));
        CHECK(row(rows, "certificate.present").state == CheckState::failed);
        CHECK(row(rows, "tls.server").state == CheckState::passed);
        CHECK(row(rows, "tls.client").state == CheckState::failed);
        CHECK(row(rows, "tls.client").remedy.find("First mend") != std::string::npos);
        rows = clinic.examine(clinic.settings(server, foreign));
        CHECK(row(rows, "certificate.access").state == CheckState::passed);
        CHECK(row(rows, "tls.client").state == CheckState::failed);
        CHECK(row(rows, "tls.client").remedy.find("RA certificate") != std::string::npos);
    }
}

TEST_CASE("A server that does not answer runs into the time-out of its settings") {
    Clinic clinic;
    const Server server([](Connection &connection) {
        (void)connection.read_request();
        while (!connection.stopping())
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
    });
    Settings settings;
    settings.set("url", server.url());
    settings.set("timeout-ms", "300");
    const auto rows = clinic.examine(settings);
    CHECK(row(rows, "http.answer").state == CheckState::failed);
    CHECK(row(rows, "http.answer").message.find("The operation has timed out") != std::string::npos);
    CHECK(row(rows, "http.answer").message.find("300 ms") != std::string::npos);
    CHECK(row(rows, "network.name").state == CheckState::skipped);
    CHECK(row(rows, "clock").state == CheckState::skipped);
}

TEST_CASE("An answer tells the time, and what the server thinks of us") {
    Clinic clinic;
    const std::int64_t now = clinic.clock.now();
    const auto clock_state = [&](const std::string &date) {
        const Server server(answer_all(date));
        Settings settings;
        settings.set("url", server.url());
        return row(clinic.examine(settings), "clock").state;
    };
    CHECK(clock_state(http_date(now)) == CheckState::passed);
    CHECK(clock_state(http_date(now - 120)) == CheckState::warning);
    CHECK(clock_state(http_date(now + 7200)) == CheckState::failed);
    CHECK(clock_state("yesterday") == CheckState::skipped);
    for (const int status : {401, 403, 500, 503}) {
        const Server server([status](Connection &connection) {
            (void)connection.read_request();
            (void)connection.answer(status, "no");
        });
        Settings settings;
        settings.set("url", server.url());
        const auto rows = clinic.examine(settings);
        CHECK(row(rows, "http.answer").state == CheckState::warning);
        CHECK(row(rows, "tls.server").state == CheckState::skipped);
    }
}
