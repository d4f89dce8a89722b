#include "provider/trust.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/errors.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

namespace certbroker::provider {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_pins = 1024UL * 1024;
constexpr std::size_t sha256_digits = 64;

bool is_blank_or_end(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '*';
}

/// The words of a line; sha256sum marks binary files with an asterisk.
std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    for (std::size_t at = 0; at < line.size();) {
        while (at < line.size() && is_blank_or_end(line[at]))
            ++at;
        const std::size_t start = at;
        while (at < line.size() && !is_blank_or_end(line[at]))
            ++at;
        if (at > start) words.push_back(line.substr(start, at - start));
    }
    return words;
}

/// What is wrong with one level of a path. A sticky folder (/tmp) lets nobody replace what is another's; the last level
/// must not be writable at all.
std::optional<std::string> level_problem(const fs::path &path, bool last) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0)
        return "'" + file::from_path(path) + "' cannot be looked at: " + std::strerror(errno);
    const uid_t self = ::geteuid();
    if (info.st_uid != 0 && info.st_uid != self)
        return "'" + file::from_path(path) + "' belongs to the user " + std::to_string(info.st_uid) +
               (self == 0 ? ", not to root" : ", neither to root nor to you");
    const bool open_to_others = (info.st_mode & (S_IWGRP | S_IWOTH)) != 0;
    const bool sticky_folder = S_ISDIR(info.st_mode) && (info.st_mode & S_ISVTX) != 0;
    if (open_to_others && (last || !sticky_folder)) return "'" + file::from_path(path) + "' can be written by others";
    return std::nullopt;
}

} // namespace

std::optional<std::string> writable_by_others(const fs::path &path) {
    std::error_code problem;
    const fs::path real = fs::canonical(path, problem);
    if (problem) return "'" + file::from_path(path) + "' cannot be looked at: " + problem.message();
    bool last = true;
    for (fs::path level = real;; level = level.parent_path()) {
        if (auto found = level_problem(level, last)) return found;
        last = false;
        if (level == level.root_path()) return std::nullopt;
    }
}

bool is_sha256_hex(std::string_view text) noexcept {
    return text.size() == sha256_digits && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
           });
}

std::map<std::string, std::string> parse_manifest(std::string_view text) {
    std::map<std::string, std::string> pins;
    for (const std::string_view line : split(text, '\n')) {
        const auto words = words_of(line);
        if (words.size() == 2 && is_sha256_hex(words[0])) pins[std::string(words[1])] = ascii_lower(words[0]);
    }
    return pins;
}

std::map<std::string, std::string> parse_approvals(std::string_view text) {
    std::map<std::string, std::string> pins;
    for (const std::string_view line : split(text, '\n')) {
        const auto words = words_of(line);
        if (words.size() == 2 && is_sha256_hex(words[1])) pins[std::string(words[0])] = ascii_lower(words[1]);
    }
    return pins;
}

std::string read_pins(const fs::path &path, std::string &why) {
    std::error_code ignored;
    if (path.empty() || !fs::exists(path, ignored)) return {};
    if (auto problem = writable_by_others(path)) {
        why = *problem;
        return {};
    }
    auto bytes = file::read(path, max_pins);
    if (!bytes) {
        why = bytes.error().message();
        return {};
    }
    return std::string(as_text(*bytes));
}

Result<void> write_approval(const fs::path &path, std::string_view id, std::string_view sha256) {
    CERTBROKER_CHECK(file::make_folder(path.parent_path(), file::Access::everyone));
    CERTBROKER_TRY(const file::Lock lock, file::Lock::acquire(fs::path(path).concat(".lock"), 10'000));
    std::string why;
    const std::string text = read_pins(path, why);
    if (!why.empty()) return fail(errors::file_access, "The approval could not be written: " + why);
    auto pins = parse_approvals(text);
    pins[std::string(id)] = ascii_lower(sha256);
    std::string out;
    for (const auto &[name, hash] : pins)
        out += name + " " + hash + "\n";
    return file::write_atomic(path, as_bytes(out), file::Access::everyone, true, "approval");
}

} // namespace certbroker::provider
