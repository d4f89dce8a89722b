#include "x509/san.hpp"

#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "x509/errors.hpp"
#include "x509/host.hpp"
#include "x509/ip.hpp"

namespace certbroker::x509 {
namespace {

constexpr std::size_t max_names = 1000;
constexpr std::size_t max_upn = 1024;
constexpr std::size_t max_uri = 8192;
constexpr std::size_t max_email = 320;

enum ContextTag : unsigned { other = 0, email = 1, dns = 2, directory = 4, uri = 6, ip = 7, registered = 8 };

Error refuse(std::string_view what, std::string_view value, const std::string &why) {
    return fail(errors::general_name,
                "'" + std::string(value.substr(0, 200)) + "' is not " + std::string(what) + ": " + why);
}

bool is_visible_ascii(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}
bool has_control(std::string_view text) noexcept {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

GeneralName plain(GeneralNameType type, unsigned tag, std::string text, ByteView content) {
    der::Writer writer;
    writer.element(der::context(tag, false), content);
    return {type, std::move(text), {}, std::move(writer).take()};
}
GeneralName plain_text(GeneralNameType type, unsigned tag, std::string text) {
    der::Writer writer;
    writer.text(der::context(tag, false), text);
    return {type, std::move(text), {}, std::move(writer).take()};
}

/// Text of the other names that Windows knows; hex of the DER for all others.
std::string other_name_text(std::string_view oid, ByteView value_der) {
    der::Reader reader(value_der);
    const auto element = reader.next();
    if (element && oid == oid_upn && element->tag == der::utf8_string && is_valid_utf8(as_text(element->content)) &&
        !has_control(as_text(element->content)))
        return std::string(as_text(element->content));
    if (element && oid == oid_ntds_guid && element->tag == der::octet_string && element->content.size() == 16) {
        const ByteView octets = element->content;
        // The first three fields of a GUID are stored little-endian.
        constexpr std::array<std::size_t, 16> order{3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
        Bytes shown;
        for (const std::size_t i : order)
            shown.push_back(octets[i]);
        std::string hex = to_hex(shown);
        for (const std::size_t dash : {8U, 13U, 18U, 23U})
            hex.insert(dash, 1, '-');
        return hex;
    }
    return to_hex(value_der);
}

GeneralName other_name(std::string_view oid, ByteView value_der) {
    der::Writer writer;
    writer.nest(der::context(other, true), [&](der::Writer &w) {
        w.oid(oid).nest(der::context(0, true), [&](der::Writer &value) { value.raw(value_der); });
    });
    return {GeneralNameType::other_name, other_name_text(oid, value_der), std::string(oid), std::move(writer).take()};
}

Result<GeneralName> decode_other_name(const der::Element &element) {
    der::Reader reader(element.content);
    CERTBROKER_TRY(std::string oid, reader.read_oid());
    CERTBROKER_TRY(const der::Element wrapped, reader.next(der::context(0, true)));
    CERTBROKER_CHECK(reader.finish());
    CERTBROKER_CHECK(der::check_well_formed(wrapped.content));
    std::string text = other_name_text(oid, wrapped.content);
    return GeneralName{GeneralNameType::other_name, std::move(text), std::move(oid), to_bytes(element.whole)};
}

} // namespace

std::string GeneralName::to_string() const {
    switch (type) {
    case GeneralNameType::email:
        return "email=" + value;
    case GeneralNameType::dns:
        return "dns=" + value;
    case GeneralNameType::directory_name:
        return "directoryname=" + value;
    case GeneralNameType::uri:
        return "url=" + value;
    case GeneralNameType::ip_address:
        return "ipaddress=" + value;
    case GeneralNameType::registered_id:
        return "oid=" + value;
    case GeneralNameType::other_name: {
        // A value of these two that is not readable is hex, which their own tokens would not read back.
        const bool hex = value.find('@') == std::string::npos && value.find('-') == std::string::npos;
        if (type_oid == oid_upn && !hex) return "upn=" + value;
        if (type_oid == oid_ntds_guid && !hex) return "guid=" + value;
        der::Reader reader(der);
        if (auto inner = reader.enter(der::context(other, true)); inner && inner->skip(der::object_identifier)) {
            if (const auto wrapped = inner->next(); wrapped) return type_oid + "=" + to_hex(wrapped->content);
        }
        return type_oid + "=" + value;
    }
    case GeneralNameType::unknown:
        break;
    }
    return "unknown=" + to_hex(der);
}

Result<GeneralName> make_dns(std::string_view host) {
    CERTBROKER_TRY(std::string ascii, detail::host_to_ascii(host, true));
    return plain_text(GeneralNameType::dns, dns, std::move(ascii));
}

Result<GeneralName> make_email(std::string_view address) {
    constexpr std::string_view what = "an e-mail address";
    const auto at = address.rfind('@');
    if (at == std::string_view::npos || at == 0 || address.size() > max_email)
        return refuse(what, address, "it needs the form name@domain, at most 320 characters");
    const std::string_view local = address.substr(0, at);
    if (!is_ascii(local)) return refuse(what, address, "only ASCII is allowed in front of the '@'");
    if (!is_visible_ascii(local) || local.find_first_of("()<>[]:;@\\,\"") != std::string_view::npos ||
        local.size() > 64)
        return refuse(what, address,
                      "the part in front of the '@' has a blank or another character that is not allowed, or is over "
                      "64 characters");
    auto domain = detail::host_to_ascii(address.substr(at + 1), false);
    if (!domain) return refuse(what, address, "the domain is not usable").because(std::move(domain).error());
    return plain_text(GeneralNameType::email, email, std::string(local) + "@" + *domain);
}

Result<GeneralName> make_upn(std::string_view upn) {
    constexpr std::string_view what = "a user principal name";
    if (upn.size() > max_upn || !is_valid_utf8(upn) || has_control(upn))
        return refuse(what, "...", "it is longer than 1,024 octets, not valid UTF-8 or has control characters");
    const auto at = upn.find('@');
    if (at == std::string_view::npos || at == 0 || at + 1 == upn.size() ||
        upn.find('@', at + 1) != std::string_view::npos)
        return refuse(what, upn, "it needs the form name@domain");
    der::Writer value;
    value.text(der::utf8_string, upn);
    return other_name(oid_upn, value.bytes());
}

Result<GeneralName> make_uri(std::string_view text) {
    constexpr std::string_view what = "a URI";
    const auto colon = text.find(':');
    const auto is_scheme_character = [](char c) {
        return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' ||
               c == '.';
    };
    if (text.size() > max_uri) return refuse(what, text, "it is longer than 8,192 characters");
    if (!is_visible_ascii(text))
        return refuse(what, text, "it has blanks or characters outside ASCII")
            .with_remedy("Write such characters percent-encoded, as in %20, and the host in its xn-- form.");
    if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size() ||
        !std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(colon), is_scheme_character) ||
        ascii_lower(text.front()) < 'a' || ascii_lower(text.front()) > 'z')
        return refuse(what, text, "it needs a scheme in front, as in https://...");
    return plain_text(GeneralNameType::uri, uri, std::string(text));
}

Result<GeneralName> make_ip(std::string_view address) {
    const auto octets = detail::parse_ip(address);
    if (!octets)
        return refuse("an IP address", address,
                      "it needs the form 192.0.2.1 or 2001:db8::1, without mask, port or zone");
    return plain(GeneralNameType::ip_address, ip, detail::format_ip(*octets), *octets);
}

Result<GeneralName> make_guid(std::string_view guid) {
    std::string_view text = guid;
    if (text.size() == 38 && text.front() == '{' && text.back() == '}') text = text.substr(1, 36);
    std::string digits;
    bool fits = text.size() == 36;
    for (std::size_t i = 0; fits && i < text.size(); ++i) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            fits = text[i] == '-';
        } else {
            digits += text[i];
        }
    }
    const auto shown = from_hex(digits);
    if (!fits || !shown || shown->size() != 16)
        return refuse("a GUID", guid, "it needs the form f7c3ac41-b8ce-4fb4-aa58-3d1dc0e36b39");
    constexpr std::array<std::size_t, 16> order{3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    Bytes octets;
    for (const std::size_t i : order)
        octets.push_back((*shown)[i]);
    der::Writer value;
    value.octets(octets);
    return other_name(oid_ntds_guid, value.bytes());
}

Result<GeneralName> make_registered_id(std::string_view oid) {
    auto content = der::encode_oid(oid);
    if (!content)
        return refuse("a registered identifier", oid, "it needs numbers joined by dots")
            .because(std::move(content).error());
    return plain(GeneralNameType::registered_id, registered, std::string(oid), *content);
}

Result<GeneralName> make_directory_name(const Name &name) {
    if (name.empty())
        return fail(errors::general_name, "A directory name could not be used as alternative name: it is empty");
    der::Writer writer;
    writer.element(der::context(directory, true), name.der());
    return GeneralName{GeneralNameType::directory_name, name.to_string(), {}, std::move(writer).take()};
}

Result<GeneralName> make_other_name(std::string_view oid, ByteView value_der) {
    if (!der::is_oid(oid)) return refuse("an object identifier", oid, "it needs numbers joined by dots");
    if (auto checked = der::check_well_formed(value_der); !checked)
        return fail(errors::general_name, "The value of other name " + std::string(oid) +
                                              " could not be used: it is not one whole DER element")
            .because(std::move(checked).error());
    return other_name(oid, value_der);
}

Result<GeneralName> decode_general_name(const der::Element &element) {
    GeneralName name{GeneralNameType::unknown, {}, {}, to_bytes(element.whole)};
    const auto text = [&](GeneralNameType type) {
        // A NUL or a control character in a name is an old trick; such a name is kept but is no name of that form.
        const std::string_view content = as_text(element.content);
        if (!is_ascii(content) || has_control(content)) return;
        name.type = type;
        name.value = content;
    };
    switch (element.tag) {
    case der::context(other, true):
        return decode_other_name(element);
    case der::context(email, false):
        text(GeneralNameType::email);
        break;
    case der::context(dns, false):
        text(GeneralNameType::dns);
        break;
    case der::context(uri, false):
        text(GeneralNameType::uri);
        break;
    case der::context(directory, true): {
        CERTBROKER_TRY(const Name directory_name, Name::decode(element.content));
        name.type = GeneralNameType::directory_name;
        name.value = directory_name.to_string();
        break;
    }
    case der::context(ip, false):
        if (element.content.size() != 4 && element.content.size() != 16) break;
        name.type = GeneralNameType::ip_address;
        name.value = detail::format_ip(element.content);
        break;
    case der::context(registered, false): {
        CERTBROKER_TRY(name.value, der::decode_oid(element.content));
        name.type = GeneralNameType::registered_id;
        break;
    }
    case der::context(3, true):
    case der::context(5, true):
        CERTBROKER_CHECK(der::check_well_formed(element.whole));
        break;
    default:
        return fail(errors::general_name, "A general name could not be read: its tag is none of RFC 5280's");
    }
    if (name.type == GeneralNameType::unknown) name.value = to_hex(element.whole);
    return name;
}

Result<std::vector<GeneralName>> decode_general_names(ByteView extension_value) {
    CERTBROKER_TRY(der::Reader reader, der::read_single(extension_value, der::sequence));
    std::vector<GeneralName> names;
    while (!reader.empty()) {
        if (names.size() == max_names)
            return fail(errors::general_name, "Alternative names could not be read: there are more than 1,000");
        CERTBROKER_TRY(const der::Element element, reader.next());
        CERTBROKER_TRY(GeneralName name, decode_general_name(element));
        names.push_back(std::move(name));
    }
    if (names.empty()) return fail(errors::general_name, "Alternative names could not be read: the list is empty");
    return names;
}

Bytes encode_general_names(const std::vector<GeneralName> &names) {
    der::Writer writer;
    writer.nest(der::sequence, [&](der::Writer &w) {
        for (const GeneralName &name : names)
            w.raw(name.der);
    });
    return std::move(writer).take();
}

} // namespace certbroker::x509
