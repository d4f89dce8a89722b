#include "base/log_settings.hpp"

#include <algorithm>

#include "base/errors.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

namespace certbroker {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_file = 64UL * 1024;

/// One file while it is read.
struct Reader {
    fs::path path;
    fs::path folder;
    std::uint32_t line = 0;
    bool in_log = false;
    LogSettings settings{};

    Error wrong(const std::string &why) const {
        return fail(errors::log_settings, "The log settings '" + file::from_path(path) + "' could not be used: " + why)
            .at(file::from_path(path), line, 1);
    }

    Result<void> take(std::string_view name, std::string_view value) {
        const std::string given(value.substr(0, 100));
        if (iequals(name, "file")) {
            if (value.empty()) return wrong("'file' is empty");
            settings.file = file::from_path(folder / file::to_path(value)); // an absolute one stays as it is
        } else if (iequals(name, "format")) {
            const auto format = parse_log_format(value);
            if (!format) return wrong("the format is text or json, not '" + given + "'");
            settings.options.format = *format;
        } else if (iequals(name, "level")) {
            const auto level = parse_log_level(value);
            if (!level) return wrong("the level is trace, debug, info, warning or error, not '" + given + "'");
            settings.options.level = *level;
        } else {
            const auto meant = nearest(name, {"file", "format", "level"});
            return wrong("'" + std::string(name.substr(0, 100)) + "' is not known in [log]" +
                         (meant ? "; did you mean '" + *meant + "'?" : ""));
        }
        return {};
    }

    Result<void> read_line(std::string_view text) {
        ++line;
        text = trim(text.substr(0, text.find('\r')));
        if (text.empty() || text.front() == ';' || text.front() == '#') return {};
        if (text.front() == '[') {
            in_log = iequals(text, "[log]");
            return {};
        }
        if (!in_log) return {};
        const std::size_t equals = text.find('=');
        if (equals == std::string_view::npos) return wrong("a line in [log] is not name = value");
        return take(trim(text.substr(0, equals)), trim(text.substr(equals + 1)));
    }
};

} // namespace

Result<std::optional<LogSettings>> read_log_settings(const fs::path &folder) {
    Reader reader{folder / config_file_name, folder};
    auto bytes = file::read(reader.path, max_file);
    if (!bytes) {
        if (bytes.error().status() == Status::not_found) return std::optional<LogSettings>();
        return std::move(bytes).error();
    }
    constexpr std::string_view bom = "\xef\xbb\xbf";
    std::string_view text = as_text(*bytes);
    if (text.starts_with(bom)) text.remove_prefix(bom.size());
    if (!is_valid_utf8(text)) return reader.wrong("it is not UTF-8");
    for (const std::string_view line : split(text, '\n'))
        CERTBROKER_CHECK(reader.read_line(line));
    if (reader.settings.file.empty()) return std::optional<LogSettings>();
    return std::optional(std::move(reader.settings));
}

Result<std::shared_ptr<Log>> open_log(const LogSettings &settings) {
    auto log = file_log(settings.file, settings.options);
    if (!log) return fail(errors::log_file, "The log file '" + settings.file + "' could not be opened");
    return log;
}

} // namespace certbroker
