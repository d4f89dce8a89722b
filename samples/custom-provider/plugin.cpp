// A provider for a CA that answers by itself: it signs what it is asked for with a key of its own, kept by the host.
// Not a CA to trust, but a provider with a policy, a pending road and durable state, in a page.
#include <certbroker/plugin.hpp>

using namespace certbroker::plugin;

namespace {

constexpr auto name = setting(CBP_SCOPE_CONNECTION, CBP_TEXT, "name", "The common name of the CA.", 0, "Echo CA");
constexpr auto ask_twice =
    setting(CBP_SCOPE_ORDER, CBP_BOOL, "ask-twice", "The CA answers at the second time only.", 0, "false");
constexpr const certbroker_setting_info *const settings[] = {&name, &ask_twice, nullptr};

class EchoCa {
public:
    EchoCa(Host host, Call call, Settings connection) : host_(host) {
        root_ = call.state("root");
        key_uri_ = call.state("key");
        if (!root_.empty()) return;
        const cbp_key *key = nullptr;
        call.check(host_->key_create(call.raw(), nullptr, "ECDSA_P256", 0, &key));
        key_uri_ = host_->key_uri(call.raw(), key);
        const std::string subject = "CN=" + connection.text("name");
        cbp_certify certify = years(10);
        certify.flags = CBP_CERTIFY_CA;
        certify.subject = subject.c_str();
        cbp_bytes root{};
        call.check(host_->certify(call.raw(), key, cbp_bytes{}, cbp_bytes{}, &certify, &root));
        root_ = std::string(text(root));
        call.put_state({{"root", root_}, {"key", key_uri_}});
    }

    cbp_status policy(Call call, const char *) { return host_->add_rule(call.raw(), CBP_RULE_SUBJECT_REQUIRED, "CN"); }
    cbp_status ca_chain(Call call, const char *) { return host_->add_certificate(call.raw(), bytes(root_)); }

    cbp_status submit(Call call, const cbp_order &order) {
        const std::string id = order.idempotency;
        if (call.state("leaf/" + id).empty()) {
            cbp_certify certify = years(1);
            certify.flags = CBP_CERTIFY_COPY_NAMES | CBP_CERTIFY_COPY_USAGES;
            const cbp_key *key = nullptr;
            call.check(host_->key_open(call.raw(), key_uri_.c_str(), &key));
            cbp_bytes leaf{};
            call.check(host_->certify(call.raw(), key, bytes(root_), order.csr_der, &certify, &leaf));
            call.put_state(
                {{"leaf/" + id, std::string(text(leaf))}}); // before anybody sees it: asked again, it is the same one
        }
        if (Settings(call.host(), order.settings).flag("ask-twice")) return call.pending(id, 1, "Ask once more", id);
        return poll(call, bytes(id));
    }

    cbp_status poll(Call call, cbp_bytes token) {
        const std::string id(text(token));
        const std::string leaf = id.size() <= 100 ? call.state("leaf/" + id) : "";
        if (leaf.empty())
            return call.fail(CBP_E_ARGUMENT, "The order could not be asked for: this CA knows no such token");
        return call.issued({bytes(leaf), bytes(root_)}, id);
    }

private:
    cbp_certify years(std::int64_t count) const {
        cbp_certify certify{};
        certify.struct_size = sizeof certify;
        certify.not_before = host_.now() - 600;
        certify.not_after = host_.now() + count * 365 * 86'400;
        certify.path_length = -1;
        return certify;
    }

    Host host_;
    std::string root_;
    std::string key_uri_;
};

constexpr cbp_plugin descriptor =
    describe<EchoCa>("echo-ca", "Echo CA", "1.0.0", "https://example.com/echo-ca", settings);

} // namespace

extern "C" CBP_EXPORT const cbp_plugin *CBP_CALL certbroker_plugin_describe(std::uint32_t host_abi_major) {
    return host_abi_major == CERTBROKER_PLUGIN_ABI_MAJOR ? &descriptor : nullptr;
}
