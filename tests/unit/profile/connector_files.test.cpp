#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/fault.hpp"
#include "profile/connector_fixtures.hpp"
#include "support/temporary_folder.hpp"

using namespace certbroker;
using namespace certbroker::profile;
using namespace certbroker::profile::test;

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t now = 1'795'467'826; // 2026-11-23 21:03:46 UTC
const std::vector<std::string> three{"Microsoft.Intune.ConnectorsPkiCreate.exe.config",
                                     "Microsoft.Intune.ConnectorsPkiCreateLegacy.exe.config",
                                     "Microsoft.Intune.ConnectorsPkiRevoke.exe.config"};

void write(const fs::path &path, std::string_view text) {
    REQUIRE(file::write_atomic(path, as_bytes(text), file::Access::everyone, true));
}
std::string read_text(const fs::path &path) {
    return std::string(as_text(must(file::read(path, 1U << 20U))));
}
std::vector<std::string> names_in(const fs::path &folder) {
    std::vector<std::string> names = must(file::list(folder));
    std::sort(names.begin(), names.end());
    return names;
}
/// The newer connector's three files.
void install(const fs::path &folder) {
    for (const std::string &name : three)
        write(folder / name, full_config);
}
const ConnectorSetting &setting(const ConnectorFile &file, std::string_view name) {
    const auto found = std::find_if(file.settings.begin(), file.settings.end(),
                                    [&](const ConnectorSetting &item) { return item.name == name; });
    REQUIRE(found != file.settings.end());
    return *found;
}
ConnectorValues wanted() {
    return {{"RACertThumbprint", "ea7a4e0cd1a4f81cf0740527c31a57f6020c17c5"}};
}
std::string full_after() {
    return replaced(std::string(full_config), "<add  value='' key",
                    "<add  value='" + std::string(thumbprint) + "' key");
}

/// What happens at the n-th fault point of a name.
struct Trouble {
    static inline std::string name;
    static inline int left = 0;
    static inline void (*act)() = nullptr;
    static inline fs::path where;

    Trouble(const char *point, int number, const fs::path &place, void (*what)()) {
        name = point;
        left = number;
        act = what;
        where = place;
        fault::hook = [](const char *at) {
            if (name == at && --left == 0) act();
        };
    }
    ~Trouble() { fault::hook = nullptr; }
};
struct Killed {};

} // namespace

TEST_CASE("A folder means the connector's files, and missing keys are shown as not set") {
    const certbroker::test::TemporaryFolder folder;
    write(folder / "NDESConnector.exe.config", printed_config);
    write(folder / "other.config", full_config);
    const auto old = must(read_connector_files(file::from_path(folder.path())));
    REQUIRE(old.size() == 1);
    CHECK(setting(old[0], "RACertThumbprint").value == thumbprint);
    CHECK(setting(old[0], "RACertThumbprint").line == 4);
    CHECK(setting(old[0], "CloudCAConnTimeoutInMilliseconds").line == 0);
    CHECK(setting(old[0], "CloudCAConnTimeoutInMilliseconds").value.empty());

    install(folder.path());
    CHECK(must(read_connector_files(file::from_path(folder.path()))).size() == 4);
    // Once each, however often it is named; files and folders together.
    const std::string paths = file::from_path(folder.path()) + "\n" + file::from_path(folder / "other.config") +
                              "\r\n" + file::from_path(folder / three[0]) + "\n";
    CHECK(must(read_connector_files(paths)).size() == 5);
    REQUIRE(file::make_folder(folder / "NDESConnectorSvc", file::Access::everyone));
    REQUIRE(file::make_folder(folder / "PFXCertificateConnector/ConnectorSvc", file::Access::everyone));
    write(folder / "NDESConnectorSvc/NDESConnector.exe.config", printed_config);
    install(folder / "PFXCertificateConnector/ConnectorSvc");
    CHECK(must(read_connector_files(file::from_path(folder.path()))).size() == 8);
}

TEST_CASE("Paths without a connector, and a connector without one of its files, are told") {
    const certbroker::test::TemporaryFolder folder;
    CHECK(id_of(read_connector_files("")) == "Connector.NoFile");
    CHECK(id_of(read_connector_files(file::from_path(folder.path()))) == "Connector.NoFile");
    CHECK(id_of(read_connector_files(file::from_path(folder / "no.config"))) == "Base.FileMissing");
    install(folder.path());
    REQUIRE(file::remove(folder / three[2]));
    const auto incomplete = read_connector_files(file::from_path(folder.path()));
    REQUIRE(id_of(incomplete) == "Connector.NoFile");
    CHECK(contains(incomplete.error().message(), three[2]));
    std::string many;
    for (int i = 0; i <= 100; ++i)
        many += "x" + std::to_string(i) + ".config\n";
    CHECK(id_of(read_connector_files(many)) == "Connector.NoFile");
    write(folder / three[2], "<configuration>");
    const auto broken = read_connector_files(file::from_path(folder.path()));
    REQUIRE(id_of(broken) == "Connector.Xml");
    CHECK(contains(broken.error().file(), three[2]));
}

TEST_CASE("What is malformed, and what the files say differently, comes as warnings") {
    const certbroker::test::TemporaryFolder folder;
    install(folder.path());
    write(folder / three[0], replaced(full_after(), "value='EA7A", "value='EA7B"));
    write(folder / three[1], replaced(full_after(), "value='EA7A", "value='ea 7a"));
    write(folder / three[2], replaced(full_after(), "value='EA7A4E", "value='soon"));
    const auto files = must(read_connector_files(file::from_path(folder.path())));
    REQUIRE(files.size() == 3);
    for (const ConnectorFile &file : files) {
        const bool malformed = contains(file.path, "Revoke");
        const auto &warnings = setting(file, "RACertThumbprint").warnings;
        CHECK(warnings.size() == (malformed ? 3 : 2));
        CHECK(std::any_of(warnings.begin(), warnings.end(),
                          [](const std::string &text) { return contains(text, "it differs from"); }));
        CHECK(setting(file, "CloudCAConnTimeoutInMilliseconds").warnings.empty());
    }
    // The same thumbprint in another spelling is no difference.
    write(folder / three[0], full_after());
    write(folder / three[2], full_after());
    for (const ConnectorFile &file : must(read_connector_files(file::from_path(folder.path()))))
        CHECK(setting(file, "RACertThumbprint").warnings.empty());
}

TEST_CASE("All files are changed, each with a backup that never overwrites another") {
    const certbroker::test::TemporaryFolder folder;
    install(folder.path());
    const std::string path = file::from_path(folder.path());
    const auto changes = must(set_connector_values(path, wanted(), now));
    REQUIRE(changes.size() == 3);
    for (const ConnectorChange &change : changes) {
        CHECK(change.backup == change.path + ".20261123-210346.bak");
        CHECK(read_text(file::to_path(change.path)) == full_after());
        CHECK(read_text(file::to_path(change.backup)) == full_config);
    }
    // What they say already is not written again, and not backed up.
    for (const ConnectorChange &change : must(set_connector_values(path, wanted(), now)))
        CHECK(change.backup.empty());
    CHECK(names_in(folder.path()).size() == 6);
    const auto again = must(set_connector_values(path, {{"CloudCAConnTimeoutInMilliseconds", "60000"}}, now));
    CHECK(again.front().backup == again.front().path + ".20261123-210346-2.bak");
    CHECK(read_text(file::to_path(again.front().path)) == replaced(full_after(), "\"30000\"", "\"60000\""));
    CHECK(read_text(file::to_path(again.front().path + ".20261123-210346.bak")) == full_config);
}

TEST_CASE("A value that is not one changes nothing") {
    const certbroker::test::TemporaryFolder folder;
    install(folder.path());
    const std::string path = file::from_path(folder.path());
    CHECK(id_of(set_connector_values(path, {{"RACertThumbprint", "EA7A"}}, now)) == "Connector.Thumbprint");
    CHECK(id_of(set_connector_values(path, {wanted()[0], {"CloudCAConnTimeoutInMilliseconds", "0"}}, now)) ==
          "Connector.Timeout");
    CHECK(id_of(set_connector_values(path, {{"LogPath", "x"}}, now)) == "Connector.Key");
    write(folder / three[1], "<configuration/>");
    CHECK(id_of(set_connector_values(path, wanted(), now)) == "Connector.NoSettings");
    CHECK(names_in(folder.path()) == three);
    CHECK(read_text(folder / three[0]) == full_config);
}

TEST_CASE("A failure in the middle puts everything back") {
    const certbroker::test::TemporaryFolder folder;
    install(folder.path());
    const std::string path = file::from_path(folder.path());
    const auto all_as_before = [&](std::size_t but) {
        for (std::size_t i = 0; i < three.size(); ++i) {
            if (i != but) CHECK(read_text(folder / three[i]) == full_config);
        }
    };
    SECTION("a backup cannot be made") {
        const Trouble trouble("connector.backup", 4, folder / three[2], [] { fs::remove(Trouble::where); });
        const auto failed = set_connector_values(path, wanted(), now);
        REQUIRE(id_of(failed) == "Connector.Write");
        REQUIRE(failed.error().cause() != nullptr);
        all_as_before(2);
        CHECK(names_in(folder.path()).size() == 2);
    }
    SECTION("a file cannot be replaced") {
        const Trouble trouble("connector.replace", 5, folder / three[2], [] {
            fs::remove(Trouble::where);
            fs::create_directory(Trouble::where);
        });
        const auto failed = set_connector_values(path, wanted(), now);
        REQUIRE(id_of(failed) == "Connector.Write");
        CHECK(contains(failed.error().message(), three[2]));
        all_as_before(2);
        CHECK(names_in(folder.path()) == three);
    }
    SECTION("an editor writes a file in between") {
        const Trouble trouble("connector.replace", 3, folder / three[2],
                              [] { std::ofstream(Trouble::where) << "mine"; });
        const auto failed = set_connector_values(path, wanted(), now);
        REQUIRE(id_of(failed) == "Connector.Write");
        all_as_before(2);
        CHECK(read_text(folder / three[2]) == "mine");
        CHECK(names_in(folder.path()) == three);
    }
}

TEST_CASE("What cannot be put back is told with its backup") {
    const certbroker::test::TemporaryFolder folder;
    install(folder.path());
    // The second file cannot be replaced, and then the first one not restored.
    static const fs::path *root = nullptr;
    root = &folder.path();
    Trouble::where = folder.path();
    fault::hook = [](const char *at) {
        static int replaced = 0;
        const auto spoil = [](const std::string &name) {
            fs::remove(*root / name);
            fs::create_directory(*root / name);
        };
        if (std::string_view(at) == "connector.replace" && ++replaced == 5) spoil(three[2]);
        if (std::string_view(at) == "connector.restore") spoil(three[0]), fault::hook = nullptr;
    };
    const auto failed = set_connector_values(file::from_path(folder.path()), wanted(), now);
    fault::hook = nullptr;
    REQUIRE(id_of(failed) == "Connector.Restore");
    CHECK(contains(failed.error().message(), three[0] + ".20261123-210346.bak"));
    CHECK(read_text(folder / (three[0] + ".20261123-210346.bak")) == full_config);
}

TEST_CASE("A process that dies on the way leaves whole files, old or new, and the backups of the new ones") {
    for (const char *point : {"connector.backup", "connector.replace"}) {
        for (int number = 1; number <= 9; ++number) {
            INFO(point << " " << number);
            const certbroker::test::TemporaryFolder folder;
            install(folder.path());
            bool died = false;
            {
                const Trouble trouble(point, number, folder.path(), [] { throw Killed(); });
                try {
                    (void)set_connector_values(file::from_path(folder.path()), wanted(), now);
                } catch (const Killed &) {
                    died = true;
                }
            }
            REQUIRE(died);
            for (const std::string &name : three) {
                const std::string text = read_text(folder / name);
                CHECK((text == full_config || text == full_after()));
                if (text == full_config) continue;
                CHECK(read_text(folder / (name + ".20261123-210346.bak")) == full_config);
            }
            // The next attempt finishes the work.
            REQUIRE(set_connector_values(file::from_path(folder.path()), wanted(), now + 1));
            for (const std::string &name : three)
                CHECK(read_text(folder / name) == full_after());
        }
    }
}

#if !defined(_WIN32)
TEST_CASE("Rights stay, and a link goes on leading to the file") {
    const certbroker::test::TemporaryFolder folder;
    write(folder / "NDESConnector.exe.config", printed_config);
    fs::permissions(folder / "NDESConnector.exe.config", fs::perms(0640));
    fs::create_symlink("NDESConnector.exe.config", folder / "link.config");
    const auto changes = must(set_connector_values(file::from_path(folder / "link.config"),
                                                   {{"CloudCAConnTimeoutInMilliseconds", "1"}}, now));
    REQUIRE(changes.size() == 1);
    CHECK(fs::is_symlink(folder / "link.config"));
    CHECK(fs::status(folder / "NDESConnector.exe.config").permissions() == fs::perms(0640));
    CHECK(fs::status(file::to_path(changes.front().backup)).permissions() == fs::perms(0640));
    CHECK(contains(read_text(folder / "NDESConnector.exe.config"), "CloudCAConnTimeoutInMilliseconds"));
}
#endif
