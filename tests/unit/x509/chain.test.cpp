#include "x509/chain.hpp"

#include "base/text.hpp"
#include "x509/fixtures.hpp"

using namespace certbroker;
using namespace certbroker::x509;
using test::id_of;
using test::must;

namespace {

Chain data_chain() {
    return {test::data_certificate("chain-leaf.pem"), test::data_certificate("chain-sub.pem"),
            test::data_certificate("chain-root.pem")};
}
Result<std::vector<Certificate>> parse_text(const std::string &text) {
    return parse_certificates(as_bytes(text));
}

} // namespace

TEST_CASE("Certificates are read from every kind of file") {
    const Chain expected = data_chain();
    CHECK(must(parse_certificates(test::data_file("chain.p7b"))) == expected);
    CHECK(must(parse_certificates(test::data_file("chain.p7b.pem"))) == expected);
    CHECK(must(parse_certificates(test::data_file("chain-leaf.cer"))) == Chain{expected[0]});
    CHECK(must(parse_certificates(test::data_file("dotnet.p7b"))) == Chain{test::data_certificate("dotnet.cer")});
    CHECK(must(parse_text(to_base64(test::data_file("chain.p7b")))) == expected);
    CHECK(must(parse_certificates(test::data_file("odd-trusted.pem"))) == Chain{expected[0]});
    const std::string bundle = "Bag Attributes\n  friendlyName: a\n" + expected[0].to_pem() +
                               "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n" +
                               expected[1].to_pem() + expected[0].to_pem() + expected[2].to_pem();
    CHECK(must(parse_text(bundle)) == expected);
    // certutil and certreq put a PKCS#7 message behind a CERTIFICATE line.
    CHECK(must(parse_text(to_pem("CERTIFICATE", test::data_file("chain.p7b"), "\r\n"))) == expected);
}

TEST_CASE("A file without certificates is Certificate.None") {
    CHECK(id_of(parse_text("")) == "Certificate.None");
    CHECK(id_of(parse_text("<html>Your request is pending</html>")) == "Certificate.None");
    CHECK(id_of(parse_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")) == "Certificate.None");
    const auto request = parse_certificates(test::data_file("openssl-all.csr.pem"));
    REQUIRE(id_of(request) == "Certificate.None");
    CHECK(request.error().message().find("CERTIFICATE REQUEST") != std::string::npos);
    CHECK(id_of(parse_certificates(encode_chain({}, ChainEncoding::p7b_der))) == "Certificate.None");
}

TEST_CASE("A damaged file is Certificate.Format and a huge one Base.TooLarge") {
    Bytes message = test::data_file("chain.p7b");
    message.resize(message.size() - 10);
    CHECK(id_of(parse_certificates(message)) == "Certificate.Format");
    CHECK(id_of(parse_text(data_chain()[0].to_pem() +
                           "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n")) ==
          "Certificate.Format");
    CHECK(id_of(parse_certificates(Bytes((8 << 20) + 1, 0x30))) == "Base.TooLarge");
    std::string many;
    for (int i = 1; i <= 101; ++i)
        many += test::make({.subject = "CN=" + std::to_string(i)}).to_pem();
    CHECK(id_of(parse_text(many)) == "Base.TooLarge");
}

TEST_CASE("Chains are written in every encoding and read back") {
    const Chain chain = data_chain();
    for (const ChainEncoding encoding : {ChainEncoding::pem, ChainEncoding::p7b_der, ChainEncoding::p7b_pem})
        CHECK(must(parse_certificates(encode_chain(chain, encoding))) == chain);
    CHECK(as_text(encode_chain(chain, ChainEncoding::p7b_pem)).starts_with("-----BEGIN PKCS7-----\n"));
}

TEST_CASE("A chain is built from certificates in any order, without what does not belong to it") {
    const Chain chain = data_chain();
    const Certificate stranger = test::make_ca("C=DE, O=Example, CN=Test Sub CA", 3, "CN=other", 3);
    CHECK(build_chain(chain[0], {chain[2], stranger, chain[0], chain[1], test::data_certificate("dotnet.cer")}) ==
          chain);
    CHECK(build_chain(chain[0], {chain[2]}) == Chain{chain[0]});
    CHECK(build_chain(chain[0], {chain[1]}) == Chain{chain[0], chain[1]});
    CHECK(build_chain(chain[2], chain) == Chain{chain[2]});
    CHECK(build_chain(chain[0], {}) == Chain{chain[0]});
}

TEST_CASE("Loops and cross certificates end, and the shortest way to a root wins") {
    // Two roots that certified each other.
    const Certificate root_a = test::make_ca("CN=A", 1, "CN=A", 1);
    const Certificate root_b = test::make_ca("CN=B", 2, "CN=B", 2);
    const Certificate a_by_b = test::make_ca("CN=A", 1, "CN=B", 2);
    const Certificate b_by_a = test::make_ca("CN=B", 2, "CN=A", 1);
    const Certificate leaf = test::make({.subject = "CN=leaf", .issuer = "CN=A", .subject_key = 0, .issuer_key = 1});
    CHECK(build_chain(leaf, {a_by_b, b_by_a}) == Chain{leaf, a_by_b, b_by_a});
    CHECK(build_chain(leaf, {a_by_b, b_by_a, root_b, root_a}) == Chain{leaf, root_a});
    CHECK(build_chain(leaf, {a_by_b, b_by_a, root_b}) == Chain{leaf, a_by_b, root_b});
}

TEST_CASE("Of two issuers that fit, the one that lasts longest is taken") {
    const Certificate old_ca = test::make(
        {.subject = "CN=ca", .issuer = "CN=ca", .subject_key = 1, .issuer_key = 1, .not_after = test::y2024 + 1});
    const Certificate new_ca = test::make({.subject = "CN=ca", .issuer = "CN=ca", .subject_key = 1, .issuer_key = 1});
    const Certificate leaf = test::make({.issuer = "CN=ca", .issuer_key = 1});
    CHECK(build_chain(leaf, {old_ca, new_ca}) == Chain{leaf, new_ca});
}

TEST_CASE("A chain has at most ten levels") {
    std::vector<Certificate> cas;
    for (int i = 0; i < 12; ++i)
        cas.push_back(test::make_ca("CN=" + std::to_string(i), 1, "CN=" + std::to_string(i + 1), 1));
    const Certificate leaf = test::make({.subject = "CN=leaf", .issuer = "CN=0", .issuer_key = 1});
    CHECK(build_chain(leaf, cas).size() == 10);
}

TEST_CASE("A certificate is found by its key, the one that ends last") {
    const Certificate first = test::make({.subject = "CN=old", .not_after = test::y2024 + 10});
    const Certificate second = test::make({.subject = "CN=new"});
    const Certificate other = test::make({.subject_key = 2});
    CHECK(must(find_by_key({other, second, first}, test::key(0)->public_key())) == second);
    CHECK(id_of(find_by_key({other}, test::key(0)->public_key())) == "Certificate.KeyMismatch");
    CHECK(id_of(find_by_key({}, test::key(0)->public_key())) == "Certificate.KeyMismatch");
}
