#include "http/http_curl_tls.hpp"

#include <curl/curl.h>
#include <openssl/ssl.h>

#include <memory>

#include "crypto/openssl.hpp"

namespace certbroker::http::detail {
namespace {

/// OpenSSL asks here only when the context has no certificate of its own.
int on_certificate_asked(SSL *ssl, X509 **, EVP_PKEY **) {
    auto *identity = static_cast<TlsIdentity *>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
    if (identity != nullptr) identity->certificate_asked = true;
    return 0;
}

std::string subject_of(const X509 *certificate) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> text(BIO_new(BIO_s_mem()), &BIO_free);
    if (!text || X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253) < 0) return {};
    char *data = nullptr;
    const long size = BIO_get_mem_data(text.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

void note_session(TlsIdentity &identity, const SSL *ssl) {
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    std::string text = SSL_get_version(ssl);
    if (const X509 *certificate = SSL_get0_peer_certificate(ssl))
        text += ", server certificate " + subject_of(certificate);
    identity.sessions[name != nullptr ? name : ""] = std::move(text);
}

/// Whether an alert is about the certificate we sent, or about none.
bool is_refusal(int alert) {
    switch (alert & 0xff) {
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
    case SSL_AD_CERTIFICATE_REVOKED:
    case SSL_AD_CERTIFICATE_EXPIRED:
    case SSL_AD_CERTIFICATE_UNKNOWN:
    case SSL_AD_UNKNOWN_CA:
    case SSL_AD_ACCESS_DENIED:
    case SSL_AD_CERTIFICATE_REQUIRED:
        return true;
    default:
        return false;
    }
}

/// `value` is the alert when the server sent one. libcurl tells it only sometimes: when a kept connection had broken
/// just before, its text is about that one, and "certificate expired" it takes for a finding of its own.
void on_info(const SSL *ssl, int where, int value) {
    const bool alert = (where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT;
    if (!alert && (where & SSL_CB_HANDSHAKE_DONE) == 0) return;
    auto *identity = static_cast<TlsIdentity *>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
    if (identity == nullptr) return;
    try {
        if (!alert)
            note_session(*identity, ssl);
        else if (is_refusal(value))
            identity->refusal = std::string("alert ") + SSL_alert_desc_string_long(value);
    } catch (...) { // NOLINT(bugprone-empty-catch): only traces want it
    }
}

/// Gives the key to OpenSSL by reference: it never leaves its handle.
bool use_client(SSL_CTX *context, TlsIdentity &identity) {
    const crypto::ClientCredentials &client = *identity.client;
    EVP_PKEY *key = client.key ? client.key->native() : nullptr;
    if (key == nullptr || client.chain_der.empty()) {
        identity.client_problem = client.chain_der.empty() ? "it has no certificate" : "its key cannot be used for TLS";
        return false;
    }
    bool first = true;
    for (const Bytes &der : client.chain_der) {
        const crypto::openssl::Certificate certificate = crypto::openssl::read_certificate(der);
        const bool taken = certificate && (first ? SSL_CTX_use_certificate(context, certificate.get()) == 1
                                                 : SSL_CTX_add1_chain_cert(context, certificate.get()) == 1);
        if (!taken) {
            identity.client_problem = "its certificate chain cannot be read";
            return false;
        }
        first = false;
    }
    if (SSL_CTX_use_PrivateKey(context, key) != 1 || SSL_CTX_check_private_key(context) != 1) {
        identity.client_problem = "its key does not belong to its certificate";
        return false;
    }
    return true;
}

} // namespace

std::string TlsIdentity::session_of(std::string_view host) const {
    auto found = sessions.find(host);
    if (found == sessions.end()) found = sessions.find(std::string_view());
    return found == sessions.end() ? std::string() : found->second;
}

bool is_certificate(ByteView der) {
    const crypto::openssl::ErrorScope errors;
    return crypto::openssl::read_certificate(der) != nullptr;
}

int configure_tls(void *, void *ssl_context, void *data) noexcept {
    const crypto::openssl::ErrorScope errors;
    auto *context = static_cast<SSL_CTX *>(ssl_context);
    auto &identity = *static_cast<TlsIdentity *>(data);
    try {
        // The store may be libcurl's cached one; it is that of this identity alone, and adding twice is no failure.
        X509_STORE *store = SSL_CTX_get_cert_store(context);
        for (const Bytes &der : identity.extra_trust) {
            const crypto::openssl::Certificate anchor = crypto::openssl::read_certificate(der);
            if (!anchor || X509_STORE_add_cert(store, anchor.get()) != 1) return CURLE_SSL_CACERT_BADFILE;
        }
        (void)SSL_CTX_set_app_data(context, &identity);
        SSL_CTX_set_info_callback(context, &on_info);
        if (identity.client) return use_client(context, identity) ? CURLE_OK : CURLE_SSL_CERTPROBLEM;
        SSL_CTX_set_client_cert_cb(context, &on_certificate_asked);
        return CURLE_OK;
    } catch (...) {
        return CURLE_OUT_OF_MEMORY;
    }
}

} // namespace certbroker::http::detail
