#include <algorithm>
#include <chrono>
#include <ctime>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "crypto/random.hpp"
#include "provider/host.hpp"

namespace certbroker::provider {
namespace host {
namespace {

std::string_view bounded(const char *text) {
    return text == nullptr ? std::string_view() : std::string_view(text, strnlen(text, 64UL * 1024));
}

void CBP_CALL log(cbp_host_ctx *context, int32_t level, const char *message) {
    (void)serve<int>(context, "log", 0, [&](Call &call) {
        const auto clamped = std::clamp<int32_t>(level, CBP_LOG_TRACE, CBP_LOG_ERROR);
        call.queue_log(static_cast<LogLevel>(clamped), call.instance().source, std::string(bounded(message)));
        return 0;
    });
}

int32_t CBP_CALL log_enabled(cbp_host_ctx *context, int32_t) {
    return serve<int32_t>(context, "log_enabled", 0,
                          [](Call &call) { return call.operation().log != &null_log() ? 1 : 0; });
}

int64_t CBP_CALL now(cbp_host_ctx *context) {
    // A plugin that runs on after it was abandoned still gets a time; only the injected clock may be gone.
    const auto machine = static_cast<int64_t>(std::time(nullptr));
    return serve<int64_t>(context, "now", machine, [](Call &call) { return call.instance().services.clock->now(); });
}

cbp_status CBP_CALL wait(cbp_call *handle, uint32_t milliseconds) {
    return serve_status(handle, "wait", [&](Call &call) -> Result<void> {
        const Operation &operation = call.operation();
        const std::string what = std::string("The provider could not ") + call.slot();
        const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
        // The deadline may be on a clock that tests move, so it is looked at again and again.
        constexpr std::chrono::milliseconds slice{100};
        for (;;) {
            CERTBROKER_CHECK(operation.check(what));
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
            if (left.count() <= 0) return {};
            const auto until_deadline = std::max(operation.remaining(), std::chrono::milliseconds(1));
            (void)operation.cancellation->wait_for(std::min({left, slice, until_deadline}));
        }
    });
}

int32_t CBP_CALL cancelled(cbp_call *handle) {
    return serve<int32_t>(handle, "cancelled", 1,
                          [](Call &call) { return call.operation().cancellation->requested() ? 1 : 0; });
}

void CBP_CALL progress(cbp_call *handle, int32_t percent, const char *message) {
    (void)serve<int>(handle, "progress", 0, [&](Call &call) {
        call.queue_progress(call.stage(), std::clamp<int32_t>(percent, -1, 100), std::string(bounded(message)));
        return 0;
    });
}

cbp_status CBP_CALL fail_call(cbp_call *handle, cbp_status status, const char *message) {
    return serve<cbp_status>(handle, "fail", status, [&](Call &call) {
        if (!is_plugin_error(status))
            (void)call.breach("the status " + std::to_string(status) + " is none a provider may fail with");
        else
            call.plugin_failed(status, message);
        return status;
    });
}

void CBP_CALL fail_remedy(cbp_call *handle, const char *remedy) {
    (void)serve<int>(handle, "fail_remedy", 0, [&](Call &call) {
        call.set_remedy(call.redactor().clean(bounded(remedy), 1000));
        return 0;
    });
}

/// Whether an id begins with the plugin's own name: "DigiCert.X" for digicert, "MicrosoftCa.X" for microsoft-ca.
bool is_own_id(std::string_view id, std::string_view plugin) {
    const auto dot = id.find('.');
    if (dot == std::string_view::npos || id.size() > 80) return false;
    const auto is_word = [](std::string_view word) {
        return !word.empty() && word.front() >= 'A' && word.front() <= 'Z' &&
               std::all_of(word.begin(), word.end(), [](char c) {
                   return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
               });
    };
    std::string area(plugin);
    std::erase(area, '-');
    return is_word(id.substr(0, dot)) && is_word(id.substr(dot + 1)) && iequals(id.substr(0, dot), area);
}

void CBP_CALL fail_id(cbp_call *handle, const char *id) {
    (void)serve<int>(handle, "fail_id", 0, [&](Call &call) {
        const std::string_view given = bounded(id);
        const std::string &plugin = call.instance().plugin->id;
        if (!is_own_id(given, plugin))
            (void)call.breach("'" + std::string(given.substr(0, 100)) +
                              "' is no id for failures of this provider: it begins with the provider's name");
        else
            call.set_failure_id(std::string(given));
        return 0;
    });
}

void CBP_CALL fail_detail(cbp_call *handle, int32_t detail, int64_t value) {
    (void)serve<int>(handle, "fail_detail", 0, [&](Call &call) {
        switch (detail) {
        case CBP_DETAIL_HTTP_STATUS:
        case CBP_DETAIL_OS_CODE:
        case CBP_DETAIL_RETRY_AFTER_SECONDS:
        case CBP_DETAIL_LINE:
        case CBP_DETAIL_COLUMN:
        case CBP_DETAIL_NOT_SENT:
        case CBP_DETAIL_FIND_LAG_SECONDS:
            call.set_number(static_cast<ErrorNumber>(detail), value);
            break;
        default:
            break; // a newer plugin's; it was told this host's version
        }
        return 0;
    });
}

cbp_status CBP_CALL random(cbp_call *handle, uint8_t *out, size_t size) {
    return serve_status(handle, "random", [&](Call &call) -> Result<void> {
        if (size > 1024UL * 1024) return call.breach("more than 1 MiB was asked for");
        if (size == 0) return {};
        CERTBROKER_CHECK(call.required(out, "out"));
        return call.instance().services.random->fill(std::span(out, size));
    });
}

void *CBP_CALL scratch(cbp_call *handle, size_t size) {
    return serve<void *>(handle, "scratch", nullptr, [&](Call &call) { return call.scratch(size); });
}

} // namespace

void fill_basic(cbp_host &table) noexcept {
    table.log = &log;
    table.log_enabled = &log_enabled;
    table.now = &now;
    table.wait = &wait;
    table.cancelled = &cancelled;
    table.progress = &progress;
    table.fail = &fail_call;
    table.fail_remedy = &fail_remedy;
    table.fail_detail = &fail_detail;
    table.fail_id = &fail_id;
    table.random = &random;
    table.scratch = &scratch;
}

} // namespace host

const cbp_host &host_table() noexcept {
    static const cbp_host table = [] {
        cbp_host made{};
        made.struct_size = sizeof(cbp_host);
        made.abi_major = CERTBROKER_PLUGIN_ABI_MAJOR;
        made.abi_minor = CERTBROKER_PLUGIN_ABI_MINOR;
        host::fill_basic(made);
        host::fill_settings(made);
        host::fill_http(made);
        host::fill_keys(made);
        host::fill_objects(made);
        host::fill_cms(made);
        host::fill_signing(made);
        host::fill_state(made);
        host::fill_results(made);
        return made;
    }();
    return table;
}

cbp_plugin complete_table(const cbp_plugin &descriptor) noexcept {
    cbp_plugin table{};
    std::memcpy(&table, &descriptor, std::min<std::size_t>(descriptor.struct_size, sizeof(table)));
    return table;
}

} // namespace certbroker::provider
