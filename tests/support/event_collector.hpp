#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/event.hpp"

namespace certbroker::test {

/// A log that keeps the events it is given, and drops lines.
class EventCollector final : public Log {
public:
    struct Kept {
        std::string name;
        std::string message;
        std::map<std::string, std::string> fields;
    };

    void write(LogLevel, std::string_view, std::string_view) noexcept override {}
    void event(const LogEvent &event) noexcept override {
        Kept kept{event.kind().name, event.message(), {}};
        for (const auto &[name, value] : event.fields())
            kept.fields[name] = value;
        const std::lock_guard lock(mutex_);
        events_.push_back(std::move(kept));
    }

    std::vector<Kept> events() const {
        const std::lock_guard lock(mutex_);
        return events_;
    }
    std::vector<std::string> names() const {
        std::vector<std::string> names;
        for (const Kept &event : events())
            names.push_back(event.name);
        return names;
    }
    /// The last one of that name; without a name when there is none.
    Kept last(const std::string &name) const {
        Kept found;
        for (const Kept &event : events()) {
            if (event.name == name) found = event;
        }
        return found;
    }
    void clear() {
        const std::lock_guard lock(mutex_);
        events_.clear();
    }

private:
    mutable std::mutex mutex_;
    std::vector<Kept> events_;
};

} // namespace certbroker::test
