#include "soap.hpp"

#include "documents.hpp"
#include "failures.hpp"

using namespace microsoft_ca;
using namespace microsoft_ca::test;

namespace {

soap::Reply read(const std::string &text) {
    return soap::read_reply(text, {}, "The answer");
}

} // namespace

TEST_CASE("soap: an envelope has action, id, reply-to and address in this order") {
    soap::Header header;
    header.action = "urn:action";
    header.message_id = "urn:uuid:1";
    header.to = "https://ca.example.test/a&b";
    CHECK(soap::envelope(header, "<x/>") ==
          "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
          "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "
          "xmlns:a=\"http://www.w3.org/2005/08/addressing\" "
          "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><s:Header>"
          "<a:Action s:mustUnderstand=\"1\">urn:action</a:Action><a:MessageID>urn:uuid:1</a:MessageID>"
          "<a:ReplyTo><a:Address>http://www.w3.org/2005/08/addressing/anonymous</a:Address></a:ReplyTo>"
          "<a:To s:mustUnderstand=\"1\">https://ca.example.test/a&amp;b</a:To></s:Header><s:Body><x/></s:Body>"
          "</s:Envelope>");
}

TEST_CASE("soap: a user's name comes with a timestamp of five minutes and a marker for the password") {
    soap::Header header;
    header.user = soap::UserName{"EXAMPLE\\r&d", "{{password}}", 1'258'675'200}; // 2009-11-20
    const std::string text = soap::envelope(header, "");
    CHECK(has(text, "<o:Security s:mustUnderstand=\"1\" xmlns:o=\"" + wsse + "\""));
    CHECK(has(text,
              "<u:Timestamp u:Id=\"_0\"><u:Created>2009-11-20T00:00:00.000Z</u:Created>"
              "<u:Expires>2009-11-20T00:05:00.000Z</u:Expires></u:Timestamp><o:UsernameToken>"
              "<o:Username>EXAMPLE\\r&amp;d</o:Username><o:Password Type=\"http://docs.oasis-open.org/wss/2004/01/"
              "oasis-200401-wss-username-token-profile-1.0#PasswordText\">{{password}}</o:Password>"
              "</o:UsernameToken></o:Security>"));
}

TEST_CASE("soap: times are written by the calendar") {
    CHECK(soap::utc(0) == "1970-01-01T00:00:00.000Z");
    CHECK(soap::utc(951'782'400) == "2000-02-29T00:00:00.000Z");
    CHECK(soap::utc(4'102'444'799) == "2099-12-31T23:59:59.000Z");
    CHECK(soap::utc(-1) == "1969-12-31T23:59:59.000Z");
}

TEST_CASE("soap: an answer has an id it relates to, and names the exchange for whoever reads the log there") {
    const auto reply = read(envelope("<x xmlns=\"urn:x\"/>", "urn:uuid:7"));
    CHECK(reply.relates_to == "urn:uuid:7");
    CHECK(reply.activity == "a-1 c-1");
    CHECK(reply.body.local_name() == "x");
    CHECK_FALSE(reply.fault);
}

TEST_CASE("soap: a fault has code, innermost subcode, reason and the CA's detail") {
    FaultText text;
    text.subcode = "a:Outer";
    text.error_code = "-2146877420";
    text.invalid_request = "true";
    text.request_id = "12";
    const auto fault = read(text.text()).fault;
    REQUIRE(fault);
    CHECK(fault->code == "Receiver");
    CHECK(fault->subcode == "Outer");
    CHECK(fault->reason == "The request was denied.");
    REQUIRE(fault->detail);
    CHECK(fault->detail->error_code == 0x80094014U);
    CHECK(fault->detail->invalid_request);
    CHECK(fault->detail->request_id == "12");
    CHECK_FALSE(fault->is_authentication());
    CHECK_FALSE(fault->is_sender());
}

TEST_CASE("soap: everything in a fault's detail may be missing") {
    FaultText text;
    const auto nil = read(text.text()).fault;
    REQUIRE(nil->detail);
    CHECK_FALSE(nil->detail->error_code);
    CHECK_FALSE(nil->detail->invalid_request);
    CHECK(nil->detail->request_id.empty());
    text.detail = false;
    text.code = "s:Sender";
    for (const char *subcode : {"o:FailedAuthentication", "o:InvalidSecurity", "u:MessageExpired"}) {
        text.subcode = subcode;
        const auto fault = read(text.text()).fault;
        CHECK_FALSE(fault->detail);
        CHECK(fault->is_authentication());
        CHECK(fault->is_sender());
    }
    const auto bare = read("<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body><s:Fault/></s:Body>"
                           "</s:Envelope>")
                          .fault;
    REQUIRE(bare);
    CHECK(bare->reason.empty());
}

TEST_CASE("soap: what is no SOAP 1.2 is said so") {
    for (const char *text :
         {"<html/>",
          "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><x/></s:Body></s:Envelope>",
          "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'/>",
          "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body/></s:Envelope>",
          "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body><a/><b/></s:Body></s:Envelope>"})
        CHECK(id_of([&] { (void)read(text); }) == "MicrosoftCa.Answer");
    CHECK(soap::is_envelope("<?xml version='1.0'?><s:Envelope"));
    CHECK_FALSE(soap::is_envelope("<!DOCTYPE html><html>"));
}
