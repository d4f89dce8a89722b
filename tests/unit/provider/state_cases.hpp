#pragma once

#include <string>
#include <vector>

#include "provider/state.hpp"
#include "support/pki.hpp"

namespace certbroker::test {

/// What every StateStore must do; `state` is empty.
inline void check_state(provider::StateStore &state) {
    const auto get = [&](std::string_view instance, std::string_view key) -> std::string {
        const auto value = must(state.get(instance, key));
        return value ? std::string(as_text(*value)) : std::string("(none)");
    };
    const auto bytes = [](std::string_view text) { return to_bytes(as_bytes(text)); };
    CHECK(get("a", "k") == "(none)");
    must(state.put("a", {{"k", bytes("1")}, {"p/2", bytes("2")}, {"p/1", bytes("1")}, {"p0", bytes("x")}}));
    must(state.put("b", {{"k", bytes("other")}}));
    CHECK(get("a", "k") == "1");
    CHECK(get("b", "k") == "other");
    must(state.put("a", {{"k", bytes("new")}}));
    CHECK(get("a", "k") == "new");
    CHECK(must(state.list("a", "p/")) == std::vector<std::string>{"p/1", "p/2"});
    CHECK(must(state.list("a", "")) == std::vector<std::string>{"k", "p/1", "p/2", "p0"});
    CHECK(must(state.list("c", "")).empty());
    must(state.put("a", {{"k", {}}, {"absent", {}}}));
    CHECK(get("a", "k") == "(none)");
    must(state.put("a", {}));
    const std::string odd("nul\0and \xf0\x9f\x98\x80", 12);
    must(state.put("a", {{"odd", bytes(odd)}}));
    CHECK(get("a", "odd") == odd);

    CHECK(must(state.put_new("a", {{"root", bytes("r")}, {"root-key", bytes("k")}})));
    CHECK_FALSE(must(state.put_new("a", {{"fresh", bytes("f")}, {"root-key", bytes("K")}})));
    CHECK(get("a", "fresh") == "(none)");
    CHECK(get("a", "root-key") == "k");
    CHECK(must(state.put_new("b", {{"root", bytes("r")}})));

    CHECK(must(state.count("a", "n")) == 1);
    CHECK(must(state.count("a", "n")) == 2);
    CHECK(must(state.count("b", "n")) == 1);
}

} // namespace certbroker::test
