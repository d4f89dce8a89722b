#include "base/event_log.hpp"

#include <catch2/catch_test_macros.hpp>

#include "base/event.hpp"
#include "base/win32.hpp"

using namespace certbroker;

namespace {

constexpr wchar_t key_name[] = L"SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\CertBroker";

} // namespace

TEST_CASE("The Event Log is written to when the source is registered, and left alone when it is not") {
    if (!win32::is_elevated()) SKIP("only an administrator registers a source");
    HKEY key = nullptr;
    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, key_name, 0, KEY_QUERY_VALUE, &key) == ERROR_SUCCESS) {
        (void)RegCloseKey(key);
        SKIP("the source is registered on this machine");
    }
    CHECK(system_event_log() == nullptr);
    REQUIRE(RegCreateKeyExW(HKEY_LOCAL_MACHINE, key_name, 0, nullptr, 0, KEY_ALL_ACCESS, nullptr, &key, nullptr) ==
            ERROR_SUCCESS);
    (void)RegCloseKey(key);
    const auto log = system_event_log();
    CHECK(log != nullptr);
    // Whether the text arrives is Windows' business; that the call is taken is ours.
    if (log) log->event(LogEvent(events::certificate_issued, "issuance", "a test"));
    CHECK(RegDeleteKeyW(HKEY_LOCAL_MACHINE, key_name) == ERROR_SUCCESS);
}
