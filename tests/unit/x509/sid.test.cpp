#include "x509/sid.hpp"

#include "x509/fixtures.hpp"

using namespace certbroker;
using namespace certbroker::x509;
using test::hex;
using test::id_of;
using test::must;

namespace {

constexpr std::string_view sid = "S-1-5-21-1004336348-1177238915-682003330-1104";

} // namespace

TEST_CASE("SIDs are told from what only looks like one") {
    for (const char *good : {"S-1-5-21-1004336348-1177238915-682003330-1104", "s-1-5-18", "S-1-0-0", "S-1-1-4294967295",
                             "S-1-0x0123456789ab-1", "S-1-12-1-1-2-3-4-5-6-7-8-9-10-11-12-13-14"})
        CHECK(is_sid(good));
    for (const char *bad : {"", "S-1-", "S-1-5", "S-2-5-21", "S-1-5-", "S-1-5--1", "S-1-5-4294967296", "S-1-5-+1",
                            "S-1-5- 1", "S-1-5-0x1", "S-1-281474976710656-1",
                            "S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15-16", "EXAMPLE\\jane", "S-1-5-18\n", "S-1-0x1-1"})
        CHECK_FALSE(is_sid(bad));
}

TEST_CASE("The extension has the bytes that domain controllers read") {
    const Extension extension = must(make_sid_extension("s-1-5-21-1"));
    CHECK(extension.oid == "1.3.6.1.4.1.311.25.2");
    CHECK_FALSE(extension.critical);
    // SEQUENCE { [0] { OID 1.3.6.1.4.1.311.25.2.1, [0] { OCTET STRING "S-1-5-21-1" } } }
    CHECK(to_hex(extension.value) == "301ca01a060a2b060104018237190201a00c040a532d312d352d32312d31");
    CHECK(must(decode_sid_extension(extension.value)) == "S-1-5-21-1");
    CHECK(must(decode_sid_extension(must(make_sid_extension(sid)).value)) == sid);
    CHECK(id_of(make_sid_extension("jane")) == "Sid.Value");
}

TEST_CASE("What is no SID extension is refused") {
    // Another type, text that is no SID, something behind it, cut off.
    CHECK(id_of(decode_sid_extension(hex("301ca01a060a2b060104018237190202a00c040a532d312d352d32312d31"))) ==
          "Sid.Value");
    CHECK(id_of(decode_sid_extension(hex("301ca01a060a2b060104018237190201a00c040a582d312d352d32312d31"))) ==
          "Sid.Value");
    CHECK_FALSE(
        decode_sid_extension(hex("301ca01a060a2b060104018237190201a00c040a532d312d352d32312d310500")).has_value());
    CHECK_FALSE(decode_sid_extension(hex("301ca01a060a2b060104018237190201a00c040a532d31")).has_value());
    CHECK_FALSE(decode_sid_extension({}).has_value());
}

TEST_CASE("SIDs are found in the extension and among the names") {
    const Extension extension = must(make_sid_extension(sid));
    const GeneralName uri = must(make_uri(std::string(sid_uri_prefix) + "s-1-5-18"));
    CHECK(sid_of_name(uri) == "S-1-5-18");
    CHECK_FALSE(sid_of_name(must(make_uri("https://example.com/"))));
    CHECK_FALSE(sid_of_name(must(make_dns("example.com"))));
    CHECK(sids_of({extension}, {uri}) == std::set<std::string>{"S-1-5-18", std::string(sid)});
    CHECK(sids_of({}, {}).empty());
    // The URI's bytes: [6], colons and comma as they are.
    const Bytes names = encode_general_names({uri});
    CHECK(as_text(names).find("tag:microsoft.com,2022-09-14:sid:s-1-5-18") != std::string_view::npos);
    CHECK(names[2] == 0x86);
}

TEST_CASE("SIDs in both places must be the same account's") {
    const Extension extension = must(make_sid_extension(sid));
    const auto uri = [](std::string_view text) {
        return must(make_uri(std::string(sid_uri_prefix) + std::string(text)));
    };
    CHECK(check_sids({}, {}).has_value());
    CHECK(check_sids({extension}, {uri(sid)}).has_value());
    CHECK(check_sids({extension}, {uri("s-1-5-21-1004336348-1177238915-682003330-1104")}).has_value());
    CHECK(id_of(check_sids({extension}, {uri("S-1-5-18")})) == "Sid.Conflict");
    CHECK(id_of(check_sids({}, {uri("S-1-5-18"), uri("S-1-5-19")})) == "Sid.Conflict");
    CHECK(id_of(check_sids({}, {uri("jane")})) == "Sid.Value");
    Extension broken = extension;
    broken.value = hex("0500");
    CHECK_FALSE(check_sids({broken}, {}).has_value());
}
