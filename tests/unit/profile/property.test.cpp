#include "profile/fixtures.hpp"

using namespace certbroker;
using namespace certbroker::profile;
using namespace certbroker::profile::test;

namespace {

void set(Request &request, std::string_view property, std::string_view value) {
    const auto result = set_property(request, property, value);
    INFO((result ? std::string() : describe(result.error())));
    REQUIRE(result.has_value());
}
std::string failure(std::string_view property, std::string_view value) {
    Request request;
    return id_of(set_property(request, property, value));
}

} // namespace

TEST_CASE("Every property that can be set reads back what was set") {
    Request request;
    set(request, "SUBJECT", "CN=web01,O=Example");
    set(request, "KEY_ALGORITHM", "ecdsa_p256");
    set(request, "KEY_LENGTH", "256");
    set(request, "HASH_ALGORITHM", "sha384");
    set(request, "ENHANCED_KEY_USAGE", "Server Authentication");
    set(request, "ENHANCED_KEY_USAGE", "1.3.6.1.5.5.7.3.2");
    set(request, "ENHANCED_KEY_USAGE", "1.3.6.1.5.5.7.3.2");
    set(request, "KEY_USAGE", "DigitalSignature");
    set(request, "KEY_USAGE", "0x20");
    set(request, "FRIENDLY_NAME", "Größe");
    set(request, "EXPORTABLE", "true");
    set(request, "MACHINE_KEY_SET", "false");
    set(request, "TEMPLATE", "WebServer");
    set(request, "REQUEST_TYPE", "Cert");
    set(request, "SUPPRESS_DEFAULTS", "True");
    set(request, "PROVIDER_NAME", "P");
    set(request, "ALLOW_WEAK_HASH", "yes");
    CHECK(get_property(request, "SUBJECT") == std::vector<std::string>{"CN=web01, O=Example"});
    CHECK(get_property(request, "KEY_ALGORITHM") == std::vector<std::string>{"ECDSA_P256"});
    CHECK(get_property(request, "KEY_LENGTH") == std::vector<std::string>{"256"});
    CHECK(get_property(request, "HASH_ALGORITHM") == std::vector<std::string>{"SHA384"});
    CHECK(get_property(request, "ENHANCED_KEY_USAGE") ==
          std::vector<std::string>{"1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"});
    CHECK(get_property(request, "KEY_USAGE") == std::vector<std::string>{"DigitalSignature", "KeyEncipherment"});
    CHECK(get_property(request, "FRIENDLY_NAME") == std::vector<std::string>{"Größe"});
    CHECK(get_property(request, "EXPORTABLE") == std::vector<std::string>{"true"});
    CHECK(get_property(request, "MACHINE_KEY_SET") == std::vector<std::string>{"false"});
    CHECK(get_property(request, "TEMPLATE") == std::vector<std::string>{"WebServer"});
    CHECK(get_property(request, "REQUEST_TYPE") == std::vector<std::string>{"Cert"});
    CHECK(get_property(request, "SUPPRESS_DEFAULTS") == std::vector<std::string>{"true"});
    CHECK(get_property(request, "PROVIDER_NAME") == std::vector<std::string>{"P"});
    CHECK(get_property(request, "ALLOW_WEAK_HASH") == std::vector<std::string>{"true"});
}

TEST_CASE("What was not set reads back as nothing") {
    const Request request;
    for (const char *name : {"SUBJECT", "KEY_ALGORITHM", "KEY_LENGTH", "HASH_ALGORITHM", "ENHANCED_KEY_USAGE",
                             "KEY_USAGE", "FRIENDLY_NAME", "MACHINE_KEY_SET", "TEMPLATE", "PROVIDER_NAME", "SOURCE",
                             "SUBJECT_ALT_NAME", "DNS_NAME", "UPN", "OTHER_NAME", "EXTENSION", "THUMBPRINT", ""}) {
        CAPTURE(name);
        CHECK(get_property(request, name).empty());
    }
    CHECK(get_property(request, "EXPORTABLE") == std::vector<std::string>{"false"});
    CHECK(get_property(request, "REQUEST_TYPE") == std::vector<std::string>{"PKCS10"});
    CHECK(get_property(read_new_request(""), "SOURCE") == std::vector<std::string>{"test.ini"});
}

TEST_CASE("Names of every form can be added, each once") {
    Request request;
    set(request, "DNS_NAME", "a.example.com");
    set(request, "DNS_NAME", "a.example.com");
    set(request, "EMAIL_ADDRESS", "a@example.com");
    set(request, "UPN", "u@example.com");
    set(request, "IP_ADDRESS", "2001:db8::1");
    set(request, "URI", "https://example.com/");
    set(request, "OTHER_NAME", "1.2.3=0c0141");
    set(request, "GUID", "f7c3ac41-b8ce-4fb4-aa58-3d1dc0e36b39");
    set(request, "DIRECTORY_NAME", "CN=a,O=b");
    set(request, "REGISTERED_ID", "1.2.3");
    CHECK(request.subject_alt_names.size() == 9);
    CHECK(get_property(request, "SUBJECT_ALT_NAME").front() == "dns=a.example.com");
    CHECK(get_property(request, "DNS_NAME") == std::vector<std::string>{"a.example.com"});
    CHECK(get_property(request, "UPN") == std::vector<std::string>{"u@example.com"});
    CHECK(get_property(request, "GUID").size() == 1);
    CHECK(request.subject_alt_names[5].der == hex("a00906022a03a0030c0141"));
}

TEST_CASE("An unknown or read-only property is refused") {
    for (const char *name : {"THUMBPRINT", "SUBJECT_ALT_NAME", "SOURCE", "subject", "", "NONSENSE"})
        CHECK(failure(name, "x") == "Request.Property");
}

TEST_CASE("Values are checked at once") {
    for (const char *name :
         {"EXPORTABLE", "MACHINE_KEY_SET", "ALLOW_WEAK_HASH", "SUPPRESS_DEFAULTS", "KEY_ALGORITHM", "HASH_ALGORITHM",
          "KEY_USAGE", "ENHANCED_KEY_USAGE", "REQUEST_TYPE", "OTHER_NAME", "EXTENSION", "KEY_LENGTH"}) {
        CAPTURE(name);
        CHECK(failure(name, "nonsense") == "Request.Value");
        CHECK(failure(name, "") == "Request.Value");
    }
    CHECK(failure("KEY_LENGTH", "1024") == "Request.KeyLength");
    CHECK(failure("KEY_ALGORITHM", "DSA") == "Request.Unsupported");
    CHECK(failure("DNS_NAME", "a b") == "San.Value");
    CHECK(failure("IP_ADDRESS", "1.2.3") == "San.Value");
    CHECK(failure("DIRECTORY_NAME", "web01") == "Name.Syntax");
    CHECK(failure("FRIENDLY_NAME", "a\nb") == "Request.Value");
    CHECK(failure("FRIENDLY_NAME", "\xff") == "Request.Value");
    CHECK(failure("FRIENDLY_NAME", std::string(2000, 'a')) == "Request.Value");
    CHECK(failure("OTHER_NAME", "1.2.3=0c01") == "Request.Value");
    CHECK(failure("OTHER_NAME", "1.2.3=0c014") == "Request.Value");
    CHECK(failure("OTHER_NAME", "1.2.3=0c01410c0141") == "Request.Value");
}

TEST_CASE("A subject without = is refused as a parameter too") {
    Request request;
    const auto result = set_property(request, "SUBJECT", "web01");
    REQUIRE_FALSE(result);
    CHECK(result.error().id() == "Name.Syntax");
    CHECK(contains(result.error().remedy(), "CN=web01"));
    CHECK_FALSE(request.subject_given);
    CHECK(failure("SUBJECT", "XY=web01") == "Name.Attribute");
    set(request, "SUBJECT", "");
    CHECK(request.subject.empty());
}

TEST_CASE("Extensions are given as oid=hex, critical with an exclamation mark") {
    Request request;
    set(request, "EXTENSION", "1.2.3=0500");
    set(request, "EXTENSION", "!1.2.4=0401ff");
    set(request, "EXTENSION", "2.5.29.15=030205a0");
    CHECK(request.extensions.size() == 2);
    CHECK_FALSE(request.extensions[0].critical);
    CHECK(request.extensions[1].critical);
    CHECK(request.key_usage == 0xa0U);
    CHECK(id_of(set_property(request, "EXTENSION", "1.2.3=0500")) == "Request.DuplicateExtension");
    CHECK(id_of(set_property(request, "EXTENSION", "2.5.29.19=0500")) == "Request.Value");
}

TEST_CASE("A template must agree with the one that the file names") {
    Request request = read_new_request("[RequestAttributes]\nCertificateTemplate=WebServer\n");
    set(request, "TEMPLATE", "webserver");
    CHECK(id_of(set_property(request, "TEMPLATE", "User")) == "Request.Value");
}
