#include <catch2/catch_test_macros.hpp>
#include <map>
#include <string>
#include <vector>

#include "certbroker/certbroker.h"
#include "misuse_fixture.hpp"

/// What callers of the C functions can say about answers, and see of denials, templates and renewals.
using misuse::Fixture;

namespace {

using Row = std::map<std::int32_t, std::string>;

std::int32_t keep_row(void *payload, const certbroker_row *row) {
    Row texts;
    for (const std::int32_t property :
         {CERTBROKER_P_ID, CERTBROKER_P_NAME, CERTBROKER_P_TEMPLATE, CERTBROKER_P_CHECK_STATUS, CERTBROKER_P_VALUE,
          CERTBROKER_P_REPLACES, CERTBROKER_P_REMEDY, CERTBROKER_P_STATE_NAME}) {
        certbroker_text text = nullptr;
        if (certbroker_row_text(row, property, 0, &text) == CERTBROKER_OK) texts[property] = text;
    }
    static_cast<std::vector<Row> *>(payload)->push_back(std::move(texts));
    return 0;
}

std::string text_of(const certbroker_issue *issue, std::int32_t property) {
    certbroker_text text = nullptr;
    return certbroker_issue_text(issue, property, 0, &text) == CERTBROKER_OK ? text : "?";
}

std::string id_of(certbroker_error *error) {
    REQUIRE(error != nullptr);
    std::string id = certbroker_error_id(error);
    certbroker_error_free(error);
    return id;
}

} // namespace

TEST_CASE("Taking differences and wanting the certificate exactly as asked exclude each other") {
    Fixture f;
    for (const char *name : {"exact", "allow-differences"})
        REQUIRE(certbroker_settings_set_text(f.settings, name, "true", nullptr) == CERTBROKER_OK);
    certbroker_issue *issue = nullptr;
    certbroker_error *error = nullptr;
    CHECK(certbroker_enroll(f.context, f.request, f.provider, nullptr, nullptr, f.store, f.settings, &f.operation,
                            &issue, &error) == CERTBROKER_E_ARGUMENT);
    CHECK(id_of(error) == "Base.Argument");
    CHECK(issue == nullptr);
}

TEST_CASE("A denied renewal has its reason, its remedy, and the certificate that stays") {
    Fixture f;
    REQUIRE(certbroker_provider_revoke(f.provider, certbroker_entry_certificate(f.entry), 4, &f.operation, nullptr) ==
            CERTBROKER_OK);
    certbroker_issue *issue = nullptr;
    REQUIRE(certbroker_renew(f.context, f.store, f.entry, f.provider, nullptr, nullptr, nullptr, &f.operation, &issue,
                             nullptr) == CERTBROKER_OK);
    CHECK(certbroker_issue_state(issue) == CERTBROKER_STATE_DENIED);
    CHECK(text_of(issue, CERTBROKER_P_REASON) == "revoked");
    CHECK_FALSE(text_of(issue, CERTBROKER_P_REMEDY).empty());
    std::int64_t sent = 0;
    CHECK(certbroker_issue_number(issue, CERTBROKER_P_SENT_AT, &sent) == CERTBROKER_OK);
    CHECK(sent > 1'700'000'000);
    certbroker_issue_free(issue);
    std::vector<Row> rows;
    REQUIRE(certbroker_list_requests(f.context, nullptr, "all", keep_row, &rows, nullptr) == CERTBROKER_OK);
    REQUIRE(rows.size() == 2);
    CHECK(rows.front()[CERTBROKER_P_STATE_NAME] == "Denied");
    CHECK(rows.front()[CERTBROKER_P_REPLACES].size() == 40);
    CHECK_FALSE(rows.front()[CERTBROKER_P_REMEDY].empty());
    std::int64_t archived = 1;
    CHECK(certbroker_entry_number(f.entry, CERTBROKER_P_ARCHIVED, &archived) == CERTBROKER_OK);
    CHECK(archived == 0);
}

TEST_CASE("Templates are examined one by one, or those that are named") {
    Fixture f;
    std::vector<Row> rows;
    REQUIRE(certbroker_provider_check_templates(f.provider, nullptr, &f.operation, keep_row, &rows, nullptr) ==
            CERTBROKER_OK);
    CHECK(rows.size() == 6);
    rows.clear();
    REQUIRE(certbroker_provider_check_templates(f.provider, "client\n server \n\n", &f.operation, keep_row, &rows,
                                                nullptr) == CERTBROKER_OK);
    REQUIRE(rows.size() == 2);
    CHECK(rows[0][CERTBROKER_P_TEMPLATE] == "client");
    CHECK(rows[0][CERTBROKER_P_ID] == "template.names");
    CHECK(rows[0][CERTBROKER_P_CHECK_STATUS] == "Warning");
    CHECK_FALSE(rows[0][CERTBROKER_P_REMEDY].empty());
    CHECK(rows[1][CERTBROKER_P_TEMPLATE] == "server");
    CHECK(rows[1][CERTBROKER_P_CHECK_STATUS] == "Passed");
}

TEST_CASE("The reasons of a revocation are those of RFC 5280, by name") {
    Fixture f;
    std::vector<Row> rows;
    REQUIRE(certbroker_list_vocabulary(f.context, "revocation-reason", keep_row, &rows, nullptr) == CERTBROKER_OK);
    std::map<std::string, std::string> reasons;
    for (Row &row : rows)
        reasons[row[CERTBROKER_P_VALUE]] = row[CERTBROKER_P_NAME];
    CHECK(reasons.size() == 10);
    CHECK(reasons["0"] == "Unspecified");
    CHECK(reasons["6"] == "CertificateHold");
    CHECK_FALSE(reasons.contains("7"));
    CHECK(reasons["10"] == "AACompromise");
}
