#include <windows.h>

#include "describe.hpp"

namespace conformance {

certbroker_plugin_describe_fn find_describe(const std::filesystem::path &plugin) {
    const auto path = std::filesystem::absolute(plugin);
    const HMODULE library = LoadLibraryExW(path.c_str(), nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32);
    if (library == nullptr) return nullptr;
    void *symbol = reinterpret_cast<void *>(GetProcAddress(library, "certbroker_plugin_describe"));
    return reinterpret_cast<certbroker_plugin_describe_fn>(symbol);
}

} // namespace conformance
