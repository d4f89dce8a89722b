#pragma once

#include "profile/findings.hpp"
#include "profile/policy.hpp"
#include "profile/request.hpp"

/// The parts of check_request. Private to profile.
namespace certbroker::profile {

/// Where the request said that; nothing for what was not said in a file.
Position position_of(const Request &request, std::string_view key) noexcept;
/// What the request means where it leaves the algorithm open: a length alone is that of an RSA key, as for certreq.
std::optional<crypto::KeyAlgorithm> wanted_algorithm(const Request &request) noexcept;
/// What it will be signed with: the request's wish, else SHA-256 if the policy takes it, else the policy's first.
crypto::DigestAlgorithm chosen_digest(const Request &request, const Policy *policy) noexcept;

/// The CA's rules over a request; all findings are errors Policy.<Rule>.
void check_policy(const Request &request, const Policy &policy, Findings &findings);
/// A key at hand against the policy: Policy.KeyAlgorithm, Policy.KeyLength.
Result<void> check_key(const crypto::KeySpec &key, const Policy &policy);

/// The token of the {text} form for a name: "dns", "email", "upn", ..., an OID for other otherNames.
std::string san_token(const x509::GeneralName &name);
/// Any case; the star in front stands for one or more labels.
bool matches_dns_pattern(std::string_view name, std::string_view pattern);

} // namespace certbroker::profile
