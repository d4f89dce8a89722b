#include "x509/name_constraints.hpp"

#include <algorithm>

#include "base/der.hpp"
#include "base/text.hpp"
#include "x509/errors.hpp"
#include "x509/host.hpp"

namespace certbroker::x509::detail {
namespace {

constexpr std::size_t max_subtrees = 1000;
constexpr std::string_view oid_email_address = "1.2.840.113549.1.9.1";
constexpr std::string_view oid_common_name = "2.5.4.3";

/// One base of a GeneralSubtree, or one name of a certificate, by its GeneralName tag.
struct Form {
    unsigned number = 0; ///< of the context tag: 1 e-mail, 2 DNS, 4 directory, 7 IP
    ByteView content;
};

struct Subtrees {
    std::vector<Form> permitted;
    std::vector<Form> excluded;
};

Error broken(const std::string &why) {
    return fail(errors::chain_broken, "The chain could not be accepted: " + why);
}

Result<std::vector<Form>> read_subtrees(der::Reader reader) {
    std::vector<Form> out;
    while (!reader.empty()) {
        if (out.size() == max_subtrees) return broken("a CA's name constraints have more than 1,000 entries");
        CERTBROKER_TRY(der::Reader subtree, reader.enter(der::sequence));
        CERTBROKER_TRY(const der::Element base, subtree.next());
        // minimum is always 0 and maximum always absent (RFC 5280); DER leaves both out.
        if (!subtree.empty()) return broken("a CA's name constraints have distances, which nobody supports");
        if ((base.tag & 0xc0U) != 0x80U) return broken("a CA's name constraints hold something that is no name");
        out.push_back({static_cast<unsigned>(base.tag & 0x1fU), base.content});
    }
    return out;
}

Result<Subtrees> read_constraints(ByteView value) {
    CERTBROKER_TRY(der::Reader reader, der::read_single(value, der::sequence));
    Subtrees out;
    if (reader.peek() == der::context(0, true)) {
        CERTBROKER_TRY(const der::Reader list, reader.enter(der::context(0, true)));
        CERTBROKER_TRY(out.permitted, read_subtrees(list));
    }
    if (reader.peek() == der::context(1, true)) {
        CERTBROKER_TRY(const der::Reader list, reader.enter(der::context(1, true)));
        CERTBROKER_TRY(out.excluded, read_subtrees(list));
    }
    CERTBROKER_CHECK(reader.finish());
    return out;
}

bool iends_with(std::string_view text, std::string_view end) {
    return text.size() >= end.size() && iequals(text.substr(text.size() - end.size()), end);
}

bool dns_fits(std::string_view name, std::string_view base) {
    // A leading dot is not RFC 5280's, but many write it to mean hosts below the domain.
    if (base.empty()) return true;
    if (base.front() == '.') return iends_with(name, base) && name.size() > base.size();
    if (!iends_with(name, base)) return false;
    return name.size() == base.size() || name[name.size() - base.size() - 1] == '.';
}

bool email_fits(std::string_view name, std::string_view base) {
    if (base.empty()) return true;
    const auto at = name.rfind('@');
    if (at == std::string_view::npos) return false;
    const std::string_view host = name.substr(at + 1);
    if (const auto base_at = base.rfind('@'); base_at != std::string_view::npos)
        return name.substr(0, at) == base.substr(0, base_at) && iequals(host, base.substr(base_at + 1));
    return base.front() == '.' ? iends_with(host, base) && host.size() > base.size() : iequals(host, base);
}

bool ip_fits(ByteView address, ByteView base) {
    if (base.size() != 2 * address.size()) return false;
    for (std::size_t i = 0; i < address.size(); ++i) {
        if (((address[i] ^ base[i]) & base[address.size() + i]) != 0) return false;
    }
    return true;
}

/// RFC 5280 section 7.1 in what matters here: no case, runs of blanks as one.
std::string folded(std::string_view text) {
    std::string out;
    for (const char c : trim(text)) {
        if (c == ' ' && !out.empty() && out.back() == ' ') continue;
        out.push_back(ascii_lower(c));
    }
    return out;
}

bool rdn_fits(const RelativeName &a, const RelativeName &b) {
    return a.size() == b.size() &&
           std::is_permutation(a.begin(), a.end(), b.begin(), [](const NameAttribute &x, const NameAttribute &y) {
               return x.oid == y.oid && x.raw == y.raw && folded(x.value) == folded(y.value);
           });
}

Result<bool> directory_fits(ByteView name_der, ByteView base_der) {
    CERTBROKER_TRY(const Name name, Name::decode(name_der));
    CERTBROKER_TRY(const Name base, Name::decode(base_der));
    return name.rdns().size() >= base.rdns().size() &&
           std::equal(base.rdns().begin(), base.rdns().end(), name.rdns().begin(), rdn_fits);
}

Result<bool> fits(const Form &name, const Form &base) {
    switch (name.number) {
    case 1:
        return email_fits(as_text(name.content), as_text(base.content));
    case 2:
        return dns_fits(as_text(name.content), as_text(base.content));
    case 4:
        return directory_fits(name.content, base.content);
    case 7:
        return ip_fits(name.content, base.content);
    default:
        return broken(
            "a CA's name constraints are of a form that is not understood, and a certificate has such a name");
    }
}

Result<void> check_name(const Form &name, const Subtrees &constraints, const std::string &shown) {
    for (const Form &base : constraints.excluded) {
        if (base.number != name.number) continue;
        CERTBROKER_TRY(const bool hit, fits(name, base));
        if (hit) return broken("'" + shown + "' is excluded by a CA's name constraints");
    }
    bool constrained = false;
    for (const Form &base : constraints.permitted) {
        if (base.number != name.number) continue;
        constrained = true;
        CERTBROKER_TRY(const bool hit, fits(name, base));
        if (hit) return {};
    }
    if (constrained) return broken("'" + shown + "' is not among the names that a CA may certify");
    return {};
}

} // namespace

Result<void> check_name_constraints(ByteView value, const Certificate &certificate) {
    auto read = read_constraints(value);
    if (!read) return broken("a CA's name constraints could not be read").because(std::move(read).error());
    const Subtrees &constraints = *read;
    const Name &subject = certificate.subject();

    bool has_dns = false;
    if (const Extension *extension = find_extension(certificate.extensions(), oid::subject_alt_name)) {
        auto names = decode_general_names(extension->value);
        if (!names)
            return broken("the alternative names of '" + subject.to_string() + "' could not be read")
                .because(std::move(names).error());
        for (const GeneralName &name : *names) {
            CERTBROKER_TRY(const der::Element element, der::Reader(name.der).next());
            const Form form{static_cast<unsigned>(element.tag & 0x1fU), element.content};
            has_dns = has_dns || form.number == 2;
            if (name.type == GeneralNameType::unknown && (form.number == 1 || form.number == 2 || form.number == 7))
                return broken("an alternative name of '" + subject.to_string() + "' is malformed");
            CERTBROKER_CHECK(check_name(form, constraints, name.to_string()));
        }
    }
    if (!subject.empty()) CERTBROKER_CHECK(check_name({4, subject.der()}, constraints, subject.to_string()));
    for (const RelativeName &rdn : subject.rdns()) {
        for (const NameAttribute &attribute : rdn) {
            if (attribute.oid == oid_email_address)
                CERTBROKER_CHECK(check_name({1, as_bytes(attribute.value)}, constraints, attribute.value));
            // Clients that still take the host from the common name must not get around the constraint.
            const bool host = attribute.oid == oid_common_name && !has_dns &&
                              attribute.value.find('.') != std::string::npos && host_to_ascii(attribute.value, true);
            if (host) CERTBROKER_CHECK(check_name({2, as_bytes(attribute.value)}, constraints, attribute.value));
        }
    }
    return {};
}

} // namespace certbroker::x509::detail
