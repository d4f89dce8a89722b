// The host against bad plugins: each has one sin; none may bring the host down, and each is told why it is refused.
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "provider/provider.hpp"
#include "support/platform.hpp"

using namespace certbroker;

namespace {

namespace fs = std::filesystem;

/// A registry over the zoo, and a connection to one animal.
struct Keeper {
    Keeper()
        : stores(store::Roots::under("/nonexistent/zoo")), state(provider::make_memory_state()),
          registry({CERTBROKER_ZOO, "", true}) {
        services.stores = &stores;
        services.state = state.get();
        services.random = &crypto::system_random();
        services.clock = &system_clock();
        services.log = &null_log();
        services.store_kind = "memory";
        operation = Operation().with_timeout(std::chrono::seconds(10));
    }

    std::string refusal(const std::string &animal) {
        for (const auto &plugin : registry.plugins()) {
            if (plugin->id == "zoo-" + animal) return plugin->usable() ? "" : plugin->disabled_reason;
        }
        return "not listed";
    }

    std::unique_ptr<provider::Provider> open(const std::string &animal) {
        auto plugin = registry.find("zoo-" + animal);
        if (!plugin) FAIL(describe(plugin.error()));
        auto opened = provider::Provider::open(*plugin, animal, Settings(), services, operation);
        if (!opened) FAIL(describe(opened.error()));
        return *std::move(opened);
    }

    Result<provider::Outcome> submit(provider::Provider &ca) {
        const crypto::KeyHandle key = *crypto::generate_key({crypto::KeyAlgorithm::ecdsa_p256, 256});
        x509::CsrSpec spec;
        spec.subject = *x509::Name::parse("CN=zoo");
        const x509::Csr csr = *x509::create_csr(spec, *key);
        provider::Order order;
        order.csr = &csr;
        order.idempotency = "zoo-order";
        return ca.submit(order, operation);
    }

    store::StoreRegistry stores;
    std::unique_ptr<provider::StateStore> state;
    provider::Services services;
    provider::Registry registry;
    Operation operation;
};

/// The breach that a submit shows; it is the plugin's fault, and said to be so.
std::string breach(const std::string &animal) {
    Keeper keeper;
    const auto ca = keeper.open(animal);
    const auto outcome = keeper.submit(*ca);
    REQUIRE_FALSE(outcome.has_value());
    CHECK(outcome.error().status() == Status::plugin);
    CHECK(outcome.error().id() == "Provider.Contract");
    CHECK_FALSE(outcome.error().remedy().empty());
    return describe(outcome.error());
}

} // namespace

TEST_CASE("Animals whose table is wrong are listed, with the reason, and stop nobody else") {
    Keeper keeper;
    for (const char *animal : {"wrong-major", "short-size", "null-slot", "silent-slot", "wrong-id", "no-title",
                               "no-describe", "null-describe", "bad-setting"}) {
        INFO(animal);
        const std::string reason = keeper.refusal(animal);
        CHECK_FALSE(reason.empty());
        CHECK(reason != "not listed");
        const auto found = keeper.registry.find(std::string("zoo-") + animal);
        REQUIRE_FALSE(found.has_value());
        CHECK(found.error().id() == "Provider.Disabled");
    }
    CHECK(keeper.refusal("newer").empty());
    CHECK(keeper.refusal("older").empty());
    CHECK(keeper.refusal("wrong-major").find("77") != std::string::npos);
    CHECK(keeper.refusal("null-slot").find("revoke") != std::string::npos);
    CHECK(keeper.refusal("bad-setting").find("colour") != std::string::npos);
}

TEST_CASE("Answers that break the contract are E_PLUGIN, whatever they are") {
    for (const char *animal : {"no-result", "two-results", "silent-error", "foreign-status", "failed-success",
                               "big-token", "garbage-certificate", "no-certificate"}) {
        INFO(animal);
        (void)breach(animal);
    }
}

TEST_CASE("An exception that leaves a plugin of the same toolchain is caught and reported") {
    Keeper keeper;
    const auto ca = keeper.open("thrower");
    const auto outcome = keeper.submit(*ca);
    REQUIRE_FALSE(outcome.has_value());
    CHECK(outcome.error().status() == Status::plugin);
}

TEST_CASE("A plugin that does not come back is abandoned: the caller gets its time-out, and nobody waits for it") {
    Keeper keeper;
    auto ca = keeper.open("sleeper");
    ca->set_grace(std::chrono::milliseconds(100));
    keeper.operation = Operation().with_timeout(std::chrono::milliseconds(100));
    const auto start = std::chrono::steady_clock::now();
    const auto outcome = keeper.submit(*ca);
    REQUIRE_FALSE(outcome.has_value());
    CHECK(outcome.error().status() == Status::timeout);
    keeper.operation = Operation().with_timeout(std::chrono::seconds(10));
    const auto again = keeper.submit(*ca);
    REQUIRE_FALSE(again.has_value());
    CHECK(again.error().id() == "Provider.Poisoned");
    ca.reset();
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(30)); // it sleeps ten minutes
}

TEST_CASE("Calls that are over are known to be over, and NULL is survived") {
    Keeper keeper;
    const auto late = keeper.open("late-caller");
    CHECK(keeper.submit(*late).has_value());
    const auto second = keeper.submit(*late);
    // Using a finished call is a breach; whether the host reports it or ignores it, the second answer is never mixed
    // up.
    if (second)
        CHECK(second->message == "no");
    else
        CHECK(second.error().status() == Status::plugin);
    const auto nulls = keeper.open("null-arguments");
    const auto outcome = keeper.submit(*nulls);
    if (!outcome) CHECK(outcome.error().status() != Status::ok);
}

TEST_CASE("Plugins of earlier and later versions of the interface work") {
    Keeper keeper;
    for (const char *animal : {"older", "newer"}) {
        INFO(animal);
        const auto ca = keeper.open(animal);
        const auto outcome = keeper.submit(*ca);
        if (!outcome) FAIL(describe(outcome.error()));
        CHECK(outcome->state == provider::Outcome::State::denied);
    }
}

TEST_CASE("A file that is no library is listed with its reason; other files are passed over") {
    const fs::path folder = fs::temp_directory_path() / ("certbroker-zoo-" + std::to_string(test::process_id()));
    fs::create_directories(folder);
    std::ofstream(folder / (std::string("certbroker-text") + test::plugin_suffix)) << "this is no library";
    std::ofstream(folder / (std::string("certbroker-UPPER") + test::plugin_suffix)) << "no id";
    std::ofstream(folder / "notes.txt") << "not even named like one";
    provider::Registry registry({folder.string(), "", true});
    bool listed = false;
    for (const auto &plugin : registry.plugins()) {
        CHECK_FALSE(plugin->usable());
        CHECK_FALSE(plugin->disabled_reason.empty());
        if (plugin->id == "text") listed = true;
    }
    CHECK(listed);
    fs::remove_all(folder);
}

TEST_CASE("Without approval a plugin is not loaded; with one it is, until the file changes") {
    const fs::path folder = fs::temp_directory_path() / ("certbroker-approve-" + std::to_string(test::process_id()));
    fs::create_directories(folder);
    test::let_write(folder, test::Writers::owner);
    const std::string name = std::string("certbroker-zoo-newer") + test::plugin_suffix;
    const fs::path file = folder / name;
    fs::copy_file(fs::path(CERTBROKER_ZOO) / name, file, fs::copy_options::overwrite_existing);
    const provider::RegistryOptions options{folder.string(), (folder / "approvals").string(), false};
    std::string hash;
    {
        provider::Registry registry(options);
        REQUIRE(registry.plugins().size() == 1);
        hash = registry.plugins().front()->sha256;
        CHECK(registry.plugins().front()->trust == provider::Trust::not_approved);
        CHECK(registry.find("zoo-newer").error().id() == "Provider.Disabled");
        CHECK(registry.approve("zoo-newer", std::string(64, '0')).error().id() == "Provider.HashMismatch");
        const auto approved = registry.approve("zoo-newer", hash);
        if (!approved && approved.error().status() == Status::access)
            SKIP("the temporary folder's parents may be written by others: " + describe(approved.error()));
        REQUIRE(approved.has_value());
        CHECK(registry.find("zoo-newer").has_value());
    }
    // Another file of that name. In another folder, as Windows lets nobody change a library that is loaded.
    const fs::path later = folder / "later";
    fs::create_directories(later);
    test::let_write(later, test::Writers::owner);
    fs::copy_file(fs::path(CERTBROKER_ZOO) / name, later / name);
    std::ofstream(later / name, std::ios::app | std::ios::binary) << "changed";
    provider::Registry registry(provider::RegistryOptions{later.string(), options.approvals_file, false});
    REQUIRE(registry.plugins().size() == 1);
    CHECK_FALSE(registry.plugins().front()->usable());
    CHECK(registry.plugins().front()->trust == provider::Trust::changed);
    std::error_code loaded; // Windows keeps the file of a loaded library
    fs::remove_all(folder, loaded);
}
