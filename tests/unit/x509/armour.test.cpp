#include "x509/armour.hpp"

#include <array>

#include "base/text.hpp"
#include "x509/errors.hpp"
#include "x509/fixtures.hpp"

using namespace certbroker;
using namespace certbroker::x509;
using test::id_of;
using test::must;

namespace {

constexpr std::array<std::string_view, 1> labels{"CERTIFICATE"};
Result<detail::Armour> open(std::string_view text, std::size_t limit = 10) {
    return detail::open_armour(as_bytes(text), labels, limit, errors::certificate_format, "A test");
}

const std::string block = "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n";
const Bytes content{0x30, 0x03, 0x02, 0x01, 0x01};

} // namespace

TEST_CASE("DER, PEM and bare base64 give the same octets") {
    for (const std::string &text : std::vector<std::string>{
             std::string(as_text(content)), block, std::string("MAMCAQE="), std::string(" MAMC\r\nAQE=\r\n"),
             "\xef\xbb\xbf" + block,
             "\xef\xbb\xbfMAMCAQE=", "subject=CN = a\r\n0 some words\r\n" + block + "and behind it",
             std::string("-----BEGIN CERTIFICATE-----\r\nMAMC\r\nAQE=\r\n-----END CERTIFICATE-----")}) {
        INFO(text);
        const auto armour = must(open(text));
        REQUIRE(armour.blocks.size() == 1);
        CHECK(armour.blocks[0].bytes == content);
    }
}

TEST_CASE("Text in UTF-16, as Out-File of Windows PowerShell writes it, is read") {
    for (const bool big : {false, true}) {
        Bytes bytes = big ? Bytes{0xfe, 0xff} : Bytes{0xff, 0xfe};
        const Bytes body = utf8_to_utf16(block, big);
        bytes.insert(bytes.end(), body.begin(), body.end());
        CHECK(must(open(as_text(bytes))).blocks[0].bytes == content);
    }
}

TEST_CASE("Blocks of other labels are passed over, whatever they hold") {
    const std::string key =
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: x\n\n!!!!\n-----END RSA PRIVATE KEY-----\n";
    const auto armour = must(open(key + block + "-----BEGIN X509 CRL-----\n"));
    CHECK(armour.blocks.size() == 1);
    CHECK(armour.other_labels == std::vector<std::string>{"RSA PRIVATE KEY", "X509 CRL"});
}

TEST_CASE("What is neither is refused with its reason") {
    for (const char *text :
         {"", " \r\n", "<html>no certificate here</html>", "hello world", "AAAA",
          "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n", "-----BEGIN CERTIFICATE",
          "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----",
          "-----BEGIN CERTIFICATE-----\nMAMC\n-----BEGIN CERTIFICATE-----\nAQE=\n-----END CERTIFICATE-----"}) {
        INFO(text);
        CHECK(id_of(open(text)) == "Certificate.Format");
    }
    CHECK(id_of(open(block + block, 1)) == "Base.TooLarge");
}

TEST_CASE("A file full of BEGIN lines costs no more than one pass") {
    std::string text;
    for (int i = 0; i < 200000; ++i)
        text += "-----BEGIN X-----";
    CHECK(must(open(text)).blocks.empty());
}
