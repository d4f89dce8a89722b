#pragma once

#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/error.hpp"

namespace certbroker {

/// A value or the Error that says why there is none. Exceptions are kept for programming errors and bad_alloc.
template<class T>
class [[nodiscard]] Result {
public:
    using value_type = T;

    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}     // NOLINT(google-explicit-constructor)
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {} // NOLINT(google-explicit-constructor)
    template<class U>
    requires(std::is_convertible_v<U &&, T> && !std::is_same_v<std::remove_cvref_t<U>, Result> &&
             !std::is_same_v<std::remove_cvref_t<U>, T> && !std::is_same_v<std::remove_cvref_t<U>, Error>)
        Result(U &&value)
        : state_(std::in_place_index<0>, T(std::forward<U>(value))) {} // NOLINT

    explicit operator bool() const noexcept { return state_.index() == 0; }
    bool has_value() const noexcept { return state_.index() == 0; }

    T &operator*() & { return std::get<0>(state_); }
    const T &operator*() const & { return std::get<0>(state_); }
    T &&operator*() && { return std::get<0>(std::move(state_)); }
    T *operator->() { return &std::get<0>(state_); }
    const T *operator->() const { return &std::get<0>(state_); }

    Error &error() & { return std::get<1>(state_); }
    const Error &error() const & { return std::get<1>(state_); }
    Error &&error() && { return std::get<1>(std::move(state_)); }

private:
    std::variant<T, Error> state_;
};

template<>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : error_(std::move(error)) {} // NOLINT(google-explicit-constructor)

    explicit operator bool() const noexcept { return !error_.has_value(); }
    bool has_value() const noexcept { return !error_.has_value(); }

    Error &error() & { return *error_; }
    const Error &error() const & { return *error_; }
    Error &&error() && { return *std::move(error_); }

private:
    std::optional<Error> error_;
};

inline Result<void> success() {
    return {};
}

} // namespace certbroker

#define CERTBROKER_CONCAT_(a, b) a##b
#define CERTBROKER_CONCAT(a, b) CERTBROKER_CONCAT_(a, b)

/// CERTBROKER_TRY(auto value, expression): declares value from the Result, or returns its Error from this function.
#define CERTBROKER_TRY(declaration, ...)                                                                               \
    auto CERTBROKER_CONCAT(try_result_, __LINE__) = (__VA_ARGS__);                                                     \
    if (!CERTBROKER_CONCAT(try_result_, __LINE__)) return std::move(CERTBROKER_CONCAT(try_result_, __LINE__)).error(); \
    declaration = *std::move(CERTBROKER_CONCAT(try_result_, __LINE__))

/// CERTBROKER_CHECK(expression): returns the Error of a Result<void> (or of any Result whose value is not needed).
#define CERTBROKER_CHECK(...)                                                                                          \
    do {                                                                                                               \
        if (auto try_result_ = (__VA_ARGS__); !try_result_) return std::move(try_result_).error();                     \
    } while (false)
