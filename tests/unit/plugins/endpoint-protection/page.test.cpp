#include "page.hpp"

#include <catch2/catch_test_macros.hpp>

#include "base/text.hpp"
#include "support/scep_ca.hpp"

using namespace scep;
using Kind = ChallengePage::Kind;

namespace {

/// What the host would take out of the page.
std::string extracted(std::string_view page, const ChallengePage &read) {
    const auto at = page.find(read.before);
    if (read.before.empty() || at == std::string_view::npos) return "nothing";
    const auto rest = page.substr(at + read.before.size());
    return std::string(rest.substr(0, rest.find(read.after)));
}

std::string password_in(const std::string &page) {
    const ChallengePage read = read_challenge_page(page);
    return read.kind == Kind::password ? extracted(page, read) : "none";
}

} // namespace

TEST_CASE("the password of NDES's page is found behind its sentence, not in the thumbprint above it") {
    const certbroker::Bytes page = certbroker::test::challenge_page("0F1E2D3C4B5A6978");
    const ChallengePage read = read_challenge_page(certbroker::as_text(page));
    REQUIRE(read.kind == Kind::password);
    const std::string text = certbroker::utf16_to_utf8(certbroker::ByteView(page).subspan(2), false);
    CHECK(extracted(text, read) == "0F1E2D3C4B5A6978");
}

TEST_CASE("tags, blanks and case around the password do not matter") {
    CHECK(password_in("<p>The enrollment challenge password is: <B> ABC </B>") == "ABC");
    CHECK(password_in("<p>the ENROLLMENT challenge password is:<b>xY-7</b></p>") == "xY-7");
    CHECK(password_in("<p>The enrollment challenge password is:&nbsp;<font size=2><B>\r\n77AA\r\n</B></font>") ==
          "77AA");
}

TEST_CASE("a page of another language is read by the password's shape") {
    CHECK(password_in("<P> Der Fingerabdruck: <B> 0123ABCD 4567EF01 89ABCDEF 01234567 </B> <P> Das Kennwort: <B> "
                      "0F1E2D3C4B5A6978 </B>") == "0F1E2D3C4B5A6978");
    CHECK(password_in("<B> 0F1E2D3C4B5A6978 </B> und <B> 1111222233334444 </B>") == "none");
    CHECK(password_in("<B> 0f1e2d3c4b5a6978 </B>") == "none");
    CHECK(password_in("<B> 0F1E2D3C4B5A69780 </B>") == "none");
}

TEST_CASE("what stands before the password stands there first") {
    const std::string page = "<B> decoy </B><B> decoy2 </B> The enrollment challenge password is: <B> RIGHT </B>";
    const ChallengePage read = read_challenge_page(page);
    CHECK(extracted(page, read) == "RIGHT");
    CHECK(page.find(read.before) + read.before.size() == page.find("RIGHT"));
}

TEST_CASE("a page that says why there is none is understood") {
    CHECK(read_challenge_page("<P> The password cache is full. <P>").kind == Kind::cache_full);
    CHECK(read_challenge_page("You do not have sufficient permission to enroll with SCEP. Please contact your system "
                              "administrator.")
              .kind == Kind::no_permission);
    CHECK(read_challenge_page("<html>It works!</html>").kind == Kind::nothing);
    CHECK(read_challenge_page("").kind == Kind::nothing);
    CHECK(read_challenge_page("The enrollment challenge password is:").kind == Kind::nothing);
    CHECK(read_challenge_page("The enrollment challenge password is: " + std::string(5000, 'x') + " ").kind ==
          Kind::nothing);
    CHECK(read_challenge_page("The enrollment challenge password is: " + std::string(5000, '<')).kind == Kind::nothing);
}
