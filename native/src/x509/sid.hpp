#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "x509/extension.hpp"

/// The account that a certificate is for, by its security identifier, as strong mapping wants it (KB5014754): in
/// Microsoft's extension 1.3.6.1.4.1.311.25.2 or as a URI among the alternative names.
namespace certbroker::x509 {

inline constexpr std::string_view sid_uri_prefix = "tag:microsoft.com,2022-09-14:sid:";

/// Whether the text is a SID (MS-DTYP 2.4.2.1): S-1-<authority>-<1 to 15 numbers>.
bool is_sid(std::string_view text) noexcept;

/// Sid.Value when it is none.
Result<Extension> make_sid_extension(std::string_view sid);
/// Upper case. Sid.Value, Base.Der.
Result<std::string> decode_sid_extension(ByteView value);
/// The SID in such a URI, upper case, whatever it is; nothing for other names.
std::optional<std::string> sid_of_name(const GeneralName &name);

/// That all of them are SIDs, and of one account. Sid.Value, Sid.Conflict.
Result<void> check_sids(const std::vector<Extension> &extensions, const std::vector<GeneralName> &names);
/// All SIDs, upper case; what cannot be read is left out.
std::set<std::string> sids_of(const std::vector<Extension> &extensions, const std::vector<GeneralName> &names);

} // namespace certbroker::x509
