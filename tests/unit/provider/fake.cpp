#include "fake.hpp"

#include "x509/csr.hpp"

namespace certbroker::test {
namespace {

using certbroker::plugin::setting;

/// Scripts by instance; a slot finds its own through the pointer that open gave out.
struct Instance {
    std::shared_ptr<Script> script;
    const cbp_host *host;
    cbp_host_ctx *context;
    const cbp_settings *settings;
};

std::shared_ptr<Script> &current_script() {
    static std::shared_ptr<Script> script;
    return script;
}

Plug plug_of(cbp_instance *raw, cbp_call *call) {
    const auto &instance = *reinterpret_cast<Instance *>(raw);
    Plug plug;
    plug.host = instance.host;
    plug.context = instance.context;
    plug.settings = instance.settings;
    plug.call = call;
    return plug;
}
Script &script_of(cbp_instance *raw) {
    return *reinterpret_cast<Instance *>(raw)->script;
}
cbp_status run(const Slot &slot, const Plug &plug) {
    return slot ? slot(plug) : plug.fail(CBP_E_UNSUPPORTED, "The fake cannot do this: no script");
}

cbp_status open(const cbp_host *host, cbp_host_ctx *context, cbp_call *call, const cbp_settings *settings,
                cbp_instance **out) {
    auto script = current_script();
    if (script->open) {
        Plug plug;
        plug.host = host;
        plug.context = context;
        plug.call = call;
        plug.settings = settings;
        if (const cbp_status status = script->open(plug); status != CBP_OK) return status;
    }
    ++script->opened;
    *out = reinterpret_cast<cbp_instance *>(new Instance{script, host, context, settings});
    return CBP_OK;
}
void close(cbp_instance *raw) {
    Script &script = script_of(raw);
    if (script.close) script.close(plug_of(raw, nullptr));
    ++script.closed;
    delete reinterpret_cast<Instance *>(raw);
}
cbp_status with_order(const Slot &slot, cbp_instance *raw, cbp_call *call, const cbp_order *order) {
    Plug plug = plug_of(raw, call);
    plug.order = order;
    return run(slot, plug);
}
cbp_status with_bytes(const Slot &slot, cbp_instance *raw, cbp_call *call, cbp_bytes bytes, std::int32_t number = 0) {
    Plug plug = plug_of(raw, call);
    plug.bytes = bytes;
    plug.number = number;
    return run(slot, plug);
}
cbp_status with_text(const Slot &slot, cbp_instance *raw, cbp_call *call, const char *text) {
    Plug plug = plug_of(raw, call);
    plug.text = text;
    return run(slot, plug);
}
cbp_status with_query(const Slot &slot, cbp_instance *raw, cbp_call *call, const cbp_query *query) {
    Plug plug = plug_of(raw, call);
    plug.query = query;
    return run(slot, plug);
}

const char *const modes[] = {"Fast", "Careful", nullptr};
constexpr auto server = setting(CBP_SCOPE_CONNECTION, CBP_URL, "server-url", "Where the CA is.", 0, nullptr);
constexpr auto api_key = setting(CBP_SCOPE_CONNECTION, CBP_SECRET, "api-key", "The key to the CA.");
constexpr auto mode = setting(CBP_SCOPE_CONNECTION, CBP_CHOICE, "mode", "How to work.", 0, "Fast", modes);
constexpr auto patience =
    setting(CBP_SCOPE_CONNECTION, CBP_DURATION, "patience", "How long to wait.", 0, "15m", nullptr, 1, 86'400);
constexpr auto count = setting(CBP_SCOPE_CONNECTION, CBP_NUMBER, "count", "How many.", 0, nullptr, nullptr, 1, 9);
constexpr auto verbose = setting(CBP_SCOPE_CONNECTION, CBP_BOOL, "verbose", "Talk more.");
constexpr auto client_key = setting(CBP_SCOPE_CONNECTION, CBP_KEY, "client-key", "Who we are.");
constexpr auto trust_file = setting(CBP_SCOPE_CONNECTION, CBP_PATH, "trust-file", "Whom we trust.");
constexpr auto names = setting(CBP_SCOPE_CONNECTION, CBP_LIST, "names", "Several names.");
constexpr auto note = setting(CBP_SCOPE_ORDER, CBP_TEXT, "note", "A note for the CA.");
constexpr auto challenge = setting(CBP_SCOPE_ORDER, CBP_SECRET, "challenge", "The order's password.");

} // namespace

const certbroker_setting_info *const fake_settings[] = {&server, &api_key, &mode,       &patience,
                                                        &count,  &verbose, &client_key, &trust_file,
                                                        &names,  &note,    &challenge,  nullptr};

const cbp_plugin &fake_descriptor() {
    static const cbp_plugin made = [] {
        cbp_plugin p{};
        p.struct_size = sizeof(cbp_plugin);
        p.abi_major = CERTBROKER_PLUGIN_ABI_MAJOR;
        p.abi_minor = CERTBROKER_PLUGIN_ABI_MINOR;
        p.capabilities = CBP_CAN_SUBMIT | CBP_CAN_POLL | CBP_CAN_WITHDRAW | CBP_CAN_REVOKE | CBP_CAN_RENEW |
                         CBP_CAN_LIST_PROFILES | CBP_CAN_POLICY | CBP_CAN_CA_CHAIN | CBP_CAN_FIND |
                         CBP_CAN_GET_CERTIFICATE | CBP_CAN_GET_CRL | CBP_CAN_CHECK | CBP_CAN_SEARCH | CBP_CAN_ENDPOINTS;
        p.id = "fake";
        p.title = "A fake CA";
        p.version = "1.0.0";
        p.help_url = "https://example.com/fake";
        p.settings = fake_settings;
        p.open = &open;
        p.close = &close;
        p.submit = [](cbp_instance *i, cbp_call *c, const cbp_order *o) {
            return with_order(script_of(i).submit, i, c, o);
        };
        p.renew = [](cbp_instance *i, cbp_call *c, const cbp_order *o) {
            return with_order(script_of(i).renew, i, c, o);
        };
        p.poll = [](cbp_instance *i, cbp_call *c, cbp_bytes t) { return with_bytes(script_of(i).poll, i, c, t); };
        p.withdraw = [](cbp_instance *i, cbp_call *c, cbp_bytes t) {
            return with_bytes(script_of(i).withdraw, i, c, t);
        };
        p.revoke = [](cbp_instance *i, cbp_call *c, cbp_bytes d, std::int32_t r) {
            return with_bytes(script_of(i).revoke, i, c, d, r);
        };
        p.check = [](cbp_instance *i, cbp_call *c, const cbp_check *wish) {
            Plug plug = plug_of(i, c);
            plug.check = wish;
            return run(script_of(i).check, plug);
        };
        p.search = [](cbp_instance *i, cbp_call *c, const cbp_search *wish) {
            Plug plug = plug_of(i, c);
            plug.search = wish;
            return run(script_of(i).search, plug);
        };
        p.endpoints = [](cbp_instance *i, cbp_call *c) { return with_text(script_of(i).endpoints, i, c, nullptr); };
        p.list_profiles = [](cbp_instance *i, cbp_call *c) {
            return with_text(script_of(i).list_profiles, i, c, nullptr);
        };
        p.policy = [](cbp_instance *i, cbp_call *c, const char *t) { return with_text(script_of(i).policy, i, c, t); };
        p.ca_chain = [](cbp_instance *i, cbp_call *c, const char *t) {
            return with_text(script_of(i).ca_chain, i, c, t);
        };
        p.find = [](cbp_instance *i, cbp_call *c, const cbp_query *q) {
            return with_query(script_of(i).find, i, c, q);
        };
        p.get_certificate = [](cbp_instance *i, cbp_call *c, const char *s) {
            return with_text(script_of(i).get_certificate, i, c, s);
        };
        p.get_crl = [](cbp_instance *i, cbp_call *c) { return with_text(script_of(i).get_crl, i, c, nullptr); };
        return p;
    }();
    return made;
}

void KeptLog::write(LogLevel, std::string_view source, std::string_view message) noexcept {
    const std::lock_guard lock(mutex_);
    text_ += std::string(source) + ": " + std::string(message) + "\n";
    threads_.push_back(std::this_thread::get_id());
}
std::string KeptLog::text() const {
    const std::lock_guard lock(mutex_);
    return text_;
}
std::vector<std::thread::id> KeptLog::threads() const {
    const std::lock_guard lock(mutex_);
    return threads_;
}

Result<http::Response> FakeHttp::send(const http::Request &request, const Operation &operation) {
    seen.push_back(request);
    if (answer) return answer(request, operation);
    http::Response response;
    response.status = 200;
    response.headers = {{"Content-Type", "text/plain"}, {"X-Answer", "one"}};
    response.body = to_bytes(as_bytes("hello"));
    return response;
}

Host::Host() {
    current_script() = script;
    services.http = &http;
    services.stores = &stores;
    services.state = state.get();
    services.random = &crypto::system_random();
    services.clock = &system_clock();
    services.log = &log;
    services.store_kind = "memory";
    operation.log = &log;
}

Host::~Host() = default;

std::shared_ptr<const provider::Plugin> plugin_of(const cbp_plugin *descriptor) {
    auto plugin = std::make_shared<provider::Plugin>();
    plugin->id = descriptor->id;
    plugin->trust = provider::Trust::shipped;
    plugin->descriptor = descriptor;
    return plugin;
}

Result<std::unique_ptr<provider::Provider>> Host::open(const cbp_plugin *descriptor) {
    current_script() = script;
    return provider::Provider::open(plugin_of(descriptor != nullptr ? descriptor : &fake_descriptor()), "test",
                                    settings, services, operation);
}

cbp_status pass(const Plug &plug) {
    return plug.host->add_check(plug.call, "ok", "It works", 0, "fine", nullptr, nullptr);
}

Result<std::vector<provider::CheckRow>> Host::check_with(const Slot &body) {
    script->check = body;
    auto opened = open();
    if (!opened) return std::move(opened).error();
    return (*opened)->check({}, operation);
}

void Host::in_call(const std::function<void(const Plug &)> &body) {
    auto result = check_with([&](const Plug &plug) {
        body(plug);
        return pass(plug);
    });
    if (!result) FAIL(describe(result.error()));
}

provider::Order Host::order() {
    x509::CsrSpec spec;
    spec.subject = must(x509::Name::parse("CN=web01.example.com"));
    const crypto::KeyHandle key = make_key();
    requests_.push_back(std::make_shared<x509::Csr>(must(x509::create_csr(spec, *key))));
    provider::Order made;
    made.csr = requests_.back().get();
    made.csr_key = key;
    made.idempotency = "order-1";
    return made;
}

} // namespace certbroker::test
