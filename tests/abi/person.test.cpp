// Names of people and devices as a C caller asks for them.
#include <catch2/catch_test_macros.hpp>

#include <cstring>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "certbroker/certbroker.h"

namespace {

using Pairs = std::initializer_list<std::pair<const char *, const char *>>;

struct Settings {
    explicit Settings(Pairs values) {
        REQUIRE(certbroker_settings_create(&handle, nullptr) == CERTBROKER_OK);
        for (const auto &[name, value] : values)
            REQUIRE(certbroker_settings_set_text(handle, name, value, nullptr) == CERTBROKER_OK);
    }
    ~Settings() { certbroker_settings_free(handle); }
    Settings(const Settings &) = delete;
    Settings &operator=(const Settings &) = delete;
    certbroker_settings *handle = nullptr;
};

struct Request {
    Request() {
        REQUIRE(certbroker_context_create(nullptr, &context, nullptr) == CERTBROKER_OK);
        REQUIRE(certbroker_request_create(context, &handle, nullptr) == CERTBROKER_OK);
    }
    ~Request() {
        certbroker_request_free(handle);
        certbroker_context_free(context);
    }
    Request(const Request &) = delete;
    Request &operator=(const Request &) = delete;

    std::vector<std::string> texts(std::int32_t property) const {
        std::vector<std::string> out;
        certbroker_text text = nullptr;
        for (std::size_t i = 0; certbroker_request_text(handle, property, i, &text) == CERTBROKER_OK; ++i)
            out.emplace_back(text);
        return out;
    }
    /// The id of the error; empty when it worked.
    std::string apply(Pairs profile, Pairs person, certbroker_status expected = CERTBROKER_OK) {
        const Settings wanted(profile);
        const Settings who(person);
        certbroker_error *error = nullptr;
        const certbroker_status status = certbroker_request_apply_person(handle, wanted.handle, who.handle, &error);
        CHECK(status == expected);
        if (error == nullptr) return {};
        CHECK(certbroker_error_status(error) == status);
        CHECK(std::strlen(certbroker_error_remedy(error)) > 0);
        std::string id = certbroker_error_id(error);
        certbroker_error_free(error);
        return id;
    }

    certbroker_context *context = nullptr;
    certbroker_request *handle = nullptr;
};

using Texts = std::vector<std::string>;

} // namespace

TEST_CASE("A person's names are put into a request") {
    Request request;
    CHECK(request
              .apply({{"subject", "CN={{UserName}},E={{EmailAddress}},O=Example"}, {"san", "Email,Upn,Guid,OtherName"}},
                     {{"UserName", "Doe, Jane"},
                      {"mail", "jane@example.com"},
                      {"objectId", "f7c3ac41-b8ce-4fb4-aa58-3d1dc0e36b39"},
                      {"OtherName", "04 02 b8 ba"}})
              .empty());
    CHECK(request.texts(CERTBROKER_P_SUBJECT) == Texts{"CN=\"Doe, Jane\", E=jane@example.com, O=Example"});
    CHECK(request.texts(CERTBROKER_P_SUBJECT_ALT_NAME) == Texts{"email=jane@example.com", "upn=jane@example.com",
                                                                "guid=f7c3ac41-b8ce-4fb4-aa58-3d1dc0e36b39",
                                                                "1.3.6.1.4.1.311.25.1=0402b8ba"});
}

TEST_CASE("A person who does not fit leaves the request as it was") {
    Request request;
    REQUIRE(certbroker_request_set(request.handle, CERTBROKER_P_SUBJECT, "CN=before", nullptr) == CERTBROKER_OK);
    CHECK(request.apply({{"subject-format", "CommonName"}, {"san", "Email"}}, {{"UserName", "jane"}},
                        CERTBROKER_E_INVALID) == "Person.EmailMissing");
    CHECK(request.apply({{"subject", "CN={{Nobody}}"}}, {{"UserName", "jane"}}, CERTBROKER_E_INVALID) ==
          "Person.VariableMissing");
    CHECK(request.apply({}, {{"UserName", "jane"}}, CERTBROKER_E_ARGUMENT) == "Person.Profile");
    CHECK(request.apply({{"subject-formt", "CommonName"}}, {}, CERTBROKER_E_ARGUMENT) == "Abi.OptionUnknown");
    CHECK(request.apply({{"san", "OtherName"}, {"other-name-validate", "maybe"}}, {}, CERTBROKER_E_ARGUMENT) ==
          "Abi.OptionValue");
    CHECK(request.texts(CERTBROKER_P_SUBJECT) == Texts{"CN=before"});
    CHECK(request.texts(CERTBROKER_P_SUBJECT_ALT_NAME).empty());
    // Without options and without a person at all.
    certbroker_error *error = nullptr;
    CHECK(certbroker_request_apply_person(request.handle, nullptr, nullptr, &error) == CERTBROKER_E_ARGUMENT);
    certbroker_error_free(error);
}
