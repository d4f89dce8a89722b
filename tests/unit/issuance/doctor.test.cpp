#include "issuance/doctor.hpp"

#include "patient.hpp"

using namespace certbroker;
using namespace certbroker::test;

TEST_CASE("A healthy connection passes every check, in order, with what was seen") {
    Clinic clinic;
    const std::string thumbprint = clinic.admit(clinic.client);
    const Server server(answer_all(), clinic.door());
    const profile::Request request = World::request();
    const auto rows = clinic.examine(clinic.settings(server, thumbprint), "user", &request);
    std::vector<std::string> ids;
    for (const provider::CheckRow &each : rows) {
        INFO(each.id << ": " << each.message << " / " << each.cause);
        ids.push_back(each.id);
        // The server of the test does not tell the time; its root is not among the trusted ones of this home.
        CHECK((each.state == CheckState::passed || each.id == "clock" || each.id == "certificate.chain"));
        CHECK_FALSE(each.name.empty());
        CHECK_FALSE(each.message.empty());
    }
    CHECK(ids == std::vector<std::string>{"settings", "certificate.thumbprint", "certificate.present",
                                          "certificate.key", "certificate.access", "certificate.validity",
                                          "certificate.chain", "certificate.usage", "network.name",
                                          "network.connection", "tls.server", "tls.client", "http.answer", "clock",
                                          "template", "template.request", "patient.own", "store"});
    CHECK(row(rows, "patient.own").message == "user, with names");
}

TEST_CASE("An authority is looked at with what is registered, and what is given on top") {
    Clinic clinic;
    const Server server(answer_all(), clinic.door());
    const std::string thumbprint = clinic.admit(clinic.client);
    must(clinic.broker->authorities().add(Location::current_user, "lab", "patient",
                                          clinic.settings(server, thumbprint)));
    Examination wish;
    wish.authority = "lab";
    auto rows = must(clinic.broker->examine(wish, clinic.operation));
    CHECK(row(rows, "tls.client").state == CheckState::passed);
    CHECK(row(rows, "template").state == CheckState::skipped);
    CHECK(row(rows, "patient.own").message == "no profile, without names");
    wish.settings.set("client-certificate", std::string(40, 'A'));
    rows = must(clinic.broker->examine(wish, clinic.operation));
    CHECK(row(rows, "certificate.present").state == CheckState::failed);
    wish.authority = "elsewhere";
    CHECK(id_of(clinic.broker->examine(wish, clinic.operation)) == "Authority.NotFound");
    wish.authority.clear();
    CHECK(id_of(clinic.broker->examine(wish, clinic.operation)) == "Base.Argument");
    wish.provider = "nobody";
    CHECK(id_of(clinic.broker->examine(wish, clinic.operation)) == "Provider.Unknown");
}

TEST_CASE("Settings that the provider refuses are the first row, with the remedy of the one who refuses") {
    Clinic clinic;
    Settings settings;
    auto rows = clinic.examine(settings);
    CHECK(rows.front().id == "settings");
    CHECK(rows.front().state == CheckState::failed);
    CHECK(rows.front().message.find("'url' is missing") != std::string::npos);
    CHECK(row(rows, "template").state == CheckState::skipped);
    settings.set("url", "refuse");
    rows = clinic.examine(settings);
    CHECK(rows.front().remedy == "Use another.");
    CHECK(rows.front().cause == "Patient.Address");
    CHECK(row(rows, "store").state == CheckState::passed);
}

TEST_CASE("A provider that does not say where its CA is is asked all the same") {
    Clinic clinic;
    Settings settings;
    settings.set("url", "nowhere");
    const auto rows = clinic.examine(settings, "other");
    CHECK(row(rows, "template").state == CheckState::failed);
    CHECK(row(rows, "template").remedy == "Name 'user'.");
    CHECK(row(rows, "template").connector_message.find("A request element is not understood") != std::string::npos);
    CHECK(row(rows, "patient.own").state == CheckState::passed);
}

TEST_CASE("Names that the template does not take are told before anything is sent") {
    Clinic clinic;
    Settings settings;
    settings.set("url", "nowhere");
    profile::Request request = World::request();
    must(profile::set_property(request, "EMAIL_ADDRESS", "someone@example.com"));
    const auto rows = clinic.examine(settings, "user", &request);
    CHECK(row(rows, "template.request").state == CheckState::failed);
    CHECK(row(rows, "template.request").cause == "Policy.SanNotAllowed");
    CHECK(row(rows, "template.request").connector_message.find("Policy verification failed") != std::string::npos);
}

TEST_CASE("The checks end when they are cancelled") {
    Clinic clinic;
    Settings settings;
    settings.set("url", "nowhere");
    Examination wish;
    wish.provider = "patient";
    wish.settings = settings;
    Operation operation;
    operation.cancellation->request();
    CHECK(id_of(clinic.broker->examine(wish, operation)) == "Base.Cancelled");
}
