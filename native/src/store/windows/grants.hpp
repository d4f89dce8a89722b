#pragma once

#include <vector>

#include "store/windows/key_place.hpp"

/// Who may use a private key: the access list that MMC shows under "Manage Private Keys".
namespace certbroker::store {

/// DOMAIN\name, name@domain, name or S-1-... as a SID. Store.Account when there is none.
Result<std::vector<std::uint8_t>> sid_of(std::string_view account);

/// Lets the account read (that is: use) the key, beside those who may already. Durable, and looked at again
/// afterwards: Store.NoGrants when the provider took it and did not keep it.
Result<void> grant_read_at(const KeyPlace &place, std::string_view account);
/// Those the list allows something, in its order.
Result<std::vector<KeyReader>> readers_at(const KeyPlace &place);

} // namespace certbroker::store
