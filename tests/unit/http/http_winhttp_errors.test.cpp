#include "http/http_winhttp_errors.hpp"

#include <catch2/catch_test_macros.hpp>
#include <new>

using namespace certbroker;
using http::detail::Circumstances;
using http::detail::failure;

namespace {

constexpr const char *url = "https://ca/";

Circumstances before() {
    Circumstances made;
    made.url = url;
    return made;
}
Circumstances after() {
    Circumstances made = before();
    made.sent = true;
    return made;
}

} // namespace

TEST_CASE("A code of Windows becomes the error that says whether something has left") {
    for (const auto &[code, early, late] : std::vector<std::tuple<DWORD, std::string, std::string>>{
             {12002, "Http.Connect", "Http.Broken"},
             {12007, "Http.Resolve", "Http.Resolve"},
             {12029, "Http.Connect", "Http.Broken"},
             {12030, "Http.Connect", "Http.Broken"},
             {12032, "Http.Connect", "Http.Broken"},
             {12037, "Http.ServerTrust", "Http.ServerTrust"},
             {12038, "Http.ServerTrust", "Http.ServerTrust"},
             {12044, "Http.ClientCertificate", "Http.ClientCertificate"},
             {12045, "Http.ServerTrust", "Http.ServerTrust"},
             {12152, "Http.Connect", "Http.Broken"},
             {12157, "Http.Connect", "Http.Broken"},
             {12169, "Http.ServerTrust", "Http.ServerTrust"},
             {12175, "Http.Connect", "Http.Broken"},
             {12186, "Http.ClientCertificate", "Http.ClientCertificate"},
             {10054, "Http.Connect", "Http.Broken"},
             {0x80090326, "Http.Connect", "Http.Broken"},
             {0x80090322, "Http.ServerTrust", "Http.ServerTrust"},
             {0x8009030e, "Http.ClientCertificate", "Http.ClientCertificate"},
             {0x80090399, "Http.Connect", "Http.Broken"},
             {0x800b0109, "Http.ServerTrust", "Http.ServerTrust"}}) {
        INFO(code);
        CHECK(failure(code, before()).id() == early);
        const Error error = failure(code, after());
        CHECK(error.id() == late);
        CHECK(error.numbers().at(ErrorNumber::os_code) == code);
        CHECK(error.message().find(url) != std::string::npos);
    }
    CHECK_THROWS_AS(failure(ERROR_NOT_ENOUGH_MEMORY, before()), std::bad_alloc);
}

TEST_CASE("What WinHTTP complained of decides over its code") {
    Circumstances made = before();
    for (const auto &[complaint, words] : {std::pair{WINHTTP_CALLBACK_STATUS_FLAG_CERT_CN_INVALID, "another name"},
                                           {WINHTTP_CALLBACK_STATUS_FLAG_INVALID_CA, "not trusted here"},
                                           {WINHTTP_CALLBACK_STATUS_FLAG_CERT_DATE_INVALID, "not valid now"},
                                           {WINHTTP_CALLBACK_STATUS_FLAG_CERT_REVOKED, "revoked"},
                                           {WINHTTP_CALLBACK_STATUS_FLAG_CERT_WRONG_USAGE, "not for servers"},
                                           {WINHTTP_CALLBACK_STATUS_FLAG_INVALID_CERT, "not valid"}}) {
        made.complaints = static_cast<DWORD>(complaint);
        made.client_given = true; // a certificate of ours is not to blame
        const Error error = failure(ERROR_WINHTTP_SECURE_FAILURE, made);
        CHECK(error.id() == "Http.ServerTrust");
        CHECK(error.message().find(words) != std::string::npos);
    }
    CHECK(http::detail::is_bare_handshake_failure(ERROR_WINHTTP_SECURE_CHANNEL_ERROR, 0));
    CHECK_FALSE(http::detail::is_bare_handshake_failure(ERROR_WINHTTP_SECURE_FAILURE, 1));
    CHECK_FALSE(http::detail::is_bare_handshake_failure(ERROR_WINHTTP_CONNECTION_ERROR, 0));
}

TEST_CASE("A broken handshake is about the client's certificate when there is one, or one was wanted") {
    for (const bool given : {false, true}) {
        Circumstances made = before();
        made.client_given = given;
        made.client_wanted = !given;
        CHECK(failure(ERROR_WINHTTP_SECURE_FAILURE, made).id() == "Http.ClientCertificate");
        made.sent = true; // as TLS 1.3 has it
        const Error error = failure(0x80090326, made);
        CHECK(error.id() == "Http.ClientCertificate");
        CHECK(error.message().find(given ? "refused" : "none is configured") != std::string::npos);
        made.answered = true;
        CHECK(failure(ERROR_WINHTTP_SECURE_FAILURE, made).id() == "Http.Broken");
    }
    Circumstances closed = before();
    closed.client_wanted = true; // some servers close without a word
    CHECK(failure(ERROR_WINHTTP_CONNECTION_ERROR, closed).id() == "Http.ClientCertificate");
    closed.client_wanted = false;
    closed.client_given = true;
    CHECK(failure(ERROR_WINHTTP_CONNECTION_ERROR, closed).id() == "Http.Connect");
}

TEST_CASE("Headers without end have codes of their own") {
    CHECK(http::detail::is_header_overflow(ERROR_WINHTTP_HEADER_SIZE_OVERFLOW));
    CHECK(http::detail::is_header_overflow(ERROR_WINHTTP_HEADER_COUNT_EXCEEDED));
    CHECK_FALSE(http::detail::is_header_overflow(ERROR_WINHTTP_INVALID_SERVER_RESPONSE));
    CHECK(http::detail::distrust(url, "why").id() == "Http.ServerTrust");
}
