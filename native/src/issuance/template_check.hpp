#pragma once

#include <string>
#include <vector>

#include "issuance/doctor.hpp"
#include "profile/policy.hpp"
#include "provider/provider.hpp"

/// What a template lets its requesters do. Private to issuance/.
namespace certbroker::issuance::doctor {

/// Whether the CA says enough of a template to judge it without its rules: at least who makes the names.
bool tells_who_names(const provider::Provider::Profile &profile);
/// The rows of one template whose attributes tell: the advisory's patterns that fit (Schroeder and Christensen,
/// "Certified Pre-Owned", and its sequels), or one that passed.
void judge_attributes(Sheet &sheet, const provider::Provider::Profile &profile);
/// The row of one template of which only the rules are known; they are the provider's, so no advisory is named.
void judge_rules(Sheet &sheet, const std::string &profile, const profile::Policy &policy);

} // namespace certbroker::issuance::doctor
