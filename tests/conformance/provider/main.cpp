// usage: certbroker-provider-conformance --plugin certbroker-<id>.so --fixture folder [Catch2's options]
#include <catch2/catch_session.hpp>

#include <cstdio>

#include "world.hpp"

int main(int argc, char **argv) {
    Catch::Session session;
    std::string plugin;
    std::string fixture;
    using namespace Catch::Clara;
    session.cli(session.cli() | Opt(plugin, "file")["--plugin"]("the plugin to test") |
                Opt(fixture, "folder")["--fixture"]("its conformance folder"));
    if (const int code = session.applyCommandLine(argc, argv); code != 0) return code;
    const auto &config = session.configData();
    if (!config.showHelp && !config.listTests) {
        if (plugin.empty() || fixture.empty()) {
            std::fprintf(stderr, "usage: %s --plugin certbroker-<id>.so --fixture folder\n", argv[0]);
            return 2;
        }
        conformance::subject().plugin_path = std::filesystem::absolute(plugin);
        conformance::subject().fixture = conformance::Fixture::load(fixture);
    }
    return session.run();
}
