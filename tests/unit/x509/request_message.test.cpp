#include "x509/request_message.hpp"

#include "base/der.hpp"
#include "x509/fixtures.hpp"

using namespace certbroker;
using namespace certbroker::x509;
using test::id_of;
using test::must;

namespace {

/// An old certificate with its key (number 1), and the request of key 0.
struct World {
    Certificate old = test::make({.subject = "CN=web01.example.com", .subject_key = 1});
    Csr csr = [&] {
        CsrSpec spec;
        spec.subject = must(Name::parse("CN=web01.example.com"));
        spec.attributes = {make_renewal_certificate(old)};
        return must(create_csr(spec, *test::key(0)));
    }();
    crypto::CmsSigner by_old{test::key(1).get(), old.der()};
    crypto::CmsSigner by_own_key{test::key(0).get(), {}};
};

RequestMessageSpec spec_of(MessageKind kind, std::vector<crypto::CmsSigner> signers) {
    RequestMessageSpec spec;
    spec.kind = kind;
    spec.signers = std::move(signers);
    return spec;
}

/// The SignedData's fields.
der::Reader body_of(ByteView message) {
    der::Reader outer = must(der::read_single(message, der::sequence));
    must(outer.read_oid());
    return must(must(outer.enter(der::context(0, true))).enter(der::sequence));
}

} // namespace

TEST_CASE("A renewal travels in PKCS#7 as MS-WSTEP 4.1.5.1 shows it") {
    const World world;
    const Csr renewal = must(make_request_message(world.csr, spec_of(MessageKind::pkcs7, {world.by_old})));
    CHECK(renewal.der() == world.csr.der());
    REQUIRE(renewal.message() != nullptr);
    CHECK(renewal.message()->kind == MessageKind::pkcs7);
    CHECK(message_kind_name(renewal.message()->kind) == "PKCS7");
    REQUIRE(renewal.message()->signers.size() == 1);
    CHECK(renewal.message()->signers[0].certificate == world.old);
    CHECK(renewal.message()->signers[0].name == "CN=web01.example.com");
    CHECK_FALSE(renewal.message()->signers[0].own_key);
    REQUIRE(renewal_certificate_of(renewal));
    CHECK(*renewal_certificate_of(renewal) == world.old);
    CHECK(renewal.verify().has_value());

    // Version 1, SHA-256, id-data with the PKCS#10, the old certificate; one signer, version 1, without attributes.
    der::Reader body = body_of(renewal.message()->der);
    CHECK(must(body.read_integer()) == 1);
    der::Reader digests = must(body.enter(der::set));
    CHECK(must(must(digests.enter(der::sequence)).read_oid()) == "2.16.840.1.101.3.4.2.1");
    der::Reader content = must(body.enter(der::sequence));
    CHECK(must(content.read_oid()) == "1.2.840.113549.1.7.1");
    CHECK(must(must(content.enter(der::context(0, true))).read_octets()) == world.csr.der());
    CHECK(equal(must(body.next(der::context(0, true))).content, world.old.der()));
    der::Reader signer = must(must(body.enter(der::set)).enter(der::sequence));
    CHECK(body.empty());
    CHECK(must(signer.read_integer()) == 1);
    CHECK(equal(must(must(signer.enter(der::sequence)).next()).whole, world.old.issuer().der()));
    must(signer.next(der::sequence));
    CHECK(signer.peek() == der::sequence); // the signature's algorithm, no [0]
}

TEST_CASE("A CMC request is a PKIData signed by its own key and whoever asks for somebody else") {
    const World world;
    RequestMessageSpec spec = spec_of(MessageKind::cmc, {world.by_own_key, world.by_old});
    spec.values = {{"requestername", "EXAMPLE\\jane"}, {"odd&name", "50% + x=y\n"}};
    spec.added_attributes = {make_name_value_pair("CertificateTemplate", "User")};
    const Csr made = must(make_request_message(world.csr, spec));
    REQUIRE(made.message() != nullptr);
    CHECK(made.message()->kind == MessageKind::cmc);
    CHECK(made.message()->values == spec.values);
    CHECK(requester_name_of(made) == "EXAMPLE\\jane");
    REQUIRE(made.message()->added_attributes.size() == 1);
    CHECK(made.message()->added_attributes[0].values == spec.added_attributes[0].values);
    REQUIRE(made.message()->signers.size() == 2);
    CHECK(made.message()->signers[0].own_key != made.message()->signers[1].own_key);
    CHECK(made.verify().has_value());

    der::Reader body = body_of(made.message()->der);
    CHECK(must(body.read_integer()) == 3);
    must(body.next(der::set));
    der::Reader content = must(body.enter(der::sequence));
    CHECK(must(content.read_oid()) == "1.3.6.1.5.5.7.12.2");
    const Bytes pki_data = must(must(content.enter(der::context(0, true))).read_octets());
    der::Reader data = must(der::read_single(pki_data, der::sequence));
    der::Reader controls = must(data.enter(der::sequence));
    must(controls.next(der::sequence)); // attributes
    der::Reader registration = must(controls.enter(der::sequence));
    CHECK(controls.empty());
    CHECK(must(registration.read_integer()) == 3);
    CHECK(must(registration.read_oid()) == "1.3.6.1.5.5.7.7.18");
    CHECK(as_text(must(must(registration.enter(der::set)).read_octets())) ==
          "requestername=EXAMPLE\\jane&odd%26name=50%25 %2b x%3dy%0a");
    // reqSequence: tcr [0] { bodyPartID 1, PKCS#10 }; no cmsSequence, no otherMsgSequence.
    der::Reader request = must(must(data.enter(der::sequence)).enter(der::context(0, true)));
    CHECK(must(request.read_integer()) == 1);
    CHECK(equal(must(request.next()).whole, world.csr.der()));
    CHECK(must(data.enter(der::sequence)).empty());
    CHECK(must(data.enter(der::sequence)).empty());
    CHECK(data.empty());
}

TEST_CASE("Messages are written as PEM that openssl and certreq know") {
    const World world;
    const Csr renewal = must(make_request_message(world.csr, spec_of(MessageKind::pkcs7, {world.by_old})));
    const Csr cmc = must(make_request_message(world.csr, spec_of(MessageKind::cmc, {world.by_own_key})));
    CHECK(renewal.to_pem(false).starts_with("-----BEGIN PKCS7-----\n"));
    CHECK(cmc.to_pem(false).starts_with("-----BEGIN CMS-----\n"));
    CHECK(world.csr.to_pem(false).starts_with("-----BEGIN CERTIFICATE REQUEST-----\n"));
    for (const Csr *csr : {&renewal, &cmc}) {
        CHECK(csr->to_pem(true).starts_with("-----BEGIN NEW CERTIFICATE REQUEST-----\r\n"));
        for (const bool style : {true, false}) {
            const Csr again = must(Csr::parse(as_bytes(csr->to_pem(style))));
            REQUIRE(again.message() != nullptr);
            CHECK(again.message()->der == csr->sendable_der());
        }
    }
}

TEST_CASE("A PKCS#7 message for somebody else names them inside the request") {
    const World world;
    CsrSpec spec;
    spec.attributes = {make_name_value_pair("RequesterName", "EXAMPLE\\jané")};
    const Csr bare = must(create_csr(spec, *test::key(0)));
    CHECK(requester_name_of(bare).empty()); // without an agent's signature it means nothing
    const Csr made = must(make_request_message(bare, spec_of(MessageKind::pkcs7, {world.by_old})));
    CHECK(requester_name_of(made) == "EXAMPLE\\jané");
    CHECK_FALSE(renewal_certificate_of(made));
}

TEST_CASE("What is no message is not made") {
    const World world;
    CHECK(id_of(make_request_message(world.csr, spec_of(MessageKind::none, {world.by_old}))) == "Base.Argument");
    CHECK(id_of(make_request_message(world.csr, spec_of(MessageKind::pkcs7, {}))) == "Base.Argument");
    CHECK(id_of(make_request_message(world.csr, spec_of(MessageKind::cmc, {}))) == "Base.Argument");
    CHECK(id_of(make_request_message(world.csr, spec_of(MessageKind::pkcs7, {world.by_old, world.by_own_key}))) ==
          "Base.Argument");
    RequestMessageSpec values = spec_of(MessageKind::pkcs7, {world.by_old});
    values.values = {{"requestername", "x"}};
    CHECK(id_of(make_request_message(world.csr, values)) == "Base.Argument");
    const crypto::CmsSigner wrong{test::key(2).get(), world.old.der()};
    CHECK(id_of(make_request_message(world.csr, spec_of(MessageKind::pkcs7, {wrong}))) == "Crypto.Cms");
}
