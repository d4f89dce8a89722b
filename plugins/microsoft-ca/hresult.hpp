#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// The error codes of AD CS, by whatever road they come.
namespace microsoft_ca {

struct HResult {
    std::uint32_t code;
    const char *name;
    const char *meaning; ///< goes on after "the CA says: "
    const char *remedy;
};

/// nullptr for one that is not in the table.
const HResult *find_hresult(std::uint32_t code);
/// "0x80094012 CERTSRV_E_TEMPLATE_DENIED: the account may not enroll for this template", or the code alone.
std::string explain_hresult(std::uint32_t code);
/// The first 0x8....... in a text of any language, as a CA's disposition message has it; 0 = there is none.
std::uint32_t hresult_in(std::string_view text);

} // namespace microsoft_ca
