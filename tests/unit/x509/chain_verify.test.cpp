#include "x509/chain.hpp"
#include "x509/fixtures.hpp"

using namespace certbroker;
using namespace certbroker::x509;
using test::id_of;
using test::must;

namespace {

constexpr std::int64_t now = test::y2024 + 86400;

/// Root (key 1), sub CA (key 2), leaf (key 0), each of which a test may replace.
struct Links {
    Certificate root = test::make_ca("CN=root", 1, "CN=root", 1);
    Certificate sub = test::make_ca("CN=sub", 2, "CN=root", 1);
    Certificate leaf = test::make({.subject = "CN=leaf", .issuer = "CN=sub", .subject_key = 0, .issuer_key = 2});

    std::string verify() const {
        return id_of(verify_chain({leaf, sub, root}, {.now = now, .roots = {root}, .require_root = true}));
    }
};

} // namespace

TEST_CASE("A chain made by openssl verifies, with the root given, found or left out") {
    const Certificate leaf = test::data_certificate("chain-leaf.pem");
    const Certificate sub = test::data_certificate("chain-sub.pem");
    const Certificate root = test::data_certificate("chain-root.pem");
    const std::int64_t time = leaf.not_before() + 60;
    CHECK(verify_chain({leaf, sub, root}, {.now = time}));
    CHECK(verify_chain({leaf, sub, root}, {.now = time, .roots = {root}, .require_root = true}));
    CHECK(verify_chain({leaf, sub}, {.now = time, .roots = {root}, .require_root = true}));
    CHECK(verify_chain({leaf, sub}, {.now = time}));
    CHECK(id_of(verify_chain({leaf, sub}, {.now = time, .require_root = true})) == "Chain.Broken");
    CHECK(id_of(verify_chain({leaf, sub, root}, {.now = time, .roots = {sub}, .require_root = true})) ==
          "Chain.Broken");
    CHECK(verify_chain({leaf, sub, root}, {.now = time, .roots = {test::make_ca("CN=x", 1, "CN=x", 1)}}));
    CHECK(id_of(verify_chain({leaf, root}, {.now = time})) == "Chain.Broken");
    CHECK(id_of(verify_chain({test::data_certificate("chain-outside.pem"), sub, root}, {.now = time})) ==
          "Chain.Broken");
}

TEST_CASE("Chains that are empty or too long are refused") {
    CHECK(id_of(verify_chain({}, {.now = now})) == "Chain.Broken");
    const Links links;
    CHECK(id_of(verify_chain(Chain(11, links.root), {.now = now})) == "Chain.Broken");
    CHECK(links.verify().empty());
}

TEST_CASE("A signature by another key of the same name is Certificate.Signature") {
    Links links;
    links.leaf = test::make({.subject = "CN=leaf", .issuer = "CN=sub", .subject_key = 0, .issuer_key = 3});
    CHECK(links.verify() == "Certificate.Signature");
    const Certificate forged_root = test::make_ca("CN=root", 1, "CN=root", 3);
    CHECK(id_of(verify_chain({forged_root}, {.now = now})) == "Certificate.Signature");
}

TEST_CASE("Every certificate of the chain must be valid now") {
    Links links;
    links.leaf = test::make({.subject = "CN=leaf", .issuer = "CN=sub", .issuer_key = 2, .not_after = now - 1});
    CHECK(links.verify() == "Certificate.Validity");
    links.leaf = test::make({.subject = "CN=leaf", .issuer = "CN=sub", .issuer_key = 2, .not_before = now + 1});
    CHECK(links.verify() == "Certificate.Validity");
    links = Links();
    links.root = test::make({.subject = "CN=root",
                             .issuer = "CN=root",
                             .subject_key = 1,
                             .issuer_key = 1,
                             .extensions = {make_basic_constraints(true, std::nullopt, true)},
                             .not_after = now - 1});
    CHECK(links.verify() == "Certificate.Validity");
}

TEST_CASE("Only CAs whose key may sign certificates can stand above another") {
    Links links;
    links.sub = test::make({.subject = "CN=sub",
                            .issuer = "CN=root",
                            .subject_key = 2,
                            .issuer_key = 1,
                            .extensions = {make_key_usage(0x80)}});
    CHECK(links.verify() == "Chain.Broken");
    links.sub = test::make({.subject = "CN=sub",
                            .issuer = "CN=root",
                            .subject_key = 2,
                            .issuer_key = 1,
                            .extensions = {make_basic_constraints(false, std::nullopt, true)}});
    CHECK(links.verify() == "Chain.Broken");
    links.sub = test::make(
        {.subject = "CN=sub",
         .issuer = "CN=root",
         .subject_key = 2,
         .issuer_key = 1,
         .extensions = {make_basic_constraints(true, std::nullopt, true), make_key_usage(key_usage::crl_sign)}});
    CHECK(links.verify() == "Chain.Broken");
    links.sub = test::make({.subject = "CN=sub",
                            .issuer = "CN=root",
                            .subject_key = 2,
                            .issuer_key = 1,
                            .extensions = {make_basic_constraints(true, std::nullopt, true)}});
    CHECK(links.verify().empty());
    links.sub = test::make({.subject = "CN=sub",
                            .issuer = "CN=root",
                            .subject_key = 2,
                            .issuer_key = 1,
                            .extensions = {{std::string(oid::basic_constraints), true, {0x05, 0x00}}}});
    CHECK(links.verify() == "Chain.Broken");
    // Without any extension: trusted roots only.
    links.sub = test::make({.subject = "CN=sub", .issuer = "CN=root", .subject_key = 2, .issuer_key = 1});
    CHECK(links.verify() == "Chain.Broken");
    links = Links();
    links.root = test::make({.subject = "CN=root", .issuer = "CN=root", .subject_key = 1, .issuer_key = 1});
    CHECK(links.verify().empty());
    CHECK(id_of(verify_chain({links.leaf, links.sub, links.root}, {.now = now})) == "Chain.Broken");
}

TEST_CASE("Path lengths count the CAs below, without those that are self-issued") {
    Links links;
    links.root = test::make_ca("CN=root", 1, "CN=root", 1, {}, 0);
    CHECK(links.verify() == "Chain.Broken");
    links.root = test::make_ca("CN=root", 1, "CN=root", 1, {}, 1);
    CHECK(links.verify().empty());
    // A rollover certificate of the same name in between does not count.
    const Certificate rollover = test::make_ca("CN=root", 3, "CN=root", 1);
    const Certificate sub = test::make_ca("CN=sub", 2, "CN=root", 3);
    CHECK(verify_chain({links.leaf, sub, rollover, links.root},
                       {.now = now, .roots = {links.root}, .require_root = true}));
}

TEST_CASE("Critical extensions of a CA that are not understood are refused") {
    Links links;
    links.sub = test::make_ca("CN=sub", 2, "CN=root", 1, {{"1.2.3.4", true, {0x05, 0x00}}});
    CHECK(links.verify() == "Chain.Broken");
    links.sub = test::make_ca("CN=sub", 2, "CN=root", 1, {{"1.2.3.4", false, {0x05, 0x00}}});
    CHECK(links.verify().empty());
}

TEST_CASE("Name constraints hold for everything below, but not for self-issued CAs") {
    const Extension constraints = must(make_name_constraints({{"DirectoryName", "O=Example"}}, {}, true));
    Links links;
    links.root = test::make_ca("CN=root", 1, "CN=root", 1, {constraints});
    CHECK(links.verify() == "Chain.Broken");
    const Certificate rollover = test::make_ca("CN=root", 3, "CN=root", 1);
    const Certificate leaf = test::make({.subject = "O=Example,CN=leaf", .issuer = "CN=root", .issuer_key = 3});
    CHECK(verify_chain({leaf, rollover, links.root}, {.now = now, .roots = {links.root}}));
}

TEST_CASE("A root that another key of the same CA signed is an ordinary end") {
    const auto extensions = [](Bytes subject, Bytes authority) {
        return std::vector<Extension>{make_basic_constraints(true, std::nullopt, true),
                                      make_subject_key_identifier(subject), make_authority_key_identifier(authority)};
    };
    const Certificate rollover = test::make({.subject = "CN=root",
                                             .issuer = "CN=root",
                                             .subject_key = 2,
                                             .issuer_key = 1,
                                             .extensions = extensions({2}, {1})});
    CHECK(verify_chain({rollover}, {.now = now}));
    const Certificate claims_itself = test::make({.subject = "CN=root",
                                                  .issuer = "CN=root",
                                                  .subject_key = 2,
                                                  .issuer_key = 1,
                                                  .extensions = extensions({2}, {2})});
    CHECK(id_of(verify_chain({claims_itself}, {.now = now})) == "Certificate.Signature");
}
