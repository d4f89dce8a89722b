#include "wstep.hpp"

#include "documents.hpp"
#include "failures.hpp"
#include "soap.hpp"

using namespace microsoft_ca;
using namespace microsoft_ca::test;
using State = wstep::Answer::State;

namespace {

wstep::Answer read(const std::string &body) {
    const soap::Reply reply = soap::read_reply(envelope(body), wstep::limits, "The answer");
    return wstep::read_answer(reply.body);
}
std::string refusal(const std::string &body) {
    const Failure problem = failure_of([&] { (void)read(body); });
    CHECK(problem.id == "MicrosoftCa.Answer");
    return problem.message;
}

} // namespace

TEST_CASE("wstep: a request has token type, request type, token, context and id in the order of the schema") {
    wstep::Order order;
    order.message = "MIIB";
    order.attributes = {{"CertificateTemplate", "User"}, {"ccm", "pc<1>"}};
    CHECK(wstep::write_issue(order) ==
          "<RequestSecurityToken xmlns=\"http://docs.oasis-open.org/ws-sx/ws-trust/200512\"><TokenType>"
          "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3</TokenType>"
          "<RequestType>http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue</RequestType>"
          "<BinarySecurityToken xmlns=\"" +
              wsse +
              "\" ValueType=\"http://schemas.microsoft.com/windows/pki/2009/01/enrollment#PKCS10\" EncodingType=\"" +
              wsse +
              "#base64binary\">MIIB</BinarySecurityToken>"
              "<AdditionalContext xmlns=\"http://schemas.xmlsoap.org/ws/2006/12/authorization\">"
              "<ContextItem Name=\"CertificateTemplate\"><Value>User</Value></ContextItem>"
              "<ContextItem Name=\"ccm\"><Value>pc&lt;1&gt;</Value></ContextItem></AdditionalContext>"
              "<RequestID xmlns=\"http://schemas.microsoft.com/windows/pki/2009/01/enrollment\" "
              "xsi:nil=\"true\"></RequestID></RequestSecurityToken>");
    order.attributes.clear();
    order.kind = wstep::MessageKind::pkcs7;
    CHECK_FALSE(has(wstep::write_issue(order), "AdditionalContext"));
    CHECK(has(wstep::write_issue(order), "ValueType=\"" + wsse + "#PKCS7\""));
}

TEST_CASE("wstep: a question has the id and no token") {
    const std::string text = wstep::write_query("1017");
    CHECK(has(text, "<RequestType>http://schemas.microsoft.com/windows/pki/2009/01/enrollment/QueryTokenStatus"
                    "</RequestType><RequestID "
                    "xmlns=\"http://schemas.microsoft.com/windows/pki/2009/01/enrollment\">1017</RequestID>"));
    CHECK_FALSE(has(text, "BinarySecurityToken"));
}

TEST_CASE("wstep: issued and pending are told apart by structure, whatever the words say") {
    const auto issued = read(answer_body(x509_token("MII\r\n B"), "TUlJ", "17", "Taken Under Submission"));
    CHECK(issued.state == State::issued);
    CHECK(issued.certificate == "MIIB");
    CHECK(issued.response == "TUlJ");
    CHECK(issued.request_id == "17");
    const auto waiting = read(answer_body(reference(ces), "TUlJ", "18", "Issued"));
    CHECK(waiting.state == State::pending);
    CHECK(waiting.reference == ces);
    CHECK(waiting.disposition == "Issued");
    CHECK(read(answer_body(x509_token("MIIB"), "", "")).request_id.empty());
}

TEST_CASE("wstep: what is neither is refused") {
    CHECK(has(refusal(answer_body("", "TUlJ")), "neither"));
    CHECK(has(refusal(answer_body(reference(ces), "TUlJ", "")), "no RequestID"));
    CHECK(has(refusal(answer_body(x509_token("MIIB"), "", "seventeen")), "no number"));
    CHECK(has(refusal(answer_body(x509_token(""), "")), "empty"));
    CHECK(has(refusal(answer_body(x509_token("MIIB") + x509_token("MIIC"), "")), "more than one"));
    CHECK(has(refusal("<x xmlns='urn:x'/>"), "answered with 'x'"));
    CHECK(has(refusal("<RequestSecurityTokenResponseCollection "
                      "xmlns=\"http://docs.oasis-open.org/ws-sx/ws-trust/200512\"/>"),
              "0 responses"));
}
