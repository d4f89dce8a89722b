#pragma once

#include <filesystem>

#include "certbroker/plugin.h"

namespace conformance {

/// The one symbol of a plugin, straight from its library; nullptr when there is none.
certbroker_plugin_describe_fn find_describe(const std::filesystem::path &plugin);

} // namespace conformance
