#include <catch2/catch_test_macros.hpp>

#include "connection.hpp"
#include "failures.hpp"
#include "rig.hpp"

using namespace microsoft_ca::test;
namespace core = certbroker;

namespace {

/// How a connection with these settings is refused: id and message; the remedy has to be there.
std::string refusal(const std::vector<std::pair<std::string, std::string>> &settings, bool password = false) {
    Rig rig;
    rig.settings = {};
    for (const auto &[name, value] : settings)
        rig.settings.set(name, value == "{certificate}" ? rig.thumbprint : value);
    if (password) rig.settings.set("password", core::Secret(core::as_bytes("canary-1")));
    const auto opened = rig.try_open();
    if (opened.has_value()) return "accepted";
    CHECK_FALSE(opened.error().remedy().empty());
    return opened.error().id() + ": " + opened.error().message();
}

const std::string url = cep;

} // namespace

TEST_CASE("Connections that can be are accepted") {
    CHECK(refusal({{"url", url}}) == "accepted");
    CHECK(refusal({{"url", url}, {"user", "E\\ra"}}, true) == "accepted");
    CHECK(refusal({{"url", url}, {"authentication", "basic"}, {"user", "E\\ra"}}, true) == "accepted");
    CHECK(refusal({{"url", url}, {"authentication", "user-name"}, {"user", "ra@example.com"}}, true) == "accepted");
    CHECK(refusal({{"url", url},
                   {"authentication", "certificate"},
                   {"client-certificate-thumbprint", "{certificate}"},
                   {"proxy", "http://proxy.example.com:8080"}}) == "accepted");
    CHECK(refusal({{"url", ces}, {"authentication", "anonymous"}}) == "accepted");
}

TEST_CASE("Combinations that make no sense are refused at open, with what to do") {
    const auto refused = [](const std::string &text, const std::string &part) {
        INFO(text);
        CHECK(text.starts_with("MicrosoftCa.Setting: "));
        CHECK(has(text, part));
    };
    refused(refusal({}), "transport ces needs url");
    refused(refusal({{"url", url}, {"config", "ca\\CA"}}), "config is given");
    refused(refusal({{"url", url + "?x"}}), "query or a fragment");
    refused(refusal({{"url", url}, {"authentication", "basic"}}), "user is missing");
    refused(refusal({{"url", url}, {"authentication", "user-name"}, {"user", "ra"}}), "password is missing");
    refused(refusal({{"url", url}, {"authentication", "anonymous"}}, true), "has no use for");
    refused(refusal({{"url", url}}, true), "not whose it is");
    refused(refusal({{"url", url}, {"user", "ra"}}), "but no password");
    refused(refusal({{"url", url}, {"authentication", "certificate"}}), "needs client-certificate-thumbprint");
    refused(refusal({{"url", url}, {"client-certificate-thumbprint", "{certificate}"}}), "has no use for");
    refused(refusal({{"transport", "certsrv"}}), "transport certsrv needs url");
    refused(
        refusal({{"transport", "certsrv"}, {"url", host + "/certsrv"}, {"authentication", "user-name"}, {"user", "r"}},
                true),
        "belongs to the enrolment web services");
    refused(refusal({{"transport", "certsrv"}, {"url", host + "/certsrv"}, {"authentication", "anonymous"}}),
            "makes no sense");
    refused(refusal({{"transport", "dcom"}, {"url", url}}), "url is given");
    refused(refusal({{"transport", "dcom"}}), "needs config");
    for (const char *config : {"ca.example.com", "\\CA", "ca\\", "ca\\a\\b", "https://ca\\CA"})
        refused(refusal({{"transport", "dcom"}, {"config", config}}), "is not host\\CA name");
    refused(refusal({{"transport", "dcom"}, {"config", "ca\\CA"}, {"user", "r"}}, true), "always asks as the account");
    refused(refusal({{"transport", "dcom"}, {"config", "ca\\CA"}, {"proxy", "http://p:1"}}), "proxy or server-trust");
}

#ifndef _WIN32
TEST_CASE("DCOM is Windows' own") {
    CHECK(
        refusal({{"transport", "dcom"}, {"config", "ca.example.com\\Example CA"}}).starts_with("MicrosoftCa.Platform"));
}
#endif

TEST_CASE("Plain http, and a proxy with credentials, are refused by the table") {
    CHECK(refusal({{"url", "http://ca.example.com/ADPolicyProvider_CEP_Kerberos/service.svc/CEP"}})
              .starts_with("Provider.SettingValue"));
    CHECK(refusal({{"url", url}, {"proxy", "http://user:secret@proxy.example.com"}})
              .starts_with("Provider.SettingValue"));
}

TEST_CASE("An enrolment service is known by its address") {
    CHECK(microsoft_ca::is_enrolment_url(ces));
    CHECK(microsoft_ca::is_enrolment_url("https://h/CA_CES_Kerberos/service.svc/ces/"));
    CHECK(microsoft_ca::is_enrolment_url("https://h/CES1"));
    CHECK_FALSE(microsoft_ca::is_enrolment_url(cep));
    CHECK_FALSE(microsoft_ca::is_enrolment_url("https://h/service.svc/CESar"));
}
