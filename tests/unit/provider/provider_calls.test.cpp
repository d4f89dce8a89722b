#include <catch2/catch_test_macros.hpp>

#include <filesystem>

#include "fake.hpp"
#include "x509/request_message.hpp"

using namespace certbroker;
using namespace certbroker::test;
using provider::Outcome;

namespace {

cbp_bytes view(const Bytes &bytes) {
    return {bytes.data(), bytes.size()};
}
std::string text_of(cbp_bytes bytes) {
    return std::string(certbroker::plugin::text(bytes));
}

} // namespace

TEST_CASE("A request message reaches a plugin that sends such messages, and no other") {
    Host host;
    provider::Order order = host.order();
    x509::RequestMessageSpec spec;
    spec.kind = x509::MessageKind::cmc;
    spec.signers = {{order.csr_key.get(), {}}};
    const x509::Csr wrapped = must(x509::make_request_message(*order.csr, spec));
    order.csr = &wrapped;
    bool called = false;
    host.script->submit = [&](const Plug &plug) {
        called = true;
        const auto sendable = certbroker::plugin::sendable(*plug.order);
        CHECK(sendable.kind == CBP_MESSAGE_CMC);
        CHECK(text_of(sendable.der) == as_text(wrapped.message()->der));
        CHECK(text_of(plug.order->csr_der) == as_text(wrapped.der()));
        return plug.host->denied(plug.call, "", "not today", "");
    };
    SECTION("taken") {
        cbp_plugin descriptor = fake_descriptor();
        descriptor.capabilities |= CBP_TAKES_REQUEST_MESSAGES;
        const auto opened = must(host.open(&descriptor));
        CHECK(must(opened->submit(order, host.operation)).state == Outcome::State::denied);
        CHECK(called);
    }
    SECTION("refused before anything is sent") {
        const auto opened = must(host.open());
        const auto refused = opened->submit(order, host.operation);
        REQUIRE(id_of(refused) == "Provider.NoMessages");
        CHECK(refused.error().message().find("CMC") != std::string::npos);
        CHECK(refused.error().remedy().find("RequestType = PKCS10") != std::string::npos);
        CHECK_FALSE(called);
    }
    SECTION("a plugin that is older than messages sends the request") {
        cbp_order old{};
        old.struct_size = static_cast<std::uint32_t>(offsetof(cbp_order, message_der));
        old.message_kind = CBP_MESSAGE_CMC; // what lies behind the end of the struct is not looked at
        old.csr_der = {order.csr->der().data(), order.csr->der().size()};
        CHECK(certbroker::plugin::sendable(old).kind == CBP_MESSAGE_NONE);
        CHECK(text_of(certbroker::plugin::sendable(old).der) == as_text(order.csr->der()));
    }
}

TEST_CASE("An order reaches the plugin whole") {
    Host host;
    provider::Order order = host.order();
    order.profile = "server";
    order.not_after = 1'900'000'000;
    order.settings.set("note", std::string("for the lab"));
    order.settings.set("challenge", Secret(as_bytes("order-secret-1")));
    order.current = &host.pki.leaf.certificate;
    order.current_key = host.pki.leaf.key;
    std::string seen;
    host.script->renew = [&](const Plug &plug) {
        const cbp_order &o = *plug.order;
        CHECK(o.struct_size == sizeof(cbp_order));
        CHECK(text_of(o.csr_der) == as_text(order.csr->der()));
        CHECK(text_of(o.current_der) == as_text(host.pki.leaf.certificate.der()));
        CHECK(std::string(o.profile) == "server");
        CHECK(o.not_after == 1'900'000'000);
        CHECK(std::string(o.idempotency) == "order-1");
        CHECK(std::string(plug.host->setting_text(o.settings, "note")) == "for the lab");
        CHECK(plug.host->setting_text(o.settings, "challenge") == nullptr);
        CHECK(plug.host->setting_secret(plug.call, o.settings, "challenge") != nullptr);
        cbp_bytes spki{};
        CHECK(plug.host->key_public(plug.call, o.csr_key, &spki) == CBP_OK);
        CHECK(text_of(spki) == as_text(order.csr->public_key().spki()));
        CHECK(plug.host->key_public(plug.call, o.current_key, &spki) == CBP_OK);
        CHECK(text_of(spki) == as_text(host.pki.leaf.certificate.public_key().spki()));
        cbp_bytes certificate{};
        CHECK(plug.host->key_certificate(plug.call, o.current_key, &certificate) == CBP_OK);
        plug.host->log(plug.context, CBP_LOG_INFO, "order-secret-1 came");
        return plug.host->pending(plug.call, certbroker::plugin::bytes("ticket"), 60, "manual", "wait for approval",
                                  "REF-1");
    };
    const auto opened = must(host.open());
    const Outcome outcome = must(opened->renew(order, host.operation));
    CHECK(outcome.state == Outcome::State::pending);
    CHECK(as_text(outcome.token) == "ticket");
    CHECK(outcome.poll_after_seconds == 60);
    CHECK(outcome.reason == "manual");
    CHECK(outcome.message == "wait for approval");
    CHECK(outcome.reference == "REF-1");
    CHECK(host.log.text().find("order-secret-1") == std::string::npos);
}

TEST_CASE("Orders without their parts are refused before the plugin is called") {
    Host host;
    const auto opened = must(host.open());
    CHECK(opened->submit({}, host.operation).error().status() == Status::argument);
    CHECK(opened->renew(host.order(), host.operation).error().status() == Status::argument);
    provider::Order order = host.order();
    order.settings.set("unheard-of", std::string("x"));
    CHECK(id_of(opened->submit(order, host.operation)) == "Provider.SettingUnknown");
}

TEST_CASE("A protocol that signs with the request's key takes no foreign requests") {
    Host host;
    cbp_plugin descriptor = fake_descriptor();
    descriptor.capabilities |= CBP_NEEDS_CSR_KEY;
    const auto opened = must(host.open(&descriptor));
    provider::Order order = host.order();
    order.csr_key = nullptr;
    CHECK(id_of(opened->submit(order, host.operation)) == "Provider.Unsupported");
}

TEST_CASE("An issued chain is given out as it came") {
    Host host;
    host.script->submit = [&](const Plug &plug) {
        CHECK(plug.order->profile == nullptr);
        const cbp_bytes chain[] = {view(host.pki.leaf.certificate.der()), view(host.pki.ca.certificate.der())};
        return plug.host->issued(plug.call, chain, 2, "42");
    };
    const auto opened = must(host.open());
    const Outcome outcome = must(opened->submit(host.order(), host.operation));
    CHECK(outcome.state == Outcome::State::issued);
    REQUIRE(outcome.certificates.size() == 2);
    CHECK(outcome.certificates[1] == host.pki.ca.certificate);
    CHECK(outcome.reference == "42");
}

TEST_CASE("Poll and withdraw hand back the token") {
    Host host;
    host.script->poll = [](const Plug &plug) {
        CHECK(text_of(plug.bytes) == "ticket");
        return plug.host->uncertain(plug.call, "no answer came", "REF");
    };
    host.script->withdraw = [](const Plug &plug) {
        CHECK(text_of(plug.bytes) == "ticket");
        return static_cast<cbp_status>(CBP_OK);
    };
    const auto opened = must(host.open());
    CHECK(must(opened->poll(as_bytes("ticket"), host.operation)).state == Outcome::State::uncertain);
    must(opened->withdraw(as_bytes("ticket"), host.operation));
}

TEST_CASE("Find says when the CA never got the request") {
    Host host;
    provider::Query query;
    const provider::Order order = host.order();
    query.csr = order.csr;
    query.idempotency = "order-1";
    query.page = 3;
    host.script->find = [&](const Plug &plug) {
        CHECK(plug.query->page == 3);
        CHECK(std::string(plug.query->idempotency) == "order-1");
        CHECK(plug.query->serial == nullptr);
        CHECK(text_of(plug.query->csr_der) == as_text(order.csr->der()));
        return plug.fail(CBP_E_NOT_FOUND, "never heard of it");
    };
    const auto opened = must(host.open());
    const auto result = opened->find(query, host.operation);
    REQUIRE(id_of(result) == "Provider.NotFound");
    CHECK(result.error().status() == Status::not_found);
    host.script->find = [](const Plug &plug) { return plug.host->uncertain(plug.call, "", ""); };
    CHECK(id_of(opened->find(query, host.operation)) == "Provider.Contract");
}

TEST_CASE("Revocation passes certificate and reason") {
    Host host;
    host.script->revoke = [&](const Plug &plug) {
        CHECK(plug.number == 1);
        CHECK(text_of(plug.bytes) == as_text(host.pki.leaf.certificate.der()));
        return static_cast<cbp_status>(CBP_OK);
    };
    const auto opened = must(host.open());
    must(opened->revoke(host.pki.leaf.certificate, x509::RevocationReason::key_compromise, host.operation));
}

TEST_CASE("Profiles, policy, certificates and CRL come through") {
    Host host;
    host.script->list_profiles = [](const Plug &plug) {
        (void)plug.host->add_profile(plug.call, "server", "TLS server");
        return plug.host->add_profile(plug.call, "client", nullptr);
    };
    host.script->policy = [](const Plug &plug) {
        CHECK((plug.text == nullptr || std::string(plug.text) == "server"));
        return plug.host->add_rule(plug.call, CBP_RULE_KEY, "RSA 2048-4096");
    };
    host.script->get_certificate = [&](const Plug &plug) {
        CHECK(std::string(plug.text) == "0A");
        return plug.host->add_certificate(plug.call, view(host.pki.leaf.certificate.der()));
    };
    host.script->get_crl = [](const Plug &plug) {
        return plug.host->add_crl(plug.call, certbroker::plugin::bytes(std::string_view("\x30\x00", 2)));
    };
    const auto opened = must(host.open());
    const auto profiles = must(opened->list_profiles(host.operation));
    REQUIRE(profiles.size() == 2);
    CHECK(profiles[0].title == "TLS server");
    const auto policy = must(opened->policy("server", host.operation));
    CHECK(policy.profile == "server");
    REQUIRE(policy.allowed_keys.size() == 1);
    CHECK(policy.allowed_keys[0].max_bits == 4096);
    must(opened->policy("", host.operation));
    for (const auto purpose :
         {provider::PolicyPurpose::look, provider::PolicyPurpose::request, provider::PolicyPurpose::renewal}) {
        std::int32_t told = -1;
        host.script->policy = [&told](const Plug &plug) {
            told = plug.host->policy_purpose(plug.call);
            return plug.host->add_rule(plug.call, CBP_RULE_INFORMATION, "a sentence");
        };
        must(opened->policy("", host.operation, purpose));
        CHECK(told == static_cast<std::int32_t>(purpose));
    }
    CHECK(must(opened->get_certificate("0A", host.operation)) == host.pki.leaf.certificate);
    CHECK(must(opened->get_crl(host.operation)).size() == 2);
    host.script->get_certificate = [&](const Plug &plug) {
        (void)plug.host->add_certificate(plug.call, view(host.pki.leaf.certificate.der()));
        return plug.host->add_certificate(plug.call, view(host.pki.leaf.certificate.der()));
    };
    CHECK(id_of(opened->get_certificate("0A", host.operation)) == "Provider.Contract");
    host.script->get_crl = [](const Plug &) { return static_cast<cbp_status>(CBP_OK); };
    CHECK(id_of(opened->get_crl(host.operation)) == "Provider.Contract");
}

TEST_CASE("The CA's chain is sorted behind its issuer and verified") {
    Host host;
    const auto give = [&](std::vector<const x509::Certificate *> certificates) {
        host.script->ca_chain = [certificates](const Plug &plug) {
            for (const auto *certificate : certificates) {
                if (plug.host->add_certificate(plug.call, view(certificate->der())) != CBP_OK)
                    return static_cast<cbp_status>(CBP_E_ARGUMENT);
            }
            return static_cast<cbp_status>(CBP_OK);
        };
        return must(host.open())->ca_chain("", host.operation);
    };
    const Issuer lower = make_issued("CN=Lower CA", host.pki.ca, true);
    const auto chain = must(give({&lower.certificate, &host.pki.root.certificate, &host.pki.ca.certificate}));
    REQUIRE(chain.size() == 3);
    CHECK(chain[1] == host.pki.ca.certificate);
    const Issuer stranger = make_root("CN=Stranger");
    CHECK(id_of(give({&lower.certificate, &stranger.certificate})) == "Provider.Contract");
    CHECK(id_of(give({})) == "Provider.Contract");
}

TEST_CASE("What a plugin does not offer is unsupported, but an absent policy is an empty one") {
    Host host;
    cbp_plugin descriptor = fake_descriptor();
    descriptor.capabilities = CBP_CAN_SUBMIT;
    descriptor.check = nullptr;
    descriptor.poll = nullptr;
    descriptor.withdraw = nullptr;
    descriptor.renew = nullptr;
    descriptor.revoke = nullptr;
    descriptor.list_profiles = nullptr;
    descriptor.policy = nullptr;
    descriptor.ca_chain = nullptr;
    descriptor.find = nullptr;
    descriptor.get_certificate = nullptr;
    descriptor.get_crl = nullptr;
    descriptor.search = nullptr;
    descriptor.endpoints = nullptr;
    const auto opened = must(host.open(&descriptor));
    CHECK(id_of(opened->check({}, host.operation)) == "Provider.Unsupported");
    CHECK(id_of(opened->poll({}, host.operation)) == "Provider.Unsupported");
    CHECK(id_of(opened->withdraw({}, host.operation)) == "Provider.Unsupported");
    CHECK(id_of(opened->renew(host.order(), host.operation)) == "Provider.Unsupported");
    CHECK(id_of(opened->revoke(host.pki.leaf.certificate, x509::RevocationReason::unspecified, host.operation)) ==
          "Provider.Unsupported");
    CHECK(id_of(opened->list_profiles(host.operation)) == "Provider.Unsupported");
    CHECK(id_of(opened->ca_chain("", host.operation)) == "Provider.Unsupported");
    CHECK(id_of(opened->find({}, host.operation)) == "Provider.Unsupported");
    CHECK(id_of(opened->get_certificate("1", host.operation)) == "Provider.Unsupported");
    CHECK(id_of(opened->get_crl(host.operation)) == "Provider.Unsupported");
    CHECK(id_of(opened->search({}, host.operation)) == "Provider.Unsupported");
    CHECK(must(opened->policy("x", host.operation)).rows.empty());
    CHECK(must(opened->endpoints(host.operation)).empty());
}

TEST_CASE("What the CA has issued comes page by page, copied and without what does not belong into a line") {
    Host host;
    host.script->search = [&](const Plug &plug) {
        CHECK(std::string(plug.search->subject) == "web01");
        CHECK(plug.search->email == nullptr);
        cbp_found row{};
        row.struct_size = sizeof row;
        row.reason = -1;
        row.serial = "0A";
        row.status = "Valid";
        row.certificate_der = view(host.pki.leaf.certificate.der());
        if (plug.search->start == 0) {
            if (plug.host->add_found(plug.call, &row) != CBP_OK) return static_cast<cbp_status>(CBP_E_ARGUMENT);
            return plug.host->search_more(plug.call, 1);
        }
        row.reason = 4;
        row.revoked_at = 77;
        return plug.host->add_found(plug.call, &row);
    };
    const auto opened = must(host.open());
    provider::Search wanted;
    wanted.subject = "web01";
    const provider::FoundPage first = must(opened->search(wanted, host.operation));
    REQUIRE(first.rows.size() == 1);
    CHECK(first.rows.front().certificate == host.pki.leaf.certificate);
    REQUIRE(first.next);
    wanted.start = *first.next;
    const provider::FoundPage second = must(opened->search(wanted, host.operation));
    CHECK(second.rows.front().reason == 4);
    CHECK(second.rows.front().revoked_at == 77);
    CHECK_FALSE(second.next);
}

TEST_CASE("A search that leads nowhere, or gives what is none of its answers, breaks the contract") {
    Host host;
    const auto opened = must(host.open());
    host.script->search = [](const Plug &plug) { return plug.host->search_more(plug.call, plug.search->start); };
    CHECK(id_of(opened->search({}, host.operation)) == "Provider.Contract");
    host.script->search = [](const Plug &plug) {
        cbp_found row{};
        row.struct_size = sizeof row;
        row.reason = 99;
        return plug.host->add_found(plug.call, &row);
    };
    CHECK(id_of(opened->search({}, host.operation)) == "Provider.Contract");
    host.script->search = [](const Plug &plug) { return plug.host->add_found(plug.call, nullptr); };
    CHECK(id_of(opened->search({}, host.operation)) == "Provider.Contract");
    host.script->check = [](const Plug &plug) { return plug.host->search_more(plug.call, 1); };
    CHECK(id_of(opened->check({}, host.operation)) == "Provider.Contract");
}

TEST_CASE("Endpoints name their key setting and their trust file by the settings' names") {
    Host host;
    const std::string anchors = (std::filesystem::temp_directory_path() / "anchors.pem").string();
    host.settings.set("trust-file", anchors);
    const auto give = [&](const char *key, const char *trust) {
        host.script->endpoints = [key, trust](const Plug &plug) {
            cbp_endpoint endpoint{};
            endpoint.struct_size = sizeof endpoint;
            endpoint.url = "https://ca.example.com/ws";
            endpoint.key_setting = key;
            endpoint.extra_trust_pem_setting = trust;
            endpoint.timeout_ms = 1234;
            return plug.host->add_endpoint(plug.call, &endpoint);
        };
        return must(host.open())->endpoints(host.operation);
    };
    const auto rows = must(give("client-key", "trust-file"));
    REQUIRE(rows.size() == 1);
    CHECK(rows.front().url == "https://ca.example.com/ws");
    CHECK(rows.front().key_setting == "client-key");
    CHECK(rows.front().trust_file == anchors);
    CHECK(rows.front().timeout_ms == 1234);
    CHECK(must(give(nullptr, nullptr)).front().trust_file.empty());
    CHECK(id_of(give("api-key", nullptr)) == "Provider.Contract");
    CHECK(id_of(give(nullptr, "mode")) == "Provider.Contract");
}

TEST_CASE("A check is told the profile and the names that are to be asked for; a chain, whose it is") {
    Host host;
    const provider::Order order = host.order();
    host.script->check = [&](const Plug &plug) {
        CHECK(std::string(plug.check->profile) == "user");
        CHECK(plug.check->csr_der.size == order.csr->der().size());
        return pass(plug);
    };
    host.script->ca_chain = [&](const Plug &plug) {
        CHECK(std::string(plug.text) == "user");
        return plug.host->add_certificate(plug.call, view(host.pki.root.certificate.der()));
    };
    const auto opened = must(host.open());
    must(opened->check({"user", order.csr}, host.operation));
    must(opened->ca_chain("user", host.operation));
}

TEST_CASE("A plugin built against an older, shorter header works") {
    Host host;
    cbp_plugin descriptor = fake_descriptor();
    descriptor.struct_size = offsetof(cbp_plugin, poll);
    descriptor.capabilities = CBP_CAN_SUBMIT | CBP_CAN_CHECK;
    // What lies behind its end is not the plugin's: reading it would crash.
    descriptor.poll = reinterpret_cast<decltype(descriptor.poll)>(std::uintptr_t{0x1});
    descriptor.get_crl = reinterpret_cast<decltype(descriptor.get_crl)>(std::uintptr_t{0x1});
    must(provider::check_descriptor(&descriptor, "fake"));
    host.script->submit = [](const Plug &plug) { return plug.host->denied(plug.call, "no", "no", "1"); };
    const auto opened = must(host.open(&descriptor));
    CHECK(must(opened->submit(host.order(), host.operation)).state == Outcome::State::denied);
    CHECK(id_of(opened->poll({}, host.operation)) == "Provider.Unsupported");
    CHECK(id_of(opened->get_crl(host.operation)) == "Provider.Unsupported");
}
