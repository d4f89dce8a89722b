#include "connection.hpp"

#include "failures.hpp"
#include "rig.hpp"

using namespace digicert;
using namespace digicert::test;

TEST_CASE("connection: what people paste as service name") {
    std::vector<std::string> notes;
    CHECK(service_name("pki-ws.symauth.com", notes) == "pki-ws.symauth.com");
    CHECK(notes.empty());
    for (const char *pasted :
         {" pki-ws.symauth.com ", "https://pki-ws.symauth.com", "https://PKI-WS.symauth.com//",
          "pki-ws.symauth.com/pki-ws/policyService", "https://pki-ws.symauth.com/pki-ws/policyService?wsdl",
          "PKI-WS.SYMAUTH.COM", "pki-ws.symauth.com."}) {
        notes.clear();
        CHECK(service_name(pasted, notes) == "pki-ws.symauth.com");
        CHECK(notes.size() == 1);
    }
    CHECK(service_name("localhost:8443", notes) == "localhost:8443");
    for (const char *wrong : {"http://pki-ws.symauth.com", "ftp://a.b", "https://", "", "a b", "user@host",
                              "host:", "host:0", "host:70000", "host/other", "host?x", "-a.b", "a..b", "h\xc3\xb6st"}) {
        INFO(wrong);
        const Failure problem = failure_of([&] { (void)service_name(wrong, notes); });
        CHECK(problem.id == "DigiCert.ServiceName");
        CHECK(has(problem.remedy, "pki-ws.symauth.com"));
    }
}

TEST_CASE("connection: the CA's name") {
    CHECK_NOTHROW(check_ca_name("Symantec"));
    CHECK_NOTHROW(check_ca_name("DigiCert"));
    for (const char *wrong : {"symantec", "Digicert", "VeriSign", ""})
        CHECK(id_of([&] { check_ca_name(wrong); }) == "DigiCert.CaName");
}

TEST_CASE("connection: opening asks nobody and touches no key") {
    Rig rig;
    rig.settings.set("service-fqdn", std::string("https://pki-ws.example.test/"));
    rig.settings.set("ra-certificate-thumbprint", std::string("EA7A4E0CD1A4F81CF0740527C31A57F6020C17C5"));
    CHECK(rig.try_open().has_value());
    CHECK(rig.services.seen.empty());
    CHECK(has(rig.log.text, "is used as 'pki-ws.example.test'"));
    rig.settings.set("service-fqdn", std::string("http://pki-ws.example.test"));
    const auto plain = rig.try_open();
    REQUIRE_FALSE(plain.has_value());
    CHECK(plain.error().id() == "DigiCert.ServiceName");
    CHECK(plain.error().status() == core::Status::argument);
}

TEST_CASE("connection: an attribute of an order is name=value") {
    Rig rig;
    rig.works();
    const auto csr = rig.csr({"email=iwuser0@example.test"});
    auto order = rig.order(csr);
    order.settings.set("attribute", std::string("jobTitle"));
    const auto outcome = rig.ca().submit(order, rig.operation);
    REQUIRE_FALSE(outcome.has_value());
    CHECK(outcome.error().id() == "DigiCert.Setting");
    CHECK(rig.services.seen.empty());
}
