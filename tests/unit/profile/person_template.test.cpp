#include <random>

#include "base/text.hpp"
#include "profile/person_fixtures.hpp"

using namespace certbroker;
using namespace certbroker::profile;
using namespace certbroker::profile::test;

namespace {

std::string expanded(std::string_view text, Pairs person) {
    return must(expand_subject(text, person_of(person)));
}
x509::Name name_of(std::string_view text, Pairs person) {
    return must(x509::Name::parse(expanded(text, person)));
}

} // namespace

TEST_CASE("A subject template is filled from the person's values") {
    const Pairs jane{{"UserName", "Jane Doe"}, {"mail", "jane@example.com"}, {"Department", "R&D"}};
    CHECK(name_of("CN={{UserName}},E={{EmailAddress}},OU=Mobile,O=Finance Group", jane).to_string() ==
          "CN=Jane Doe, E=jane@example.com, OU=Mobile, O=Finance Group");
    CHECK(name_of("CN={{ username }} ({{Department}}); O=\"Example, Inc.\"", jane).to_string() ==
          "CN=Jane Doe (R&D), O=\"Example, Inc.\"");
    CHECK(name_of("CN={{UserName}}+E={{mail}},C=US", jane).to_string() == "CN=Jane Doe + E=jane@example.com, C=US");
    CHECK(name_of("CN=\"a \"\"{{UserName}}\"\", b\"", jane).first("2.5.4.3") == "a \"Jane Doe\", b");
    CHECK(name_of("2.5.4.3={{UserName}}", jane).to_string() == "CN=Jane Doe");
    CHECK(name_of("CN=web01 , O=#0c0141", {}).to_string() == "CN=web01, O=A");
    CHECK(expanded("", {}).empty());
}

TEST_CASE("A value never adds a relative name, whatever it holds") {
    for (const char *value :
         {"a,b",      "a+b",    "a;b",        "a=b",      "a\"b",         "\"",      "\"\"", "a\\b",
          "\\",       "a,CN=b", "a\",CN=\"b", "a\\,CN=b", "<a>",          "#0c0141", "#",    " a",
          "a ",       " ",      "Größe",      "a/b",      "{{UserName}}", "}}",      "CN=x", "CN=a,OU=b,DC=c",
          "a\xc2\xa0"}) {
        INFO(value);
        const Pairs person{{"UserName", "other"}, {"Value", value}};
        if (std::string_view(value) == " ") {
            // Blanks alone are no value.
            CHECK(id_of(expand_subject("CN={{Value}}", person_of(person))) == "Person.VariableMissing");
            continue;
        }
        for (const char *text : {"CN={{Value}}", "CN=\"{{Value}}\""}) {
            const x509::Name name = name_of(text, person);
            REQUIRE(name.rdns().size() == 1);
            REQUIRE(name.rdns().front().size() == 1);
            CHECK(name.rdns().front().front().value == value);
        }
        const x509::Name name = name_of("O=x,CN={{Value}}+OU=y,C=DE", person);
        REQUIRE(name.rdns().size() == 3);
        CHECK(name.rdns()[1].size() == 2);
        CHECK(name.first("2.5.4.3") == value);
    }
}

TEST_CASE("Random values parse back to one relative name with that value") {
    std::mt19937 random(20261123); // NOLINT(cert-msc51-cpp): the same values in every run
    const std::u32string alphabet = U",+;=\"\\<># {}ab\u00e4\u4e2d\U0001f600'|/";
    for (int round = 0; round < 5000; ++round) {
        std::string value;
        for (std::size_t size = 1 + random() % 12; size > 0; --size)
            append_utf8(value, alphabet[random() % alphabet.size()]);
        if (value.find_first_not_of(' ') == std::string::npos) continue;
        Settings settings;
        settings.set("v", value);
        const Person person = must(Person::read(settings));
        INFO(value);
        const x509::Name name = must(x509::Name::parse(must(expand_subject("O=a,CN={{v}}", person))));
        REQUIRE(name.rdns().size() == 2);
        REQUIRE(name.rdns()[1].size() == 1);
        REQUIRE(name.rdns()[1].front().value == value);
        REQUIRE(name.rdns()[1].front().oid == "2.5.4.3");
    }
}

TEST_CASE("Values are put in once: a value that looks like a variable stays as it is") {
    CHECK(name_of("CN={{A}},O={{B}}", {{"a", "{{B}}"}, {"b", "{{A}}"}}).to_string() == "CN={{B}}, O={{A}}");
}

TEST_CASE("A variable without a value names the variable, the template and the person") {
    const auto missing = expand_subject("CN={{UserNam}}", person_of({{"UserName", "jane"}, {"upn", "j@example.com"}}));
    REQUIRE(id_of(missing) == "Person.VariableMissing");
    CHECK(contains(missing.error().message(), "{{UserNam}}"));
    CHECK(contains(missing.error().message(), "'CN={{UserNam}}'"));
    CHECK(contains(missing.error().message(), "'j@example.com'"));
    CHECK(contains(missing.error().remedy(), "{{UserName}}"));
    for (const char *variable :
         {"UserName", "UserPrincipalName", "EmailAddress", "AAD_Device_ID", "AzureADDeviceId", "SERIALNUMBER",
          "IMEINumber", "IMEI", "MEID", "DeviceName", "FullyQualifiedDomainName", "WiFiMacAddress",
          "OnPrem_Distinguished_Name", "onPremisesSamAccountName", "Device_Serial", "Device_IMEI"}) {
        INFO(variable);
        const std::string text = "CN={{" + std::string(variable) + "}}";
        CHECK(id_of(expand_subject(text, person_of({}))) == "Person.VariableMissing");
        CHECK(id_of(expand_subject(text, person_of({{variable, "  "}}))) == "Person.VariableMissing");
        CHECK(must(expand_subject(text, person_of({{variable, "v"}}))) == "CN=\"v\"");
    }
}

TEST_CASE("Templates that cannot be read are refused without looking anything up") {
    for (const char *text : {"CN={{UserName", "CN={{}}", "CN={{ }}", "CN={{a{b}}", "CN={{{UserName}}}", "CN={{a\nb}}",
                             "{{Type}}=x", "CN{{x}}=y", "CN={{UserName}} O=Example", "CN={{UserName}} \"x\"",
                             "CN=\"{{UserName}}", "CN=\"a\" {{UserName}}", "O=x+{{OnPrem_Distinguished_Name}}",
                             "{{OnPrem_Distinguished_Name}}+O=x", "{{OnPrem_Distinguished_Name}} x"}) {
        INFO(text);
        CHECK(id_of(check_subject_template(text)) == "Person.Template");
        CHECK(id_of(expand_subject(text, person_of({{"UserName", "x"}}))) == "Person.Template");
    }
    CHECK(id_of(check_subject_template(std::string(9000, 'a'))) == "Person.Template");
    CHECK(id_of(check_subject_template("CN=\xff{{a}}")) == "Person.Template");
    std::string many = "CN=";
    for (int i = 0; i < 101; ++i)
        many += "{{a}}";
    CHECK(id_of(check_subject_template(many)) == "Person.Template");
    CHECK(id_of(check_name_template(many.substr(3))) == "Person.Template");
    CHECK(check_subject_template("CN={{UserName}} (x), O=\"{{a}} = b\""));
}

TEST_CASE("The on-premises name stands alone as several relative names, and is one value elsewhere") {
    const Pairs jane{{"OnPrem_Distinguished_Name", "CN=Doe\\, Jane,OU=R\\+D,DC=example,DC=com"}};
    CHECK(name_of("{{OnPrem_Distinguished_Name}}", jane).to_string() ==
          "CN=\"Doe, Jane\", OU=\"R+D\", DC=example, DC=com");
    CHECK(name_of("O=Example, {{onPremDistinguishedName}} ,C=DE", jane).rdns().size() == 6);
    const x509::Name one = name_of("CN={{OnPrem_Distinguished_Name}}", jane);
    REQUIRE(one.rdns().size() == 1);
    CHECK(one.first("2.5.4.3") == "CN=Doe\\, Jane,OU=R\\+D,DC=example,DC=com");
    // No other variable is a name, whatever its value looks like.
    const auto alone = expand_subject("{{UserName}}", person_of({{"UserName", "CN=x"}}));
    REQUIRE(id_of(alone) == "Person.Template");
    CHECK(contains(alone.error().remedy(), "CN={{UserName}}"));
}

TEST_CASE("Names of directories are read as RFC 4514 writes them") {
    const auto rewritten = [](const char *name) {
        return name_of("{{DistinguishedName}}", {{"DistinguishedName", name}});
    };
    CHECK(rewritten("CN=\\e4\\b8\\ad,DC=com").first("2.5.4.3") == "中");
    CHECK(rewritten("CN=\\ a\\ ,DC=com").first("2.5.4.3") == " a ");
    CHECK(rewritten("CN= a ,DC=com").first("2.5.4.3") == "a");
    CHECK(rewritten("CN=\\#a,DC=com").first("2.5.4.3") == "#a");
    CHECK(rewritten("CN=a\\22b\\5c,DC=com").first("2.5.4.3") == "a\"b\\");
    CHECK(rewritten("CN=#0c0141,DC=com").first("2.5.4.3") == "A");
    CHECK(rewritten("CN=a+UID=b,DC=com").rdns().front().size() == 2);
    for (const char *bad : {"Jane", "CN=a,b", "CN=a\\", "CN=a\\00", "CN=a\\0a", "=a", "CN=a,", "CN=#\\2cO\\3dx",
                            "CN=#zz", "CN=a\"b\"", "CN=a=b", "CN=\\ff", "CN,O=a"}) {
        INFO(bad);
        CHECK(id_of(expand_subject("{{DistinguishedName}}", person_of({{"DistinguishedName", bad}}))) ==
              "Person.Value");
    }
}

TEST_CASE("A name template keeps to what may stand behind a variable") {
    const Person device = person_of({{"DeviceName", "laptop1"}});
    CHECK(must(expand_name("{{DeviceName}}.example.com", device)) == "laptop1.example.com");
    CHECK(must(expand_name("plain", device)) == "plain");
    for (const char *text :
         {"{{DeviceName}}{x", "{{DeviceName}}}", "{{DeviceName}}|x", "{{DeviceName}};x", "{{DeviceName"})
        CHECK(id_of(expand_name(text, device)) == "Person.Template");
    CHECK(id_of(expand_name("{{Owner}}", device)) == "Person.VariableMissing");
}
