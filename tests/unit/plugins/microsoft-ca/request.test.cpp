#include "request.hpp"

#include <catch2/catch_test_macros.hpp>

#include "failures.hpp"
#include "rig.hpp"
#include "x509/request_message.hpp"

using namespace microsoft_ca;
using namespace microsoft_ca::test;

TEST_CASE("request: attributes are lines") {
    CHECK(request::write_attributes({{"CertificateTemplate", "User"}, {"ccm", "web01"}}, "\r\n") ==
          "CertificateTemplate:User\r\nccm:web01\r\n");
    CHECK(request::write_attributes({}, "\n").empty());
}

TEST_CASE("request: a template is named by its internal name or OID, and cannot smuggle an attribute in") {
    CHECK(request::template_attribute(" WebServer ") == "WebServer");
    CHECK(request::template_attribute("1.3.6.1.4.1.311.21.8.1.2.3") == "1.3.6.1.4.1.311.21.8.1.2.3");
    CHECK(request::template_attribute("Web-Server_2.v") == "Web-Server_2.v");
    for (const char *name : {"Web Server", "User\r\nSAN:dns=a", "User\nSAN:upn=x", "a:b", "", "a\tb", "\xff"}) {
        const Failure problem = failure_of([&] { (void)request::template_attribute(name); });
        CHECK(problem.id == "MicrosoftCa.Attribute");
        CHECK(has(problem.remedy, "internal name"));
    }
    CHECK(id_of([] { (void)request::template_attribute(std::string(65, 'a')); }) == "MicrosoftCa.Attribute");
}

TEST_CASE("request: attributes in the request itself are looked at as well") {
    Rig rig;
    rig.settings.set("transport", std::string("certsrv"));
    rig.settings.set("url", std::string("https://ca.example.test/certsrv"));
    rig.settings.set("authentication", std::string("basic"));
    certbroker::x509::CsrSpec spec;
    spec.subject = must(certbroker::x509::Name::parse("CN=web01.example.com"));
    spec.attributes = {certbroker::x509::make_name_value_pair("SAN", "upn=admin@example.com")};
    const auto csr = rig.csr(spec);
    CHECK(error_id(rig.ca().submit(rig.order(csr), rig.operation)) == "MicrosoftCa.SanAttribute");
    CHECK(rig.services.seen.empty());
}
