#pragma once

#include <exception>
#include <initializer_list>
#include <memory>
#include <new>
#include <string>
#include <string_view>

#include "abi/errors.hpp"
#include "abi/objects.hpp"
#include "base/text.hpp"

/// The boundary: everything between C and C++ goes through here, and no other file of this folder has a try.
namespace certbroker::abi {

/// Turns a failure into what the caller gets. Never throws: without memory for the error object the status alone tells.
inline certbroker_status report(const Error &error, certbroker_error **out) noexcept {
    if (out != nullptr) {
        try {
            *out = make_handle<certbroker_error>(std::make_shared<ErrorObject>(error));
        } catch (...) {
            *out = nullptr;
        }
    }
    return static_cast<certbroker_status>(error.status());
}

/// Runs the body of an ABI function: Result<void> in, status and error object out; nothing else leaves.
template<class Body>
certbroker_status guard(certbroker_error **error, Body &&body) noexcept {
    if (error != nullptr) *error = nullptr;
    try {
        Result<void> result = body();
        if (result) return CERTBROKER_OK;
        return report(result.error(), error);
    } catch (const std::bad_alloc &) {
        try {
            return report(fail(errors::out_of_memory, "The work could not be done: out of memory"), error);
        } catch (...) {
            return CERTBROKER_E_MEMORY;
        }
    } catch (const std::exception &problem) {
        try {
            return report(fail(errors::internal, std::string("The work could not be done: ") + problem.what()), error);
        } catch (...) {
            return CERTBROKER_E_INTERNAL;
        }
    } catch (...) {
        try {
            return report(fail(errors::internal, "The work could not be done: an exception of unknown type"), error);
        } catch (...) {
            return CERTBROKER_E_INTERNAL;
        }
    }
}

/// The same for functions without an error object: getters and the like.
template<class Value, class Body>
Value quiet(Value otherwise, Body &&body) noexcept {
    try {
        return body();
    } catch (...) {
        return otherwise;
    }
}

/// The object behind a handle; `what` is the parameter's name.
template<class Object>
Result<std::shared_ptr<Object>> resolve(const void *handle, const char *what) {
    auto object = lookup<Object>(handle);
    if (!object)
        return fail(errors::bad_handle, std::string("The parameter '") + what +
                                            "' could not be used: it is NULL, freed, or another kind of handle");
    return object;
}

/// The same where NULL is allowed: a null pointer then.
template<class Object>
Result<std::shared_ptr<Object>> resolve_optional(const void *handle, const char *what) {
    if (handle == nullptr) return std::shared_ptr<Object>();
    return resolve<Object>(handle, what);
}

inline Result<std::string> text_in(const char *text, const char *what) {
    if (text == nullptr)
        return fail(errors::argument, std::string("The parameter '") + what + "' could not be used: it is NULL");
    if (!is_valid_utf8(text))
        return fail(errors::text, std::string("The parameter '") + what + "' could not be used: it is not valid UTF-8");
    return std::string(text);
}

/// NULL is an empty text.
inline Result<std::string> optional_text_in(const char *text, const char *what) {
    if (text == nullptr) return std::string();
    return text_in(text, what);
}

inline Result<ByteView> bytes_in(const std::uint8_t *bytes, std::size_t size, const char *what) {
    if (bytes == nullptr && size != 0)
        return fail(errors::argument,
                    std::string("The parameter '") + what + "' could not be used: it is NULL but its size is not 0");
    return ByteView(bytes, size);
}

/// Outputs are cleared before anything can fail; a NULL output is an error of the caller.
template<class Handle>
Result<void> output(Handle **out, const char *what = "out") {
    if (out == nullptr)
        return fail(errors::argument, std::string("The parameter '") + what + "' could not be used: it is NULL");
    *out = nullptr;
    return {};
}

template<class Function>
Result<void> callback(Function function) {
    if (function == nullptr) return fail(errors::argument, "The parameter 'each' could not be used: it is NULL");
    return {};
}

inline Result<void> give_buffer(ByteView bytes, certbroker_buffer **out) {
    auto buffer = std::make_shared<Buffer>();
    buffer->bytes.assign(bytes.begin(), bytes.end());
    *out = make_handle<certbroker_buffer>(std::move(buffer));
    return {};
}

/// Shows one row to the caller; false when it wants no more.
inline bool show_row(certbroker_row_fn each, void *payload, Bag bag) {
    const LentHandle<certbroker_row, RowObject> row(std::make_shared<RowObject>(RowObject{std::move(bag)}));
    return each(payload, row.get()) == 0;
}

/// What an option of a function may be.
enum class OptionKind { text, flag, number };
struct OptionInfo {
    const char *name;
    OptionKind kind = OptionKind::text;
    std::int64_t min = 0, max = 0;
};
/// Settings from a handle that may be NULL, checked against the function's table (rule 11 of certbroker.h).
Result<Settings> options_in(const certbroker_settings *handle, const char *what,
                            std::initializer_list<OptionInfo> known);
/// An option's number, checked by options_in before.
std::int64_t option_number(const Settings &options, std::string_view name, std::int64_t otherwise);
/// An option's text; empty when it was not given.
std::string option_text(const Settings &options, std::string_view name);

/// Settings for providers and stores, which check them against tables of their own. NULL = none.
Result<Settings> settings_in(const certbroker_settings *handle, const char *what);

/// Adapts a certbroker_operation to the core's Operation for one call. Callbacks reach the caller on its own thread
/// only; lines from other threads go to the context's log alone.
class OperationScope final : private Log, private Progress {
public:
    OperationScope(const Context &context, const certbroker_operation *given);
    /// Fails when the operation struct or its cancel handle is not usable.
    Result<void> ready() const;
    const Operation &operation() const noexcept { return operation_; }

private:
    void write(LogLevel level, std::string_view source, std::string_view message) noexcept override;
    void event(const LogEvent &event) noexcept override;
    bool tracing() const noexcept override;
    void trace(std::string_view source, std::string_view text) noexcept override;
    void call_back(LogLevel level, std::string_view source, std::string_view message) noexcept;
    bool report(Stage stage, std::int32_t percent, std::string_view message) override;

    bool wants_trace() const noexcept {
        return given_.log != nullptr && (given_.flags & CERTBROKER_OPERATION_TRACE) != 0;
    }

    certbroker_operation given_{};
    std::thread::id caller_ = std::this_thread::get_id();
    std::shared_ptr<Log> context_log_;
    Operation operation_;
    std::optional<Error> problem_;
};

} // namespace certbroker::abi
