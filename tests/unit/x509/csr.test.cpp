#include "x509/csr.hpp"

#include "base/der.hpp"
#include "x509/fixtures.hpp"

using namespace certbroker;
using namespace certbroker::x509;
using test::hex;
using test::id_of;
using test::must;

namespace {

CsrSpec good_spec() {
    CsrSpec spec;
    spec.subject = must(Name::parse("CN=web01.example.com,O=Example,C=DE"));
    spec.extensions = {make_key_usage(0xa0), make_enhanced_key_usage({"1.3.6.1.5.5.7.3.1"}),
                       make_subject_alt_name({must(make_dns("web01.example.com")), must(make_ip("192.0.2.1"))})};
    return spec;
}

} // namespace

TEST_CASE("Requests of openssl, GnuTLS and .NET are read and their signatures fit") {
    const Csr openssl = must(Csr::parse(test::data_file("openssl-all.csr.pem")));
    CHECK(openssl.verify());
    CHECK(openssl.public_key().algorithm_text() == "ECDSA_P256");
    CHECK(openssl.signature().name == "sha256ECDSA");
    CHECK(openssl.extensions().size() == 4);
    CHECK(openssl.attributes().size() == 2);
    CHECK(openssl.attributes()[0].oid == "1.2.840.113549.1.9.7");
    CHECK(openssl.subject_alt_names().size() == 10);

    const Csr rsa = must(Csr::parse(test::data_file("openssl-rsa.csr.der")));
    CHECK(rsa.verify());
    CHECK(rsa.extensions().empty());
    CHECK(rsa.subject_alt_names().empty());
    CHECK(rsa.public_key().algorithm_text() == "RSA 2048");
    const Csr pss = must(Csr::parse(test::data_file("openssl-pss.csr.pem")));
    CHECK(pss.verify());
    CHECK(pss.signature().name == "RSASSA-PSS");

    const Csr gnutls = must(Csr::parse(test::data_file("certtool.csr.txt")));
    CHECK(gnutls.verify());
    CHECK(gnutls.subject_alt_names().size() == 5);
    const Csr dotnet = must(Csr::parse(test::data_file("dotnet.csr.pem")));
    CHECK(dotnet.verify());
    CHECK(dotnet.subject_alt_names().size() == 6);
}

TEST_CASE("A created request reads back as it was asked for") {
    const CsrSpec spec = good_spec();
    const Csr csr = must(create_csr(spec, *test::key()));
    CHECK(csr.verify());
    CHECK(csr.subject().der() == spec.subject.der());
    CHECK(csr.public_key() == test::key()->public_key());
    REQUIRE(csr.extensions().size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(csr.extensions()[i].oid == spec.extensions[i].oid);
        CHECK(csr.extensions()[i].critical == spec.extensions[i].critical);
        CHECK(csr.extensions()[i].value == spec.extensions[i].value);
    }
    CHECK(csr.subject_alt_names()[1].to_string() == "ipaddress=192.0.2.1");
}

TEST_CASE("Both kinds of PEM go round, in certreq's style with CRLF") {
    const Csr csr = must(create_csr(good_spec(), *test::key()));
    const std::string plain = csr.to_pem(false);
    const std::string certreq = csr.to_pem(true);
    CHECK(plain.starts_with("-----BEGIN CERTIFICATE REQUEST-----\n"));
    CHECK(certreq.starts_with("-----BEGIN NEW CERTIFICATE REQUEST-----\r\n"));
    CHECK(certreq.ends_with("-----END NEW CERTIFICATE REQUEST-----\r\n"));
    CHECK(must(Csr::parse(as_bytes(plain))).der() == csr.der());
    CHECK(must(Csr::parse(as_bytes(certreq))).der() == csr.der());
    CHECK(must(Csr::parse(as_bytes(to_base64(csr.der(), 76, "\r\n")))).der() == csr.der());
}

TEST_CASE("A request with an empty subject and nothing else is as small as it can be") {
    const Csr csr = must(create_csr(CsrSpec{}, *test::key()));
    CHECK(csr.verify());
    CHECK(csr.subject().empty());
    CHECK(csr.attributes().empty());
    // RFC 2986: the attributes are there, though empty.
    CHECK(to_hex(csr.der()).find("a000") != std::string::npos);
}

TEST_CASE("Attributes are written in DER's order of a SET OF") {
    CsrSpec spec = good_spec();
    spec.attributes = {{"1.3.6.1.4.1.311.13.2.2", {hex("3003020101")}},
                       {"1.3.6.1.4.1.311.13.2.3", {hex("16023130")}},
                       {"1.2.3", {hex("0402ffff"), hex("040101")}}};
    der::Writer challenge;
    challenge.text(der::printable_string, "secret");
    spec.challenge_password_value = challenge.bytes();
    const Csr csr = must(create_csr(spec, *test::key()));
    CHECK(csr.verify());
    REQUIRE(csr.attributes().size() == 5);
    std::vector<std::string> encoded;
    for (const CsrAttribute &attribute : csr.attributes()) {
        der::Writer writer;
        writer.nest(der::sequence, [&](der::Writer &w) {
            w.oid(attribute.oid).nest(der::set, [&](der::Writer &set) {
                for (const Bytes &value : attribute.values)
                    set.raw(value);
            });
        });
        encoded.push_back(to_hex(writer.bytes()));
        if (attribute.oid == "1.2.3") CHECK(attribute.values == std::vector<Bytes>{hex("040101"), hex("0402ffff")});
    }
    CHECK(std::is_sorted(encoded.begin(), encoded.end()));
    CHECK(csr.extensions().size() == 3);
}

TEST_CASE("A weak hash is Csr.WeakHash unless it was allowed by name") {
    CsrSpec spec = good_spec();
    spec.scheme.digest = crypto::DigestAlgorithm::sha1;
    CHECK(id_of(create_csr_der(spec, *test::key())) == "Csr.WeakHash");
    spec.allow_weak_hash = true;
    const Csr csr = must(create_csr(spec, *test::key()));
    CHECK(csr.signature().weak);
    CHECK(csr.verify());
}

TEST_CASE("Specs that would make a broken request are refused") {
    CsrSpec spec = good_spec();
    spec.attributes = {{"x", {}}};
    CHECK(id_of(create_csr(spec, *test::key())) == "Base.Argument");
    spec = good_spec();
    spec.extensions.push_back(spec.extensions[0]);
    CHECK(id_of(create_csr(spec, *test::key())) == "Base.Argument");
    spec = good_spec();
    spec.extensions.push_back({"", false, {}});
    CHECK(id_of(create_csr(spec, *test::key())) == "Base.Argument");
    spec = good_spec();
    spec.scheme.pss = true;
    CHECK(id_of(create_csr(spec, *test::key())) == "Crypto.KeyAlgorithm");
}

TEST_CASE("A changed request does not verify") {
    Bytes der = must(create_csr_der(good_spec(), *test::key()));
    der.back() ^= 1;
    CHECK(id_of(must(Csr::parse(der)).verify()) == "Csr.Signature");
    Bytes other = must(create_csr_der(good_spec(), *test::key()));
    const std::string text = "web01";
    const auto at = std::search(other.begin(), other.end(), text.begin(), text.end());
    REQUIRE(at != other.end());
    *at = 'W';
    CHECK(id_of(must(Csr::parse(other)).verify()) == "Csr.Signature");
}

TEST_CASE("The extension request is found under Microsoft's second OID too") {
    CsrSpec spec;
    spec.attributes = {{"1.3.6.1.4.1.311.2.1.14", {encode_extensions({make_key_usage(0x80)})}}};
    CHECK(must(create_csr(spec, *test::key())).extensions().size() == 1);
    spec.extensions = {make_key_usage(0xa0)};
    CHECK(must(create_csr(spec, *test::key())).extensions()[0].value == make_key_usage(0xa0).value);
}

TEST_CASE("What is no request is Csr.Format") {
    CHECK(id_of(Csr::parse({})) == "Csr.Format");
    CHECK(id_of(Csr::parse(as_bytes("hello"))) == "Csr.Format");
    CHECK(id_of(Csr::parse(test::data_file("chain-leaf.pem"))) == "Csr.Format");
    CHECK(id_of(Csr::parse(test::data_file("chain-leaf.cer"))) == "Csr.Format");
    CHECK(id_of(Csr::parse(Bytes((1 << 20) + 1, 0x30))) == "Base.TooLarge");
    const Bytes der = must(create_csr_der(good_spec(), *test::key()));
    for (std::size_t size = 0; size < der.size(); ++size)
        REQUIRE(id_of(Csr::parse(ByteView(der).first(size))) == "Csr.Format");
    Bytes longer = der;
    longer.push_back(0);
    CHECK(id_of(Csr::parse(longer)) == "Csr.Format");

    CsrSpec twice;
    twice.attributes = {{"1.2.840.113549.1.9.14", {encode_extensions({make_key_usage(0x80)})}},
                        {"1.2.840.113549.1.9.14", {encode_extensions({make_key_usage(0xa0)})}}};
    CHECK(id_of(create_csr(twice, *test::key())) == "Csr.Format");
    CsrSpec empty;
    empty.attributes = {{"1.2.840.113549.1.9.14", {}}};
    CHECK(id_of(create_csr(empty, *test::key())) == "Csr.Format");
    CsrSpec many;
    for (int i = 0; i < 101; ++i)
        many.attributes.push_back({"1.2." + std::to_string(i), {hex("0500")}});
    CHECK(id_of(create_csr(many, *test::key())) == "Csr.Format");
    CsrSpec values;
    values.attributes = {{"1.2.3", std::vector<Bytes>(101, hex("0500"))}};
    CHECK(id_of(create_csr(values, *test::key())) == "Csr.Format");
}

TEST_CASE("A request with any one octet changed is read or refused, never more") {
    const Bytes der = must(Csr::parse(test::data_file("openssl-all.csr.pem"))).der();
    for (std::size_t i = 0; i < der.size(); ++i) {
        for (const int flip : {0x01, 0x80, 0xff}) {
            Bytes changed = der;
            changed[i] = static_cast<std::uint8_t>(changed[i] ^ flip);
            const auto csr = Csr::parse(changed);
            if (!csr) {
                REQUIRE(id_of(csr) == "Csr.Format");
                continue;
            }
            (void)csr->subject_alt_names();
            REQUIRE_FALSE(csr->verify());
        }
    }
}
