#include <catch2/catch_test_macros.hpp>

#include "base/der.hpp"
#include "crypto/openssl.hpp"
#include "crypto/pkcs12.hpp"
#include "support.hpp"

using namespace certbroker;
using namespace certbroker::crypto;

namespace {

Pkcs12Contents two_keys() {
    Pkcs12Contents contents;
    contents.keys.push_back({test::value(test::key("rsa2048.pk8.der")->export_pkcs8()), {1, 2, 3}, "Schlüssel 😀"});
    contents.keys.push_back({test::value(test::key("p256.pk8.der")->export_pkcs8()), {4}, ""});
    contents.certificates.push_back({test::data("rsa2048.cer"), {1, 2, 3}, "a name much longer than the key's id"});
    contents.certificates.push_back({test::data("p256.cer"), {4}, ""});
    contents.certificates.push_back({test::data("ca.cer"), {}, "Test root"});
    return contents;
}

void check_same(const Pkcs12Contents &a, const Pkcs12Contents &b) {
    REQUIRE(a.keys.size() == b.keys.size());
    for (std::size_t i = 0; i < a.keys.size(); ++i) {
        CHECK(a.keys[i].pkcs8 == b.keys[i].pkcs8);
        CHECK(a.keys[i].local_key_id == b.keys[i].local_key_id);
        CHECK(a.keys[i].friendly_name == b.keys[i].friendly_name);
    }
    REQUIRE(a.certificates.size() == b.certificates.size());
    for (std::size_t i = 0; i < a.certificates.size(); ++i) {
        CHECK(a.certificates[i].der == b.certificates[i].der);
        CHECK(a.certificates[i].local_key_id == b.certificates[i].local_key_id);
        CHECK(a.certificates[i].friendly_name == b.certificates[i].friendly_name);
    }
}

} // namespace

TEST_CASE("what is written is read again, by every protection and password") {
    const Pkcs12Contents contents = two_keys();
    for (const auto protection : {Pkcs12Protection::aes256_sha256, Pkcs12Protection::triple_des_sha1}) {
        for (const Secret &password : {test::password(), Secret(), test::secret(""), test::secret("Grüße-€-😀")}) {
            INFO((protection == Pkcs12Protection::aes256_sha256 ? "AES " : "3DES ")
                 << password.size() << (password.given() ? "" : " not given"));
            const Bytes pfx = test::value(make_pkcs12(contents, password, protection, 1000));
            CHECK(der::check_well_formed(pfx));
            check_same(test::value(open_pkcs12(pfx, password)), contents);
            CHECK(open_pkcs12(pfx, test::secret("wrong")).error().id() == "Crypto.KeyEncrypted");
        }
    }
}

TEST_CASE("OpenSSL's own reader opens what is written") {
    Pkcs12Contents contents = two_keys();
    contents.keys.pop_back();
    for (const auto protection : {Pkcs12Protection::aes256_sha256, Pkcs12Protection::triple_des_sha1}) {
        for (const char *password : {"Pa55-word", "", "Grüße-€-😀"}) {
            const Bytes der = test::value(
                make_pkcs12(contents, *password == 0 ? Secret() : test::secret(password), protection, 2048));
            const unsigned char *at = der.data();
            const std::unique_ptr<PKCS12, openssl::Deleter<PKCS12_free>> pfx(
                d2i_PKCS12(nullptr, &at, static_cast<long>(der.size())));
            REQUIRE(pfx != nullptr);
            EVP_PKEY *key = nullptr;
            X509 *certificate = nullptr;
            STACK_OF(X509) *others = nullptr;
            CHECK(PKCS12_parse(pfx.get(), password, &key, &certificate, &others) == 1);
            CHECK(key != nullptr);
            CHECK(certificate != nullptr);
            CHECK(sk_X509_num(others) == 2);
            EVP_PKEY_free(key);
            X509_free(certificate);
            sk_X509_pop_free(others, X509_free);
        }
    }
}

TEST_CASE("a PFX without keys, without certificates or without anything is whole") {
    const Pkcs12Contents nothing;
    check_same(
        test::value(open_pkcs12(test::value(make_pkcs12(nothing, test::password(), Pkcs12Protection::aes256_sha256, 1)),
                                test::password())),
        nothing);
    Pkcs12Contents certificates = two_keys();
    certificates.keys.clear();
    check_same(test::value(open_pkcs12(
                   test::value(make_pkcs12(certificates, Secret(), Pkcs12Protection::aes256_sha256, 1)), Secret())),
               certificates);
    Pkcs12Contents keys = two_keys();
    keys.certificates.clear();
    check_same(test::value(open_pkcs12(test::value(make_pkcs12(keys, Secret(), Pkcs12Protection::triple_des_sha1, 1)),
                                       Secret())),
               keys);
}

TEST_CASE("two files of the same contents have nothing secret in common") {
    const Bytes a = test::value(make_pkcs12(two_keys(), test::password(), Pkcs12Protection::aes256_sha256, 1));
    const Bytes b = test::value(make_pkcs12(two_keys(), test::password(), Pkcs12Protection::aes256_sha256, 1));
    CHECK(a.size() == b.size());
    CHECK(a != b);
    // Neither holds a certificate or a key in the clear.
    for (const Bytes &clear : {test::data("rsa2048.cer"), test::data("p256.pk8.der")})
        CHECK(std::search(a.begin(), a.end(), clear.begin() + 30, clear.begin() + 60) == a.end());
}

TEST_CASE("parameters that make no sense are refused") {
    const auto none = make_pkcs12(two_keys(), test::password(), Pkcs12Protection::aes256_sha256, 0);
    REQUIRE_FALSE(none);
    CHECK(none.error().id() == "Base.Argument");
    const auto garbled = make_pkcs12(two_keys(), test::secret("\xff\xfe"), Pkcs12Protection::aes256_sha256, 1);
    REQUIRE_FALSE(garbled);
    CHECK(garbled.error().id() == "Base.Text");
}
