#include "profile/findings.hpp"

#include <array>

#include "base/text.hpp"
#include "profile/errors.hpp"

namespace certbroker::profile {
namespace {

constexpr std::array kinds{
#define CERTBROKER_ERROR(name, id, status, meaning, remedy) errors::name,
#include "profile/errors.def"
#undef CERTBROKER_ERROR
};

std::string one_line(std::string text) {
    for (char &c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    }
    return text;
}

} // namespace

void Findings::add(const ErrorKind &kind, Position position, std::string message, std::string remedy) {
    push(Severity::error, kind.id, position, std::move(message), remedy.empty() ? kind.remedy : std::move(remedy));
}

void Findings::add(const DiagnosticKind &kind, Position position, std::string message, std::string remedy) {
    push(kind.severity, kind.id, position, std::move(message), remedy.empty() ? kind.remedy : std::move(remedy));
}

void Findings::add(const Error &error, Position position) {
    push(Severity::error, error.id(), position, message_without_column(error), error.remedy());
}

void Findings::add_as(const ErrorKind &kind, const Error &error, Position position) {
    push(Severity::error, kind.id, position, message_without_column(error), error.remedy());
}

void Findings::push(Severity severity, std::string rule, Position position, std::string message, std::string remedy) {
    if (full()) return;
    if (out_.size() + 1 == limit) {
        severity = Severity::error;
        rule = errors::inf_limit.id;
        message = "The check was given up: there are more than " + std::to_string(limit - 1) + " findings";
        remedy = "Correct the findings above first, or check that this is the right file.";
    }
    out_.push_back({severity, std::move(rule), one_line(std::move(message)), one_line(std::move(remedy)), source_,
                    position.line, position.column});
}

std::string shown(std::string_view text) {
    constexpr std::size_t longest = 60;
    std::string out = "'";
    std::size_t count = 0;
    for (const char32_t c : to_utf32(text.substr(0, 4 * (longest + 1)))) {
        if (++count > longest) {
            out += "...";
            break;
        }
        append_utf8(out, c < 0x20 || c == 0x7f ? U' ' : c);
    }
    return out + "'";
}

std::string message_without_column(const Error &error) {
    std::string out;
    for (const Error *e = &error; e != nullptr; e = e->cause()) {
        const std::string &message = e->message();
        const auto at = message.rfind(" (column ");
        out += (out.empty() ? "" : ": ") +
               (at != std::string::npos && message.ends_with(')') ? message.substr(0, at) : message);
    }
    return out;
}

Error to_error(const Diagnostic &diagnostic) {
    const ErrorKind *kind = &errors::request_value;
    for (const ErrorKind &candidate : kinds) {
        if (diagnostic.rule == candidate.id) kind = &candidate;
    }
    Error error = fail(*kind, diagnostic.message).with_remedy(diagnostic.remedy);
    if (diagnostic.line != 0) return std::move(error).at(diagnostic.file, diagnostic.line, diagnostic.column);
    return error;
}

} // namespace certbroker::profile
