#include "values.hpp"

#include "text.hpp"

namespace digicert {
namespace {

Value at(const std::vector<std::string> &list, std::size_t index) {
    return index < list.size() ? Value(list[index]) : std::nullopt;
}
Value front(const std::vector<std::string> &list) {
    return at(list, 0);
}
Value non_empty(const std::string &text) {
    return text.empty() ? std::nullopt : Value(text);
}
Value first(Value one, Value other) {
    return one ? std::move(one) : std::move(other);
}

} // namespace

Value ordered_value(const Wishes &wishes, std::string_view variable) {
    for (const auto &[name, value] : wishes.attributes) {
        if (same(name, variable)) return value;
    }
    return std::nullopt;
}

Values::Values(const RequestNames &names, const Wishes &wishes, const Options &options)
    : names_(names), wishes_(wishes), options_(options), person_(derive_person(names)) {
    if (!wishes.first_name.empty()) person_.first = wishes.first_name;
    if (!wishes.last_name.empty()) person_.last = wishes.last_name;
}

Value Values::of(const Field &field, const Source &source, std::size_t index) const {
    switch (source.kind) {
    case Source::Kind::common_name:
        return first(names_.subject_value(oid::common_name), email());
    case Source::Kind::email:
        // What stands in the subject itself is meant for it; everywhere else the alternative name counts first.
        if (field.place == Field::Place::subject && names_.emails.empty())
            return first(names_.subject_value(oid::email), email());
        return email();
    case Source::Kind::upn:
        return upn();
    case Source::Kind::other_name:
        return other_name(index);
    case Source::Kind::first_name:
        return non_empty(person_.first);
    case Source::Kind::last_name:
        return non_empty(person_.last);
    case Source::Kind::seat:
        return seat();
    case Source::Kind::dns:
        return at(names_.dns, index);
    case Source::Kind::more_dns:
        return more_dns();
    case Source::Kind::ip:
        return at(names_.ips, index);
    case Source::Kind::uri:
        return at(names_.uris, index);
    case Source::Kind::subject:
        return names_.subject_value(source.oid, index);
    case Source::Kind::none:
        break;
    }
    return std::nullopt;
}

Value Values::email() const {
    return first(front(names_.emails), first(front(names_.upns), from_subject()));
}

Value Values::upn() const {
    return first(front(names_.upns), first(front(names_.emails), from_subject()));
}

Value Values::seat() const {
    if (!wishes_.seat.empty()) return wishes_.seat;
    return first(email(), first(front(names_.dns), names_.subject_value(oid::common_name)));
}

/// "The value from the subject name if it is in email format."
Value Values::from_subject() const {
    for (const std::string_view attribute : {oid::email, oid::common_name}) {
        if (const Value value = names_.subject_value(attribute); value && looks_like_email(*value)) return value;
    }
    return std::nullopt;
}

Value Values::more_dns() const {
    if (names_.dns.size() < 2) return std::nullopt;
    std::string joined;
    for (std::size_t i = 1; i < names_.dns.size(); ++i)
        joined += (i > 1 ? "," : "") + names_.dns[i];
    return joined;
}

/// DigiCert takes it encoded, and whether it is encoded already nobody checks: its DER goes out as it is.
Value Values::other_name(std::size_t index) const {
    if (index >= names_.others.size()) return std::nullopt;
    const std::string &der = names_.others[index].second;
    return base64(options_.other_name_as_hex_text ? printed_hex(der) : der);
}

} // namespace digicert
