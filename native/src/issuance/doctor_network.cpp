#include <algorithm>
#include <cstdlib>

#include "base/errors.hpp"
#include "http/date.hpp"
#include "http/errors.hpp"
#include "issuance/doctor.hpp"

namespace certbroker::issuance::doctor {
namespace {

constexpr std::uint32_t default_timeout_ms = 30'000;

/// In the order in which a connection comes about.
constexpr const Kind *steps[] = {&kinds::name, &kinds::connection, &kinds::server, &kinds::client, &kinds::answer};

bool is_plain(const std::string &url) {
    return url.starts_with("http://");
}

/// What was reached before the step that failed, and what comes after it.
void fail_at(Sheet &sheet, const Kind &failed, const std::string &url, const Error &error, const std::string &remedy) {
    bool before = true;
    for (const Kind *const step : steps) {
        if (step == &failed) {
            before = false;
            sheet.failed(failed, error.message(), error.cause() != nullptr ? describe(*error.cause()) : "", remedy);
        } else if (before) {
            sheet.passed(*step, "As far as that the way to " + url + " is free");
        } else {
            sheet.skipped(*step, std::string("It did not come to that: ") + failed.title + " failed");
        }
    }
    sheet.skipped(kinds::skew, "The CA did not answer");
}

void time_ran_out(Sheet &sheet, const std::string &url, std::uint32_t timeout_ms) {
    for (const Kind *const step : steps) {
        if (step == &kinds::answer)
            sheet.failed(kinds::answer,
                         "The operation has timed out: " + url + " did not answer within " +
                             std::to_string(timeout_ms) + " ms",
                         "The CA is slow or overloaded, or something on the way swallows what is sent");
        else
            sheet.skipped(*step, "The time ran out before this could be told");
    }
    sheet.skipped(kinds::skew, "The CA did not answer");
}

/// Which step a failure belongs to.
const Kind *step_of(const Error &error) {
    const std::string &id = error.id();
    if (id == errors::http_resolve.id || id == errors::http_url.id) return &kinds::name;
    if (id == errors::http_connect.id) return &kinds::connection;
    if (id == errors::http_server_trust.id || id == errors::http_trust_file.id) return &kinds::server;
    if (id == errors::http_client_certificate.id) return &kinds::client;
    return &kinds::answer;
}

void check_clock(Sheet &sheet, const http::Response &response, const Clock &clock) {
    const std::string *header = response.header("Date");
    const auto theirs = header != nullptr ? http::parse_date(*header) : std::nullopt;
    if (!theirs) {
        sheet.skipped(kinds::skew, "The CA's answer does not tell the time");
        return;
    }
    const std::int64_t off = clock.now() - *theirs;
    const std::string message = std::to_string(std::llabs(off)) + " s " + (off < 0 ? "behind" : "ahead of") +
                                " the CA's clock (" + *header + ")";
    if (std::llabs(off) > 300)
        sheet.failed(kinds::skew, message, "One of the two clocks is wrong");
    else if (std::llabs(off) > 60)
        sheet.warning(kinds::skew, message, "One of the two clocks is wrong");
    else
        sheet.passed(kinds::skew, message);
}

void show_way(Sheet &sheet, const http::Response &response, const std::string &url, bool shown) {
    sheet.passed(kinds::name, "The name of " + url + " is found");
    sheet.passed(kinds::connection, "Connected");
    if (is_plain(url)) {
        sheet.skipped(kinds::server, "This protocol protects itself and uses no TLS");
        sheet.skipped(kinds::client, "This protocol protects itself and uses no TLS");
    } else {
        sheet.passed(kinds::server, "TLS is up, and the server's certificate is trusted");
        if (shown)
            sheet.passed(kinds::client, "The server took the connection with our certificate");
        else
            sheet.skipped(kinds::client, "No client certificate is used here");
    }
    const std::string status = "HTTP status " + std::to_string(response.status) + " from " + url;
    if (response.status == 401 || response.status == 403)
        sheet.warning(kinds::answer, status, "The server refuses the account, or wants it only where it matters");
    else if (response.status >= 500)
        sheet.warning(kinds::answer, status, "The server answers, but with a failure of its own");
    else
        sheet.passed(kinds::answer, status);
}

} // namespace

bool check_endpoint(Sheet &sheet, http::Client &client, const Clock &clock, const provider::Endpoint &endpoint,
                    const std::optional<crypto::ClientCredentials> &credentials) {
    const std::string url = http::redact_url(endpoint.url);
    const std::uint32_t timeout_ms = endpoint.timeout_ms != 0 ? endpoint.timeout_ms : default_timeout_ms;
    http::Request request;
    request.url = endpoint.url;
    request.client = credentials;
    request.extra_trust_file = endpoint.trust_file;
    request.allow_plain = endpoint.allow_plain;
    request.idempotent = true;
    const Operation operation = sheet.operation().with_timeout(std::chrono::milliseconds(timeout_ms));
    auto response = client.send(request, operation);
    if (response) {
        show_way(sheet, *response, url, credentials.has_value());
        check_clock(sheet, *response, clock);
        return true;
    }
    const Error &error = response.error();
    if (error.status() == Status::timeout) {
        time_ran_out(sheet, url, timeout_ms);
        return false;
    }
    const Kind *const step = step_of(error);
    // Not every system tells a server that hangs up for want of a certificate from one that cannot be reached.
    const bool missing = step != &kinds::name && !credentials && !endpoint.key_setting.empty();
    fail_at(sheet, *step, url, error,
            missing ? "First mend what the rows about the client certificate say: without it the server lets nobody in."
                    : std::string());
    return false;
}

} // namespace certbroker::issuance::doctor
