#include <catch2/catch_test_macros.hpp>

#include <thread>

#include "base/encoding.hpp"
#include "crypto/digest.hpp"

using namespace certbroker;
using namespace certbroker::crypto;

TEST_CASE("digests give the values of their standards") {
    const ByteView abc = as_bytes("abc");
    CHECK(to_hex(digest(DigestAlgorithm::md5, abc)) == "900150983cd24fb0d6963f7d28e17f72");
    CHECK(to_hex(sha1(abc)) == "a9993e364706816aba3e25717850c26c9cd0d89d");
    CHECK(to_hex(sha256(abc)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(to_hex(digest(DigestAlgorithm::sha384, abc)) ==
          "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7");
    CHECK(to_hex(digest(DigestAlgorithm::sha512, abc)) == "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55"
                                                          "d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e"
                                                          "2a9ac94fa54ca49f");
    CHECK(to_hex(sha256({})) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("digests of several threads do not disturb each other") {
    const Bytes expected = sha256(as_bytes("abc"));
    std::vector<std::thread> threads;
    std::atomic<int> wrong{0};
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 500; ++i) {
                if (sha256(as_bytes("abc")) != expected) ++wrong;
            }
        });
    }
    for (auto &thread : threads)
        thread.join();
    CHECK(wrong == 0);
}

TEST_CASE("digest names are read in any case, with or without a dash") {
    CHECK(parse_digest("SHA256") == DigestAlgorithm::sha256);
    CHECK(parse_digest("sha-256") == DigestAlgorithm::sha256);
    CHECK(parse_digest("Sha-1") == DigestAlgorithm::sha1);
    CHECK(parse_digest("md5") == DigestAlgorithm::md5);
    CHECK(parse_digest("sha384") == DigestAlgorithm::sha384);
    CHECK(parse_digest("SHA512") == DigestAlgorithm::sha512);
    for (const char *unknown : {"", "-", "md2", "md4", "sha", "sha224", "sha2560", "sha256 ", "SHA-512/256"})
        CHECK_FALSE(parse_digest(unknown));
}

TEST_CASE("every digest has a name, an object identifier and a judgement") {
    CHECK(digest_name(DigestAlgorithm::sha256) == "SHA256");
    CHECK(digest_oid(DigestAlgorithm::sha1) == "1.3.14.3.2.26");
    CHECK(digest_oid(DigestAlgorithm::sha512) == "2.16.840.1.101.3.4.2.3");
    CHECK(is_weak(DigestAlgorithm::md5));
    CHECK(is_weak(DigestAlgorithm::sha1));
    CHECK_FALSE(is_weak(DigestAlgorithm::sha256));
}
