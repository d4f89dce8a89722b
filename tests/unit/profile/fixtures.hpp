#pragma once

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/encoding.hpp"
#include "base/file.hpp"
#include "profile/ini.hpp"
#include "profile/request.hpp"

/// What the tests of profile share.
namespace certbroker::profile::test {

template<class T>
T must(Result<T> result) {
    INFO((result ? std::string() : describe(result.error())));
    REQUIRE(result.has_value());
    return *std::move(result);
}
template<class T>
std::string id_of(const Result<T> &result) {
    return result ? std::string() : result.error().id();
}
inline Bytes hex(std::string_view text) {
    return must(from_hex(text));
}

inline IniDocument parse(std::string_view text) {
    return must(parse_ini(as_bytes(text), "test.ini"));
}
inline Request read(std::string_view text) {
    return must(read_inf(as_bytes(text), "test.ini"));
}
/// Lines below [NewRequest] with a subject.
inline Request read_new_request(std::string_view lines) {
    return read("[NewRequest]\nSubject=CN=a\n" + std::string(lines));
}
/// Lines below [Extensions] of a request with a subject; the first of them is line 4.
inline Request read_extensions(std::string_view lines) {
    return read("[NewRequest]\nSubject=CN=a\n[Extensions]\n" + std::string(lines));
}
inline Bytes file_bytes(const std::string &path) {
    return must(file::read(path, 1 << 22));
}

inline std::vector<std::string> rules(const std::vector<Diagnostic> &diagnostics) {
    std::vector<std::string> out;
    for (const Diagnostic &item : diagnostics)
        out.push_back(item.rule);
    return out;
}
/// The one finding, which must be of that rule.
inline Diagnostic only(const std::vector<Diagnostic> &diagnostics, std::string_view rule) {
    std::string all;
    for (const Diagnostic &item : diagnostics)
        all += item.rule + ": " + item.message + "\n";
    INFO(all);
    REQUIRE(diagnostics.size() == 1);
    REQUIRE(diagnostics.front().rule == rule);
    CHECK_FALSE(diagnostics.front().message.empty());
    CHECK_FALSE(diagnostics.front().remedy.empty());
    return diagnostics.front();
}
inline Diagnostic only(const Request &request, std::string_view rule) {
    return only(request.diagnostics, rule);
}
inline bool has(const std::vector<Diagnostic> &diagnostics, std::string_view rule) {
    return std::any_of(diagnostics.begin(), diagnostics.end(),
                       [rule](const Diagnostic &item) { return item.rule == rule; });
}
inline bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}
/// "line:column"
inline std::string place(const Diagnostic &item) {
    return std::to_string(item.line) + ":" + std::to_string(item.column);
}
inline std::string place(Position position) {
    return std::to_string(position.line) + ":" + std::to_string(position.column);
}
inline void check_clean(const Request &request) {
    for (const Diagnostic &item : request.diagnostics)
        UNSCOPED_INFO(place(item) + " " + item.rule + ": " + item.message);
    CHECK(request.diagnostics.empty());
}

} // namespace certbroker::profile::test
