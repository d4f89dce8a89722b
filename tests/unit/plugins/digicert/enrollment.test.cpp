#include "enrollment.hpp"

#include "documents.hpp"
#include "failures.hpp"
#include "soap.hpp"

using namespace digicert;
using namespace digicert::test;

namespace {

enrollment::Answer read(const std::string &text) {
    const soap::Reply reply = soap::read_reply(text, {}, "The answer");
    return enrollment::read_answer(reply.body);
}

} // namespace

TEST_CASE("enrollment: elements stand in the schema's order") {
    enrollment::Request request;
    request.profile = profile_oid;
    request.transaction = "t-2";
    request.token_type = token_profile + "PKCS7";
    request.request_type = enrollment::issue;
    request.csr = "TUk=";
    request.pairs = {{"common_name", "A & B"}};
    const std::string text = enrollment::write_request(request);
    CHECK(
        has(text, "<wst:RequestSecurityToken xmlns:wst=\"" + trust_name_space + "\"><requestVSSecurityToken xmlns=\"" +
                      enrollment_name_space + "\" preferredLanguage=\"en-US\"><certificateProfileID>" + profile_oid +
                      "</certificateProfileID><clientTransactionID>t-2</clientTransactionID><tokenType>" +
                      token_profile + "PKCS7</tokenType><requestType>" + trust_name_space +
                      "Issue</requestType><binarySecurityToken "
                      "ValueType=\"http://schemas.verisign.com/pkiservices/2009/07/PKCS10\">TUk=</binarySecurityToken>"
                      "<nameValuePair><name>common_name</name><value>A &amp; B</value></nameValuePair>"
                      "<version>2.0</version></requestVSSecurityToken></wst:RequestSecurityToken>"));
    request.request_type = enrollment::renew;
    request.certificate = "T0xE";
    CHECK(has(enrollment::write_request(request),
              "</binarySecurityToken><binarySecurityToken ValueType=\"" + token_profile + "X509v3\">T0xE<"));
    enrollment::Request status;
    status.profile = profile_oid;
    status.request_type = enrollment::query_status;
    status.pending = "pend-17";
    CHECK(has(enrollment::write_request(status), "QueryTokenStatus</requestType><pendingTokenReferenceID>pend-17<"));
}

TEST_CASE("enrollment: the response's element in both spellings, and in a collection") {
    const std::string content = "<e:clientTransactionID>t-2</e:clientTransactionID><e:serverTransactionID>srv-2"
                                "</e:serverTransactionID><e:requestedVSSecurityToken><e:binarySecurityToken>\nTU\nlJ\n"
                                "</e:binarySecurityToken></e:requestedVSSecurityToken>";
    for (const char *name : {"RequestVSSecurityTokenResponse", "requestVSSecurityTokenResponse"}) {
        const enrollment::Answer answer = read(enrolled(content, name));
        CHECK(answer.token == "TU\nlJ");
        CHECK(answer.server_transaction == "srv-2");
        CHECK(answer.client_transaction == "t-2");
    }
    const std::string one = enrolled(content);
    const auto begin = one.find("<t:RequestSecurityTokenResponse");
    const auto end = one.find("</S:Body>");
    CHECK(read(wrapped("<t:RequestSecurityTokenResponseCollection xmlns:t=\"" + trust_name_space + "\">" +
                       one.substr(begin, end - begin) + "</t:RequestSecurityTokenResponseCollection>"))
              .token == "TU\nlJ");
}

TEST_CASE("enrollment: pending, refused, and what is neither") {
    const enrollment::Answer pending = read(enrolled("<e:dispositionMessage>Waiting for approval</e:dispositionMessage>"
                                                     "<e:requestedVSSecurityToken><e:pendingTokenReferenceID>pend-17"
                                                     "</e:pendingTokenReferenceID></e:requestedVSSecurityToken>"));
    CHECK(pending.pending == "pend-17");
    CHECK(pending.disposition == "Waiting for approval");
    CHECK(read(enrolled("<e:dispositionMessage>No</e:dispositionMessage>")).token.empty());
    CHECK(read(issued("TUk=", "http://schemas.verisign.com/pkiservices/2009/07/PKCS12")).value_type ==
          "http://schemas.verisign.com/pkiservices/2009/07/PKCS12");
    for (const std::string &text :
         {enrolled(""), enrolled("", "Other"), wrapped("<x/>"), wrapped("<RequestSecurityTokenResponse/>"),
          enrolled("<e:requestedVSSecurityToken><e:binarySecurityToken>TUk=</e:binarySecurityToken>"
                   "<e:pendingTokenReferenceID>1</e:pendingTokenReferenceID></e:requestedVSSecurityToken>"),
          enrolled("<e:requestedVSSecurityToken><e:pendingTokenReferenceID>" + std::string(1001, 'x') +
                   "</e:pendingTokenReferenceID></e:requestedVSSecurityToken>")}) {
        INFO(text);
        CHECK(id_of([&] { (void)read(text); }) == "DigiCert.Answer");
    }
}

TEST_CASE("enrollment: tokens of pending orders come back as they were, and strange ones are refused") {
    const enrollment::Token token = enrollment::read_token(enrollment::write_token({profile_oid, "pend\n17"}));
    CHECK(token.profile == profile_oid);
    CHECK(token.pending == "pend\n17");
    for (const std::string &bad :
         {std::string(), std::string("garbage"), std::string("digicert 1\n"), std::string("digicert 1\nx\ny"),
          "digicert 1\n" + profile_oid + "\n", "digicert 2\n" + profile_oid + "\nx",
          "digicert 1\n" + profile_oid + "\n\xff", "digicert 1\n" + profile_oid + "\n" + std::string(2000, 'x')})
        CHECK(id_of([&] { (void)enrollment::read_token(bad); }) == "DigiCert.Token");
}
