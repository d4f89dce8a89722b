#include "store/folder/folder_files.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/errors.hpp"
#include "base/fault.hpp"
#include "crypto/digest.hpp"
#include "store/errors.hpp"

namespace certbroker::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_certificate_file = 1UL << 20U;
constexpr std::size_t thumbprint_size = 40;

bool is_upper_hex(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); });
}

/// The names in a folder, sorted; a missing folder is an empty one.
Result<std::vector<std::string>> names_in(const fs::path &folder) {
    auto listed = file::list(folder);
    if (!listed) {
        if (listed.error().status() == Status::not_found) return std::vector<std::string>();
        return store_error("The folder '" + file::from_path(folder) + "' could not be listed",
                           std::move(listed).error());
    }
    std::vector<std::string> names = *std::move(listed);
    std::sort(names.begin(), names.end());
    return names;
}

} // namespace

Error store_error(std::string what, Error cause) {
    // A missing or foreign thing where a folder should be is the folder's fault, not the disk's.
    const bool access =
        cause.status() == Status::access || cause.status() == Status::not_found || cause.status() == Status::exists;
    return fail(access ? errors::store_access : errors::store_io, std::move(what))
        .in("store.folder")
        .because(std::move(cause));
}

FolderFiles::FolderFiles(std::string_view root, Location location) : root_(file::to_path(root)), location_(location) {}

fs::path FolderFiles::certificate(std::string_view store_name, std::string_view thumbprint) const {
    return store(store_name) / thumbprint.substr(0, 2) / (std::string(thumbprint) + ".der");
}

fs::path FolderFiles::properties(std::string_view store_name, std::string_view thumbprint) const {
    return store(store_name) / thumbprint.substr(0, 2) / (std::string(thumbprint) + ".properties");
}

Result<file::Lock> FolderFiles::lock(file::Lock::Kind kind, const Operation &operation) const {
    const auto why = [](Error cause) {
        return store_error("The store could not be opened for writing", std::move(cause));
    };
    // Everybody may look at the machine's certificates; what is the user's is the user's.
    const auto access = location_ == Location::local_machine ? file::Access::everyone : file::Access::owner;
    if (auto made = file::make_folder(root_, access); !made) return why(std::move(made).error());
    constexpr std::chrono::milliseconds slice(100); // so that a cancellation is noticed
    for (;;) {
        auto lock = file::Lock::acquire(
            root_ / ".lock", static_cast<std::uint32_t>(std::min(slice, operation.remaining()).count()), kind);
        if (lock) return lock;
        if (lock.error().status() != Status::busy) return why(std::move(lock).error());
        if (operation.cancellation->requested()) CERTBROKER_CHECK(operation.check("The store could not be locked"));
        if (operation.remaining().count() == 0)
            return fail(errors::store_busy,
                        "The store in '" + file::from_path(root_) + "' could not be locked: another process holds it")
                .in("store.folder");
    }
}

bool FolderFiles::has_certificate(std::string_view store_name, std::string_view thumbprint) const {
    return file::exists(certificate(store_name, thumbprint));
}

bool FolderFiles::holds(std::string_view store_name, const x509::Certificate &wanted) const {
    const auto bytes = file::read(certificate(store_name, wanted.thumbprint()), wanted.der().size());
    return bytes && equal(*bytes, wanted.der());
}

Result<std::optional<x509::Certificate>> FolderFiles::read_certificate(std::string_view store_name,
                                                                       std::string_view thumbprint) const {
    const fs::path path = certificate(store_name, thumbprint);
    auto bytes = file::read(path, max_certificate_file);
    if (!bytes) {
        if (bytes.error().status() == Status::not_found) return std::optional<x509::Certificate>();
        return store_error("The certificate '" + std::string(thumbprint) + "' could not be read",
                           std::move(bytes).error());
    }
    const auto damaged = [&](std::string why) {
        return fail(errors::store_damaged,
                    "The certificate in '" + file::from_path(path) + "' could not be read: " + std::move(why))
            .in("store.folder");
    };
    // The name first: it tells a torn or swapped file from one this version cannot parse.
    if (to_hex(crypto::sha1(*bytes), true) != thumbprint) return damaged("its contents do not have that thumbprint");
    auto certificate = x509::Certificate::parse(*bytes);
    if (!certificate) return damaged("it is no certificate").because(std::move(certificate).error());
    return std::optional(*std::move(certificate));
}

Result<Properties> FolderFiles::read_certificate_properties(std::string_view store_name,
                                                            std::string_view thumbprint) const {
    const fs::path path = properties(store_name, thumbprint);
    auto bytes = file::read(path, max_properties_file);
    if (!bytes) {
        if (bytes.error().status() == Status::not_found) return Properties{};
        return store_error("The properties of '" + std::string(thumbprint) + "' could not be read",
                           std::move(bytes).error());
    }
    auto read = read_properties(as_text(*bytes));
    if (!read)
        return fail(errors::store_damaged, "The properties in '" + file::from_path(path) + "' could not be read")
            .in("store.folder")
            .because(std::move(read).error());
    return read;
}

Result<void> FolderFiles::write_new(std::string_view store_name, const x509::Certificate &certificate_,
                                    const Properties &properties_) const {
    const fs::path path = certificate(store_name, certificate_.thumbprint());
    const fs::path beside = properties(store_name, certificate_.thumbprint());
    const auto why = [&](Error cause) {
        return store_error("The certificate '" + certificate_.thumbprint() + "' could not be stored", std::move(cause));
    };
    fault::point("folder.subfolder");
    if (auto made = file::make_folder(path.parent_path(), file::Access::everyone); !made)
        return why(std::move(made).error());
    if (properties_.plain()) {
        // One that a removed certificate left behind; the write below makes this durable, too.
        (void)file::remove_quietly(beside);
        fault::point("folder.stale-properties");
    } else if (auto written = file::write_atomic(beside, as_bytes(write_properties(properties_)),
                                                 file::Access::everyone, true, "folder.properties");
               !written) {
        return why(std::move(written).error());
    }
    if (auto written = file::write_atomic(path, certificate_.der(), file::Access::everyone, true, "folder.certificate");
        !written)
        return why(std::move(written).error());
    return {};
}

Result<void> FolderFiles::write_certificate_properties(std::string_view store_name, std::string_view thumbprint,
                                                       const Properties &properties_) const {
    auto written = file::write_atomic(properties(store_name, thumbprint), as_bytes(write_properties(properties_)),
                                      file::Access::everyone, true, "folder.properties");
    if (!written)
        return store_error("The certificate '" + std::string(thumbprint) + "' could not be changed",
                           std::move(written).error());
    return {};
}

Result<bool> FolderFiles::remove_certificate(std::string_view store_name, std::string_view thumbprint) const {
    fault::point("folder.remove");
    auto removed = file::remove(certificate(store_name, thumbprint));
    fault::point("folder.remove");
    if (!removed)
        return store_error("The certificate '" + std::string(thumbprint) + "' could not be removed",
                           std::move(removed).error());
    // Not made durable by itself: properties without their certificate mean nothing, and a new one clears them.
    (void)file::remove_quietly(properties(store_name, thumbprint));
    fault::point("folder.remove");
    return removed;
}

Result<std::vector<std::string>> FolderFiles::store_names() const {
    CERTBROKER_TRY(std::vector<std::string> names, names_in(root_));
    std::erase_if(names, [this](const std::string &name) {
        return name.front() == '.' || name == "keys" || !file::is_folder(root_ / file::to_path(name));
    });
    return names;
}

Result<void> FolderFiles::each_thumbprint(std::string_view store_name,
                                          const std::function<Result<bool>(const std::string &)> &each) const {
    CERTBROKER_TRY(const std::vector<std::string> folders, names_in(store(store_name)));
    for (const std::string &folder : folders) {
        if (folder.size() != 2 || !is_upper_hex(folder)) continue;
        CERTBROKER_TRY(const std::vector<std::string> files, names_in(store(store_name) / folder));
        for (const std::string &name : files) {
            const std::string thumbprint = name.substr(0, thumbprint_size);
            if (!name.starts_with(folder) || name.size() != thumbprint_size + 4 || !name.ends_with(".der") ||
                !is_upper_hex(thumbprint))
                continue;
            CERTBROKER_TRY(const bool go_on, each(thumbprint));
            if (!go_on) return {};
        }
    }
    return {};
}

} // namespace certbroker::store
