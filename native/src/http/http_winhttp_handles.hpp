#pragma once

// Before the headers that need it.
#include "base/win32.hpp"

#define CERT_CHAIN_PARA_HAS_EXTRA_FIELDS // time limits for chains

#include <wincrypt.h>
#include <winhttp.h>

#include <memory>

/// What owns WinHTTP's and CryptoAPI's handles.
namespace certbroker::http::detail {

struct CloseInternet {
    void operator()(void *handle) const noexcept { (void)WinHttpCloseHandle(handle); }
};
using Internet = std::unique_ptr<void, CloseInternet>;

struct CloseStore {
    void operator()(void *store) const noexcept { (void)CertCloseStore(store, 0); }
};
using CertStore = std::unique_ptr<void, CloseStore>;

struct FreeCertificate {
    void operator()(const CERT_CONTEXT *certificate) const noexcept { (void)CertFreeCertificateContext(certificate); }
};
using CertContext = std::unique_ptr<const CERT_CONTEXT, FreeCertificate>;

constexpr DWORD certificate_encoding = X509_ASN_ENCODING | PKCS_7_ASN_ENCODING;

} // namespace certbroker::http::detail
