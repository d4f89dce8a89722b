#include "abi/handle.hpp"

#include <catch2/catch_test_macros.hpp>

#include <thread>
#include <vector>

#include "abi/objects.hpp"

using namespace certbroker;
using namespace certbroker::abi;

TEST_CASE("A handle gives its object back, and only as what it is") {
    auto *handle = make_handle<certbroker_settings>(std::make_shared<Settings>());
    CHECK(lookup<Settings>(handle) != nullptr);
    CHECK(lookup<Secret>(handle) == nullptr);
    CHECK(handles::remove(Kind::secret, handle) == nullptr);
    CHECK(handles::remove(Kind::settings, handle) != nullptr);
    CHECK(lookup<Settings>(handle) == nullptr);
    CHECK(handles::remove(Kind::settings, handle) == nullptr);
}

TEST_CASE("A slot that is used again does not revive the old handle") {
    auto *old = make_handle<certbroker_settings>(std::make_shared<Settings>());
    (void)handles::remove(Kind::settings, old);
    std::vector<certbroker_settings *> others;
    for (int i = 0; i < 100; ++i)
        others.push_back(make_handle<certbroker_settings>(std::make_shared<Settings>()));
    CHECK(lookup<Settings>(old) == nullptr);
    for (auto *other : others) {
        CHECK(other != old);
        (void)handles::remove(Kind::settings, other);
    }
}

TEST_CASE("Handles may be made, used and freed from many threads at once") {
    const std::size_t before = handles::count(Kind::settings);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([] {
            for (int i = 0; i < 5'000; ++i) {
                auto *handle = make_handle<certbroker_settings>(std::make_shared<Settings>());
                if (!lookup<Settings>(handle)) std::abort();
                (void)handles::remove(Kind::settings, handle);
            }
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    CHECK(handles::count(Kind::settings) == before);
}

TEST_CASE("A lent handle is gone with its owner") {
    const certbroker_certificate *lent = nullptr;
    {
        const LentHandle<certbroker_settings, Settings> owner(std::make_shared<Settings>());
        lent = reinterpret_cast<const certbroker_certificate *>(owner.get());
        CHECK(lookup<Settings>(lent) != nullptr);
    }
    CHECK(lookup<Settings>(lent) == nullptr);
}
