#include <catch2/catch_test_macros.hpp>

#include "base/der.hpp"
#include "crypto/cms.hpp"
#include "support.hpp"

using namespace certbroker;
using namespace certbroker::crypto;

namespace {

std::string id_of(const Result<Pkcs7Contents> &result) {
    return result ? "it was read" : result.error().id();
}

} // namespace

TEST_CASE("bundles of OpenSSL and .NET come apart, certificate by certificate") {
    const std::vector<Bytes> expected{test::data("rsa2048.cer"), test::data("ca.cer")};
    CHECK(test::value(split_pkcs7(test::data("bundle.p7b"))).certificates.size() == 2);
    for (const char *name : {"bundle.p7b", "bundle-crl.p7b", "dotnet-bundle.p7b"}) {
        INFO(name);
        const Pkcs7Contents contents = test::value(split_pkcs7(test::data(name)));
        for (const Bytes &certificate : expected)
            CHECK(std::count(contents.certificates.begin(), contents.certificates.end(), certificate) == 1);
        CHECK(contents.crls.size() == (std::string(name) == "bundle-crl.p7b" ? 1 : 0));
    }
}

TEST_CASE("a bundle in BER and one that is signed are read as well") {
    CHECK(test::value(split_pkcs7(test::data("signed.ber.p7"))).certificates ==
          std::vector<Bytes>{test::data("p256.cer")});
    CHECK(test::value(split_pkcs7(test::data("signed.rsa-sha256.p7"))).certificates.size() == 2);
}

TEST_CASE("what is joined comes apart the same, in the same order") {
    const std::vector<Bytes> certificates{test::data("rsa2048.cer"), test::data("ca.cer"), test::data("p256.cer")};
    const Bytes bundle = join_pkcs7(certificates);
    CHECK(test::value(split_pkcs7(bundle)).certificates == certificates);
    CHECK(test::value(split_pkcs7(bundle)).crls.empty());
    CHECK(test::value(split_pkcs7(join_pkcs7({}))).certificates.empty());
}

TEST_CASE("a bundle has limits") {
    const Bytes certificate = test::data("p256.cer");
    CHECK(test::value(split_pkcs7(join_pkcs7(std::vector<Bytes>(100, certificate)))).certificates.size() == 100);
    CHECK(id_of(split_pkcs7(join_pkcs7(std::vector<Bytes>(101, certificate)))) == "Base.TooLarge");
    CHECK(id_of(split_pkcs7(Bytes((8U << 20U) + 1))) == "Base.TooLarge");
}

TEST_CASE("what is no bundle is refused, cut off anywhere included") {
    CHECK(id_of(split_pkcs7({})) == "Crypto.Cms");
    CHECK(id_of(split_pkcs7(as_bytes("nonsense"))) == "Crypto.Cms");
    CHECK(id_of(split_pkcs7(test::data("enveloped.aes128.p7"))) == "Crypto.Cms");
    CHECK(id_of(split_pkcs7(test::data("p256.cer"))) == "Crypto.Cms");
    const Bytes bundle = test::data("bundle.p7b");
    for (std::size_t size = 0; size < bundle.size(); size += 7)
        CHECK(id_of(split_pkcs7(Bytes(bundle.begin(), bundle.begin() + static_cast<std::ptrdiff_t>(size)))) ==
              "Crypto.Cms");
}
