#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "provider/plugin_library.hpp"
#include "support/pki.hpp"
#include "support/temporary_folder.hpp"

using namespace certbroker;
using namespace certbroker::test;
using provider::PluginFile;

TEST_CASE("A plugin is loaded through the descriptor it was hashed by, whatever its name leads to then") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "certbroker-test-good.so";
    std::filesystem::copy_file(std::filesystem::path(CERTBROKER_TEST_PLUGINS) / "certbroker-test-good.so", path);
    PluginFile opened = must(PluginFile::open(path));
    CHECK(opened.sha256().size() == 64);
    // Swapped behind our back: the rename makes a new file, the open one stays what it was.
    std::filesystem::copy_file(std::filesystem::path(CERTBROKER_TEST_PLUGINS) / "certbroker-test-liar.so",
                               folder.path() / "new");
    std::filesystem::rename(folder.path() / "new", path);
    const cbp_plugin *descriptor = must(opened.load());
    REQUIRE(descriptor != nullptr);
    CHECK(std::string(descriptor->id) == "test-good");
    PluginFile other = must(PluginFile::open(path));
    CHECK(other.sha256() != opened.sha256());
    CHECK(std::string(must(other.load())->id) == "somebody-else");
}

TEST_CASE("What is no plugin is refused with a reason") {
    const TemporaryFolder folder;
    CHECK(id_of(PluginFile::open(folder.path() / "absent.so")) == "Base.FileMissing");
    CHECK(id_of(PluginFile::open(folder.path())) == "Base.FileAccess");
    std::filesystem::create_symlink("/etc/passwd", folder.path() / "link.so");
    CHECK(id_of(PluginFile::open(folder.path() / "link.so")) == "Base.FileAccess");
    std::ofstream(folder.file("empty.so"));
    CHECK(id_of(PluginFile::open(folder.path() / "empty.so")) == "Base.FileIo");
    std::ofstream(folder.file("text.so")) << "not an ELF file";
    PluginFile text = must(PluginFile::open(folder.path() / "text.so"));
    const auto loaded = text.load();
    REQUIRE(id_of(loaded) == "Provider.Descriptor");
    CHECK(loaded.error().message().find("/proc/self") == std::string::npos);
    PluginFile mute =
        must(PluginFile::open(std::filesystem::path(CERTBROKER_TEST_PLUGINS) / "certbroker-test-mute.so"));
    const auto silent = mute.load();
    REQUIRE(id_of(silent) == "Provider.Descriptor");
    CHECK(silent.error().message().find("does not export") != std::string::npos);
}
