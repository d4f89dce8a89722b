#include "profile/vocabulary.hpp"

#include <set>

#include "checks/ini_reference.hpp"
#include "profile/fixtures.hpp"

using namespace certbroker;
using namespace certbroker::profile;
using namespace certbroker::profile::test;

TEST_CASE("Every word of the vocabulary is told once, with a meaning and how it is supported") {
    std::set<std::pair<std::string, std::string>> seen;
    for (const VocabularyWord &word : inf_vocabulary()) {
        CAPTURE(word.section, word.key);
        CHECK(seen.emplace(word.section, word.key).second);
        CHECK(std::string(word.summary).ends_with('.'));
        const std::string support = word.support;
        CHECK((support == "used" || support == "kept" || support == "refused" || support == "ignored"));
    }
    CHECK(seen.size() > 100);
}

TEST_CASE("Every key of [NewRequest] is known to its reader") {
    for (const std::string &key : keys_of("NewRequest")) {
        CAPTURE(key);
        CHECK_FALSE(has(read("[NewRequest]\n" + key + " = x\n").diagnostics, "Inf.UnknownKey"));
    }
}

TEST_CASE("Every section of the vocabulary is known to the reader") {
    for (const std::string &section : known_sections()) {
        CAPTURE(section);
        CHECK_FALSE(has(read("[NewRequest]\n[" + section + "]\n").diagnostics, "Inf.UnknownSection"));
    }
}

TEST_CASE("Words are found in any case") {
    REQUIRE(find_word("newrequest", "KEYLENGTH") != nullptr);
    CHECK(std::string(find_word("newrequest", "KEYLENGTH")->key) == "KeyLength");
    CHECK(find_word("NewRequest", "OID") == nullptr);
    REQUIRE(find_elsewhere("Extensions", "oid") != nullptr);
    CHECK(std::string(find_elsewhere("Extensions", "oid")->section) == "EnhancedKeyUsageExtension");
    CHECK(find_elsewhere("Extensions", "Critical") == nullptr);
    CHECK_FALSE(is_known_section("<policy>"));
}

TEST_CASE("docs/ini-reference.md says what the tables say") {
    // Drifted? Run certbroker-gen-ini-reference docs/ini-reference.md.
    const Bytes text = file_bytes(std::string(CERTBROKER_SOURCE) + "/docs/ini-reference.md");
    CHECK(as_text(text) == write_ini_reference());
}
