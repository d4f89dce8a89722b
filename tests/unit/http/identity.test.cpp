#include "http/identity.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "support/pki.hpp"
#include "support/temporary_folder.hpp"

using namespace certbroker;
using namespace certbroker::test;
using http::detail::Identity;

namespace {

bool anything(ByteView) {
    return true;
}
bool nothing(ByteView) {
    return false;
}

} // namespace

TEST_CASE("Identities that differ never share connections") {
    const Bytes certificate{1, 2, 3};
    Identity none;
    Identity one;
    one.client = crypto::ClientCredentials{make_key(), {certificate}};
    Identity other;
    other.client = crypto::ClientCredentials{make_key(), {certificate}};
    Identity renewed = one;
    renewed.client->chain_der = {Bytes{4}};
    Identity keyless;
    keyless.client = crypto::ClientCredentials{nullptr, {}};
    Identity trusting;
    trusting.extra_trust = {Bytes{1}};
    CHECK(one.key() != other.key());
    CHECK(one.key() != renewed.key());
    CHECK(one.key() != none.key());
    CHECK(keyless.key() != none.key());
    CHECK(trusting.key() != none.key());
    CHECK(one.key() == one.key());
}

TEST_CASE("Anchors are read from PEM files") {
    const TemporaryFolder folder;
    http::Request request;
    CHECK(must(http::detail::identity_of(request, &nothing)).extra_trust.empty());
    request.extra_trust_file = folder.file("trust.pem");
    CHECK(id_of(http::detail::identity_of(request, &anything)) == "Http.TrustFile");
    std::ofstream(request.extra_trust_file) << "a remark\n"
                                            << pki().root.certificate.to_pem() << pki().ca.certificate.to_pem();
    CHECK(id_of(http::detail::identity_of(request, &nothing)) == "Http.TrustFile");
    CHECK(must(http::detail::identity_of(request, &anything)).extra_trust.size() == 2);
    // Read already, and remembered; a change counts at once.
    CHECK(must(http::detail::identity_of(request, &anything)).extra_trust.size() == 2);
    std::ofstream(request.extra_trust_file) << pki().root.certificate.to_pem();
    CHECK(must(http::detail::identity_of(request, &anything)).extra_trust.size() == 1);
    std::ofstream(request.extra_trust_file) << "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
    CHECK(id_of(http::detail::identity_of(request, &anything)) == "Http.TrustFile");
}
