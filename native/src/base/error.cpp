#include "base/error.hpp"

#include <utility>

namespace certbroker {
namespace {

constexpr int max_causes = 4;

/// Messages are one line by contract; text that came from outside may not be.
std::string one_line(std::string text) {
    for (char &c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    }
    return text;
}

} // namespace

std::string_view status_name(Status status) noexcept {
    switch (status) {
#define CERTBROKER_STATUS(c_name, name, number, sentence, category)                                                    \
    case Status::name:                                                                                                 \
        return #c_name;
#include "certbroker/status.def"
#undef CERTBROKER_STATUS
    }
    return "E_UNKNOWN";
}

std::string_view status_sentence(Status status) noexcept {
    switch (status) {
#define CERTBROKER_STATUS(c_name, name, number, sentence, category)                                                    \
    case Status::name:                                                                                                 \
        return sentence;
#include "certbroker/status.def"
#undef CERTBROKER_STATUS
    }
    return "An unknown status.";
}

Error::Error(const ErrorKind &kind, std::string message)
    : status_(kind.status), id_(kind.id), message_(one_line(std::move(message))), remedy_(kind.remedy) {}

Error Error::because(Error cause) && {
    if (cause_) return std::move(*this);
    // Place and numbers are asked of the outermost error, so they rise with it.
    for (const auto &[number, value] : cause.numbers_)
        numbers_.try_emplace(number, value);
    if (file_.empty()) file_ = cause.file_;
    cause_ = std::make_shared<const Error>(cut(std::move(cause), max_causes - 1));
    return std::move(*this);
}

Error Error::cut(Error error, int causes) {
    if (!error.cause_) return error;
    error.cause_ = causes > 0 ? std::make_shared<const Error>(cut(*error.cause_, causes - 1)) : nullptr;
    return error;
}

Error Error::in(std::string source) && {
    if (source_.empty()) source_ = std::move(source);
    return std::move(*this);
}

Error Error::with_remedy(std::string remedy) && {
    remedy_ = one_line(std::move(remedy));
    return std::move(*this);
}

Error Error::with_id(std::string id) && {
    id_ = std::move(id);
    return std::move(*this);
}

Error Error::with_status(Status status) && {
    status_ = status;
    return std::move(*this);
}

Error Error::with(ErrorNumber number, std::int64_t value) && {
    numbers_[number] = value;
    return std::move(*this);
}

Error Error::at(std::string file, std::uint32_t line, std::uint32_t column) && {
    file_ = std::move(file);
    numbers_[ErrorNumber::line] = line;
    numbers_[ErrorNumber::column] = column;
    return std::move(*this);
}

std::string describe(const Error &error) {
    std::string text = error.message();
    for (const Error *cause = error.cause(); cause != nullptr; cause = cause->cause())
        text += ": " + cause->message();
    return text;
}

} // namespace certbroker
