#include "x509/chain.hpp"

#include <algorithm>
#include <array>

#include "base/der.hpp"
#include "base/encoding.hpp"
#include "base/errors.hpp"
#include "crypto/cms.hpp"
#include "x509/armour.hpp"
#include "x509/errors.hpp"

namespace certbroker::x509 {
namespace {

constexpr std::size_t max_file = std::size_t{8} * 1024 * 1024;
constexpr std::size_t max_certificates = 100;
constexpr std::size_t max_levels = 10;
/// How many signatures build_chain checks before it gives up: a hundred certificates of one name cost no more.
constexpr std::size_t max_verifications = 500;

/// ContentInfo with signedData: what certutil and certreq put even behind a CERTIFICATE line.
bool is_pkcs7(ByteView der) {
    auto content = der::read_single(der, der::sequence);
    if (!content) return false;
    const auto type = content->read_oid();
    return type && *type == "1.2.840.113549.1.7.2";
}

/// A TRUSTED CERTIFICATE block is the certificate and OpenSSL's own trust settings behind it.
Bytes without_trust_settings(ByteView der) {
    const auto first = der::Reader(der).next();
    return to_bytes(first ? first->whole : der);
}

Result<void> add(std::vector<Certificate> &certificates, ByteView der) {
    CERTBROKER_TRY(Certificate certificate, Certificate::parse(der));
    if (std::find(certificates.begin(), certificates.end(), certificate) != certificates.end()) return {};
    if (certificates.size() == max_certificates)
        return fail(errors::too_large, "The certificates could not be read: there are more than 100");
    certificates.push_back(std::move(certificate));
    return {};
}

bool is_self_signed(const Certificate &certificate) {
    return certificate.self_issued() && certificate.verify_issued_by(certificate).has_value();
}

} // namespace

Result<std::vector<Certificate>> parse_certificates(ByteView bytes) {
    static constexpr std::array<std::string_view, 6> labels{
        "CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE", "PKCS7", "CMS", "PKCS #7 SIGNED DATA"};
    constexpr std::string_view what = "The certificates";
    if (bytes.size() > max_file)
        return fail(errors::too_large, "The certificates could not be read: the file is larger than 8 MiB");
    CERTBROKER_TRY(const detail::Armour armour,
                   detail::open_armour(bytes, labels, 10 * max_certificates, errors::certificate_none, what));
    std::vector<Certificate> certificates;
    for (const PemBlock &block : armour.blocks) {
        if (is_pkcs7(block.bytes)) {
            auto contents = crypto::split_pkcs7(block.bytes);
            if (!contents)
                return fail(errors::certificate_format,
                            "The certificates could not be read: the PKCS#7 message is damaged")
                    .because(std::move(contents).error());
            for (const Bytes &der : contents->certificates)
                CERTBROKER_CHECK(add(certificates, der));
        } else {
            CERTBROKER_CHECK(add(certificates, block.label == "TRUSTED CERTIFICATE"
                                                   ? without_trust_settings(block.bytes)
                                                   : block.bytes));
        }
    }
    if (certificates.empty()) {
        const std::string instead = armour.other_labels.empty() ? "" : ", but " + armour.other_labels.front();
        return fail(errors::certificate_none, "The certificates could not be read: the file holds none" + instead);
    }
    return certificates;
}

Bytes encode_chain(const Chain &chain, ChainEncoding encoding) {
    std::string text;
    if (encoding == ChainEncoding::pem) {
        for (const Certificate &certificate : chain)
            text += certificate.to_pem();
        return to_bytes(as_bytes(text));
    }
    std::vector<Bytes> certificates;
    for (const Certificate &certificate : chain)
        certificates.push_back(certificate.der());
    Bytes message = crypto::join_pkcs7(certificates);
    if (encoding == ChainEncoding::p7b_der) return message;
    text = certbroker::to_pem("PKCS7", message);
    return to_bytes(as_bytes(text));
}

/// Breadth first from the leaf, so that cross certificates and loops end: no certificate is visited twice. The shortest
/// way to a self-signed certificate wins; without one, the longest way found.
Chain build_chain(const Certificate &leaf, const std::vector<Certificate> &candidates) {
    struct Node {
        Certificate certificate;
        std::size_t parent; ///< towards the leaf
        std::size_t level;
    };
    std::vector<Certificate> unused;
    for (const Certificate &candidate : candidates) {
        if (!(candidate == leaf)) unused.push_back(candidate);
    }
    // Of several that fit, the one that lasts longest.
    std::stable_sort(unused.begin(), unused.end(),
                     [](const Certificate &a, const Certificate &b) { return a.not_after() > b.not_after(); });

    std::vector<Node> nodes{{leaf, 0, 1}};
    std::size_t end = 0;
    std::size_t verifications = 0;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const Certificate current = nodes[i].certificate;
        const std::size_t level = nodes[i].level;
        if (level > nodes[end].level) end = i;
        if (current.self_issued() && ++verifications <= max_verifications && is_self_signed(current)) {
            end = i;
            break;
        }
        if (level == max_levels) continue;
        for (auto candidate = unused.begin(); candidate != unused.end();) {
            const bool fits = current.issuer().same_values(candidate->subject()) &&
                              ++verifications <= max_verifications && current.verify_issued_by(*candidate).has_value();
            if (!fits) {
                ++candidate;
                continue;
            }
            nodes.push_back({*candidate, i, level + 1});
            candidate = unused.erase(candidate);
        }
    }
    Chain chain;
    for (;; end = nodes[end].parent) {
        chain.insert(chain.begin(), nodes[end].certificate);
        if (end == 0) return chain;
    }
}

Result<Certificate> find_by_key(const std::vector<Certificate> &certificates, const crypto::PublicKey &key) {
    const Certificate *found = nullptr;
    for (const Certificate &certificate : certificates) {
        if (certificate.public_key() == key && (found == nullptr || certificate.not_after() > found->not_after()))
            found = &certificate;
    }
    if (found != nullptr) return *found;
    const std::string first =
        certificates.empty() ? "" : " (the first is '" + certificates.front().subject().to_string() + "')";
    return fail(errors::certificate_mismatch, "The certificate could not be matched: none of " +
                                                  std::to_string(certificates.size()) +
                                                  " belongs to the request's key" + first);
}

} // namespace certbroker::x509
