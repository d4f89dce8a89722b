#include "base/encoding.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace certbroker;

namespace {

template<class T>
std::string id_of(const Result<T> &result) {
    return result ? "it was read" : result.error().id();
}

} // namespace

TEST_CASE("hex is written and read in both cases") {
    const Bytes bytes{0x00, 0x1f, 0xa0, 0xff};
    CHECK(to_hex(bytes) == "001fa0ff");
    CHECK(to_hex(bytes, true) == "001FA0FF");
    CHECK(*from_hex("001FA0ff") == bytes);
    CHECK(*from_hex(" 00:1f\ta0\r\nff ") == bytes);
    CHECK(from_hex("")->empty());
    for (const char *bad : {"0", "0g", "0 1", "zz", "00-11", "0x00"}) {
        INFO(bad);
        CHECK(id_of(from_hex(bad)) == "Base.Encoding");
    }
    CHECK(from_hex("00 1").error().message().find("character 4") != std::string::npos);
}

TEST_CASE("base64 gives the values of RFC 4648 section 10") {
    const std::vector<std::pair<std::string, std::string>> vectors{{"", ""},
                                                                   {"f", "Zg=="},
                                                                   {"fo", "Zm8="},
                                                                   {"foo", "Zm9v"},
                                                                   {"foob", "Zm9vYg=="},
                                                                   {"fooba", "Zm9vYmE="},
                                                                   {"foobar", "Zm9vYmFy"}};
    for (const auto &[plain, encoded] : vectors) {
        CHECK(to_base64(as_bytes(plain)) == encoded);
        CHECK(equal(*from_base64(encoded), as_bytes(plain)));
    }
    CHECK(to_base64(Bytes{0xfb, 0xff}) == "+/8=");
}

TEST_CASE("base64 takes blanks and missing padding and nothing else") {
    CHECK(equal(*from_base64(" Zm9v\r\nYg "), as_bytes("foob")));
    CHECK(equal(*from_base64("Zm8"), as_bytes("fo")));
    for (const char *bad :
         {"Z", "Zm9vY", "Zm9v=", "Zg=", "Zg===", "====", "=", "Zg==Zg==", "Zm-_", "Zm9v!", "Zm9v\xc3\xa4"}) {
        INFO(bad);
        CHECK(id_of(from_base64(bad)) == "Base.Encoding");
    }
}

TEST_CASE("base64 lines have the length that is asked for and no empty end") {
    CHECK(to_base64(Bytes(48), 64) == std::string(64, 'A'));
    CHECK(to_base64(Bytes(49), 64, "\r\n") == std::string(64, 'A') + "\r\nAA==");
    for (std::size_t size = 0; size < 200; ++size) {
        const Bytes bytes(size, 0x5a);
        CHECK(*from_base64(to_base64(bytes, 64, "\r\n")) == bytes);
    }
}

TEST_CASE("PEM is written as RFC 7468 says and read again") {
    const Bytes bytes(100, 7);
    const std::string pem = to_pem("NEW CERTIFICATE REQUEST", bytes, "\r\n");
    CHECK(pem.starts_with("-----BEGIN NEW CERTIFICATE REQUEST-----\r\n"));
    CHECK(pem.ends_with("\r\n-----END NEW CERTIFICATE REQUEST-----\r\n"));
    CHECK(looks_like_pem(pem));
    CHECK_FALSE(looks_like_pem("0\x82"));
    const auto blocks = *from_pem("text before\n" + pem + "between" + to_pem("X509 CRL", {}) + "after");
    REQUIRE(blocks.size() == 2);
    CHECK(blocks[0].label == "NEW CERTIFICATE REQUEST");
    CHECK(blocks[0].bytes == bytes);
    CHECK(blocks[1].label == "X509 CRL");
    CHECK(blocks[1].bytes.empty());
}

TEST_CASE("PEM that is damaged or too much is refused") {
    CHECK(id_of(from_pem("")) == "Base.Encoding");
    CHECK(id_of(from_pem("-----BEGIN CERTIFICATE")) == "Base.Encoding");
    CHECK(id_of(from_pem("-----BEGIN CERTIFICATE-----\nAAAA\n")) == "Base.Encoding");
    CHECK(id_of(from_pem("-----BEGIN A-----\nAAAA\n-----END B-----\n")) == "Base.Encoding");
    CHECK(id_of(from_pem("-----BEGIN A-----\n?\n-----END A-----\n")) == "Base.Encoding");
    CHECK(id_of(from_pem("-----BEGIN " + std::string(65, 'A') + "-----\n-----END " + std::string(65, 'A') +
                         "-----\n")) == "Base.Encoding");
    std::string many;
    for (int i = 0; i < 101; ++i)
        many += to_pem("A", Bytes{1});
    CHECK(id_of(from_pem(many)) == "Base.TooLarge");
    CHECK(from_pem(many, 101)->size() == 101);
}

TEST_CASE("PEM that is encrypted by its headers is refused with the way out") {
    const auto blocks = from_pem("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: "
                                 "AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n");
    CHECK(id_of(blocks) == "Base.Encoding");
    CHECK(blocks.error().remedy().find("openssl pkcs8") != std::string::npos);
}

TEST_CASE("thumbprints are taken as people paste them") {
    const std::string wanted = "A1B2C3D4E5F60718293A4B5C6D7E8F9001234567";
    for (const char *pasted :
         {"A1B2C3D4E5F60718293A4B5C6D7E8F9001234567", "a1 b2 c3 d4 e5 f6 07 18 29 3a 4b 5c 6d 7e 8f 90 01 23 45 67",
          "A1:B2:C3:D4:E5:F6:07:18:29:3A:4B:5C:6D:7E:8F:90:01:23:45:67",
          "\xe2\x80\x8e"
          "a1b2c3d4e5f60718293a4b5c6d7e8f9001234567",
          "\"a1b2c3d4e5f60718293a4b5c6d7e8f9001234567\"",
          "\xe2\x80\x9c"
          "a1b2c3d4e5f60718293a4b5c6d7e8f9001234567"
          "\xe2\x80\x9d\r\n",
          "\xef\xbb\xbf"
          "a1b2c3d4e5f60718293a4b5c6d7e8f9001234567",
          "a1b2c3d4-e5f60718-293a4b5c-6d7e8f90-01234567\xc2\xa0"}) {
        INFO(pasted);
        CHECK(*normalize_thumbprint(pasted) == wanted);
    }
}

TEST_CASE("what is no SHA-1 thumbprint is refused") {
    for (const std::string &bad :
         {std::string(), std::string(39, 'a'), std::string(41, 'a'), std::string(64, 'a'), std::string(39, 'a') + "g",
          std::string(40, 'a') + "\xc3\xa9", std::string(2000, ' ') + std::string(40, 'a')}) {
        INFO(bad);
        CHECK(id_of(normalize_thumbprint(bad)) == "Base.Argument");
    }
}
