#include "users.hpp"

#include "documents.hpp"
#include "failures.hpp"
#include "soap.hpp"

using namespace digicert;
using namespace digicert::test;

TEST_CASE("users: a seat is made or updated") {
    const std::string space = "http://schemas.verisign.com/pkiservices/2011/08/usermanagement";
    CHECK(has(users::write_request({"s-1", "Anna", "Maier", "a@x.test"}, "t-5"),
              "<createOrUpdateUserRequest xmlns=\"" + space +
                  "\"><clientTransactionID>t-5</clientTransactionID><userInformation><seatId>s-1</seatId>"
                  "<firstName>Anna</firstName><lastName>Maier</lastName><emailAddress>a@x.test</emailAddress>"
                  "</userInformation><version>1.0</version></createOrUpdateUserRequest>"));
    CHECK_FALSE(has(users::write_request({"s-1", "", "", ""}, "t-5"), "firstName"));
    const soap::Reply reply = soap::read_reply(
        wrapped("<createOrUpdateUserResponse xmlns=\"" + space +
                "\"><serverTransactionID>srv-5</serverTransactionID>"
                "<userCreationStatus><seatId>s-1</seatId><statusCode>OK</statusCode></userCreationStatus>"
                "<version>1.0</version></createOrUpdateUserResponse>"),
        {}, "The answer");
    CHECK(users::read_answer(reply.body).status == "OK");
    const soap::Reply other = soap::read_reply(wrapped("<x/>"), {}, "The answer");
    CHECK(id_of([&] { (void)users::read_answer(other.body); }) == "DigiCert.Answer");
}
