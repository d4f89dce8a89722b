#include "x509/certificate.hpp"

#include <atomic>
#include <filesystem>
#include <thread>

#include "x509/chain.hpp"
#include "x509/fixtures.hpp"

using namespace certbroker;
using namespace certbroker::x509;
using test::id_of;
using test::must;

TEST_CASE("A certificate made by openssl is read whole") {
    const Certificate leaf = test::data_certificate("chain-leaf.pem");
    const Certificate sub = test::data_certificate("chain-sub.pem");
    CHECK(leaf.der() == test::data_file("chain-leaf.cer"));
    CHECK(leaf == must(Certificate::parse(test::data_file("chain-leaf.cer"))));
    CHECK_FALSE(leaf == sub);
    CHECK(leaf.subject().to_string() == "C=DE, O=Example, CN=host.example.com");
    CHECK(leaf.issuer().to_string() == "C=DE, O=Example, CN=Test Sub CA");
    CHECK(leaf.thumbprint().size() == 40);
    CHECK(leaf.thumbprint() == to_hex(crypto::sha1(leaf.der()), true));
    CHECK(to_hex(leaf.sha256()) == to_hex(crypto::sha256(leaf.der())));
    CHECK(leaf.serial_hex() == to_hex(leaf.serial(), true));
    CHECK(leaf.serial().size() == 20);
    CHECK_FALSE(leaf.has_odd_serial());
    CHECK(leaf.not_after() - leaf.not_before() == std::int64_t{36500} * 86400);
    CHECK(leaf.public_key().algorithm_text() == "ECDSA_P256");
    CHECK(leaf.key_usage() == key_usage::digital_signature);
    CHECK(leaf.extensions().size() == 6);
    CHECK(leaf.signature().name == "sha256ECDSA");
    CHECK_FALSE(leaf.self_issued());
    CHECK(test::data_certificate("chain-root.pem").self_issued());
    CHECK(leaf.verify_issued_by(sub));
}

TEST_CASE("PEM goes round") {
    const Certificate leaf = test::data_certificate("chain-leaf.pem");
    CHECK(leaf.to_pem() == std::string(as_text(test::data_file("chain-leaf.pem"))));
    CHECK(must(Certificate::parse(as_bytes(leaf.to_pem()))) == leaf);
}

TEST_CASE("A signature by another key or issuer is Certificate.Signature") {
    const Certificate leaf = test::data_certificate("chain-leaf.pem");
    CHECK(id_of(leaf.verify_issued_by(leaf)) == "Certificate.Signature");
    CHECK(id_of(leaf.verify_issued_by(test::data_certificate("chain-root.pem"))) == "Certificate.Signature");
    // The right name but another key.
    CHECK(id_of(leaf.verify_issued_by(test::make({.subject = leaf.issuer().to_string()}))) == "Certificate.Signature");
    Bytes changed = leaf.der();
    changed.back() ^= 1;
    CHECK(id_of(must(Certificate::parse(changed)).verify_issued_by(test::data_certificate("chain-sub.pem"))) ==
          "Certificate.Signature");
}

TEST_CASE("CA certificates that were read before are not mixed up, however many there are and whoever reads") {
    // More than are kept, each read again and again by several threads.
    std::vector<Certificate> authorities;
    for (int i = 0; i < 40; ++i)
        authorities.push_back(test::make_ca("CN=CA " + std::to_string(i), 0, "CN=CA " + std::to_string(i), 0));
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            for (std::size_t i = 0; i < 400; ++i) {
                const Certificate &one = authorities[(i * (t + 1)) % authorities.size()];
                const auto again = Certificate::parse(one.der());
                if (!again || !(*again == one) || again->thumbprint() != one.thumbprint() ||
                    !again->verify_issued_by(*again))
                    ++wrong;
            }
        });
    for (std::thread &thread : threads)
        thread.join();
    CHECK(wrong == 0);
    // The same but for its last octet is another one.
    Bytes changed = authorities.back().der();
    changed.back() ^= 1;
    const Certificate other = must(Certificate::parse(changed));
    CHECK_FALSE(other == authorities.back());
    CHECK_FALSE(other.verify_issued_by(authorities.back()));
}

TEST_CASE("Issuers that write their name with other string types still fit") {
    const Certificate ca = test::make_ca("CN=Example CA", 1, "CN=Example CA", 1);
    CertificateSpec spec;
    spec.subject = must(Name::parse("CN=a"));
    spec.issuer = must(Name::parse("CN=Example CA", {.force_utf8 = true}));
    spec.serial = {1};
    spec.not_after = test::y2034;
    spec.spki = test::key(2)->public_key().spki();
    const Certificate leaf = must(sign_certificate(spec, *test::key(1)));
    CHECK(leaf.verify_issued_by(ca));
}

TEST_CASE("Odd certificates of others are read") {
    const Certificate negative = test::data_certificate("odd-negative-serial.pem");
    CHECK(negative.has_odd_serial());
    CHECK(negative.serial_hex() == "FB");
    const Certificate longest = test::data_certificate("odd-long-serial.pem");
    CHECK(longest.has_odd_serial());
    CHECK(longest.serial_hex() == "8000000000000000000000000000000000000000000001");
    const Certificate first = test::data_certificate("odd-v1.pem");
    CHECK(first.extensions().empty());
    CHECK(first.key_usage() == 0);
    CHECK(first.subject_key_identifier().empty());
    CHECK(test::data_certificate("odd-sha1.pem").signature().weak);
    const Certificate edwards = test::data_certificate("odd-ed25519.pem");
    CHECK_FALSE(edwards.public_key().spec());
    CHECK(edwards.signature().name == "Ed25519");
    CHECK(edwards.verify_issued_by(edwards));
    CHECK(test::data_certificate("dotnet.cer").verify_issued_by(test::data_certificate("dotnet.cer")));
}

TEST_CASE("Every certificate that this machine trusts is read and signed itself, as far as the algorithms are known") {
    const std::filesystem::path bundle = "/etc/ssl/certs/ca-certificates.crt";
    if (!std::filesystem::exists(bundle)) SKIP("there is no " + bundle.string());
    const std::string text(as_text(must(file::read(bundle, 1 << 24))));
    std::size_t count = 0;
    for (const PemBlock &block : must(from_pem(text, 1000))) {
        const Certificate root = must(Certificate::parse(block.bytes));
        INFO(root.subject().to_string());
        CHECK(root.verify_issued_by(root));
        CHECK(root.basic_constraints().ca);
        CHECK(must(Name::parse(root.subject().to_string())).same_values(root.subject()));
        ++count;
    }
    CHECK(count > 50);
}

TEST_CASE("What is not exactly one whole certificate is Certificate.Format") {
    const Bytes der = test::data_file("chain-leaf.cer");
    for (std::size_t size = 0; size < der.size(); ++size) {
        INFO(size);
        REQUIRE(id_of(Certificate::parse(ByteView(der).first(size))) == "Certificate.Format");
    }
    Bytes longer = der;
    longer.push_back(0);
    CHECK(id_of(Certificate::parse(longer)) == "Certificate.Format");
    CHECK(id_of(Certificate::parse(as_bytes("hello"))) == "Certificate.Format");
    const std::string pem(as_text(test::data_file("chain-leaf.pem")));
    CHECK(id_of(Certificate::parse(as_bytes(pem + pem))) == "Certificate.Format");
    CHECK(id_of(Certificate::parse(test::data_file("openssl-all.csr.pem"))) == "Certificate.Format");
    CHECK(id_of(Certificate::parse(test::data_file("openssl-rsa.csr.der"))) == "Certificate.Format");
    CHECK(id_of(Certificate::parse(Bytes((1 << 20) + 1, 0x30))) == "Base.TooLarge");
}

TEST_CASE("A certificate with any one octet changed is read or refused, never more") {
    const Bytes der = test::data_file("dotnet.cer");
    for (std::size_t i = 0; i < der.size(); ++i) {
        for (const int flip : {0x01, 0x80, 0xff}) {
            Bytes changed = der;
            changed[i] = static_cast<std::uint8_t>(changed[i] ^ flip);
            const auto certificate = Certificate::parse(changed);
            if (!certificate) {
                REQUIRE(id_of(certificate) == "Certificate.Format");
                continue;
            }
            (void)certificate->subject_alt_names();
            (void)certificate->key_usage();
            REQUIRE_FALSE(certificate->verify_issued_by(*certificate));
        }
    }
}

TEST_CASE("Structures that X.509 forbids are refused") {
    const Certificate good = test::make({.subject = "CN=a", .issuer = "CN=a", .extensions = {make_key_usage(0x80)}});
    const std::string hex = to_hex(good.der());
    const auto with = [&](std::string_view from, std::string_view to) {
        std::string changed = hex;
        const auto at = changed.find(from);
        REQUIRE(at != std::string::npos);
        changed.replace(at, from.size(), to);
        return Certificate::parse(test::hex(changed));
    };
    CHECK(with("a003020102", "a003020102"));
    CHECK(id_of(with("a003020102", "a003020103")) == "Certificate.Format");             // version 4
    CHECK(id_of(with("a003020102", "a003020101")) == "Certificate.Format");             // extensions in version 2
    CHECK(id_of(with("2a8648ce3d040302", "2a8648ce3d040303")) == "Certificate.Format"); // two algorithms
    CHECK(id_of(with("a003020102", "a0030a0102")) == "Certificate.Format");
}
