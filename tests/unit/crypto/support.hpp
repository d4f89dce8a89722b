#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

#include "base/file.hpp"
#include "base/secret.hpp"
#include "crypto/key.hpp"

namespace certbroker::crypto::test {

inline const std::string password_text = "Pa55-word";

inline Secret secret(std::string_view text) {
    return Secret(as_bytes(text));
}
inline Secret password() {
    return secret(password_text);
}

/// A file of tests/data/crypto.
inline Bytes data(const std::string &name) {
    auto bytes = file::read(std::filesystem::path(CERTBROKER_TEST_DATA) / "crypto" / name, 1U << 20U);
    if (!bytes) throw std::runtime_error(describe(bytes.error()));
    return *std::move(bytes);
}

inline KeyHandle key(const std::string &name, bool exportable = true) {
    auto read = import_key(data(name), Secret(), "", exportable);
    if (!read) throw std::runtime_error(describe(read.error()));
    return *std::move(read);
}

/// The value of a Result that must be there.
template<class T>
T value(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().id() + ": " + describe(result.error()));
    return *std::move(result);
}

inline std::string text_of(ByteView bytes) {
    return std::string(as_text(bytes));
}

} // namespace certbroker::crypto::test
