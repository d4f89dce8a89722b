#pragma once

#include <algorithm>
#include <mutex>

#include "base/file.hpp"
#include "store/store.hpp"
#include "support/pki.hpp"
#include "support/temporary_folder.hpp"

namespace certbroker::store::test {

using namespace certbroker::test;

/// A home with nothing in it.
struct Home {
    TemporaryFolder folder;
    StoreRegistry registry{Roots::under(folder.path().string())};

    std::unique_ptr<Store> open(const std::string &uri = "folder:LocalMachine/My") const {
        return must(registry.open(uri));
    }
    std::filesystem::path root() const { return folder.path() / "LocalMachine"; }
    std::filesystem::path certificate(const x509::Certificate &c, const char *suffix = ".der") const {
        return root() / "My" / c.thumbprint().substr(0, 2) / (c.thumbprint() + suffix);
    }
    std::vector<std::string> files(const std::filesystem::path &in) const {
        std::vector<std::string> names;
        std::error_code error;
        for (std::filesystem::recursive_directory_iterator at(in, error), end; !error && at != end;
             at.increment(error)) {
            if (at->is_regular_file()) names.push_back(at->path().filename().string());
        }
        std::sort(names.begin(), names.end());
        return names;
    }
};

/// Keeps what is logged.
class Lines final : public Log {
public:
    void write(LogLevel level, std::string_view, std::string_view message) noexcept override {
        const std::lock_guard lock(mutex_);
        if (level >= LogLevel::warning) lines.emplace_back(message);
    }
    std::vector<std::string> lines;

private:
    std::mutex mutex_;
};

inline void overwrite(const std::filesystem::path &path, std::string_view text) {
    must(file::write_atomic(path, as_bytes(text), file::Access::everyone, true));
}

inline std::vector<Entry> all(Store &store, const Operation &operation = {}) {
    std::vector<Entry> entries;
    must(store.each(
        [&](const Entry &entry) {
            entries.push_back(entry);
            return true;
        },
        operation));
    return entries;
}

} // namespace certbroker::store::test
