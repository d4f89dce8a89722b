#include "x509/name_constraints.hpp"

#include "base/der.hpp"
#include "x509/fixtures.hpp"

using namespace certbroker;
using namespace certbroker::x509;
using test::id_of;
using test::must;

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// Whether a certificate with that subject and those names may stand below a CA with those constraints.
bool allowed(const Pairs &included, const Pairs &excluded, const std::string &subject,
             const std::vector<GeneralName> &names) {
    std::vector<Extension> extensions;
    if (!names.empty()) extensions.push_back(make_subject_alt_name(names));
    const Certificate certificate = test::make({.subject = subject, .extensions = std::move(extensions)});
    const Extension constraints = must(make_name_constraints(included, excluded, true));
    const auto result = detail::check_name_constraints(constraints.value, certificate);
    if (!result) CHECK(id_of(result) == "Chain.Broken");
    return result.has_value();
}
bool dns_allowed(const Pairs &included, const Pairs &excluded, const std::string &host) {
    return allowed(included, excluded, "CN=x", {must(make_dns(host))});
}

} // namespace

TEST_CASE("DNS names fit their domain and what is below it") {
    const Pairs domain{{"DNS", "example.com"}};
    CHECK(dns_allowed(domain, {}, "example.com"));
    CHECK(dns_allowed(domain, {}, "a.b.EXAMPLE.com"));
    CHECK(dns_allowed(domain, {}, "*.example.com"));
    CHECK_FALSE(dns_allowed(domain, {}, "badexample.com"));
    CHECK_FALSE(dns_allowed(domain, {}, "example.com.org"));
    CHECK_FALSE(dns_allowed(domain, {{"DNS", "secret.example.com"}}, "a.secret.example.com"));
    CHECK(dns_allowed({}, {{"DNS", "secret.example.com"}}, "open.example.com"));
    CHECK_FALSE(dns_allowed({}, {{"DNS", ""}}, "a.de"));
    CHECK(dns_allowed({{"DNS", ".example.com"}}, {}, "a.example.com"));
    CHECK_FALSE(dns_allowed({{"DNS", ".example.com"}}, {}, "example.com"));
    // Constraints on other forms say nothing about DNS.
    CHECK(dns_allowed({{"EMail", "example.org"}}, {}, "a.de"));
}

TEST_CASE("A common name that is a host does not get around the constraint") {
    const Pairs domain{{"DNS", "example.com"}};
    CHECK_FALSE(allowed(domain, {}, "CN=www.example.org", {}));
    CHECK(allowed(domain, {}, "CN=www.example.com", {}));
    CHECK(allowed(domain, {}, "CN=www.example.org", {must(make_dns("www.example.com"))}));
    CHECK(allowed(domain, {}, "CN=John Q. Public", {}));
}

TEST_CASE("E-mail addresses fit a mailbox, a host or a domain") {
    const auto fits = [](const std::string &base, const std::string &address) {
        return allowed({{"EMail", base}}, {}, "CN=x", {must(make_email(address))});
    };
    CHECK(fits("a@example.com", "a@EXAMPLE.com"));
    CHECK_FALSE(fits("a@example.com", "A@example.com"));
    CHECK(fits("example.com", "b@example.com"));
    CHECK_FALSE(fits("example.com", "b@mail.example.com"));
    CHECK(fits(".example.com", "b@mail.example.com"));
    CHECK_FALSE(fits(".example.com", "b@example.com"));
    CHECK_FALSE(allowed({{"EMail", "example.com"}}, {}, "CN=x,E=b@example.org", {}));
    CHECK(allowed({{"EMail", "example.com"}}, {}, "CN=x,E=b@example.com", {}));
}

TEST_CASE("IP addresses fit address and mask of their own family") {
    const Pairs net{{"IPAddress", "192.0.2.0/24"}};
    CHECK(allowed(net, {}, "CN=x", {must(make_ip("192.0.2.77"))}));
    CHECK_FALSE(allowed(net, {}, "CN=x", {must(make_ip("192.0.3.77"))}));
    CHECK_FALSE(allowed(net, {}, "CN=x", {must(make_ip("::c000:24d"))}));
    CHECK(allowed({{"IPAddress", "2001:db8::,ffff:ffff::"}}, {}, "CN=x", {must(make_ip("2001:db8:1::1"))}));
    CHECK_FALSE(allowed({}, {{"IPAddress", "0.0.0.0/0"}}, "CN=x", {must(make_ip("10.0.0.1"))}));
}

TEST_CASE("Directory names fit by their first RDNs, without case and string type") {
    const Pairs tree{{"DirectoryName", "C=DE,O=Example  Inc"}};
    CHECK(allowed(tree, {}, "C=DE,O=EXAMPLE Inc,CN=x", {}));
    CHECK_FALSE(allowed(tree, {}, "O=Example Inc,C=DE,CN=x", {}));
    CHECK_FALSE(allowed(tree, {}, "C=DE", {}));
    CHECK_FALSE(allowed({}, tree, "CN=x", {must(make_directory_name(must(Name::parse("C=DE,O=Example Inc,CN=y"))))}));
    // An empty subject is no directory name.
    CHECK(allowed(tree, {}, "", {must(make_dns("a.de"))}));
}

TEST_CASE("Names of a constrained form that is not understood are refused") {
    CHECK_FALSE(allowed({{"URL", "example.com"}}, {}, "CN=x", {must(make_uri("https://example.com/"))}));
    CHECK(allowed({{"URL", "example.com"}}, {}, "CN=x", {must(make_dns("a.de"))}));
    CHECK_FALSE(allowed({}, {{"UPN", "example.com"}}, "CN=x", {must(make_upn("a@b"))}));
}

TEST_CASE("Constraints and names that cannot be read are refused") {
    const Certificate plain = test::make({});
    CHECK(id_of(detail::check_name_constraints(test::hex("3000"), plain)).empty());
    CHECK(id_of(detail::check_name_constraints(test::hex("0500"), plain)) == "Chain.Broken");
    CHECK(id_of(detail::check_name_constraints(test::hex("3007a00530030c0161"), plain)) == "Chain.Broken");
    // minimum 1
    CHECK(id_of(detail::check_name_constraints(test::hex("300aa0083006820161800101"), plain)) == "Chain.Broken");
    const Extension any = must(make_name_constraints({{"DNS", "a.de"}}, {}, true));
    const Certificate broken =
        test::make({.extensions = {{std::string(oid::subject_alt_name), false, test::hex("3000")}}});
    CHECK(id_of(detail::check_name_constraints(any.value, broken)) == "Chain.Broken");
    const Certificate nul = test::make({.extensions = {{std::string(oid::subject_alt_name), false,
                                                        test::hex("300882066100"
                                                                  "2e612e64")}}});
    CHECK(id_of(detail::check_name_constraints(any.value, nul)) == "Chain.Broken");
    der::Writer many;
    many.nest(der::sequence, [](der::Writer &w) {
        w.nest(der::context(0, true), [](der::Writer &list) {
            for (int i = 0; i < 1001; ++i)
                list.raw(test::hex("3003820161"));
        });
    });
    CHECK(id_of(detail::check_name_constraints(many.bytes(), plain)) == "Chain.Broken");
}
