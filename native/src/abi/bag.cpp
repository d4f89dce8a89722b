#include "abi/bag.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "x509/extension.hpp"
#include "x509/request_message.hpp"
#include "x509/sid.hpp"

namespace certbroker::abi {
namespace {

std::vector<std::string> texts_of(const std::vector<x509::GeneralName> &names) {
    std::vector<std::string> out;
    out.reserve(names.size());
    for (const x509::GeneralName &name : names)
        out.push_back(name.to_string());
    return out;
}

std::vector<std::string> account_of(const std::vector<x509::Extension> &extensions,
                                    const std::vector<x509::GeneralName> &names) {
    const auto sids = x509::sids_of(extensions, names);
    return {sids.begin(), sids.end()};
}

std::string key_algorithm_text(const crypto::PublicKey &key) {
    return key.spec() ? std::string(crypto::key_algorithm_name(key.spec()->algorithm)) : key.algorithm_text();
}

/// What certificates and requests have in common.
void add_key(Bag &bag, const crypto::PublicKey &key) {
    bag.text(CERTBROKER_P_KEY_ALGORITHM, key_algorithm_text(key))
        .number(CERTBROKER_P_KEY_LENGTH, key.spec() ? key.spec()->bits : 0)
        .text(CERTBROKER_P_KEY_ID, to_hex(key.sha256()));
}

const char *setting_type_name(std::uint32_t type) {
    switch (type) {
    case CBP_TEXT:
        return "Text";
    case CBP_NUMBER:
        return "Number";
    case CBP_BOOL:
        return "Bool";
    case CBP_URL:
        return "Url";
    case CBP_DURATION:
        return "Duration";
    case CBP_CHOICE:
        return "Choice";
    case CBP_SECRET:
        return "Secret";
    case CBP_KEY:
        return "Key";
    case CBP_PATH:
        return "Path";
    case CBP_LIST:
        return "List";
    default:
        return "Unknown";
    }
}

std::string or_empty(const char *text) {
    return text != nullptr ? text : "";
}

} // namespace

Bag &Bag::text(std::int32_t property, std::string value) {
    texts_[property] = {std::move(value)};
    return *this;
}

Bag &Bag::list(std::int32_t property, std::vector<std::string> values) {
    texts_[property] = std::move(values);
    return *this;
}

Bag &Bag::number(std::int32_t property, std::int64_t value) {
    numbers_[property] = value;
    return *this;
}

certbroker_status Bag::get_text(std::int32_t property, std::size_t index, certbroker_text *out) const noexcept {
    const auto found = texts_.find(property);
    if (found == texts_.end()) return CERTBROKER_E_ARGUMENT;
    if (index >= found->second.size()) return CERTBROKER_E_END;
    *out = found->second[index].c_str();
    return CERTBROKER_OK;
}

certbroker_status Bag::get_number(std::int32_t property, std::int64_t *out) const noexcept {
    const auto found = numbers_.find(property);
    if (found == numbers_.end()) return CERTBROKER_E_ARGUMENT;
    *out = found->second;
    return CERTBROKER_OK;
}

Bag bag_of(const x509::Certificate &certificate) {
    Bag bag;
    bag.text(CERTBROKER_P_SUBJECT, certificate.subject().to_string())
        .text(CERTBROKER_P_ISSUER, certificate.issuer().to_string())
        .text(CERTBROKER_P_SERIAL_NUMBER, certificate.serial_hex())
        .text(CERTBROKER_P_THUMBPRINT, certificate.thumbprint())
        .text(CERTBROKER_P_SHA256, to_hex(certificate.sha256(), true))
        .number(CERTBROKER_P_NOT_BEFORE, certificate.not_before())
        .number(CERTBROKER_P_NOT_AFTER, certificate.not_after())
        .text(CERTBROKER_P_SIGNATURE_ALGORITHM, certificate.signature().name)
        .list(CERTBROKER_P_SUBJECT_ALT_NAME, texts_of(certificate.subject_alt_names()))
        .list(CERTBROKER_P_ENHANCED_KEY_USAGE, certificate.enhanced_key_usage())
        .list(CERTBROKER_P_KEY_USAGE, x509::key_usage_names(certificate.key_usage()))
        .list(CERTBROKER_P_SECURITY_IDENTIFIER, account_of(certificate.extensions(), certificate.subject_alt_names()))
        .number(CERTBROKER_P_IS_CA, certificate.basic_constraints().ca ? 1 : 0)
        .number(CERTBROKER_P_IS_SELF_SIGNED, certificate.self_issued() ? 1 : 0);
    add_key(bag, certificate.public_key());
    return bag;
}

Bag bag_of(const x509::Csr &csr) {
    Bag bag;
    std::vector<std::string> usages;
    std::vector<std::string> ekus;
    if (const auto *extension = x509::find_extension(csr.extensions(), x509::oid::key_usage)) {
        if (const auto bits = x509::decode_key_usage(extension->value)) usages = x509::key_usage_names(*bits);
    }
    if (const auto *extension = x509::find_extension(csr.extensions(), x509::oid::enhanced_key_usage)) {
        if (auto oids = x509::decode_oid_list(extension->value)) ekus = *std::move(oids);
    }
    bag.text(CERTBROKER_P_SUBJECT, csr.subject().to_string())
        .text(CERTBROKER_P_SIGNATURE_ALGORITHM, csr.signature().name)
        .list(CERTBROKER_P_SUBJECT_ALT_NAME, texts_of(csr.subject_alt_names()))
        .list(CERTBROKER_P_ENHANCED_KEY_USAGE, std::move(ekus))
        .list(CERTBROKER_P_KEY_USAGE, std::move(usages))
        .list(CERTBROKER_P_SECURITY_IDENTIFIER, account_of(csr.extensions(), csr.subject_alt_names()));
    add_key(bag, csr.public_key());
    std::vector<std::string> signers;
    const x509::RequestMessage *message = csr.message();
    for (const x509::MessageSigner &signer : message != nullptr ? message->signers : std::vector<x509::MessageSigner>())
        signers.push_back(signer.name);
    const auto renewed = x509::renewal_certificate_of(csr);
    const auto kind = message != nullptr ? message->kind : x509::MessageKind::none;
    bag.text(CERTBROKER_P_REQUEST_TYPE, std::string(message_kind_name(kind)))
        .list(CERTBROKER_P_SIGNED_BY, std::move(signers))
        .text(CERTBROKER_P_REQUESTER_NAME, x509::requester_name_of(csr))
        .text(CERTBROKER_P_RENEWAL_CERT, renewed ? renewed->thumbprint() : std::string());
    return bag;
}

Bag bag_of(const store::Entry &entry) {
    Bag bag;
    bag.text(CERTBROKER_P_FRIENDLY_NAME, entry.friendly_name)
        .text(CERTBROKER_P_STORE, entry.store.name.empty() ? "" : entry.store.to_string())
        .text(CERTBROKER_P_STORE_LOCATION,
              entry.store.name.empty() ? "" : std::string(store::location_name(entry.store.location)))
        .text(CERTBROKER_P_STORE_NAME, entry.store.name)
        .text(CERTBROKER_P_THUMBPRINT, entry.certificate.thumbprint())
        .text(CERTBROKER_P_KEY_URI, entry.key_uri)
        .text(CERTBROKER_P_KEY_ID, to_hex(entry.certificate.public_key().sha256()))
        .number(CERTBROKER_P_HAS_PRIVATE_KEY, entry.has_private_key() ? 1 : 0)
        .number(CERTBROKER_P_EXPORTABLE, entry.exportable ? 1 : 0)
        .number(CERTBROKER_P_ARCHIVED, entry.archived ? 1 : 0);
    return bag;
}

Bag bag_of(const crypto::PrivateKey &key) {
    Bag bag;
    add_key(bag, key.public_key());
    bag.text(CERTBROKER_P_KEY_URI, key.uri()).number(CERTBROKER_P_EXPORTABLE, key.exportable() ? 1 : 0);
    return bag;
}

Bag bag_of(const issuance::Record &record) {
    Bag bag;
    std::string location;
    std::string name;
    if (const auto uri = store::StoreUri::parse(record.store, "folder"); uri && !record.store.empty()) {
        location = store::location_name(uri->location);
        name = uri->name;
    }
    bag.text(CERTBROKER_P_REQUEST_ID, record.id)
        .number(CERTBROKER_P_STATE, static_cast<std::int64_t>(record.state))
        .text(CERTBROKER_P_STATE_NAME, std::string(issuance::state_name(record.state)))
        .text(CERTBROKER_P_SUBJECT, record.subject)
        .text(CERTBROKER_P_AUTHORITY, record.authority)
        .text(CERTBROKER_P_PROVIDER, record.provider)
        .text(CERTBROKER_P_TEMPLATE, record.profile)
        .text(CERTBROKER_P_CA_REFERENCE, record.reference)
        .text(CERTBROKER_P_MESSAGE, record.message)
        .text(CERTBROKER_P_REASON, record.reason)
        .text(CERTBROKER_P_REMEDY, record.remedy)
        .text(CERTBROKER_P_REPLACES, record.replaces)
        .text(CERTBROKER_P_THUMBPRINT, record.thumbprint)
        .text(CERTBROKER_P_KEY_ID, record.key_id)
        .text(CERTBROKER_P_STORE, record.store)
        .text(CERTBROKER_P_STORE_LOCATION, location)
        .text(CERTBROKER_P_STORE_NAME, name)
        .text(CERTBROKER_P_FRIENDLY_NAME, record.friendly_name)
        .number(CERTBROKER_P_CREATED, record.created)
        .number(CERTBROKER_P_CHANGED, record.changed)
        .number(CERTBROKER_P_NEXT_TRY, record.next_try)
        .number(CERTBROKER_P_SENT_AT, record.sent_at)
        .number(CERTBROKER_P_RENEWAL_SECONDS, record.renewal_seconds);
    return bag;
}

Bag bag_of(const issuance::Issue &issue) {
    return std::move(bag_of(issue.record).list(CERTBROKER_P_WARNING, issue.warnings));
}

Bag bag_of(const profile::Diagnostic &diagnostic) {
    Bag bag;
    const int severity = diagnostic.severity == x509::Severity::error     ? CERTBROKER_SEVERITY_ERROR
                         : diagnostic.severity == x509::Severity::warning ? CERTBROKER_SEVERITY_WARNING
                                                                          : CERTBROKER_SEVERITY_INFORMATION;
    bag.number(CERTBROKER_P_SEVERITY, severity)
        .text(CERTBROKER_P_RULE, diagnostic.rule)
        .text(CERTBROKER_P_MESSAGE, diagnostic.message)
        .text(CERTBROKER_P_REMEDY, diagnostic.remedy)
        .text(CERTBROKER_P_FILE, diagnostic.file)
        .number(CERTBROKER_P_LINE, diagnostic.line)
        .number(CERTBROKER_P_COLUMN, diagnostic.column);
    return bag;
}

Bag bag_of(const provider::Plugin &plugin) {
    Bag bag;
    const cbp_plugin *descriptor = plugin.descriptor;
    bag.text(CERTBROKER_P_ID, plugin.id)
        .text(CERTBROKER_P_TITLE, descriptor != nullptr ? or_empty(descriptor->title) : "")
        .text(CERTBROKER_P_VERSION, descriptor != nullptr ? or_empty(descriptor->version) : "")
        .text(CERTBROKER_P_HELP_URL, descriptor != nullptr ? or_empty(descriptor->help_url) : "")
        .number(CERTBROKER_P_CAPABILITIES,
                descriptor != nullptr ? static_cast<std::int64_t>(descriptor->capabilities) : 0)
        .text(CERTBROKER_P_PATH, plugin.path)
        .text(CERTBROKER_P_HASH, plugin.sha256)
        .text(CERTBROKER_P_PUBLISHER, plugin.publisher)
        .text(CERTBROKER_P_TRUST, std::string(provider::trust_name(plugin.trust)))
        .text(CERTBROKER_P_DISABLED_REASON, plugin.disabled_reason)
        .text(CERTBROKER_P_REMEDY, plugin.disabled_remedy);
    return bag;
}

Bag bag_of(const certbroker_setting_info &setting) {
    Bag bag;
    std::vector<std::string> choices;
    for (const char *const *choice = setting.choices; choice != nullptr && *choice != nullptr; ++choice)
        choices.emplace_back(*choice);
    bag.text(CERTBROKER_P_NAME, setting.name)
        .text(CERTBROKER_P_SUMMARY, or_empty(setting.summary))
        .text(CERTBROKER_P_TYPE, setting_type_name(setting.type))
        .text(CERTBROKER_P_SCOPE, setting.scope == CBP_SCOPE_ORDER ? "Order" : "Connection")
        .number(CERTBROKER_P_REQUIRED, (setting.flags & CBP_REQUIRED) != 0 ? 1 : 0)
        .text(CERTBROKER_P_DEFAULT, or_empty(setting.default_text))
        .list(CERTBROKER_P_CHOICE, std::move(choices))
        .number(CERTBROKER_P_MINIMUM, setting.min)
        .number(CERTBROKER_P_MAXIMUM, setting.max)
        .text(CERTBROKER_P_HINT, or_empty(setting.pattern_hint))
        .number(CERTBROKER_P_ADVANCED, (setting.flags & CBP_ADVANCED) != 0 ? 1 : 0)
        .number(CERTBROKER_P_IS_SECRET, setting.type == CBP_SECRET ? 1 : 0);
    return bag;
}

Bag bag_of(const provider::CheckRow &check) {
    using State = provider::CheckRow::State;
    const char *state = check.state == State::passed    ? "Passed"
                        : check.state == State::warning ? "Warning"
                        : check.state == State::failed  ? "Failed"
                                                        : "Skipped";
    Bag bag;
    bag.text(CERTBROKER_P_ID, check.id)
        .text(CERTBROKER_P_NAME, check.name)
        .text(CERTBROKER_P_TEMPLATE, check.profile)
        .text(CERTBROKER_P_CHECK_STATUS, state)
        .text(CERTBROKER_P_MESSAGE, check.message)
        .text(CERTBROKER_P_CAUSE, check.cause)
        .text(CERTBROKER_P_REMEDY, check.remedy)
        .text(CERTBROKER_P_CONNECTOR_MESSAGE, check.connector_message);
    return bag;
}

Bag bag_of(const provider::FoundCertificate &found) {
    Bag bag;
    const auto &certificate = found.certificate;
    bag.text(CERTBROKER_P_SERIAL_NUMBER, found.serial)
        .text(CERTBROKER_P_SUBJECT, certificate ? certificate->subject().to_string() : found.subject)
        .text(CERTBROKER_P_ISSUER, certificate ? certificate->issuer().to_string() : "")
        .text(CERTBROKER_P_THUMBPRINT, certificate ? certificate->thumbprint() : "")
        .text(CERTBROKER_P_CERTIFICATE, certificate ? to_base64(certificate->der()) : "")
        .text(CERTBROKER_P_CA_STATUS, found.status)
        .text(CERTBROKER_P_TEMPLATE, found.profile)
        .list(CERTBROKER_P_EMAIL_ADDRESS,
              found.email.empty() ? std::vector<std::string>() : std::vector<std::string>{found.email})
        .text(CERTBROKER_P_OWNER, found.owner)
        .text(CERTBROKER_P_REASON, found.reason < 0 ? "" : std::to_string(found.reason))
        .number(CERTBROKER_P_NOT_BEFORE, certificate ? certificate->not_before() : found.not_before)
        .number(CERTBROKER_P_NOT_AFTER, certificate ? certificate->not_after() : found.not_after)
        .number(CERTBROKER_P_REVOKED_AT, found.revoked_at);
    return bag;
}

} // namespace certbroker::abi
