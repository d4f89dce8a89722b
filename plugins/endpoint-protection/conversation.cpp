#include "conversation.hpp"

#include <optional>
#include <vector>

#include "errors.hpp"
#include "text.hpp"

namespace scep {
namespace {

using certbroker::plugin::bytes;
using certbroker::plugin::text;

constexpr std::size_t nonce_size = 16;
constexpr std::int64_t day = 86'400;

std::uint32_t cms_flags(const Connection &connection) {
    return connection.allow_legacy ? std::uint32_t{CBP_CMS_ALLOW_LEGACY} : 0U;
}

/// An attribute of the message just verified; nothing when it is not there.
std::optional<std::string> read_attribute(Call call, const char *oid) {
    std::int32_t type = 0;
    cbp_bytes value{};
    const cbp_status status = call.host()->cms_attribute(call.raw(), oid, &type, &value);
    if (status == CBP_E_NOT_FOUND) return std::nullopt;
    call.check(status);
    return std::string(text(value));
}

Failure unusable(const ErrorKind &kind, const std::string &why) {
    return failure(kind, "The answer of the SCEP server cannot be used: " + why);
}

cbp_bytes verify(Exchange &exchange, const Authority &authority, std::string_view message) {
    const Call call = exchange.call();
    std::vector<cbp_bytes> candidates;
    for (const std::size_t i : authority.choice.trusted)
        candidates.push_back(bytes(authority.certificates[i].der));
    cbp_bytes content{};
    cbp_bytes signer{};
    const cbp_status status =
        call.host()->cms_verify(call.raw(), bytes(message), candidates.data(), candidates.size(),
                                cms_flags(exchange.connection()) | CBP_CMS_MAY_LACK_CONTENT, &content, &signer);
    if (status == CBP_E_UNSUPPORTED)
        throw unusable(errors::weak_answer, "it is signed by an algorithm that is unknown, or too weak while "
                                            "allow-legacy is not set");
    if (status == CBP_E_INVALID)
        throw unusable(errors::signature, "it is no signed message, or its signature does not fit");
    call.check(status);
    if (!authority.trusts(text(signer)))
        throw unusable(errors::signer, "neither the CA nor one of its RAs has signed it");
    return content;
}

/// What every CertRep has to say of itself, before anything in it is believed.
PkiStatus check_header(Call call, const Sealed &sealed) {
    if (read_attribute(call, attribute::message_type) != std::to_string(static_cast<int>(MessageType::cert_rep)))
        throw unusable(errors::answer, "it is another kind of message than CertRep");
    const auto transaction = read_attribute(call, attribute::transaction_id);
    if (transaction != sealed.transaction)
        throw unusable(errors::transaction, "it belongs to the transaction '" +
                                                shown(transaction.value_or("none"), 100) + "', not to '" +
                                                sealed.transaction + "'");
    const auto nonce = read_attribute(call, attribute::recipient_nonce);
    if (nonce != sealed.nonce)
        throw unusable(errors::nonce, nonce ? "it repeats another nonce than the request's" : "it repeats no nonce");
    const auto status = read_attribute(call, attribute::pki_status);
    for (const PkiStatus known : {PkiStatus::success, PkiStatus::failure, PkiStatus::pending}) {
        if (status == std::to_string(static_cast<int>(known))) return known;
    }
    throw unusable(errors::answer, "its pkiStatus is '" + shown(status.value_or("none"), 20) + "'");
}

cbp_bytes open(Exchange &exchange, const Asker &asker, cbp_bytes enveloped) {
    const Call call = exchange.call();
    if (enveloped.size == 0) throw unusable(errors::answer, "it says success and holds nothing");
    cbp_bytes content{};
    const cbp_status status = call.host()->cms_decrypt(call.raw(), asker.key, bytes(asker.certificate),
                                                       cms_flags(exchange.connection()), enveloped, &content);
    if (status == CBP_E_UNSUPPORTED)
        throw unusable(errors::weak_answer, "it is encrypted by an algorithm that is unknown, or too weak while "
                                            "allow-legacy is not set (single DES is what simple servers always send)");
    if (status == CBP_E_INVALID)
        throw unusable(errors::recipient, "its content is not encrypted for this request's key, or is damaged");
    call.check(status);
    return content;
}

} // namespace

Sealed seal(Exchange &exchange, const Authority &authority, const Asker &asker, MessageType type,
            const std::string &transaction, std::string_view content) {
    const Call call = exchange.call();
    const cbp_host *host = call.host();
    const std::uint32_t flags = cms_flags(exchange.connection());
    Sealed sealed;
    sealed.transaction = transaction;
    sealed.nonce.resize(nonce_size);
    call.check(host->random(call.raw(), reinterpret_cast<std::uint8_t *>(sealed.nonce.data()), nonce_size));

    cbp_bytes enveloped{};
    call.check(host->cms_encrypt(call.raw(), bytes(authority.recipient()), authority.algorithms.cipher, flags,
                                 bytes(content), &enveloped));
    const std::string number = std::to_string(static_cast<int>(type));
    const auto made = [](const char *oid, std::uint32_t kind, std::string_view value) {
        return cbp_attribute{sizeof(cbp_attribute), kind, oid, bytes(value)};
    };
    const cbp_attribute type_attribute = made(attribute::message_type, CBP_ASN1_PRINTABLE, number);
    const cbp_attribute id_attribute = made(attribute::transaction_id, CBP_ASN1_PRINTABLE, transaction);
    const cbp_attribute nonce_attribute = made(attribute::sender_nonce, CBP_ASN1_OCTETS, sealed.nonce);
    const cbp_attribute *const attributes[] = {&type_attribute, &id_attribute, &nonce_attribute, nullptr};
    cbp_cms_sign_options options{};
    options.struct_size = sizeof options;
    options.flags = flags;
    options.digest = authority.algorithms.digest;
    options.attributes = attributes;
    call.check(host->cms_sign(call.raw(), asker.key, bytes(asker.certificate), enveloped, &options, &sealed.message));
    return sealed;
}

Answer send(Exchange &exchange, const Authority &authority, const Asker &asker, const Sealed &sealed, bool repeatable) {
    const Call call = exchange.call();
    const std::string_view message = exchange.pki_operation(sealed.message, authority.capabilities.post, repeatable);
    const cbp_bytes enveloped = verify(exchange, authority, message);
    Answer answer;
    answer.status = check_header(call, sealed);
    if (answer.status == PkiStatus::failure) {
        answer.fail = fail_info(read_attribute(call, attribute::fail_info).value_or(""));
        answer.fail_text = shown(read_attribute(call, attribute::fail_info_text).value_or(""), 500);
    } else if (answer.status == PkiStatus::success) {
        answer.content = open(exchange, asker, enveloped);
    }
    return answer;
}

std::string self_signed(Exchange &exchange, const cbp_key *key, cbp_bytes csr, const char *subject) {
    const Call call = exchange.call();
    const std::int64_t now = exchange.connection().host.now();
    cbp_certify spec{};
    spec.struct_size = sizeof spec;
    spec.not_before = now - day; // for CAs whose clock is behind
    spec.not_after = now + 365 * day;
    spec.subject = subject;
    spec.path_length = -1;
    cbp_bytes certificate{};
    call.check(call.host()->certify(call.raw(), key, {}, csr, &spec, &certificate));
    return std::string(text(certificate));
}

} // namespace scep
