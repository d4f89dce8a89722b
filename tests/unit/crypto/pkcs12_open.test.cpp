#include <catch2/catch_test_macros.hpp>

#include <openssl/err.h>

#include "base/der.hpp"
#include "base/encoding.hpp"
#include "crypto/pkcs12.hpp"
#include "support.hpp"

using namespace certbroker;
using namespace certbroker::crypto;

namespace {

std::string id_of(const Result<Pkcs12Contents> &result) {
    return result ? "it was opened" : result.error().id();
}

Result<Pkcs12Contents> open(const std::string &name, const Secret &password) {
    return open_pkcs12(test::data(name), password);
}

/// Holds the RSA key and its certificate, and maybe the root.
void check_web_server(const Pkcs12Contents &contents) {
    REQUIRE(contents.keys.size() == 1);
    const KeyHandle key = test::value(import_key(contents.keys[0].pkcs8, Secret(), "", true));
    CHECK(key->public_key().spki() == test::data("rsa2048.spki.der"));
    REQUIRE_FALSE(contents.certificates.empty());
    CHECK(contents.certificates[0].der == test::data("rsa2048.cer"));
    CHECK(contents.keys[0].local_key_id == contents.certificates[0].local_key_id);
    CHECK_FALSE(contents.keys[0].local_key_id.empty());
    if (contents.certificates.size() > 1) CHECK(contents.certificates[1].der == test::data("ca.cer"));
}

constexpr const char *non_ascii = "Grüße-€-😀";

} // namespace

TEST_CASE("PFX files of OpenSSL are opened, new and old ones") {
    for (const char *name : {"openssl-modern.pfx", "openssl-legacy.pfx", "openssl-3des.pfx", "openssl-plain-bags.pfx",
                             "openssl-nomac.pfx", "pbmac1.pfx"}) {
        INFO(name);
        const Pkcs12Contents contents = test::value(open(name, test::password()));
        check_web_server(contents);
        CHECK(contents.certificates.size() == 2);
        CHECK(contents.keys[0].friendly_name == "Web server");
        CHECK(contents.certificates[0].friendly_name == "Web server");
    }
}

TEST_CASE("PFX files of .NET and GnuTLS are opened") {
    check_web_server(test::value(open("dotnet-export.pfx", test::password())));
    const Pkcs12Contents contents = test::value(open("certtool.pfx", test::password()));
    REQUIRE(contents.keys.size() == 1);
    REQUIRE(contents.certificates.size() == 1);
    CHECK(contents.certificates[0].der == test::data("p256.cer"));
    CHECK(contents.keys[0].friendly_name == "From GnuTLS");
}

TEST_CASE("a wrong or missing password is told from damage") {
    for (const char *name : {"openssl-modern.pfx", "openssl-legacy.pfx", "openssl-3des.pfx", "openssl-nomac.pfx",
                             "openssl-utf8-legacy.pfx", "dotnet-export.pfx", "dotnet-builder.pfx", "pbmac1.pfx"}) {
        INFO(name);
        for (const Secret &wrong : {Secret(), test::secret(""), test::secret("wrong"), test::secret("wröng")}) {
            const auto contents = open(name, wrong);
            CHECK(id_of(contents) == "Crypto.KeyEncrypted");
            CHECK(contents.error().status() == Status::password);
        }
    }
    CHECK(ERR_peek_error() == 0);
}

TEST_CASE("no password and an empty one open the same files, whoever wrote them") {
    for (const char *name : {"openssl-empty.pfx", "openssl-empty-legacy.pfx", "openssl-empty-legacy-nomac.pfx",
                             "dotnet-export-null.pfx", "dotnet-export-empty.pfx"}) {
        INFO(name);
        check_web_server(test::value(open(name, Secret())));
        check_web_server(test::value(open(name, test::secret(""))));
        CHECK(id_of(open(name, test::secret("x"))) == "Crypto.KeyEncrypted");
    }
}

TEST_CASE("non-ASCII passwords open, by the standard and as OpenSSL took them before 1.1") {
    check_web_server(test::value(open("openssl-utf8.pfx", test::secret(non_ascii))));
    check_web_server(test::value(open("openssl-utf8-legacy.pfx", test::secret(non_ascii))));
    check_web_server(test::value(open("dotnet-export-utf8.pfx", test::secret(non_ascii))));
    check_web_server(test::value(open("openssl-widened.pfx", test::secret("Grüße"))));
}

TEST_CASE("several keys, nested bags, mixed protections and strange bags are all read") {
    const Pkcs12Contents contents = test::value(open("dotnet-builder.pfx", test::password()));
    REQUIRE(contents.keys.size() == 2);
    CHECK(contents.keys[0].friendly_name == "Schlüssel 😀");
    CHECK(contents.keys[0].local_key_id == Bytes{1});
    CHECK(contents.keys[1].local_key_id == Bytes{2});
    CHECK(test::value(import_key(contents.keys[1].pkcs8, Secret(), "", true))->public_key().spki() ==
          test::data("p256.spki.der"));
    REQUIRE(contents.certificates.size() == 3);
    CHECK(contents.certificates[2].der == test::data("ca.cer"));
    CHECK(contents.certificates[2].local_key_id.empty());
}

TEST_CASE("a PFX may hold only a key, only certificates, or have no protection at all") {
    CHECK(test::value(open("openssl-key-only.pfx", test::password())).certificates.empty());
    CHECK(test::value(open("openssl-certs-only.pfx", test::password())).keys.empty());
    CHECK(test::value(open("dotnet-unsealed.pfx", Secret())).certificates.size() == 1);
}

TEST_CASE("what is no PFX is refused") {
    CHECK(id_of(open_pkcs12({}, Secret())) == "Crypto.Pkcs12");
    CHECK(id_of(open_pkcs12(as_bytes("nonsense"), Secret())) == "Crypto.Pkcs12");
    CHECK(id_of(open("p256.cer", Secret())) == "Crypto.Pkcs12");
    CHECK(id_of(open("bundle.p7b", Secret())) == "Crypto.Pkcs12");
    const Bytes pfx = test::data("openssl-3des.pfx");
    for (std::size_t size = 0; size < pfx.size(); size += 11)
        CHECK(id_of(open_pkcs12(Bytes(pfx.begin(), pfx.begin() + static_cast<std::ptrdiff_t>(size)),
                                test::password())) == "Crypto.Pkcs12");
}

TEST_CASE("a PFX that was changed anywhere is refused or still holds the same") {
    const Bytes pfx = test::data("pbmac1.pfx");
    for (std::size_t at = 0; at < pfx.size(); at += 13) {
        Bytes changed = pfx;
        changed[at] = static_cast<std::uint8_t>(changed[at] ^ 0x11U);
        const auto contents = open_pkcs12(changed, test::password());
        if (contents) check_web_server(*contents);
    }
    CHECK(ERR_peek_error() == 0);
}

TEST_CASE("integrity checks and encryptions nobody knows are named") {
    Bytes pfx = test::data("openssl-modern.pfx");
    // The hash of the MAC becomes one that does not exist.
    const Bytes sha256_oid = *from_hex("06096086480165030402010500");
    const auto at = std::find_end(pfx.begin(), pfx.end(), sha256_oid.begin(), sha256_oid.end());
    REQUIRE(at != pfx.end());
    *(at + 10) = 0x7f;
    CHECK(id_of(open_pkcs12(pfx, test::password())) == "Crypto.Pkcs12");
    pfx = test::data("openssl-empty-legacy-nomac.pfx");
    const Bytes pbe = *from_hex("060a2a864886f70d010c0103");
    const auto found = std::search(pfx.begin(), pfx.end(), pbe.begin(), pbe.end());
    REQUIRE(found != pfx.end());
    *(found + 11) = 0x7f;
    CHECK(id_of(open_pkcs12(pfx, Secret())) == "Crypto.Pkcs12");
}
