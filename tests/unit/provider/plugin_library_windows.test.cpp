#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "base/win32.hpp"
#include "provider/plugin_library.hpp"
#include "support/pki.hpp"
#include "support/temporary_folder.hpp"

using namespace certbroker;
using namespace certbroker::test;
using provider::PluginFile;

namespace {
const std::filesystem::path plugins(CERTBROKER_TEST_PLUGINS);
}

TEST_CASE("From hashing to loading nobody else can change, replace or remove the plugin's file") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "certbroker-test-good.dll";
    std::filesystem::copy_file(plugins / "certbroker-test-good.dll", path);
    PluginFile opened = must(PluginFile::open(path));
    CHECK(opened.sha256().size() == 64);
    const win32::Handle writer(CreateFileW(path.c_str(), GENERIC_WRITE,
                                           FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                           OPEN_EXISTING, 0, nullptr));
    CHECK_FALSE(static_cast<bool>(writer));
    CHECK(DeleteFileW(path.c_str()) == 0);
    std::filesystem::copy_file(plugins / "certbroker-test-liar.dll", folder.path() / "new");
    CHECK(MoveFileExW((folder.path() / "new").c_str(), path.c_str(), MOVEFILE_REPLACE_EXISTING) == 0);
    const cbp_plugin *descriptor = must(opened.load());
    REQUIRE(descriptor != nullptr);
    CHECK(std::string(descriptor->id) == "test-good");
}

TEST_CASE("What is no plugin is refused with a reason") {
    const TemporaryFolder folder;
    CHECK(id_of(PluginFile::open(folder.path() / "absent.dll")) == "Base.FileMissing");
    CHECK(id_of(PluginFile::open(folder.path())) == "Base.FileAccess");
    std::ofstream(folder.file("empty.dll"));
    CHECK(id_of(PluginFile::open(folder.path() / "empty.dll")) == "Base.FileIo");
    std::ofstream(folder.file("text.dll")) << "not a program of Windows";
    PluginFile text = must(PluginFile::open(folder.path() / "text.dll"));
    CHECK(id_of(text.load()) == "Provider.Descriptor");
    PluginFile mute = must(PluginFile::open(plugins / "certbroker-test-mute.dll"));
    const auto silent = mute.load();
    REQUIRE(id_of(silent) == "Provider.Descriptor");
    CHECK(silent.error().message().find("does not export") != std::string::npos);
}
