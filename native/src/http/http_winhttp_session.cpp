#include "http/http_winhttp_session.hpp"

#include <new>

#include "base/text.hpp"
#include "http/errors.hpp"

namespace certbroker::http::detail {
namespace {

constexpr const wchar_t *agent = L"CertBroker";

/// Whether Schannel speaks TLS 1.3: before this build it takes the wish for it and then fails with it.
bool has_tls13() {
    constexpr DWORD first_build = 20348; // Server 2022; Windows 11 is later
    using RtlGetVersion = LONG(WINAPI *)(OSVERSIONINFOW *);
    const HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    // GetVersionEx says what the program's manifest wants to hear.
    const auto get_version =
        ntdll == nullptr
            ? nullptr
            : reinterpret_cast<RtlGetVersion>(reinterpret_cast<void *>(GetProcAddress(ntdll, "RtlGetVersion")));
    OSVERSIONINFOW version{};
    version.dwOSVersionInfoSize = sizeof version;
    return get_version != nullptr && get_version(&version) == 0 && version.dwBuildNumber >= first_build;
}

/// "host:port", which is all that WinHTTP takes.
std::wstring proxy_name(std::string_view text) {
    if (istarts_with(text, "http://")) text.remove_prefix(7);
    while (!text.empty() && text.back() == '/')
        text.remove_suffix(1);
    return win32::widen(text);
}

} // namespace

void Session::connect_by(const std::string &proxy) {
    if (!proxy.empty()) {
        internet_.reset(WinHttpOpen(agent, WINHTTP_ACCESS_TYPE_NAMED_PROXY, proxy_name(proxy).c_str(),
                                    WINHTTP_NO_PROXY_BYPASS, WINHTTP_FLAG_ASYNC));
    } else {
        internet_.reset(WinHttpOpen(agent, WINHTTP_ACCESS_TYPE_AUTOMATIC_PROXY, WINHTTP_NO_PROXY_NAME,
                                    WINHTTP_NO_PROXY_BYPASS, WINHTTP_FLAG_ASYNC));
        // Windows before 8.1.
        if (!internet_)
            internet_.reset(WinHttpOpen(agent, WINHTTP_ACCESS_TYPE_DEFAULT_PROXY, WINHTTP_NO_PROXY_NAME,
                                        WINHTTP_NO_PROXY_BYPASS, WINHTTP_FLAG_ASYNC));
    }
}

void Session::restrict_protocols() {
    const auto allow = [this](DWORD protocols) {
        return WinHttpSetOption(internet_.get(), WINHTTP_OPTION_SECURE_PROTOCOLS, &protocols, sizeof protocols) != 0;
    };
    constexpr DWORD newest = WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_2 | WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_3;
    const bool older_only = !has_tls13() || (client_ && client_->nameless());
    if ((older_only || !allow(newest)) && !allow(WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_2)) internet_.reset();
    DWORD http1_only = 0;
    if (internet_)
        (void)WinHttpSetOption(internet_.get(), WINHTTP_OPTION_ENABLE_HTTP_PROTOCOL, &http1_only, sizeof http1_only);
}

Result<std::shared_ptr<const Session>> Session::open(const Identity &identity, const std::string &proxy) {
    const std::shared_ptr<Session> made(new Session(identity));
    if (identity.client) {
        CERTBROKER_TRY(made->client_, ClientCertificate::open(*identity.client));
    }
    made->connect_by(proxy);
    const DWORD not_opened = GetLastError();
    if (made->internet_) made->restrict_protocols();
    if (!made->internet_)
        return win32::system_error(errors::http_connect, "The server cannot be reached: WinHTTP does not start",
                                   not_opened);
    return std::shared_ptr<const Session>(made);
}

} // namespace certbroker::http::detail
