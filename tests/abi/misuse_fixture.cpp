#include "misuse_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include "support/platform.hpp"
#include <atomic>
#include <cstring>

namespace misuse {
namespace {

void set(certbroker_settings *settings, const char *name, const std::string &value) {
    REQUIRE(certbroker_settings_set_text(settings, name, value.c_str(), nullptr) == CERTBROKER_OK);
}

std::filesystem::path fresh_folder() {
    static std::atomic<int> counter{0};
    auto folder =
        std::filesystem::temp_directory_path() /
        ("certbroker-abi-" + std::to_string(certbroker::test::process_id()) + "-" + std::to_string(counter++));
    std::filesystem::create_directories(folder);
    return folder;
}

} // namespace

Fixture::Fixture() : home_(fresh_folder()) {
    certbroker_error *e = nullptr;
    operation.struct_size = bad_cancel.struct_size = sizeof(certbroker_operation);
    operation.timeout_ms = bad_cancel.timeout_ms = 30'000;
    REQUIRE(certbroker_settings_create(&settings, nullptr) == CERTBROKER_OK);
    set(settings, "home", home_.string());
    set(settings, "plugin-folder", CERTBROKER_TEST_PLUGINS);
    set(settings, "plugin-trust", "any");
    REQUIRE(certbroker_context_create(settings, &context, nullptr) == CERTBROKER_OK);
    certbroker_settings_free(settings);
    REQUIRE(certbroker_settings_create(&settings, nullptr) ==
            CERTBROKER_OK); // empty: right wherever options are asked for
    REQUIRE(certbroker_secret_create(reinterpret_cast<const std::uint8_t *>("secret"), 6, &secret, nullptr) ==
            CERTBROKER_OK);
    REQUIRE(certbroker_cancel_create(&cancel, nullptr) == CERTBROKER_OK);
    REQUIRE(certbroker_request_create(context, &request, nullptr) == CERTBROKER_OK);
    REQUIRE(certbroker_request_set(request, CERTBROKER_P_SUBJECT, "CN=misuse", nullptr) == CERTBROKER_OK);
    REQUIRE(certbroker_request_set(request, CERTBROKER_P_KEY_ALGORITHM, "ECDSA_P256", nullptr) == CERTBROKER_OK);
    REQUIRE(certbroker_request_set(request, CERTBROKER_P_EXPORTABLE, "true", nullptr) == CERTBROKER_OK);
    REQUIRE(certbroker_store_open(context, "LocalMachine/My", nullptr, &store, nullptr) == CERTBROKER_OK);
    REQUIRE(certbroker_provider_open(context, "local-ca", nullptr, &operation, &provider, nullptr) == CERTBROKER_OK);
    REQUIRE(certbroker_enroll(context, request, provider, nullptr, nullptr, store, nullptr, &operation, &issue,
                              nullptr) == CERTBROKER_OK);
    REQUIRE(certbroker_issue_state(issue) == CERTBROKER_STATE_INSTALLED);
    certbroker_text id = nullptr;
    REQUIRE(certbroker_issue_text(issue, CERTBROKER_P_REQUEST_ID, 0, &id) == CERTBROKER_OK);
    request_id_ = id;
    REQUIRE(certbroker_issue_entry(issue, &entry, nullptr) == CERTBROKER_OK);
    REQUIRE(certbroker_issue_chain(issue, &chain, nullptr) == CERTBROKER_OK);
    REQUIRE(certbroker_issue_csr(issue, &csr, nullptr) == CERTBROKER_OK);
    REQUIRE(certbroker_entry_key(entry, &key, nullptr) == CERTBROKER_OK);
    REQUIRE(certbroker_certificate_encode(certbroker_chain_at(chain, 0), CERTBROKER_ENCODING_DER, &buffer, nullptr) ==
            CERTBROKER_OK);
    bytes.assign(certbroker_buffer_data(buffer), certbroker_buffer_data(buffer) + certbroker_buffer_size(buffer));
    garbage = bytes;
    for (std::size_t i = 0; i < garbage.size(); i += 3)
        garbage[i] = static_cast<std::uint8_t>(garbage[i] ^ 0x5aU);
    REQUIRE(certbroker_certificate_parse(context, bytes.data(), bytes.size(), &certificate, nullptr) == CERTBROKER_OK);
    REQUIRE(certbroker_certificate_parse(context, garbage.data(), garbage.size(), nullptr, &error) != CERTBROKER_OK);
    REQUIRE(certbroker_cancel_create(reinterpret_cast<certbroker_cancel **>(&freed_), nullptr) == CERTBROKER_OK);
    certbroker_cancel_free(static_cast<certbroker_cancel *>(freed_));
    bad_cancel.cancel = static_cast<certbroker_cancel *>(freed_);
    (void)e;
}

Fixture::~Fixture() {
    release(entry);
    release(store);
    release(issue);
    release(provider);
    release(chain);
    release(certificate);
    release(csr);
    release(key);
    release(request);
    release(settings);
    release(cancel);
    release(secret);
    release(buffer);
    release(error);
    release(context);
    std::error_code ignored;
    std::filesystem::remove_all(home_, ignored);
}

const char *Fixture::text(const char *parameter) const {
    const auto is = [parameter](const char *name) { return std::strcmp(parameter, name) == 0; };
    if (is("uri")) return "LocalMachine/My";
    if (is("id") || is("provider_id")) return "local-ca";
    if (is("location")) return "CurrentUser";
    if (is("kind")) return "key-algorithm";
    if (is("what")) return "all";
    if (is("request_id") || is("request_id_or_null")) return request_id_.c_str();
    if (is("template_or_null") || is("profile_or_null")) return "client";
    if (is("name")) return "friendly-name";
    if (is("sha256")) return "0000000000000000000000000000000000000000000000000000000000000000";
    return "CN=value";
}

std::int32_t no_row(void *, const certbroker_row *) {
    return 0;
}

std::int32_t no_entry(void *, certbroker_entry *entry) {
    certbroker_entry_free(entry);
    return 0;
}

void check_error(certbroker_status status, const certbroker_error *error) {
    if (status == CERTBROKER_OK) {
        CHECK(error == nullptr);
        return;
    }
    REQUIRE(error != nullptr);
    CHECK(certbroker_error_status(error) == status);
    CHECK(std::strlen(certbroker_error_id(error)) > 0);
    CHECK(std::strlen(certbroker_error_message(error)) > 0);
    CHECK(std::strlen(certbroker_error_remedy(error)) > 0);
}

} // namespace misuse
