#include "base/der.hpp"
#include "x509/fixtures.hpp"
#include "x509/name.hpp"

using namespace certbroker;
using namespace certbroker::x509;
using test::id_of;
using test::must;

namespace {

std::int64_t column_of(std::string_view text, const NameFlags &flags = {}) {
    const auto name = Name::parse(text, flags);
    REQUIRE_FALSE(name);
    const auto found = name.error().numbers().find(ErrorNumber::column);
    return found == name.error().numbers().end() ? -1 : found->second;
}
std::string shown(std::string_view text, const NameFlags &flags = {}) {
    return must(Name::parse(text, flags)).to_string();
}
std::string der_of(std::string_view text, const NameFlags &flags = {}) {
    return to_hex(must(Name::parse(text, flags)).der());
}

} // namespace

// The expected bytes were put together by hand from X.690, not by this code.
TEST_CASE("Values get the string types that Windows chooses") {
    CHECK(der_of("C=DE") == "300d310b3009060355040613024445");
    CHECK(der_of("CN=web01") == "3010310e300c060355040313057765623031");
    CHECK(der_of("CN=*.a.b") == "3010310e300c06035504030c052a2e612e62");
    CHECK(der_of("E=a@b.c") == "30163114301206092a864886f70d01090116056140622e63");
    CHECK(der_of("DC=com") == "301531133011060a0992268993f22c6401191603636f6d");
}

TEST_CASE("Flags choose UTF8String always or BMPString instead") {
    CHECK(der_of("CN=a,C=DE", {.force_utf8 = true}) == "3019310a300806035504030c0161310b3009060355040613024445");
    CHECK(der_of("CN=\xc3\xa9", {.disable_utf8 = true}) == "300d310b300906035504031e0200e9");
}

TEST_CASE("The members of one RDN are encoded in DER's order, whatever order they were typed in") {
    const std::string expected = "30163114300806035504031301623008060355040a130161";
    CHECK(der_of("O=a+CN=b") == expected);
    CHECK(der_of("CN=b + O=a") == expected);
}

TEST_CASE("RDNs stay in the order typed, or are reversed by the flag") {
    CHECK(shown("CN=web01,OU=IT,O=Example,C=DE") == "CN=web01, OU=IT, O=Example, C=DE");
    CHECK(shown("CN=web01,OU=IT,O=Example,C=DE", {.reverse = true}) == "C=DE, O=Example, OU=IT, CN=web01");
}

TEST_CASE("Commas and semicolons separate unless flags narrow that") {
    CHECK(shown("CN=a;O=b,C=DE") == "CN=a, O=b, C=DE");
    CHECK(shown("CN=a,b;C=DE", {.semicolon = true}) == "CN=\"a,b\", C=DE");
    CHECK(shown("CN=a;b,C=DE", {.comma = true}) == "CN=\"a;b\", C=DE");
    CHECK(shown("CN=a,b\r\nO=c;d\n\n C=DE\r\n", {.crlf = true}) == "CN=\"a,b\", O=\"c;d\", C=DE");
    CHECK(shown("CN=a+b", {.no_plus = true}) == "CN=\"a+b\"");
    CHECK(shown("CN=\"a", {.no_quoting = true}) == "CN=\"\"\"a\"");
}

TEST_CASE("Blanks around separators and '=' do not count, inside values they do") {
    CHECK(shown("  CN =  web 01  ,\tO= b ") == "CN=web 01, O=b");
    CHECK(shown("CN=\" a \"") == "CN=\" a \"");
}

TEST_CASE("A separator at the end is passed over") {
    CHECK(shown("CN=a,") == "CN=a");
    CHECK(shown("CN=a; ") == "CN=a");
}

TEST_CASE("Quoted values may hold everything, and a doubled quote is one quote") {
    CHECK(must(Name::parse(R"(O="Example, Inc. ""Best"" + Co; #1")")).first("2.5.4.10") ==
          R"(Example, Inc. "Best" + Co; #1)");
    CHECK(must(Name::parse("CN=\"#414243\"")).first("2.5.4.3") == "#414243");
}

TEST_CASE("Attribute names are known in any case, with their second spellings, and as OIDs") {
    CHECK(shown("cn=a,st=b,Title=c,givenName=d,INITIALS=e,Email=f@g") == "CN=a, S=b, T=c, G=d, I=e, E=f@g");
    CHECK(shown("2.5.4.3=a,OID.2.5.4.10=b,oid.1.2.3.4=c") == "CN=a, O=b, OID.1.2.3.4=c");
}

TEST_CASE("Values behind '#' are DER where they are, else the octets of an OCTET STRING") {
    CHECK(der_of("CN=#abcd01") == "300e310c300a06035504030403abcd01");
    CHECK(der_of("CN=#AB CD 01") == "300e310c300a06035504030403abcd01");
    const Name name = must(Name::parse("CN=#0c0161"));
    CHECK(name.first("2.5.4.3") == "a");
    CHECK(name.rdns()[0][0].string_tag == der::utf8_string);
    CHECK(name.rdns()[0][0].raw.empty());
    CHECK(must(Name::parse("CN=#abcd01")).rdns()[0][0].raw == test::hex("0403abcd01"));
    CHECK(id_of(Name::parse("CN=#zz")) == "Name.Syntax");
    CHECK(id_of(Name::parse("CN=#")) == "Name.Syntax");
}

TEST_CASE("An empty or blank text is the empty name") {
    CHECK(must(Name::parse("")).der() == test::hex("3000"));
    CHECK(must(Name::parse(" \t\r\n")).empty());
}

TEST_CASE("A subject without '=' fails and says how to write it") {
    const auto name = Name::parse("Subject Name in CN format");
    REQUIRE(id_of(name) == "Name.Syntax");
    CHECK(name.error().remedy().find("Write Subject = \"CN=Subject Name in CN format\"") != std::string::npos);
    CHECK(column_of("Subject Name in CN format") == 1);
}

TEST_CASE("Mistakes are told with their column") {
    CHECK(id_of(Name::parse("CN=a,,O=b")) == "Name.Syntax");
    CHECK(column_of("CN=a,,O=b") == 6);
    CHECK(column_of("CN=a,=b") == 6);
    CHECK(column_of("CN=Example, Inc.,C=DE") == 13);
    CHECK(column_of("CN=a\\, b") == 8);
    CHECK(column_of("CN=a+") == 6);
    CHECK(column_of("CN=\"abc,O=d") == 4);
    CHECK(column_of("CN=\"abc\" d") == 10);
    CHECK(column_of("CN=ab\"c\"") == 6);
    CHECK(column_of("CN=web01 O=Example") == 10);
    CHECK(column_of("CN=web01  OU =Example") == 11);
    CHECK(column_of(std::string_view("CN=a\0b", 6)) == 5);
    // Columns count characters: the two umlauts are four octets.
    CHECK(column_of("CN=\xc3\xa4\xc3\xb6,X=b") == 7);
}

TEST_CASE("An '=' in a value is no mistake as long as no attribute stands in front of it") {
    CHECK(must(Name::parse("CN=a=b")).first("2.5.4.3") == "a=b");
    CHECK(must(Name::parse("CN=a b=c")).first("2.5.4.3") == "a b=c");
}

TEST_CASE("An unknown attribute fails and names the one that was meant") {
    const auto name = Name::parse("CN=a, Titel=b");
    REQUIRE(id_of(name) == "Name.Attribute");
    CHECK(name.error().remedy().find("Title=") != std::string::npos);
    CHECK(name.error().numbers().at(ErrorNumber::column) == 7);
    CHECK(id_of(Name::parse("1.2.x=b")) == "Name.Attribute");
}

TEST_CASE("Values that an attribute cannot have are refused") {
    CHECK(id_of(Name::parse("C=Germany")) == "Name.Value");
    CHECK(id_of(Name::parse("C=D")) == "Name.Value");
    CHECK(id_of(Name::parse("C=D1")) == "Name.Value");
    CHECK(id_of(Name::parse("E=\xc3\xa4@b.c")) == "Name.Value");
    CHECK(id_of(Name::parse("DC=\xc3\xa4")) == "Name.Value");
    CHECK(id_of(Name::parse("CN=")) == "Name.Value");
    CHECK(id_of(Name::parse("CN=\"\"")) == "Name.Value");
    CHECK(column_of("CN=a, C=Germany") == 9);
}

TEST_CASE("Texts that are no UTF-8, too long or too many are refused") {
    CHECK(id_of(Name::parse("CN=\xff")) == "Name.Syntax");
    CHECK(id_of(Name::parse("CN=" + std::string(600 * 1024, 'a'))) == "Name.Syntax");
    CHECK(id_of(Name::parse("CN=" + std::string(70 * 1024, 'a'))) == "Name.Syntax");
    std::string many = "CN=a";
    for (int i = 0; i < 200; ++i)
        many += ",CN=a";
    CHECK(id_of(Name::parse(many)) == "Name.Syntax");
}
