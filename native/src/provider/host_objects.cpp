#include "base/der.hpp"
#include "base/encoding.hpp"
#include "base/text.hpp"
#include "provider/host.hpp"

namespace certbroker::provider::host {
namespace {

constexpr std::string_view oid_name_value_pair =
    "1.3.6.1.4.1.311.13.2.1"; // Microsoft's szOID_ENROLLMENT_NAME_VALUE_PAIR
constexpr std::size_t max_object = 1024UL * 1024;

const std::vector<x509::Extension> &extensions_of(const ParsedObject &object) {
    if (const auto *csr = std::get_if<x509::Csr>(&object.value)) return csr->extensions();
    return std::get<x509::Certificate>(object.value).extensions();
}
const x509::Name &subject_of(const ParsedObject &object) {
    if (const auto *csr = std::get_if<x509::Csr>(&object.value)) return csr->subject();
    return std::get<x509::Certificate>(object.value).subject();
}
const crypto::PublicKey &key_of_object(const ParsedObject &object) {
    if (const auto *csr = std::get_if<x509::Csr>(&object.value)) return csr->public_key();
    return std::get<x509::Certificate>(object.value).public_key();
}

/// name=value of each EnrollmentNameValuePair: SEQUENCE { BMPString, BMPString }.
std::vector<std::string> request_attributes(const ParsedObject &object) {
    std::vector<std::string> out;
    const auto *csr = std::get_if<x509::Csr>(&object.value);
    if (csr == nullptr) return out;
    for (const x509::CsrAttribute &attribute : csr->attributes()) {
        if (attribute.oid != oid_name_value_pair) continue;
        for (const Bytes &value : attribute.values) {
            auto pair = der::read_single(value, der::sequence);
            if (!pair) continue;
            const auto name = pair->next(der::bmp_string);
            if (!name) continue;
            const auto content = pair->next(der::bmp_string);
            if (!content) continue;
            out.push_back(utf16_to_utf8(name->content, true) + "=" + utf16_to_utf8(content->content, true));
        }
    }
    return out;
}

std::vector<std::string> template_of(const ParsedObject &object) {
    const auto &extensions = extensions_of(object);
    if (const auto *name = x509::find_extension(extensions, x509::oid::template_name)) {
        der::Reader reader(name->value);
        if (const auto text = reader.next()) {
            if (text->tag == der::bmp_string) return {utf16_to_utf8(text->content, true)};
            if (text->tag == der::utf8_string || text->tag == der::printable_string || text->tag == der::ia5_string)
                return {std::string(as_text(text->content))};
        }
    }
    if (const auto *information = x509::find_extension(extensions, x509::oid::template_information)) {
        if (auto fields = der::read_single(information->value, der::sequence)) {
            if (auto oid = fields->read_oid()) return {*std::move(oid)};
        }
    }
    for (const std::string &pair : request_attributes(object)) {
        if (istarts_with(pair, "CertificateTemplate=")) return {pair.substr(pair.find('=') + 1)};
    }
    return {};
}

std::vector<std::string> subject_attributes(const ParsedObject &object) {
    std::vector<std::string> out;
    for (const x509::RelativeName &rdn : subject_of(object).rdns()) {
        for (const x509::NameAttribute &attribute : rdn)
            out.push_back(attribute.oid + "=" + attribute.value);
    }
    return out;
}

std::vector<std::string> alt_names(const ParsedObject &object) {
    const auto names = std::holds_alternative<x509::Csr>(object.value)
                           ? std::get<x509::Csr>(object.value).subject_alt_names()
                           : std::get<x509::Certificate>(object.value).subject_alt_names();
    std::vector<std::string> out;
    for (const x509::GeneralName &name : names)
        out.push_back(name.to_string());
    return out;
}

std::vector<std::string> usages(const ParsedObject &object, std::int32_t field) {
    const bool enhanced = field == CBP_FIELD_ENHANCED_KEY_USAGE;
    const auto *extension =
        x509::find_extension(extensions_of(object), enhanced ? x509::oid::enhanced_key_usage : x509::oid::key_usage);
    if (extension == nullptr) return {};
    if (enhanced) {
        auto oids = x509::decode_oid_list(extension->value);
        return oids ? *std::move(oids) : std::vector<std::string>();
    }
    const auto bits = x509::decode_key_usage(extension->value);
    return bits ? x509::key_usage_names(*bits) : std::vector<std::string>();
}

std::vector<std::string> field_of(const ParsedObject &object, std::int32_t field) {
    const auto *certificate = std::get_if<x509::Certificate>(&object.value);
    const auto of_certificate = [&](auto get) {
        return certificate != nullptr ? std::vector<std::string>{get(*certificate)} : std::vector<std::string>();
    };
    switch (field) {
    case CBP_FIELD_SUBJECT:
        return {subject_of(object).to_string()};
    case CBP_FIELD_ISSUER:
        return of_certificate([](const x509::Certificate &c) { return c.issuer().to_string(); });
    case CBP_FIELD_SERIAL:
        return of_certificate([](const x509::Certificate &c) { return c.serial_hex(); });
    case CBP_FIELD_THUMBPRINT:
        return of_certificate([](const x509::Certificate &c) { return c.thumbprint(); });
    case CBP_FIELD_KEY_ALGORITHM: {
        const auto &key = key_of_object(object);
        return {key.spec() ? std::string(crypto::key_algorithm_name(key.spec()->algorithm)) : key.algorithm_text()};
    }
    case CBP_FIELD_SUBJECT_ALT_NAME:
        return alt_names(object);
    case CBP_FIELD_ENHANCED_KEY_USAGE:
    case CBP_FIELD_KEY_USAGE:
        return usages(object, field);
    case CBP_FIELD_SUBJECT_ATTRIBUTE:
        return subject_attributes(object);
    case CBP_FIELD_KEY_ID:
        return {to_hex(key_of_object(object).sha256())};
    case CBP_FIELD_SIGNATURE_ALGORITHM:
        return {certificate != nullptr ? certificate->signature().name
                                       : std::get<x509::Csr>(object.value).signature().name};
    case CBP_FIELD_TEMPLATE:
        return template_of(object);
    case CBP_FIELD_REQUEST_ATTRIBUTE:
        return request_attributes(object);
    default:
        return {};
    }
}

Result<void> parse_body(Call &call, int32_t kind, cbp_bytes given, const cbp_parsed **out) {
    CERTBROKER_CHECK(call.required(out, "out"));
    CERTBROKER_TRY(const ByteView bytes, call.bytes(given, "der_or_pem", max_object));
    if (kind == CBP_PARSE_CSR) {
        // The order's own request was read when the call began.
        if (call.order_csr && equal(call.order_csr->der(), bytes)) {
            *out = call.add<cbp_parsed>(ParsedObject{*call.order_csr, {}, {}});
            return {};
        }
        CERTBROKER_TRY(x509::Csr csr, x509::Csr::parse(bytes));
        *out = call.add<cbp_parsed>(ParsedObject{std::move(csr), {}, {}});
        return {};
    }
    if (kind != CBP_PARSE_CERTIFICATE) return call.breach("the kind of object is unknown");
    CERTBROKER_TRY(x509::Certificate certificate, x509::Certificate::parse(bytes));
    *out = call.add<cbp_parsed>(ParsedObject{std::move(certificate), {}, {}});
    return {};
}

cbp_status CBP_CALL parse(cbp_call *handle, int32_t kind, cbp_bytes der_or_pem, const cbp_parsed **out) {
    return serve_status(handle, "parse", [&](Call &call) { return parse_body(call, kind, der_or_pem, out); });
}

const char *CBP_CALL parsed_text(cbp_call *handle, const cbp_parsed *parsed, int32_t field, size_t index) {
    return serve<const char *>(handle, "parsed_text", nullptr, [&](Call &call) -> const char * {
        ParsedObject *object = call.find<ParsedObject>(parsed);
        if (object == nullptr) return nullptr;
        auto found = object->texts.find(field);
        if (found == object->texts.end()) found = object->texts.emplace(field, field_of(*object, field)).first;
        return index < found->second.size() ? found->second[index].c_str() : nullptr;
    });
}

Bytes key_identifier(const ParsedObject &object) {
    if (const auto *certificate = std::get_if<x509::Certificate>(&object.value)) {
        if (Bytes given = certificate->subject_key_identifier(); !given.empty()) return given;
    }
    return key_of_object(object).key_identifier();
}

cbp_bytes CBP_CALL parsed_bytes(const cbp_parsed *parsed, int32_t which) {
    return serve<cbp_bytes>(parsed, "parsed_bytes", cbp_bytes{}, [&](Call &call) -> cbp_bytes {
        ParsedObject *object = call.find<ParsedObject>(parsed);
        if (object == nullptr) return {};
        const auto view = [](const Bytes &bytes) { return cbp_bytes{bytes.data(), bytes.size()}; };
        const auto *certificate = std::get_if<x509::Certificate>(&object->value);
        switch (which) {
        case CBP_BYTES_DER:
            return view(certificate != nullptr ? certificate->der() : std::get<x509::Csr>(object->value).der());
        case CBP_BYTES_SUBJECT:
            return view(subject_of(*object).der());
        case CBP_BYTES_ISSUER:
            return certificate != nullptr ? view(certificate->issuer().der()) : cbp_bytes{};
        case CBP_BYTES_PUBLIC_KEY:
            return view(key_of_object(*object).spki());
        case CBP_BYTES_SERIAL:
            return certificate != nullptr ? view(certificate->serial()) : cbp_bytes{};
        case CBP_BYTES_KEY_IDENTIFIER:
            if (object->key_identifier.empty()) object->key_identifier = key_identifier(*object);
            return view(object->key_identifier);
        default:
            return {};
        }
    });
}

int64_t CBP_CALL parsed_number(const cbp_parsed *parsed, int32_t which) {
    return serve<int64_t>(parsed, "parsed_number", 0, [&](Call &call) -> int64_t {
        const ParsedObject *object = call.find<ParsedObject>(parsed);
        if (object == nullptr) return 0;
        const auto *certificate = std::get_if<x509::Certificate>(&object->value);
        switch (which) {
        case CBP_NUMBER_NOT_BEFORE:
            return certificate != nullptr ? certificate->not_before() : 0;
        case CBP_NUMBER_NOT_AFTER:
            return certificate != nullptr ? certificate->not_after() : 0;
        case CBP_NUMBER_KEY_LENGTH:
            return key_of_object(*object).spec() ? key_of_object(*object).spec()->bits : 0;
        case CBP_NUMBER_IS_CA:
            return certificate != nullptr && certificate->basic_constraints().ca ? 1 : 0;
        default:
            return 0;
        }
    });
}

cbp_status CBP_CALL split_certificates(cbp_call *handle, cbp_bytes input, const cbp_list **out) {
    return serve_status(handle, "split_certificates", [&](Call &call) -> Result<void> {
        CERTBROKER_CHECK(call.required(out, "out"));
        CERTBROKER_TRY(const ByteView bytes, call.bytes(input, "input"));
        CERTBROKER_TRY(const std::vector<x509::Certificate> certificates, x509::parse_certificates(bytes));
        ListObject list;
        for (const x509::Certificate &certificate : certificates)
            list.items.push_back(certificate.der());
        *out = call.add<cbp_list>(std::move(list));
        return {};
    });
}

cbp_status CBP_CALL split_crls(cbp_call *handle, cbp_bytes input, const cbp_list **out) {
    return serve_status(handle, "split_crls", [&](Call &call) -> Result<void> {
        CERTBROKER_CHECK(call.required(out, "out"));
        CERTBROKER_TRY(const ByteView bytes, call.bytes(input, "input"));
        CERTBROKER_TRY(crypto::Pkcs7Contents contents, crypto::split_pkcs7(bytes));
        *out = call.add<cbp_list>(ListObject{std::move(contents.crls)});
        return {};
    });
}

Result<bool> is_issued_by(Call &call, cbp_bytes certificate_der, cbp_bytes issuer_der) {
    CERTBROKER_TRY(const ByteView subject_bytes, call.bytes(certificate_der, "certificate_der", max_object));
    CERTBROKER_TRY(const ByteView issuer_bytes, call.bytes(issuer_der, "issuer_der", max_object));
    CERTBROKER_TRY(const x509::Certificate certificate, x509::Certificate::parse(subject_bytes));
    CERTBROKER_TRY(const x509::Certificate issuer, x509::Certificate::parse(issuer_bytes));
    return certificate.verify_issued_by(issuer).has_value();
}

cbp_status CBP_CALL issued_by(cbp_call *handle, cbp_bytes certificate_der, cbp_bytes issuer_der) {
    return serve<cbp_status>(handle, "issued_by", CBP_E_CANCELLED, [&](Call &call) -> cbp_status {
        auto found = is_issued_by(call, certificate_der, issuer_der);
        if (!found) return call.host_failed(std::move(found).error());
        return *found ? CBP_OK : CBP_E_NOT_FOUND;
    });
}

size_t CBP_CALL list_count(const cbp_list *handle) {
    return serve<size_t>(handle, "list_count", 0, [&](Call &call) -> size_t {
        const ListObject *list = call.find<ListObject>(handle);
        return list != nullptr ? list->items.size() : 0;
    });
}

cbp_bytes CBP_CALL list_at(const cbp_list *handle, size_t index) {
    return serve<cbp_bytes>(handle, "list_at", cbp_bytes{}, [&](Call &call) -> cbp_bytes {
        const ListObject *list = call.find<ListObject>(handle);
        if (list == nullptr || index >= list->items.size()) return {};
        return {list->items[index].data(), list->items[index].size()};
    });
}

cbp_status CBP_CALL csr_pem(cbp_call *handle, cbp_bytes csr_der, const char **pem) {
    return serve_status(handle, "csr_pem", [&](Call &call) -> Result<void> {
        CERTBROKER_CHECK(call.required(pem, "pem"));
        CERTBROKER_TRY(const ByteView bytes, call.bytes(csr_der, "csr_der", max_object));
        CERTBROKER_TRY(const x509::Csr csr, x509::Csr::parse(bytes));
        *pem = call.keep(csr.to_pem(false));
        return {};
    });
}

} // namespace

void fill_objects(cbp_host &table) noexcept {
    table.parse = &parse;
    table.parsed_text = &parsed_text;
    table.parsed_bytes = &parsed_bytes;
    table.parsed_number = &parsed_number;
    table.split_certificates = &split_certificates;
    table.split_crls = &split_crls;
    table.issued_by = &issued_by;
    table.list_count = &list_count;
    table.list_at = &list_at;
    table.csr_pem = &csr_pem;
}

} // namespace certbroker::provider::host
