#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/obj_mac.h>
#include <openssl/objects.h>
#include <openssl/pkcs12.h>

#include <array>
#include <optional>

#include <gsl/narrow>
#include <gsl/util>

#include "base/der.hpp"
#include "base/text.hpp"
#include "crypto/errors.hpp"
#include "crypto/openssl.hpp"
#include "crypto/pkcs12.hpp"
#include "crypto/pkcs12_oids.hpp"

namespace certbroker::crypto {
namespace {

constexpr std::size_t most_bags = 1000;
constexpr int most_nested = 8;

using Pfx = std::unique_ptr<PKCS12, openssl::Deleter<PKCS12_free>>;
struct FreeBags {
    void operator()(STACK_OF(PKCS12_SAFEBAG) * bags) const noexcept {
        sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
    }
};
using Bags = std::unique_ptr<STACK_OF(PKCS12_SAFEBAG), FreeBags>;
struct FreeSafes {
    void operator()(STACK_OF(PKCS7) * safes) const noexcept { sk_PKCS7_pop_free(safes, PKCS7_free); }
};
using Pkcs8 = std::unique_ptr<PKCS8_PRIV_KEY_INFO, openssl::Deleter<PKCS8_PRIV_KEY_INFO_free>>;

Error not_readable(std::string why) {
    return fail(errors::pkcs12, "The PFX could not be read: " + std::move(why));
}

Error wrong_password(const Secret &password) {
    return fail(errors::key_encrypted, password.given()
                                           ? "The PFX could not be opened: the password is wrong"
                                           : "The PFX could not be opened: it needs a password and none was given");
}

/// One way to hand a password to PKCS#12. "No password" is NULL to some writers and "" to others; and before OpenSSL
/// 1.1 non-ASCII passwords were taken octet by octet as Latin-1.
struct PasswordForm {
    std::optional<SecretBytes> bytes; ///< with a zero behind; nothing: NULL

    const char *text() const noexcept { return bytes ? reinterpret_cast<const char *>(bytes->data()) : nullptr; }
    int length() const { return bytes ? gsl::narrow<int>(bytes->size() - 1) : 0; }
};

std::vector<PasswordForm> forms_of(const Secret &password) {
    const auto terminated = [](ByteView bytes) {
        SecretBytes out(bytes.begin(), bytes.end());
        out.push_back(0);
        return out;
    };
    std::vector<PasswordForm> forms;
    if (password.empty()) {
        forms.push_back({std::nullopt});
        forms.push_back({terminated({})});
        if (password.given()) std::swap(forms[0], forms[1]);
        return forms;
    }
    forms.push_back({terminated(password.reveal())});
    if (!is_ascii(as_text(password.reveal()))) {
        SecretBytes widened;
        for (const std::uint8_t byte : password.reveal()) {
            if (byte >= 0x80) widened.push_back(static_cast<std::uint8_t>(0xc0U | (byte >> 6U)));
            widened.push_back(static_cast<std::uint8_t>(byte >= 0x80 ? 0x80U | (byte & 0x3fU) : byte));
        }
        forms.push_back({terminated(widened)});
    }
    return forms;
}

/// The attributes of a bag that are kept.
void read_attributes(const PKCS12_SAFEBAG *bag, std::string &friendly_name, Bytes &local_key_id) {
    const auto bytes_of = [](const ASN1_STRING *text) {
        return ByteView(ASN1_STRING_get0_data(text), static_cast<std::size_t>(ASN1_STRING_length(text)));
    };
    const ASN1_TYPE *name = PKCS12_SAFEBAG_get0_attr(bag, NID_friendlyName);
    if (name != nullptr && name->type == V_ASN1_BMPSTRING) {
        friendly_name = utf16_to_utf8(bytes_of(name->value.bmpstring), true);
        // Some writers count C's closing zero in.
        while (!friendly_name.empty() && friendly_name.back() == '\0')
            friendly_name.pop_back();
    }
    const ASN1_TYPE *id = PKCS12_SAFEBAG_get0_attr(bag, NID_localKeyID);
    if (id != nullptr && id->type == V_ASN1_OCTET_STRING) local_key_id = to_bytes(bytes_of(id->value.octet_string));
}

std::optional<DigestAlgorithm> digest_of_hmac(std::string_view oid) {
    if (oid == pkcs12::hmac_sha1) return DigestAlgorithm::sha1;
    if (oid == pkcs12::hmac_sha256) return DigestAlgorithm::sha256;
    if (oid == pkcs12::hmac_sha384) return DigestAlgorithm::sha384;
    if (oid == pkcs12::hmac_sha512) return DigestAlgorithm::sha512;
    return std::nullopt;
}

/// The authenticated safe, over which the MAC runs. OpenSSL does not hand it out, so it is read from the file written
/// again in definite lengths.
Result<Bytes> authenticated_safe(const PKCS12 *pfx) {
    const Bytes der = openssl::encode(i2d_PKCS12, pfx);
    CERTBROKER_TRY(der::Reader outer, der::read_single(der, der::sequence));
    CERTBROKER_CHECK(outer.read_integer());
    CERTBROKER_TRY(der::Reader info, outer.enter(der::sequence));
    CERTBROKER_CHECK(info.read_oid());
    CERTBROKER_TRY(der::Reader holder, info.enter(der::context(0, true)));
    return holder.read_octets();
}

/// PBMAC1 (RFC 9579), which OpenSSL learned in 3.4.
struct Pbmac1 {
    Bytes salt;
    int iterations = 0;
    int key_length = 0;
    DigestAlgorithm prf = DigestAlgorithm::sha1;
    DigestAlgorithm mac = DigestAlgorithm::sha1;
};

Result<Pbmac1> read_pbmac1(const X509_ALGOR *algorithm) {
    Pbmac1 out;
    const Bytes der = openssl::encode(i2d_X509_ALGOR, algorithm);
    CERTBROKER_TRY(der::Reader id, der::read_single(der, der::sequence));
    CERTBROKER_CHECK(id.read_oid());
    CERTBROKER_TRY(der::Reader params, id.enter(der::sequence));
    CERTBROKER_TRY(der::Reader derivation, params.enter(der::sequence));
    CERTBROKER_TRY(const std::string kind, derivation.read_oid());
    CERTBROKER_TRY(der::Reader numbers, derivation.enter(der::sequence));
    CERTBROKER_TRY(out.salt, numbers.read_octets());
    CERTBROKER_TRY(const std::int64_t iterations, numbers.read_integer());
    // RFC 9579 section 4 demands the key length and forbids to leave it to the algorithm.
    CERTBROKER_TRY(const std::int64_t length, numbers.read_integer());
    std::optional<DigestAlgorithm> prf = DigestAlgorithm::sha1;
    if (!numbers.empty()) {
        CERTBROKER_TRY(der::Reader function, numbers.enter(der::sequence));
        CERTBROKER_TRY(const std::string oid, function.read_oid());
        prf = digest_of_hmac(oid);
    }
    CERTBROKER_TRY(der::Reader scheme, params.enter(der::sequence));
    CERTBROKER_TRY(const std::string mac_oid, scheme.read_oid());
    const auto mac = digest_of_hmac(mac_oid);
    if (kind != pkcs12::pbkdf2 || !prf || !mac || iterations < 1 || iterations > 10'000'000 || length < 16 ||
        length > 64)
        return not_readable("the parameters of its integrity check are not supported");
    out.iterations = static_cast<int>(iterations);
    out.key_length = static_cast<int>(length);
    out.prf = *prf;
    out.mac = *mac;
    return out;
}

bool fits(const Pbmac1 &params, const PasswordForm &form, ByteView content, ByteView tag) {
    std::array<std::uint8_t, 64> key{};
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> made{};
    const auto clean = gsl::finally([&] { wipe(key.data(), key.size()); });
    unsigned size = 0;
    return PKCS5_PBKDF2_HMAC(form.text(), form.length(), params.salt.data(), gsl::narrow<int>(params.salt.size()),
                             params.iterations, openssl::fetched(params.prf), params.key_length, key.data()) == 1 &&
           HMAC(openssl::fetched(params.mac), key.data(), params.key_length, content.data(), content.size(),
                made.data(), &size) != nullptr &&
           size == tag.size() && CRYPTO_memcmp(made.data(), tag.data(), size) == 0;
}

/// Walks through a PFX; the password form that fitted last is tried first.
class Opener {
public:
    Opener(const Secret &password, const Pkcs12Guard &guard, Pkcs12Contents &out)
        : password_(password), guard_(guard), forms_(forms_of(password)), out_(out) {}

    /// Moves the form whose MAC is right to the front.
    Result<void> check_mac(PKCS12 *pfx) {
        const ASN1_OCTET_STRING *tag = nullptr;
        const X509_ALGOR *algorithm = nullptr;
        PKCS12_get0_mac(&tag, &algorithm, nullptr, nullptr, pfx);
        const ASN1_OBJECT *object = nullptr;
        X509_ALGOR_get0(&object, nullptr, nullptr, algorithm);
        std::array<char, 64> oid{};
        (void)OBJ_obj2txt(oid.data(), static_cast<int>(oid.size()), object, 1);
        std::optional<Pbmac1> own;
        Bytes safe;
        if (oid.data() == pkcs12::pbmac1) {
            auto params = read_pbmac1(algorithm);
            if (!params) return not_readable("its integrity check is malformed").because(std::move(params).error());
            auto octets = authenticated_safe(pfx);
            if (!octets) return not_readable("it is malformed").because(std::move(octets).error());
            own = std::move(*params);
            safe = std::move(*octets);
        }
        const ByteView tag_bytes(ASN1_STRING_get0_data(tag), static_cast<std::size_t>(ASN1_STRING_length(tag)));
        for (std::size_t i = 0; i < forms_.size(); ++i) {
            ERR_clear_error();
            const bool right = own ? fits(*own, forms_[i], safe, tag_bytes)
                                   : PKCS12_verify_mac(pfx, forms_[i].text(), forms_[i].length()) == 1;
            if (right) {
                std::swap(forms_[0], forms_[i]);
                return {};
            }
            // The queue is empty after a mere mismatch.
            if (ERR_peek_error() != 0)
                return openssl::failure(errors::pkcs12,
                                        "The PFX could not be read: its integrity check cannot be done");
        }
        return wrong_password(password_);
    }

    Result<void> read_safe(PKCS7 *safe) {
        const int type = OBJ_obj2nid(safe->type);
        Bags bags;
        if (type == NID_pkcs7_data) {
            bags.reset(PKCS12_unpack_p7data(safe));
            if (bags == nullptr) return openssl::failure(errors::pkcs12, "The PFX could not be read");
        } else if (type == NID_pkcs7_encrypted) {
            const PKCS7_ENCRYPT *encrypted = safe->d.encrypted;
            if (encrypted == nullptr || encrypted->enc_data == nullptr)
                return not_readable("an encrypted part of it is empty");
            CERTBROKER_CHECK(ask_guard(encrypted->enc_data->algorithm));
            CERTBROKER_CHECK(with_password([&](const PasswordForm &form) {
                bags.reset(PKCS12_unpack_p7encdata(safe, form.text(), form.length()));
                return bags != nullptr;
            }));
        } else {
            return not_readable("it is protected by a certificate and not by a password");
        }
        return read_bags(bags.get(), 0);
    }

private:
    Result<void> ask_guard(const X509_ALGOR *algorithm) const {
        if (algorithm == nullptr) return not_readable("an encrypted part of it names no algorithm");
        return guard_ ? guard_(openssl::encode(i2d_X509_ALGOR, algorithm)) : success();
    }

    template<class Attempt>
    Result<void> with_password(Attempt &&attempt) {
        for (std::size_t i = 0; i < forms_.size(); ++i) {
            ERR_clear_error();
            if (attempt(forms_[i])) {
                std::swap(forms_[0], forms_[i]);
                return {};
            }
            if (openssl::unknown_algorithm())
                return openssl::failure(errors::pkcs12,
                                        "The PFX could not be decrypted: this system's OpenSSL lacks an algorithm");
        }
        return wrong_password(password_);
    }

    Result<void> read_bags(const STACK_OF(PKCS12_SAFEBAG) * bags, int depth) {
        if (depth > most_nested) return not_readable("its bags are nested too deep");
        for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); ++i) {
            if (++count_ > most_bags) return not_readable("it holds more than 1000 bags");
            CERTBROKER_CHECK(read_bag(sk_PKCS12_SAFEBAG_value(bags, i), depth));
        }
        return {};
    }

    Result<void> read_bag(const PKCS12_SAFEBAG *bag, int depth) {
        switch (PKCS12_SAFEBAG_get_nid(bag)) {
        case NID_keyBag:
            return add_key(bag, PKCS12_SAFEBAG_get0_p8inf(bag));
        case NID_pkcs8ShroudedKeyBag: {
            const X509_ALGOR *algorithm = nullptr;
            if (const X509_SIG *sealed = PKCS12_SAFEBAG_get0_pkcs8(bag)) X509_SIG_get0(sealed, &algorithm, nullptr);
            CERTBROKER_CHECK(ask_guard(algorithm));
            Pkcs8 opened;
            CERTBROKER_CHECK(with_password([&](const PasswordForm &form) {
                opened.reset(
                    PKCS12_decrypt_skey_ex(bag, form.text(), form.length(), openssl::legacy_context(), nullptr));
                return opened != nullptr;
            }));
            return add_key(bag, opened.get());
        }
        case NID_certBag: {
            // SDSI certificates, which nobody ever used, are passed over.
            if (PKCS12_SAFEBAG_get_bag_nid(bag) != NID_x509Certificate) return {};
            const openssl::Certificate certificate(PKCS12_SAFEBAG_get1_cert(bag));
            if (certificate == nullptr)
                return openssl::failure(errors::pkcs12, "A certificate in the PFX could not be read");
            Pkcs12Certificate read{openssl::encode(i2d_X509, certificate.get()), {}, {}};
            read_attributes(bag, read.friendly_name, read.local_key_id);
            out_.certificates.push_back(std::move(read));
            return {};
        }
        case NID_safeContentsBag:
            return read_bags(PKCS12_SAFEBAG_get0_safes(bag), depth + 1);
        default:
            return {}; // CRLs, secrets and what is yet to come
        }
    }

    Result<void> add_key(const PKCS12_SAFEBAG *bag, const PKCS8_PRIV_KEY_INFO *key) {
        unsigned char *der = nullptr;
        const int size = key != nullptr ? i2d_PKCS8_PRIV_KEY_INFO(key, &der) : 0;
        if (size <= 0) return openssl::failure(errors::pkcs12, "A key in the PFX could not be read");
        const auto clean = gsl::finally([&] { OPENSSL_clear_free(der, static_cast<std::size_t>(size)); });
        Pkcs12Key read{SecretBytes(der, der + size), {}, {}};
        read_attributes(bag, read.friendly_name, read.local_key_id);
        out_.keys.push_back(std::move(read));
        return {};
    }

    const Secret &password_;
    const Pkcs12Guard &guard_;
    std::vector<PasswordForm> forms_;
    Pkcs12Contents &out_;
    std::size_t count_ = 0;
};

} // namespace

Result<Pkcs12Contents> open_pkcs12(ByteView der, const Secret &password, const Pkcs12Guard &guard) {
    const openssl::ErrorScope scope;
    PKCS12 *raw = PKCS12_init_ex(NID_pkcs7_data, openssl::legacy_context(), nullptr);
    const unsigned char *at = der.data();
    const Pfx pfx(d2i_PKCS12(&raw, &at, gsl::narrow<long>(der.size())));
    if (pfx == nullptr) return openssl::failure(errors::pkcs12, "The PFX could not be read");
    Pkcs12Contents contents;
    Opener opener(password, guard, contents);
    if (PKCS12_mac_present(pfx.get()) == 1) CERTBROKER_CHECK(opener.check_mac(pfx.get()));
    const std::unique_ptr<STACK_OF(PKCS7), FreeSafes> safes(PKCS12_unpack_authsafes(pfx.get()));
    if (safes == nullptr) return openssl::failure(errors::pkcs12, "The PFX could not be read");
    for (int i = 0; i < sk_PKCS7_num(safes.get()); ++i)
        CERTBROKER_CHECK(opener.read_safe(sk_PKCS7_value(safes.get(), i)));
    return contents;
}

} // namespace certbroker::crypto
