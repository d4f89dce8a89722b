#include <openssl/rsa.h>

#include <bit>
#include <mutex>

#include "base/der.hpp"
#include "crypto/errors.hpp"
#include "crypto/key.hpp"
#include "crypto/key_encoding.hpp"
#include "crypto/openssl.hpp"
#include "crypto/signature_algorithm.hpp"

namespace certbroker::crypto {
namespace {

using Family = ParsedSignature::Family;

Error malformed(std::string why) {
    return fail(errors::key_format, "A public key could not be read: " + std::move(why));
}

Error not_valid(std::string why) {
    return fail(errors::signature, "A signature could not be verified: " + std::move(why));
}

std::uint32_t bit_length(ByteView number) {
    if (number.empty()) return 0;
    return static_cast<std::uint32_t>((number.size() - 1) * 8 + static_cast<std::size_t>(std::bit_width(number[0])));
}

bool set_up(EVP_PKEY_CTX *context, const ParsedSignature &scheme) {
    if (EVP_PKEY_verify_init(context) != 1) return false;
    if (scheme.family == Family::ecdsa) return true;
    if (EVP_PKEY_CTX_set_rsa_padding(context,
                                     scheme.family == Family::rsa_pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING) != 1)
        return false;
    if (EVP_PKEY_CTX_set_signature_md(context, openssl::fetched(*scheme.digest)) != 1) return false;
    return scheme.family != Family::rsa_pss ||
           (EVP_PKEY_CTX_set_rsa_mgf1_md(context, openssl::fetched(*scheme.mgf_digest)) == 1 &&
            EVP_PKEY_CTX_set_rsa_pss_saltlen(context, scheme.salt_length) == 1);
}

} // namespace

struct PublicKey::State {
    Bytes spki;
    std::optional<KeySpec> spec;
    std::string text;
    Bytes sha256;
    Bytes key_identifier;

    /// Made by the first signature to verify; most keys are only looked at.
    EVP_PKEY *native() const {
        std::call_once(once, [this] { key = make_public_key(spki); });
        return key.get();
    }

private:
    mutable std::once_flag once;
    mutable openssl::Pkey key;
};

Result<PublicKey> PublicKey::parse(ByteView spki_der) {
    auto outer = der::read_single(spki_der, der::sequence);
    if (!outer) return malformed("it is no SubjectPublicKeyInfo").because(std::move(outer).error());
    auto algorithm = outer->next(der::sequence);
    auto bits = outer->next(der::bit_string);
    if (!algorithm || !bits || !outer->empty()) return malformed("it is no SubjectPublicKeyInfo");
    if (bits->content.size() < 2 || bits->content[0] != 0) return malformed("its bits are empty or not whole octets");
    const ByteView content = bits->content.subspan(1);
    auto state = std::make_shared<State>();
    if (const Curve *curve = curve_of(algorithm->whole)) {
        const bool whole = content[0] == 4 && content.size() == 2 * curve->field_size + 1;
        const bool compressed = (content[0] == 2 || content[0] == 3) && content.size() == curve->field_size + 1;
        if (!whole && !compressed) return malformed("its point does not fit its curve");
        auto spec = checked_key_spec(curve->algorithm, 0);
        state->spec = *spec;
        state->text = key_algorithm_name(curve->algorithm);
    } else {
        auto oid = der::Reader(algorithm->content).read_oid();
        if (!oid) return malformed("its algorithm is no object identifier").because(std::move(oid).error());
        state->text = *oid;
        if (*oid == "1.2.840.113549.1.1.1") {
            auto numbers = der::read_single(content, der::sequence);
            if (!numbers) return malformed("it is no RSA key").because(std::move(numbers).error());
            auto modulus = numbers->read_unsigned();
            auto exponent = numbers->read_unsigned();
            if (!modulus || !exponent || !numbers->empty()) return malformed("it is no RSA key");
            const std::uint32_t size = bit_length(*modulus);
            state->text = "RSA " + std::to_string(size);
            if (size >= 2048 && size <= 16384) state->spec = KeySpec{KeyAlgorithm::rsa, size};
        }
    }
    state->spki = to_bytes(spki_der);
    state->sha256 = crypto::sha256(spki_der);
    state->key_identifier = sha1(content);
    return PublicKey(std::move(state));
}

const Bytes &PublicKey::spki() const noexcept {
    return state_->spki;
}

const std::optional<KeySpec> &PublicKey::spec() const noexcept {
    return state_->spec;
}

std::string PublicKey::algorithm_text() const {
    return state_->text;
}

const Bytes &PublicKey::sha256() const noexcept {
    return state_->sha256;
}

const Bytes &PublicKey::key_identifier() const noexcept {
    return state_->key_identifier;
}

Result<void> PublicKey::verify(ByteView algorithm_der, ByteView data, ByteView signature) const {
    auto scheme = parse_signature_algorithm(algorithm_der);
    if (!scheme) return not_valid("its algorithm could not be read").because(std::move(scheme).error());
    const bool keyed_by_rsa = scheme->family == Family::rsa || scheme->family == Family::rsa_pss;
    if (scheme->family == Family::other ||
        (scheme->family != Family::eddsa &&
         (!scheme->digest || (scheme->family == Family::rsa_pss && !scheme->mgf_digest))))
        return fail(errors::digest_algorithm,
                    "A signature could not be verified: the algorithm " + scheme->name + " is not supported");
    if (scheme->digest && openssl::fetched(*scheme->digest) == nullptr)
        return fail(errors::digest_algorithm, "A signature could not be verified: this system's OpenSSL has no " +
                                                  std::string(digest_name(*scheme->digest)));
    const openssl::ErrorScope scope;
    EVP_PKEY *key = state_->native();
    if (key == nullptr)
        return openssl::failure(errors::key_format, "A signature could not be verified: the public key is not valid");
    const int type = EVP_PKEY_get_base_id(key);
    const bool fits = keyed_by_rsa
                          ? type == EVP_PKEY_RSA || (type == EVP_PKEY_RSA_PSS && scheme->family == Family::rsa_pss)
                      : scheme->family == Family::ecdsa ? type == EVP_PKEY_EC
                                                        : type == EVP_PKEY_ED25519 || type == EVP_PKEY_ED448;
    if (!fits) return not_valid("it is of another algorithm than the key");
    if (scheme->family == Family::eddsa) {
        const openssl::DigestContext context(EVP_MD_CTX_new());
        if (context == nullptr ||
            EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key, nullptr) != 1)
            return openssl::failure("A signature could not be verified");
        if (EVP_DigestVerify(context.get(), signature.data(), signature.size(), data.data(), data.size()) != 1)
            return not_valid("it does not belong to this text and key");
        return {};
    }
    const openssl::PkeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    if (context == nullptr || !set_up(context.get(), *scheme))
        return openssl::failure("A signature could not be verified");
    const Bytes hash = digest(*scheme->digest, data);
    if (EVP_PKEY_verify(context.get(), signature.data(), signature.size(), hash.data(), hash.size()) != 1)
        return not_valid("it does not belong to this text and key");
    return {};
}

} // namespace certbroker::crypto
