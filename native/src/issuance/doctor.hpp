#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/credentials.hpp"
#include "issuance/core.hpp"

/// What Broker::examine is made of. Private to issuance/.
namespace certbroker::issuance::doctor {

/// One row of checks.def.
struct Kind {
    const char *id;
    const char *title;
    const char *remedy;
    const char *connector_message;
};
namespace kinds {
#define CERTBROKER_CHECK_KIND(name, id, title, tried, remedy, connector_message)                                       \
    inline constexpr Kind name{id, title, remedy, connector_message};
#include "issuance/checks.def"
#undef CERTBROKER_CHECK_KIND
} // namespace kinds

/// The rows, in the order in which they were found.
class Sheet {
public:
    explicit Sheet(const Operation &operation) : operation_(operation) {}

    void passed(const Kind &kind, std::string message);
    void warning(const Kind &kind, std::string message, std::string cause, std::string remedy = {});
    void failed(const Kind &kind, std::string message, std::string cause, std::string remedy = {});
    /// What an error says: its message, its causes, and its remedy where it knows better than the table.
    void failed(const Kind &kind, const Error &error, bool own_remedy = false);
    void skipped(const Kind &kind, std::string why);
    void add(provider::CheckRow row) { rows_.push_back(std::move(row)); }

    const Operation &operation() const noexcept { return operation_; }
    std::vector<provider::CheckRow> take() && { return std::move(rows_); }

private:
    void row(const Kind &kind, provider::CheckRow::State state, std::string message, std::string cause,
             std::string remedy);

    Operation operation_;
    std::vector<provider::CheckRow> rows_;
};

// --- doctor_credentials.cpp

/// The certificate that a CBP_KEY setting names: everything that can keep it from proving who we are. Nothing when
/// there is no usable one.
std::optional<crypto::ClientCredentials> check_credentials(Sheet &sheet, Core &core, const std::string &value,
                                                           const std::string &account);
/// All rows of check_credentials, skipped.
void skip_credentials(Sheet &sheet, const std::string &why);

// --- doctor_network.cpp

/// Name, connection, server, client certificate, answer and clock of one endpoint. False when the CA cannot be asked.
bool check_endpoint(Sheet &sheet, http::Client &client, const Clock &clock, const provider::Endpoint &endpoint,
                    const std::optional<crypto::ClientCredentials> &credentials);

// --- doctor_store.cpp

/// Whether a key and a certificate can be put there and taken out again.
void check_store(Sheet &sheet, Core &core, const std::string &uri);

} // namespace certbroker::issuance::doctor
