#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

/// Configuration of the Intune connectors: the appSettings of a .NET configuration file
/// (docs/connector-configuration.md).
namespace certbroker::profile {

/// What the connector does with a key, one sentence; empty for keys nobody described.
std::string_view connector_key_summary(std::string_view name) noexcept;
/// The keys that are shown even where they are not set.
inline constexpr std::string_view connector_thumbprint = "RACertThumbprint";
inline constexpr std::string_view connector_timeout = "CloudCAConnTimeoutInMilliseconds";

/// A value as it belongs into the file: thumbprints as 40 upper-case hex digits, times as a number over 0.
/// Connector.Thumbprint, Connector.Timeout; Connector.Key for a key that is not changed here.
Result<std::string> check_connector_value(std::string_view name, std::string_view value);

struct ConnectorSetting {
    std::string name;                   ///< as the file spells it
    std::string value;                  ///< as the file has it
    std::uint32_t line = 0, column = 0; ///< 0: not set
    std::vector<std::string> warnings;
};

/// One file, of which everything but what set() changes stays as it is, byte for byte.
class ConnectorConfig {
public:
    /// At most 1 MiB, in UTF-8 or UTF-16. Connector.Xml, Connector.Encoding, Connector.NoSettings, Connector.Elsewhere.
    static Result<ConnectorConfig> read(ByteView bytes, std::string file);

    /// What counts when .NET reads the file: the last of several lines for a key, in the order of the file.
    const std::vector<ConnectorSetting> &settings() const noexcept { return settings_; }
    /// By name, any case; nullptr when it is not set.
    const ConnectorSetting *find(std::string_view name) const noexcept;
    /// Changes the value that counts, or adds a line like the others.
    Result<void> set(std::string_view name, std::string_view value);
    Bytes bytes() const;

private:
    enum class Encoding { utf8, utf16_little, utf16_big };

    Result<void> decode(ByteView bytes);
    Result<void> interpret();
    std::string new_line(std::string_view name, std::string_view value, std::size_t &at, std::size_t &removed) const;

    std::string file_;
    std::string text_; ///< UTF-8, without byte order mark
    Encoding encoding_ = Encoding::utf8;
    bool marked_ = false; ///< begins with a byte order mark
    std::vector<ConnectorSetting> settings_;
    struct Place {
        std::size_t begin = 0, end = 0; ///< of the value as typed; begin == end == insertion point when there is none
        char quote = 0;                 ///< 0: the attribute value itself is missing
    };
    std::vector<Place> places_; ///< of settings_
};

/// A file of a connector, or one of several.
struct ConnectorFile {
    std::string path;
    ConnectorConfig config;
    std::vector<ConnectorSetting>
        settings; ///< with what is odd about them here, and what the other files say differently
};

/// The files that `paths` (one a line: files, or folders of a connector) mean. At most 100. Connector.NoFile and the
/// errors of files and of ConnectorConfig::read.
Result<std::vector<ConnectorFile>> read_connector_files(std::string_view paths);

struct ConnectorChange {
    std::string path;
    std::string backup; ///< empty: the file said so already and was not touched
};
using ConnectorValues = std::vector<std::pair<std::string, std::string>>;

/// Sets the values in all files, or in none: each gets a backup <file>.<yyyyMMdd-HHmmss>.bak (UTC) beside it, then is
/// replaced in one step, keeping its rights. `now` in seconds since 1970. Connector.Write: nothing was changed.
/// Connector.Restore: something was, and the message says what.
Result<std::vector<ConnectorChange>> set_connector_values(std::string_view paths, const ConnectorValues &values,
                                                          std::int64_t now);

} // namespace certbroker::profile
