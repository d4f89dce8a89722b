#include "store/windows/providers.hpp"

#include <algorithm>

#include "store/windows/cng_key.hpp"
#include "windows/world.hpp"

using namespace certbroker;
using namespace certbroker::store;
using namespace certbroker::store::test;

TEST_CASE("The computer's key providers are listed, CryptoAPI's with their types") {
    const auto providers = key_providers();
    const auto has = [&](std::string_view name, std::uint32_t type) {
        return std::any_of(providers.begin(), providers.end(),
                           [&](const KeyProvider &p) { return p.name == name && p.type == type; });
    };
    CHECK(has("Microsoft RSA SChannel Cryptographic Provider", 12));
    CHECK(has("Microsoft Enhanced RSA and AES Cryptographic Provider", 24));
    if (!platform::no_cng_keys().empty()) SKIP(platform::no_cng_keys());
    CHECK(has("Microsoft Software Key Storage Provider", 0));
}

TEST_CASE("A key's provider is the one that was named, by name, by type, or Windows' own") {
    const auto chosen = [](const std::string &name, std::uint32_t type, std::uint32_t spec = 0) {
        KeyOptions options;
        options.provider_name = name;
        options.provider_type = type;
        options.key_spec = spec;
        return choose_provider(options, Location::local_machine);
    };
    const KeyPlace own = must(chosen("", 0));
    CHECK(own.provider == software_ksp);
    CHECK(own.cng());
    CHECK(own.spec == 0);
    CHECK(own.machine);
    const KeyPlace named = must(chosen("microsoft rsa schannel cryptographic provider", 0));
    CHECK(named.type == 12);
    CHECK(named.spec == AT_KEYEXCHANGE);
    CHECK(must(chosen("Microsoft RSA SChannel Cryptographic Provider", 12, AT_SIGNATURE)).spec == AT_SIGNATURE);
    const KeyPlace typed = must(chosen("", 24));
    CHECK(typed.type == 24);
    CHECK(win32::narrow(typed.provider).find("RSA and AES") != std::string::npos);
    CHECK(id_of(chosen("", 999)) == "Store.KeyProvider");
    CHECK(id_of(chosen("", 0, 3)) == "Base.Argument");
    CHECK(id_of(chosen("\xff", 0)) == "Base.Text");
}

TEST_CASE("Hardware is there or not, and that does not change") {
    CHECK(has_hardware_keys() == has_hardware_keys());
}
