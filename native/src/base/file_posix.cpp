#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio> // renameat2
#include <cstring>
#include <thread>

#include <gsl/util>

#include "base/errors.hpp"
#include "base/fault.hpp"
#include "base/file.hpp"

namespace certbroker::file {
namespace {

namespace fs = std::filesystem;

class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0) (void)::close(fd_);
    }
    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;
    int get() const noexcept { return fd_; }
    /// Close can report a write error that nothing before it did (NFS).
    bool close() noexcept { return ::close(std::exchange(fd_, -1)) == 0; }

private:
    int fd_;
};

Error os_error(std::string what, int code) {
    const ErrorKind &kind = code == ENOENT || code == ENOTDIR                  ? errors::file_missing
                            : code == EEXIST                                   ? errors::file_exists
                            : code == EACCES || code == EPERM || code == EROFS ? errors::file_access
                                                                               : errors::file_io;
    return fail(kind, std::move(what) + ": " + std::strerror(code)).with(ErrorNumber::os_code, code);
}

Error os_error(std::string what, const fs::path &path) {
    const int code = errno;
    return os_error(std::move(what) + " '" + from_path(path) + "'", code);
}

Result<void> sync_folder(const fs::path &folder) {
    const Descriptor directory(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.get() < 0 || ::fsync(directory.get()) != 0)
        return os_error("The folder could not be made durable", folder);
    return {};
}

bool write_all(int fd, ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return true;
}

/// A new file beside the one that is to be written. A process that was killed leaves its own behind, and in a container
/// the next one has the same number, so a name that is taken is passed over.
int open_temporary(const fs::path &path, mode_t mode, fs::path &name) {
    static std::atomic<unsigned> counter{0};
    for (int attempt = 0; attempt < 1000; ++attempt) {
        name = path.parent_path() / ("." + path.filename().string() + "." + std::to_string(::getpid()) + "." +
                                     std::to_string(counter.fetch_add(1)) + ".tmp");
        const int fd = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
        if (fd >= 0 || errno != EEXIST) return fd;
    }
    return -1;
}

/// Gives the file its name unless there is one already, atomically.
int place_new(const fs::path &temporary, const fs::path &path) {
#if defined(RENAME_NOREPLACE)
    if (::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return -1;
#endif
    // Old kernels and some network file systems: a hard link refuses an existing name as well.
    if (::link(temporary.c_str(), path.c_str()) != 0) return -1;
    (void)::unlink(temporary.c_str());
    return 0;
}

template<class Container>
Result<Container> read_into(const fs::path &path, std::size_t limit) {
    const Descriptor in(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (in.get() < 0) return os_error("The file could not be opened", path);
    struct stat info {};
    if (::fstat(in.get(), &info) != 0) return os_error("The file could not be read", path);
    if (S_ISDIR(info.st_mode)) return os_error("The file could not be read '" + from_path(path) + "'", EISDIR);
    Container out;
    // The size is only a hint: pipes and /proc say 0.
    out.resize(std::min(limit + 1, gsl::narrow_cast<std::size_t>(info.st_size) + 1));
    std::size_t filled = 0;
    for (;;) {
        if (filled == out.size()) {
            if (filled > limit) break;
            out.resize(std::min(limit + 1, out.size() * 2 + 4096));
        }
        const ssize_t got = ::read(in.get(), out.data() + filled, out.size() - filled);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return os_error("The file could not be read", path);
        if (got == 0) break;
        filled += static_cast<std::size_t>(got);
    }
    if (filled > limit)
        return fail(errors::too_large, "The file '" + from_path(path) + "' could not be read: it is larger than " +
                                           std::to_string(limit) + " bytes");
    out.resize(filled);
    return out;
}

} // namespace

fs::path to_path(std::string_view utf8) {
    return fs::path(std::string(utf8));
}

std::string from_path(const fs::path &path) {
    return path.string();
}

Result<Bytes> read(const fs::path &path, std::size_t limit) {
    return read_into<Bytes>(path, limit);
}

Result<SecretBytes> read_secret(const fs::path &path, std::size_t limit) {
    return read_into<SecretBytes>(path, limit);
}

namespace {

/// Owner and group first: giving a file away clears bits of its mode. An account that may not give files away keeps
/// them, and who could read the file as its owner or group then needs the other bits, as with any editor.
bool take_rights(const fs::path &model, int fd) {
    struct stat info {};
    if (::stat(model.c_str(), &info) != 0) return false;
    struct stat own {};
    if (::fstat(fd, &own) != 0) return false;
    if ((own.st_uid != info.st_uid || own.st_gid != info.st_gid) && ::fchown(fd, info.st_uid, info.st_gid) != 0 &&
        ::fchown(fd, static_cast<uid_t>(-1), info.st_gid) != 0 && errno != EPERM)
        return false;
    if (::fchmod(fd, info.st_mode & 07777U) != 0) return false;
    // The access list beyond the mode, where the file system has one.
    constexpr const char *acl = "system.posix_acl_access";
    std::array<char, 4096> list{};
    const ssize_t size = ::getxattr(model.c_str(), acl, list.data(), list.size());
    if (size < 0) return errno != ERANGE;
    return ::fsetxattr(fd, acl, list.data(), static_cast<std::size_t>(size), 0) == 0;
}

Result<void> write_in_place_of(const fs::path *model, const fs::path &path, ByteView bytes, Access access,
                               bool overwrite, const char *fault_name) {
    fs::path temporary;
    const mode_t mode = access == Access::owner ? 0600 : 0644;
    fault::point(fault_name);
    {
        Descriptor out(open_temporary(path, mode, temporary));
        if (out.get() < 0) return os_error("The file could not be written", path);
        if (!write_all(out.get(), bytes) || (model != nullptr && !take_rights(*model, out.get())) ||
            ::fsync(out.get()) != 0 || !out.close()) {
            const int code = errno;
            (void)::unlink(temporary.c_str());
            return os_error("The file could not be written '" + from_path(path) + "'", code);
        }
    }
    fault::point(fault_name);
    const int placed = overwrite ? ::rename(temporary.c_str(), path.c_str()) : place_new(temporary, path);
    if (placed != 0) {
        const int code = errno;
        (void)::unlink(temporary.c_str());
        return os_error("The file could not be written '" + from_path(path) + "'", code);
    }
    CERTBROKER_CHECK(sync_folder(path.parent_path()));
    fault::point(fault_name);
    return {};
}

} // namespace

Result<void> write_atomic(const fs::path &path, ByteView bytes, Access access, bool overwrite, const char *fault_name) {
    return write_in_place_of(nullptr, path, bytes, access, overwrite, fault_name);
}

Result<void> write_atomic_like(const fs::path &model, const fs::path &path, ByteView bytes, bool overwrite,
                               const char *fault_name) {
    return write_in_place_of(&model, path, bytes, Access::owner, overwrite, fault_name);
}

Result<void> make_folder(const fs::path &path, Access access) {
    if (path.empty()) return {};
    struct stat info {};
    if (::stat(path.c_str(), &info) == 0) {
        if (S_ISDIR(info.st_mode)) return {};
        return os_error("The folder could not be made '" + from_path(path) + "'", ENOTDIR);
    }
    CERTBROKER_CHECK(make_folder(path.parent_path(), access));
    if (::mkdir(path.c_str(), access == Access::owner ? 0700 : 0755) != 0 && errno != EEXIST)
        return os_error("The folder could not be made", path);
    return sync_folder(path.parent_path());
}

Result<bool> remove(const fs::path &path) {
    if (::unlink(path.c_str()) != 0) {
        if (errno == ENOENT) return false;
        return os_error("The file could not be removed", path);
    }
    CERTBROKER_CHECK(sync_folder(path.parent_path()));
    return true;
}

bool remove_quietly(const fs::path &path) noexcept {
    return ::unlink(path.c_str()) == 0;
}

bool exists(const fs::path &path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
}

bool is_folder(const fs::path &path) {
    std::error_code ignored;
    return fs::is_directory(path, ignored);
}

Result<std::vector<std::string>> list(const fs::path &folder) {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
        names.push_back(from_path(at->path().filename()));
    // A file where the folder should be is not a folder that is missing.
    if (error == std::errc::not_a_directory)
        return fail(errors::file_access,
                    "The folder could not be read '" + from_path(folder) + "': a file is in its place")
            .with(ErrorNumber::os_code, error.value());
    if (error) return os_error("The folder could not be read '" + from_path(folder) + "'", error.value());
    return names;
}

std::string system_name(const fs::path &path) {
    return from_path(path);
}

std::string machine_data_folder() {
    return "/var/lib/certbroker";
}

template<class TryLock>
Result<Lock> Lock::wait(const fs::path &path, std::uint32_t timeout_ms, TryLock try_lock) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return os_error("The lock could not be opened", path);
    Lock lock(fd);
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
    while (try_lock(fd) != 0) {
        if (errno != EWOULDBLOCK && errno != EACCES && errno != EINTR)
            return os_error("The lock could not be taken", path);
        if (std::chrono::steady_clock::now() >= give_up)
            return fail(errors::database_busy,
                        "'" + from_path(path) + "' could not be locked: another process holds it");
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return lock;
}

Result<Lock> Lock::acquire(const fs::path &path, std::uint32_t timeout_ms, Kind kind) {
    const int how = kind == Kind::shared ? LOCK_SH : LOCK_EX;
    return wait(path, timeout_ms, [how](int fd) { return ::flock(fd, how | LOCK_NB); });
}

Result<Lock> Lock::acquire_at(const fs::path &path, std::uint64_t place, std::uint32_t timeout_ms) {
    // Locks of the open file description: threads that open the file for themselves exclude each other as well, and
    // closing another descriptor of the same file does not give the lock up.
    struct flock range {};
    range.l_type = F_WRLCK;
    range.l_whence = SEEK_SET;
    range.l_start = static_cast<off_t>(place >> 2U); // stays clear of the largest offset, whose end overflows
    range.l_len = 1;
    return wait(path, timeout_ms, [&range](int fd) { return ::fcntl(fd, F_OFD_SETLK, &range); });
}

Lock::Lock(Lock &&other) noexcept : handle_(std::exchange(other.handle_, -1)) {}

Lock &Lock::operator=(Lock &&other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
}

Lock::~Lock() {
    if (handle_ >= 0) (void)::close(static_cast<int>(handle_));
}

} // namespace certbroker::file
