#pragma once

#include <string>
#include <string_view>

#include "profile/connector_config.hpp"
#include "profile/fixtures.hpp"

/// Configurations as connectors have them.
namespace certbroker::profile::test {

/// The lines of the printed instructions, in the smallest file that .NET reads.
inline constexpr std::string_view printed_config = R"(<?xml version="1.0" encoding="utf-8"?>
<configuration>
  <appSettings>
        <add key="RACertThumbprint"
        value="EA7A4E0CD1A4F81CF0740527C31A57F6020C17C5"/>
  </appSettings>
</configuration>
)";

/// A service's file of .NET Framework 4 with all that usually stands in one.
inline constexpr std::string_view full_config = R"(<?xml version="1.0" encoding="utf-8"?>
<!-- Copyright (c) Contoso & "partners": <add key="RACertThumbprint" value="in a comment"/> -->
<configuration>
  <configSections>
    <section name="nlog" type="NLog.Config.ConfigSectionHandler, NLog"/>
  </configSections>
  <startup useLegacyV2RuntimeActivationPolicy='true'>
    <supportedRuntime version="v4.0" sku=".NETFramework,Version=v4.7.2" />
  </startup>
  <appSettings>
    <!-- The address of the service. -->
    <add key="BaseServiceAddress" value="https://manage.microsoft.com/?a=1&amp;b=&quot;2&quot;" />
    <add  value='' key = 'RACertThumbprint' /> <!-- fill in -->
    <add key="LogPath" value="C:\Logs\Größe\" />
    <add key="CloudCAConnTimeoutInMilliseconds" value="30000"></add>
  </appSettings>
  <location path="x"><appSettings><add key="RACertThumbprint" value="elsewhere"/></appSettings></location>
  <system.diagnostics>
    <sources>
      <source name="NDESConnector" switchValue="Information, ActivityTracing">
        <listeners><add name="xml" type="System.Diagnostics.XmlWriterTraceListener" initializeData="NDESConnector.svclog" /></listeners>
      </source>
    </sources>
  </system.diagnostics>
  <runtime>
    <assemblyBinding xmlns="urn:schemas-microsoft-com:asm.v1">
      <dependentAssembly>
        <assemblyIdentity name="Newtonsoft.Json" publicKeyToken="30ad4fe6b2a6aeed" culture="neutral"/>
        <bindingRedirect oldVersion="0.0.0.0-13.0.0.0" newVersion="13.0.0.0"/>
      </dependentAssembly>
    </assemblyBinding>
  </runtime>
  <nlog><targets><![CDATA[ a < b && c ]]></targets></nlog>
</configuration>
)";

inline constexpr std::string_view thumbprint = "EA7A4E0CD1A4F81CF0740527C31A57F6020C17C5";

inline std::string with_crlf(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\n') out += '\r';
        out += c;
    }
    return out;
}
inline std::string replaced(std::string text, std::string_view what, std::string_view by) {
    const auto at = text.find(what);
    INFO(what);
    REQUIRE(at != std::string::npos);
    return text.replace(at, what.size(), by);
}
inline ConnectorConfig config_of(std::string_view text) {
    return must(ConnectorConfig::read(as_bytes(text), "NDESConnector.exe.config"));
}
inline std::string text_of(const ConnectorConfig &config) {
    return std::string(as_text(config.bytes()));
}
/// The text after one change.
inline std::string changed(std::string_view text, std::string_view name, std::string_view value) {
    ConnectorConfig config = config_of(text);
    const auto done = config.set(name, value);
    INFO((done ? std::string() : describe(done.error())));
    REQUIRE(done.has_value());
    REQUIRE(config.find(name) != nullptr);
    CHECK(config.find(name)->value == value);
    return text_of(config);
}

} // namespace certbroker::profile::test
