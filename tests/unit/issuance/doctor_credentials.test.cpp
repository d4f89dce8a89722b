#include "issuance/doctor.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "patient.hpp"

using namespace certbroker;
using namespace certbroker::test;

namespace {

Settings with_certificate(const std::string &value) {
    Settings settings;
    settings.set("url", "nowhere");
    settings.set("client-certificate", value);
    return settings;
}

/// The client's certificate with other dates or usages.
TlsIdentity variant(const Clinic &clinic, std::int64_t from, std::int64_t to, const std::vector<std::string> &usages) {
    x509::CertificateSpec spec;
    spec.subject = must(x509::Name::parse("CN=RA"));
    spec.issuer = clinic.authority.ca.certificate.subject();
    spec.serial = {0x31, static_cast<std::uint8_t>(to & 0x7f), 1};
    spec.not_before = from;
    spec.not_after = to;
    const crypto::KeyHandle key = make_key();
    spec.spki = key->public_key().spki();
    if (!usages.empty()) spec.extensions.push_back(x509::make_enhanced_key_usage(usages, false));
    const x509::Certificate made = must(x509::sign_certificate(spec, *clinic.authority.ca.key));
    return {key, {made, clinic.authority.ca.certificate, clinic.authority.root.certificate}};
}

} // namespace

TEST_CASE("A thumbprint is read as people paste it, and refused when it is none") {
    Clinic clinic;
    const std::string thumbprint = clinic.admit(clinic.client);
    for (const std::string &pasted : {"\xe2\x80\x8e" + thumbprint, "\xe2\x80\x9c" + thumbprint + "\xe2\x80\x9d",
                                      " " + ascii_lower(thumbprint) + " "}) {
        const auto rows = clinic.examine(with_certificate(pasted));
        CHECK(row(rows, "certificate.thumbprint").state == CheckState::passed);
        CHECK(row(rows, "certificate.access").state == CheckState::passed);
    }
    const auto rows = clinic.examine(with_certificate("EA7A4E0CD1"));
    CHECK(row(rows, "certificate.thumbprint").state == CheckState::failed);
    CHECK(row(rows, "certificate.thumbprint").message.find("Failed to get client certificate") != std::string::npos);
    CHECK(row(rows, "certificate.thumbprint").connector_message ==
          "DigiCert Provider - Failed to get client certificate.");
    CHECK(row(rows, "certificate.usage").state == CheckState::skipped);
}

TEST_CASE("The certificate must be there, and the machine's store is the place for it") {
    Clinic clinic;
    auto rows = clinic.examine(with_certificate(std::string(40, 'A')));
    CHECK(row(rows, "certificate.present").state == CheckState::failed);
    CHECK(row(rows, "certificate.present").message.find("Failed to get client certificate") != std::string::npos);
    CHECK(row(rows, "certificate.key").state == CheckState::skipped);
    const std::string thumbprint = clinic.admit(clinic.client, "CurrentUser/My");
    rows = clinic.examine(with_certificate(thumbprint));
    CHECK(row(rows, "certificate.present").state == CheckState::warning);
    CHECK(row(rows, "certificate.access").state == CheckState::passed);
}

TEST_CASE("A certificate without its private key is told from one whose key cannot be used") {
    Clinic clinic;
    TlsIdentity bare = clinic.client;
    bare.key = nullptr;
    const std::string thumbprint = clinic.admit(bare);
    auto rows = clinic.examine(with_certificate(thumbprint));
    CHECK(row(rows, "certificate.present").state == CheckState::passed);
    CHECK(row(rows, "certificate.key").state == CheckState::failed);
    CHECK(row(rows, "certificate.access").state == CheckState::skipped);
    CHECK(row(rows, "certificate.key").connector_message.find("SSL/TLS secure channel") != std::string::npos);

    const auto store = must(clinic.broker->stores().open("LocalMachine/My"));
    const auto key = must(store->import_key(*clinic.client.key, false, clinic.operation));
    must(store->put(clinic.client.chain.front(), {}, clinic.operation));
    REQUIRE(must(store->get(thumbprint)).has_private_key());
    // Somebody overwrote the key's file.
    const auto file = clinic.home.path() / "LocalMachine" / "keys" / (to_hex(key->public_key().sha256()) + ".pem");
    REQUIRE(std::filesystem::exists(file));
    std::ofstream(file, std::ios::trunc) << "-----BEGIN PRIVATE KEY-----\nMA==\n-----END PRIVATE KEY-----\n";
    rows = clinic.examine(with_certificate(thumbprint));
    CHECK(row(rows, "certificate.key").state == CheckState::passed);
    CHECK(row(rows, "certificate.access").state == CheckState::failed);
    CHECK(row(rows, "certificate.access").remedy.find("NT AUTHORITY\\SYSTEM") != std::string::npos);
}

TEST_CASE("Dates and usages of the certificate have rows of their own") {
    Clinic clinic;
    const std::int64_t now = clinic.clock.now();
    constexpr std::int64_t day = 86'400;
    const auto state_of = [&](const TlsIdentity &identity, const std::string &id) {
        return row(clinic.examine(with_certificate(clinic.admit(identity))), id).state;
    };
    CHECK(state_of(variant(clinic, now - day, now + 400 * day, {}), "certificate.validity") == CheckState::passed);
    CHECK(state_of(variant(clinic, now - day, now + 10 * day, {}), "certificate.validity") == CheckState::warning);
    CHECK(state_of(variant(clinic, now - 2 * day, now - day, {}), "certificate.validity") == CheckState::failed);
    CHECK(state_of(variant(clinic, now + day, now + 401 * day, {}), "certificate.validity") == CheckState::failed);
    const auto usage = [&](const std::vector<std::string> &usages, std::int64_t extra) {
        return state_of(variant(clinic, now - day, now + 500 * day + extra, usages), "certificate.usage");
    };
    CHECK(usage({}, 1) == CheckState::passed);
    CHECK(usage({"1.3.6.1.5.5.7.3.1"}, 2) == CheckState::failed);
    CHECK(usage({"1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"}, 3) == CheckState::passed);
    CHECK(usage({"2.5.29.37.0"}, 4) == CheckState::passed);
}

TEST_CASE("An issuer that is not here is a warning: some servers want to be shown it") {
    Clinic clinic;
    TlsIdentity alone = clinic.client;
    alone.chain.erase(alone.chain.begin() + 1, alone.chain.end());
    const auto rows = clinic.examine(with_certificate(clinic.admit(alone)));
    CHECK(row(rows, "certificate.chain").state == CheckState::warning);
    CHECK(row(rows, "certificate.chain").cause.find("neither CA nor Root") != std::string::npos);
}

TEST_CASE("The account of a service is looked for where a store keeps such a list") {
    Clinic clinic;
    Examination wish;
    wish.provider = "patient";
    wish.settings = with_certificate(clinic.admit(clinic.client));
    wish.account = "NT AUTHORITY\\SYSTEM";
    const auto rows = must(clinic.broker->examine(wish, clinic.operation));
    // Folder stores have none: their keys are files of the account that made them.
    CHECK(row(rows, "certificate.account").state == CheckState::skipped);
    CHECK(row(rows, "certificate.account").message.find("keeps no list of accounts") != std::string::npos);
}

TEST_CASE("A key may be named by its uri; its newest certificate is taken") {
    Clinic clinic;
    const std::string thumbprint = clinic.admit(clinic.client);
    const auto store = must(clinic.broker->stores().open("LocalMachine/My"));
    const std::string uri = must(store->get(thumbprint)).key_uri;
    auto rows = clinic.examine(with_certificate(uri));
    CHECK(row(rows, "certificate.present").state == CheckState::passed);
    CHECK(row(rows, "certificate.access").state == CheckState::passed);
    must(store->remove(thumbprint, clinic.operation));
    rows = clinic.examine(with_certificate(uri));
    CHECK(row(rows, "certificate.present").state == CheckState::failed);
}
