#include "x509/name.hpp"

#include <random>

#include "base/der.hpp"
#include "base/text.hpp"
#include "x509/fixtures.hpp"

using namespace certbroker;
using namespace certbroker::x509;
using test::hex;
using test::id_of;
using test::must;

TEST_CASE("A decoded name shows what openssl and .NET wrote, in the order of the encoding") {
    const Csr csr = must(Csr::parse(test::data_file("openssl-all.csr.pem")));
    CHECK(csr.subject().to_string() == "C=DE, S=Sachsen, L=G\xc3\xb6rlitz, O=\"Example, Inc.\", OU=\"Gr\xc3\xb6\xc3\x9f"
                                       "e + Gewicht\", CN=web01.example.com, E=admin@example.com");
    CHECK(csr.subject().first("2.5.4.3") == "web01.example.com");
    CHECK(csr.subject().first("2.5.4.4").empty());
    CHECK(must(Csr::parse(test::data_file("dotnet.csr.pem"))).subject().to_string() ==
          "C=DE, O=\"Example, Inc.\", CN=net.example.com");
}

TEST_CASE("Names in BMPString and T61String are read as text") {
    CHECK(test::data_certificate("odd-bmpstring.pem").subject().to_string() == "CN=Gr\xc3\xb6\xc3\x9f"
                                                                               "e");
    CHECK(test::data_certificate("odd-t61string.pem").subject().to_string() == "CN=Gr\xc3\xb6\xc3\x9f"
                                                                               "e");
}

TEST_CASE("A UniversalString is read as text") {
    const Name name = must(Name::decode(hex("300f310d300b06035504031c0400000041")));
    CHECK(name.to_string() == "CN=A");
}

TEST_CASE("Values that are no text are kept and shown as hex") {
    const Name bits = must(Name::decode(hex("300f310d300b060355042d0304000102aa"
                                            "")));
    CHECK(bits.to_string() == "OID.2.5.4.45=#0304000102AA");
    const Name damaged = must(Name::decode(hex("300c310a300806035504030c01ff")));
    CHECK(damaged.to_string() == "CN=#0C01FF");
    CHECK(must(Name::parse(damaged.to_string())).same_values(damaged));
}

TEST_CASE("Control characters in a name never reach a line of text") {
    const Name name = must(Name::decode(hex("300e310c300a0603550403130361000a"
                                            "")));
    CHECK(name.to_string() == "CN=#0C0361000A");
    CHECK(must(Name::parse(name.to_string())).same_values(name));
}

TEST_CASE("Values are compared, not their string types or the order inside an RDN") {
    const Name printable = must(Name::parse("CN=a+O=b,C=DE"));
    const Name utf8 = must(Name::parse("O=b+CN=a,C=DE", {.force_utf8 = true}));
    CHECK(printable.der() != utf8.der());
    CHECK(printable.same_values(utf8));
    CHECK_FALSE(printable.same_values(must(Name::parse("C=DE,CN=a+O=b"))));
    CHECK_FALSE(printable.same_values(must(Name::parse("CN=A+O=b,C=DE"))));
    // A text that looks like the hex of a value is not that value.
    CHECK_FALSE(must(Name::parse("CN=\"#0403ABCD01\"")).same_values(must(Name::parse("CN=#abcd01"))));
}

TEST_CASE("Malformed, oversized and overfull names are refused") {
    CHECK(id_of(Name::decode({})) == "Base.Der");
    CHECK(id_of(Name::decode(hex("300031"))) == "Base.Der");
    CHECK(id_of(Name::decode(hex("30023100"))) == "Base.Der");
    CHECK(id_of(Name::decode(hex("3005310330010c"))) == "Base.Der");
    CHECK(id_of(Name::decode(Bytes(70 * 1024, 0x30))) == "Name.Syntax");
    der::Writer writer;
    writer.nest(der::sequence, [](der::Writer &w) {
        for (int i = 0; i < 201; ++i)
            w.raw(test::hex("310a300806035504030c0161"));
    });
    CHECK(id_of(Name::decode(writer.bytes())) == "Name.Syntax");
    // An attribute's OID too long to be written again as text.
    der::Writer longest;
    longest.nest(der::sequence, [](der::Writer &w) {
        w.nest(der::set, [](der::Writer &set) {
            set.nest(der::sequence, [](der::Writer &pair) {
                pair.element(der::object_identifier, Bytes(128, 0x7f)).text(der::utf8_string, "a");
            });
        });
    });
    CHECK(id_of(Name::decode(longest.bytes())) == "Name.Syntax");
}

TEST_CASE("What to_string writes, parse reads back") {
    std::mt19937 random(20240607);
    const auto pick = [&](std::size_t below) {
        return std::uniform_int_distribution<std::size_t>(0, below - 1)(random);
    };
    const std::vector<std::string> oids{
        "2.5.4.3", "2.5.4.6", "2.5.4.10", "1.2.840.113549.1.9.1", "0.9.2342.19200300.100.1.25", "1.2.3.4", "2.999.1"};
    const std::vector<std::uint8_t> tags{der::utf8_string, der::printable_string, der::ia5_string, der::bmp_string,
                                         der::t61_string,  der::octet_string,     der::null};
    const std::vector<char32_t> alphabet{'a',  'Z', '0',  ' ',  ',',  ';',    '+',     '=', '"', '#', '\\', '<', '>',
                                         '\n', 0,   0x7f, 0x85, 0xe4, 0x20ac, 0x1f600, 'C', 'N', 'O', '.',  '\''};
    for (int round = 0; round < 20000; ++round) {
        der::Writer writer;
        writer.nest(der::sequence, [&](der::Writer &name) {
            for (std::size_t rdns = pick(4); rdns > 0; --rdns) {
                name.nest(der::set, [&](der::Writer &set) {
                    for (std::size_t pairs = 1 + pick(2); pairs > 0; --pairs) {
                        set.nest(der::sequence, [&](der::Writer &pair) {
                            std::string text;
                            for (std::size_t length = pick(6); length > 0; --length)
                                append_utf8(text, alphabet[pick(alphabet.size())]);
                            const std::uint8_t tag = tags[pick(tags.size())];
                            pair.oid(oids[pick(oids.size())]);
                            if (tag == der::bmp_string) {
                                pair.element(tag, utf8_to_utf16(text, true));
                            } else {
                                pair.text(tag, text);
                            }
                        });
                    }
                });
            }
        });
        const Name name = must(Name::decode(writer.bytes()));
        const std::string text = name.to_string();
        const auto again = Name::parse(text);
        INFO(text);
        REQUIRE(again);
        REQUIRE(again->same_values(name));
        REQUIRE(must(Name::decode(again->der())).same_values(name));
    }
}
