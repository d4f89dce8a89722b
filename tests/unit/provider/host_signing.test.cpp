#include <catch2/catch_test_macros.hpp>

#include "fake.hpp"

using namespace certbroker;
using namespace certbroker::test;

namespace {

cbp_bytes view(const Bytes &bytes) {
    return {bytes.data(), bytes.size()};
}

cbp_certify spec(std::uint32_t flags) {
    cbp_certify made{};
    made.struct_size = sizeof(made);
    made.flags = flags;
    made.not_before = 1'700'000'000;
    made.not_after = 1'900'000'000;
    made.path_length = -1;
    return made;
}

/// A CA inside a plugin: root key and certificate.
struct Ca {
    const cbp_key *key = nullptr;
    cbp_bytes certificate{};
};

Ca make_ca(const Plug &plug) {
    Ca ca;
    CHECK(plug.host->key_create(plug.call, nullptr, "ECDSA_P256", 0, &ca.key) == CBP_OK);
    cbp_certify options = spec(CBP_CERTIFY_CA);
    options.subject = "CN=Plugin Root, O=Example";
    options.path_length = 1;
    CHECK(plug.host->certify(plug.call, ca.key, {}, {}, &options, &ca.certificate) == CBP_OK);
    return ca;
}

x509::Certificate parse(cbp_bytes der) {
    return must(x509::Certificate::parse(ByteView(der.data, der.size)));
}

x509::Csr request() {
    x509::CsrSpec csr;
    csr.subject = must(x509::Name::parse("CN=web01"));
    csr.extensions = {x509::make_subject_alt_name({must(x509::make_dns("web01.example.com"))}),
                      x509::make_enhanced_key_usage({"1.3.6.1.5.5.7.3.2"}),
                      x509::make_key_usage(x509::key_usage::key_agreement)};
    return must(x509::create_csr(csr, *make_key()));
}

} // namespace

TEST_CASE("A plugin makes a root and issues from it") {
    Host host;
    const x509::Csr csr = request();
    host.in_call([&](const Plug &plug) {
        const Ca ca = make_ca(plug);
        const x509::Certificate root = parse(ca.certificate);
        CHECK(root.basic_constraints().ca);
        CHECK(root.basic_constraints().path_length == 1U);
        CHECK(root.key_usage() == (x509::key_usage::key_cert_sign | x509::key_usage::crl_sign));
        CHECK(root.verify_issued_by(root));

        cbp_certify options = spec(CBP_CERTIFY_COPY_NAMES | CBP_CERTIFY_COPY_USAGES);
        options.crl_url = "http://pki.example.com/a.crl";
        cbp_bytes der{};
        CHECK(plug.host->certify(plug.call, ca.key, ca.certificate, view(csr.der()), &options, &der) == CBP_OK);
        const x509::Certificate leaf = parse(der);
        CHECK(leaf.verify_issued_by(root));
        CHECK(leaf.subject().to_string() == "CN=web01");
        CHECK(leaf.subject_alt_names().size() == 1);
        CHECK(leaf.enhanced_key_usage() == std::vector<std::string>{"1.3.6.1.5.5.7.3.2"});
        CHECK(leaf.key_usage() == x509::key_usage::key_agreement);
        CHECK_FALSE(leaf.basic_constraints().ca);
        CHECK(leaf.serial().size() >= 15);
        CHECK(leaf.authority_key_identifier() == root.subject_key_identifier());
        CHECK(x509::find_extension(leaf.extensions(), x509::oid::crl_distribution_points) != nullptr);
        CHECK(x509::verify_chain({leaf, root}, {1'800'000'000, {root}, true}));

        const char *const usages[] = {"DigitalSignature", "KeyEncipherment", nullptr};
        const char *const enhanced[] = {"1.3.6.1.5.5.7.3.1", nullptr};
        const std::uint8_t serial[] = {0x12, 0x34};
        options = spec(0);
        options.subject = "CN=other";
        options.key_usage = usages;
        options.enhanced_key_usage = enhanced;
        options.serial = {serial, 2};
        options.digest = "SHA384";
        CHECK(plug.host->certify(plug.call, ca.key, ca.certificate, view(csr.der()), &options, &der) == CBP_OK);
        const x509::Certificate plain = parse(der);
        CHECK(plain.subject().to_string() == "CN=other");
        CHECK(plain.subject_alt_names().empty());
        CHECK(plain.serial_hex() == "1234");
        CHECK(plain.key_usage() == (x509::key_usage::digital_signature | x509::key_usage::key_encipherment));
        CHECK(plain.signature().digest == crypto::DigestAlgorithm::sha384);
    });
}

TEST_CASE("A revocation list is signed and names what is revoked") {
    Host host;
    host.in_call([](const Plug &plug) {
        const Ca ca = make_ca(plug);
        const std::uint8_t serial[] = {0x12, 0x34};
        const cbp_revoked row{sizeof(cbp_revoked), 1, 1'750'000'000, {serial, 2}};
        const cbp_revoked *const rows[] = {&row};
        cbp_bytes crl{};
        CHECK(plug.host->sign_crl(plug.call, ca.key, ca.certificate, 1'750'000'000, 1'760'000'000, 7, rows, 1, &crl) ==
              CBP_OK);
        CHECK(crl.size > 100);
        CHECK(plug.host->sign_crl(plug.call, ca.key, ca.certificate, 1'750'000'000, 1'760'000'000, 8, nullptr, 0,
                                  &crl) == CBP_OK);
    });
    CHECK(id_of(host.check_with([](const Plug &plug) {
              const Ca ca = make_ca(plug);
              const cbp_revoked row{sizeof(cbp_revoked), 7, 0, {reinterpret_cast<const std::uint8_t *>("x"), 1}};
              const cbp_revoked *const rows[] = {&row};
              cbp_bytes crl{};
              CHECK(plug.host->sign_crl(plug.call, ca.key, ca.certificate, 1, 2, 1, rows, 1, &crl) != CBP_OK);
              return pass(plug);
          })) == "Provider.Contract");
}

TEST_CASE("What must not be signed is not signed") {
    Host host;
    const x509::Csr csr = request();
    const auto attempt = [&](const std::function<cbp_status(const Plug &, const Ca &, cbp_bytes *)> &body) {
        return host.check_with([&](const Plug &plug) {
            const Ca ca = make_ca(plug);
            cbp_bytes out{};
            return body(plug, ca, &out);
        });
    };
    const cbp_certify plain = spec(CBP_CERTIFY_COPY_NAMES);
    SECTION("with a key that is not the issuer's") {
        CHECK(id_of(attempt([&](const Plug &plug, const Ca &ca, cbp_bytes *out) {
                  const cbp_key *other = nullptr;
                  CHECK(plug.host->key_create(plug.call, nullptr, "ECDSA_P256", 0, &other) == CBP_OK);
                  return plug.host->certify(plug.call, other, ca.certificate, view(csr.der()), &plain, out);
              })) == "Certificate.KeyMismatch");
    }
    SECTION("self-signed for another key") {
        CHECK(id_of(attempt([&](const Plug &plug, const Ca &ca, cbp_bytes *out) {
                  return plug.host->certify(plug.call, ca.key, {}, view(csr.der()), &plain, out);
              })) == "Certificate.KeyMismatch");
    }
    SECTION("a request whose signature was broken") {
        Bytes broken = csr.der();
        broken.back() ^= 1U;
        const auto result = attempt([&](const Plug &plug, const Ca &ca, cbp_bytes *out) {
            return plug.host->certify(plug.call, ca.key, ca.certificate, view(broken), &plain, out);
        });
        CHECK((id_of(result) == "Csr.Signature" || id_of(result) == "Crypto.Signature"));
    }
    SECTION("by a certificate that is no CA's") {
        CHECK(id_of(attempt([&](const Plug &plug, const Ca &ca, cbp_bytes *out) {
                  cbp_certify leaf = spec(0);
                  leaf.subject = "CN=no ca";
                  CHECK(plug.host->certify(plug.call, ca.key, {}, {}, &leaf, out) == CBP_OK);
                  return plug.host->certify(plug.call, ca.key, *out, view(csr.der()), &plain, out);
              })) == "Provider.Failed");
    }
    SECTION("with SHA-1, ending before it begins, or with an unknown usage") {
        cbp_certify weak = plain;
        weak.digest = "SHA1";
        cbp_certify backwards = plain;
        backwards.not_after = backwards.not_before;
        const char *const odd[] = {"MindReading", nullptr};
        cbp_certify unknown = plain;
        unknown.key_usage = odd;
        for (const cbp_certify &options : {weak, backwards, unknown}) {
            const auto result = attempt([&](const Plug &plug, const Ca &ca, cbp_bytes *out) {
                return plug.host->certify(plug.call, ca.key, ca.certificate, view(csr.der()), &options, out);
            });
            REQUIRE(id_of(result) == "Provider.Failed");
            CHECK(result.error().status() == Status::invalid);
        }
    }
}

TEST_CASE("The order's own request needs no second proof of possession") {
    Host host;
    provider::Order order = host.order();
    host.script->submit = [&](const Plug &plug) {
        const Ca ca = make_ca(plug);
        const cbp_certify options = spec(CBP_CERTIFY_COPY_NAMES);
        cbp_bytes der{};
        CHECK(plug.host->certify(plug.call, ca.key, ca.certificate, plug.order->csr_der, &options, &der) == CBP_OK);
        return plug.host->issued(plug.call, &der, 1, "1");
    };
    const auto outcome = must(must(host.open())->submit(order, host.operation));
    CHECK(outcome.certificates.front().public_key() == order.csr->public_key());
}
