#include "x509/name.hpp"

#include <algorithm>

#include "base/der.hpp"
#include "base/encoding.hpp"
#include "base/text.hpp"
#include "x509/errors.hpp"
#include "x509/name_attributes.hpp"

namespace certbroker::x509 {
namespace {

Error malformed(std::string why) {
    return fail(errors::name_syntax, "A distinguished name could not be decoded: " + std::move(why));
}

/// Control characters, C1 included: they would break out of a line of text, so such values are shown as hex.
bool has_control(std::string_view text) noexcept {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c < 0x20 || c == 0x7f) return true;
        if (c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) return true;
    }
    return false;
}

void append_quoted(std::string &out, std::string_view value) {
    const bool quote =
        value.front() == ' ' || value.back() == ' ' || value.find_first_of(",+=\"<>#;") != std::string_view::npos;
    if (!quote) {
        out += value;
        return;
    }
    out += '"';
    for (const char c : value) {
        if (c == '"') out += '"';
        out += c;
    }
    out += '"';
}

void append_value(std::string &out, const NameAttribute &attribute, detail::AttributeSyntax syntax) {
    if (!attribute.raw.empty()) {
        out += "#" + to_hex(attribute.raw, true);
    } else if (has_control(attribute.value) || !detail::value_defect(syntax, attribute.value).empty()) {
        // What parse() would refuse as text (no value at all, a country of seven letters) still reads back this way.
        der::Writer writer;
        writer.text(der::utf8_string, attribute.value);
        out += "#" + to_hex(writer.bytes(), true);
    } else {
        append_quoted(out, attribute.value);
    }
}

bool same_attribute(const NameAttribute &a, const NameAttribute &b) {
    return a.oid == b.oid && a.value == b.value && a.raw.empty() == b.raw.empty();
}

} // namespace

Result<Name> Name::decode(ByteView der) {
    if (der.size() > detail::max_name_der) return malformed("it is larger than 64 KiB");
    CERTBROKER_TRY(der::Reader sequence, der::read_single(der, der::sequence));
    Name name;
    std::size_t count = 0;
    while (!sequence.empty()) {
        CERTBROKER_TRY(der::Reader set, sequence.enter(der::set));
        RelativeName rdn;
        do {
            if (++count > detail::max_name_attributes) return malformed("it has more than 200 attributes");
            CERTBROKER_TRY(der::Reader pair, set.enter(der::sequence));
            NameAttribute attribute{};
            CERTBROKER_TRY(attribute.oid, pair.read_oid());
            // What could not be written again as text is not accepted either.
            if (attribute.oid.size() > 256) return malformed("an attribute's object identifier is too long");
            CERTBROKER_TRY(const der::Element value, pair.next());
            CERTBROKER_CHECK(pair.finish());
            CERTBROKER_CHECK(detail::read_attribute_value(value, attribute));
            rdn.push_back(std::move(attribute));
        } while (!set.empty());
        name.rdns_.push_back(std::move(rdn));
    }
    name.der_ = to_bytes(der);
    return name;
}

std::string Name::to_string() const {
    std::string out;
    for (const RelativeName &rdn : rdns_) {
        if (!out.empty()) out += ", ";
        bool first_of_rdn = true;
        for (const NameAttribute &attribute : rdn) {
            if (!first_of_rdn) out += " + ";
            first_of_rdn = false;
            const detail::AttributeType *type = detail::attribute_by_oid(attribute.oid);
            if (type != nullptr) {
                out += type->label;
            } else {
                out += "OID." + attribute.oid;
            }
            out += '=';
            append_value(out, attribute, type != nullptr ? type->syntax : detail::AttributeSyntax::directory);
        }
    }
    return out;
}

std::string Name::first(std::string_view oid) const {
    for (const RelativeName &rdn : rdns_) {
        for (const NameAttribute &attribute : rdn) {
            if (attribute.oid == oid) return attribute.value;
        }
    }
    return {};
}

bool Name::same_values(const Name &other) const {
    if (der_ == other.der_) return true;
    return std::equal(rdns_.begin(), rdns_.end(), other.rdns_.begin(), other.rdns_.end(),
                      [](const RelativeName &a, const RelativeName &b) {
                          // The order inside an RDN follows from the encoding, so it may differ where the string types
                          // do.
                          return a.size() == b.size() &&
                                 std::is_permutation(a.begin(), a.end(), b.begin(), same_attribute);
                      });
}

} // namespace certbroker::x509
