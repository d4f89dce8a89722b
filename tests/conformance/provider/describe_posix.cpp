#include <dlfcn.h>

#include "describe.hpp"

namespace conformance {

certbroker_plugin_describe_fn find_describe(const std::filesystem::path &plugin) {
    void *library = ::dlopen(plugin.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return nullptr;
    return reinterpret_cast<certbroker_plugin_describe_fn>(::dlsym(library, "certbroker_plugin_describe"));
}

} // namespace conformance
