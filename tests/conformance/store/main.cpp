// certbroker-store-conformance [--store name] [Catch2's options]: every case over every store, or over one.
#include <catch2/catch_session.hpp>
#include <iostream>

#include "fixture.hpp"

int main(int argc, char **argv) {
    using namespace certbroker::store::conformance;
    Catch::Session session;
    session.cli(session.cli() | Catch::Clara::Opt(selection, "name")["--store"]("the one store to test: " + [] {
                    std::string names;
                    for (const Registered &fixture : all_fixtures())
                        names += (names.empty() ? "" : ", ") + fixture.name;
                    return names;
                }()));
    if (const int wrong = session.applyCommandLine(argc, argv); wrong != 0) return wrong;
    if (selected_fixtures().empty()) {
        std::cerr << "there is no fixture of the name '" << selection << "'\n";
        return 2;
    }
    return session.run();
}
