#include <catch2/catch_test_macros.hpp>

#include <openssl/err.h>
#include <openssl/provider.h>

#include "crypto/errors.hpp"
#include "crypto/openssl.hpp"
#include "support.hpp"

using namespace certbroker;
using namespace certbroker::crypto;

TEST_CASE("an OpenSSL failure carries the first reason and code and empties the queue") {
    ERR_clear_error();
    ERR_raise(ERR_LIB_EVP, EVP_R_BAD_DECRYPT);
    ERR_raise(ERR_LIB_CMS, ERR_R_INTERNAL_ERROR);
    const unsigned long code = ERR_peek_error();
    const Error error = openssl::failure("A thing could not be done");
    CHECK(error.id() == "Crypto.OpenSsl");
    CHECK(error.message() == "A thing could not be done: OpenSSL says bad decrypt");
    CHECK(error.numbers().at(ErrorNumber::openssl_code) == static_cast<std::int64_t>(code));
    CHECK(ERR_peek_error() == 0);
}

TEST_CASE("a failure without a reason says so") {
    ERR_clear_error();
    const Error error = openssl::failure(errors::cms, "A thing could not be done");
    CHECK(error.id() == "Crypto.Cms");
    CHECK(error.message() == "A thing could not be done: OpenSSL gives no reason");
}

TEST_CASE("an error scope leaves nothing in the queue") {
    ERR_raise(ERR_LIB_EVP, EVP_R_BAD_DECRYPT);
    {
        const openssl::ErrorScope scope;
        CHECK(ERR_peek_error() == 0);
        ERR_raise(ERR_LIB_EVP, EVP_R_BAD_DECRYPT);
        CHECK_FALSE(openssl::unknown_algorithm());
    }
    CHECK(ERR_peek_error() == 0);
    ERR_raise(ERR_LIB_EVP, EVP_R_UNSUPPORTED_ALGORITHM);
    CHECK(openssl::unknown_algorithm());
    ERR_clear_error();
}

TEST_CASE("weak ciphers stay out of the host's OpenSSL") {
    CHECK(OSSL_PROVIDER_available(openssl::legacy_context(), "legacy") == 1);
    const openssl::Cipher ours(EVP_CIPHER_fetch(openssl::legacy_context(), "DES-CBC", nullptr));
    CHECK(ours != nullptr);
    const openssl::ErrorScope scope;
    CHECK(OSSL_PROVIDER_available(nullptr, "legacy") == 0);
    const openssl::Cipher hosts(EVP_CIPHER_fetch(nullptr, "DES-CBC", nullptr));
    CHECK(hosts == nullptr);
}

TEST_CASE("a certificate is read whole or not at all") {
    Bytes der = test::data("rsa2048.cer");
    CHECK(openssl::read_certificate(der) != nullptr);
    const openssl::ErrorScope scope;
    der.push_back(0);
    CHECK(openssl::read_certificate(der) == nullptr);
    der.pop_back();
    der.pop_back();
    CHECK(openssl::read_certificate(der) == nullptr);
    CHECK(openssl::read_certificate({}) == nullptr);
}
