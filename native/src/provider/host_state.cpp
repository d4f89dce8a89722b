#include "base/text.hpp"
#include "provider/host.hpp"

namespace certbroker::provider::host {
namespace {

constexpr std::size_t max_key = 200;
constexpr std::size_t max_value = 1024UL * 1024;
constexpr std::size_t max_put = 1000;

Result<StateStore *> state_of(Call &call) {
    StateStore *state = call.instance().services.state;
    if (state == nullptr)
        return fail(errors::provider_unsupported,
                    "The provider cannot remember anything: there is no place for its state here");
    return state;
}

Result<std::string> key_text(Call &call, const char *given) {
    CERTBROKER_TRY(std::string key, call.text(given, "key", max_key));
    if (key.empty()) return call.breach("'key' is empty");
    return key;
}

cbp_status CBP_CALL state_get(cbp_call *handle, const char *given, cbp_bytes *value) {
    return serve<cbp_status>(handle, "state_get", CBP_E_CANCELLED, [&](Call &call) -> cbp_status {
        const auto read = [&]() -> Result<std::optional<Bytes>> {
            CERTBROKER_CHECK(call.required(value, "value"));
            CERTBROKER_TRY(const std::string key, key_text(call, given));
            CERTBROKER_TRY(StateStore *const state, state_of(call));
            return state->get(call.instance().name, key);
        };
        auto found = read();
        if (!found) return call.host_failed(std::move(found).error());
        if (!*found) return CBP_E_NOT_FOUND;
        *value = call.keep(**std::move(found));
        return CBP_OK;
    });
}

using Values = std::vector<std::pair<std::string, Bytes>>;

Result<Values> read_values(Call &call, const char *const *keys, const cbp_bytes *values, size_t count) {
    if (count > max_put) return call.breach("more than 1,000 values are put at once");
    if (count == 0) return Values();
    CERTBROKER_CHECK(call.required(keys, "keys"));
    CERTBROKER_CHECK(call.required(values, "values"));
    Values pairs;
    pairs.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        CERTBROKER_TRY(std::string key, key_text(call, keys[i]));
        CERTBROKER_TRY(const ByteView value, call.bytes(values[i], "values", max_value));
        pairs.emplace_back(std::move(key), to_bytes(value));
    }
    return pairs;
}

cbp_status CBP_CALL state_put(cbp_call *handle, const char *const *keys, const cbp_bytes *values, size_t count) {
    return serve_status(handle, "state_put", [&](Call &call) -> Result<void> {
        CERTBROKER_TRY(const Values pairs, read_values(call, keys, values, count));
        CERTBROKER_TRY(StateStore *const state, state_of(call));
        return state->put(call.instance().name, pairs);
    });
}

cbp_status CBP_CALL state_put_new(cbp_call *handle, const char *const *keys, const cbp_bytes *values, size_t count) {
    return serve<cbp_status>(handle, "state_put_new", CBP_E_CANCELLED, [&](Call &call) -> cbp_status {
        const auto put = [&]() -> Result<bool> {
            CERTBROKER_TRY(const Values pairs, read_values(call, keys, values, count));
            CERTBROKER_TRY(StateStore *const state, state_of(call));
            return state->put_new(call.instance().name, pairs);
        };
        auto written = put();
        if (!written) return call.host_failed(std::move(written).error());
        return *written ? CBP_OK : CBP_E_EXISTS;
    });
}

cbp_status CBP_CALL state_list(cbp_call *handle, const char *given, const cbp_list **out) {
    return serve_status(handle, "state_list", [&](Call &call) -> Result<void> {
        CERTBROKER_CHECK(call.required(out, "keys"));
        CERTBROKER_TRY(const std::string prefix, call.optional_text(given, "prefix", max_key));
        CERTBROKER_TRY(StateStore *const state, state_of(call));
        CERTBROKER_TRY(const std::vector<std::string> keys, state->list(call.instance().name, prefix));
        ListObject list;
        list.items.reserve(keys.size());
        for (const std::string &key : keys)
            list.items.push_back(to_bytes(as_bytes(key)));
        *out = call.add<cbp_list>(std::move(list));
        return {};
    });
}

cbp_status CBP_CALL state_count(cbp_call *handle, const char *given, uint64_t *value) {
    return serve_status(handle, "state_count", [&](Call &call) -> Result<void> {
        CERTBROKER_CHECK(call.required(value, "value"));
        CERTBROKER_TRY(const std::string key, key_text(call, given));
        CERTBROKER_TRY(StateStore *const state, state_of(call));
        CERTBROKER_TRY(*value, state->count(call.instance().name, key));
        return {};
    });
}

} // namespace

void fill_state(cbp_host &table) noexcept {
    table.state_get = &state_get;
    table.state_put = &state_put;
    table.state_put_new = &state_put_new;
    table.state_list = &state_list;
    table.state_count = &state_count;
}

} // namespace certbroker::provider::host
