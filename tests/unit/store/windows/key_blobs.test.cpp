#include "store/windows/key_blobs.hpp"

#include <array>
#include <cstring>

#include "base/file.hpp"
#include "windows/world.hpp"

using namespace certbroker;
using namespace certbroker::store;
using namespace certbroker::store::test;

namespace {

Bytes data(const std::string &name) {
    return must(file::read(std::filesystem::path(CERTBROKER_TEST_DATA) / "crypto" / name, 1U << 20U));
}

template<class Head>
Bytes with_head(const Head &head, ByteView rest) {
    const auto *bytes = reinterpret_cast<const std::uint8_t *>(&head);
    Bytes out(bytes, bytes + sizeof head);
    for (const std::uint8_t octet : rest)
        out.push_back(octet);
    return out;
}

} // namespace

TEST_CASE("An RSA key goes into CryptoAPI's form and comes back the same") {
    for (const char *name : {"rsa2048.pk8.der", "rsa16384.pk8.der"}) {
        INFO(name);
        const Bytes pkcs8 = data(name);
        const SecretBytes blob = must(capi_blob_from_pkcs8(pkcs8, CALG_RSA_KEYX));
        BLOBHEADER header{};
        std::memcpy(&header, blob.data(), sizeof header);
        CHECK(header.bType == PRIVATEKEYBLOB);
        CHECK(header.aiKeyAlg == CALG_RSA_KEYX);
        CHECK(equal(must(pkcs8_from_capi_blob(blob)), pkcs8));
    }
}

TEST_CASE("Keys that CryptoAPI cannot hold are refused, and so is what is no key") {
    CHECK(id_of(capi_blob_from_pkcs8(data("p256.pk8.der"), CALG_RSA_KEYX)) == "Store.KeyKind");
    CHECK(id_of(capi_blob_from_pkcs8(as_bytes("no key"), CALG_RSA_KEYX)) == "Base.Der");
    SecretBytes blob = must(capi_blob_from_pkcs8(data("rsa2048.pk8.der"), CALG_RSA_KEYX));
    CHECK(id_of(pkcs8_from_capi_blob(ByteView(blob).first(blob.size() - 1))) == "Crypto.KeyFormat");
    CHECK(id_of(pkcs8_from_capi_blob(ByteView(blob).first(10))) == "Crypto.KeyFormat");
    blob[0] = PUBLICKEYBLOB;
    CHECK(id_of(pkcs8_from_capi_blob(blob)) == "Crypto.KeyFormat");
}

TEST_CASE("Public keys become what certificates hold") {
    const Bytes expected = data("rsa2048.spki.der");
    // A private blob begins as the public one does.
    SecretBytes blob = must(capi_blob_from_pkcs8(data("rsa2048.pk8.der"), CALG_RSA_KEYX));
    blob[sizeof(BLOBHEADER) + 3] = '1'; // "RSA1"
    CHECK(must(spki_from_capi(blob)) == expected);
    CHECK(id_of(spki_from_capi(ByteView(blob).first(100))) == "Crypto.KeyFormat");
    CHECK(id_of(spki_from_capi(ByteView(blob).first(4))) == "Crypto.KeyFormat");

    const std::size_t size = 2048 / 8;
    const Bytes modulus(blob.rend() - (20 + static_cast<std::ptrdiff_t>(size)), blob.rend() - 20);
    Bytes numbers{1, 0, 1};
    numbers.insert(numbers.end(), modulus.begin(), modulus.end());
    const BCRYPT_RSAKEY_BLOB head{BCRYPT_RSAPUBLIC_MAGIC, 2048, 3, static_cast<ULONG>(size), 0, 0};
    const Bytes rsa = with_head(head, numbers);
    CHECK(must(spki_from_cng(rsa)) == expected);
    CHECK(id_of(spki_from_cng(ByteView(rsa).first(rsa.size() - 1))) == "Crypto.KeyFormat");
    CHECK(id_of(spki_from_cng(ByteView(rsa).first(3))) == "Crypto.KeyFormat");

    struct Curve {
        const char *file;
        ULONG size, ecdsa, ecdh;
    };
    for (const Curve &curve :
         {Curve{"p256.spki.der", 32, BCRYPT_ECDSA_PUBLIC_P256_MAGIC, BCRYPT_ECDH_PUBLIC_P256_MAGIC},
          Curve{"p384.spki.der", 48, BCRYPT_ECDSA_PUBLIC_P384_MAGIC, BCRYPT_ECDH_PUBLIC_P384_MAGIC},
          Curve{"p521.spki.der", 66, BCRYPT_ECDSA_PUBLIC_P521_MAGIC, BCRYPT_ECDH_PUBLIC_P521_MAGIC}}) {
        INFO(curve.file);
        const Bytes spki = data(curve.file);
        const ByteView point = ByteView(spki).last(2 * std::size_t{curve.size});
        for (const ULONG magic : {curve.ecdsa, curve.ecdh}) {
            const BCRYPT_ECCKEY_BLOB curve_head{magic, curve.size};
            CHECK(must(spki_from_cng(with_head(curve_head, point))) == spki);
            CHECK(id_of(spki_from_cng(with_head(curve_head, point.first(10)))) == "Crypto.KeyFormat");
        }
    }
    const BCRYPT_ECCKEY_BLOB foreign{0x12345678, 32};
    CHECK(id_of(spki_from_cng(with_head(foreign, Bytes(64)))) == "Crypto.KeyAlgorithm");
}

TEST_CASE("r and s become a signature as certificates carry it") {
    Bytes raw(64, 0);
    raw[31] = 0x80; // needs a sign octet
    raw[63] = 0x01; // loses its leading zeros
    CHECK(to_hex(ecdsa_signature_der(raw)) == "30070202008002"
                                              "0101");
}
