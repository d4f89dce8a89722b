#include "base/win32.hpp"

#include "base/event_log.hpp"

namespace certbroker {
namespace {

constexpr wchar_t registration[] = L"SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\CertBroker";

/// Windows takes events of sources that nobody registered, too, but shows them without their text.
bool is_registered() {
    HKEY key = nullptr;
    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, registration, 0, KEY_QUERY_VALUE, &key) != ERROR_SUCCESS) return false;
    (void)RegCloseKey(key);
    return true;
}

class WindowsReporter final : public EventReporter {
public:
    explicit WindowsReporter(HANDLE log) : log_(log) {}
    WindowsReporter(const WindowsReporter &) = delete;
    WindowsReporter &operator=(const WindowsReporter &) = delete;
    ~WindowsReporter() override { (void)DeregisterEventSource(log_); }

    void report(LogLevel level, std::uint32_t id, const std::string &text) noexcept override {
        try {
            const WORD type = level == LogLevel::error     ? EVENTLOG_ERROR_TYPE
                              : level == LogLevel::warning ? EVENTLOG_WARNING_TYPE
                                                           : EVENTLOG_INFORMATION_TYPE;
            const std::wstring wide = win32::widen(text);
            const wchar_t *texts = wide.c_str();
            (void)ReportEventW(log_, type, 0, id, nullptr, 1, 0, &texts, nullptr);
        } catch (...) { // NOLINT(bugprone-empty-catch): the event is in the log file, if there is one
        }
    }

private:
    HANDLE log_;
};

} // namespace

std::shared_ptr<Log> system_event_log() {
    if (!is_registered()) return nullptr;
    const HANDLE log = RegisterEventSourceW(nullptr, win32::widen(event_log_source).c_str());
    if (log == nullptr) return nullptr;
    return event_log(std::make_unique<WindowsReporter>(log));
}

} // namespace certbroker
