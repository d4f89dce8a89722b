#include "store/key_uri.hpp"

#include "support/pki.hpp"

using namespace certbroker;
using namespace certbroker::test;
using store::KeyUri;

TEST_CASE("Key uris are written and read back") {
    const KeyUri uri{"folder", store::Location::local_machine, Bytes(32, 0xab)};
    std::string hex;
    for (int i = 0; i < 32; ++i)
        hex += "ab";
    CHECK(uri.to_string() == "folder:LocalMachine/keys/" + hex);
    const KeyUri read = must(KeyUri::parse(uri.to_string()));
    CHECK(read.kind == "folder");
    CHECK(read.location == store::Location::local_machine);
    CHECK(read.sha256 == uri.sha256);
}

TEST_CASE("What is no key uri is refused") {
    const std::string hex(64, 'a');
    for (const std::string &bad :
         {std::string(), std::string("folder:"), "folder:LocalMachine/keys/" + hex.substr(1),
          "LocalMachine/keys/" + hex, "folder:Nowhere/keys/" + hex, "folder:LocalMachine/My/" + hex,
          "folder:LocalMachine/keys/../" + hex, "folder:LocalMachine/keys/" + hex + "/x",
          "folder:LocalMachine/keys/" + std::string(64, 'g'),
          "folder:LocalMachine/keys/" + std::string(32, ' ') + hex.substr(32),
          "folder:LocalMachine/keys/" + hex + "a"}) {
        INFO(bad);
        const auto parsed = KeyUri::parse(bad);
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().id() == "Store.Uri");
    }
}
