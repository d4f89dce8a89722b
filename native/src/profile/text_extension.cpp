#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "profile/errors.hpp"
#include "profile/extensions.hpp"
#include "profile/ini_parser.hpp"
#include "profile/values.hpp"
#include "x509/sid.hpp"

/// The {text} values of [Extensions]; each extension has its own words.
namespace certbroker::profile {
namespace {

namespace oid = x509::oid;

/// token= at the front of a text: a word or OID, then an equals sign.
bool begins_item(std::string_view text) {
    text = trim_blanks(text.substr(0, 128));
    const std::size_t equals = text.find_first_of("=&");
    if (equals == std::string_view::npos || text[equals] != '=' || equals == 0) return false;
    return std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(equals), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == ' ';
    });
}

/// Another name inside a name's value: "a.example.com, dns=b.example.com".
bool holds_further_name(std::string_view value) {
    constexpr std::array<std::string_view, 8> tokens{
        "dns=", "email=", "upn=", "url=", "ipaddress=", "guid=", "oid=", "directoryname="};
    for (std::size_t at = value.find_first_of(",; "); at != std::string_view::npos;
         at = value.find_first_of(",; ", at + 1)) {
        const std::string_view rest = trim_blanks(value.substr(at + 1));
        if (std::any_of(tokens.begin(), tokens.end(),
                        [&](std::string_view token) { return istarts_with(rest, token); }))
            return true;
    }
    return false;
}

} // namespace

bool TextExtension::read(std::string_view wanted) {
    // The list of names may be long; a text of one extension is told apart from further ones first.
    if (has_extension(request_, wanted)) {
        findings_.add(errors::request_duplicate, entry_.key_position,
                      "The extension " + std::string(wanted) + " could not be added: it is there already");
        return false;
    }
    if (trim_blanks(text()).empty())
        return refuse(offset_, "The extension " + std::string(wanted) + " could not be read: no text follows {text}");
    if (wanted == oid::subject_alt_name) return subject_alt_name();
    if (wanted == oid::enhanced_key_usage) return enhanced_key_usage();
    if (wanted == oid::key_usage) return key_usage();
    if (wanted == oid::basic_constraints) return basic_constraints();
    if (wanted == oid::certificate_policies || wanted == oid::application_policies) return policies(wanted);
    if (wanted == oid::policy_mappings || wanted == oid::application_policy_mappings) return policy_mappings(wanted);
    if (wanted == oid::policy_constraints || wanted == oid::application_policy_constraints)
        return policy_constraints(wanted);
    if (wanted == oid::name_constraints) return name_constraints();
    if (wanted == oid::crl_distribution_points) return crl_distribution_points();
    if (wanted == oid::template_name) return template_name();
    if (wanted == oid::template_information) return template_information();
    if (wanted == oid::ntds_ca_security) return security_identifier();
    return refuse(offset_, "The extension " + std::string(wanted) + " could not be read: it has no {text} form",
                  "Give its DER value as {hex} or as bare base64.");
}

bool TextExtension::refuse(std::size_t offset, std::string message, std::string remedy) {
    findings_.add(*kind_, entry_.position_of(offset), std::move(message), std::move(remedy));
    return false;
}

bool TextExtension::refuse(const TextItem &item, const Error &error) {
    findings_.add_as(*kind_, error, entry_.position_of(item.offset));
    return false;
}

bool TextExtension::unknown_item(const TextItem &item, std::string_view known) {
    return refuse(item.offset,
                  "The text of the extension could not be read: " + shown(item.token) + " is not one of its words",
                  "Use " + std::string(known) + ".");
}

bool TextExtension::add(Result<x509::Extension> extension) {
    if (!extension) {
        findings_.add_as(errors::inf_extension, extension.error(), entry_.position_of(offset_));
        return false;
    }
    if (const auto added = add_extension(request_, *std::move(extension)); !added) {
        findings_.add(added.error(), entry_.key_position);
        return false;
    }
    return true;
}

/// A _continue_ line that begins a further item although the line above did not end in the separator would be glued to
/// it: two names become one wrong one.
bool TextExtension::missing_separators(char separator) {
    bool missing = false;
    std::uint32_t line = entry_.value_position.line;
    for (const auto &[start, position] : entry_.parts) {
        if (position.line == line) continue;
        const std::uint32_t above = std::exchange(line, position.line);
        const std::string_view before = trim_blanks(std::string_view(entry_.value).substr(0, start));
        const std::string_view rest = trim_blanks(std::string_view(entry_.value).substr(start));
        if (start <= offset_ || rest.empty() || before.empty() || before.back() == separator || before.back() == '}' ||
            rest.front() == separator)
            continue;
        if (separator == '&' && !begins_item(rest)) continue;
        missing = true;
        findings_.add(*kind_, position,
                      "The text of the extension could not be read: " + shown(rest.substr(0, rest.find(separator))) +
                          " begins a new item, but line " + std::to_string(above) + " does not end in " + separator,
                      std::string("End each line but the last with ") + separator + " inside the quotes.");
    }
    return missing;
}

bool TextExtension::items(std::vector<TextItem> &out) {
    if (missing_separators('&')) return false;
    std::size_t at = offset_;
    for (const std::string_view part : split(text(), '&')) {
        const std::size_t start = at + static_cast<std::size_t>(trim_blanks(part).data() - part.data());
        at += part.size() + 1;
        const std::string_view item = trim_blanks(part);
        if (item.empty()) continue;
        const std::size_t equals = item.find('=');
        if (equals == std::string_view::npos)
            return refuse(
                start, "The text of the extension could not be read: " + shown(item) + " is not of the form word=value",
                "Write word=value, joined by &.");
        if (out.size() == 2000)
            return refuse(start, "The text of the extension could not be read: it has more than 2,000 items");
        out.push_back({trim_blanks(item.substr(0, equals)), trim_blanks(item.substr(equals + 1)), start});
    }
    return true;
}

bool TextExtension::subject_alt_name() {
    kind_ = &errors::inf_san;
    std::vector<TextItem> list;
    if (!items(list)) return false;
    if (list.empty()) return refuse(offset_, "The alternative names could not be read: there are none");
    bool good = true;
    for (const TextItem &item : list) {
        auto name = x509::parse_general_name(item.token, item.value);
        if (name) {
            if (const auto added = add_name(request_, *std::move(name)); !added) {
                findings_.add(added.error(), entry_.position_of(item.offset));
                return false;
            }
            continue;
        }
        good = false;
        if (!iequals(item.token, "directoryname") && holds_further_name(item.value)) {
            findings_.add(errors::inf_san, entry_.position_of(item.offset), message_without_column(name.error()),
                          "Put & between two names: dns=a.example.com&dns=b.example.com.");
        } else {
            findings_.add_as(errors::inf_san, name.error(), entry_.position_of(item.offset));
        }
    }
    request_.subject_alt_names_critical = critical_;
    return good;
}

bool TextExtension::enhanced_key_usage() {
    if (missing_separators(',')) return false;
    std::size_t at = offset_;
    for (const std::string_view part : split(text(), ',')) {
        const std::string_view item = trim_blanks(part);
        const TextItem place{item, item, at + static_cast<std::size_t>(item.data() - part.data())};
        at += part.size() + 1;
        if (item.empty()) continue;
        auto usage = read_oid("The usage", item);
        if (!usage) {
            findings_.add(usage.error(), entry_.position_of(place.offset));
            return false;
        }
        const auto added = add_usage(request_, *std::move(usage));
        if (!added) return refuse(place, added.error());
        if (!*added)
            findings_.add(diagnostics::repeated_usage, entry_.position_of(place.offset),
                          "The usage " + std::string(item) + " is listed twice");
    }
    request_.enhanced_key_usage_critical = critical_;
    return true;
}

bool TextExtension::key_usage() {
    return refuse(offset_, "The extension 2.5.29.15 could not be read: it has no {text} form",
                  "Write KeyUsage = \"CERT_DIGITAL_SIGNATURE_KEY_USAGE\" in [NewRequest] instead.");
}

bool TextExtension::basic_constraints() {
    std::vector<TextItem> list;
    if (!items(list)) return false;
    bool ca = false;
    std::optional<std::uint32_t> path_length;
    for (const TextItem &item : list) {
        if (iequals(item.token, "ca")) {
            const auto value = read_boolean("ca", item.value);
            if (!value) {
                std::string remedy;
                if (item.value.find('=') != std::string_view::npos)
                    remedy = "Put & between the two: {text}ca=1&pathlength=0.";
                return refuse(item.offset, value.error().message(), std::move(remedy));
            }
            ca = *value;
        } else if (iequals(item.token, "pathlength")) {
            const auto value = read_number("pathlength", item.value, 0, 1000);
            if (!value) return refuse(item, value.error());
            path_length = *value;
        } else {
            return unknown_item(item, "ca=1 and pathlength=0");
        }
    }
    if (path_length && !ca)
        return refuse(offset_, "The basic constraints could not be read: pathlength means nothing without ca=1",
                      "Write {text}ca=1&pathlength=0, or leave pathlength out.");
    return add(x509::make_basic_constraints(ca, path_length, critical_));
}

bool TextExtension::policies(std::string_view extension_oid) {
    std::vector<TextItem> list;
    if (!items(list)) return false;
    std::vector<x509::PolicyInformation> policies;
    for (const TextItem &item : list) {
        using Kind = x509::PolicyQualifier::Kind;
        if (iequals(item.token, "oid")) {
            auto policy = read_oid("The policy", item.value);
            if (!policy) return refuse(item, policy.error());
            policies.push_back({*std::move(policy), {}});
        } else if (iequals(item.token, "notice") || iequals(item.token, "url")) {
            if (policies.empty())
                return refuse(item.offset, "The policies could not be read: " + shown(item.token) +
                                               " stands in front of the first oid=");
            policies.back().qualifiers.push_back(
                {iequals(item.token, "url") ? Kind::url : Kind::notice, std::string(item.value)});
        } else if (iequals(item.token, "flags") || iequals(item.token, "guid")) {
            findings_.add(diagnostics::not_used, entry_.position_of(item.offset),
                          shown(item.token) + " of a policy has no effect");
        } else {
            return unknown_item(item, "oid=, notice= and url=");
        }
    }
    return add(x509::make_policies(policies, critical_, extension_oid));
}

bool TextExtension::policy_mappings(std::string_view extension_oid) {
    std::vector<TextItem> list;
    if (!items(list)) return false;
    std::vector<std::string> oids;
    for (const TextItem &item : list) {
        if (!iequals(item.token, "oid"))
            return unknown_item(item, "oid= twice for each mapping: the issuer's, then the subject's");
        auto policy = read_oid("The policy", item.value);
        if (!policy) return refuse(item, policy.error());
        oids.push_back(*std::move(policy));
    }
    if (oids.size() % 2 != 0)
        return refuse(offset_, "The policy mappings could not be read: they come in pairs, and one OID has no partner");
    std::vector<std::pair<std::string, std::string>> pairs;
    for (std::size_t i = 0; i < oids.size(); i += 2)
        pairs.emplace_back(oids[i], oids[i + 1]);
    return add(x509::make_policy_mappings(pairs, critical_, extension_oid));
}

bool TextExtension::policy_constraints(std::string_view extension_oid) {
    std::vector<TextItem> list;
    if (!items(list)) return false;
    std::optional<std::uint32_t> require;
    std::optional<std::uint32_t> inhibit;
    for (const TextItem &item : list) {
        const bool first = iequals(item.token, "requireexplicitpolicy");
        if (!first && !iequals(item.token, "inhibitpolicymapping"))
            return unknown_item(item, "requireexplicitpolicy= and inhibitpolicymapping=");
        const auto value = read_number(item.token, item.value, 0, 1000);
        if (!value) return refuse(item, value.error());
        (first ? require : inhibit) = *value;
    }
    if (!require && !inhibit)
        return refuse(offset_, "The policy constraints could not be read: neither of the two is given");
    return add(x509::make_policy_constraints(require, inhibit, critical_, extension_oid));
}

bool TextExtension::name_constraints() {
    std::vector<TextItem> list;
    if (!items(list)) return false;
    std::vector<std::pair<std::string, std::string>> included;
    std::vector<std::pair<std::string, std::string>> excluded;
    auto *subtree = &included;
    bool chosen = false;
    for (const TextItem &item : list) {
        if (iequals(item.token, "subtree")) {
            if (!iequals(item.value, "include") && !iequals(item.value, "exclude"))
                return refuse(item.offset,
                              "The name constraints could not be read: subtree is include or exclude, not " +
                                  shown(item.value));
            subtree = iequals(item.value, "include") ? &included : &excluded;
            chosen = true;
        } else if (!chosen) {
            return refuse(item.offset,
                          "The name constraints could not be read: " + shown(item.token) +
                              " stands in front of the first subtree=",
                          "Write {text}subtree=include&dns=example.com.");
        } else {
            subtree->emplace_back(item.token, item.value);
        }
    }
    return add(x509::make_name_constraints(included, excluded, critical_));
}

bool TextExtension::crl_distribution_points() {
    std::vector<TextItem> list;
    if (!items(list)) return false;
    std::vector<std::string> urls;
    for (const TextItem &item : list) {
        if (!iequals(item.token, "url")) return unknown_item(item, "url=");
        if (const auto uri = x509::make_uri(item.value); !uri) return refuse(item, uri.error());
        urls.emplace_back(item.value);
    }
    auto extension = x509::make_crl_distribution_points(urls);
    extension.critical = critical_;
    return add(std::move(extension));
}

bool TextExtension::template_name() {
    auto extension = x509::make_template_name(trim_blanks(text()));
    extension.critical = critical_;
    return add(std::move(extension));
}

/// {text}S-1-5-21-1004336348-1177238915-682003330-1104
bool TextExtension::security_identifier() {
    auto extension = x509::make_sid_extension(trim_blanks(text()));
    if (!extension) {
        const std::size_t blanks = text().find(trim_blanks(text()));
        return refuse(offset_ + blanks, extension.error().message(), extension.error().remedy());
    }
    extension->critical = critical_;
    return add(std::move(extension));
}

/// {text}1.3.6.1.4.1.311.21.8.1.2&majorversion=100&minorversion=5
bool TextExtension::template_information() {
    std::string oid;
    std::optional<std::uint32_t> major;
    std::optional<std::uint32_t> minor;
    std::size_t at = offset_;
    for (const std::string_view part : split(text(), '&')) {
        const std::size_t equals = part.find('=');
        const TextItem item{
            trim_blanks(part.substr(0, equals)),
            equals == std::string_view::npos ? std::string_view() : trim_blanks(part.substr(equals + 1)), at};
        at += part.size() + 1;
        if (trim_blanks(part).empty()) continue;
        if (iequals(item.token, "majorversion") || iequals(item.token, "minorversion")) {
            const auto value = read_number(item.token, item.value);
            if (!value) return refuse(item, value.error());
            (iequals(item.token, "majorversion") ? major : minor) = *value;
        } else if (oid.empty()) {
            const bool named = iequals(item.token, "oid") || iequals(item.token, "template");
            auto value = read_oid("The template", named ? item.value : trim_blanks(part));
            if (!value) return refuse(item, value.error());
            oid = *std::move(value);
        } else {
            return unknown_item(item, "the template's OID, majorversion= and minorversion=");
        }
    }
    if (oid.empty())
        return refuse(offset_, "The template information could not be read: the template's OID is missing");
    auto extension = x509::make_template_information(oid, major, minor);
    extension.critical = critical_;
    return add(std::move(extension));
}

} // namespace certbroker::profile
