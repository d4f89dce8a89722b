#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "policy.hpp"
#include "verify.hpp"

namespace digicert {

/// A rule of plugin.h: kind is one of CBP_RULE_.
struct Rule {
    std::int32_t kind;
    std::string value;
};
/// What can be checked of a profile before a key is made, and for people what else it wants.
std::vector<Rule> rules_of(const Profile &profile, const Options &connection);

} // namespace digicert
