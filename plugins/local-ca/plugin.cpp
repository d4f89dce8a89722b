// local-ca: a certification authority for laboratories. Its root key is made on first use and kept by handle in the
// host's store; what it issued is in the host's durable state. Nothing here touches a key's bytes.
//
// State: "root" the root's certificate; "root-key" its key's uri; "order/<id>" the answer to an order, kept before it
// is given (a repeated order gets the same one); "issued/<serial>" certificates; "key/<sha256>" the order of a public
// key; "revoked/<serial>" reason and time; "crl" a counter.
#include <algorithm>

#include "certbroker/plugin.hpp"
#include "orders.hpp"
#include "profiles.hpp"

using namespace certbroker::plugin;
using local_ca::bytes_of_hex;
using local_ca::is_order_id;
using local_ca::StoredOrder;

namespace {

constexpr std::int64_t day = 86'400;
constexpr std::int64_t clock_skew = 600; ///< certificates start this much earlier, for clocks that are behind

constexpr const char *const key_algorithms[] = {"ECDSA_P256", "ECDSA_P384", "ECDSA_P521", "RSA", nullptr};
constexpr const char *const decisions[] = {"issue", "pending", "deny", nullptr};
constexpr const char *const final_decisions[] = {"issue", "deny", nullptr};

constexpr auto subject = setting(CBP_SCOPE_CONNECTION, CBP_TEXT, "subject", "The root's distinguished name.", 0,
                                 "CN=CertBroker Lab Root CA");
constexpr auto key_algorithm = setting(CBP_SCOPE_CONNECTION, CBP_CHOICE, "key-algorithm",
                                       "The kind of the root's key, when it is made.", 0, "ECDSA_P256", key_algorithms);
constexpr auto key_length =
    setting(CBP_SCOPE_CONNECTION, CBP_NUMBER, "key-length", "Bits of an RSA root key, when it is made.", CBP_ADVANCED,
            "3072", nullptr, 2048, 16384);
constexpr auto root_days =
    setting(CBP_SCOPE_CONNECTION, CBP_NUMBER, "root-validity-days", "How long the root is valid, when it is made.",
            CBP_ADVANCED, "3650", nullptr, 1, 36500);
constexpr auto validity_days =
    setting(CBP_SCOPE_CONNECTION, CBP_NUMBER, "validity-days",
            "How long certificates are valid, at most until the root ends.", 0, "365", nullptr, 1, 3650);
constexpr auto renewal_period = setting(CBP_SCOPE_CONNECTION, CBP_DURATION, "renewal-period",
                                        "How long before their end certificates are to be renewed.", CBP_ADVANCED,
                                        nullptr, nullptr, 1, 3650 * day, "90s, 15m, 8h, 30d");
constexpr auto crl_days = setting(CBP_SCOPE_CONNECTION, CBP_NUMBER, "crl-days", "How long a revocation list is valid.",
                                  CBP_ADVANCED, "7", nullptr, 1, 365);
constexpr auto crl_url = setting(CBP_SCOPE_CONNECTION, CBP_TEXT, "crl-url",
                                 "Where the revocation list will be found; goes into certificates.", 0, nullptr,
                                 nullptr, 0, 0, "http://pki.example.com/lab.crl");
constexpr auto decision =
    setting(CBP_SCOPE_ORDER, CBP_CHOICE, "decision", "What the CA decides at once.", 0, "issue", decisions);
constexpr auto pending_for =
    setting(CBP_SCOPE_ORDER, CBP_DURATION, "pending-for", "With decision=pending: how long it stays so.", 0, "0",
            nullptr, 0, 365 * day, "90s, 15m, 8h, 30d");
constexpr auto final_decision =
    setting(CBP_SCOPE_ORDER, CBP_CHOICE, "final-decision", "With decision=pending: what the CA decides in the end.", 0,
            "issue", final_decisions);
constexpr auto reason = setting(CBP_SCOPE_ORDER, CBP_TEXT, "reason", "Why the CA denies.", 0,
                                "The laboratory CA was told to deny this order");
constexpr auto order_days = setting(CBP_SCOPE_ORDER, CBP_NUMBER, "validity-days", "How long this certificate is valid.",
                                    0, nullptr, nullptr, 1, 3650);
constexpr const certbroker_setting_info *const settings[] = {
    &subject, &key_algorithm, &key_length,  &root_days,      &validity_days, &renewal_period, &crl_days,
    &crl_url, &decision,      &pending_for, &final_decision, &reason,        &order_days,     nullptr};

class LocalCa {
public:
    LocalCa(Host host, Call call, Settings connection) : host_(host), connection_(connection) { load_root(call); }

    cbp_status check(Call call, const cbp_check &) {
        const cbp_parsed *root = call.parse(CBP_PARSE_CERTIFICATE, bytes(root_));
        const std::int64_t ends = host_->parsed_number(root, CBP_NUMBER_NOT_AFTER);
        const bool soon = ends - host_.now() < 30 * day;
        call.check(host_->add_check(
            call.raw(), "root-valid", "The root certificate is in date",
            host_.now() > ends ? 2
            : soon             ? 1
                               : 0,
            (std::string("Root '") + host_->parsed_text(call.raw(), root, CBP_FIELD_SUBJECT, 0) + "'").c_str(),
            soon ? "It ends within 30 days" : nullptr,
            soon ? "Register a new lab authority; its root is made on first use." : nullptr));
        cbp_bytes signature{};
        call.check(host_->key_sign(call.raw(), open_root_key(call), "SHA256", bytes("probe"), &signature));
        return host_->add_check(call.raw(), "root-key", "The root's key can sign", 0, "The key signed a probe", nullptr,
                                nullptr);
    }

    cbp_status submit(Call call, const cbp_order &order) {
        if (const std::string known = call.state("order/" + std::string(order.idempotency)); !known.empty())
            return answer(call, order.idempotency, StoredOrder::from_text(known));
        const local_ca::Profile *profile = local_ca::find_profile(order.profile != nullptr ? order.profile : "");
        if (profile == nullptr) return no_profile(call, order.profile);

        const Settings wishes(call.host(), order.settings);
        StoredOrder stored;
        stored.profile = profile->id;
        stored.days = wishes.number("validity-days");
        if (order.not_after > 0) stored.days = std::max<std::int64_t>(1, (order.not_after - host_.now()) / day);
        stored.reason = wishes.text("reason");
        stored.final_state = wishes.text("final-decision");
        const std::string decided = wishes.text("decision");
        if (decided == "deny") {
            stored.state = "denied";
            call.put_state({{"order/" + std::string(order.idempotency), stored.to_text()}});
        } else if (decided == "pending") {
            const char *hex = nullptr;
            call.check(host_->hex_encode(call.raw(), order.csr_der, &hex));
            stored.state = "pending";
            stored.csr_hex = hex;
            stored.until = host_.now() + wishes.number("pending-for");
            call.put_state({{"order/" + std::string(order.idempotency), stored.to_text()},
                            {key_entry(call, order.csr_der), order.idempotency}});
        } else {
            stored = issue(call, order.idempotency, std::move(stored), order.csr_der);
        }
        return answer(call, order.idempotency, stored);
    }

    cbp_status renew(Call call, const cbp_order &order) {
        const cbp_parsed *current = call.parse(CBP_PARSE_CERTIFICATE, order.current_der);
        const std::string serial = host_->parsed_text(call.raw(), current, CBP_FIELD_SERIAL, 0);
        if (call.state("issued/" + serial).empty())
            return call.denied("not-ours", "The certificate to renew was not issued by this CA", "",
                               "Renew it at the CA that issued it, or request a new certificate here.");
        if (!call.state("revoked/" + serial).empty())
            return call.denied("revoked", "The certificate to renew is revoked", "",
                               "Request a new certificate with Request-CBCertificate.");
        return submit(call, order);
    }

    cbp_status poll(Call call, cbp_bytes token) {
        const std::string id(text(token));
        const std::string known = is_order_id(id) ? call.state("order/" + id) : "";
        if (known.empty())
            return call.fail(CBP_E_ARGUMENT, "The order could not be asked for: this CA knows no such token",
                             "Use the authority that the request was sent to.");
        StoredOrder stored = StoredOrder::from_text(known);
        if (stored.state == "pending" && host_.now() >= stored.until) {
            if (stored.final_state == "deny") {
                stored.state = "denied";
                call.put_state({{"order/" + id, stored.to_text()}});
            } else {
                const std::string csr = bytes_of_hex(stored.csr_hex);
                stored = issue(call, id, std::move(stored), bytes(csr));
            }
        }
        return answer(call, id, stored);
    }

    cbp_status withdraw(Call call, cbp_bytes token) {
        const std::string id(text(token));
        StoredOrder stored = StoredOrder::from_text(is_order_id(id) ? call.state("order/" + id) : "");
        if (stored.state != "pending")
            return call.fail(CBP_E_NOT_FOUND, "The order could not be withdrawn: it is not pending here");
        stored.state = "denied";
        stored.reason = "The order was withdrawn";
        call.put_state({{"order/" + id, stored.to_text()}});
        return CBP_OK;
    }

    cbp_status find(Call call, const cbp_query &query) {
        std::string id = query.idempotency != nullptr ? query.idempotency : "";
        std::string known = is_order_id(id) ? call.state("order/" + id) : "";
        if (known.empty() && query.public_key_sha256 != nullptr && *query.public_key_sha256 != '\0') {
            id = call.state("key/" + std::string(query.public_key_sha256));
            if (!id.empty()) known = call.state("order/" + id);
        }
        if (known.empty())
            return call.fail(CBP_E_NOT_FOUND, "The request could not be found: it never reached this CA");
        return answer(call, id, StoredOrder::from_text(known));
    }

    cbp_status revoke(Call call, cbp_bytes certificate, std::int32_t why) {
        const cbp_parsed *parsed = call.parse(CBP_PARSE_CERTIFICATE, certificate);
        const std::string serial = host_->parsed_text(call.raw(), parsed, CBP_FIELD_SERIAL, 0);
        if (call.state("issued/" + serial).empty())
            return call.fail(CBP_E_NOT_FOUND, "The certificate could not be revoked: this CA did not issue it",
                             "Revoke it at the authority that issued it.");
        const std::string before = call.state("revoked/" + serial);
        constexpr std::int32_t certificate_hold = 6;
        constexpr std::int32_t remove_from_crl = 8;
        const bool held = local_ca::revocation_of(before).reason == certificate_hold;
        if (why == remove_from_crl && !held)
            return call.fail(CBP_E_INVALID, "The certificate could not be resumed: it is not suspended");
        if (!before.empty() && !held) return CBP_OK; // revoking again changes nothing
        call.put_state({{"revoked/" + serial,
                         why == remove_from_crl ? "" : std::to_string(why) + " " + std::to_string(host_.now())}});
        return CBP_OK;
    }

    cbp_status get_crl(Call call) {
        const cbp_list *list = nullptr;
        call.check(host_->state_list(call.raw(), "revoked/", &list));
        std::vector<cbp_revoked> revoked;
        std::vector<std::string> serials;
        serials.reserve(host_->list_count(list)); // cbp_revoked points into it
        for (std::size_t i = 0; i < host_->list_count(list); ++i) {
            const std::string key(text(host_->list_at(list, i)));
            const std::string value = call.state(key);
            const local_ca::Revocation kept = local_ca::revocation_of(value);
            if (kept.reason < 0) continue;
            serials.push_back(bytes_of_hex(std::string_view(key).substr(sizeof("revoked/") - 1)));
            revoked.push_back({sizeof(cbp_revoked), kept.reason, kept.at, bytes(serials.back())});
        }
        std::vector<const cbp_revoked *> pointers;
        for (const cbp_revoked &one : revoked)
            pointers.push_back(&one);
        std::uint64_t number = 0;
        call.check(host_->state_count(call.raw(), "crl", &number));
        cbp_bytes crl{};
        call.check(host_->sign_crl(call.raw(), open_root_key(call), bytes(root_), host_.now(),
                                   host_.now() + connection_.number("crl-days") * day, number, pointers.data(),
                                   pointers.size(), &crl));
        return host_->add_crl(call.raw(), crl);
    }

    cbp_status get_certificate(Call call, const char *serial) {
        const std::string der = call.state("issued/" + std::string(serial));
        if (der.empty())
            return call.fail(
                CBP_E_NOT_FOUND,
                std::string("The certificate could not be found: this CA issued none with serial number ") + serial);
        return host_->add_certificate(call.raw(), bytes(der));
    }

    cbp_status search(Call call, const cbp_search &wish) {
        constexpr std::size_t page = 200;
        const cbp_list *list = nullptr;
        call.check(host_->state_list(call.raw(), "issued/", &list));
        const std::size_t count = host_->list_count(list);
        const auto start = static_cast<std::size_t>(std::min<std::uint64_t>(wish.start, count));
        const std::size_t end = std::min(count, start + page);
        for (std::size_t i = start; i < end; ++i)
            local_ca::show(host_, call, wish, std::string(text(host_->list_at(list, i))));
        return end < count ? host_->search_more(call.raw(), end) : static_cast<cbp_status>(CBP_OK);
    }

    cbp_status list_profiles(Call call) {
        for (std::size_t i = 0; i < local_ca::profile_count; ++i)
            call.check(host_->add_profile(call.raw(), local_ca::profiles[i].id, local_ca::profiles[i].title));
        return CBP_OK;
    }

    cbp_status policy(Call call, const char *name) {
        const local_ca::Profile *profile = local_ca::find_profile(name != nullptr ? name : "");
        if (profile == nullptr) return no_profile(call, name);
        for (const char *key : {"RSA 2048-16384", "ECDSA_P256", "ECDSA_P384", "ECDSA_P521"})
            call.check(host_->add_rule(call.raw(), CBP_RULE_KEY, key));
        for (const char *digest : {"SHA256", "SHA384", "SHA512"})
            call.check(host_->add_rule(call.raw(), CBP_RULE_DIGEST, digest));
        if (const std::int64_t seconds = connection_.number("renewal-period"); seconds > 0)
            call.check(host_->add_rule(call.raw(), CBP_RULE_RENEWAL_SECONDS, std::to_string(seconds).c_str()));
        if (profile->required_san != nullptr)
            call.check(host_->add_rule(call.raw(), CBP_RULE_SAN_REQUIRED, profile->required_san));
        if (profile->enhanced_key_usage != nullptr) {
            for (const char *const *oid = profile->enhanced_key_usage; *oid != nullptr; ++oid)
                call.check(host_->add_rule(call.raw(), CBP_RULE_EKU_ALLOWED, *oid));
        }
        return CBP_OK;
    }

    cbp_status ca_chain(Call call, const char *) { return host_->add_certificate(call.raw(), bytes(root_)); }

private:
    /// Several processes may open a new authority at once: each makes a root, the first to keep it wins, all use that
    /// one.
    void load_root(Call call) {
        root_ = call.state("root");
        root_key_uri_ = call.state("root-key");
        if (!root_.empty()) return;
        const cbp_key *key = nullptr;
        const std::string algorithm = connection_.text("key-algorithm");
        const std::int64_t bits = algorithm == "RSA" ? connection_.number("key-length") : 0; // a curve has its own
        call.check(host_->key_create(call.raw(), nullptr, algorithm.c_str(), static_cast<std::uint32_t>(bits), &key));
        const std::string name = connection_.text("subject");
        cbp_certify certify = blank_certify();
        certify.flags = CBP_CERTIFY_CA;
        certify.subject = name.c_str();
        certify.not_before = host_.now() - clock_skew;
        certify.not_after = host_.now() + connection_.number("root-validity-days") * day;
        certify.path_length = 0;
        cbp_bytes root{};
        call.check(host_->certify(call.raw(), key, cbp_bytes{}, cbp_bytes{}, &certify, &root));
        const std::string uri = host_->key_uri(call.raw(), key);
        const char *const keys[] = {"root", "root-key"};
        const cbp_bytes values[] = {root, bytes(uri)};
        const cbp_status put = host_->state_put_new(call.raw(), keys, values, 2);
        if (put != CBP_OK && put != CBP_E_EXISTS) call.check(put);
        root_ = call.state("root");
        root_key_uri_ = call.state("root-key");
        if (put == CBP_OK) host_.log(CBP_LOG_INFO, "A new root was made: " + name);
    }

    static cbp_certify blank_certify() {
        cbp_certify certify{};
        certify.struct_size = sizeof certify;
        certify.path_length = -1;
        return certify;
    }

    const cbp_key *open_root_key(Call call) const {
        const cbp_key *key = nullptr;
        call.check(host_->key_open(call.raw(), root_key_uri_.c_str(), &key));
        return key;
    }

    std::string key_entry(Call call, cbp_bytes csr) const {
        return std::string("key/") +
               host_->parsed_text(call.raw(), call.parse(CBP_PARSE_CSR, csr), CBP_FIELD_KEY_ID, 0);
    }

    static cbp_status no_profile(Call call, const char *name) {
        return call.fail(CBP_E_NOT_FOUND,
                         std::string("The profile '") + name + "' could not be used: this CA does not have it",
                         "Get-CBCertificateProfile lists the profiles.");
    }

    /// Makes the certificate and keeps it, with the order, in one durable step before anybody sees it.
    StoredOrder issue(Call call, const std::string &id, StoredOrder stored, cbp_bytes csr) {
        const local_ca::Profile *profile = local_ca::find_profile(stored.profile);
        const cbp_parsed *root = call.parse(CBP_PARSE_CERTIFICATE, bytes(root_));
        const std::string crl = connection_.text("crl-url");
        cbp_certify certify = blank_certify();
        certify.flags = CBP_CERTIFY_COPY_NAMES | profile->extra_certify_flags;
        certify.not_before = host_.now() - clock_skew;
        certify.not_after =
            std::min(host_.now() + (stored.days > 0 ? stored.days : connection_.number("validity-days")) * day,
                     host_->parsed_number(root, CBP_NUMBER_NOT_AFTER));
        certify.enhanced_key_usage = profile->enhanced_key_usage;
        certify.key_usage = profile->key_usage;
        certify.crl_url = crl.empty() ? nullptr : crl.c_str();
        cbp_bytes leaf{};
        call.check(host_->certify(call.raw(), open_root_key(call), bytes(root_), csr, &certify, &leaf));
        const cbp_parsed *parsed = call.parse(CBP_PARSE_CERTIFICATE, leaf);
        stored.serial = host_->parsed_text(call.raw(), parsed, CBP_FIELD_SERIAL, 0);
        stored.state = "issued";
        stored.csr_hex.clear();
        const std::string key_id = host_->parsed_text(call.raw(), parsed, CBP_FIELD_KEY_ID, 0);
        call.put_state({{"issued/" + stored.serial, std::string(text(leaf))},
                        {"key/" + key_id, id},
                        {"order/" + id, stored.to_text()}});
        return stored;
    }

    cbp_status answer(Call call, const std::string &id, const StoredOrder &stored) {
        if (stored.state == "denied") return call.denied("denied", stored.reason, id);
        if (stored.state == "pending") {
            const std::int64_t left = std::max<std::int64_t>(0, stored.until - host_.now()); // 0: whenever it is asked
            return call.pending(id, static_cast<std::uint32_t>(std::min<std::int64_t>(left, day)),
                                "The CA will decide later", id);
        }
        const std::string leaf = call.state("issued/" + stored.serial);
        return call.issued({bytes(leaf), bytes(root_)}, stored.serial);
    }

    Host host_;
    Settings connection_;
    std::string root_;
    std::string root_key_uri_;
};

constexpr cbp_plugin descriptor = describe<LocalCa>("local-ca", "Local CA for laboratories and tests", "0.1.0",
                                                    "docs/providers/local-ca.md", settings);

} // namespace

extern "C" CBP_EXPORT const cbp_plugin *CBP_CALL certbroker_plugin_describe(std::uint32_t host_abi_major) {
    return host_abi_major == CERTBROKER_PLUGIN_ABI_MAJOR ? &descriptor : nullptr;
}
