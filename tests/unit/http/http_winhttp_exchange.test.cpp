#include "http/http_winhttp_exchange.hpp"

#include <catch2/catch_test_macros.hpp>
#define SECURITY_WIN32
#include <security.h>

#include "support/http_server.hpp"

using namespace certbroker;
using namespace certbroker::test;
using http::detail::Attempt;

namespace {

bool fresh(const std::string &method, bool body, bool idempotent = false,
           http::Authentication authentication = http::Authentication::none) {
    http::Request request;
    request.idempotent = idempotent;
    request.authentication = authentication;
    if (body) request.body = Bytes{1};
    return http::detail::needs_fresh_connection({request, method, {}, !http::detail::is_safe_method(method)});
}

/// Empty when this Windows has the package.
std::string no_package(const wchar_t *name) {
    SecPkgInfoW *info = nullptr;
    std::wstring copy = name;
    const SECURITY_STATUS status = QuerySecurityPackageInfoW(copy.data(), &info);
    if (status != SEC_E_OK)
        return "this Windows has no " + win32::narrow(copy) + ": " + win32::describe_error(static_cast<DWORD>(status));
    (void)FreeContextBuffer(info);
    return {};
}

} // namespace

TEST_CASE("A connection that nobody used is for what WinHTTP could repeat on its own") {
    CHECK_FALSE(fresh("GET", false));
    CHECK_FALSE(fresh("POST", true));
    CHECK_FALSE(fresh("POST", false, true));
    CHECK(fresh("POST", false));
    CHECK(fresh("DELETE", false));
    CHECK(fresh("POST", true, false, http::Authentication::ntlm));
    CHECK_FALSE(fresh("GET", false, false, http::Authentication::negotiate));
}

TEST_CASE("Logging on answers the challenge that the request allows, and no other") {
    if (const std::string why = no_package(L"NTLM"); !why.empty()) SKIP(why);
    for (const bool wanted : {false, true}) {
        Server server([wanted](Connection &connection) {
            while (!connection.read_request().empty())
                connection.answer(401, "",
                                  wanted ? "WWW-Authenticate: NTLM\r\n" : "WWW-Authenticate: Basic realm=\"x\"\r\n");
        });
        http::Request request;
        request.url = server.url();
        request.allow_plain = true;
        request.authentication = http::Authentication::ntlm;
        request.user = "DOMAIN\\ra";
        request.password = Secret(as_bytes("canary"));
        CHECK(must(http::make_client()->send(request, Operation())).status == 401);
        const auto requests = server.requests();
        REQUIRE(!requests.empty());
        CHECK(requests[0].find("Authorization") == std::string::npos);
        CHECK((requests.size() > 1) == wanted);
        if (wanted) CHECK(requests[1].find("Authorization: NTLM TlRMTVNT") != std::string::npos);
    }
}
