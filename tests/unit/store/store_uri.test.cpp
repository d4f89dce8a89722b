#include "base/file.hpp"
#include "store/store.hpp"

#include "support/pki.hpp"

using namespace certbroker;
using namespace certbroker::test;
using store::Location;
using store::StoreUri;

TEST_CASE("Store uris are read in every form people write them") {
    const auto parsed = [](std::string_view text) { return must(StoreUri::parse(text, "folder")).to_string(); };
    CHECK(parsed("LocalMachine/My") == "folder:LocalMachine/My");
    CHECK(parsed("localmachine\\my") == "folder:LocalMachine/My");
    CHECK(parsed("memory:CurrentUser/ROOT") == "memory:CurrentUser/Root");
    CHECK(parsed("MEMORY:currentuser/ca") == "memory:CurrentUser/CA");
    CHECK(parsed("Cert:\\LocalMachine\\My") == "folder:LocalMachine/My");
    CHECK(parsed("cert:/CurrentUser/TrustedPeople") == "folder:CurrentUser/TrustedPeople");
    CHECK(parsed("  LocalMachine/My \t") == "folder:LocalMachine/My");
    CHECK(parsed("LocalMachine/remote desktop") == "folder:LocalMachine/Remote Desktop");
    CHECK(parsed("LocalMachine/Web_Hosting-2.0 x") == "folder:LocalMachine/Web_Hosting-2.0 x");
    CHECK(parsed("LocalMachine/" + std::string(64, 'a')) == "folder:LocalMachine/" + std::string(64, 'a'));
}

TEST_CASE("A store's name cannot become another path") {
    for (const std::string &bad : {std::string(),
                                   std::string("My"),
                                   std::string("LocalMachine"),
                                   std::string("LocalMachine/"),
                                   std::string("Elsewhere/My"),
                                   std::string("LocalMachine/.."),
                                   std::string("LocalMachine/."),
                                   std::string("LocalMachine/../../etc"),
                                   std::string("LocalMachine/My/../Root"),
                                   std::string("LocalMachine/a/b"),
                                   std::string("LocalMachine\\..\\x"),
                                   std::string("LocalMachine/.hidden"),
                                   std::string("LocalMachine/x."),
                                   std::string("LocalMachine/-x"),
                                   std::string("LocalMachine/a:b"),
                                   std::string("LocalMachine/ä"),
                                   std::string("LocalMachine/a\0b", 16),
                                   std::string("LocalMachine/a\nb"),
                                   std::string("LocalMachine/*"),
                                   std::string("LocalMachine/") + std::string(65, 'a'),
                                   std::string(":LocalMachine/My"),
                                   std::string("a b:LocalMachine/My"),
                                   std::string("../x:LocalMachine/My"),
                                   std::string("LocalMachine//My"),
                                   std::string("/LocalMachine/My")}) {
        INFO(bad);
        const auto parsed = StoreUri::parse(bad, "folder");
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().id() == "Store.Uri");
    }
}

TEST_CASE("The folder of the keys is no store") {
    CHECK(id_of(StoreUri::parse("LocalMachine/keys", "folder")) == "Store.Uri");
    CHECK(id_of(StoreUri::parse("LocalMachine/KEYS", "folder")) == "Store.Uri");
}

TEST_CASE("Locations have their Windows names") {
    CHECK(store::location_name(Location::local_machine) == "LocalMachine");
    CHECK(store::location_name(Location::current_user) == "CurrentUser");
    CHECK(store::parse_location("LOCALMACHINE") == Location::local_machine);
    CHECK(store::parse_location("currentuser") == Location::current_user);
    CHECK_FALSE(store::parse_location("Local Machine"));
}

TEST_CASE("A home replaces both data folders") {
    const store::Roots roots = store::Roots::under("/home/of/tests");
    CHECK(roots.of(Location::local_machine) == "/home/of/tests/LocalMachine");
    CHECK(roots.of(Location::current_user) == "/home/of/tests/CurrentUser");
    CHECK(roots.store_kind == "folder");
    CHECK(store::Roots::under("").machine == file::machine_data_folder());
    CHECK(store::Roots::under("").store_kind.empty());
    CHECK(store::Roots::under("").user.empty());
}
