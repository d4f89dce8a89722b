#include "provider/plugin_library.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/encoding.hpp"
#include "base/errors.hpp"
#include "base/file.hpp"
#include "crypto/digest.hpp"
#include "provider/errors.hpp"

namespace certbroker::provider {
namespace {

constexpr std::size_t max_plugin = 256UL * 1024 * 1024;

Error cannot(const ErrorKind &kind, const std::filesystem::path &path, const std::string &why) {
    return fail(kind, "The plugin '" + file::from_path(path) + "' cannot be used: " + why);
}

Error os_failure(const std::filesystem::path &path, int code) {
    const ErrorKind &kind = code == ENOENT                    ? errors::file_missing
                            : code == EACCES || code == ELOOP ? errors::file_access
                                                              : errors::file_io;
    return cannot(kind, path, code == ELOOP ? "it is a symbolic link" : std::strerror(code))
        .with(ErrorNumber::os_code, code);
}

int fd_of(std::intptr_t descriptor) {
    return static_cast<int>(descriptor);
}

Result<Bytes> read_all(int descriptor, std::size_t size, const std::filesystem::path &path) {
    Bytes bytes(size);
    for (std::size_t at = 0; at < size;) {
        const ssize_t got = ::pread(descriptor, bytes.data() + at, size - at, static_cast<off_t>(at));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return os_failure(path, errno);
        if (got == 0) return cannot(errors::file_io, path, "it became shorter while it was read");
        at += static_cast<std::size_t>(got);
    }
    return bytes;
}

/// The linker's words, with the name people know instead of the one it was loaded by.
std::string linker_problem(const std::string &loaded_as, const std::filesystem::path &path) {
    const char *text = ::dlerror();
    std::string why = text != nullptr ? text : "the dynamic linker does not say why";
    for (std::size_t at = why.find(loaded_as); at != std::string::npos; at = why.find(loaded_as))
        why.replace(at, loaded_as.size(), path.filename().string());
    return why;
}

} // namespace

PluginFile::~PluginFile() {
    if (descriptor_ >= 0) (void)::close(fd_of(descriptor_));
}

Result<PluginFile> PluginFile::open(const std::filesystem::path &path) {
    PluginFile opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK), path);
    if (opened.descriptor_ < 0) return os_failure(path, errno);
    struct stat info {};
    if (::fstat(fd_of(opened.descriptor_), &info) != 0) return os_failure(path, errno);
    if (!S_ISREG(info.st_mode)) return cannot(errors::file_access, path, "it is no file");
    if (info.st_size <= 0 || static_cast<std::size_t>(info.st_size) > max_plugin)
        return cannot(errors::file_io, path, "it is empty or larger than 256 MiB");
    CERTBROKER_TRY(const Bytes bytes,
                   read_all(fd_of(opened.descriptor_), static_cast<std::size_t>(info.st_size), path));
    opened.sha256_ = to_hex(crypto::sha256(bytes));
    return opened;
}

std::string publisher_of(const std::filesystem::path &) {
    return {};
}

Result<const cbp_plugin *> PluginFile::load() {
    const std::string name = "/proc/self/fd/" + std::to_string(descriptor_);
    void *library = ::dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return cannot(errors::provider_descriptor, path_, linker_problem(name, path_));
    descriptor_ = -1; // kept on purpose
    return describe_plugin(::dlsym(library, "certbroker_plugin_describe"), path_);
}

} // namespace certbroker::provider
