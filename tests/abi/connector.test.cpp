// A connector's configuration as a C caller reads and changes it.
#include <catch2/catch_test_macros.hpp>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "certbroker/certbroker.h"
#include "support/platform.hpp"
#include "support/temporary_folder.hpp"

namespace {

constexpr const char *config =
    "<configuration>\n  <appSettings>\n    <add key=\"RACertThumbprint\" value=\"\"/>\n"
    "    <add key=\"RACertThumbprint\" value=\"soon\"/>\n  </appSettings>\n</configuration>\n";

struct Row {
    std::string file, name, value, path;
    std::int64_t line = 0;
    std::vector<std::string> warnings;
};

std::string text_of(const certbroker_row *row, std::int32_t property, std::size_t index = 0) {
    certbroker_text text = nullptr;
    return certbroker_row_text(row, property, index, &text) == CERTBROKER_OK ? text : "";
}

std::int32_t keep(void *payload, const certbroker_row *row) {
    Row kept{text_of(row, CERTBROKER_P_FILE),
             text_of(row, CERTBROKER_P_NAME),
             text_of(row, CERTBROKER_P_VALUE),
             text_of(row, CERTBROKER_P_PATH),
             0,
             {}};
    (void)certbroker_row_number(row, CERTBROKER_P_LINE, &kept.line);
    for (std::size_t i = 0; !text_of(row, CERTBROKER_P_WARNING, i).empty(); ++i)
        kept.warnings.push_back(text_of(row, CERTBROKER_P_WARNING, i));
    static_cast<std::vector<Row> *>(payload)->push_back(std::move(kept));
    return 0;
}

std::int32_t stop(void *payload, const certbroker_row *) {
    ++*static_cast<int *>(payload);
    return 1;
}

} // namespace

TEST_CASE("A connector's settings are listed, changed and backed up") {
    const certbroker::test::TemporaryFolder folder;
    const auto path = folder / "NDESConnector.exe.config";
    std::ofstream(path, std::ios::binary) << config;
    const std::string file = certbroker::file::from_path(path);
    certbroker_context *context = nullptr;
    REQUIRE(certbroker_context_create(nullptr, &context, nullptr) == CERTBROKER_OK);

    std::vector<Row> rows;
    REQUIRE(certbroker_connector_list(context, file.c_str(), keep, &rows, nullptr) == CERTBROKER_OK);
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].name == "RACertThumbprint");
    CHECK(rows[0].value == "soon");
    CHECK(rows[0].line == 4);
    CHECK(rows[0].warnings.size() == 2);
    CHECK(rows[1].name == "CloudCAConnTimeoutInMilliseconds");
    CHECK(rows[1].line == 0);
    int shown = 0;
    CHECK(certbroker_connector_list(context, file.c_str(), stop, &shown, nullptr) == CERTBROKER_OK);
    CHECK(shown == 1);

    certbroker_settings *values = nullptr;
    REQUIRE(certbroker_settings_create(&values, nullptr) == CERTBROKER_OK);
    REQUIRE(certbroker_settings_set_text(values, "RACertThumbprint", "ea7a4e0cd1a4f81cf0740527c31a57f6020c17c5",
                                         nullptr) == CERTBROKER_OK);
    REQUIRE(certbroker_settings_set_text(values, "CloudCAConnTimeoutInMilliseconds", "5", nullptr) == CERTBROKER_OK);
    std::vector<Row> changes;
    REQUIRE(certbroker_connector_set(context, file.c_str(), values, keep, &changes, nullptr) == CERTBROKER_OK);
    REQUIRE(changes.size() == 1);
    CHECK(changes[0].path.starts_with(changes[0].file + ".20"));
    std::ifstream now(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(now), {}};
    CHECK(text ==
          "<configuration>\n  <appSettings>\n    <add key=\"RACertThumbprint\" value=\"\"/>\n"
          "    <add key=\"RACertThumbprint\" value=\"EA7A4E0CD1A4F81CF0740527C31A57F6020C17C5\"/>\n"
          "    <add key=\"CloudCAConnTimeoutInMilliseconds\" value=\"5\"/>\n  </appSettings>\n</configuration>\n");

    certbroker_error *error = nullptr;
    REQUIRE(certbroker_settings_set_text(values, "LogPath", "x", nullptr) == CERTBROKER_OK);
    CHECK(certbroker_connector_set(context, file.c_str(), values, keep, &changes, &error) == CERTBROKER_E_ARGUMENT);
    CHECK(std::string(certbroker_error_id(error)) == "Abi.OptionUnknown");
    certbroker_error_free(error);
    certbroker_settings_free(values);
    certbroker_context_free(context);
}
