#pragma once

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "errors.hpp"

namespace microsoft_ca::test {

/// What the body throws; a failed case when it throws nothing.
template<class Body>
Failure failure_of(Body &&body) {
    try {
        body();
    } catch (const Failure &problem) {
        CHECK_FALSE(problem.remedy.empty());
        CHECK(problem.message.find('\n') == std::string::npos);
        return problem;
    }
    FAIL("nothing failed");
    return {};
}
template<class Body>
std::string id_of(Body &&body) {
    return failure_of(body).id;
}
inline bool has(const std::string &text, const std::string &part) {
    return text.find(part) != std::string::npos;
}

} // namespace microsoft_ca::test
