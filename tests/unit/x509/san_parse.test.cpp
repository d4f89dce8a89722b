#include "x509/fixtures.hpp"
#include "x509/san.hpp"

using namespace certbroker;
using namespace certbroker::x509;
using test::hex;
using test::id_of;
using test::must;

TEST_CASE("Every token of the text form is known, in any case") {
    CHECK(must(parse_general_name("DNS", "a.de")).to_string() == "dns=a.de");
    CHECK(must(parse_general_name(" dns ", " a.de ")).to_string() == "dns=a.de");
    CHECK(must(parse_general_name("EMail", "a@b.de")).to_string() == "email=a@b.de");
    CHECK(must(parse_general_name("UPN", "a@b")).to_string() == "upn=a@b");
    CHECK(must(parse_general_name("URL", "http://a/")).to_string() == "url=http://a/");
    CHECK(must(parse_general_name("IPAddress", "192.0.2.1")).to_string() == "ipaddress=192.0.2.1");
    CHECK(must(parse_general_name("IP Address", "192.0.2.1")).to_string() == "ipaddress=192.0.2.1");
    CHECK(must(parse_general_name("GUID", "00112233-4455-6677-8899-aabbccddeeff")).type_oid == oid_ntds_guid);
    CHECK(must(parse_general_name("OID", "1.2.3")).to_string() == "oid=1.2.3");
    CHECK(must(parse_general_name("RegisteredId", "1.2.3")).to_string() == "oid=1.2.3");
    CHECK(must(parse_general_name("DirectoryName", "CN=a,DC=b")).to_string() == "directoryname=CN=a, DC=b");
}

TEST_CASE("Other names take text, octets, ASN.1 and hex") {
    const auto value_of = [](std::string_view text) {
        const std::string shown = must(parse_general_name("1.2.3", text)).to_string();
        return shown.substr(shown.find('=') + 1);
    };
    CHECK(value_of("{utf8}ab") == "0c026162");
    CHECK(value_of("{UTF8} ab") == "0c026162");
    CHECK(value_of("{octet}AAEC") == "0403000102");
    CHECK(value_of("{octet}{hex}00 01 02") == "0403000102");
    CHECK(value_of("{asn}BAMAAQI=") == "0403000102");
    CHECK(value_of("{asn}{hex}0403000102") == "0403000102");
    CHECK(value_of("{hex}04 03 00 01 02") == "0403000102");
    CHECK(value_of("0403000102") == "0403000102");
    CHECK(must(parse_general_name(oid_upn, "{utf8}a@b")).to_string() == "upn=a@b");
}

TEST_CASE("What cannot be read is San.Value and says what is wanted") {
    CHECK(id_of(parse_general_name("1.2.3", "abc")) == "San.Value");
    CHECK(id_of(parse_general_name("1.2.3", "")) == "San.Value");
    CHECK(id_of(parse_general_name("1.2.3", "{utf8}\xff")) == "San.Value");
    CHECK(id_of(parse_general_name("1.2.3", "{octet}!")) == "San.Value");
    CHECK(id_of(parse_general_name("1.2.3", "{asn}AQID")) == "San.Value");
    CHECK(id_of(parse_general_name("1.2.3", "{hex}04 03")) == "San.Value");
    CHECK(id_of(parse_general_name("1.2.3", "{what}04 03")) == "San.Value");
    CHECK(id_of(parse_general_name("directoryname", "no name")) == "San.Value");
    CHECK(id_of(parse_general_name("ipaddress", "192.0.2.0,255.255.255.0")) == "San.Value");
    const auto unknown = parse_general_name("emial", "a@b.de");
    REQUIRE(id_of(unknown) == "San.Value");
    CHECK(unknown.error().remedy().find("EMail=") != std::string::npos);
    CHECK(id_of(parse_general_name("somethingelse", "a")) == "San.Value");
}
