#include <algorithm>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "crypto/errors.hpp"
#include "pfx/errors.hpp"
#include "pfx/pfx_limits.hpp"

namespace certbroker::pfx {
namespace {

constexpr std::size_t max_friendly_name = 1024; ///< bytes; what stores take

/// A certificate with what the file says beside it.
struct Found {
    x509::Certificate certificate;
    Bytes local_key_id;
    std::string friendly_name;
};

/// OpenSSL's answer in this layer's words.
Error translate(Error error, const Secret &password) {
    if (error.status() == Status::password) {
        if (!password.given())
            return fail(errors::pfx_password, "The PFX could not be opened: it needs a password and none was given");
        Error wrong = fail(errors::pfx_password, "The PFX could not be opened: the password is wrong");
        if (password.empty())
            return std::move(wrong).with_remedy(
                "An empty password was given; give the password the file was exported with.");
        if (!is_ascii(as_text(password.reveal())))
            return std::move(wrong).with_remedy(
                "Check the password; it has characters outside ASCII, which old programs encode in ways of their own: "
                "exporting the file again with a plain password helps.");
        return wrong;
    }
    if (error.id() == errors::pkcs12.id)
        return fail(errors::pfx_format, "The PFX could not be read: its contents are malformed")
            .because(std::move(error));
    return error;
}

/// Not longer than the stores take, cut between characters.
std::string shortened(std::string name) {
    if (name.size() <= max_friendly_name) return name;
    std::size_t end = max_friendly_name;
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0U) == 0x80)
        --end;
    name.resize(end);
    return name;
}

/// The certificates of the file, without repetitions. One that cannot be read is left out: whether it was needed shows
/// later, and then `trouble` says why it is missing.
std::vector<Found> parse_certificates(crypto::Pkcs12Contents &opened, std::optional<Error> &trouble,
                                      const Operation &operation) {
    std::vector<Found> found;
    for (crypto::Pkcs12Certificate &raw : opened.certificates) {
        auto certificate = x509::Certificate::parse(raw.der);
        if (!certificate) {
            operation.write(LogLevel::warning, "pfx",
                            "A certificate in the PFX is left out: " + describe(certificate.error()));
            if (!trouble) trouble = std::move(certificate).error();
            continue;
        }
        const bool known =
            std::any_of(found.begin(), found.end(), [&](const Found &f) { return f.certificate == *certificate; });
        if (!known)
            found.push_back({*std::move(certificate), std::move(raw.local_key_id), std::move(raw.friendly_name)});
    }
    return found;
}

/// The file's one key; null when there is none.
Result<crypto::KeyHandle> take_key(const crypto::Pkcs12Contents &opened, bool exportable,
                                   const crypto::Pkcs12Key *&from) {
    crypto::KeyHandle key;
    for (const crypto::Pkcs12Key &raw : opened.keys) {
        CERTBROKER_TRY(crypto::KeyHandle next, crypto::import_key(raw.pkcs8, Secret(), {}, exportable));
        if (key && !(key->public_key() == next->public_key()))
            return fail(errors::pfx_many_keys,
                        "The PFX was not imported: it holds " + std::to_string(opened.keys.size()) + " private keys");
        if (!key) from = &raw;
        key = std::move(next);
    }
    return key;
}

/// The certificate that the key belongs to, by the key itself: the file's own pairing (localKeyID) is wrong or missing
/// in many files and only chooses among several of the same key.
Result<std::size_t> find_leaf(const std::vector<Found> &found, const crypto::PrivateKey &key,
                              const Bytes &local_key_id) {
    std::vector<x509::Certificate> certificates;
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (!local_key_id.empty() && found[i].local_key_id == local_key_id &&
            found[i].certificate.public_key() == key.public_key())
            return i;
        certificates.push_back(found[i].certificate);
    }
    CERTBROKER_TRY(const x509::Certificate leaf, x509::find_by_key(certificates, key.public_key()));
    return static_cast<std::size_t>(std::find(certificates.begin(), certificates.end(), leaf) - certificates.begin());
}

/// Without a key: the first certificate that issued none of the others.
std::size_t find_end(const std::vector<Found> &found) {
    for (std::size_t i = 0; i < found.size(); ++i) {
        const bool issuer = std::any_of(found.begin(), found.end(), [&](const Found &other) {
            return !(other.certificate == found[i].certificate) &&
                   other.certificate.verify_issued_by(found[i].certificate).has_value();
        });
        if (!issuer) return i;
    }
    return 0;
}

Contents arrange(const std::vector<Found> &found, std::size_t leaf) {
    std::vector<x509::Certificate> all;
    for (const Found &one : found)
        all.push_back(one.certificate);
    Contents contents;
    contents.chain = x509::build_chain(all[leaf], all);
    for (const x509::Certificate &one : all) {
        if (std::find(contents.chain.begin(), contents.chain.end(), one) == contents.chain.end())
            contents.chain.push_back(one);
    }
    contents.friendly_name = found[leaf].friendly_name;
    return contents;
}

} // namespace

Result<Contents> read(ByteView bytes, const Secret &password, bool exportable, const Limits &limits,
                      const Operation &operation) {
    CERTBROKER_CHECK(operation.check("The PFX was not opened"));
    if (!is_valid_utf8(as_text(password.reveal())))
        return fail(errors::text, "The PFX was not opened: the password is not UTF-8");
    Budget budget(limits, operation);
    CERTBROKER_TRY(const Bytes file, check_structure(bytes, limits, budget, operation));
    auto opened = crypto::open_pkcs12(file, password, [&](ByteView algorithm) { return budget.spend_on(algorithm); });
    if (!opened) return translate(std::move(opened).error(), password);
    if (opened->certificates.size() > limits.certificates)
        return fail(errors::pfx_limits, "The PFX was not opened: it holds more than " +
                                            std::to_string(limits.certificates) + " certificates");

    std::optional<Error> trouble;
    const std::vector<Found> found = parse_certificates(*opened, trouble, operation);
    const crypto::Pkcs12Key *raw_key = nullptr;
    CERTBROKER_TRY(crypto::KeyHandle key, take_key(*opened, exportable, raw_key));
    if (found.empty()) {
        if (trouble)
            return fail(errors::pfx_format, "The PFX could not be read: its certificate cannot be read")
                .because(*std::move(trouble));
        return fail(errors::pfx_empty, "The PFX was not imported: it holds no certificate");
    }
    std::size_t leaf = 0;
    if (key) {
        auto matched = find_leaf(found, *key, raw_key->local_key_id);
        if (!matched && trouble)
            return fail(errors::pfx_format, "The PFX could not be read: the certificate of its key cannot be read")
                .because(*std::move(trouble));
        if (!matched) return std::move(matched).error();
        leaf = *matched;
    } else {
        leaf = find_end(found);
    }
    Contents contents = arrange(found, leaf);
    if (contents.friendly_name.empty() && raw_key != nullptr) contents.friendly_name = raw_key->friendly_name;
    contents.friendly_name = shortened(std::move(contents.friendly_name));
    contents.key = std::move(key);
    return contents;
}

Result<Contents> read(ByteView bytes, const Secret &password, bool exportable, const Operation &operation) {
    return read(bytes, password, exportable, Limits(), operation);
}

} // namespace certbroker::pfx
