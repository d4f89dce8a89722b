#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "base/der.hpp"
#include "base/encoding.hpp"
#include "crypto/cms.hpp"
#include "support.hpp"

using namespace certbroker;
using namespace certbroker::crypto;

namespace {

std::string id_of(const Result<Bytes> &result) {
    return result ? "it was signed" : result.error().id();
}

const CmsAttribute *find(const std::vector<CmsAttribute> &attributes, std::string_view oid) {
    for (const CmsAttribute &attribute : attributes) {
        if (attribute.oid == oid) return &attribute;
    }
    return nullptr;
}

constexpr std::string_view signing_time = "1.2.840.113549.1.9.5";

} // namespace

TEST_CASE("what is signed verifies, by RSA and by every curve") {
    const Bytes text = test::data("message.txt");
    for (const char *name : {"rsa2048", "p256"}) {
        for (const auto digest : {DigestAlgorithm::sha256, DigestAlgorithm::sha384, DigestAlgorithm::sha512}) {
            INFO(name << " " << digest_name(digest));
            const Bytes certificate = test::data(std::string(name) + ".cer");
            CmsSignOptions options;
            options.digest = digest;
            const Bytes message =
                test::value(cms_sign(*test::key(std::string(name) + ".pk8.der"), certificate, text, options));
            const CmsVerified verified = test::value(cms_verify(message, {}, false));
            CHECK(verified.content == text);
            CHECK(verified.digest == digest);
            CHECK(verified.signer_certificate_der == certificate);
            CHECK(verified.content_type == "1.2.840.113549.1.7.1");
            CHECK(verified.signed_attributes.size() == 3);
            CHECK(find(verified.signed_attributes, signing_time) != nullptr);
        }
    }
}

TEST_CASE("attributes, extra certificates and another content type travel along") {
    CmsSignOptions options;
    options.content_type = "1.3.6.1.5.5.7.12.2";
    options.signing_time = false;
    options.extra_certificates = {test::data("ca.cer")};
    // SCEP's messageType and transactionID (RFC 8894 section 3.2.1).
    options.signed_attributes = {{"2.16.840.1.113733.1.9.2", *from_hex("13023139")},
                                 {"2.16.840.1.113733.1.9.7", *from_hex("130474786964")}};
    const Bytes text = test::data("message.txt");
    const CmsVerified verified = test::value(cms_verify(
        test::value(cms_sign(*test::key("rsa2048.pk8.der"), test::data("rsa2048.cer"), text, options)), {}, false));
    CHECK(verified.content == text);
    CHECK(verified.content_type == "1.3.6.1.5.5.7.12.2");
    CHECK(verified.certificates.size() == 2);
    CHECK(find(verified.signed_attributes, signing_time) == nullptr);
    REQUIRE(find(verified.signed_attributes, "2.16.840.1.113733.1.9.2") != nullptr);
    CHECK(to_hex(find(verified.signed_attributes, "2.16.840.1.113733.1.9.2")->value_der) == "13023139");
    REQUIRE(find(verified.signed_attributes, "2.16.840.1.113733.1.9.7") != nullptr);
}

TEST_CASE("empty and large contents are signed") {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1} << 20U}) {
        const Bytes text(size, 0x5a);
        CHECK(
            test::value(cms_verify(test::value(cms_sign(*test::key("p256.pk8.der"), test::data("p256.cer"), text, {})),
                                   {}, false))
                .content == text);
    }
}

TEST_CASE("nothing is signed that would not verify") {
    const KeyHandle key = test::key("p256.pk8.der");
    const Bytes certificate = test::data("p256.cer");
    CHECK(id_of(cms_sign(*key, test::data("rsa2048.cer"), as_bytes("x"), {})) == "Crypto.Cms");
    CHECK(id_of(cms_sign(*key, as_bytes("nonsense"), as_bytes("x"), {})) == "Crypto.Cms");
    CmsSignOptions options;
    options.content_type = "nonsense";
    CHECK(id_of(cms_sign(*key, certificate, as_bytes("x"), options)) == "Crypto.Cms");
    options = {};
    options.signed_attributes = {{"1.2.x", *from_hex("0500")}};
    CHECK(id_of(cms_sign(*key, certificate, as_bytes("x"), options)) == "Crypto.Cms");
    options.signed_attributes = {{"1.2.3", *from_hex("0501")}};
    CHECK(id_of(cms_sign(*key, certificate, as_bytes("x"), options)) == "Crypto.Cms");
    options = {};
    options.digest = DigestAlgorithm::md5;
    CHECK(id_of(cms_sign(*key, certificate, as_bytes("x"), options)) == "Crypto.DigestAlgorithm");
    CHECK(id_of(cms_sign(*key, certificate, Bytes((16U << 20U) + 1), {})) == "Base.TooLarge");
}

TEST_CASE("several sign the same content, named by certificate or by key") {
    const KeyHandle rsa = test::key("rsa2048.pk8.der");
    const KeyHandle curve = test::key("p256.pk8.der");
    const Bytes content = test::data("message.txt");
    CmsSignOptions options;
    options.content_type = "1.3.6.1.5.5.7.12.2";
    options.signing_time = false;
    const Bytes message = test::value(
        cms_sign({CmsSigner{rsa.get(), test::data("rsa2048.cer")}, CmsSigner{curve.get(), {}}}, content, options));
    der::Reader outer = test::value(der::read_single(message, der::sequence));
    CHECK(test::value(outer.read_oid()) == "1.2.840.113549.1.7.2");
    der::Reader body = test::value(test::value(outer.enter(der::context(0, true))).enter(der::sequence));
    CHECK(test::value(body.read_integer()) == 3);
    test::value(body.next(der::set));
    test::value(body.next(der::sequence));
    CHECK(equal(test::value(body.next(der::context(0, true))).content, test::data("rsa2048.cer")));
    der::Reader signers = test::value(body.enter(der::set));
    std::vector<Bytes> infos;
    std::vector<std::int64_t> versions;
    while (!signers.empty()) {
        const der::Element info = test::value(signers.next(der::sequence));
        infos.push_back(to_bytes(info.whole));
        der::Reader fields(info.content);
        versions.push_back(test::value(fields.read_integer()));
        if (versions.back() != 3) continue;
        // RFC 5652 section 5.3: [0] IMPLICIT SubjectKeyIdentifier
        const der::Element identifier = test::value(fields.next(der::context(0, false)));
        CHECK(equal(identifier.content, curve->public_key().key_identifier()));
    }
    CHECK(infos.size() == 2);
    CHECK(std::is_sorted(infos.begin(), infos.end()));
    std::sort(versions.begin(), versions.end());
    CHECK(versions == std::vector<std::int64_t>{1, 3});
}

TEST_CASE("a message without signed attributes signs its content itself") {
    const KeyHandle key = test::key("rsa2048.pk8.der");
    const Bytes content = test::data("message.txt");
    CmsSignOptions options;
    options.bare = true;
    const Bytes message = test::value(cms_sign(*key, test::data("rsa2048.cer"), content, options));
    const CmsVerified verified = test::value(cms_verify(message, {}, false));
    CHECK(verified.content == content);
    CHECK(verified.signed_attributes.empty());
    options.content_type = "1.3.6.1.5.5.7.12.2";
    CHECK(id_of(cms_sign(*key, test::data("rsa2048.cer"), content, options)) == "Crypto.Cms");
    // A certificate that is missing does not turn into a name by key.
    CHECK(id_of(cms_sign(*key, {}, content, {})) == "Crypto.Cms");
}
