#include "provider/trust.hpp"

#include <algorithm>

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

} // namespace

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
    if (path.empty() || !file::exists(path)) return {};
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
