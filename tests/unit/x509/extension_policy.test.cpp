#include "x509/fixtures.hpp"
#include "x509/name_constraints.hpp"

using namespace certbroker;
using namespace certbroker::x509;
using test::hex;
using test::id_of;
using test::must;

TEST_CASE("Policies have their qualifiers encoded as RFC 5280 wants") {
    using Kind = PolicyQualifier::Kind;
    CHECK(to_hex(must(make_policies({{"1.2.3", {}}}, false)).value) == "3006300406022a03");
    const Extension both = must(make_policies({{"1.2.3", {{Kind::url, "http://a"}, {Kind::notice, "b"}}}}, true));
    CHECK(both.critical);
    CHECK(both.oid == oid::certificate_policies);
    CHECK(to_hex(both.value) == "302f302d06022a033027"
                                "301406082b0601050507020116"
                                "08687474703a2f2f61"
                                "300f06082b06010505070202"
                                "30030c0162");
    CHECK(must(decode_policies(both.value)) == std::vector<std::string>{"1.2.3"});
    CHECK(must(make_policies({{"1.2.3", {}}}, false, oid::application_policies)).oid == oid::application_policies);
}

TEST_CASE("Policies that cannot be encoded are Extension.Value") {
    using Kind = PolicyQualifier::Kind;
    CHECK(id_of(make_policies({}, false)) == "Extension.Value");
    CHECK(id_of(make_policies({{"x", {}}}, false)) == "Extension.Value");
    CHECK(id_of(make_policies({{"1.2.3", {{Kind::url, "no url"}}}}, false)) == "Extension.Value");
    CHECK(id_of(make_policies({{"1.2.3", {{Kind::notice, ""}}}}, false)) == "Extension.Value");
    CHECK(id_of(make_policies({{"1.2.3", {{Kind::notice, std::string(201, 'a')}}}}, false)) == "Extension.Value");
    CHECK(make_policies({{"1.2.3", {{Kind::notice, std::string(200, 'a')}}}}, false));
}

TEST_CASE("Mappings and constraints of policies are encoded") {
    CHECK(to_hex(must(make_policy_mappings({{"1.2.3", "1.2.4"}}, true)).value) == "300a300806022a0306022a04");
    CHECK(id_of(make_policy_mappings({}, true)) == "Extension.Value");
    CHECK(id_of(make_policy_mappings({{"1.2.3", "b"}}, true)) == "Extension.Value");
    CHECK(id_of(make_policy_mappings({{"1.2.3", "2.5.29.32.0"}}, true)) == "Extension.Value");
    CHECK(to_hex(make_policy_constraints(0, 300, true).value) == "30078001008102012c");
    CHECK(to_hex(make_policy_constraints(std::nullopt, std::nullopt, true).value) == "3000");
    CHECK(make_policy_constraints(1, 1, false, oid::application_policy_constraints).oid ==
          oid::application_policy_constraints);
}

TEST_CASE("Cross certificate distribution points are encoded") {
    CHECK(to_hex(make_cross_certificate_distribution_points(24, {"http://a"}).value) ==
          "3011020118300c300a8608687474703a2f2f61");
    CHECK(to_hex(make_cross_certificate_distribution_points(std::nullopt, {"a:b"}).value) == "30093007"
                                                                                             "30058603613a62");
}

TEST_CASE("Name constraints are encoded as openssl encodes them") {
    // What openssl wrote into the sub CA: the same names give the same octets.
    const Extension ours = must(make_name_constraints(
        {{"DNS", "example.com"}, {"IPAddress", "192.0.2.0,255.255.255.0"}, {"EMail", ".example.com"}},
        {{"DirectoryName", "C=XX"}}, true));
    const Certificate sub = test::data_certificate("chain-sub.pem");
    CHECK(to_hex(ours.value) == to_hex(find_extension(sub.extensions(), oid::name_constraints)->value));
    CHECK(must(make_name_constraints({{"IPAddress", "192.0.2.0/24"}}, {}, true)).value ==
          must(make_name_constraints({{"ipaddress", "192.0.2.0,255.255.255.0"}}, {}, true)).value);
    CHECK(to_hex(must(make_name_constraints({}, {{"DNS", ""}}, true)).value) == "3006a10430028200");
    CHECK(to_hex(must(make_name_constraints({{"URL", ".a.de"}}, {}, true)).value) == "300ba00930078605"
                                                                                     "2e612e6465");
    CHECK(make_name_constraints(
        {{"UPN", "example.com"}, {"RegisteredId", "1.2.3"}, {"EMail", "a@b.de"}, {"IPAddress", "2001:db8::/32"}}, {},
        true));
}

TEST_CASE("Name constraints that cannot be encoded are refused") {
    CHECK(id_of(make_name_constraints({}, {}, true)) == "Extension.Value");
    for (const char *address :
         {"192.0.2.0", "192.0.2.0,ffff::", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/x", "x/8", "192.0.2.0/-1"}) {
        INFO(address);
        CHECK(id_of(make_name_constraints({{"IPAddress", address}}, {}, true)) == "Extension.Value");
    }
    CHECK(id_of(make_name_constraints({{"DNS", "a b"}}, {}, true)) == "Extension.Value");
    CHECK(id_of(make_name_constraints({}, {{"what", "a"}}, true)) == "San.Value");
}
