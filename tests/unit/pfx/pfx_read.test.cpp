#include "base/encoding.hpp"
#include "base/file.hpp"
#include "crypto/pkcs12.hpp"
#include "pfx/pfx.hpp"
#include "support/pki.hpp"

using namespace certbroker;
using namespace certbroker::test;

namespace {

constexpr int iterations = 1000;
const Operation operation;

Secret secret(std::string_view text) {
    return Secret(as_bytes(text));
}

Bytes data_file(const std::string &name) {
    return must(file::read(file::to_path(std::string(CERTBROKER_TEST_DATA "/pfx/") + name), 1 << 20));
}

Result<pfx::Contents> read_file(const std::string &name, const Secret &password) {
    return pfx::read(data_file(name), password, true, operation);
}

crypto::Pkcs12Key key_of(const Issuer &holder, Bytes local_key_id = {}) {
    return {must(holder.key->export_pkcs8()), std::move(local_key_id), {}};
}

Bytes make(const crypto::Pkcs12Contents &contents) {
    return must(crypto::make_pkcs12(contents, secret("secret"), crypto::Pkcs12Protection::aes256_sha256, iterations));
}

Result<pfx::Contents> read_made(const crypto::Pkcs12Contents &contents) {
    return pfx::read(make(contents), secret("secret"), true, operation);
}

/// One file of tests/data/pfx, as its README lists them.
struct Row {
    const char *name;
    const char *password; ///< nullptr: none given
    const char *subject;
    std::size_t certificates;
    const char *friendly_name;
};

} // namespace

TEST_CASE("PFX files of other programs are read") {
    constexpr const char *unicode = "ä€😀";
    const Row rows[] = {
        {"openssl-modern-rsa.p12", "secret", "CN=rsa.example.com", 3, "Web Ünï"},
        {"openssl-modern-ec.p12", "secret", "CN=ec.example.com", 3, "Web Ünï"},
        {"openssl-modern-ec521.p12", "secret", "CN=ec521.example.com", 3, ""},
        {"openssl-legacy-rsa.p12", "secret", "CN=rsa.example.com", 3, "Web Ünï"},
        {"openssl-legacy-ec.p12", "secret", "CN=ec.example.com", 3, ""},
        {"openssl-3des.p12", "secret", "CN=rsa.example.com", 3, ""},
        {"openssl-aes128-sha512.p12", "secret", "CN=ec.example.com", 3, ""},
        {"openssl-600000.p12", "secret", "CN=ec.example.com", 3, ""},
        {"openssl-iter1.p12", "fuzz", "CN=ec.example.com", 3, ""},
        {"openssl-nomac.p12", "secret", "CN=ec.example.com", 3, ""},
        {"openssl-empty-password.p12", "", "CN=ec.example.com", 3, ""},
        {"openssl-empty-password.p12", nullptr, "CN=ec.example.com", 3, ""},
        {"openssl-legacy-empty-password.p12", "", "CN=rsa.example.com", 3, ""},
        {"openssl-legacy-empty-password.p12", nullptr, "CN=rsa.example.com", 3, ""},
        {"openssl-plain.p12", "", "CN=ec.example.com", 3, ""},
        {"openssl-plain.p12", nullptr, "CN=ec.example.com", 3, ""},
        {"openssl-unicode.p12", unicode, "CN=ec.example.com", 3, ""},
        {"openssl-legacy-unicode.p12", unicode, "CN=rsa.example.com", 3, ""},
        {"certtool-aes256.p12", "secret", "CN=rsa.example.com", 2, "gnutls"},
        {"certtool-3des.p12", "secret", "CN=ec.example.com", 1, "gnutls"},
        {"certtool-empty-password.p12", "", "CN=ec.example.com", 1, "gnutls"},
        {"certtool-null-password.p12", nullptr, "CN=ec.example.com", 1, "gnutls"},
        {"certtool-null-password.p12", "", "CN=ec.example.com", 1, "gnutls"},
        {"keytool.p12", "secret", "CN=rsa.example.com", 3, "web ünï"},
        {"keytool-legacy.p12", "secret", "CN=ec.example.com", 3, "web ünï"},
        {"nss-default.p12", "secret", "CN=rsa.example.com", 3, "Web Ünï"},
        {"nss-3des.p12", "secret", "CN=rsa.example.com", 3, "Web Ünï"},
        {"nss-unicode.p12", unicode, "CN=rsa.example.com", 3, "Web Ünï"},
        {"dotnet-pfx.p12", "secret", "CN=rsa.example.com", 3, ""},
        {"dotnet-aes256.p12", "secret", "CN=rsa.example.com", 3, ""},
        {"dotnet-3des.p12", "secret", "CN=ec.example.com", 3, ""},
        {"dotnet-aes192-sha384.p12", "secret", "CN=ec.example.com", 3, ""},
        {"dotnet-empty-password.p12", "", "CN=ec.example.com", 3, ""},
        {"dotnet-null-password.p12", nullptr, "CN=ec.example.com", 3, ""},
        {"dotnet-unicode.p12", unicode, "CN=ec.example.com", 3, ""},
        {"dotnet-unicode-3des.p12", unicode, "CN=ec.example.com", 3, ""},
    };
    for (const Row &row : rows) {
        INFO(row.name << (row.password == nullptr ? " without password" : ""));
        const auto contents = read_file(row.name, row.password == nullptr ? Secret() : secret(row.password));
        if (!contents) {
            FAIL_CHECK(describe(contents.error()));
            continue;
        }
        CHECK(contents->chain.size() == row.certificates);
        CHECK(contents->chain.front().subject().to_string() == row.subject);
        CHECK(contents->friendly_name == row.friendly_name);
        REQUIRE(contents->key);
        CHECK(contents->key->public_key() == contents->chain.front().public_key());
        CHECK(contents->key->exportable());
        // The key works, and the chain is in order whatever the file's was.
        CHECK(contents->key->sign({}, as_bytes("x")).has_value());
        for (std::size_t i = 1; i < contents->chain.size(); ++i)
            CHECK(contents->chain[i - 1].verify_issued_by(contents->chain[i]).has_value());
    }
}

TEST_CASE("A file without key gives its certificates, the end of the chain first") {
    const pfx::Contents contents = must(read_file("openssl-certificates.p12", secret("secret")));
    CHECK_FALSE(contents.key);
    REQUIRE(contents.chain.size() == 3);
    CHECK(contents.chain.front().subject().to_string() == "CN=ec.example.com");
    CHECK(contents.chain.back().self_issued());
}

TEST_CASE("A key is exportable only when the caller asks for it") {
    const Bytes bytes = data_file("openssl-modern-ec.p12");
    const pfx::Contents contents = must(pfx::read(bytes, secret("secret"), false, operation));
    CHECK_FALSE(contents.key->exportable());
    const auto exported = contents.key->export_pkcs8();
    CHECK(id_of(exported) == "Crypto.KeyNotExportable");
}

TEST_CASE("Several keys are refused") {
    const auto contents = read_file("keytool-two-keys.p12", secret("secret"));
    REQUIRE_FALSE(contents);
    CHECK(contents.error().id() == "Pfx.ManyKeys");
}

TEST_CASE("The same key twice is one key") {
    const auto contents =
        read_made({{key_of(pki().leaf), key_of(pki().leaf)}, {{pki().leaf.certificate.der(), {}, {}}}});
    CHECK(must(contents).key);
}

TEST_CASE("A wrong password says so") {
    for (const char *name : {"openssl-modern-ec.p12", "openssl-legacy-rsa.p12", "openssl-nomac.p12", "nss-default.p12",
                             "keytool.p12", "dotnet-pfx.p12", "certtool-3des.p12"}) {
        INFO(name);
        for (const char *wrong : {"wrong", "Secret", "", "sécret"}) {
            const auto contents = read_file(name, secret(wrong));
            REQUIRE_FALSE(contents);
            CHECK(contents.error().id() == "Pfx.Password");
            CHECK(contents.error().status() == Status::password);
            CHECK(describe(contents.error()).find("sécret") == std::string::npos);
        }
        const auto none = read_file(name, Secret());
        REQUIRE_FALSE(none);
        CHECK(none.error().id() == "Pfx.Password");
        CHECK(none.error().message().find("none was given") != std::string::npos);
    }
    CHECK(read_file("openssl-modern-ec.p12", secret("")).error().remedy().find("empty password") != std::string::npos);
    CHECK(read_file("openssl-modern-ec.p12", secret("ü")).error().remedy().find("ASCII") != std::string::npos);
    CHECK(id_of(read_file("openssl-modern-ec.p12", secret("\xff\xfe"))) == "Base.Text");
}

TEST_CASE("A truncated file is damaged, wherever it is cut") {
    for (const char *name : {"openssl-modern-ec.p12", "nss-3des.p12", "openssl-plain.p12"}) {
        const Bytes bytes = data_file(name);
        for (std::size_t size = 0; size < bytes.size(); size += size < 64 || size + 64 > bytes.size() ? 1 : 29) {
            INFO(name << " cut at " << size);
            CHECK(id_of(pfx::read(ByteView(bytes).first(size), secret("secret"), true, operation)) == "Pfx.Format");
        }
    }
}

TEST_CASE("What is no PFX is Pfx.Format") {
    for (const std::string &text : {std::string("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"),
                                    std::string("hello"), std::string(1000, '\0'), std::string(100, '\x30')}) {
        CHECK(id_of(pfx::read(as_bytes(text), secret("x"), true, operation)) == "Pfx.Format");
    }
    // A certificate is well-formed DER, and something else.
    CHECK(id_of(pfx::read(pki().leaf.certificate.der(), secret("x"), true, operation)) == "Pfx.Format");
}

TEST_CASE("Every damaged byte fails or changes nothing") {
    const Bytes good = data_file("openssl-iter1.p12");
    const pfx::Contents expected = must(pfx::read(good, secret("fuzz"), true, operation));
    for (std::size_t at = 0; at < good.size(); at += 3) {
        Bytes bad = good;
        bad[at] = static_cast<std::uint8_t>(bad[at] ^ 0x41U);
        const auto contents = pfx::read(bad, secret("fuzz"), true, operation);
        INFO("byte " << at << ": " << (contents ? "" : describe(contents.error())));
        if (contents)
            CHECK(contents->chain.front() == expected.chain.front());
        else
            CHECK((contents.error().id().starts_with("Pfx.")));
    }
}

TEST_CASE("The key finds its certificate by itself, whatever the file says") {
    const Pki &p = pki();
    const Bytes one{1};
    const Bytes two{2};
    // localKeyID pairs the key with the CA's certificate.
    const auto contents = read_made({{key_of(p.leaf, one)},
                                     {{p.root.certificate.der(), {}, {}},
                                      {p.ca.certificate.der(), one, "wrong"},
                                      {p.leaf.certificate.der(), two, "right"}}});
    CHECK(must(contents).chain == p.chain);
    CHECK(contents->friendly_name == "right");
}

TEST_CASE("Among several certificates of a key the file's own pairing chooses, else the one that ends last") {
    const Pki &p = pki();
    const x509::Certificate renewed =
        make_certificate("CN=web01.example.com", p.leaf.key->public_key(), &p.ca, *p.ca.key, false);
    const Bytes one{1};
    const auto paired =
        read_made({{key_of(p.leaf, one)},
                   {{p.leaf.certificate.der(), {2}, {}}, {renewed.der(), one, {}}, {p.ca.certificate.der(), {}, {}}}});
    CHECK(must(paired).chain.front() == renewed);
    CHECK(paired->chain.size() == 3);
    CHECK(paired->chain.back() == p.leaf.certificate); // what does not belong to the chain stands behind
    CHECK(must(read_made({{key_of(p.leaf)}, {{p.leaf.certificate.der(), {}, {}}, {renewed.der(), {}, {}}}}))
              .chain.size() == 2);
}

TEST_CASE("A file without certificate, or with another key's, is refused") {
    const Pki &p = pki();
    const auto empty = read_made({{key_of(p.leaf)}, {}});
    REQUIRE_FALSE(empty);
    CHECK(empty.error().id() == "Pfx.Empty");
    CHECK(id_of(read_made({{key_of(p.leaf)}, {{p.ca.certificate.der(), {}, {}}}})) == "Certificate.KeyMismatch");
}

TEST_CASE("More certificates than a chain ever has are refused") {
    crypto::Pkcs12Contents many;
    for (int i = 0; i < 101; ++i)
        many.certificates.push_back({pki().ca.certificate.der(), {}, {}});
    CHECK(id_of(read_made(many)) == "Pfx.Limits");
}

TEST_CASE("A friendly name longer than a store takes is cut between characters") {
    std::string name = "a";
    for (int i = 0; i < 400; ++i)
        name += "😀";
    const auto contents = read_made({{key_of(pki().leaf)}, {{pki().leaf.certificate.der(), {}, name}}});
    CHECK(must(contents).friendly_name == name.substr(0, 1021));
}

TEST_CASE("A cancelled reading does no work") {
    Operation stopped;
    stopped.cancellation->request();
    CHECK(id_of(pfx::read(data_file("openssl-600000.p12"), secret("secret"), true, stopped)) == "Base.Cancelled");
}
