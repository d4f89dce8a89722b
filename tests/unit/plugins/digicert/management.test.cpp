#include "management.hpp"

#include "documents.hpp"
#include "failures.hpp"
#include "soap.hpp"

using namespace digicert;
using namespace digicert::test;

namespace {

management::Page read_page(const std::string &text) {
    const soap::Reply reply = soap::read_reply(text, {}, "The answer");
    return management::read_search(reply.body);
}

} // namespace

TEST_CASE("management: reasons that both revisions of the schema know") {
    CHECK(management::change_of(1).operation == "Revoke");
    CHECK(management::change_of(1).reason == "KeyCompromise");
    CHECK(management::change_of(4).reason == "Superseded");
    CHECK(management::change_of(9).reason == "PrivilegeWithdrawn");
    CHECK(management::change_of(6).operation == "Suspend");
    CHECK(management::change_of(6).reason.empty());
    CHECK(management::change_of(8).operation == "Resume");
    CHECK(id_of([] { (void)management::change_of(7); }) == "DigiCert.Setting");
}

TEST_CASE("management: serial numbers have no leading zeros") {
    CHECK(management::serial_text("005A17C3") == "5a17c3");
    CHECK(management::serial_text("0A") == "a");
    CHECK(management::serial_text("00:5a:17") == "5a17");
    CHECK(management::serial_text("00") == "0");
}

TEST_CASE("management: the update stands in the schema's order") {
    CHECK(has(management::write_update("5a17c3", management::change_of(4), "t-3"),
              "<updateCertificateStatusRequest xmlns=\"" + management_name_space +
                  "\"><clientTransactionID>t-3</clientTransactionID><version>1.0</version><revocationReason>Superseded"
                  "</revocationReason><certificateSerialNumber>5a17c3"
                  "</certificateSerialNumber><operationType>Revoke</operationType></updateCertificateStatusRequest>"));
    const soap::Reply reply = soap::read_reply(update_answer(-3), {}, "The answer");
    const management::UpdateAnswer answer = management::read_update(reply.body);
    CHECK(answer.code == -3);
    CHECK(answer.message == "as told");
    CHECK(answer.count == 1);
    const soap::Reply without = soap::read_reply(
        wrapped("<updateCertificateStatusResponse xmlns=\"" + management_name_space + "\"/>"), {}, "The answer");
    CHECK(id_of([&] { (void)management::read_update(without.body); }) == "DigiCert.Answer");
    CHECK(id_of([&] { (void)management::read_search(without.body); }) == "DigiCert.Answer");
}

TEST_CASE("management: a search stands in the schema's order") {
    management::Search search;
    search.seat = "s";
    search.profile = profile_oid;
    search.common_name = "c";
    search.status = management::status_word("valid");
    search.email = "e@x.test";
    search.serial = "5a";
    search.start = 50;
    CHECK(has(management::write_search(search, "t-4"),
              "<clientTransactionID>t-4</clientTransactionID><seatId>s</seatId><profileOID>" + profile_oid +
                  "</profileOID><commonName>c</commonName><status>VALID</status><emailAddress>e@x.test</emailAddress>"
                  "<serialNumber>5a</serialNumber><startIndex>50</startIndex><version>1.0</version>"));
    CHECK(management::status_word("Initial") == "INITIAL");
}

TEST_CASE("management: a page, as either revision sends it") {
    const management::Page page = read_page(search_answer({{"TUlJ", "5a17c3"}, {"TUlK", "5a17c4"}}, true));
    REQUIRE(page.found.size() == 2);
    CHECK(page.more);
    CHECK(page.found[0].serial == "5a17c3");
    CHECK(page.found[0].status == "Revoked");
    CHECK(page.found[0].reason == 4);
    CHECK(page.found[0].revoked_at == 1'710'000'000);
    CHECK(page.found[0].valid_to == 1'731'536'000);
    CHECK(page.found[0].email.empty());
    // Where it is not said whether there is more, the number of all tells: 51.
    std::string silent = search_answer({{"TUlJ", "5a17c3"}, {"TUlK", "5a17c4"}}, true);
    const std::string more = "<moreCertificateAvailable>true</moreCertificateAvailable>";
    REQUIRE(has(silent, more));
    silent.erase(silent.find(more), more.size());
    const soap::Reply reply = soap::read_reply(silent, {}, "The answer");
    CHECK(management::read_search(reply.body, 48).more);
    CHECK_FALSE(management::read_search(reply.body, 49).more);
    // "More" of nothing would be asked for for ever.
    CHECK_FALSE(read_page(search_answer({}, true)).more);
    CHECK(id_of([] { (void)read_page(search_answer(std::vector<FoundText>(1001), false)); }) == "DigiCert.Answer");
}
