#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "profile/ini.hpp"

/// How the profile layer collects what it finds: rows of errors.def and diagnostics.def become Diagnostics. Private to
/// profile.
namespace certbroker::profile {

/// One row of diagnostics.def: a warning or a piece of information, never an error.
struct DiagnosticKind {
    const char *id;
    Severity severity;
    const char *meaning;
    const char *remedy;
};

namespace diagnostics {
#define CERTBROKER_DIAGNOSTIC(name, id, severity, meaning, remedy)                                                     \
    inline constexpr DiagnosticKind name{id, Severity::severity, meaning, remedy};
#include "profile/diagnostics.def"
#undef CERTBROKER_DIAGNOSTIC
} // namespace diagnostics

/// Collects diagnostics of one source. At most `limit`; a last one says that there were more, so that a hostile file
/// costs bounded memory and time.
class Findings {
public:
    static constexpr std::size_t limit = 500;

    Findings(std::vector<Diagnostic> &out, std::string source) : out_(out), source_(std::move(source)) {}

    /// An empty `remedy` takes the row's.
    void add(const ErrorKind &kind, Position position, std::string message, std::string remedy = {});
    void add(const DiagnosticKind &kind, Position position, std::string message, std::string remedy = {});
    /// An Error that a value reader returned, with its own id, message and remedy.
    void add(const Error &error, Position position);
    /// The same under another rule: what lower layers say about a value of the file.
    void add_as(const ErrorKind &kind, const Error &error, Position position);

    bool full() const noexcept { return out_.size() >= limit; }

private:
    void push(Severity severity, std::string rule, Position position, std::string message, std::string remedy);

    std::vector<Diagnostic> &out_;
    std::string source_;
};

/// A piece of the file for a message: in single quotes, one line, at most 60 characters.
std::string shown(std::string_view text);
/// The messages of a lower layer's error and its causes without their "(column n)", which counts from the value's start
/// and not the line's.
std::string message_without_column(const Error &error);
/// The Error of a diagnostic of severity error; status from errors.def by its rule.
Error to_error(const Diagnostic &diagnostic);

} // namespace certbroker::profile
