#include "store/windows/key_blobs.hpp"

#include <array>
#include <cstring>

#include <gsl/narrow>

#include "base/der.hpp"
#include "crypto/errors.hpp"
#include "store/errors.hpp"

namespace certbroker::store {
namespace {

constexpr std::string_view rsa_oid = "1.2.840.113549.1.1.1";
constexpr std::string_view ec_oid = "1.2.840.10045.2.1";
constexpr std::uint32_t rsa1 = 0x31415352; // "RSA1", as in RSAPUBKEY of a public key
constexpr std::uint32_t rsa2 = 0x32415352; // "RSA2", with the private part

Error not_readable(std::string_view why) {
    return fail(errors::key_format,
                "The key could not be read: what Windows gave for it is no key (" + std::string(why) + ")");
}

Error no_fit(std::string_view why) {
    return fail(errors::store_key_kind,
                "The private key could not be stored: a CryptoAPI provider takes RSA keys only, and " +
                    std::string(why));
}

Bytes rsa_spki(ByteView modulus, ByteView exponent) {
    der::Writer key;
    key.nest(der::sequence, [&](der::Writer &w) { w.unsigned_integer(modulus).unsigned_integer(exponent); });
    der::Writer spki;
    spki.nest(der::sequence, [&](der::Writer &w) {
        w.nest(der::sequence, [](der::Writer &a) { a.oid(rsa_oid).null(); });
        w.bits(key.bytes());
    });
    return std::move(spki).take();
}

std::string_view curve_oid(ULONG magic) noexcept {
    switch (magic) {
    case BCRYPT_ECDSA_PUBLIC_P256_MAGIC:
    case BCRYPT_ECDH_PUBLIC_P256_MAGIC: // what Windows calls a key that it got without a word about its use
        return "1.2.840.10045.3.1.7";
    case BCRYPT_ECDSA_PUBLIC_P384_MAGIC:
    case BCRYPT_ECDH_PUBLIC_P384_MAGIC:
        return "1.3.132.0.34";
    case BCRYPT_ECDSA_PUBLIC_P521_MAGIC:
    case BCRYPT_ECDH_PUBLIC_P521_MAGIC:
        return "1.3.132.0.35";
    default:
        return {};
    }
}

/// Little-endian numbers of a fixed length, one after the other.
class BlobReader {
public:
    explicit BlobReader(ByteView rest) : rest_(rest) {}
    bool has(std::size_t size) const noexcept { return rest_.size() >= size; }
    ByteView take(std::size_t size) noexcept {
        const ByteView taken = rest_.first(size);
        rest_ = rest_.subspan(size);
        return taken;
    }

private:
    ByteView rest_;
};

/// DER that holds secrets: made in wiped memory, from the inside out.
void append_header(SecretBytes &out, std::uint8_t tag, std::size_t size) {
    out.push_back(tag);
    if (size < 0x80) {
        out.push_back(static_cast<std::uint8_t>(size));
        return;
    }
    const unsigned octets = size > 0xff ? 2 : 1;
    out.push_back(static_cast<std::uint8_t>(0x80U | octets));
    if (octets == 2) out.push_back(static_cast<std::uint8_t>(size >> 8U));
    out.push_back(static_cast<std::uint8_t>(size));
}

void append_little_endian(SecretBytes &out, ByteView number) {
    while (number.size() > 1 && number.back() == 0)
        number = number.first(number.size() - 1);
    const bool sign_octet = number.back() >= 0x80;
    append_header(out, der::integer, number.size() + (sign_octet ? 1 : 0));
    if (sign_octet) out.push_back(0);
    out.insert(out.end(), number.rbegin(), number.rend());
}

SecretBytes wrapped(std::uint8_t tag, const SecretBytes &content) {
    SecretBytes out;
    out.reserve(content.size() + 4);
    append_header(out, tag, content.size());
    out.insert(out.end(), content.begin(), content.end());
    return out;
}

/// An INTEGER >= 0 without its sign octet. A view: nothing secret is copied.
Result<ByteView> read_number(der::Reader &reader) {
    CERTBROKER_TRY(const der::Element element, reader.next(der::integer));
    ByteView content = element.content;
    while (content.size() > 1 && content.front() == 0)
        content = content.subspan(1);
    return content;
}

} // namespace

Result<Bytes> spki_from_cng(ByteView blob) {
    BCRYPT_KEY_BLOB kind{};
    if (blob.size() < sizeof kind) return not_readable("it is too short");
    std::memcpy(&kind, blob.data(), sizeof kind);
    if (kind.Magic == BCRYPT_RSAPUBLIC_MAGIC) {
        BCRYPT_RSAKEY_BLOB head{};
        if (blob.size() < sizeof head) return not_readable("it is too short");
        std::memcpy(&head, blob.data(), sizeof head);
        BlobReader reader(blob.subspan(sizeof head));
        if (!reader.has(std::size_t{head.cbPublicExp} + head.cbModulus)) return not_readable("it is too short");
        const ByteView exponent = reader.take(head.cbPublicExp);
        return rsa_spki(reader.take(head.cbModulus), exponent);
    }
    const std::string_view curve = curve_oid(kind.Magic);
    BCRYPT_ECCKEY_BLOB head{};
    if (curve.empty())
        return fail(errors::key_algorithm, "The key could not be opened: it is neither an RSA key nor on one of the "
                                           "curves P-256, P-384 and P-521");
    std::memcpy(&head, blob.data(), sizeof head);
    if (blob.size() < sizeof head + 2 * std::size_t{head.cbKey}) return not_readable("it is too short");
    Bytes point{0x04};
    const ByteView coordinates = blob.subspan(sizeof head, 2 * std::size_t{head.cbKey});
    point.insert(point.end(), coordinates.begin(), coordinates.end());
    der::Writer spki;
    spki.nest(der::sequence, [&](der::Writer &w) {
        w.nest(der::sequence, [&](der::Writer &a) { a.oid(ec_oid).oid(curve); });
        w.bits(point);
    });
    return std::move(spki).take();
}

Result<Bytes> spki_from_capi(ByteView blob) {
    RSAPUBKEY head{};
    if (blob.size() < sizeof(BLOBHEADER) + sizeof head) return not_readable("it is too short");
    std::memcpy(&head, blob.data() + sizeof(BLOBHEADER), sizeof head);
    const std::size_t size = head.bitlen / 8;
    const ByteView modulus = blob.subspan(sizeof(BLOBHEADER) + sizeof head);
    if (head.magic != rsa1 || modulus.size() < size) return not_readable("it is no RSA public key");
    const Bytes big_endian(modulus.first(size).rbegin(), modulus.first(size).rend());
    const std::array<std::uint8_t, 4> exponent{
        static_cast<std::uint8_t>(head.pubexp >> 24U), static_cast<std::uint8_t>(head.pubexp >> 16U),
        static_cast<std::uint8_t>(head.pubexp >> 8U), static_cast<std::uint8_t>(head.pubexp)};
    return rsa_spki(big_endian, exponent);
}

Result<SecretBytes> capi_blob_from_pkcs8(ByteView pkcs8, ALG_ID algorithm) {
    CERTBROKER_TRY(der::Reader outer, der::read_single(pkcs8, der::sequence));
    CERTBROKER_CHECK(outer.next(der::integer));
    CERTBROKER_TRY(der::Reader kind, outer.enter(der::sequence));
    CERTBROKER_TRY(const std::string oid, kind.read_oid());
    if (oid != rsa_oid) return no_fit("this is another kind of key");
    CERTBROKER_TRY(const der::Element inner, outer.next(der::octet_string));
    CERTBROKER_TRY(der::Reader numbers, der::read_single(inner.content, der::sequence));
    CERTBROKER_CHECK(numbers.next(der::integer)); // the version; three primes are refused where keys are read
    CERTBROKER_TRY(const ByteView n, read_number(numbers));
    CERTBROKER_TRY(const ByteView e, read_number(numbers));
    CERTBROKER_TRY(const ByteView d, read_number(numbers));
    std::array<ByteView, 5> halves; // p, q, d mod p-1, d mod q-1, q^-1 mod p
    for (ByteView &half : halves) {
        CERTBROKER_TRY(half, read_number(numbers));
    }
    const std::size_t size = n.size();
    const std::size_t half_size = size / 2;
    if (size % 2 != 0 || e.size() > 4) return no_fit("none of an odd length or with a long public exponent");
    for (const ByteView half : halves) {
        if (half.size() > half_size) return no_fit("none whose primes have different lengths");
    }
    BLOBHEADER header{};
    header.bType = PRIVATEKEYBLOB;
    header.bVersion = CUR_BLOB_VERSION;
    header.aiKeyAlg = algorithm;
    RSAPUBKEY rsa{};
    rsa.magic = rsa2;
    rsa.bitlen = gsl::narrow<DWORD>(size * 8);
    for (const std::uint8_t octet : e)
        rsa.pubexp = rsa.pubexp << 8U | octet;
    SecretBytes blob;
    blob.reserve(sizeof header + sizeof rsa + size + 5 * half_size + size);
    const auto append = [&blob](const void *from, std::size_t count) {
        const auto *bytes = static_cast<const std::uint8_t *>(from);
        blob.insert(blob.end(), bytes, bytes + count);
    };
    const auto append_number = [&blob](ByteView number, std::size_t fill_to) {
        blob.insert(blob.end(), number.rbegin(), number.rend());
        blob.insert(blob.end(), fill_to - number.size(), 0);
    };
    append(&header, sizeof header);
    append(&rsa, sizeof rsa);
    append_number(n, size);
    for (const ByteView half : halves)
        append_number(half, half_size);
    append_number(d, size);
    return blob;
}

Result<SecretBytes> pkcs8_from_capi_blob(ByteView blob) {
    BLOBHEADER header{};
    RSAPUBKEY rsa{};
    if (blob.size() < sizeof header + sizeof rsa) return not_readable("it is too short");
    std::memcpy(&header, blob.data(), sizeof header);
    std::memcpy(&rsa, blob.data() + sizeof header, sizeof rsa);
    const std::size_t size = rsa.bitlen / 8;
    const std::size_t half = size / 2;
    BlobReader reader(blob.subspan(sizeof header + sizeof rsa));
    if (header.bType != PRIVATEKEYBLOB || rsa.magic != rsa2 || size == 0 || size % 2 != 0 ||
        !reader.has(2 * size + 5 * half))
        return not_readable("it is no RSA private key");
    const std::array<std::uint8_t, 4> exponent{
        static_cast<std::uint8_t>(rsa.pubexp), static_cast<std::uint8_t>(rsa.pubexp >> 8U),
        static_cast<std::uint8_t>(rsa.pubexp >> 16U), static_cast<std::uint8_t>(rsa.pubexp >> 24U)};
    const ByteView n = reader.take(size);
    std::array<ByteView, 5> halves;
    for (ByteView &one : halves)
        one = reader.take(half);
    const ByteView d = reader.take(size);
    SecretBytes numbers; // RSAPrivateKey (RFC 8017 appendix A.1.2)
    numbers.reserve(blob.size() + 64);
    append_little_endian(numbers, std::array<std::uint8_t, 1>{0});
    append_little_endian(numbers, n);
    append_little_endian(numbers, exponent);
    append_little_endian(numbers, d);
    for (const ByteView one : halves)
        append_little_endian(numbers, one);
    der::Writer kind;
    kind.nest(der::sequence, [](der::Writer &w) { w.oid(rsa_oid).null(); });
    const SecretBytes key = wrapped(der::octet_string, wrapped(der::sequence, numbers));
    SecretBytes content;
    content.reserve(key.size() + 32);
    append_little_endian(content, std::array<std::uint8_t, 1>{0});
    content.insert(content.end(), kind.bytes().begin(), kind.bytes().end());
    content.insert(content.end(), key.begin(), key.end());
    return wrapped(der::sequence, content);
}

Bytes ecdsa_signature_der(ByteView r_and_s) {
    const std::size_t half = r_and_s.size() / 2;
    der::Writer writer;
    writer.nest(der::sequence, [&](der::Writer &w) {
        w.unsigned_integer(r_and_s.first(half)).unsigned_integer(r_and_s.subspan(half));
    });
    return std::move(writer).take();
}

} // namespace certbroker::store
