#include "certsrv_page.hpp"

#include <catch2/catch_test_macros.hpp>

#include "certsrv_pages.hpp"
#include "failures.hpp"

using namespace microsoft_ca;
using namespace microsoft_ca::test;
using certsrv::Page;
using certsrv::read_page;

TEST_CASE("certsrv: an issued request is one that leads to its certificate, in any language") {
    for (const char *heading : {"Certificate Issued", "Zertifikat ausgestellt", "Certificat \u00e9mis",
                                "\u8a3c\u660e\u66f8\u306f\u767a\u884c\u3055\u308c\u307e\u3057\u305f"}) {
        const Page page = read_page(issued_page("42", heading));
        CHECK(page.state == Page::State::issued);
        CHECK(page.request_id == "42");
    }
    CHECK(read_page("<a href='/certsrv/CERTNEW.CER?reqid=7&amp;Enc=b64'>x</a>").request_id == "7");
    CHECK(read_page("<script>location=\"certnew.cer?ReqID=8\"").state == Page::State::issued);
}

TEST_CASE("certsrv: a waiting request keeps its number, in any language") {
    const std::string pages[] = {
        pending_page("12"),
        html("Zertifikatdienste", "<P> <B> Zertifikat steht aus </B><P> Ihre Anforderungs-ID lautet 12.<P> Kehren Sie "
                                  "innerhalb von 10 Tagen zur&uuml;ck."),
        html("Services de certificats", "<P> <B> Certificat en attente </B><P> Votre ID de demande est 12.<P> Revenez "
                                        "dans les 10 jours."),
        html("\u8a3c\u660e\u66f8\u30b5\u30fc\u30d3\u30b9",
             "<P> \u4fdd\u7559\u4e2d<P> \u8981\u6c42 ID \u306f 12 \u3067\u3059\u3002<P> 10 "
             "\u65e5\u4ee5\u5185\u306b\u623b\u3063\u3066\u304f\u3060\u3055\u3044\u3002"),
    };
    for (const std::string &text : pages) {
        const Page page = read_page(text);
        CHECK(page.state == Page::State::waiting);
        CHECK(page.request_id == "12");
        CHECK(page.hresult == 0);
    }
}

TEST_CASE("certsrv: a number alone is a request's only on a page that sounds like waiting") {
    const auto id = [](const std::string &text) { return read_page(html("Zertifikat steht aus", text)).request_id; };
    CHECK(id("<P> Zertifikat steht aus <P> Die Anforderungskennung lautet 12.") == "12");
    CHECK(id("<P> Zertifikat steht aus <P> Die Anforderungskennung lautet 12. Kommen Sie in 10 Tagen.").empty());
    CHECK(id("<P> Zertifikat steht aus <P> Windows-2025 v1.5 rc2").empty());
    CHECK(id("<P> HTTP Error 500").empty());
    CHECK(id("<P> It works! 2026").empty());
}

TEST_CASE("certsrv: a denied request has the CA's words and its error code") {
    const Page page = read_page(denied_page("13", policy_denial));
    CHECK(page.state == Page::State::denied);
    CHECK(page.request_id == "13");
    CHECK(page.disposition == policy_denial);
    CHECK(page.hresult == 0x80094800U);
    const Page german = read_page(html("Zertifikatdienste", "<P> Ihre Zertifikatanforderung wurde verweigert.<P> Ihre "
                                                            "Anforderungs-ID lautet 14. Die Dispositionsmeldung lautet "
                                                            "\"Vom Richtlinienmodul verweigert 0x80094012\"."));
    CHECK(german.state == Page::State::denied);
    CHECK(german.request_id == "14");
    CHECK(german.disposition == "Vom Richtlinienmodul verweigert 0x80094012");
    const Page french =
        read_page(html("x", "<P> Votre ID de demande est 15. Message : \u00ab Refus\u00e9 par LAB\\officier \u00bb."));
    CHECK(french.state == Page::State::denied);
    CHECK(french.disposition == "Refus\u00e9 par LAB\\officier");
    const Page japanese = read_page(html("x", "<P> \u8981\u6c42 ID \u306f 16 \u3067\u3059\u3002 \u300c\u62d2\u5426 "
                                              "0x80094811\u300d"));
    CHECK(japanese.state == Page::State::denied);
    CHECK(japanese.hresult == 0x80094811U);
    CHECK(read_page(denied_page("17", "Denied by LAB\\officer")).state == Page::State::denied);
}

TEST_CASE("certsrv: entities of the CA's words are resolved") {
    CHECK(read_page(denied_page("1", "Denied: &lt;b&gt; &amp; &#233; &#x20AC; &unknown; 0x80094001")).disposition ==
          "Denied: <b> & \u00e9 \u20ac &unknown; 0x80094001");
    CHECK(read_page(denied_page("1", "Denied &#0; &#55296; &#99999999999;")).disposition ==
          "Denied ? ? &#99999999999;");
    CHECK(read_page(denied_page("1", "Denied \xff\xfe by")).disposition == "Denied ?? by");
}

TEST_CASE("certsrv: a page of an old server is Latin-1 where it says so") {
    const Page page =
        read_page("<meta content=\"text/html; charset=iso-8859-1\">Microsoft Anforderungs-ID 3. \"Verweigert f\xfcr "
                  "M\xfcller\".");
    CHECK(page.state == Page::State::denied);
    CHECK(page.disposition == "Verweigert f\u00fcr M\u00fcller");
}

TEST_CASE("certsrv: a CA whose name has a number in it does not confuse") {
    const Page page = read_page("<td>Certificate Services -- Example ID 2 CA</td>" + pending_page("12"));
    CHECK(page.request_id == "12");
}

TEST_CASE("certsrv: an error of the server is no decision of the CA") {
    const Page rpc = read_page(failed_page("The RPC server is unavailable. 0x800706ba (WIN32: 1722)"));
    CHECK(rpc.state == Page::State::failed);
    CHECK(rpc.hresult == 0x800706baU);
    CHECK(has(rpc.disposition, "RPC server"));
    const Page subject = read_page(failed_page("The request subject name is invalid or too long. 0x80094001"));
    CHECK(subject.state == Page::State::denied);
}

TEST_CASE("certsrv: what stands in place of a certificate says why") {
    const Page waiting = read_page(no_certificate_page("5", "Taken Under Submission"));
    CHECK(waiting.state == Page::State::waiting);
    CHECK(waiting.request_id == "5");
    CHECK(waiting.disposition == "Taken Under Submission");
    const Page plain = read_page(html("x", "<PRE>\r\nRequest Id: 5\r\nDisposition message:\t\tTaken Under "
                                           "Submission\r\nResult:\t\t0x0\r\n</PRE>"));
    CHECK(plain.state == Page::State::waiting);
    CHECK(plain.disposition == "Taken Under Submission");
    const Page denied = read_page(no_certificate_page("5", "Denied by LAB\\officer 0x80094014"));
    CHECK(denied.state == Page::State::denied);
    CHECK(denied.disposition == "Denied by LAB\\officer 0x80094014");
}

TEST_CASE("certsrv: what is unclear is not taken for a no") {
    const Page page = read_page(html("x", "<P> Numer ID: 21. Decyzja: \"Odrzucono\""));
    CHECK(page.state == Page::State::waiting);
    CHECK(page.disposition == "Odrzucono");
    // An officer's or a template's name may hold any word.
    CHECK(read_page(no_certificate_page("5", "Pending: denied-requests template")).state == Page::State::waiting);
}

TEST_CASE("certsrv: a page that lies does not make a certificate of what it shows to people") {
    // In text and remarks an address is no address.
    const Page shown_only = read_page(denied_page("30", "Denied certnew.cer?ReqID=5&amp; 0x80094800"));
    CHECK(shown_only.state == Page::State::denied);
    CHECK(shown_only.request_id == "30");
    CHECK(read_page(denied_page("30", "Denied, see ID 31 0x80094800")).request_id == "30");
    CHECK(read_page("<a href=\"certnew.cer?ReqID=CACert&Renewal=0\">").state == Page::State::other);
    CHECK(read_page("<a href=\"certnew.cer?ReqID=99999999999999999999\">").state == Page::State::other);
    CHECK(id_of([] { (void)read_page(issued_page("1") + issued_page("2")); }) == "MicrosoftCa.Correlation");
    CHECK(id_of([] { (void)read_page("<p>Anforderungs-ID 1</p><p>Anforderungs-ID 2</p>"); }) ==
          "MicrosoftCa.Correlation");
}

TEST_CASE("certsrv: other pages are called what they are") {
    const Page log_on = read_page(log_on_page());
    CHECK(log_on.state == Page::State::other);
    CHECK(std::string(log_on.kind) == "a log-on page");
    CHECK(log_on.title == "Sign In");
    CHECK(std::string(read_page(html("x", "HTTP Error 500.19 - Internal Server Error")).kind) ==
          "an error page of the web server");
    for (const char *text : {"", "<", "<!--", "<script>", "<a href=\"", "It works!", "&#", "\xef\xbb\xbf"})
        CHECK(read_page(text).state == Page::State::other);
    CHECK(read_page(std::string(3000000, '<')).state == Page::State::other);
    CHECK(read_page(std::string(1000000, ' ') + std::string(1000000, ' ') + issued_page("1")).state ==
          Page::State::other); // behind the limit
}

TEST_CASE("certsrv: how often the CA was renewed stands in a script") {
    CHECK(certsrv::read_renewals("<Script>\r\nvar nRenewals=3;\r\n</Script>") == 3U);
    CHECK(certsrv::read_renewals("<script>var nRenewals = 0;</script>") == 0U);
    CHECK_FALSE(certsrv::read_renewals("<p>var nRenewals=3;</p>"));
    CHECK_FALSE(certsrv::read_renewals("<script>var nRenewals=100000;</script>"));
    CHECK_FALSE(certsrv::read_renewals("<script>var nRenewals=x;</script>"));
    CHECK_FALSE(certsrv::read_renewals(""));
}

TEST_CASE("certsrv: the entry is known by where it leads") {
    CHECK(certsrv::is_entry("<A Href=\"certrqus.asp\">Request a certificate</A>"));
    CHECK(certsrv::is_entry("<A Href=\"/certsrv/CertCArc.asp\">"));
    CHECK_FALSE(certsrv::is_entry("certrqus.asp"));
    CHECK_FALSE(certsrv::is_entry(log_on_page()));
}

TEST_CASE("certsrv: a download is DER or base64 with any label") {
    CHECK(certsrv::decode_download("-----BEGIN ANYTHING-----\r\nMAMCAQE=\r\n-----END ANYTHING-----\r\n") ==
          "\x30\x03\x02\x01\x01");
    CHECK(certsrv::decode_download("MAMC\nAQE=") == "\x30\x03\x02\x01\x01");
    CHECK(certsrv::decode_download("\x30\x03\x02\x01\x01") == "\x30\x03\x02\x01\x01");
    CHECK(certsrv::decode_download("AAAA").empty());
    CHECK(certsrv::decode_download(pending_page("1")).empty());
    CHECK(certsrv::decode_download("").empty());
}
