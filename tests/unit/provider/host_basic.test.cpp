#include <catch2/catch_test_macros.hpp>
#include <cstring>

#include "fake.hpp"
#include "provider/instance.hpp"

using namespace certbroker;
using namespace certbroker::test;

namespace {

class StillClock final : public Clock {
public:
    std::int64_t now() const override { return 1'234'567'890; }
    std::chrono::steady_clock::time_point monotonic() const override { return {}; }
};

} // namespace

TEST_CASE("A failure may have an id of the provider's own, and of no other's") {
    Host host;
    const auto id_for = [&](const char *id) {
        return id_of(host.check_with([id](const Plug &plug) {
            plug.host->fail_id(plug.call, id);
            return plug.fail(CBP_E_POLICY, "It could not be done: the profile forbids it");
        }));
    };
    CHECK(id_for("Fake.Forbidden") == "Fake.Forbidden");
    CHECK(id_for("FAKE.Forbidden2") == "FAKE.Forbidden2");
    for (const char *const bad : {"Http.Broken", "Fake", "Fake.", "fake.x", "Fake.x", "Fake.A-b", ".A", ""})
        CHECK(id_for(bad) == "Provider.Contract");
    CHECK(id_for(nullptr) == "Provider.Contract");
}

TEST_CASE("The host's table is whole") {
    const cbp_host &table = provider::host_table();
    CHECK(table.struct_size == sizeof(cbp_host));
    CHECK(table.abi_major == CERTBROKER_PLUGIN_ABI_MAJOR);
    // Every slot behind the header words is a function.
    const auto *slots = reinterpret_cast<void *const *>(&table.log);
    const std::size_t count = (sizeof(cbp_host) - offsetof(cbp_host, log)) / sizeof(void *);
    for (std::size_t i = 0; i < count; ++i)
        CHECK(slots[i] != nullptr);
}

TEST_CASE("Plugins get the host's clock") {
    Host host;
    const StillClock clock;
    host.services.clock = &clock;
    std::int64_t seen = 0;
    host.in_call([&](const Plug &plug) { seen = plug.host->now(plug.context); });
    CHECK(seen == 1'234'567'890);
}

TEST_CASE("Logging is asked for only where somebody reads it") {
    Host host;
    std::int32_t enabled = -1;
    host.in_call([&](const Plug &plug) { enabled = plug.host->log_enabled(plug.context, CBP_LOG_DEBUG); });
    CHECK(enabled == 1);
    host.operation.log = &null_log();
    host.services.log = nullptr;
    host.in_call([&](const Plug &plug) { enabled = plug.host->log_enabled(plug.context, CBP_LOG_DEBUG); });
    CHECK(enabled == 0);
}

TEST_CASE("Waiting waits, and random bytes differ") {
    Host host;
    host.in_call([](const Plug &plug) {
        const auto start = std::chrono::steady_clock::now();
        CHECK(plug.host->wait(plug.call, 30) == CBP_OK);
        CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(30));
        CHECK(plug.host->cancelled(plug.call) == 0);
        std::array<std::uint8_t, 32> first{}, second{};
        CHECK(plug.host->random(plug.call, first.data(), first.size()) == CBP_OK);
        CHECK(plug.host->random(plug.call, second.data(), second.size()) == CBP_OK);
        CHECK(plug.host->random(plug.call, nullptr, 0) == CBP_OK);
        CHECK(first != second);
    });
    CHECK(id_of(host.check_with([](const Plug &plug) {
              CHECK(plug.host->random(plug.call, nullptr, 10) != CBP_OK);
              return pass(plug);
          })) == "Provider.Contract");
}

TEST_CASE("Scratch memory is zeroed, aligned and limited") {
    Host host;
    host.in_call([](const Plug &plug) {
        for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{1000}, std::size_t{1} << 20U}) {
            auto *memory = static_cast<std::uint8_t *>(plug.host->scratch(plug.call, size));
            CHECK(memory != nullptr);
            if (memory == nullptr) return;
            CHECK(reinterpret_cast<std::uintptr_t>(memory) % alignof(std::max_align_t) == 0);
            bool zero = true;
            for (std::size_t i = 0; i < size; ++i)
                zero = zero && memory[i] == 0;
            CHECK(zero);
            std::memset(memory, 0xff, size);
        }
        CHECK(plug.host->scratch(plug.call, std::size_t{16} << 20U) == nullptr);
        CHECK(plug.host->scratch(plug.call, SIZE_MAX) == nullptr);
    });
}
