#include "http/http_winhttp_trust.hpp"

#include <array>
#include <cstddef>
#include <new>

#include <gsl/narrow>

namespace certbroker::http::detail {
namespace {

struct FreeChain {
    void operator()(const CERT_CHAIN_CONTEXT *chain) const noexcept { CertFreeCertificateChain(chain); }
};
using Chain = std::unique_ptr<const CERT_CHAIN_CONTEXT, FreeChain>;

constexpr DWORD fetching_ms = 5'000; ///< for an issuer that the server did not send

std::string words_for(DWORD code) {
    switch (static_cast<HRESULT>(code)) {
    case CERT_E_UNTRUSTEDROOT:
        return "its certificate comes from a root that is not trusted here";
    case CERT_E_CHAINING:
        return "an issuer of its certificate is missing";
    case CERT_E_CN_NO_MATCH:
        return "its certificate belongs to another name";
    case CERT_E_EXPIRED:
        return "its certificate, or an issuer's, is not valid now";
    case CERT_E_WRONG_USAGE:
    case CERT_E_PURPOSE:
    case CERT_E_ROLE:
        return "its certificate is not for servers";
    case CERT_E_REVOKED:
    case CRYPT_E_REVOKED:
        return "its certificate is revoked";
    case TRUST_E_CERT_SIGNATURE:
    case static_cast<HRESULT>(NTE_BAD_SIGNATURE):
        return "a signature in its certificate's chain is wrong";
    default:
        return win32::describe_error(code);
    }
}

/// The flaw of a chain that says most; 0 is good. Nobody asks for revocation here, so there is no flaw to overlook.
DWORD flaw(DWORD status) {
    struct Flaw {
        DWORD bits;
        HRESULT code;
    };
    constexpr Flaw flaws[] = {
        {CERT_TRUST_IS_NOT_SIGNATURE_VALID, TRUST_E_CERT_SIGNATURE},
        {CERT_TRUST_IS_NOT_TIME_VALID, CERT_E_EXPIRED},
        {CERT_TRUST_IS_REVOKED, CERT_E_REVOKED},
        {CERT_TRUST_IS_UNTRUSTED_ROOT, CERT_E_UNTRUSTEDROOT},
        {CERT_TRUST_IS_PARTIAL_CHAIN, CERT_E_CHAINING},
        {CERT_TRUST_IS_NOT_VALID_FOR_USAGE, CERT_E_WRONG_USAGE},
    };
    for (const Flaw &known : flaws) {
        if ((status & known.bits) != 0) return static_cast<DWORD>(known.code);
    }
    return status == 0 ? 0 : static_cast<DWORD>(CERT_E_CHAINING);
}

/// The policy for TLS servers over a chain of that engine; 0 is good.
DWORD judge(HCERTCHAINENGINE engine, const CERT_CONTEXT &server, const std::wstring &host) {
    std::array<char, sizeof szOID_PKIX_KP_SERVER_AUTH> purpose{szOID_PKIX_KP_SERVER_AUTH};
    std::array<char *, 1> purposes{purpose.data()};
    CERT_CHAIN_PARA wanted{};
    wanted.cbSize = sizeof wanted;
    wanted.RequestedUsage.dwType = USAGE_MATCH_TYPE_AND;
    wanted.RequestedUsage.Usage.cUsageIdentifier = 1;
    wanted.RequestedUsage.Usage.rgpszUsageIdentifier = purposes.data();
    wanted.dwUrlRetrievalTimeout = fetching_ms;
    const CERT_CHAIN_CONTEXT *built = nullptr;
    // What the server sent besides its certificate lies in the store that comes with it.
    if (CertGetCertificateChain(engine, &server, nullptr, server.hCertStore, &wanted, 0, nullptr, &built) == 0)
        return GetLastError();
    const Chain chain(built);
    // The policy looks at these, too; but not every Windows' looks at all of them.
    if (const DWORD flawed = flaw(chain->TrustStatus.dwErrorStatus); flawed != 0) return flawed;
    std::wstring name = host;
    SSL_EXTRA_CERT_CHAIN_POLICY_PARA tls{};
    tls.cbSize = sizeof tls;
    tls.dwAuthType = AUTHTYPE_SERVER;
    tls.pwszServerName = name.data();
    CERT_CHAIN_POLICY_PARA policy{};
    policy.cbSize = sizeof policy;
    policy.pvExtraPolicyPara = &tls;
    CERT_CHAIN_POLICY_STATUS status{};
    status.cbSize = sizeof status;
    if (CertVerifyCertificateChainPolicy(CERT_CHAIN_POLICY_SSL, chain.get(), &policy, &status) == 0)
        return static_cast<DWORD>(CERT_E_CHAINING);
    return status.dwError;
}

} // namespace

bool is_certificate(ByteView der) {
    return CertContext(CertCreateCertificateContext(certificate_encoding, der.data(),
                                                    gsl::narrow<DWORD>(der.size()))) != nullptr;
}

ServerTrust::ServerTrust(const std::vector<Bytes> &anchors) {
    if (anchors.empty()) return;
    anchors_.reset(CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, nullptr));
    if (!anchors_) throw std::bad_alloc();
    for (const Bytes &der : anchors)
        (void)CertAddEncodedCertificateToStore(anchors_.get(), certificate_encoding, der.data(),
                                               gsl::narrow<DWORD>(der.size()), CERT_STORE_ADD_ALWAYS, nullptr);
    CERT_CHAIN_ENGINE_CONFIG config{};
    config.cbSize = sizeof config;
    config.hExclusiveRoot = anchors_.get();
    config.dwExclusiveFlags = CERT_CHAIN_EXCLUSIVE_ENABLE_CA_FLAG;
    config.dwUrlRetrievalTimeout = fetching_ms;
    if (CertCreateCertificateChainEngine(&config, &engine_) != 0) return;
    // Windows 7 does not know the flags.
    config.cbSize = offsetof(CERT_CHAIN_ENGINE_CONFIG, dwExclusiveFlags);
    if (CertCreateCertificateChainEngine(&config, &engine_) == 0) throw std::bad_alloc();
}

ServerTrust::~ServerTrust() {
    if (engine_ != nullptr) CertFreeCertificateChainEngine(engine_);
}

std::optional<std::string> ServerTrust::objection(const CERT_CONTEXT &server, const std::wstring &host) const {
    const DWORD by_system = judge(nullptr, server, host);
    if (by_system == 0) return std::nullopt;
    if (engine_ == nullptr) return words_for(by_system);
    const DWORD by_anchors = judge(engine_, server, host);
    if (by_anchors == 0) return std::nullopt;
    return words_for(by_anchors);
}

} // namespace certbroker::http::detail
