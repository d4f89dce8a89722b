#include "orders.hpp"

#include <algorithm>
#include <charconv>

using namespace certbroker::plugin;

namespace local_ca {
namespace {

bool same(const char *wanted, const std::string &value) {
    return wanted == nullptr || std::equal(value.begin(), value.end(), wanted,
                                           wanted + std::char_traits<char>::length(wanted), [](char a, char b) {
                                               const auto lower = [](char c) {
                                                   return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
                                               };
                                               return lower(a) == lower(b);
                                           });
}

/// The value of the first entry with that prefix; "" without one.
std::string value_of(const std::vector<std::string> &entries, std::string_view prefix) {
    for (const std::string &entry : entries) {
        if (entry.starts_with(prefix)) return entry.substr(prefix.size());
    }
    return {};
}

std::string profile_of(const Call &call, const std::string &key_id) {
    const std::string id = call.state("key/" + key_id);
    return id.empty() ? std::string() : StoredOrder::from_text(call.state("order/" + id)).profile;
}

} // namespace

std::string StoredOrder::to_text() const {
    return state + "\n" + serial + "\n" + std::to_string(until) + "\n" + final_state + "\n" + profile + "\n" +
           std::to_string(days) + "\n" + csr_hex + "\n" + reason;
}

StoredOrder StoredOrder::from_text(std::string_view text) {
    const auto next = [&text] {
        const auto end = text.find('\n');
        std::string line(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        return line;
    };
    StoredOrder order;
    order.state = next();
    order.serial = next();
    order.until = number(next());
    order.final_state = next();
    order.profile = next();
    order.days = number(next());
    order.csr_hex = next();
    order.reason = std::string(text);
    return order;
}

std::int64_t number(std::string_view text) {
    std::int64_t value = 0;
    (void)std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

bool is_order_id(std::string_view id) {
    return !id.empty() && id.size() <= 100 &&
           std::all_of(id.begin(), id.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::string bytes_of_hex(std::string_view hex) {
    std::string out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        unsigned value = 0;
        (void)std::from_chars(hex.data() + i, hex.data() + i + 2, value, 16);
        out.push_back(static_cast<char>(value));
    }
    return out;
}

Revocation revocation_of(std::string_view stored) {
    const auto blank = stored.find(' ');
    if (blank == std::string_view::npos) return {};
    return {static_cast<std::int32_t>(number(stored.substr(0, blank))), number(stored.substr(blank + 1))};
}

void show(const Host &host, const Call &call, const cbp_search &wish, const std::string &key) {
    constexpr std::int32_t certificate_hold = 6;
    const std::string serial = key.substr(std::string_view("issued/").size());
    if (!same(wish.serial, serial)) return;
    const std::string der = call.state(key);
    const cbp_parsed *parsed = call.parse(CBP_PARSE_CERTIFICATE, bytes(der));
    const std::string common_name = value_of(call.texts(parsed, CBP_FIELD_SUBJECT_ATTRIBUTE), "2.5.4.3=");
    const std::string email = value_of(call.texts(parsed, CBP_FIELD_SUBJECT_ALT_NAME), "email=");
    const std::string profile = profile_of(call, host->parsed_text(call.raw(), parsed, CBP_FIELD_KEY_ID, 0));
    const Revocation revoked = revocation_of(call.state("revoked/" + serial));
    const bool expired = host.now() > host->parsed_number(parsed, CBP_NUMBER_NOT_AFTER);
    const std::string status = revoked.reason == certificate_hold ? "Suspended"
                               : revoked.reason >= 0              ? "Revoked"
                               : expired                          ? "Expired"
                                                                  : "Valid";
    if (!same(wish.subject, common_name) || !same(wish.email, email) || !same(wish.profile, profile) ||
        !same(wish.status, status) || !same(wish.owner, common_name))
        return;
    cbp_found found{};
    found.struct_size = sizeof found;
    found.reason = revoked.reason;
    found.certificate_der = bytes(der);
    found.serial = serial.c_str();
    found.subject = common_name.c_str();
    found.status = status.c_str();
    found.profile = profile.c_str();
    found.email = email.c_str();
    found.owner = common_name.c_str();
    found.not_before = host->parsed_number(parsed, CBP_NUMBER_NOT_BEFORE);
    found.not_after = host->parsed_number(parsed, CBP_NUMBER_NOT_AFTER);
    found.revoked_at = revoked.at;
    call.check(host->add_found(call.raw(), &found));
}

} // namespace local_ca
