#include "base/text.hpp"
#include "profile/connector_fixtures.hpp"

using namespace certbroker;
using namespace certbroker::profile;
using namespace certbroker::profile::test;

namespace {

std::string value(const ConnectorConfig &config, std::string_view name) {
    const ConnectorSetting *setting = config.find(name);
    return setting == nullptr ? "-" : setting->value;
}
std::string read_id(std::string_view text) {
    return id_of(ConnectorConfig::read(as_bytes(text), "x.config"));
}
std::string wrapped(std::string_view lines) {
    return "<configuration>\n  <appSettings>\n" + std::string(lines) + "  </appSettings>\n</configuration>\n";
}
Bytes utf16(std::string_view text, bool big, bool marked) {
    Bytes out;
    if (marked) out = big ? Bytes{0xfe, 0xff} : Bytes{0xff, 0xfe};
    const Bytes units = utf8_to_utf16(text, big);
    out.insert(out.end(), units.begin(), units.end());
    return out;
}

} // namespace

TEST_CASE("The settings that count are read with their places") {
    const ConnectorConfig printed = config_of(printed_config);
    REQUIRE(printed.settings().size() == 1);
    CHECK(value(printed, "racertthumbprint") == thumbprint);
    CHECK(printed.settings().front().line == 4);
    CHECK(printed.settings().front().column == 9);
    const ConnectorConfig full = config_of(full_config);
    CHECK(full.settings().size() == 4);
    CHECK(value(full, "BaseServiceAddress") == "https://manage.microsoft.com/?a=1&b=\"2\"");
    CHECK(value(full, "RACertThumbprint").empty());
    CHECK(value(full, "LogPath") == "C:\\Logs\\Größe\\");
    CHECK(value(full, "CloudCAConnTimeoutInMilliseconds") == "30000");
    CHECK(value(full, "Missing") == "-");
    CHECK_FALSE(connector_key_summary("baseserviceaddress").empty());
    CHECK(connector_key_summary("LogPath").empty());
}

TEST_CASE("A changed value is the only thing that changes") {
    for (const bool crlf : {false, true}) {
        const auto lines = [crlf](std::string_view text) { return crlf ? with_crlf(text) : std::string(text); };
        CHECK(changed(lines(printed_config), "RACertThumbprint", "00") ==
              replaced(lines(printed_config), thumbprint, "00"));
        CHECK(changed(lines(full_config), "racertthumbprint", thumbprint) ==
              replaced(lines(full_config), "<add  value='' key", "<add  value='" + std::string(thumbprint) + "' key"));
        CHECK(changed(lines(full_config), "CloudCAConnTimeoutInMilliseconds", "60000") ==
              replaced(lines(full_config), "value=\"30000\"", "value=\"60000\""));
    }
    // What the file says already is not written in another way.
    CHECK(changed(full_config, "BaseServiceAddress", "https://manage.microsoft.com/?a=1&b=\"2\"") == full_config);
}

TEST_CASE("Values are escaped for the quotes they stand in") {
    CHECK(changed(wrapped("<add key='a' value='x'/>"), "a", "<'\"&>") ==
          wrapped("<add key='a' value='&lt;&apos;\"&amp;>'/>"));
    CHECK(changed(wrapped("<add key=\"a\" value=\"x\"/>"), "a", "<'\"&>") ==
          wrapped("<add key=\"a\" value=\"&lt;'&quot;&amp;>\"/>"));
    CHECK(changed(wrapped("<add key='a'/>"), "a", "\"") == wrapped("<add key='a' value=\"&quot;\"/>"));
}

TEST_CASE("Byte order marks and encodings stay") {
    const std::string text = with_crlf(full_config);
    const std::string after = replaced(text, "value=\"30000\"", "value=\"5\"");
    const auto check = [](const Bytes &before, const Bytes &expected) {
        ConnectorConfig config = must(ConnectorConfig::read(before, "x"));
        CHECK(config.bytes() == before);
        REQUIRE(config.set("CloudCAConnTimeoutInMilliseconds", "5"));
        CHECK(config.bytes() == expected);
    };
    check(to_bytes(as_bytes("\xef\xbb\xbf" + text)), to_bytes(as_bytes("\xef\xbb\xbf" + after)));
    const std::string declared = replaced(text, "encoding=\"utf-8\"", "encoding=\"utf-16\"");
    const std::string declared_after = replaced(after, "encoding=\"utf-8\"", "encoding=\"utf-16\"");
    for (const bool big : {false, true}) {
        for (const bool marked : {false, true})
            check(utf16(declared, big, marked), utf16(declared_after, big, marked));
    }
}

TEST_CASE("Encodings that would not come out as they went in are refused") {
    const std::string text(full_config);
    CHECK(read_id(replaced(text, "Größe", "Gr\xf6\xdf\x65")) == "Connector.Encoding");
    CHECK(read_id(replaced(text, "encoding=\"utf-8\"", "encoding=\"windows-1252\"")) == "Connector.Encoding");
    CHECK(read_id(replaced(text, "encoding=\"utf-8\"", "encoding=\"utf-16\"")) == "Connector.Encoding");
    CHECK(read_id(replaced(std::string(printed_config), "encoding=\"utf-8\"", "encoding=\"us-ascii\"")).empty());
    CHECK(id_of(ConnectorConfig::read(utf16(text, false, true), "x")) == "Connector.Encoding"); // says utf-8
    Bytes half = utf16(printed_config, false, true);
    half.push_back('x');
    CHECK(id_of(ConnectorConfig::read(half, "x")) == "Connector.Encoding");
    CHECK(id_of(ConnectorConfig::read(Bytes{0xff, 0xfe, '<', 0, 0x00, 0xd8}, "x")) == "Connector.Encoding");
    CHECK(id_of(ConnectorConfig::read(Bytes{0xff, 0xfe, 0, 0, '<', 0, 0, 0}, "x")) == "Connector.Encoding");
    CHECK(id_of(ConnectorConfig::read(Bytes((1U << 20U) + 1, ' '), "x")) == "Base.TooLarge");
}

TEST_CASE("A missing key becomes a line like its neighbours") {
    const auto with = [](std::string_view before, std::string_view expected) {
        CHECK(changed(wrapped(before), "K", "1") == wrapped(expected));
        CHECK(changed(with_crlf(wrapped(before)), "K", "1") == with_crlf(wrapped(expected)));
    };
    with("    <add key=\"a\" value=\"x\"/>\n", "    <add key=\"a\" value=\"x\"/>\n    <add key=\"K\" value=\"1\"/>\n");
    with("\t<add key='a' value='x' />\n", "\t<add key='a' value='x' />\n\t<add key='K' value='1' />\n");
    with("    <add key=\"a\" value=\"x\"></add> <!-- note -->\n    <!-- end -->\n",
         "    <add key=\"a\" value=\"x\"></add> <!-- note -->\n    <add key=\"K\" value=\"1\" />\n    <!-- end -->\n");
    with("<add key=\"a\"\n  value=\"x\"/>\n", "<add key=\"a\"\n  value=\"x\"/>\n<add key=\"K\" value=\"1\"/>\n");
    with("    <add key=\"a\" value=\"x\"/><add key=\"b\" value=\"y\"/>\n",
         "    <add key=\"a\" value=\"x\"/><add key=\"b\" value=\"y\"/><add key=\"K\" value=\"1\"/>\n");
    // Behind what would take it away again.
    with("    <add key=\"a\" value=\"x\"/>\n    <clear/>\n",
         "    <add key=\"a\" value=\"x\"/>\n    <clear/>\n    <add key=\"K\" value=\"1\"/>\n");
    with("", "    <add key=\"K\" value=\"1\" />\n");
    CHECK(changed("<configuration><appSettings></appSettings></configuration>", "K", "1") ==
          "<configuration><appSettings>\r\n  <add key=\"K\" value=\"1\" />\r\n</appSettings></configuration>");
    CHECK(changed("<configuration>\n  <appSettings />\n</configuration>\n", "K", "1") ==
          "<configuration>\n  <appSettings>\n    <add key=\"K\" value=\"1\" />\n  </appSettings>\n</configuration>\n");
    CHECK(changed(full_config, "K", "1") == replaced(std::string(full_config), "value=\"30000\"></add>\n",
                                                     "value=\"30000\"></add>\n    <add key=\"K\" value=\"1\" />\n"));
}

TEST_CASE("Of several lines for a key the last one counts, and is the one that is changed") {
    const std::string text = wrapped("<add key='K' value='1'/>\n<add key='k' value='2'/>\n<add key='x' value='3'/>\n");
    const ConnectorConfig config = config_of(text);
    CHECK(value(config, "K") == "2");
    REQUIRE(config.find("K")->warnings.size() == 1);
    CHECK(contains(config.find("K")->warnings.front(), "line 3"));
    CHECK(config.find("x")->warnings.empty());
    CHECK(changed(text, "K", "9") == replaced(text, "value='2'", "value='9'"));
    const std::string removed = wrapped("<add key='K' value='1'/>\n<remove key='k'/>\n<add key='x' value='3'/>\n");
    CHECK(config_of(removed).find("K") == nullptr);
    CHECK(changed(removed, "K", "9") == replaced(removed, "value='3'/>\n", "value='3'/>\n<add key='K' value='9'/>\n"));
    CHECK(config_of(wrapped("<add key='K' value='1'/><clear/><add key='x' value='3'/>")).settings().size() == 1);
}

TEST_CASE("Settings that are not in the file are told") {
    CHECK(read_id("<configuration/>") == "Connector.NoSettings");
    CHECK(read_id("<appSettings/>") == "Connector.NoSettings");
    CHECK(read_id("<configuration><x><appSettings/></x></configuration>") == "Connector.NoSettings");
    CHECK(read_id("<configuration><appSettings configSource='a.config'/></configuration>") == "Connector.Elsewhere");
    CHECK(read_id("<configuration><appSettings "
                  "configProtectionProvider='x'><EncryptedData/></appSettings></configuration>") ==
          "Connector.Elsewhere");
    CHECK(read_id("<configuration><appSettings/><appSettings/></configuration>") == "Connector.Xml");
    CHECK(read_id(wrapped("<add value='1'/>")) == "Connector.Xml");
    CHECK(read_id("not xml") == "Connector.Xml");
    const ConnectorConfig other =
        config_of("<configuration><appSettings file='b.config'><add key='K' value='1'/></appSettings></configuration>");
    REQUIRE(other.find("K")->warnings.size() == 1);
    const auto failed = ConnectorConfig::read(as_bytes("<configuration>\n  <appSettings>\n  <add key='a'"), "n.config");
    REQUIRE(id_of(failed) == "Connector.Xml");
    CHECK(failed.error().file() == "n.config");
    CHECK(failed.error().numbers().at(ErrorNumber::line) == 3);
    CHECK(failed.error().numbers().at(ErrorNumber::column) == 3);
}

TEST_CASE("Thumbprints and times are checked and written in one way") {
    const std::string expected(thumbprint);
    for (const char *text :
         {"ea7a4e0cd1a4f81cf0740527c31a57f6020c17c5", "EA 7A 4E 0C D1 A4 F8 1C F0 74 05 27 C3 1A 57 F6 02 0C 17 C5",
          "ea:7a:4e:0c:d1:a4:f8:1c:f0:74:05:27:c3:1a:57:f6:02:0c:17:c5",
          "\xe2\x80\x9c"
          "EA7A4E0CD1A4F81CF0740527C31A57F6020C17C5\xe2\x80\x9d",
          "\xe2\x80\x8e"
          "EA7A4E0CD1A4F81CF0740527C31A57F6020C17C5",
          "\"EA7A4E0CD1A4F81CF0740527C31A57F6020C17C5\""}) {
        INFO(text);
        CHECK(must(check_connector_value("racertthumbprint", text)) == expected);
    }
    for (const char *text :
         {"", "EA7A", "EA7A4E0CD1A4F81CF0740527C31A57F6020C17C5AA", "XX7A4E0CD1A4F81CF0740527C31A57F6020C17C5"}) {
        const auto refused = check_connector_value("RACertThumbprint", text);
        REQUIRE(id_of(refused) == "Connector.Thumbprint");
        CHECK(contains(refused.error().message(), std::string("'") + text + "'"));
    }
    CHECK(must(check_connector_value("CloudCAConnTimeoutInMilliseconds", " 060000 ")) == "60000");
    for (const char *text : {"", "0", "-1", "1.5", "60s", "2147483648", "99999999999999999999"})
        CHECK(id_of(check_connector_value("CloudCAConnTimeoutInMilliseconds", text)) == "Connector.Timeout");
    CHECK(id_of(check_connector_value("BaseServiceAddress", "https://x")) == "Connector.Key");
}
