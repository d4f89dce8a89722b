#pragma once

#include "abi/objects.hpp"

namespace certbroker::abi {

Result<void> give_issue(std::shared_ptr<Context> context, issuance::Issue issue, certbroker_issue **out);
Result<void> give_provider(std::shared_ptr<Context> context, issuance::OpenProvider open, certbroker_provider **out);
/// What a provider answered outside the journal, in the journal's words.
issuance::Issue issue_of(const provider::Outcome &outcome, const issuance::OpenProvider &open, const x509::Csr *csr);

} // namespace certbroker::abi
