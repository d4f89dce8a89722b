#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace certbroker {

/// What the caller can do about a failure (native/include/certbroker/status.def).
enum class Status : std::int32_t {
#define CERTBROKER_STATUS(c_name, name, number, sentence, category) name = number,
#include "certbroker/status.def"
#undef CERTBROKER_STATUS
};

/// The C name of a status without its prefix ("E_NOT_FOUND"); "E_UNKNOWN" for a number that is none.
std::string_view status_name(Status status) noexcept;
/// The sentence of a status, for a failure that brings no message of its own.
std::string_view status_sentence(Status status) noexcept;

/// One row of the error catalogue. Rows stand in the errors.def of their layer, so that docs/errors.md is made from
/// them and a check can ask for the test that provokes each.
struct ErrorKind {
    const char *id;      ///< "Area.Name", stable: scripts compare it (PowerShell: "CB.Area.Name")
    Status status;       ///< what the caller can do
    const char *meaning; ///< what happened, for the documentation
    const char *remedy;  ///< what the admin does next, one sentence
};

/// Numbers an error may carry; the values are part of the C ABI (certbroker_error_number).
enum class ErrorNumber : std::int32_t {
    http_status = 1,
    os_code = 2,
    openssl_code = 3,
    retry_after_seconds = 4,
    line = 5,
    column = 6,
    not_sent = 7,         ///< 1: an order that failed did not leave
    find_lag_seconds = 8, ///< how long after it was sent a CA may not show an order
};

/// Why something could not be done: status, one line "what could not be done: why", cause chain and remedy.
/// Never holds a secret.
class Error {
public:
    Error(const ErrorKind &kind, std::string message);

    Status status() const noexcept { return status_; }
    const std::string &id() const noexcept { return id_; }
    const std::string &source() const noexcept { return source_; }
    const std::string &message() const noexcept { return message_; }
    const std::string &remedy() const noexcept { return remedy_; }
    const std::string &file() const noexcept { return file_; }
    const Error *cause() const noexcept { return cause_.get(); }
    const std::map<ErrorNumber, std::int64_t> &numbers() const noexcept { return numbers_; }

    /// Context is added going up, nothing is replaced. The chain keeps at most four causes.
    Error because(Error cause) &&;
    Error in(std::string source) &&;          ///< "core.csr", "store.folder", "provider.digicert"
    Error with_remedy(std::string remedy) &&; ///< where the catalogue's sentence can be made more exact
    Error with_status(Status status) &&;      ///< for failures a plugin reports under a status of its own
    Error with_id(std::string id) &&;         ///< and under an id of its own
    Error with(ErrorNumber number, std::int64_t value) &&;
    Error at(std::string file, std::uint32_t line, std::uint32_t column) &&;

private:
    /// The error with so many causes at most below it.
    static Error cut(Error error, int causes);

    Status status_;
    std::string id_;
    std::string source_;
    std::string message_;
    std::string remedy_;
    std::string file_;
    std::map<ErrorNumber, std::int64_t> numbers_;
    std::shared_ptr<const Error> cause_;
};

/// fail(errors::x, "what could not be done: why") is how every failure starts.
inline Error fail(const ErrorKind &kind, std::string message) {
    return Error(kind, std::move(message));
}

/// "message: cause: cause", for logs and tests.
std::string describe(const Error &error);

} // namespace certbroker
