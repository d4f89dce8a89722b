#include "x509/extension.hpp"

#include <algorithm>
#include <array>

#include "base/der.hpp"
#include "base/text.hpp"
#include "x509/errors.hpp"

namespace certbroker::x509 {
namespace {

constexpr std::size_t max_extensions = 100;
constexpr std::size_t max_oids = 1000;

template<class Body>
Extension make(std::string_view oid, bool critical, Body &&body) {
    der::Writer writer;
    body(writer);
    return {std::string(oid), critical, std::move(writer).take()};
}

Error unreadable(std::string_view what, std::string why) {
    return fail(errors::extension_value, std::string(what) + " could not be read: " + std::move(why));
}

/// OIDs out of a SEQUENCE OF something that begins with an OBJECT IDENTIFIER, or of the OIDs themselves.
Result<std::vector<std::string>> read_oids(ByteView value, bool nested, std::string_view what) {
    CERTBROKER_TRY(der::Reader reader, der::read_single(value, der::sequence));
    std::vector<std::string> oids;
    while (!reader.empty()) {
        if (oids.size() == max_oids) return unreadable(what, "it has more than 1,000 entries");
        if (nested) {
            CERTBROKER_TRY(der::Reader entry, reader.enter(der::sequence));
            CERTBROKER_TRY(std::string oid, entry.read_oid());
            oids.push_back(std::move(oid));
        } else {
            CERTBROKER_TRY(std::string oid, reader.read_oid());
            oids.push_back(std::move(oid));
        }
    }
    if (oids.empty()) return unreadable(what, "its list is empty");
    return oids;
}

} // namespace

Extension make_key_usage(std::uint32_t bits, bool critical) {
    // From Windows' numbering (high bit of each octet first, low octet first) to the named bit list's.
    std::uint32_t from_zero = 0;
    for (unsigned i = 0; i < 9; ++i) {
        const std::uint32_t mask = i < 8 ? 0x80U >> i : 0x8000U;
        if ((bits & mask) != 0) from_zero |= 1U << i;
    }
    return make(oid::key_usage, critical, [&](der::Writer &w) { w.named_bits(from_zero, 9); });
}

Extension make_enhanced_key_usage(const std::vector<std::string> &oids, bool critical) {
    return make(oid::enhanced_key_usage, critical, [&](der::Writer &w) {
        w.nest(der::sequence, [&](der::Writer &list) {
            for (const std::string &item : oids)
                list.oid(item);
        });
    });
}

Extension make_subject_alt_name(const std::vector<GeneralName> &names, bool critical) {
    return {std::string(oid::subject_alt_name), critical, encode_general_names(names)};
}

Extension make_basic_constraints(bool ca, std::optional<std::uint32_t> path_length, bool critical) {
    return make(oid::basic_constraints, critical, [&](der::Writer &w) {
        w.nest(der::sequence, [&](der::Writer &fields) {
            if (ca) fields.boolean(true);
            if (ca && path_length) fields.integer(*path_length);
        });
    });
}

Extension make_subject_key_identifier(ByteView key_identifier) {
    return make(oid::subject_key_identifier, false, [&](der::Writer &w) { w.octets(key_identifier); });
}

Extension make_authority_key_identifier(ByteView key_identifier) {
    return make(oid::authority_key_identifier, false, [&](der::Writer &w) {
        w.nest(der::sequence, [&](der::Writer &fields) { fields.element(der::context(0, false), key_identifier); });
    });
}

Extension make_crl_distribution_points(const std::vector<std::string> &urls) {
    return make(oid::crl_distribution_points, false, [&](der::Writer &w) {
        // One point with several names: they are places of the same list.
        w.nest(der::sequence, [&](der::Writer &points) {
            points.nest(der::sequence, [&](der::Writer &point) {
                point.nest(der::context(0, true), [&](der::Writer &name) {
                    name.nest(der::context(0, true), [&](der::Writer &full) {
                        for (const std::string &url : urls)
                            full.text(der::context(6, false), url);
                    });
                });
            });
        });
    });
}

Extension make_smime_capabilities() {
    constexpr std::array<std::string_view, 4> ciphers{"2.16.840.1.101.3.4.1.42", "2.16.840.1.101.3.4.1.22",
                                                      "2.16.840.1.101.3.4.1.2", "1.2.840.113549.3.7"};
    return make(oid::smime_capabilities, false, [&](der::Writer &w) {
        w.nest(der::sequence, [&](der::Writer &list) {
            for (const std::string_view cipher : ciphers)
                list.nest(der::sequence, [&](der::Writer &one) { one.oid(cipher); });
        });
    });
}

Extension make_template_name(std::string_view name) {
    return make(oid::template_name, false,
                [&](der::Writer &w) { w.element(der::bmp_string, utf8_to_utf16(name, true)); });
}

Extension make_template_information(std::string_view template_oid, std::optional<std::uint32_t> major,
                                    std::optional<std::uint32_t> minor) {
    return make(oid::template_information, false, [&](der::Writer &w) {
        w.nest(der::sequence, [&](der::Writer &fields) {
            fields.oid(template_oid);
            // The minor version alone would be read as the major one.
            if (major || minor) fields.integer(major.value_or(0));
            if (minor) fields.integer(*minor);
        });
    });
}

Result<std::uint32_t> decode_key_usage(ByteView value) {
    der::Reader reader(value);
    CERTBROKER_TRY(const Bytes octets, reader.read_bits());
    CERTBROKER_CHECK(reader.finish());
    if (octets.size() > 4) return unreadable("A key usage", "it has more bits than there are usages");
    const std::uint32_t first = octets.empty() ? 0U : octets[0];
    const std::uint32_t second = octets.size() < 2 ? 0U : octets[1];
    return first | (second & 0x80U) << 8U;
}

Result<std::vector<std::string>> decode_oid_list(ByteView value) {
    return read_oids(value, false, "A list of object identifiers");
}

Result<std::vector<std::string>> decode_policies(ByteView value) {
    return read_oids(value, true, "A list of policies");
}

Result<BasicConstraints> decode_basic_constraints(ByteView value) {
    CERTBROKER_TRY(der::Reader reader, der::read_single(value, der::sequence));
    BasicConstraints constraints;
    // An encoded FALSE breaks DER's rule on default values, but many certificates have it.
    if (reader.peek() == der::boolean) {
        CERTBROKER_TRY(constraints.ca, reader.read_boolean());
    }
    if (!reader.empty()) {
        CERTBROKER_TRY(const std::int64_t length, reader.read_integer());
        if (length < 0 || length > INT32_MAX)
            return unreadable("A basic constraint", "its path length is out of range");
        constraints.path_length = static_cast<std::uint32_t>(length);
    }
    CERTBROKER_CHECK(reader.finish());
    return constraints;
}

Result<Bytes> decode_subject_key_identifier(ByteView value) {
    der::Reader reader(value);
    CERTBROKER_TRY(Bytes identifier, reader.read_octets());
    CERTBROKER_CHECK(reader.finish());
    return identifier;
}

Result<Bytes> decode_authority_key_identifier(ByteView value) {
    CERTBROKER_TRY(der::Reader reader, der::read_single(value, der::sequence));
    Bytes identifier;
    while (!reader.empty()) {
        CERTBROKER_TRY(const der::Element element, reader.next());
        if (element.tag == der::context(0, false)) identifier = to_bytes(element.content);
    }
    return identifier;
}

Result<std::vector<Extension>> decode_extensions(ByteView sequence_der) {
    CERTBROKER_TRY(der::Reader list, der::read_single(sequence_der, der::sequence));
    std::vector<Extension> extensions;
    while (!list.empty()) {
        if (extensions.size() == max_extensions) return unreadable("Extensions", "there are more than 100");
        CERTBROKER_TRY(der::Reader fields, list.enter(der::sequence));
        Extension extension;
        CERTBROKER_TRY(extension.oid, fields.read_oid());
        if (fields.peek() == der::boolean) {
            CERTBROKER_TRY(extension.critical, fields.read_boolean());
        }
        CERTBROKER_TRY(extension.value, fields.read_octets());
        CERTBROKER_CHECK(fields.finish());
        if (find_extension(extensions, extension.oid) != nullptr)
            return unreadable("Extensions", extension.oid + " occurs twice");
        extensions.push_back(std::move(extension));
    }
    return extensions;
}

Bytes encode_extensions(const std::vector<Extension> &extensions) {
    der::Writer writer;
    writer.nest(der::sequence, [&](der::Writer &list) {
        for (const Extension &extension : extensions) {
            list.nest(der::sequence, [&](der::Writer &fields) {
                fields.oid(extension.oid);
                if (extension.critical) fields.boolean(true);
                fields.octets(extension.value);
            });
        }
    });
    return std::move(writer).take();
}

const Extension *find_extension(const std::vector<Extension> &extensions, std::string_view oid) noexcept {
    const auto found = std::find_if(extensions.begin(), extensions.end(),
                                    [&](const Extension &extension) { return extension.oid == oid; });
    return found == extensions.end() ? nullptr : &*found;
}

} // namespace certbroker::x509
