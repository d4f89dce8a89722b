// What is WinHTTP's own from end to end; what every client does is in tests/conformance/http.
#include "http/http_winhttp_handles.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <fstream>

#include "http/http.hpp"
#include "support/command.hpp"
#include "support/http_server.hpp"
#include "support/temporary_folder.hpp"

using namespace certbroker;
using namespace certbroker::test;
using http::detail::CertContext;
using http::detail::CertStore;

namespace {

constexpr const wchar_t *test_store = L"CertBrokerHttpTest";
constexpr const char *address_variable = "CERTBROKER_TEST_ADDRESS";

void ok(Connection &connection) {
    while (!connection.read_request().empty())
        connection.answer(200, "hello");
}

CertStore open_store(const wchar_t *name, DWORD location) {
    return CertStore(CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0, location, name));
}

CertContext add(const CertStore &store, const Bytes &der) {
    const CERT_CONTEXT *added = nullptr;
    REQUIRE(CertAddEncodedCertificateToStore(store.get(), http::detail::certificate_encoding, der.data(),
                                             static_cast<DWORD>(der.size()), CERT_STORE_ADD_REPLACE_EXISTING,
                                             &added) != 0);
    return CertContext(added);
}

/// A key made by Windows that nobody gets out of it, gone with this.
struct WindowsKey {
    std::wstring container = L"certbroker-test-" + std::to_wstring(GetCurrentProcessId());
    std::wstring provider = MS_ENH_RSA_AES_PROV_W;
    Bytes spki;

    WindowsKey() {
        HCRYPTPROV handle = 0;
        HCRYPTKEY key = 0;
        REQUIRE(CryptAcquireContextW(&handle, container.c_str(), provider.c_str(), PROV_RSA_AES, CRYPT_NEWKEYSET) != 0);
        REQUIRE(CryptGenKey(handle, AT_KEYEXCHANGE, 2048U << 16U, &key) != 0);
        DWORD size = 0;
        REQUIRE(CryptExportPublicKeyInfo(handle, AT_KEYEXCHANGE, X509_ASN_ENCODING, nullptr, &size) != 0);
        std::vector<std::uint64_t> memory(size / sizeof(std::uint64_t) + 1);
        auto *info = reinterpret_cast<CERT_PUBLIC_KEY_INFO *>(memory.data());
        REQUIRE(CryptExportPublicKeyInfo(handle, AT_KEYEXCHANGE, X509_ASN_ENCODING, info, &size) != 0);
        REQUIRE(CryptEncodeObject(X509_ASN_ENCODING, X509_PUBLIC_KEY_INFO, info, nullptr, &size) != 0);
        spki.resize(size);
        REQUIRE(CryptEncodeObject(X509_ASN_ENCODING, X509_PUBLIC_KEY_INFO, info, spki.data(), &size) != 0);
        (void)CryptDestroyKey(key);
        (void)CryptReleaseContext(handle, 0);
    }
    WindowsKey(const WindowsKey &) = delete;
    WindowsKey &operator=(const WindowsKey &) = delete;
    ~WindowsKey() {
        HCRYPTPROV none = 0;
        (void)CryptAcquireContextW(&none, container.c_str(), provider.c_str(), PROV_RSA_AES, CRYPT_DELETEKEYSET);
    }
    void tie_to(const CertContext &certificate) {
        CRYPT_KEY_PROV_INFO place{};
        place.pwszContainerName = container.data();
        place.pwszProvName = provider.data();
        place.dwProvType = PROV_RSA_AES;
        place.dwKeySpec = AT_KEYEXCHANGE;
        REQUIRE(CertSetCertificateContextProperty(certificate.get(), CERT_KEY_PROV_INFO_PROP_ID, 0, &place) != 0);
    }
};

/// The store's view of that key: it cannot be taken out.
class HandleKey final : public crypto::PrivateKey {
public:
    explicit HandleKey(const Bytes &spki) : key_(must(crypto::PublicKey::parse(spki))) {}
    const crypto::PublicKey &public_key() const noexcept override { return key_; }
    const std::string &uri() const noexcept override { return uri_; }
    bool exportable() const noexcept override { return false; }
    Result<Bytes> sign(const crypto::SignatureScheme &, ByteView) const override { return Bytes(); }
    Result<SecretBytes> decrypt(ByteView, std::optional<crypto::DigestAlgorithm>) const override {
        return SecretBytes();
    }
    Result<SecretBytes> export_pkcs8() const override {
        FAIL("nobody may ask for this key");
        return SecretBytes();
    }
    evp_pkey_st *native() const noexcept override { return nullptr; }

private:
    crypto::PublicKey key_;
    std::string uri_ = "windows:CurrentUser/keys/" + std::string(64, 'a');
};

void remove_from(const wchar_t *name, DWORD location, const Bytes &der) {
    const CertStore store = open_store(name, location);
    const CertContext wanted(
        CertCreateCertificateContext(X509_ASN_ENCODING, der.data(), static_cast<DWORD>(der.size())));
    if (const CERT_CONTEXT *found = CertFindCertificateInStore(store.get(), http::detail::certificate_encoding, 0,
                                                               CERT_FIND_EXISTING, wanted.get(), nullptr))
        (void)CertDeleteCertificateFromStore(found);
    (void)CertControlStore(store.get(), 0, CERT_STORE_CTRL_COMMIT, nullptr);
}

} // namespace

TEST_CASE("A key of Windows signs in the handshake without leaving its store") {
    const Pki &authority = server_pki();
    WindowsKey key;
    const auto handle = std::make_shared<const HandleKey>(key.spki);
    const x509::Certificate certificate =
        make_certificate("CN=windows client", handle->public_key(), &authority.ca, *authority.ca.key, false);
    {
        const CertStore store = open_store(test_store, CERT_SYSTEM_STORE_CURRENT_USER);
        REQUIRE(store);
        key.tie_to(add(store, certificate.der()));
        (void)CertControlStore(store.get(), 0, CERT_STORE_CTRL_COMMIT, nullptr);
    }
    TlsOptions options;
    options.identity = make_tls_identity(authority.ca, {"localhost"});
    options.client_roots = {authority.root.certificate, authority.ca.certificate};
    Server server(ok, options);
    const TemporaryFolder folder;
    http::Request request;
    request.url = server.url("/", "localhost");
    request.extra_trust_file = folder.file("trust.pem");
    std::ofstream(request.extra_trust_file) << authority.root.certificate.to_pem();
    request.client = crypto::ClientCredentials{handle, {certificate.der()}};
    const auto response = http::make_client()->send(request, Operation().with_timeout(std::chrono::seconds(30)));
    remove_from(test_store, CERT_SYSTEM_STORE_CURRENT_USER, certificate.der());
    (void)CertUnregisterSystemStore(test_store, CERT_SYSTEM_STORE_CURRENT_USER | CERT_STORE_DELETE_FLAG);
    CHECK(as_text(must(response).body) == "hello");
}

// The other half of the case below, in a process of its own.
TEST_CASE("A root of Windows is trusted: child", "[.]") {
    const char *address = std::getenv(address_variable);
    REQUIRE(address != nullptr);
    http::Request request;
    request.url = address;
    CHECK(must(http::make_client()->send(request, Operation().with_timeout(std::chrono::seconds(30)))).status == 200);
}

TEST_CASE("A root of Windows is trusted") {
    if (!win32::is_elevated())
        SKIP("only administrators install roots for the machine, and a user's root asks a person");
    const Issuer root = make_root(server_pki().root.certificate.subject().to_string() + " of Windows");
    TlsOptions options;
    options.identity = make_tls_identity(root, {"localhost"});
    Server server(ok, options);
    (void)add(open_store(L"Root", CERT_SYSTEM_STORE_LOCAL_MACHINE), root.certificate.der());
    std::array<wchar_t, 1024> self{};
    REQUIRE(GetModuleFileNameW(nullptr, self.data(), static_cast<DWORD>(self.size())) != 0);
    REQUIRE(::_putenv_s(address_variable, server.url("/", "localhost").c_str()) == 0);
    // A process sees the roots that were there when it first looked.
    const CommandResult child =
        run("\"\"" + win32::narrow(self.data()) + "\" \"A root of Windows is trusted: child\"\"");
    remove_from(L"Root", CERT_SYSTEM_STORE_LOCAL_MACHINE, root.certificate.der());
    INFO(child.output);
    CHECK(child.exit_code == 0);
}
