#include <array>

#include "base/der.hpp"
#include "base/text.hpp"
#include "x509/errors.hpp"
#include "x509/extension.hpp"
#include "x509/host.hpp"
#include "x509/ip.hpp"

/// The extensions of certification authorities: policies, mappings, name constraints, cross certificates.
namespace certbroker::x509 {
namespace {

constexpr std::string_view any_policy = oid::any_policy;
constexpr std::string_view qualifier_cps = "1.3.6.1.5.5.7.2.1";
constexpr std::string_view qualifier_notice = "1.3.6.1.5.5.7.2.2";
constexpr std::size_t max_notice = 200; // characters, RFC 5280 section 4.2.1.4

Error refuse(std::string_view what, const std::string &why) {
    return fail(errors::extension_value, std::string(what) + " could not be encoded: " + why);
}

Error not_oid(std::string_view what, std::string_view text) {
    return refuse(what, "'" + std::string(text.substr(0, 80)) + "' is not an object identifier")
        .with_remedy("Write the numbers joined by dots, as in 1.3.6.1.5.5.7.3.1.");
}

/// [number] IMPLICIT INTEGER.
void write_context_integer(der::Writer &writer, unsigned number, std::uint32_t value) {
    der::Writer plain;
    plain.integer(value);
    writer.element(der::context(number, false), ByteView(plain.bytes()).subspan(2));
}

Result<void> check_qualifier(const PolicyQualifier &qualifier) {
    if (qualifier.kind == PolicyQualifier::Kind::url) {
        if (auto uri = make_uri(qualifier.text); !uri)
            return refuse("A policy", "the URL of its practice statement is not usable")
                .because(std::move(uri).error());
        return {};
    }
    if (qualifier.text.empty() || !is_valid_utf8(qualifier.text))
        return refuse("A policy", "its notice is empty or not valid UTF-8");
    if (to_utf32(qualifier.text).size() > max_notice)
        return refuse("A policy", "its notice is longer than 200 characters, which RFC 5280 does not allow");
    return {};
}

void write_qualifier(der::Writer &writer, const PolicyQualifier &qualifier) {
    writer.nest(der::sequence, [&](der::Writer &w) {
        if (qualifier.kind == PolicyQualifier::Kind::url) {
            w.oid(qualifier_cps).text(der::ia5_string, qualifier.text);
        } else {
            w.oid(qualifier_notice).nest(der::sequence, [&](der::Writer &notice) {
                notice.text(der::utf8_string, qualifier.text);
            });
        }
    });
}

GeneralName plain_name(GeneralNameType type, unsigned tag, std::string_view value, ByteView content) {
    der::Writer writer;
    writer.element(der::context(tag, false), content);
    return {type, std::string(value), {}, std::move(writer).take()};
}

/// A domain in a constraint: "example.com", ".example.com", or nothing at all for every name.
Result<std::string> constraint_domain(std::string_view value, std::string_view token) {
    if (value.empty()) return std::string();
    const bool dotted = value.front() == '.';
    auto host = detail::host_to_ascii(dotted ? value.substr(1) : value, false);
    if (!host)
        return refuse("A name constraint", "the domain of " + std::string(token) + " is not usable")
            .because(std::move(host).error());
    return (dotted ? "." : "") + *host;
}

Result<GeneralName> constraint_ip(std::string_view value) {
    const auto form = [] {
        return refuse("A name constraint", "an address needs a mask")
            .with_remedy("Write IPAddress=192.0.2.0,255.255.255.0 or 192.0.2.0/24.");
    };
    const auto cut = value.find_first_of(",/");
    if (cut == std::string_view::npos) return form();
    auto address = detail::parse_ip(trim(value.substr(0, cut)));
    const std::string_view text = trim(value.substr(cut + 1));
    if (!address) return form();
    std::optional<Bytes> mask;
    if (value[cut] == ',') {
        mask = detail::parse_ip(text);
    } else {
        std::size_t bits = 0;
        bool digits = !text.empty() && text.size() <= 3;
        for (const char c : text) {
            digits = digits && c >= '0' && c <= '9';
            bits = bits * 10 + static_cast<std::size_t>(c - '0');
        }
        if (!digits || bits > address->size() * 8) return form();
        mask.emplace(address->size(), std::uint8_t{0});
        for (std::size_t i = 0; i < bits; ++i)
            (*mask)[i / 8] = static_cast<std::uint8_t>((*mask)[i / 8] | (0x80U >> (i % 8)));
    }
    if (!mask || mask->size() != address->size()) return form();
    address->insert(address->end(), mask->begin(), mask->end());
    return plain_name(GeneralNameType::ip_address, 7, value, *address);
}

Result<GeneralName> constraint_name(std::string_view token, std::string_view value) {
    token = trim(token);
    value = trim(value);
    if (iequals(token, "dns")) {
        CERTBROKER_TRY(const std::string host, constraint_domain(value, token));
        return plain_name(GeneralNameType::dns, 2, host, as_bytes(host));
    }
    if (iequals(token, "email") && value.find('@') == std::string_view::npos) {
        CERTBROKER_TRY(const std::string host, constraint_domain(value, token));
        return plain_name(GeneralNameType::email, 1, host, as_bytes(host));
    }
    if (iequals(token, "url")) {
        CERTBROKER_TRY(const std::string host, constraint_domain(value, token));
        return plain_name(GeneralNameType::uri, 6, host, as_bytes(host));
    }
    if (iequals(token, "upn") && value.find('@') == std::string_view::npos) {
        CERTBROKER_TRY(const std::string host, constraint_domain(value, token));
        der::Writer text;
        text.text(der::utf8_string, host);
        return make_other_name(oid_upn, text.bytes());
    }
    if (iequals(token, "ipaddress")) return constraint_ip(value);
    return parse_general_name(token, value);
}

using NamePairs = std::vector<std::pair<std::string, std::string>>;

Result<void> write_subtrees(der::Writer &writer, unsigned number, const NamePairs &pairs) {
    if (pairs.empty()) return {};
    const std::size_t mark = writer.begin(der::context(number, true));
    for (const auto &[token, value] : pairs) {
        CERTBROKER_TRY(const GeneralName name, constraint_name(token, value));
        writer.nest(der::sequence, [&](der::Writer &w) { w.raw(name.der); });
    }
    writer.end(mark);
    return {};
}

} // namespace

Result<Extension> make_policies(const std::vector<PolicyInformation> &policies, bool critical,
                                std::string_view extension_oid) {
    if (policies.empty()) return refuse("Policies", "the list is empty");
    der::Writer writer;
    const std::size_t list = writer.begin(der::sequence);
    for (const PolicyInformation &policy : policies) {
        if (!der::is_oid(policy.oid)) return not_oid("A policy", policy.oid);
        for (const PolicyQualifier &qualifier : policy.qualifiers)
            CERTBROKER_CHECK(check_qualifier(qualifier));
        writer.nest(der::sequence, [&](der::Writer &w) {
            w.oid(policy.oid);
            if (policy.qualifiers.empty()) return;
            w.nest(der::sequence, [&](der::Writer &qualifiers) {
                for (const PolicyQualifier &qualifier : policy.qualifiers)
                    write_qualifier(qualifiers, qualifier);
            });
        });
    }
    writer.end(list);
    return Extension{std::string(extension_oid), critical, std::move(writer).take()};
}

Result<Extension> make_policy_mappings(const std::vector<std::pair<std::string, std::string>> &pairs, bool critical,
                                       std::string_view extension_oid) {
    if (pairs.empty()) return refuse("Policy mappings", "the list is empty");
    der::Writer writer;
    const std::size_t list = writer.begin(der::sequence);
    for (const auto &pair : pairs) {
        const auto &issuer = pair.first;
        const auto &subject = pair.second;
        for (const std::string &policy : {issuer, subject}) {
            if (!der::is_oid(policy)) return not_oid("A policy mapping", policy);
            if (policy == any_policy) return refuse("A policy mapping", "anyPolicy (2.5.29.32.0) must not be mapped");
        }
        writer.nest(der::sequence, [&](der::Writer &w) { w.oid(issuer).oid(subject); });
    }
    writer.end(list);
    return Extension{std::string(extension_oid), critical, std::move(writer).take()};
}

Extension make_policy_constraints(std::optional<std::uint32_t> require_explicit,
                                  std::optional<std::uint32_t> inhibit_mapping, bool critical,
                                  std::string_view extension_oid) {
    der::Writer writer;
    writer.nest(der::sequence, [&](der::Writer &w) {
        if (require_explicit) write_context_integer(w, 0, *require_explicit);
        if (inhibit_mapping) write_context_integer(w, 1, *inhibit_mapping);
    });
    return {std::string(extension_oid), critical, std::move(writer).take()};
}

Result<Extension> make_name_constraints(const NamePairs &included, const NamePairs &excluded, bool critical) {
    if (included.empty() && excluded.empty())
        return refuse("Name constraints", "there are neither included nor excluded names");
    der::Writer writer;
    const std::size_t mark = writer.begin(der::sequence);
    CERTBROKER_CHECK(write_subtrees(writer, 0, included));
    CERTBROKER_CHECK(write_subtrees(writer, 1, excluded));
    writer.end(mark);
    return Extension{std::string(oid::name_constraints), critical, std::move(writer).take()};
}

Extension make_cross_certificate_distribution_points(std::optional<std::uint32_t> sync_delta_seconds,
                                                     const std::vector<std::string> &urls) {
    der::Writer writer;
    writer.nest(der::sequence, [&](der::Writer &w) {
        if (sync_delta_seconds) w.integer(*sync_delta_seconds);
        w.nest(der::sequence, [&](der::Writer &points) {
            for (const std::string &url : urls)
                points.nest(der::sequence, [&](der::Writer &names) { names.text(der::context(6, false), url); });
        });
    });
    return {std::string(oid::cross_certificate_distribution_points), false, std::move(writer).take()};
}

} // namespace certbroker::x509
