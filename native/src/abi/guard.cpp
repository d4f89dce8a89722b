#include "abi/guard.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "base/event.hpp"

namespace certbroker::abi {
namespace {

bool is_flag(std::string_view value) {
    constexpr std::array<std::string_view, 6> words{"true", "false", "yes", "no", "0", "1"};
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return iequals(value, word); });
}

std::optional<std::int64_t> parse_number(std::string_view value) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (value.empty() || error != std::errc() || end != value.data() + value.size()) return std::nullopt;
    return number;
}

Result<void> check_option(const OptionInfo &info, const std::string &value) {
    if (info.kind == OptionKind::flag && !is_flag(value))
        return fail(errors::option_value,
                    std::string("The option '") + info.name + "' could not be used: it takes true or false");
    if (info.kind != OptionKind::number) return {};
    const auto number = parse_number(value);
    if (!number || *number < info.min || *number > info.max)
        return fail(errors::option_value, std::string("The option '") + info.name +
                                              "' could not be used: it takes a number from " +
                                              std::to_string(info.min) + " to " + std::to_string(info.max));
    return {};
}

} // namespace

Result<Settings> settings_in(const certbroker_settings *handle, const char *what) {
    CERTBROKER_TRY(const auto settings, resolve_optional<Settings>(handle, what));
    return settings ? *settings : Settings();
}

Result<Settings> options_in(const certbroker_settings *handle, const char *what,
                            std::initializer_list<OptionInfo> known) {
    CERTBROKER_TRY(Settings options, settings_in(handle, what));
    for (const auto &[name, value] : options.values()) {
        const auto info = std::find_if(known.begin(), known.end(), [&](const OptionInfo &o) { return name == o.name; });
        if (info == known.end()) {
            std::vector<std::string> names;
            for (const OptionInfo &o : known)
                names.emplace_back(o.name);
            const auto meant = nearest(name, names);
            return fail(errors::option_unknown, "The option '" + name + "' could not be used: it is not known here" +
                                                    (meant ? "; did you mean '" + *meant + "'?" : ""));
        }
        const auto *text = std::get_if<std::string>(&value);
        if (text == nullptr)
            return fail(errors::option_value,
                        "The option '" + name + "' could not be used: it takes a text, not a secret");
        CERTBROKER_CHECK(check_option(*info, *text));
    }
    return options;
}

std::string option_text(const Settings &options, std::string_view name) {
    const std::string *text = options.text(name);
    return text != nullptr ? *text : std::string();
}

std::int64_t option_number(const Settings &options, std::string_view name, std::int64_t otherwise) {
    const std::string *text = options.text(name);
    return text != nullptr ? parse_number(*text).value_or(otherwise) : otherwise;
}

OperationScope::OperationScope(const Context &context, const certbroker_operation *given) {
    const issuance::BrokerOptions &options = context.broker->options();
    context_log_ = options.log;
    if (given != nullptr) {
        // Only what the caller's struct_size covers is read: it may be of an older, shorter version.
        const std::size_t size = std::min<std::size_t>(given->struct_size, sizeof(given_));
        if (size < sizeof(given->struct_size) + sizeof(given->timeout_ms)) {
            problem_ =
                fail(errors::argument, "The parameter 'operation' could not be used: its struct_size is not set");
            return;
        }
        std::memcpy(&given_, given, size);
    }
    operation_.clock = options.clock;
    operation_.log = this;
    if (given_.progress != nullptr) operation_.progress = this;
    if (given_.cancel != nullptr) {
        auto cancel = resolve<CancelObject>(given_.cancel, "operation.cancel");
        if (!cancel) {
            problem_ = std::move(cancel).error();
            return;
        }
        operation_.cancellation = (*cancel)->cancellation;
    }
    const auto timeout =
        given_.timeout_ms != 0 ? std::chrono::milliseconds(given_.timeout_ms) : options.default_timeout;
    operation_ = operation_.with_timeout(timeout);
}

Result<void> OperationScope::ready() const {
    if (problem_) return *problem_;
    return {};
}

void OperationScope::write(LogLevel level, std::string_view source, std::string_view message) noexcept {
    if (context_log_) context_log_->write(level, source, message);
    call_back(level, source, message);
}

void OperationScope::event(const LogEvent &event) noexcept {
    if (context_log_) context_log_->event(event);
    // How the call ended its caller hears from the call itself; the event is no warning on top of that.
    call_back(std::min(event.kind().level, LogLevel::info), event.source(), event.message());
}

bool OperationScope::tracing() const noexcept {
    return wants_trace() || (context_log_ && context_log_->tracing());
}

void OperationScope::trace(std::string_view source, std::string_view text) noexcept {
    if (context_log_ && context_log_->tracing()) context_log_->trace(source, text);
    if (wants_trace()) call_back(LogLevel::trace, source, text);
}

void OperationScope::call_back(LogLevel level, std::string_view source, std::string_view message) noexcept {
    if (given_.log == nullptr || std::this_thread::get_id() != caller_) return;
    (void)quiet(0, [&] {
        given_.log(given_.payload, static_cast<std::int32_t>(level), std::string(source).c_str(),
                   std::string(message).c_str());
        return 0;
    });
}

bool OperationScope::report(Stage stage, std::int32_t percent, std::string_view message) {
    if (given_.progress == nullptr || std::this_thread::get_id() != caller_) return true;
    return given_.progress(given_.payload, static_cast<std::int32_t>(stage), percent, std::string(message).c_str()) ==
           0;
}

} // namespace certbroker::abi
