#include <catch2/catch_test_macros.hpp>

#include "certsrv_page.hpp"
#include "certsrv_pages.hpp"
#include "failures.hpp"
#include "rig.hpp"

using namespace microsoft_ca;
using namespace microsoft_ca::test;
namespace core = certbroker;
using certsrv::Page;
using State = core::provider::Outcome::State;
using RowState = core::provider::CheckRow::State;

/// Pages that stand where the CA's ought to, and words of the CA that are no decision: what is made of them would last,
/// for a request that is taken for pending is asked for until somebody stops it, and a denied one is never asked again.
namespace {

const std::string base = "https://ca.example.test/certsrv";

struct Pages : Rig {
    Pages() {
        settings.set("transport", std::string("certsrv"));
        settings.set("url", base);
        settings.set("authentication", std::string("basic"));
    }
};

} // namespace

TEST_CASE("certsrv: a number on somebody else's page is no request") {
    for (const char *text : {
             "<title>Request Rejected</title>The requested URL was rejected. Your support ID is: 1234567.",
             "<p>Access denied. Incident ID: 4711</p>",
             "<form><p>Session ID 12</p><input type=password name=p></form>",
             "<html><p>Your session is pending. 12 users wait.</p></html>",
         }) {
        INFO(text);
        CHECK(certsrv::read_page(text).state == Page::State::other);
    }
    Pages rig;
    rig.services.answer(base + "/certfnsh.asp", "<html>The requested URL was rejected. Your support ID is: 1234567.");
    const auto csr = rig.csr();
    const auto error = error_of(rig.ca().submit(rig.order(csr), rig.operation));
    CHECK(error.id() == "MicrosoftCa.Answer");
    CHECK_FALSE(says_not_sent(error)); // the proxy may have let it through
}

TEST_CASE("certsrv: what is no character does not become part of an address") {
    CHECK(certsrv::read_page("<a href=\"certnew.cer\xfdReqID=6&\">").state == Page::State::other);
}

TEST_CASE("certsrv: a log-on page stays one, whatever it says of requests") {
    const std::string page = "<p>Your Request Id is 12.</p>" + log_on_page();
    CHECK(certsrv::read_page(page).state == Page::State::other);
    CHECK(std::string(certsrv::read_page(page).kind) == "a log-on page");
}

TEST_CASE("certsrv: a CA that cannot be asked has not denied what waits") {
    for (const char *words : {"The RPC server is unavailable. 0x800706ba (WIN32: 1722)", "Access is denied. 0x80070005",
                              "The certification authority's service is suspended. 0x80094006"}) {
        INFO(words);
        Pages rig;
        const auto csr = rig.csr();
        rig.services.answer(base + "/certfnsh.asp", pending_page("7"));
        const auto order = rig.order(csr);
        const auto waiting = must(rig.ca().submit(order, rig.operation));
        REQUIRE(waiting.state == State::pending);
        const std::string address = base + "/certnew.cer?ReqID=7&Enc=b64";
        rig.services.answer(address, no_certificate_page("7", words));
        CHECK(error_of(rig.ca().poll(waiting.token, rig.operation)).id() == "MicrosoftCa.CaError");
        rig.services.forget(address);
        rig.services.answer(address, no_certificate_page("7", "Taken Under Submission"));
        CHECK(must(rig.ca().poll(waiting.token, rig.operation)).state == State::pending);
    }
}

TEST_CASE("certsrv: the page of a denial is known by its element, in any language") {
    const Page page = certsrv::read_page(html(
        "Microsoft Active Directory", "<P ID=locDenied> \u60a8\u7684\u8bc1\u4e66\u7533\u8bf7\u88ab\u62d2\u7edd\u3002 "
                                      "</P><P> ID 44."));
    CHECK(page.state == Page::State::denied);
    CHECK(page.request_id == "44");
}

TEST_CASE("certsrv: each row of the check is told once, whatever fails") {
    Pages rig;
    rig.services.answer(base + "/", "<A Href=\"certrqus.asp\">Request a certificate</A>");
    rig.services.answer(base + "/certcarc.asp", "<p>The certification authority is not running.</p>");
    const auto rows = must(rig.ca().check({}, rig.operation));
    std::map<std::string, RowState> found;
    for (const auto &row : rows)
        CHECK(found.emplace(row.id, row.state).second);
    CHECK(found.at("certsrv.access") == RowState::passed);
    CHECK(found.at("certsrv.ca") == RowState::failed);
}
