#include "profile/extensions.hpp"
#include "profile/fixtures.hpp"

using namespace certbroker;
using namespace certbroker::profile;
using namespace certbroker::profile::test;

namespace {

Bytes value_of(std::string_view line) {
    const Request request = read_extensions(line);
    check_clean(request);
    REQUIRE(request.extensions.size() == 1);
    return request.extensions.front().value;
}
std::vector<std::string> names_of(const Request &request) {
    return get_property(request, "SUBJECT_ALT_NAME");
}

} // namespace

TEST_CASE("Alternative names of every form are read from {text}") {
    const Request request = read_extensions(
        "2.5.29.17 = \"{text}DNS=a.example.com&EMail=a@example.com&UPN=u@example.com&ipaddress=192.0.2.1&\"\n"
        "_continue_ = "
        "\"IPAddress=2001:db8::1&URL=https://example.com//x?y=z&guid=f7c3ac41-b8ce-4fb4-aa58-3d1dc0e36b39&\"\n"
        "_continue_ = \"oid=1.2.3&RegisteredId=1.2.4&directoryname=CN=a,O=b&1.2.3.4={utf8}text&\"\n"
        "_continue_ = \"1.2.3.5={octet}AAE=&1.2.3.6={octet}{hex}00 01&1.2.3.7={asn}BQA=&1.2.3.8={hex}05 00&\"\n");
    check_clean(request);
    CHECK(request.subject_alt_names.size() == 15);
    CHECK_FALSE(request.subject_alt_names_critical);
    const auto names = names_of(request);
    REQUIRE(names.size() == 15);
    CHECK(names[0] == "dns=a.example.com");
    CHECK(request.subject_alt_names[2].der == hex("a01d060a2b060104018237140203a00f0c0d75406578616d706c652e636f6d"));
}

TEST_CASE("Names that certreq's page joins without & are told at the line that lacks it") {
    // As printed in the documentation: _continue_ lines whose names are glued together.
    const Request request =
        read_extensions("2.5.29.17 = \"{text}\"\n_continue_ = \"dns=www01.fabrikam.com\"\n_continue_ = "
                        "\"dn=CN=www01,OU=Web\"\n_continue_ = \"url=http://www.fabrikam.com\"\n");
    CHECK(rules(request.diagnostics) == std::vector<std::string>{"Inf.San", "Inf.San"});
    CHECK(place(request.diagnostics[0]) == "6:15");
    CHECK(contains(request.diagnostics[0].message, "line 5 does not end in &"));
    CHECK(contains(request.diagnostics[0].remedy, "&"));
    CHECK(request.subject_alt_names.empty());
}

TEST_CASE("A long value may go on in the next line") {
    const Request request = read_extensions(
        "2.5.29.17 = \"{text}url=http://www.example.com/\"\n_continue_ = \"a/b&dns=b\"\n_continue_ = \"&dns=c\"\n");
    check_clean(request);
    CHECK(names_of(request) == std::vector<std::string>{"url=http://www.example.com/a/b", "dns=b", "dns=c"});
}

TEST_CASE("Each wrong name is told at its own place") {
    const Request request = read_extensions("2.5.29.17 = \"{text}dns=a b&dns=ok&foo=x&ipaddress=1.2.3\"\n");
    CHECK(rules(request.diagnostics) == std::vector<std::string>{"Inf.San", "Inf.San", "Inf.San"});
    CHECK(place(request.diagnostics[0]) == "4:20");
    CHECK(place(request.diagnostics[1]) == "4:35");
    CHECK(place(request.diagnostics[2]) == "4:41");
    CHECK(contains(only(read_extensions("2.5.29.17 = \"{text}dns=a.com,dns=b.com\"\n"), "Inf.San").remedy, "&"));
    only(read_extensions("2.5.29.17 = \"{text}a.example.com\"\n"), "Inf.San");
    only(read_extensions("2.5.29.17 = \"{text}\"\n"), "Inf.Extension");
    only(read_extensions("2.5.29.17 = {text} & & \n"), "Inf.San");
    only(read_extensions("2.5.29.17 = \"{text}directoryname=CN\"\n"), "Inf.San");
}

TEST_CASE("Usages are joined by commas, and a forgotten comma does not make another OID") {
    const Request request =
        read_extensions("2.5.29.37 = \"{critical}{text}1.3.6.1.5.5.7.3.1,\"\n_continue_ = \"1.3.6.1.5.5.7.3.2\"\n");
    check_clean(request);
    CHECK(request.enhanced_key_usage.size() == 2);
    CHECK(request.enhanced_key_usage_critical);
    const Diagnostic glued =
        only(read_extensions("2.5.29.37 = \"{text}1.3.6.1.5.5.7.3.1\"\n_continue_ = \"1.3.6.1.5.5.7.3.2\"\n"),
             "Inf.Extension");
    CHECK(contains(glued.message, "line 4 does not end in ,"));
    CHECK(place(only(read_extensions("2.5.29.37 = \"{text}1.2.3, x\"\n"), "Inf.Oid")) == "4:27");
    only(read_extensions("2.5.29.37 = \"{text}1.2.3,1.2.3\"\n"), "Inf.RepeatedOid");
}

TEST_CASE("Basic constraints as text") {
    CHECK(value_of("2.5.29.19 = \"{text}ca=1&pathlength=0\"\n") == hex("30060101ff020100"));
    CHECK(value_of("2.5.29.19 = \"{text}ca=true\"\n") == hex("30030101ff"));
    CHECK(value_of("2.5.29.19 = \"{text}ca=0\"\n") == hex("3000"));
    CHECK(contains(only(read_extensions("2.5.29.19 = \"{text}ca=0pathlength=3\"\n"), "Inf.Extension").remedy, "&"));
    only(read_extensions("2.5.29.19 = \"{text}ca=0&pathlength=3\"\n"), "Inf.Extension");
    only(read_extensions("2.5.29.19 = \"{text}ca=1&pathlength=x\"\n"), "Inf.Extension");
    only(read_extensions("2.5.29.19 = \"{text}ca=1&length=3\"\n"), "Inf.Extension");
}

TEST_CASE("Policies, mappings and constraints as text") {
    CHECK(value_of("2.5.29.32 = \"{text}oid=1.2.3&oid=1.2.4\"\n") == hex("300c300406022a03300406022a04"));
    CHECK(value_of("2.5.29.32 = \"{text}oid=1.2.3&url=http://a/&notice=b\"\n").size() > 40);
    CHECK(value_of("1.3.6.1.4.1.311.21.10 = \"{text}oid=1.2.3\"\n") == hex("3006300406022a03"));
    CHECK(value_of("2.5.29.33 = \"{text}oid=1.2.3&oid=1.2.4\"\n") == hex("300a300806022a0306022a04"));
    CHECK(value_of("2.5.29.36 = \"{text}requireexplicitpolicy=0\"\n") == hex("3003800100"));
    CHECK(value_of("2.5.29.30 = \"{text}subtree=include&dns=a.com&subtree=exclude&dns=b.a.com\"\n") ==
          hex("3018a00930078205612e636f6da10b30098207622e612e636f6d"));
    only(read_extensions("2.5.29.32 = \"{text}oid=1.2.3&flags=0x1\"\n"), "Inf.NotUsed");
    for (const char *wrong :
         {"2.5.29.32 = \"{text}url=http://a/\"\n", "2.5.29.32 = \"{text}oid=x\"\n",
          "2.5.29.32 = \"{text}oid=1.2.3&foo=x\"\n", "2.5.29.33 = \"{text}oid=1.2.3\"\n",
          "2.5.29.33 = \"{text}url=x\"\n", "2.5.29.33 = \"{text}oid=x&oid=y\"\n",
          "2.5.29.36 = \"{text}requireexplicitpolicy=x\"\n", "2.5.29.36 = \"{text}foo=1\"\n",
          "2.5.29.36 = \"{text} & \"\n", "2.5.29.30 = \"{text}dns=a.com\"\n", "2.5.29.30 = \"{text}subtree=both\"\n",
          "2.5.29.30 = \"{text}subtree=include&ipaddress=1.2.3.4\"\n", "2.5.29.31 = \"{text}foo=x\"\n",
          "2.5.29.31 = \"{text}url=a b\"\n", "1.2.3 = \"{text}x\"\n", "2.5.29.15 = \"{text}x\"\n"}) {
        CAPTURE(wrong);
        only(read_extensions(wrong), "Inf.Extension");
    }
}

TEST_CASE("Distribution points and templates as text") {
    CHECK(value_of("2.5.29.31 = \"{text}url=http://a/&url=http://b/\"\n") ==
          hex("301c301aa018a0168609687474703a2f2f612f8609687474703a2f2f622f"));
    CHECK(value_of("1.3.6.1.4.1.311.20.2 = \"{text}User\"\n") == hex("1e080055007300650072"));
    CHECK(value_of("1.3.6.1.4.1.311.21.7 = \"{text}1.2.3&majorversion=100&minorversion=5\"\n") ==
          hex("300a06022a03020164020105"));
    CHECK(value_of("1.3.6.1.4.1.311.21.7 = \"{text}oid=1.2.3\"\n") == hex("300406022a03"));
    only(read_extensions("1.3.6.1.4.1.311.21.7 = \"{text}majorversion=1\"\n"), "Inf.Extension");
    only(read_extensions("1.3.6.1.4.1.311.21.7 = \"{text}WebServer\"\n"), "Inf.Extension");
    only(read_extensions("1.3.6.1.4.1.311.21.7 = \"{text}1.2.3&majorversion=x\"\n"), "Inf.Extension");
    only(read_extensions("1.3.6.1.4.1.311.21.7 = \"{text}1.2.3&foo=1\"\n"), "Inf.Extension");
}
