#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "base/encoding.hpp"
#include "base/errors.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "profile/connector_config.hpp"
#include "profile/errors.hpp"
#include "profile/findings.hpp"

/// The files of an installed connector: finding them, and changing all of them or none.
namespace certbroker::profile {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_size = std::size_t{1} << 20U;
constexpr std::size_t max_files = 100;
constexpr int max_backups = 1000; ///< of one second

/// Folders below the one that is given where installers put the files.
constexpr std::array<std::string_view, 3> folders{"", "NDESConnectorSvc", "PFXCertificateConnector/ConnectorSvc"};
/// The connector until 2021, and the three services of the newer one.
constexpr std::string_view old_file = "NDESConnector.exe.config";
constexpr std::array<std::string_view, 3> new_files{"Microsoft.Intune.ConnectorsPkiCreate.exe.config",
                                                    "Microsoft.Intune.ConnectorsPkiRevoke.exe.config",
                                                    "Microsoft.Intune.ConnectorsPkiCreateLegacy.exe.config"};

/// What one path means. Of the newer connector's files all must be there: a service that was forgotten goes on with the
/// old certificate.
Result<void> add_path(std::vector<fs::path> &files, std::string_view text) {
    const fs::path path = file::to_path(text);
    if (!file::is_folder(path)) {
        files.push_back(path);
        return {};
    }
    const std::size_t before = files.size();
    for (const std::string_view folder : folders) {
        const fs::path place = folder.empty() ? path : path / file::to_path(folder);
        if (file::exists(place / file::to_path(old_file))) files.push_back(place / file::to_path(old_file));
        const auto there = [&](std::string_view name) { return file::exists(place / file::to_path(name)); };
        if (std::none_of(new_files.begin(), new_files.end(), there)) continue;
        for (const std::string_view name : new_files) {
            if (!there(name))
                return fail(errors::connector_no_file, "The connector in '" + file::from_path(place) +
                                                           "' could not be read: " + std::string(name) + " is missing")
                    .with_remedy("Repair the connector's installation, or give the files that are there one by one.");
            files.push_back(place / file::to_path(name));
        }
    }
    if (files.size() == before)
        return fail(errors::connector_no_file,
                    "The folder '" + std::string(text) + "' could not be used: it has no configuration of a connector");
    return {};
}

/// Links are followed, so that the file itself is replaced and not the link, and a file is only taken once.
Result<std::vector<fs::path>> find_files(std::string_view paths) {
    std::vector<fs::path> found;
    for (std::string_view line : split(paths, '\n')) {
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        if (line.empty()) continue;
        CERTBROKER_CHECK(add_path(found, line));
        if (found.size() > max_files)
            return fail(errors::connector_no_file, "The connectors could not be read: there are more than 100 files");
    }
    if (found.empty())
        return fail(errors::connector_no_file, "The connector's configuration could not be read: no path was given");
    std::vector<fs::path> files;
    for (const fs::path &path : found) {
        std::error_code error;
        fs::path real = fs::canonical(path, error);
        if (error) real = path; // reading it says why
        if (std::find(files.begin(), files.end(), real) == files.end()) files.push_back(std::move(real));
    }
    return files;
}

Result<ConnectorFile> read_one(const fs::path &path) {
    CERTBROKER_TRY(const Bytes bytes, file::read(path, max_size));
    std::string name = file::from_path(path);
    CERTBROKER_TRY(ConnectorConfig config, ConnectorConfig::read(bytes, name));
    std::vector<ConnectorSetting> settings = config.settings();
    for (const std::string_view key : {connector_thumbprint, connector_timeout}) {
        const auto known = [key](const ConnectorSetting &setting) { return iequals(setting.name, key); };
        const auto found = std::find_if(settings.begin(), settings.end(), known);
        if (found == settings.end()) {
            settings.push_back({std::string(key), "", 0, 0, {}});
        } else if (const auto checked = check_connector_value(key, found->value); !checked) {
            found->warnings.push_back(key == connector_thumbprint ? "it is not a thumbprint of 40 hex digits"
                                                                  : "it is not a number over 0");
        }
    }
    return ConnectorFile{std::move(name), std::move(config), std::move(settings)};
}

/// Thumbprints and times that mean the same are the same, however they are written.
std::string meaning(const ConnectorSetting &setting) {
    const auto checked = check_connector_value(setting.name, setting.value);
    return checked ? *checked : setting.value;
}

/// The newer connector's services share their settings: one that says something else is an oversight.
void compare(std::vector<ConnectorFile> &files) {
    for (ConnectorFile &mine : files) {
        for (ConnectorSetting &setting : mine.settings) {
            if (!iequals(setting.name, connector_thumbprint) && !iequals(setting.name, connector_timeout)) continue;
            for (const ConnectorFile &other : files) {
                for (const ConnectorSetting &theirs : other.settings) {
                    if (&other == &mine || !iequals(theirs.name, setting.name) || meaning(theirs) == meaning(setting))
                        continue;
                    setting.warnings.push_back("it differs from '" + other.path + "', which has " +
                                               (theirs.value.empty() ? "nothing" : shown(theirs.value)));
                }
            }
        }
    }
}

/// 20261123-210346
std::string stamp(std::int64_t now) {
    const std::chrono::sys_seconds time{std::chrono::seconds(now)};
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    std::array<char, 64> text{};
    (void)std::snprintf(text.data(), text.size(), "%04d%02u%02u-%02d%02d%02d", static_cast<int>(date.year()),
                        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                        static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                        static_cast<int>(clock.seconds().count()));
    return text.data();
}

/// A file that has to change, with what it was.
struct Work {
    fs::path path;
    Bytes before;
    Bytes after;
    fs::path backup;
};

Error not_written(const fs::path &path, Error why) {
    const Status status = why.status();
    return fail(errors::connector_write,
                "The configuration '" + file::from_path(path) + "' could not be changed; all files are as they were")
        .with_status(status)
        .because(std::move(why));
}

/// Never over another file, however many changes one second sees.
Result<void> make_backup(Work &work, const std::string &when) {
    for (int number = 1; number <= max_backups; ++number) {
        fs::path name = work.path;
        name += file::to_path("." + when + (number == 1 ? "" : "-" + std::to_string(number)) + ".bak");
        auto made = file::write_atomic_like(work.path, name, work.before, false, "connector.backup");
        if (made) {
            work.backup = std::move(name);
            return {};
        }
        if (made.error().id() != errors::file_exists.id) return std::move(made).error();
    }
    return fail(errors::file_exists,
                "A backup of '" + file::from_path(work.path) + "' could not be made: there are 1,000");
}

Result<void> replace(const Work &work) {
    // An editor may have written the file since it was read.
    CERTBROKER_TRY(const Bytes now, file::read(work.path, max_size));
    if (now != work.before)
        return fail(errors::file_io, "The file '" + file::from_path(work.path) + "' changed while it was worked on");
    return file::write_atomic_like(work.path, work.path, work.after, true, "connector.replace");
}

/// Puts back what was changed up to `failed`, newest first. The failed one has its new text when only the last step of
/// writing it failed.
Error undo(const std::vector<Work> &all, std::size_t failed, Error why) {
    for (std::size_t i = failed + 1; i > 0; --i) {
        const Work &work = all[i - 1];
        if (const auto now = file::read(work.path, max_size); i == failed + 1 && (!now || *now != work.after)) continue;
        auto restored = file::write_atomic_like(work.path, work.path, work.before, true, "connector.restore");
        if (!restored)
            return fail(errors::connector_restore, "The configuration '" + file::from_path(work.path) +
                                                       "' was changed and could not be put back; its backup is '" +
                                                       file::from_path(work.backup) + "'")
                .because(std::move(restored).error());
    }
    for (const Work &work : all)
        (void)file::remove_quietly(work.backup);
    return not_written(all[failed].path, std::move(why));
}

Result<void> carry_out(std::vector<Work> &all, const std::string &when) {
    for (Work &work : all) {
        auto made = make_backup(work, when);
        if (made) continue;
        for (const Work &other : all) {
            if (!other.backup.empty()) (void)file::remove_quietly(other.backup);
        }
        return not_written(work.path, std::move(made).error());
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        auto done = replace(all[i]);
        if (!done) return undo(all, i, std::move(done).error());
    }
    return {};
}

} // namespace

Result<std::vector<ConnectorFile>> read_connector_files(std::string_view paths) {
    CERTBROKER_TRY(const std::vector<fs::path> found, find_files(paths));
    std::vector<ConnectorFile> files;
    for (const fs::path &path : found) {
        CERTBROKER_TRY(ConnectorFile file, read_one(path));
        files.push_back(std::move(file));
    }
    compare(files);
    return files;
}

Result<std::vector<ConnectorChange>> set_connector_values(std::string_view paths, const ConnectorValues &values,
                                                          std::int64_t now) {
    ConnectorValues checked;
    for (const auto &[name, value] : values) {
        CERTBROKER_TRY(std::string usable, check_connector_value(name, value));
        checked.emplace_back(name, std::move(usable));
    }
    CERTBROKER_TRY(std::vector<ConnectorFile> files, read_connector_files(paths));
    std::vector<Work> all;
    for (ConnectorFile &file : files) {
        Bytes before = file.config.bytes();
        for (const auto &[name, value] : checked)
            CERTBROKER_CHECK(file.config.set(name, value));
        Bytes after = file.config.bytes();
        if (after != before) all.push_back({file::to_path(file.path), std::move(before), std::move(after), {}});
    }
    CERTBROKER_CHECK(carry_out(all, stamp(now)));
    std::vector<ConnectorChange> changes;
    for (const ConnectorFile &file : files) {
        const auto work = std::find_if(all.begin(), all.end(),
                                       [&](const Work &item) { return file::from_path(item.path) == file.path; });
        changes.push_back({file.path, work == all.end() ? std::string() : file::from_path(work->backup)});
    }
    return changes;
}

} // namespace certbroker::profile
