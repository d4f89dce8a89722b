#include "x509/san.hpp"

#include "x509/fixtures.hpp"

using namespace certbroker;
using namespace certbroker::x509;
using test::hex;
using test::id_of;
using test::must;

TEST_CASE("Each form has RFC 5280's encoding") {
    CHECK(to_hex(must(make_dns("a.de")).der) == "8204612e6465");
    CHECK(to_hex(must(make_email("a@b.de")).der) == "81066140622e6465");
    CHECK(to_hex(must(make_uri("a:b")).der) == "8603613a62");
    CHECK(to_hex(must(make_ip("192.0.2.1")).der) == "8704c0000201");
    CHECK(to_hex(must(make_ip("::1")).der) == "871000000000000000000000000000000001");
    CHECK(to_hex(must(make_registered_id("1.2.3.4")).der) == "88032a0304");
    CHECK(to_hex(must(make_directory_name(must(Name::parse("C=DE")))).der) == "a40f300d310b3009060355040613024445");
    CHECK(to_hex(must(make_upn("a@b")).der) == "a013060a2b060104018237140203a0050c03614062");
    CHECK(to_hex(must(make_other_name("1.2.3", hex("0500"))).der) == "a00806022a03a0020500");
}

TEST_CASE("A GUID is stored with its first three fields little-endian") {
    const GeneralName guid = must(make_guid("{00112233-4455-6677-8899-AABBCCDDEEFF}"));
    CHECK(to_hex(guid.der) == "a01f06092b0601040182371901a0120410"
                              "33221100554477668899aabbccddeeff");
    CHECK(guid.value == "00112233-4455-6677-8899-aabbccddeeff");
    CHECK(must(make_guid("00112233-4455-6677-8899-aabbccddeeff")).der == guid.der);
}

TEST_CASE("What the making functions refuse is San.Value") {
    CHECK(id_of(make_dns("a b")) == "San.Value");
    for (const char *text :
         {"", "a", "@b", "a@", "a b@c.de", "a@b@c.de", "\xc3\xa4@b.de", "a@*.b.de", "a,b@c.de", "A B <a@b.de>"}) {
        INFO(text);
        CHECK(id_of(make_email(text)) == "San.Value");
    }
    CHECK(id_of(make_email(std::string(65, 'a') + "@b.de")) == "San.Value");
    for (const char *text : {"", "a", "@b", "a@", "a@b@c", "a\n@b", "\xff@b"})
        CHECK(id_of(make_upn(text)) == "San.Value");
    CHECK(id_of(make_upn(std::string(1100, 'a') + "@b")) == "San.Value");
    for (const char *text : {"", "example.com", "https:", ":a", "1a:b", "https://a b", "https://\xc3\xa4", "ht tp://a"})
        CHECK(id_of(make_uri(text)) == "San.Value");
    CHECK(id_of(make_uri("a:" + std::string(9000, 'b'))) == "San.Value");
    CHECK(id_of(make_ip("1.2.3.4/24")) == "San.Value");
    for (const char *text : {"", "00112233", "{00112233-4455-6677-8899-aabbccddeeff",
                             "00112233-4455-6677-8899-aabbccddeefg", "00112233-44556677-8899-aabbccddeeff0"})
        CHECK(id_of(make_guid(text)) == "San.Value");
    CHECK(id_of(make_registered_id("1")) == "San.Value");
    CHECK(id_of(make_directory_name(Name())) == "San.Value");
    CHECK(id_of(make_other_name("x", hex("0500"))) == "San.Value");
    CHECK(id_of(make_other_name("1.2.3", hex("050000"))) == "San.Value");
    CHECK(id_of(make_other_name("1.2.3", {})) == "San.Value");
}

TEST_CASE("Sid URIs keep their colons and comma") {
    CHECK(must(make_uri("tag:microsoft.com,2022-09-14:sid:S-1-5-21-1-2-3-1104")).value ==
          "tag:microsoft.com,2022-09-14:sid:S-1-5-21-1-2-3-1104");
}

TEST_CASE("The names that openssl and .NET encoded are read back") {
    std::vector<std::string> shown;
    for (const GeneralName &name : must(Csr::parse(test::data_file("openssl-all.csr.pem"))).subject_alt_names())
        shown.push_back(name.to_string());
    CHECK(shown == std::vector<std::string>{
                       "dns=web01.example.com", "dns=*.example.com", "email=admin@example.com",
                       "url=https://example.com/a?b=c", "ipaddress=192.0.2.1", "ipaddress=2001:db8::1", "oid=1.2.3.4",
                       "directoryname=C=DE, O=Example, CN=inner", "upn=user@example.com", "1.2.3.4.5=040400010203"});
    shown.clear();
    for (const GeneralName &name : test::data_certificate("dotnet.cer").subject_alt_names())
        shown.push_back(name.to_string());
    CHECK(shown == std::vector<std::string>{"dns=net.example.com", "dns=xn--bcher-kva.example.com",
                                            "ipaddress=2001:db8::7", "email=a@example.com", "upn=user@example.com",
                                            "url=https://example.com/"});
}

TEST_CASE("What to_string writes, parse_general_name reads back to the same octets") {
    for (const GeneralName &name :
         {must(make_dns("*.example.com")), must(make_email("a@example.com")), must(make_upn("J\xc3\xb6rg@example.com")),
          must(make_uri("https://a/?b=c")), must(make_ip("2001:db8::1")),
          must(make_guid("00112233-4455-6677-8899-aabbccddeeff")), must(make_registered_id("1.2.3")),
          must(make_directory_name(must(Name::parse("CN=\"a, b\", C=DE")))),
          must(make_other_name("1.2.3", hex("0403010203"))), must(make_other_name(oid_upn, hex("0500"))),
          must(make_other_name(oid_ntds_guid, hex("0401aa")))}) {
        const std::string text = name.to_string();
        INFO(text);
        const auto equals = text.find('=');
        CHECK(must(parse_general_name(text.substr(0, equals), text.substr(equals + 1))).der == name.der);
    }
}

TEST_CASE("Names that break their own form are kept as unknown, not shown as what they claim") {
    const auto decode = [](std::string_view der) {
        const Bytes bytes = hex(der);
        der::Reader reader(bytes);
        return decode_general_name(must(reader.next()));
    };
    CHECK(must(decode("820361002e")).type == GeneralNameType::unknown);
    CHECK(must(decode("8201ff")).type == GeneralNameType::unknown);
    CHECK(must(decode("8703010203")).type == GeneralNameType::unknown);
    CHECK(must(decode("8703010203")).to_string() == "unknown=8703010203");
    CHECK(must(decode("a3023000")).type == GeneralNameType::unknown);
    CHECK(id_of(decode("a302300130")) == "Base.Der");
    CHECK(id_of(decode("8901aa")) == "San.Value");
    CHECK(id_of(decode("0401aa")) == "San.Value");
    CHECK(id_of(decode("a0023000")) == "Base.Der");
    CHECK(id_of(decode("a40130")) == "Base.Der");
    // An UPN with a control character is shown as hex.
    CHECK(must(decode("a011060a2b060104018237140203a0030c010a")).value == "0c010a");
}

TEST_CASE("Lists of names have at least one and at most 1,000") {
    CHECK(must(decode_general_names(hex("30068204612e6465"))).front().value == "a.de");
    CHECK(id_of(decode_general_names(hex("3000"))) == "San.Value");
    CHECK(id_of(decode_general_names(hex("30068204612e646500"))) == "Base.Der");
    const std::vector<GeneralName> many(1001, must(make_dns("a.de")));
    CHECK(id_of(decode_general_names(encode_general_names(many))) == "San.Value");
    const std::vector<GeneralName> enough(1000, must(make_dns("a.de")));
    CHECK(must(decode_general_names(encode_general_names(enough))).size() == 1000);
}
