#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "profile/connector_config.hpp"

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

} // namespace

/// What is read comes out again byte for byte; what is changed reads back, with every other setting as it was.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    using namespace certbroker;
    const ByteView bytes(data, size);
    const auto config = profile::ConnectorConfig::read(bytes, "fuzz.config");
    if (!config) {
        require(!config.error().message().empty() && !config.error().remedy().empty());
        return 0;
    }
    require(equal(config->bytes(), bytes));
    for (const char *name : {"RACertThumbprint", "CloudCAConnTimeoutInMilliseconds"}) {
        auto changed = *config;
        require(changed.set(name, "1<'\"&>").has_value());
        require(changed.find(name) != nullptr && changed.find(name)->value == "1<'\"&>");
        const bool there = config->find(name) != nullptr;
        require(changed.settings().size() == config->settings().size() + (there ? 0 : 1));
        for (const profile::ConnectorSetting &setting : config->settings()) {
            const auto *same = changed.find(setting.name);
            require(same != nullptr && (same->value == setting.value || same == changed.find(name)));
        }
        const Bytes written = changed.bytes();
        const auto again = profile::ConnectorConfig::read(written, "fuzz.config");
        require(again.has_value() && equal(again->bytes(), written));
    }
    return 0;
}
