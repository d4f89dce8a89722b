#include "base/event_log.hpp"

#include "base/event.hpp"
#include "base/log_format.hpp"
#include "base/text.hpp"

namespace certbroker {
namespace {

/// ReportEventW takes 31,839 characters.
constexpr std::size_t max_text = 30'000;

class EventLog final : public Log {
public:
    explicit EventLog(std::unique_ptr<EventReporter> reporter) : reporter_(std::move(reporter)) {}
    void write(LogLevel, std::string_view, std::string_view) noexcept override {}
    void event(const LogEvent &event) noexcept override {
        if (event.kind().level < LogLevel::info) return;
        try {
            std::string text = log_format::harmless(event.message());
            text += "\n";
            for (const auto &[name, value] : event.fields())
                text += "\n" + std::string(name) + ": " + log_format::harmless(value);
            if (text.size() > max_text) {
                text.resize(max_text);
                while (!is_valid_utf8(text))
                    text.pop_back();
            }
            reporter_->report(event.kind().level, static_cast<std::uint32_t>(event.kind().id), text);
        } catch (...) { // NOLINT(bugprone-empty-catch): a log line is not worth a failed request
        }
    }

private:
    std::unique_ptr<EventReporter> reporter_;
};

} // namespace

std::shared_ptr<Log> event_log(std::unique_ptr<EventReporter> reporter) {
    if (!reporter) return nullptr;
    return std::make_shared<EventLog>(std::move(reporter));
}

} // namespace certbroker
