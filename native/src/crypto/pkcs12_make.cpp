#include <openssl/hmac.h>
#include <openssl/pkcs12.h>

#include <array>

#include <gsl/narrow>
#include <gsl/util>

#include "base/der.hpp"
#include "base/errors.hpp"
#include "base/text.hpp"
#include "crypto/errors.hpp"
#include "crypto/openssl.hpp"
#include "crypto/pkcs12.hpp"
#include "crypto/pkcs12_oids.hpp"
#include "crypto/random.hpp"

/// Written by hand: PKCS12_create takes one key, and its friendly names no character outside the BMP.
namespace certbroker::crypto {
namespace {

/// How keys are derived from the password and what encrypts.
class Sealer {
public:
    Sealer(const Secret &password, Pkcs12Protection protection, int iterations)
        : password_(password), modern_(protection == Pkcs12Protection::aes256_sha256), iterations_(iterations),
          cipher_(EVP_CIPHER_fetch(nullptr, modern_ ? "AES-256-CBC" : "DES-EDE3-CBC", nullptr)) {}

    /// AlgorithmIdentifier and ciphertext of one thing to hide, under a salt of its own.
    struct Sealed {
        Bytes algorithm;
        Bytes ciphertext;
    };
    Result<Sealed> seal(ByteView plain) const {
        std::array<std::uint8_t, 16> salt{};
        std::array<std::uint8_t, 32> key{};
        std::array<std::uint8_t, 16> iv{};
        const auto clean = gsl::finally([&] { wipe(key.data(), key.size()); });
        const ByteView used_salt = ByteView(salt).first(modern_ ? 16 : 8);
        CERTBROKER_CHECK(system_random().fill(salt));
        if (modern_) {
            CERTBROKER_CHECK(system_random().fill(iv));
            if (PKCS5_PBKDF2_HMAC(text(), length(), used_salt.data(), gsl::narrow<int>(used_salt.size()), iterations_,
                                  openssl::fetched(DigestAlgorithm::sha256), 32, key.data()) != 1)
                return openssl::failure("The PFX could not be written");
        } else if (!derive(used_salt, PKCS12_KEY_ID, std::span(key).first(24)) ||
                   !derive(used_salt, PKCS12_IV_ID, std::span(iv).first(8))) {
            return openssl::failure("The PFX could not be written");
        }
        Sealed sealed{algorithm(used_salt, iv), Bytes(plain.size() + 16)};
        const openssl::CipherContext context(EVP_CIPHER_CTX_new());
        int first = 0;
        int last = 0;
        if (context == nullptr || cipher_ == nullptr ||
            EVP_EncryptInit_ex2(context.get(), cipher_.get(), key.data(), iv.data(), nullptr) != 1 ||
            EVP_EncryptUpdate(context.get(), sealed.ciphertext.data(), &first, plain.data(),
                              gsl::narrow<int>(plain.size())) != 1 ||
            EVP_EncryptFinal_ex(context.get(), sealed.ciphertext.data() + first, &last) != 1)
            return openssl::failure("The PFX could not be written");
        sealed.ciphertext.resize(static_cast<std::size_t>(first + last));
        return sealed;
    }

    /// MacData (RFC 7292 section 4) over the authenticated safe.
    Result<Bytes> mac(ByteView content) const {
        const DigestAlgorithm digest = modern_ ? DigestAlgorithm::sha256 : DigestAlgorithm::sha1;
        const EVP_MD *md = openssl::fetched(digest);
        std::array<std::uint8_t, 16> salt{};
        std::array<std::uint8_t, 32> key{};
        std::array<std::uint8_t, EVP_MAX_MD_SIZE> tag{};
        const auto clean = gsl::finally([&] { wipe(key.data(), key.size()); });
        const ByteView used_salt = ByteView(salt).first(modern_ ? 16 : 8);
        CERTBROKER_CHECK(system_random().fill(salt));
        const std::size_t size = modern_ ? 32 : 20;
        unsigned written = 0;
        if (!derive(used_salt, PKCS12_MAC_ID, std::span(key).first(size)) ||
            HMAC(md, key.data(), static_cast<int>(size), content.data(), content.size(), tag.data(), &written) ==
                nullptr)
            return openssl::failure("The PFX could not be written");
        der::Writer writer;
        writer.nest(der::sequence, [&](der::Writer &data) {
            data.nest(der::sequence, [&](der::Writer &info) {
                info.nest(der::sequence, [&](der::Writer &w) { w.oid(digest_oid(digest)).null(); });
                info.octets(ByteView(tag).first(written));
            });
            data.octets(used_salt).integer(iterations_);
        });
        return std::move(writer).take();
    }

private:
    /// NULL and "" are not the same to PKCS#12's own derivation: no octets, or two zero octets.
    const char *text() const noexcept {
        if (!password_.given()) return nullptr;
        return password_.empty() ? "" : reinterpret_cast<const char *>(password_.reveal().data());
    }
    int length() const { return gsl::narrow<int>(password_.size()); }

    bool derive(ByteView salt, int purpose, std::span<std::uint8_t> out) const {
        return PKCS12_key_gen_utf8_ex(
                   text(), length(), const_cast<unsigned char *>(salt.data()), gsl::narrow<int>(salt.size()), purpose,
                   iterations_, gsl::narrow<int>(out.size()), out.data(),
                   openssl::fetched(modern_ ? DigestAlgorithm::sha256 : DigestAlgorithm::sha1), nullptr, nullptr) == 1;
    }

    Bytes algorithm(ByteView salt, ByteView iv) const {
        der::Writer writer;
        writer.nest(der::sequence, [&](der::Writer &id) {
            if (!modern_) {
                id.oid(pkcs12::pbe_sha1_triple_des);
                id.nest(der::sequence, [&](der::Writer &params) { params.octets(salt).integer(iterations_); });
                return;
            }
            id.oid(pkcs12::pbes2);
            id.nest(der::sequence, [&](der::Writer &params) {
                params.nest(der::sequence, [&](der::Writer &derivation) {
                    derivation.oid(pkcs12::pbkdf2);
                    derivation.nest(der::sequence, [&](der::Writer &numbers) {
                        numbers.octets(salt).integer(iterations_);
                        numbers.nest(der::sequence, [](der::Writer &prf) { prf.oid(pkcs12::hmac_sha256).null(); });
                    });
                });
                params.nest(der::sequence, [&](der::Writer &scheme) { scheme.oid(pkcs12::aes256_cbc).octets(iv); });
            });
        });
        return std::move(writer).take();
    }

    const Secret &password_;
    bool modern_;
    int iterations_;
    openssl::Cipher cipher_;
};

void write_attributes(der::Writer &bag, const std::string &friendly_name, const Bytes &local_key_id) {
    if (friendly_name.empty() && local_key_id.empty()) return;
    bag.nest(der::set, [&](der::Writer &attributes) {
        const auto attribute = [&](std::string_view oid, std::uint8_t tag, ByteView value) {
            attributes.nest(der::sequence, [&](der::Writer &one) {
                one.oid(oid);
                one.nest(der::set, [&](der::Writer &values) { values.element(tag, value); });
            });
        };
        // The shorter one first, as DER orders a SET OF; most often that is the key's id.
        const Bytes name = utf8_to_utf16(friendly_name, true);
        const bool name_first = name.size() <= local_key_id.size();
        if (!friendly_name.empty() && name_first) attribute(pkcs12::friendly_name, der::bmp_string, name);
        if (!local_key_id.empty()) attribute(pkcs12::local_key_id, der::octet_string, local_key_id);
        if (!friendly_name.empty() && !name_first) attribute(pkcs12::friendly_name, der::bmp_string, name);
    });
}

Bytes certificate_bags(const std::vector<Pkcs12Certificate> &certificates) {
    der::Writer writer;
    writer.nest(der::sequence, [&](der::Writer &bags) {
        for (const Pkcs12Certificate &certificate : certificates) {
            bags.nest(der::sequence, [&](der::Writer &bag) {
                bag.oid(pkcs12::certificate_bag);
                bag.nest(der::context(0, true), [&](der::Writer &holder) {
                    holder.nest(der::sequence, [&](der::Writer &value) {
                        value.oid(pkcs12::x509_certificate);
                        value.nest(der::context(0, true), [&](der::Writer &w) { w.octets(certificate.der); });
                    });
                });
                write_attributes(bag, certificate.friendly_name, certificate.local_key_id);
            });
        }
    });
    return std::move(writer).take();
}

Result<Bytes> key_bags(const std::vector<Pkcs12Key> &keys, const Sealer &sealer) {
    der::Writer writer;
    const std::size_t bags = writer.begin(der::sequence);
    for (const Pkcs12Key &key : keys) {
        CERTBROKER_TRY(const Sealer::Sealed sealed, sealer.seal(key.pkcs8));
        writer.nest(der::sequence, [&](der::Writer &bag) {
            bag.oid(pkcs12::shrouded_key_bag);
            bag.nest(der::context(0, true), [&](der::Writer &holder) {
                holder.nest(der::sequence,
                            [&](der::Writer &value) { value.raw(sealed.algorithm).octets(sealed.ciphertext); });
            });
            write_attributes(bag, key.friendly_name, key.local_key_id);
        });
    }
    writer.end(bags);
    return std::move(writer).take();
}

/// ContentInfo of id-data.
void write_data(der::Writer &writer, ByteView content) {
    writer.nest(der::sequence, [&](der::Writer &info) {
        info.oid(pkcs12::data);
        info.nest(der::context(0, true), [&](der::Writer &w) { w.octets(content); });
    });
}

/// ContentInfo of id-encryptedData (RFC 5652 section 8).
void write_encrypted(der::Writer &writer, const Sealer::Sealed &sealed) {
    writer.nest(der::sequence, [&](der::Writer &info) {
        info.oid(pkcs12::encrypted_data);
        info.nest(der::context(0, true), [&](der::Writer &holder) {
            holder.nest(der::sequence, [&](der::Writer &body) {
                body.integer(0);
                body.nest(der::sequence, [&](der::Writer &content) {
                    content.oid(pkcs12::data).raw(sealed.algorithm).element(der::context(0, false), sealed.ciphertext);
                });
            });
        });
    });
}

} // namespace

Result<Bytes> make_pkcs12(const Pkcs12Contents &contents, const Secret &password, Pkcs12Protection protection,
                          int iterations) {
    if (iterations < 1) return fail(errors::argument, "The PFX could not be written: it needs at least one iteration");
    if (!is_valid_utf8(as_text(password.reveal())))
        return fail(errors::text, "The PFX could not be written: the password is not valid UTF-8");
    const openssl::ErrorScope scope;
    const Sealer sealer(password, protection, iterations);
    der::Writer safes;
    const std::size_t mark = safes.begin(der::sequence);
    if (!contents.certificates.empty()) {
        CERTBROKER_TRY(const Sealer::Sealed sealed, sealer.seal(certificate_bags(contents.certificates)));
        write_encrypted(safes, sealed);
    }
    if (!contents.keys.empty()) {
        CERTBROKER_TRY(const Bytes bags, key_bags(contents.keys, sealer));
        write_data(safes, bags);
    }
    safes.end(mark);
    CERTBROKER_TRY(const Bytes mac, sealer.mac(safes.bytes()));
    der::Writer writer;
    writer.reserve(safes.bytes().size() + 256);
    writer.nest(der::sequence, [&](der::Writer &pfx) {
        pfx.integer(3);
        write_data(pfx, safes.bytes());
        pfx.raw(mac);
    });
    return std::move(writer).take();
}

} // namespace certbroker::crypto
