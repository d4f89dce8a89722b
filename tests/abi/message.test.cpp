// Requests in PKCS#7 and CMC messages, and SIDs, as a C caller makes and reads them.
#include <catch2/catch_test_macros.hpp>

#include <cstring>
#include <string>

#include "certbroker/certbroker.h"
#include "misuse_fixture.hpp"

using misuse::Fixture;

namespace {

std::string text_of(const certbroker_csr *csr, std::int32_t property) {
    certbroker_text text = nullptr;
    return certbroker_csr_text(csr, property, 0, &text) == CERTBROKER_OK ? text : "";
}
void set(certbroker_request *request, std::int32_t property, const char *value) {
    REQUIRE(certbroker_request_set(request, property, value, nullptr) == CERTBROKER_OK);
}
std::string take_id(certbroker_error *&error) {
    REQUIRE(error != nullptr);
    std::string id = certbroker_error_id(error);
    certbroker_error_free(error);
    error = nullptr;
    return id;
}

} // namespace

TEST_CASE("A CMC request is prepared, written, and read again from its file") {
    Fixture f;
    set(f.request, CERTBROKER_P_REQUEST_TYPE, "CMC");
    set(f.request, CERTBROKER_P_SECURITY_IDENTIFIER, "S-1-5-21-1-2-3-1104");
    certbroker_issue *prepared = nullptr;
    REQUIRE(certbroker_prepare(f.context, f.request, nullptr, nullptr, f.store, nullptr, &f.operation, &prepared,
                               nullptr) == CERTBROKER_OK);
    certbroker_csr *csr = nullptr;
    REQUIRE(certbroker_issue_csr(prepared, &csr, nullptr) == CERTBROKER_OK);
    certbroker_buffer *pem = nullptr;
    REQUIRE(certbroker_csr_encode(csr, CERTBROKER_ENCODING_PEM, &pem, nullptr) == CERTBROKER_OK);
    CHECK(std::memcmp(certbroker_buffer_data(pem), "-----BEGIN CMS-----\n", 20) == 0);
    certbroker_csr *again = nullptr;
    REQUIRE(certbroker_csr_parse(f.context, certbroker_buffer_data(pem), certbroker_buffer_size(pem), &again,
                                 nullptr) == CERTBROKER_OK);
    CHECK(text_of(again, CERTBROKER_P_REQUEST_TYPE) == "CMC");
    CHECK(text_of(again, CERTBROKER_P_SIGNED_BY) == "the request's own key");
    CHECK(text_of(again, CERTBROKER_P_SECURITY_IDENTIFIER) == "S-1-5-21-1-2-3-1104");
    CHECK(text_of(again, CERTBROKER_P_KEY_ID) == text_of(csr, CERTBROKER_P_KEY_ID));
    certbroker_buffer_free(pem);
    certbroker_csr_free(again);
    certbroker_csr_free(csr);
    certbroker_issue_free(prepared);
}

TEST_CASE("Signers that are not there, and values that are none, are refused by id") {
    Fixture f;
    certbroker_error *error = nullptr;
    CHECK(certbroker_request_set(f.request, CERTBROKER_P_SECURITY_IDENTIFIER, "jane", &error) != CERTBROKER_OK);
    CHECK(take_id(error) == "Sid.Value");
    CHECK(certbroker_request_set(f.request, CERTBROKER_P_RENEWAL_CERT, "xyz", &error) == CERTBROKER_E_ARGUMENT);
    CHECK(take_id(error) == "Request.Value");

    set(f.request, CERTBROKER_P_REQUEST_TYPE, "PKCS7");
    set(f.request, CERTBROKER_P_REQUESTER_NAME, "EXAMPLE\\jane");
    certbroker_settings *options = nullptr;
    REQUIRE(certbroker_settings_create(&options, nullptr) == CERTBROKER_OK);
    certbroker_issue *issue = nullptr;
    CHECK(certbroker_prepare(f.context, f.request, nullptr, nullptr, f.store, options, &f.operation, &issue, &error) ==
          CERTBROKER_E_ARGUMENT);
    CHECK(take_id(error) == "Issuance.SignerNeeded");
    REQUIRE(certbroker_settings_set_text(options, "signing-certificate", "0123456789012345678901234567890123456789",
                                         nullptr) == CERTBROKER_OK);
    CHECK(certbroker_prepare(f.context, f.request, nullptr, nullptr, f.store, options, &f.operation, &issue, &error) ==
          CERTBROKER_E_NOT_FOUND);
    CHECK(take_id(error) == "Issuance.SignerMissing");
    // local-ca sends bare requests only.
    CHECK(certbroker_enroll(f.context, f.request, f.provider, nullptr, nullptr, f.store, options, &f.operation, &issue,
                            &error) == CERTBROKER_E_UNSUPPORTED);
    CHECK(take_id(error) == "Provider.NoMessages");
    CHECK(issue == nullptr);
    certbroker_settings_free(options);

    // Who signs is found on the road alone.
    certbroker_csr *csr = nullptr;
    CHECK(certbroker_csr_create(f.context, f.request, f.key, &f.operation, &csr, &error) == CERTBROKER_E_ARGUMENT);
    CHECK(take_id(error) == "Base.Argument");
}
