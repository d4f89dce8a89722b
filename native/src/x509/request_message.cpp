#include "x509/request_message.hpp"

#include <array>

#include "base/der.hpp"
#include "base/encoding.hpp"
#include "base/errors.hpp"
#include "base/text.hpp"

namespace certbroker::x509 {
namespace {

constexpr std::string_view oid_pki_data = "1.3.6.1.5.5.7.12.2", oid_registration_info = "1.3.6.1.5.5.7.7.18",
                           oid_add_attributes = "1.3.6.1.4.1.311.10.10.1";
/// bodyPartIDs are one number space for the whole message (RFC 5272 section 3.2.1).
constexpr std::int64_t request_part = 1;

/// `Name=Value&Name=Value`: what would end a name or a value is written as %XX.
std::string escape(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool plain = static_cast<unsigned char>(c) >= 0x20 && c != 0x7f &&
                           std::string_view("%&=+").find(c) == std::string_view::npos;
        if (plain)
            out += c;
        else
            out += "%" + to_hex(as_bytes(std::string_view(&c, 1)));
    }
    return out;
}

std::string registration_info(const std::vector<std::pair<std::string, std::string>> &values) {
    std::string out;
    for (const auto &[name, value] : values)
        out += (out.empty() ? "" : "&") + escape(name) + "=" + escape(value);
    return out;
}

/// A TaggedAttribute with one value (RFC 5272 section 3.2.1.1).
template<class Body>
void write_control(der::Writer &controls, std::int64_t part, std::string_view type, Body &&body) {
    controls.nest(der::sequence, [&](der::Writer &control) {
        control.integer(part).oid(type);
        control.nest(der::set, body);
    });
}

/// CMCAddAttributes (MS-WCCE 2.2.2.6.3): attributes of the request in this message, outside what its key has signed.
void write_added(der::Writer &value, const std::vector<CsrAttribute> &attributes) {
    value.nest(der::sequence, [&](der::Writer &fields) {
        fields.integer(0); // of this PKIData, not of one inside it
        fields.nest(der::sequence, [](der::Writer &parts) { parts.integer(request_part); });
        fields.nest(der::set, [&](der::Writer &set) {
            for (const CsrAttribute &attribute : attributes) {
                set.nest(der::sequence, [&](der::Writer &one) {
                    one.oid(attribute.oid).nest(der::set, [&](der::Writer &members) {
                        for (const Bytes &member : attribute.values)
                            members.raw(member);
                    });
                });
            }
        });
    });
}

/// RFC 5272 section 3.2.1.
Bytes pki_data(const Csr &csr, const RequestMessageSpec &spec) {
    der::Writer writer;
    writer.nest(der::sequence, [&](der::Writer &data) {
        data.nest(der::sequence, [&](der::Writer &controls) {
            std::int64_t part = request_part;
            if (!spec.added_attributes.empty())
                write_control(controls, ++part, oid_add_attributes,
                              [&](der::Writer &set) { write_added(set, spec.added_attributes); });
            if (!spec.values.empty())
                write_control(controls, ++part, oid_registration_info,
                              [&](der::Writer &set) { set.octets(as_bytes(registration_info(spec.values))); });
        });
        data.nest(der::sequence, [&](der::Writer &requests) {
            requests.nest(der::context(0, true),
                          [&](der::Writer &request) { request.integer(request_part).raw(csr.der()); });
        });
        data.nest(der::sequence, [](der::Writer &) {});
        data.nest(der::sequence, [](der::Writer &) {});
    });
    return std::move(writer).take();
}

/// The value of Microsoft's name/value attribute of that name; empty when the request has none.
std::string name_value(const Csr &csr, std::string_view wanted) {
    for (const CsrAttribute &attribute : csr.attributes()) {
        if (attribute.oid != oid::name_value_pair || attribute.values.empty()) continue;
        auto pair = der::read_single(attribute.values.front(), der::sequence);
        if (!pair) continue;
        const auto name = pair->next(der::bmp_string);
        const auto value = pair->next(der::bmp_string);
        if (name && value && iequals(utf16_to_utf8(name->content, true), wanted))
            return utf16_to_utf8(value->content, true);
    }
    return {};
}

} // namespace

std::string_view message_kind_name(MessageKind kind) noexcept {
    constexpr std::array<std::string_view, 3> names{"PKCS10", "PKCS7", "CMC"};
    return names.at(static_cast<std::size_t>(kind));
}

Result<Csr> make_request_message(const Csr &csr, const RequestMessageSpec &spec) {
    crypto::CmsSignOptions options;
    options.digest = spec.digest;
    options.signing_time = false;
    const bool outer_only = !spec.values.empty() || !spec.added_attributes.empty();
    if (spec.kind == MessageKind::none || spec.signers.empty() ||
        (spec.kind == MessageKind::pkcs7 && (spec.signers.size() != 1 || outer_only)))
        return fail(errors::argument, "The request message could not be made: it lacks a signer or has one too many");
    Bytes content;
    if (spec.kind == MessageKind::pkcs7) {
        options.bare = true; // as Windows does it
        content = csr.der();
    } else {
        options.content_type = oid_pki_data;
        content = pki_data(csr, spec);
    }
    CERTBROKER_TRY(const Bytes message, crypto::cms_sign(spec.signers, content, options));
    return parse_request_message(message);
}

std::optional<Certificate> renewal_certificate_of(const Csr &csr) {
    const auto find = [](const std::vector<CsrAttribute> &attributes) -> std::optional<Certificate> {
        for (const CsrAttribute &attribute : attributes) {
            if (attribute.oid != oid::renewal_certificate || attribute.values.empty()) continue;
            if (auto parsed = Certificate::parse(attribute.values.front())) return *std::move(parsed);
        }
        return std::nullopt;
    };
    if (auto found = find(csr.attributes())) return found;
    return csr.message() == nullptr ? std::nullopt : find(csr.message()->added_attributes);
}

std::string requester_name_of(const Csr &csr) {
    constexpr std::string_view wanted = "requestername";
    if (csr.message() == nullptr) return {};
    for (const auto &[name, value] : csr.message()->values) {
        if (iequals(name, wanted)) return value;
    }
    return name_value(csr, wanted);
}

CsrAttribute make_renewal_certificate(const Certificate &old) {
    return {std::string(oid::renewal_certificate), {old.der()}};
}

CsrAttribute make_name_value_pair(std::string_view name, std::string_view value) {
    der::Writer writer;
    writer.nest(der::sequence, [&](der::Writer &pair) {
        pair.element(der::bmp_string, utf8_to_utf16(name, true));
        pair.element(der::bmp_string, utf8_to_utf16(value, true));
    });
    return {std::string(oid::name_value_pair), {std::move(writer).take()}};
}

} // namespace certbroker::x509
