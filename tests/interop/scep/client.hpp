#pragma once

#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <map>
#include <string>

#include "certbroker/certbroker.h"
#include "support/temporary_folder.hpp"

/// CertBroker as a C caller has it, with the provider endpoint-protection.
namespace interop {

using Settings = std::map<std::string, std::string>;

inline std::string text_of(certbroker_error *error) {
    std::string out;
    for (const certbroker_error *at = error; at != nullptr; at = certbroker_error_cause(at))
        out += std::string(out.empty() ? "" : ": ") + certbroker_error_id(at) + " " + certbroker_error_message(at);
    certbroker_error_free(error);
    return out;
}
#define REQUIRE_OK(call)                                                                                               \
    do {                                                                                                               \
        certbroker_error *error = nullptr;                                                                             \
        if ((call) != CERTBROKER_OK) FAIL(text_of(error));                                                             \
    } while (false)

/// CertBroker with a home of its own, and a connection to the server.
class Client {
public:
    /// Settings of the connection; `secrets` of those that are.
    Client(const Settings &settings, const Settings &secrets) {
        operation.struct_size = sizeof operation;
        operation.timeout_ms = 60'000;
        certbroker_settings *bag = nullptr;
        REQUIRE(certbroker_settings_create(&bag, nullptr) == CERTBROKER_OK);
        set(bag,
            {{"home", home_.path().string()}, {"plugin-folder", CERTBROKER_TEST_PLUGINS}, {"plugin-trust", "any"}});
        REQUIRE_OK(certbroker_context_create(bag, &context, &error));
        certbroker_settings_free(bag);
        REQUIRE(certbroker_settings_create(&bag, nullptr) == CERTBROKER_OK);
        set(bag, settings);
        for (const auto &[name, value] : secrets) {
            certbroker_secret *secret = nullptr;
            REQUIRE_OK(certbroker_secret_create(reinterpret_cast<const std::uint8_t *>(value.data()), value.size(),
                                                &secret, &error));
            REQUIRE_OK(certbroker_settings_set_secret(bag, name.c_str(), secret, &error));
            certbroker_secret_free(secret);
        }
        REQUIRE_OK(certbroker_provider_open(context, "endpoint-protection", bag, &operation, &ca, &error));
        certbroker_settings_free(bag);
        REQUIRE_OK(certbroker_store_open(context, "CurrentUser/My", nullptr, &store, &error));
    }
    ~Client() {
        certbroker_store_close(store);
        certbroker_provider_close(ca);
        certbroker_context_free(context);
    }
    Client(const Client &) = delete;
    Client &operator=(const Client &) = delete;

    /// The whole road for a common name; what it came to. An error's text instead, when there is one.
    certbroker_issue *enroll(const std::string &name, std::string *failure = nullptr) {
        const std::string inf = "[NewRequest]\nSubject = \"CN=" + name +
                                "\"\nKeyAlgorithm = RSA\nKeyLength = 2048\nRequestType = PKCS10\n"
                                "[Extensions]\n2.5.29.17 = \"{text}\"\n_continue_ = \"dns=" +
                                name + "\"\n";
        certbroker_request *request = nullptr;
        REQUIRE_OK(certbroker_request_from_inf(context, reinterpret_cast<const std::uint8_t *>(inf.data()), inf.size(),
                                               "scep.inf", &request, &error));
        certbroker_issue *issue = nullptr;
        certbroker_error *error = nullptr;
        const certbroker_status status =
            certbroker_enroll(context, request, ca, nullptr, nullptr, store, nullptr, &operation, &issue, &error);
        certbroker_request_free(request);
        if (status == CERTBROKER_OK) return issue;
        const std::string said = text_of(error);
        if (failure == nullptr) FAIL(said);
        *failure = said;
        return nullptr;
    }
    /// The certificate that was installed, as a PEM file.
    void export_to(certbroker_issue *issue, const std::string &path) const {
        certbroker_entry *entry = nullptr;
        REQUIRE_OK(certbroker_issue_entry(issue, &entry, &error));
        certbroker_chain *chain = nullptr;
        REQUIRE_OK(certbroker_entry_chain(entry, &chain, &error));
        certbroker_buffer *pem = nullptr;
        REQUIRE_OK(certbroker_chain_encode(chain, CERTBROKER_ENCODING_PEM, &pem, &error));
        std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char *>(certbroker_buffer_data(pem)),
                   static_cast<std::streamsize>(certbroker_buffer_size(pem)));
        certbroker_buffer_free(pem);
        certbroker_chain_free(chain);
        certbroker_entry_free(entry);
    }

    certbroker_context *context = nullptr;
    certbroker_provider *ca = nullptr;
    certbroker_store *store = nullptr;
    certbroker_operation operation{};

private:
    static void set(certbroker_settings *bag, const Settings &settings) {
        for (const auto &[name, value] : settings)
            REQUIRE(certbroker_settings_set_text(bag, name.c_str(), value.c_str(), nullptr) == CERTBROKER_OK);
    }
    certbroker::test::TemporaryFolder home_;
};

} // namespace interop
