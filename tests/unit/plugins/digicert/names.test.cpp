#include "names.hpp"

#include <catch2/catch_test_macros.hpp>

#include "text.hpp"

using namespace digicert;

TEST_CASE("names: the forms of a request") {
    const RequestNames names =
        read_names({"2.5.4.3=IWUser0", "2.5.4.11=One", "2.5.4.11=Two"},
                   {"email=a@b.test", "upn=u@b.test", "dns=x.test", "ipaddress=192.0.2.1", "url=https://x.test",
                    "guid=41acc3f7-ceb8-b44f-aa58-3d1dc0e36b39", "1.3.6.1.4.1.311.25.1=0412b8ba", "directoryname=CN=x",
                    "1.3.6.1.4.1.311.20.2.3=0c0161", "oid=1.2.3"});
    CHECK(names.subject_value("2.5.4.3") == "IWUser0");
    CHECK(names.subject_value("2.5.4.11", 1) == "Two");
    CHECK_FALSE(names.subject_value("2.5.4.11", 2));
    CHECK(names.emails == std::vector<std::string>{"a@b.test"});
    CHECK(names.upns == std::vector<std::string>{"u@b.test", "a"});
    CHECK(names.dns.size() == 1);
    CHECK(names.ips.size() == 1);
    CHECK(names.uris.size() == 1);
    REQUIRE(names.others.size() == 2);
    // A GUID is stored with its first three fields little-endian, in an OCTET STRING of 16 bytes.
    CHECK(printed_hex(names.others[0].second) == "04 10 f7 c3 ac 41 b8 ce 4f b4 aa 58 3d 1d c0 e3 6b 39");
    CHECK(printed_hex(names.others[1].second) == "04 12 b8 ba");
    CHECK(names.unknown == std::vector<std::string>{"directoryname", "oid"});
}

TEST_CASE("names: labels of subject attributes") {
    CHECK(oid_of_label("cn") == "2.5.4.3");
    CHECK(oid_of_label("emailAddress") == "1.2.840.113549.1.9.1");
    CHECK(oid_of_label("2.5.4.10") == "2.5.4.10");
    CHECK(oid_of_label("whatever").empty());
    CHECK(label_of("2.5.4.3") == "CN");
    CHECK(label_of("1.2.3") == "1.2.3");
}

TEST_CASE("names: a person's name from the common name, else from the account") {
    const auto person = [](const std::string &cn, const std::vector<std::string> &alt_names) {
        return derive_person(
            read_names(cn.empty() ? std::vector<std::string>() : std::vector{"2.5.4.3=" + cn}, alt_names));
    };
    CHECK(person("Mary Ann Smith", {}).first == "Mary Ann");
    CHECK(person("Mary Ann Smith", {}).last == "Smith");
    CHECK(person("IWUser0", {"upn=anna.b.maier@x.test"}).first == "anna.b");
    CHECK(person("IWUser0", {"upn=anna.b.maier@x.test"}).last == "maier");
    CHECK(person("anna.maier@x.test", {}).last == "maier");
    CHECK(person("", {"email=anna.maier@x.test"}).first == "anna");
    CHECK(person("IWUser0", {"upn=global_admin@x.test"}).first == "global_admin");
    CHECK(person("IWUser0", {"upn=global_admin@x.test"}).last.empty());
    CHECK(person("IWUser0", {}).first == "IWUser0");
}
