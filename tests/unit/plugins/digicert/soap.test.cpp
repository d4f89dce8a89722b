#include "soap.hpp"

#include "documents.hpp"
#include "failures.hpp"

using namespace digicert;
using namespace digicert::test;

namespace {

soap::Reply read(const std::string &text) {
    return soap::read_reply(text, {}, "The answer");
}

} // namespace

TEST_CASE("soap: the element of the body, whatever the envelope's prefix") {
    const soap::Reply reply = read("<Envelope xmlns='http://schemas.xmlsoap.org/soap/envelope/'><Header/><Body>"
                                   "<x:y xmlns:x='urn:x'/></Body></Envelope>");
    CHECK(reply.body.local_name() == "y");
    CHECK(reply.body.name_space() == "urn:x");
    CHECK_FALSE(reply.fault);
}

TEST_CASE("soap: faults of every shape") {
    const auto fault_in = [](const std::string &text) { return *read(text).fault; };
    const soap::Fault plain = fault_in(fault("A request element is not understood."));
    CHECK(plain.is_not_understood());
    CHECK(plain.to_string() == "A request element is not understood. (faultcode S:Server)");

    const soap::Fault detailed =
        fault_in(fault("outer", "<detail><d:errorcode xmlns:d='urn:d'>E-1</d:errorcode><d:message xmlns:d='urn:d'>inner"
                                "</d:message></detail>"));
    CHECK(detailed.error_code == "E-1");
    CHECK(detailed.message == "inner");
    CHECK(has(detailed.to_string(), "inner (E-1; faultcode S:Server)"));

    const soap::Fault capital = fault_in(fault("outer", "<detail><x><errorCode>E-2</errorCode></x></detail>"));
    CHECK(capital.error_code == "E-2");
    CHECK(capital.message == "outer");

    const soap::Fault bare = fault_in(
        wrapped("<S:Fault xmlns:w='urn:w'><faultcode>w:FailedAuthentication</faultcode><faultstring/></S:Fault>"));
    CHECK(bare.is_authentication());
    CHECK(has(bare.to_string(), "no reason is given"));
    CHECK_FALSE(plain.is_authentication());
}

TEST_CASE("soap: what is no SOAP message") {
    for (const std::string &text :
         {std::string("<html><body>Please sign in</body></html>"), std::string("<Envelope/>"),
          std::string("<Envelope xmlns='http://schemas.xmlsoap.org/soap/envelope/'/>"), wrapped(""),
          wrapped("<a/><b/>"),
          std::string("<Envelope xmlns='http://www.w3.org/2003/05/soap-envelope'><Body><a/></Body></Envelope>")}) {
        INFO(text);
        CHECK(id_of([&] { (void)read(text); }) == "DigiCert.Answer");
    }
}

TEST_CASE("soap: the envelope that goes out") {
    CHECK(soap::envelope("<a/>") == "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<soapenv:Envelope "
                                    "xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body><a/>"
                                    "</soapenv:Body></soapenv:Envelope>");
}
