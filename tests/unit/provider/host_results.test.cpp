#include <catch2/catch_test_macros.hpp>

#include "fake.hpp"

using namespace certbroker;
using namespace certbroker::test;
using certbroker::plugin::bytes;

namespace {

/// Runs one answer in submit that must be refused; gives the message.
std::string refused(Host &host, const Slot &slot) {
    host.script->submit = [&](const Plug &plug) {
        CHECK(slot(plug) != CBP_OK);
        return static_cast<cbp_status>(CBP_OK);
    };
    const auto result = must(host.open())->submit(host.order(), host.operation);
    CHECK(id_of(result) == "Provider.Contract");
    return result ? std::string() : result.error().message();
}

bool contains(const std::string &text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("Certificates that cannot be read are refused") {
    Host host;
    CHECK(contains(refused(host,
                           [](const Plug &plug) {
                               const cbp_bytes junk = bytes("not a certificate");
                               return plug.host->issued(plug.call, &junk, 1, "1");
                           }),
                   "certificate"));
    const std::string pem = host.pki.leaf.certificate.to_pem();
    refused(host, [&](const Plug &plug) {
        const cbp_bytes armoured = bytes(pem);
        return plug.host->issued(plug.call, &armoured, 1, "1");
    });
    Bytes longer = host.pki.leaf.certificate.der();
    longer.push_back(0);
    refused(host, [&](const Plug &plug) {
        const cbp_bytes trailing{longer.data(), longer.size()};
        return plug.host->issued(plug.call, &trailing, 1, "1");
    });
    refused(host, [](const Plug &plug) { return plug.host->issued(plug.call, nullptr, 1, "1"); });
    refused(host, [](const Plug &plug) {
        const cbp_bytes nothing{nullptr, 10};
        return plug.host->issued(plug.call, &nothing, 1, "1");
    });
    refused(host, [](const Plug &plug) {
        const cbp_bytes none{};
        return plug.host->issued(plug.call, &none, 0, "1");
    });
    refused(host, [](const Plug &plug) {
        const cbp_bytes huge{reinterpret_cast<const std::uint8_t *>("x"), SIZE_MAX};
        return plug.host->issued(plug.call, &huge, 1, "1");
    });
}

TEST_CASE("Tokens are limited and hold no secrets") {
    Host host;
    host.settings.set("api-key", Secret(as_bytes("canary-1234567890")));
    refused(host, [](const Plug &plug) { return plug.host->pending(plug.call, bytes(""), 1, "", "", ""); });
    const std::string large(64UL * 1024 + 1, 't');
    refused(host, [&](const Plug &plug) { return plug.host->pending(plug.call, bytes(large), 1, "", "", ""); });
    CHECK(contains(refused(host,
                           [](const Plug &plug) {
                               return plug.host->pending(plug.call, bytes("key=canary-1234567890"), 1, "", "", "");
                           }),
                   "secret"));
    refused(host, [](const Plug &plug) { return plug.host->pending(plug.call, bytes("t"), 0xffffffffU, "", "", ""); });
}

TEST_CASE("Texts are limited UTF-8") {
    Host host;
    const std::string large(5000, 'x');
    refused(host, [&](const Plug &plug) { return plug.host->denied(plug.call, "r", large.c_str(), "1"); });
    refused(host, [&](const Plug &plug) { return plug.host->denied(plug.call, large.c_str(), "m", "1"); });
    refused(host, [](const Plug &plug) { return plug.host->denied(plug.call, "r", "\xff\xfe", "1"); });
}

TEST_CASE("A denial carries its remedy, whichever is said first, and nothing else does") {
    Host host;
    host.settings.set("api-key", Secret(as_bytes("canary-1234567890")));
    const auto submit = [&host](const Slot &slot) {
        host.script->submit = slot;
        return must(must(host.open())->submit(host.order(), host.operation));
    };
    const auto before = submit([](const Plug &plug) {
        plug.host->denied_remedy(plug.call, "Ask for canary-1234567890 anew.");
        return plug.host->denied(plug.call, "r", "No", "1");
    });
    CHECK(before.message == "No");
    CHECK(before.remedy.starts_with("Ask for "));
    CHECK_FALSE(contains(before.remedy, "canary"));
    const auto after = submit([](const Plug &plug) {
        const cbp_status status = plug.host->denied(plug.call, "r", "No", "1");
        plug.host->denied_remedy(plug.call, "Later.");
        return status;
    });
    CHECK(after.remedy == "Later.");
    const auto other = submit([](const Plug &plug) {
        plug.host->denied_remedy(plug.call, "Later.");
        return plug.host->pending(plug.call, bytes("t"), 1, "", "", "");
    });
    CHECK(other.remedy.empty());
    const std::string large(5000, 'x');
    refused(host, [&](const Plug &plug) {
        plug.host->denied_remedy(plug.call, large.c_str());
        return static_cast<cbp_status>(CBP_E_ARGUMENT);
    });
}

TEST_CASE("Secrets are blanked in results") {
    Host host;
    host.settings.set("api-key", Secret(as_bytes("canary-1234567890")));
    host.script->submit = [](const Plug &plug) {
        return plug.host->denied(plug.call, "r", "refused canary-1234567890", "ref canary-1234567890");
    };
    const auto outcome = must(must(host.open())->submit(host.order(), host.operation));
    CHECK(outcome.message == "refused ***");
    CHECK(outcome.reference == "ref ***");
}

TEST_CASE("Answers that do not belong to a slot are refused") {
    Host host;
    CHECK(contains(refused(host, [](const Plug &plug) { return plug.host->add_profile(plug.call, "a", "b"); }),
                   "no answer to submit"));
    refused(host, [](const Plug &plug) { return plug.host->add_rule(plug.call, CBP_RULE_DIGEST, "SHA256"); });
    refused(host, [](const Plug &plug) { return plug.host->add_crl(plug.call, bytes("x")); });
    refused(host, [&](const Plug &plug) {
        return plug.host->add_certificate(
            plug.call, {host.pki.leaf.certificate.der().data(), host.pki.leaf.certificate.der().size()});
    });
    refused(host, [](const Plug &plug) { return plug.host->add_check(plug.call, "a", "b", 0, "c", nullptr, nullptr); });
    const auto result = host.check_with([](const Plug &plug) { return plug.host->denied(plug.call, "r", "m", "1"); });
    CHECK(id_of(result) == "Provider.Contract");
}

TEST_CASE("Checks have an id and a known status") {
    Host host;
    const auto rows = must(host.check_with([](const Plug &plug) {
        return plug.host->add_check(plug.call, "reach", "The CA answers", 1, "slowly", "distance", "Move closer.");
    }));
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].state == provider::CheckRow::State::warning);
    CHECK(rows[0].cause == "distance");
    CHECK(rows[0].remedy == "Move closer.");
    CHECK(id_of(host.check_with([](const Plug &plug) {
              return plug.host->add_check(plug.call, "a", "b", 4, "", "", "");
          })) == "Provider.Contract");
    CHECK(id_of(host.check_with([](const Plug &plug) {
              return plug.host->add_check(plug.call, "", "b", 0, "", "", "");
          })) == "Provider.Contract");
    CHECK(id_of(host.check_with([](const Plug &) { return static_cast<cbp_status>(CBP_OK); })) == "Provider.Contract");
}

TEST_CASE("Profiles have attributes: of one that was added, each name once") {
    Host host;
    const auto profiles_with = [&](const Slot &slot) {
        host.script->list_profiles = slot;
        return must(host.open())->list_profiles(host.operation);
    };
    const auto profiles = must(profiles_with([](const Plug &plug) {
        (void)plug.host->add_profile(plug.call, "server", "TLS server");
        (void)plug.host->add_profile(plug.call, "client", "TLS client");
        (void)plug.host->add_profile_attribute(plug.call, "server", "enroll", "true");
        return plug.host->add_profile_attribute(plug.call, "client", "minimalKeyLength", "2048");
    }));
    REQUIRE(profiles.size() == 2);
    CHECK(profiles[0].attributes == std::vector<std::pair<std::string, std::string>>{{"enroll", "true"}});
    CHECK(profiles[1].attributes.front().second == "2048");
    const auto broken = [&](const char *profile, const char *name, const char *value) {
        return id_of(profiles_with([=](const Plug &plug) {
            (void)plug.host->add_profile(plug.call, "server", "TLS server");
            (void)plug.host->add_profile_attribute(plug.call, "server", "enroll", "true");
            return plug.host->add_profile_attribute(plug.call, profile, name, value);
        }));
    };
    CHECK(broken("client", "enroll", "true") == "Provider.Contract");
    CHECK(broken("server", "enroll", "false") == "Provider.Contract");
    CHECK(broken("server", "Enroll", "true") == "Provider.Contract");
    CHECK(broken("server", "a=b", "true") == "Provider.Contract");
    CHECK(broken("server", "flags", nullptr) == "Provider.Contract");
    CHECK(id_of(profiles_with([](const Plug &plug) {
              (void)plug.host->add_profile(plug.call, "server", "TLS server");
              for (int i = 0; i <= 200; ++i)
                  (void)plug.host->add_profile_attribute(plug.call, "server", ("a" + std::to_string(i)).c_str(), "x");
              return static_cast<cbp_status>(CBP_OK);
          })) == "Provider.Contract");
    CHECK(id_of(host.check_with([](const Plug &plug) {
              return plug.host->add_profile_attribute(plug.call, "server", "enroll", "true");
          })) == "Provider.Contract");
}

TEST_CASE("Malformed rules and CRLs are breaches; challenges stay secret") {
    Host host;
    host.settings.set("api-key", Secret(as_bytes("canary-1234567890")));
    const auto policy_with = [&](const Slot &slot) {
        host.script->policy = slot;
        return must(host.open())->policy("x", host.operation);
    };
    CHECK(id_of(policy_with([](const Plug &plug) {
              return plug.host->add_rule(plug.call, CBP_RULE_KEY, "RSA lots");
          })) == "Provider.Contract");
    CHECK(id_of(policy_with([](const Plug &plug) { return plug.host->add_rule(plug.call, 999, "x"); })) ==
          "Provider.Contract");
    CHECK(id_of(policy_with([](const Plug &plug) {
              return plug.host->add_rule(plug.call, CBP_RULE_DIGEST, nullptr);
          })) == "Provider.Contract");
    CHECK(id_of(policy_with([](const Plug &plug) {
              return plug.host->add_rule_secret(plug.call, CBP_RULE_FIXED,
                                                plug.host->setting_secret(plug.call, plug.settings, "api-key"));
          })) == "Provider.Contract");
    const auto policy = must(policy_with([](const Plug &plug) {
        return plug.host->add_rule_secret(plug.call, CBP_RULE_CSR_CHALLENGE,
                                          plug.host->setting_secret(plug.call, plug.settings, "api-key"));
    }));
    REQUIRE(policy.challenge_password.has_value());
    CHECK(as_text(policy.challenge_password->reveal()) == "canary-1234567890");
    REQUIRE(policy.rows.size() == 1);
    CHECK(policy.rows[0].value == "***");
    host.script->get_crl = [](const Plug &plug) { return plug.host->add_crl(plug.call, bytes("no list")); };
    CHECK(id_of(must(host.open())->get_crl(host.operation)) == "Provider.Contract");
    host.script->list_profiles = [](const Plug &plug) { return plug.host->add_profile(plug.call, "", "nameless"); };
    CHECK(id_of(must(host.open())->list_profiles(host.operation)) == "Provider.Contract");
}
