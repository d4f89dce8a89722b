#include <openssl/pkcs12.h>

#include <gsl/narrow>
#include <gsl/util>

#include "base/der.hpp"
#include "base/encoding.hpp"
#include "base/text.hpp"
#include "crypto/errors.hpp"
#include "crypto/key_encoding.hpp"
#include "crypto/software_key.hpp"

namespace certbroker::crypto {
namespace {

constexpr std::size_t most_key_octets = 1U << 20U;
constexpr std::int64_t most_iterations = 10'000'000;
constexpr std::string_view pbes2_oid = "1.2.840.113549.1.5.13";
constexpr std::string_view pbkdf2_oid = "1.2.840.113549.1.5.12";
constexpr std::string_view scrypt_oid = "1.3.6.1.4.1.11591.4.11";

Error not_readable(std::string why) {
    return fail(errors::key_format, "The private key could not be read: " + std::move(why));
}

Error too_much_work() {
    return fail(errors::key_work, "The private key could not be read: its password protection asks for more than " +
                                      std::to_string(most_iterations) + " iterations");
}

/// How much work the password costs, read before any of it is done (RFC 8018 appendix A, RFC 7914 section 7).
Result<void> check_work(ByteView algorithm_content) {
    der::Reader algorithm(algorithm_content);
    CERTBROKER_TRY(const std::string scheme, algorithm.read_oid());
    CERTBROKER_TRY(der::Reader params, algorithm.enter(der::sequence));
    if (scheme != pbes2_oid) {
        // PBES1 and the PKCS#12 schemes: salt and iterations.
        CERTBROKER_CHECK(params.next(der::octet_string));
        CERTBROKER_TRY(const std::int64_t iterations, params.read_integer());
        if (iterations < 1 || iterations > most_iterations) return too_much_work();
        return {};
    }
    CERTBROKER_TRY(der::Reader derivation, params.enter(der::sequence));
    CERTBROKER_TRY(const std::string kind, derivation.read_oid());
    CERTBROKER_TRY(der::Reader numbers, derivation.enter(der::sequence));
    CERTBROKER_CHECK(numbers.next());
    CERTBROKER_TRY(const std::int64_t first, numbers.read_integer());
    if (kind == pbkdf2_oid) {
        if (first < 1 || first > most_iterations) return too_much_work();
        return {};
    }
    if (kind != scrypt_oid) return not_readable("its key derivation " + kind + " is not supported");
    CERTBROKER_TRY(const std::int64_t block, numbers.read_integer());
    CERTBROKER_TRY(const std::int64_t lanes, numbers.read_integer());
    if (first < 2 || block < 1 || lanes < 1 || first > 1 << 20 || block > 32 || lanes > 16) return too_much_work();
    return {};
}

Result<SecretBytes> decrypt_pkcs8(ByteView der, const Secret &password) {
    const openssl::ErrorScope scope;
    const unsigned char *at = der.data();
    const std::unique_ptr<X509_SIG, openssl::Deleter<X509_SIG_free>> sealed(
        d2i_X509_SIG(nullptr, &at, gsl::narrow<long>(der.size())));
    if (sealed == nullptr || at != der.data() + der.size())
        return openssl::failure(errors::key_format, "The private key could not be read");
    const ByteView text = password.reveal();
    const std::unique_ptr<PKCS8_PRIV_KEY_INFO, openssl::Deleter<PKCS8_PRIV_KEY_INFO_free>> opened(
        PKCS8_decrypt_ex(sealed.get(), text.empty() ? "" : reinterpret_cast<const char *>(text.data()),
                         gsl::narrow<int>(text.size()), openssl::legacy_context(), nullptr));
    if (opened == nullptr) {
        if (openssl::unknown_algorithm())
            return openssl::failure(errors::key_format, "The private key could not be decrypted");
        return fail(errors::key_encrypted, "The private key could not be decrypted: the password is wrong");
    }
    unsigned char *plain = nullptr;
    const int size = i2d_PKCS8_PRIV_KEY_INFO(opened.get(), &plain);
    if (size <= 0) return openssl::failure("The private key could not be decrypted");
    const auto clean = gsl::finally([&] { OPENSSL_clear_free(plain, static_cast<std::size_t>(size)); });
    return SecretBytes(plain, plain + size);
}

/// Tells the forms apart by their first two elements.
Result<DecodedKey> decode(ByteView der, const Secret &password) {
    auto outer = der::read_single(der, der::sequence);
    if (!outer) return not_readable("it is neither DER nor PEM").because(std::move(outer).error());
    der::Reader inside = *outer;
    if (inside.peek() == der::sequence) {
        auto algorithm = inside.next();
        if (!algorithm || inside.peek() != der::octet_string) return not_readable("it is no private key");
        if (!password.given())
            return fail(errors::key_encrypted,
                        "The private key could not be decrypted: it needs a password and none was given");
        if (auto work = check_work(algorithm->content); !work) {
            if (work.error().id() != errors::der.id) return std::move(work).error();
            return not_readable("its encryption is malformed").because(std::move(work).error());
        }
        CERTBROKER_TRY(const SecretBytes plain, decrypt_pkcs8(der, password));
        return decode_pkcs8(plain);
    }
    if (!inside.read_integer()) return not_readable("it is no private key");
    switch (inside.peek()) {
    case der::sequence:
        return decode_pkcs8(der);
    case der::integer:
        return decode_rsa_private(der);
    case der::octet_string:
        return decode_ec_private(der, nullptr);
    default:
        return not_readable("it is no private key");
    }
}

} // namespace

Result<KeyHandle> import_key(ByteView bytes, const Secret &password, std::string uri, bool exportable) {
    if (bytes.size() > most_key_octets)
        return fail(errors::too_large, "The private key could not be read: it is larger than 1 MiB");
    const auto finish = [&](ByteView der) -> Result<KeyHandle> {
        CERTBROKER_TRY(DecodedKey decoded, decode(der, password));
        return make_software_key(std::move(decoded.key), decoded.spec, std::move(uri), exportable);
    };
    if (!looks_like_pem(as_text(bytes))) return finish(bytes);
    auto blocks = from_pem(as_text(bytes));
    if (!blocks) return not_readable("its PEM is malformed").because(std::move(blocks).error());
    const auto clean = gsl::finally([&] {
        for (PemBlock &block : *blocks)
            wipe(block.bytes.data(), block.bytes.size());
    });
    // A file may hold EC PARAMETERS or the certificate as well; the first private key counts.
    for (const PemBlock &block : *blocks) {
        if (block.label == "PRIVATE KEY" || block.label == "ENCRYPTED PRIVATE KEY" ||
            block.label == "RSA PRIVATE KEY" || block.label == "EC PRIVATE KEY")
            return finish(block.bytes);
    }
    return not_readable("the PEM file holds no private key");
}

} // namespace certbroker::crypto
