#include "store/store.hpp"

#include "support/pki.hpp"
#include "support/temporary_folder.hpp"

using namespace certbroker;
using namespace certbroker::test;
using namespace certbroker::store;

namespace {
const Operation operation;
}

TEST_CASE("The default kind is the folder, and a kind in front chooses another") {
    const TemporaryFolder home;
    const StoreRegistry registry(Roots::under(home.path().string()));
    CHECK(registry.roots().machine == home.path().string() + "/LocalMachine");
    CHECK(must(registry.open("LocalMachine/My"))->uri().to_string() == "folder:LocalMachine/My");
    const auto memory = must(registry.open("memory:CurrentUser/my"));
    CHECK(memory->uri().to_string() == "memory:CurrentUser/My");
    CHECK((memory->capabilities() & persistent) == 0);
}

TEST_CASE("An unknown kind is refused and the known ones are named") {
    const StoreRegistry registry(Roots::under("/nowhere"));
    const auto opened = registry.open("vault:LocalMachine/My");
    REQUIRE_FALSE(opened);
    CHECK(opened.error().id() == "Store.Kind");
    CHECK(opened.error().message().find("folder, memory") != std::string::npos);
    CHECK(id_of(registry.open("My")) == "Store.Uri");
    // A uri filled in by hand is checked as well.
    CHECK(id_of(registry.open(StoreUri{"folder", Location::local_machine, "../../etc"})) == "Store.Uri");
}

TEST_CASE("A location without data folder says so") {
    const StoreRegistry registry(Roots{"/nowhere", "", "folder"});
    const auto opened = registry.open("CurrentUser/My");
    REQUIRE_FALSE(opened);
    CHECK(opened.error().id() == "Base.Argument");
    CHECK(opened.error().message().find("CurrentUser") != std::string::npos);
}

TEST_CASE("Keys are opened by their uri, whatever store they came from") {
    const TemporaryFolder home;
    const StoreRegistry registry(Roots::under(home.path().string()));
    for (const char *uri :
         {"folder:LocalMachine/My", "folder:CurrentUser/My", "memory:LocalMachine/My", "memory:CurrentUser/My"}) {
        INFO(uri);
        const auto made = must(must(registry.open(uri))->create_key({p256, true}, operation));
        CHECK(must(registry.open_key(made->uri()))->public_key() == made->public_key());
        // The same key elsewhere is another one, which is not there.
        std::string other = made->uri();
        const auto at = other.find("Machine");
        other = at != std::string::npos ? other.replace(at - 5, 12, "CurrentUser")
                                        : other.replace(other.find("CurrentUser"), 11, "LocalMachine");
        CHECK(id_of(registry.open_key(other)) == "Store.KeyMissing");
    }
    for (const char *bad : {"", "folder", "folder:", "folder:LocalMachine", "LocalMachine/keys/00",
                            "folder:Nowhere/keys/00", "folder:LocalMachine/keys/00"})
        CHECK(id_of(registry.open_key(bad)) == "Store.Uri");
    CHECK(id_of(registry.open_key("vault:LocalMachine/keys/00")) == "Store.Kind");
}
