// PKCS#7 and CMC request messages, read and verified by the openssl command line.
#include <unistd.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "x509/request_message.hpp"

using namespace certbroker;
using namespace certbroker::x509;

namespace {

template<class T>
T must(Result<T> result) {
    INFO((result ? std::string() : describe(result.error())));
    REQUIRE(result.has_value());
    return *std::move(result);
}

struct Output {
    int status = -1;
    std::string text;
};
Output run(const std::string &command) {
    Output output;
    FILE *const pipe = ::popen((command + " 2>&1").c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::array<char, 4096> buffer{};
    while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe))
        output.text.append(buffer.data(), got);
    output.status = ::pclose(pipe);
    return output;
}

class Folder {
public:
    Folder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "certbroker-message-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        path_ = pattern;
    }
    Folder(const Folder &) = delete;
    Folder &operator=(const Folder &) = delete;
    ~Folder() { std::filesystem::remove_all(path_); }
    std::string write(const std::string &name, std::string_view text) const {
        std::ofstream(path_ / name, std::ios::binary) << text;
        return (path_ / name).string();
    }
    std::string at(const std::string &name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

/// A certificate with its key, the request of another key, and its messages.
struct Messages {
    explicit Messages(crypto::KeySpec spec)
        : old_key(must(crypto::generate_key(spec))), new_key(must(crypto::generate_key(spec))) {
        CertificateSpec certificate;
        certificate.subject = certificate.issuer = must(Name::parse("CN=web01.example.com,O=Example"));
        certificate.serial = {0x80, 0x01, 0x02};
        certificate.not_before = 1'700'000'000;
        certificate.not_after = 2'900'000'000;
        certificate.spki = old_key->public_key().spki();
        old = must(sign_certificate(certificate, *old_key));
        CsrSpec wanted;
        wanted.subject = certificate.subject;
        wanted.attributes = {make_renewal_certificate(*old)};
        csr = must(create_csr(wanted, *new_key));
    }
    Csr make(MessageKind kind, std::vector<crypto::CmsSigner> signers) const {
        RequestMessageSpec spec;
        spec.kind = kind;
        spec.signers = std::move(signers);
        if (kind == MessageKind::cmc) spec.values = {{"requestername", "EXAMPLE\\jane"}};
        return must(make_request_message(*csr, spec));
    }
    crypto::KeyHandle old_key, new_key;
    std::optional<Certificate> old;
    std::optional<Csr> csr;
};

constexpr crypto::KeySpec specs[] = {{crypto::KeyAlgorithm::rsa, 2048}, {crypto::KeyAlgorithm::ecdsa_p384, 384}};

} // namespace

TEST_CASE("openssl cms verifies renewals in PKCS#7 and finds the request in them") {
    if (run("command -v openssl").status != 0) SKIP("openssl is not installed");
    for (const crypto::KeySpec &spec : specs) {
        const Folder folder;
        const Messages messages(spec);
        const Csr renewal =
            messages.make(MessageKind::pkcs7, {crypto::CmsSigner{messages.old_key.get(), messages.old->der()}});
        const std::string file = folder.write("renewal.p7", renewal.to_pem(false));
        const Output verified =
            run("openssl cms -verify -noverify -binary -inform PEM -in " + file + " -out " + folder.at("inner.der"));
        CHECK(verified.text.find("successful") != std::string::npos);
        CHECK(verified.status == 0);
        const Output request = run("openssl req -inform DER -verify -noout -text -in " + folder.at("inner.der"));
        CHECK(request.status == 0);
        CHECK(request.text.find("1.3.6.1.4.1.311.13.1") != std::string::npos);
        const Output structure = run("openssl cms -cmsout -print -noout -inform PEM -in " + file);
        CHECK(structure.text.find("messageDigest (1.2.840.113549.1.9.4)") == std::string::npos);
        CHECK(structure.text.find("issuerAndSerialNumber") != std::string::npos);
    }
}

TEST_CASE("openssl cms verifies CMC requests, signed by a certificate's key or named by the key alone") {
    if (run("command -v openssl").status != 0) SKIP("openssl is not installed");
    for (const crypto::KeySpec &spec : specs) {
        const Folder folder;
        const Messages messages(spec);
        const Csr cmc =
            messages.make(MessageKind::cmc, {crypto::CmsSigner{messages.new_key.get(), {}},
                                             crypto::CmsSigner{messages.old_key.get(), messages.old->der()}});
        const std::string file = folder.write("request.cmc", cmc.to_pem(false));
        const Output structure = run("openssl cms -cmsout -print -noout -inform PEM -in " + file);
        CHECK(structure.status == 0);
        CHECK(structure.text.find("id-cct-PKIData (1.3.6.1.5.5.7.12.2)") != std::string::npos);
        CHECK(structure.text.find("subjectKeyIdentifier") != std::string::npos);
        CHECK(structure.text.find("issuerAndSerialNumber") != std::string::npos);
        CHECK(structure.text.find("messageDigest (1.2.840.113549.1.9.4)") != std::string::npos);

        // A certificate of the request's key, with its identifier, lets openssl find the signer that is named by key.
        CertificateSpec own;
        own.subject = own.issuer = must(Name::parse("CN=own"));
        own.serial = {0x01};
        own.not_before = 1'700'000'000;
        own.not_after = 2'900'000'000;
        own.spki = messages.new_key->public_key().spki();
        own.extensions = {make_subject_key_identifier(messages.new_key->public_key().key_identifier())};
        const std::string certificate =
            folder.write("own.pem", must(sign_certificate(own, *messages.new_key)).to_pem());
        const Output verified = run("openssl cms -verify -noverify -binary -inform PEM -in " + file + " -certfile " +
                                    certificate + " -out " + folder.at("pkidata.der"));
        CHECK(verified.text.find("successful") != std::string::npos);
        const Output dump = run("openssl asn1parse -inform DER -in " + folder.at("pkidata.der"));
        CHECK(dump.status == 0);
        CHECK(dump.text.find(":id-cmc-regInfo") != std::string::npos);
        CHECK(dump.text.find("OCTET STRING      :requestername=EXAMPLE\\jane") != std::string::npos);
    }
}
