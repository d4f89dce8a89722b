#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace certbroker::file {

/// Paths are UTF-8 text everywhere but here. On Windows every function here takes names of more than 260 characters.
std::filesystem::path to_path(std::string_view utf8);
std::string from_path(const std::filesystem::path &path);

/// Who may read what is written.
enum class Access {
    everyone, ///< 0644: certificates, requests
    owner,    ///< 0600 from the first byte on: keys, secrets, the journal. Windows: owner, administrators, SYSTEM
};

/// Reads a whole file of at most `limit` bytes.
Result<Bytes> read(const std::filesystem::path &path, std::size_t limit);
Result<SecretBytes> read_secret(const std::filesystem::path &path, std::size_t limit);

/// Writes a file so that after a crash there is the old one or the new one, whole: temporary file beside it, fsync,
/// rename, fsync of the folder. `overwrite` false fails with Base.FileExists when there is one, without a race.
/// `fault_name` names the fault points around the write.
Result<void> write_atomic(const std::filesystem::path &path, ByteView bytes, Access access, bool overwrite,
                          const char *fault_name = "file");
/// The same with the rights of the file `model`, which may be the one that is replaced: for files that belong to
/// others. Its permissions and access list are taken over; its owner and group where the system lets this account give
/// files away.
Result<void> write_atomic_like(const std::filesystem::path &model, const std::filesystem::path &path, ByteView bytes,
                               bool overwrite, const char *fault_name = "file");

/// Makes a folder with its parents; new folders get 0700 for `owner`, 0755 for `everyone`. Durable (parents fsynced).
Result<void> make_folder(const std::filesystem::path &path, Access access);

/// Removes a file and makes the removal durable; false when there was none.
Result<bool> remove(const std::filesystem::path &path);
/// The same without waiting for the disk and without a word: for what means nothing any more. False when it stays.
bool remove_quietly(const std::filesystem::path &path) noexcept;

/// False also when it cannot be told.
bool exists(const std::filesystem::path &path);
bool is_folder(const std::filesystem::path &path);
/// The names in a folder, in no order. Base.FileMissing when there is no such folder.
Result<std::vector<std::string>> list(const std::filesystem::path &folder);

/// The UTF-8 name under which code of others finds the file: on Windows absolute and with the prefix for long names.
std::string system_name(const std::filesystem::path &path);

/// Where the data of the whole machine lies unless somebody says otherwise: /var/lib/certbroker, or CertBroker in
/// Windows' ProgramData.
std::string machine_data_folder();

/// An advisory lock between processes and threads, released by the destructor. Waits until `timeout_ms` has passed,
/// then fails with Base.DatabaseBusy. A shared lock keeps out exclusive ones only.
class Lock {
public:
    enum class Kind { exclusive, shared };
    static Result<Lock> acquire(const std::filesystem::path &path, std::uint32_t timeout_ms,
                                Kind kind = Kind::exclusive);
    /// One of very many exclusive locks that share a file: `place` is which. For locks too short-lived and too many to
    /// have files of their own.
    static Result<Lock> acquire_at(const std::filesystem::path &path, std::uint64_t place, std::uint32_t timeout_ms);
    Lock(Lock &&other) noexcept;
    Lock &operator=(Lock &&other) noexcept;
    Lock(const Lock &) = delete;
    Lock &operator=(const Lock &) = delete;
    ~Lock();

private:
    explicit Lock(std::intptr_t handle) : handle_(handle) {}
    template<class TryLock>
    static Result<Lock> wait(const std::filesystem::path &path, std::uint32_t timeout_ms, TryLock try_lock);
    std::intptr_t handle_ = -1;
};

} // namespace certbroker::file
