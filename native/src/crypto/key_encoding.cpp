#include "crypto/key_encoding.hpp"

#include <openssl/core_names.h>
#include <openssl/obj_mac.h>

#include <array>

#include <gsl/narrow>
#include <gsl/util>

#include "base/der.hpp"
#include "crypto/errors.hpp"

namespace certbroker::crypto {
namespace {

constexpr std::array<std::uint8_t, 15> rsa_algorithm{0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
                                                     0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00};
constexpr std::array<std::uint8_t, 21> p256_algorithm{0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
                                                      0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
constexpr std::array<std::uint8_t, 18> p384_algorithm{0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d,
                                                      0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22};
constexpr std::array<std::uint8_t, 18> p521_algorithm{0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d,
                                                      0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23};

const std::array<Curve, 3> curves{{
    {KeyAlgorithm::ecdsa_p256, NID_X9_62_prime256v1, "P-256", 32, p256_algorithm},
    {KeyAlgorithm::ecdsa_p384, NID_secp384r1, "P-384", 48, p384_algorithm},
    {KeyAlgorithm::ecdsa_p521, NID_secp521r1, "P-521", 66, p521_algorithm},
}};

constexpr std::size_t most_modulus_octets = 16384 / 8;

Error key_error(std::string why) {
    return fail(errors::key_format, "The private key could not be read: " + std::move(why));
}

Error unsupported(std::string why) {
    return fail(errors::key_algorithm, "The private key cannot be used: " + std::move(why));
}

/// Everything the reader says about damaged DER, as one kind of failure.
Error malformed(Error cause) {
    return key_error("it is no well-formed key").because(std::move(cause));
}

/// An INTEGER >= 0 as a view, so that no copy of a secret number is left behind.
Result<ByteView> unsigned_view(der::Reader &reader) {
    auto element = reader.next(der::integer);
    if (!element) return malformed(std::move(element).error());
    ByteView content = element->content;
    if (content.empty() || (content[0] & 0x80U) != 0) return key_error("it holds a negative number");
    if (content.size() > 1 && content[0] == 0) content = content.subspan(1);
    if (content.size() > most_modulus_octets) return unsupported("RSA keys have 2048 to 16384 bits");
    return content;
}

openssl::BigNumber number(ByteView big_endian) {
    openssl::BigNumber value(BN_bin2bn(big_endian.data(), gsl::narrow<int>(big_endian.size()), nullptr));
    if (value != nullptr) BN_set_flags(value.get(), BN_FLG_CONSTTIME);
    return value;
}

/// An OSSL_PARAM array with the storage of its numbers.
class Parameters {
public:
    void add_group(const char *name) {
        params_[count_++] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, const_cast<char *>(name), 0);
    }
    void add_octets(const char *key, ByteView value) {
        params_[count_++] =
            OSSL_PARAM_construct_octet_string(key, const_cast<std::uint8_t *>(value.data()), value.size());
    }
    void add_number(const char *key, const BIGNUM *value) {
        SecretBytes &native = numbers_[count_];
        native.resize(static_cast<std::size_t>(BN_num_bytes(value)) + 1);
        (void)BN_bn2nativepad(value, native.data(), gsl::narrow<int>(native.size()));
        params_[count_++] = OSSL_PARAM_construct_BN(key, native.data(), native.size());
    }
    openssl::Pkey make(const char *type, int selection) {
        params_[count_] = OSSL_PARAM_construct_end();
        const openssl::PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
        EVP_PKEY *key = nullptr;
        if (context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
            EVP_PKEY_fromdata(context.get(), &key, selection, params_.data()) != 1)
            return nullptr;
        return openssl::Pkey(key);
    }

private:
    std::array<OSSL_PARAM, 10> params_{};
    std::array<SecretBytes, 10> numbers_;
    std::size_t count_ = 0;
};

/// Making a group costs as much as using it, so each is made once. Never freed: OpenSSL may clean up before us.
const EC_GROUP *group_of(const Curve &curve) {
    static const EC_GROUP *const p256 = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    static const EC_GROUP *const p384 = EC_GROUP_new_by_curve_name(NID_secp384r1);
    static const EC_GROUP *const p521 = EC_GROUP_new_by_curve_name(NID_secp521r1);
    return curve.nid == NID_X9_62_prime256v1 ? p256 : curve.nid == NID_secp384r1 ? p384 : p521;
}

/// The point of that private value, uncompressed; empty when the value is not in 1..order-1.
Bytes public_point(const Curve &curve, const BIGNUM *value) {
    const EC_GROUP *const group = group_of(curve);
    const openssl::BigNumberContext context(BN_CTX_new());
    if (group == nullptr || context == nullptr || BN_is_zero(value) || BN_cmp(value, EC_GROUP_get0_order(group)) >= 0)
        return {};
    const std::unique_ptr<EC_POINT, openssl::Deleter<EC_POINT_free>> point(EC_POINT_new(group));
    Bytes out(2 * curve.field_size + 1);
    if (point == nullptr || EC_POINT_mul(group, point.get(), value, nullptr, nullptr, context.get()) != 1 ||
        EC_POINT_point2oct(group, point.get(), POINT_CONVERSION_UNCOMPRESSED, out.data(), out.size(), context.get()) !=
            out.size())
        return {};
    return out;
}

/// n = pq, and d, dP, dQ and qInv are what they should be: a key with one wrong number would give its factors away
/// with the first signature. Primality is not asked: that takes minutes for a long key and protects nobody from
/// himself.
bool rsa_numbers_fit(const std::array<openssl::BigNumber, 8> &v) {
    enum { n, e, d, p, q, dp, dq, qi };
    const openssl::BigNumberContext context(BN_CTX_new());
    openssl::BigNumber product(BN_new());
    openssl::BigNumber exponents(BN_new());
    openssl::BigNumber rest(BN_new());
    openssl::BigNumber p1(BN_dup(v[p].get()));
    openssl::BigNumber q1(BN_dup(v[q].get()));
    if (context == nullptr || product == nullptr || exponents == nullptr || rest == nullptr || p1 == nullptr ||
        q1 == nullptr)
        return false;
    BN_CTX *c = context.get();
    if (BN_is_odd(v[p].get()) == 0 || BN_is_odd(v[q].get()) == 0 || BN_is_one(v[p].get()) || BN_is_one(v[q].get()))
        return false;
    if (BN_sub_word(p1.get(), 1) != 1 || BN_sub_word(q1.get(), 1) != 1) return false;
    if (BN_mul(product.get(), v[p].get(), v[q].get(), c) != 1 || BN_cmp(product.get(), v[n].get()) != 0) return false;
    if (BN_mul(exponents.get(), v[d].get(), v[e].get(), c) != 1) return false;
    const auto is_rest = [&](const BIGNUM *value, const BIGNUM *modulus, const BIGNUM *wanted) {
        return BN_nnmod(rest.get(), value, modulus, c) == 1 && BN_cmp(rest.get(), wanted) == 0;
    };
    const auto is_one_modulo = [&](const BIGNUM *value, const BIGNUM *modulus) {
        return BN_nnmod(rest.get(), value, modulus, c) == 1 && BN_is_one(rest.get());
    };
    if (!is_one_modulo(exponents.get(), p1.get()) || !is_one_modulo(exponents.get(), q1.get())) return false;
    if (!is_rest(v[d].get(), p1.get(), v[dp].get()) || !is_rest(v[d].get(), q1.get(), v[dq].get())) return false;
    return BN_mul(product.get(), v[qi].get(), v[q].get(), c) == 1 && is_one_modulo(product.get(), v[p].get());
}

constexpr std::array<const char *, 8> rsa_parameters{OSSL_PKEY_PARAM_RSA_N,         OSSL_PKEY_PARAM_RSA_E,
                                                     OSSL_PKEY_PARAM_RSA_D,         OSSL_PKEY_PARAM_RSA_FACTOR1,
                                                     OSSL_PKEY_PARAM_RSA_FACTOR2,   OSSL_PKEY_PARAM_RSA_EXPONENT1,
                                                     OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1};

openssl::BigNumber parameter(const EVP_PKEY *key, const char *name) {
    BIGNUM *value = nullptr;
    (void)EVP_PKEY_get_bn_param(key, name, &value);
    return openssl::BigNumber(value);
}

/// Appends an INTEGER >= 0 without a copy that would not be wiped.
void write_number(der::Writer &writer, const BIGNUM *value) {
    SecretBytes octets(static_cast<std::size_t>(BN_num_bytes(value)));
    (void)BN_bn2bin(value, octets.data());
    writer.unsigned_integer(octets);
}

} // namespace

const Curve *curve_of(KeyAlgorithm algorithm) noexcept {
    return algorithm == KeyAlgorithm::rsa ? nullptr : &curves[static_cast<std::size_t>(algorithm) - 1];
}

const Curve *curve_of(ByteView algorithm_der) noexcept {
    for (const Curve &curve : curves) {
        if (equal(curve.algorithm_der, algorithm_der)) return &curve;
    }
    return nullptr;
}

ByteView rsa_algorithm_der() noexcept {
    return rsa_algorithm;
}

Result<Bytes> encode_spki(EVP_PKEY *key, const KeySpec &spec) {
    der::Writer writer;
    if (const Curve *curve = curve_of(spec.algorithm)) {
        std::array<std::uint8_t, 133> point{};
        std::size_t size = 0;
        if (EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size(), &size) != 1 ||
            size != 2 * curve->field_size + 1 || point[0] != 0x04)
            return openssl::failure("The public key could not be encoded");
        writer.reserve(192);
        writer.nest(der::sequence,
                    [&](der::Writer &w) { w.raw(curve->algorithm_der).bits(ByteView(point).first(size)); });
        return std::move(writer).take();
    }
    const openssl::BigNumber n = parameter(key, OSSL_PKEY_PARAM_RSA_N);
    const openssl::BigNumber e = parameter(key, OSSL_PKEY_PARAM_RSA_E);
    if (n == nullptr || e == nullptr) return openssl::failure("The public key could not be encoded");
    der::Writer inner;
    inner.nest(der::sequence, [&](der::Writer &w) {
        write_number(w, n.get());
        write_number(w, e.get());
    });
    writer.nest(der::sequence, [&](der::Writer &w) { w.raw(rsa_algorithm).bits(inner.bytes()); });
    return std::move(writer).take();
}

Result<SecretBytes> encode_pkcs8(EVP_PKEY *key, const KeySpec &spec) {
    der::Writer writer;
    // Room for the longest key, so that the buffer never moves and there is one copy to wipe.
    const Curve *curve = curve_of(spec.algorithm);
    writer.reserve(curve != nullptr ? 512 : 256 + spec.bits * 5 / 8);
    const std::size_t outer = writer.begin(der::sequence);
    writer.integer(0).raw(curve != nullptr ? curve->algorithm_der : ByteView(rsa_algorithm));
    const std::size_t octets = writer.begin(der::octet_string);
    const std::size_t inner = writer.begin(der::sequence);
    bool whole = true;
    if (curve != nullptr) {
        const openssl::BigNumber value = parameter(key, OSSL_PKEY_PARAM_PRIV_KEY);
        std::array<std::uint8_t, 66> secret{};
        const auto clean = gsl::finally([&] { wipe(secret.data(), secret.size()); });
        std::array<std::uint8_t, 133> point{};
        std::size_t size = 0;
        whole = value != nullptr && BN_bn2binpad(value.get(), secret.data(), gsl::narrow<int>(curve->field_size)) > 0 &&
                EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size(), &size) == 1;
        writer.integer(1).octets(ByteView(secret).first(curve->field_size));
        writer.nest(der::context(1, true), [&](der::Writer &w) { w.bits(ByteView(point).first(size)); });
    } else {
        writer.integer(0);
        for (const char *name : rsa_parameters) {
            const openssl::BigNumber value = parameter(key, name);
            whole = whole && value != nullptr;
            if (value != nullptr) write_number(writer, value.get());
        }
    }
    writer.end(inner);
    writer.end(octets);
    writer.end(outer);
    Bytes plain = std::move(writer).take();
    const auto clean = gsl::finally([&] { wipe(plain.data(), plain.size()); });
    if (!whole) return openssl::failure("The private key could not be encoded");
    return SecretBytes(plain.begin(), plain.end());
}

Result<DecodedKey> decode_pkcs8(ByteView der) {
    auto outer = der::read_single(der, der::sequence);
    if (!outer) return malformed(std::move(outer).error());
    auto version = outer->read_integer();
    auto algorithm = outer->next(der::sequence);
    auto octets = outer->next(der::octet_string);
    if (!version || !algorithm || !octets) return key_error("it is no PKCS#8 structure");
    if (*version != 0 && *version != 1) return key_error("its PKCS#8 version is unknown");
    // RFC 5208 allows rsaEncryption only with NULL; keys with the parameters left out are met all the same.
    constexpr std::array<std::uint8_t, 13> rsa_without_null{0x30, 0x0b, 0x06, 0x09, 0x2a, 0x86, 0x48,
                                                            0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01};
    if (equal(algorithm->whole, rsa_algorithm) || equal(algorithm->whole, rsa_without_null))
        return decode_rsa_private(octets->content);
    if (const Curve *curve = curve_of(algorithm->whole)) return decode_ec_private(octets->content, curve);
    auto oid = der::Reader(algorithm->content).read_oid();
    if (!oid) return malformed(std::move(oid).error());
    return unsupported(*oid == "1.2.840.10045.2.1" ? "its curve is none of P-256, P-384 and P-521"
                                                   : "its algorithm " + *oid + " is not supported");
}

Result<DecodedKey> decode_rsa_private(ByteView der) {
    auto reader = der::read_single(der, der::sequence);
    if (!reader) return malformed(std::move(reader).error());
    auto version = reader->read_integer();
    if (!version) return malformed(std::move(version).error());
    if (*version != 0) return unsupported("it has more than two primes");
    std::array<openssl::BigNumber, 8> values;
    for (auto &value : values) {
        CERTBROKER_TRY(const ByteView view, unsigned_view(*reader));
        value = number(view);
        if (value == nullptr) return openssl::failure("The private key could not be read");
    }
    if (!reader->empty()) return key_error("there is something behind its end");
    const int bits = BN_num_bits(values[0].get());
    if (bits < 2048 || bits > 16384)
        return unsupported("RSA keys have 2048 to 16384 bits, this one has " + std::to_string(bits));
    if (BN_num_bits(values[1].get()) > 64 || BN_is_odd(values[1].get()) == 0 || BN_is_one(values[1].get()))
        return key_error("its public exponent is not allowed");
    const openssl::ErrorScope scope;
    if (!rsa_numbers_fit(values)) return key_error("its numbers do not belong together");
    Parameters parameters;
    for (std::size_t i = 0; i < values.size(); ++i)
        parameters.add_number(rsa_parameters[i], values[i].get());
    openssl::Pkey key = parameters.make("RSA", EVP_PKEY_KEYPAIR);
    if (key == nullptr) return openssl::failure(errors::key_format, "The private key could not be read");
    return DecodedKey{std::move(key), {KeyAlgorithm::rsa, static_cast<std::uint32_t>(bits)}};
}

Result<DecodedKey> decode_ec_private(ByteView der, const Curve *curve) {
    auto reader = der::read_single(der, der::sequence);
    if (!reader) return malformed(std::move(reader).error());
    auto version = reader->read_integer();
    auto secret = reader->next(der::octet_string);
    if (!version || *version != 1 || !secret) return key_error("it is no elliptic curve key");
    if (reader->peek() == der::context(0, true)) {
        auto named = reader->next();
        if (!named) return malformed(std::move(named).error());
        // The same curve as an AlgorithmIdentifier, for one look-up of both forms.
        der::Writer algorithm;
        algorithm.nest(der::sequence, [&](der::Writer &w) { w.oid("1.2.840.10045.2.1").raw(named->content); });
        const Curve *inside = curve_of(ByteView(algorithm.bytes()));
        if (inside == nullptr) return unsupported("its curve is none of P-256, P-384 and P-521");
        if (curve != nullptr && curve != inside) return key_error("it names two curves");
        curve = inside;
    }
    if (curve == nullptr) return key_error("it does not say its curve");
    const openssl::ErrorScope scope;
    if (secret->content.size() > curve->field_size) return key_error("its number is too long for its curve");
    const openssl::BigNumber value = number(secret->content);
    const Bytes point = value != nullptr ? public_point(*curve, value.get()) : Bytes();
    if (point.empty()) return key_error("its number is not on its curve");
    if (reader->peek() == der::context(1, true)) {
        auto holder = reader->enter(der::context(1, true));
        if (!holder) return malformed(std::move(holder).error());
        auto bits = holder->read_bits();
        if (!bits) return malformed(std::move(bits).error());
        const bool compressed = bits->size() == curve->field_size + 1 && ((*bits)[0] == 2 || (*bits)[0] == 3);
        const bool same = compressed ? equal(ByteView(*bits).subspan(1), ByteView(point).subspan(1, curve->field_size))
                                     : *bits == point;
        if (!same) return key_error("its public and private halves do not belong together");
    }
    if (!reader->empty()) return key_error("there is something behind its end");
    Parameters parameters;
    parameters.add_group(curve->group);
    parameters.add_octets(OSSL_PKEY_PARAM_PUB_KEY, point);
    parameters.add_number(OSSL_PKEY_PARAM_PRIV_KEY, value.get());
    openssl::Pkey key = parameters.make("EC", EVP_PKEY_KEYPAIR);
    if (key == nullptr) return openssl::failure(errors::key_format, "The private key could not be read");
    return DecodedKey{std::move(key),
                      {curve->algorithm, curve->algorithm == KeyAlgorithm::ecdsa_p521
                                             ? 521U
                                             : static_cast<std::uint32_t>(curve->field_size * 8)}};
}

openssl::Pkey make_public_key(ByteView spki_der) {
    auto outer = der::read_single(spki_der, der::sequence);
    if (!outer) return nullptr;
    auto algorithm = outer->next(der::sequence);
    if (!algorithm) return nullptr;
    if (const Curve *curve = curve_of(algorithm->whole)) {
        auto bits = outer->read_bits();
        if (!bits) return nullptr;
        Parameters parameters;
        parameters.add_group(curve->group);
        parameters.add_octets(OSSL_PKEY_PARAM_PUB_KEY, *bits);
        return parameters.make("EC", EVP_PKEY_PUBLIC_KEY);
    }
    const unsigned char *at = spki_der.data();
    return openssl::Pkey(d2i_PUBKEY(nullptr, &at, gsl::narrow<long>(spki_der.size())));
}

} // namespace certbroker::crypto
