#include "profile/extensions.hpp"

#include "profile/fixtures.hpp"

using namespace certbroker;
using namespace certbroker::profile;
using namespace certbroker::profile::test;

namespace {

x509::Extension one(std::string_view line) {
    const Request request = read_extensions(line);
    check_clean(request);
    REQUIRE(request.extensions.size() == 1);
    return request.extensions.front();
}

} // namespace

TEST_CASE("An extension's value is written in hex, base64, octets or as text") {
    CHECK(one("1.2.3 = {hex}04 08 00 01 02 03 04 05 06 07\n").value == hex("04080001020304050607"));
    CHECK(one("1.2.3 = {HEX}0500\n").value == hex("0500"));
    CHECK(one("1.2.3 = BQA=\n").value == hex("0500"));
    CHECK(one("1.2.3 = {base64}BQA=\n").value == hex("0500"));
    CHECK(one("1.2.3 = {asn}BQA=\n").value == hex("0500"));
    CHECK(one("1.2.3 = {asn}{hex}0500\n").value == hex("0500"));
    CHECK(one("1.2.3 = {octet}AAEC\n").value == hex("0403000102"));
    CHECK(one("1.2.3 = {octet}{hex}00 01 02\n").value == hex("0403000102"));
    CHECK(one("1.2.3 = \"{utf8}a;b\"\n").value == hex("0c03613b62"));
    const auto critical = one("OID.1.2.3 = {critical}{hex}0500\n");
    CHECK(critical.critical);
    CHECK(critical.oid == "1.2.3");
    CHECK_FALSE(one("1.2.3 = {hex}0500\n").critical);
    CHECK(one("1.2.3 = \"{hex}05\"\n_continue_ = \"00\"\n").value == hex("0500"));
}

TEST_CASE("Known extensions given by OID are decoded, so that checks see them") {
    const Request usage = read_extensions("2.5.29.15 = AwIFoA==\n");
    check_clean(usage);
    CHECK(usage.key_usage == 0xa0U);
    CHECK_FALSE(usage.key_usage_critical);
    CHECK(read_extensions("2.5.29.15 = {critical}AwIFoA==\n").key_usage_critical);
    const Request names = read_extensions("2.5.29.17 = {hex}30 03 82 01 61\n");
    check_clean(names);
    REQUIRE(names.subject_alt_names.size() == 1);
    CHECK(names.subject_alt_names[0].to_string() == "dns=a");
    CHECK(read_extensions("2.5.29.37 = {hex}300406022a03\n").enhanced_key_usage == std::vector<std::string>{"1.2.3"});
}

TEST_CASE("Values that are not what they should be are errors at the value") {
    CHECK(place(only(read_extensions("1.2.3 = {hex}04 0\n"), "Inf.Extension")) == "4:14");
    CHECK(contains(only(read_extensions("1.2.3 = {hex}04 08 00\n"), "Inf.Extension").message, "one whole DER element"));
    CHECK(contains(only(read_extensions("1.2.3 = 04 08 zz!\n"), "Inf.Extension").message, "not base64"));
    only(read_extensions("1.2.3 = \n"), "Inf.Extension");
    CHECK(contains(only(read_extensions("1.2.3 = {foo}x\n"), "Inf.Extension").message, "'{foo}'"));
    CHECK(contains(only(read_extensions("2.5.29.17 = dns=a.example.com\n"), "Inf.Extension").remedy, "{text}"));
    only(read_extensions("2.5.29.15 = {hex}0500\n"), "Inf.Extension");
    only(read_extensions("2.5.29.17 = {hex}3000\n"), "Inf.Extension");
    only(read_extensions("2.5.29.19 = {hex}0500\n"), "Inf.Extension");
    only(read_extensions("2.5.29.37 = {hex}0500\n"), "Inf.Extension");
    only(read_extensions("2.5.29.14 = {hex}0500\n"), "Inf.Extension");
    only(read_extensions("2.5.29.32 = {hex}0500\n"), "Inf.Extension");
    only(read_extensions("2.5.29.35 = {hex}0500\n"), "Inf.Extension");
}

TEST_CASE("Extensions, usages and names are limited in number") {
    std::string many;
    for (int i = 0; i < 91; ++i)
        many += "1.2.3." + std::to_string(i) + " = {hex}0500\n";
    only(read_extensions(many), "Inf.Limit");
    std::string usages = "2.5.29.37 = \"{text}1.2.3\"\n";
    for (int i = 0; i < 1001; ++i)
        usages += "_continue_ = \",1.2.3." + std::to_string(i) + "\"\n";
    CHECK(read_extensions(usages).has_errors());
    std::string names = "2.5.29.17 = \"{text}\"\n";
    for (int i = 0; i < 1001; ++i)
        names += "_continue_ = \"dns=a" + std::to_string(i) + "&\"\n";
    only(read_extensions(names), "Inf.Limit");
}
