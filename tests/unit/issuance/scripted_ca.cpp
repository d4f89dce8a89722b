#include "scripted_ca.hpp"

#include "base/clock.hpp"
#include "certbroker/plugin.hpp"
#include "crypto/random.hpp"
#include "x509/csr.hpp"

namespace certbroker::test {
namespace {

using plugin::Call;
using plugin::Host;

constexpr auto mode = plugin::setting(CBP_SCOPE_CONNECTION, CBP_TEXT, "mode", "Any text.");
constexpr auto api_key = plugin::setting(CBP_SCOPE_CONNECTION, CBP_SECRET, "api-key", "Any secret.");
constexpr auto san = plugin::setting(CBP_SCOPE_CONNECTION, CBP_BOOL, "allow-san-attribute", "As microsoft-ca has it.");
constexpr auto note = plugin::setting(CBP_SCOPE_ORDER, CBP_TEXT, "note", "Any text.");
constexpr auto pin = plugin::setting(CBP_SCOPE_ORDER, CBP_SECRET, "pin", "Any secret.");
constexpr const certbroker_setting_info *const settings[] = {&mode, &api_key, &san, &note, &pin, nullptr};

x509::Certificate certify(ScriptedCa &ca, const x509::Csr &csr, Answer::Kind kind) {
    static const crypto::KeyHandle other = make_key();
    x509::CertificateSpec spec;
    spec.subject = csr.subject();
    spec.issuer = ca.ca.certificate.subject();
    spec.serial = must(crypto::random_serial(crypto::system_random()));
    if (kind == Answer::Kind::other_host) spec.subject = must(x509::Name::parse("CN=evil.example.net, O=Example"));
    if (kind == Answer::Kind::fewer_parts)
        spec.subject = must(x509::Name::parse("CN=" + csr.subject().first("2.5.4.3")));
    constexpr std::int64_t day = 86'400;
    spec.not_before = system_clock().now() + (kind == Answer::Kind::not_yet   ? day
                                              : kind == Answer::Kind::expired ? -31 * day
                                                                              : -600);
    spec.not_after = spec.not_before + 30 * day;
    if (kind == Answer::Kind::weak) spec.scheme.digest = crypto::DigestAlgorithm::sha1;
    spec.spki = kind == Answer::Kind::other_key ? other->public_key().spki() : csr.public_key().spki();
    for (const x509::Extension &extension : csr.extensions()) {
        if (kind == Answer::Kind::fewer_names && extension.oid == x509::oid::subject_alt_name) continue;
        spec.extensions.push_back(extension);
    }
    if (kind == Answer::Kind::ca_rights)
        spec.extensions.push_back(x509::make_basic_constraints(true, std::nullopt, true));
    ++ca.made;
    return must(x509::sign_certificate(spec, *ca.ca.key));
}

class Full {
public:
    Full(Host, Call, plugin::Settings) {}

    cbp_status submit(Call call, const cbp_order &order) { return ordered(call, order, false); }
    cbp_status renew(Call call, const cbp_order &order) { return ordered(call, order, true); }

    cbp_status poll(Call call, cbp_bytes token) {
        ScriptedCa &ca = ScriptedCa::instance();
        const std::lock_guard lock(ca.mutex);
        const std::string id(plugin::text(token));
        ca.polled.push_back(id);
        return answer(call, ca, id, csrs_.at(id));
    }

    cbp_status find(Call call, const cbp_query &query) {
        ScriptedCa &ca = ScriptedCa::instance();
        const std::lock_guard lock(ca.mutex);
        ca.found.emplace_back(query.idempotency);
        if (!ca.answers.empty()) return answer(call, ca, query.idempotency, copy(query.csr_der));
        const auto known = ca.issued.find(query.idempotency);
        if (known == ca.issued.end()) return call.fail(CBP_E_NOT_FOUND, "There is no such order");
        return give(call, ca, known->second);
    }

    cbp_status list_profiles(Call call) {
        ScriptedCa &ca = ScriptedCa::instance();
        const std::lock_guard lock(ca.mutex);
        for (const auto &profile : ca.profiles) {
            call.check(call.host()->add_profile(call.raw(), profile.id.c_str(), profile.title.c_str()));
            for (const auto &[name, value] : profile.attributes)
                call.check(
                    call.host()->add_profile_attribute(call.raw(), profile.id.c_str(), name.c_str(), value.c_str()));
        }
        return CBP_OK;
    }

    cbp_status policy(Call call, const char *profile) {
        ScriptedCa &ca = ScriptedCa::instance();
        {
            const std::lock_guard lock(ca.mutex);
            ca.purpose = call.host()->policy_purpose(call.raw());
        }
        const std::string_view name = profile != nullptr ? profile : "";
        if (name == "none") return call.fail(CBP_E_NOT_FOUND, "There is no such profile");
        if (name == "client") {
            call.check(call.host()->add_rule(call.raw(), CBP_RULE_RENEWAL_SECONDS, "864000"));
            return call.host()->add_rule(call.raw(), CBP_RULE_EKU_ALLOWED, "1.3.6.1.5.5.7.3.2");
        }
        if (name == "renewal-cmc") return call.host()->add_rule(call.raw(), CBP_RULE_RENEWAL_MESSAGE, "CMC");
        if (name == "renewal-pkcs7")
            return call.host()->add_rule(call.raw(), CBP_RULE_RENEWAL_MESSAGE, "PKCS7 or PKCS10");
        if (name == "p384") return call.host()->add_rule(call.raw(), CBP_RULE_KEY, "ECDSA_P384");
        return call.host()->add_rule(call.raw(), CBP_RULE_INFORMATION, "Anything goes");
    }

private:
    static Bytes copy(cbp_bytes value) { return Bytes(value.data, value.data + value.size); }

    cbp_status ordered(Call call, const cbp_order &order, bool renewal) {
        ScriptedCa &ca = ScriptedCa::instance();
        const std::lock_guard lock(ca.mutex);
        (renewal ? ca.renewed : ca.submitted).emplace_back(order.idempotency);
        ca.order_note = plugin::Settings(call.host(), order.settings).text("note");
        ca.order_pin = call.host()->setting_secret(call.raw(), order.settings, "pin") != nullptr;
        ca.order_profile = order.profile != nullptr ? order.profile : "";
        ca.order_not_after = order.not_after;
        ca.order_key = order.csr_key != nullptr;
        ca.current_key = order.current_key != nullptr;
        ca.message = copy(order.message_der);
        ca.message_kind = order.message_kind;
        return answer(call, ca, order.idempotency, copy(order.csr_der));
    }

    static cbp_status give(Call call, ScriptedCa &ca, const x509::Certificate &certificate) {
        // In an order that nobody should rely on.
        const auto bytes = [](const x509::Certificate &c) { return cbp_bytes{c.der().data(), c.der().size()}; };
        return call.issued({bytes(certificate), bytes(ca.root.certificate), bytes(ca.ca.certificate)}, "ref-1");
    }

    cbp_status answer(Call call, ScriptedCa &ca, const std::string &id, const Bytes &csr_der) {
        csrs_[id] = csr_der;
        Answer what;
        if (!ca.answers.empty()) {
            what = std::move(ca.answers.front());
            ca.answers.pop_front();
        }
        switch (what.kind) {
        case Answer::Kind::pend:
            return call.pending(id, what.poll_after, what.message, "ref-1");
        case Answer::Kind::deny:
            return call.denied("policy", what.message, "ref-1", what.remedy);
        case Answer::Kind::unsure:
            return call.host()->uncertain(call.raw(), what.message.c_str(), "ref-1");
        case Answer::Kind::fail:
            if (what.http_status != 0) call.host()->fail_detail(call.raw(), CBP_DETAIL_HTTP_STATUS, what.http_status);
            if (what.retry_after != 0)
                call.host()->fail_detail(call.raw(), CBP_DETAIL_RETRY_AFTER_SECONDS, what.retry_after);
            if (what.find_lag != 0) call.host()->fail_detail(call.raw(), CBP_DETAIL_FIND_LAG_SECONDS, what.find_lag);
            if (what.not_sent) call.host()->fail_detail(call.raw(), CBP_DETAIL_NOT_SENT, 1);
            return call.fail(what.status, what.message);
        case Answer::Kind::nothing:
            return CBP_OK;
        case Answer::Kind::wait:
            return call.host()->wait(call.raw(), 60'000);
        case Answer::Kind::issue:
            if (const auto known = ca.issued.find(id); known != ca.issued.end()) return give(call, ca, known->second);
            break;
        case Answer::Kind::other_key:
        case Answer::Kind::fewer_names:
        case Answer::Kind::other_host:
        case Answer::Kind::fewer_parts:
        case Answer::Kind::ca_rights:
        case Answer::Kind::weak:
        case Answer::Kind::not_yet:
        case Answer::Kind::expired:
            break;
        }
        const x509::Certificate certificate = certify(ca, must(x509::Csr::parse(csr_der)), what.kind);
        ca.issued.insert_or_assign(id, certificate);
        return give(call, ca, certificate);
    }

    /// What a real CA has in its database; static, because a request outlives the connection it came by.
    static inline std::map<std::string, Bytes> csrs_;
};

class Plain : private Full {
public:
    using Full::Full;
    cbp_status submit(Call call, const cbp_order &order) { return Full::submit(call, order); }
    cbp_status poll(Call call, cbp_bytes token) { return Full::poll(call, token); }
};

constexpr cbp_plugin full_descriptor = plugin::describe<Full>("scripted", "A CA that does what the test says", "1.0.0",
                                                              "none", settings, CBP_TAKES_REQUEST_MESSAGES);
constexpr cbp_plugin plain_descriptor =
    plugin::describe<Plain>("plain", "The same with the least that a provider can", "1.0.0", "none", settings);

} // namespace

ScriptedCa &ScriptedCa::instance() {
    static ScriptedCa ca;
    return ca;
}

void ScriptedCa::reset() {
    const std::lock_guard lock(mutex);
    answers.clear();
    for (auto *list : {&submitted, &renewed, &polled, &found})
        list->clear();
    issued.clear();
    profiles.clear();
    made = 0;
    order_note.clear();
    order_profile.clear();
    order_key = order_pin = current_key = false;
    purpose = -1;
    message.clear();
    message_kind = CBP_MESSAGE_NONE;
}

const cbp_plugin *scripted_plugin() {
    return &full_descriptor;
}

const cbp_plugin *plain_plugin() {
    return &plain_descriptor;
}

} // namespace certbroker::test
