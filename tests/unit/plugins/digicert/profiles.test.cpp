#include "failures.hpp"
#include "rig.hpp"

using namespace digicert;
using namespace digicert::test;

TEST_CASE("profiles: the account's profiles with their names, then each policy without another exchange") {
    Rig rig;
    rig.services.answer(policy_path, rig.policy().envelope());
    const auto profiles = must(rig.ca().list_profiles(rig.operation));
    REQUIRE(profiles.size() == 1);
    CHECK(profiles[0].id == profile_oid);
    CHECK(profiles[0].title == "Test profile");
    const auto policy = must(rig.ca().policy(profile_oid, rig.operation));
    CHECK(policy.allowed_san == std::vector<std::string>{"email"});
    CHECK(policy.max_validity_days == 365);
    REQUIRE_FALSE(policy.allowed_keys.empty());
    CHECK(rig.services.count(policy_path) == 1);
    CHECK(has(rig.services.last_body(policy_path), "nil=\"true\""));
}

TEST_CASE("profiles: the CA of a profile, issuer first") {
    Rig rig;
    rig.services.answer(policy_path, rig.policy().envelope());
    const auto chain = must(rig.ca().ca_chain(profile_oid, rig.operation));
    REQUIRE(chain.size() == 2);
    CHECK(chain[0] == rig.pki.ca.certificate);
    CHECK(chain[1] == rig.pki.root.certificate);
    CHECK(must(rig.ca().ca_chain("", rig.operation)).size() == 2);
}

TEST_CASE("profiles: several CAs need a profile to choose by; a CA that cannot be read is said so") {
    Rig rig;
    std::string text = rig.policy().envelope();
    const auto begin = text.find("<p:cA><p:certificate>");
    const auto end = text.find("</p:cA>", begin) + 7;
    std::string second = text.substr(begin, end - begin);
    second.replace(second.find("<p:cAReferenceID>1<"), 18, "<p:cAReferenceID>2");
    text.insert(end, second);
    rig.services.answer(policy_path, text);
    const auto chain = rig.ca().ca_chain("", rig.operation);
    REQUIRE_FALSE(chain.has_value());
    CHECK(chain.error().id() == "DigiCert.SeveralAuthorities");
    CHECK(has(chain.error().message(), profile_oid));
    CHECK(rig.ca().ca_chain(profile_oid, rig.operation).has_value());

    Rig broken;
    PolicyText unreadable = broken.policy();
    unreadable.certificate = "TUlJ";
    broken.services.answer(policy_path, unreadable.envelope());
    CHECK(core::test::id_of(broken.ca().ca_chain(profile_oid, broken.operation)) == "DigiCert.Answer");
}
