// Distinguished names: the input once as text, under flags that its length chooses, and once as DER.
#include <cstdint>
#include <cstdlib>

#include "x509/name.hpp"

namespace {

using namespace certbroker;
using x509::Name;

/// What a name writes must be read back to the same values.
void check_round_trip(const Name &name) {
    // T61String and the like may double in size as UTF-8; names near the limits are left out.
    if (name.der().size() > 16384) return;
    const auto again = Name::parse(name.to_string());
    if (!again || !again->same_values(name)) std::abort();
    const auto decoded = Name::decode(again->der());
    if (!decoded || !decoded->same_values(name)) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const ByteView bytes(data, size);
    const auto bit = [&](unsigned i) { return (size >> i & 1U) != 0; };
    if (const auto name = Name::decode(bytes)) check_round_trip(*name);
    if (const auto name = Name::parse(as_text(bytes))) check_round_trip(*name);
    const x509::NameFlags flags{bit(0), bit(1), bit(2), bit(3), bit(4), bit(5), bit(6), bit(7)};
    if (const auto name = Name::parse(as_text(bytes), flags)) check_round_trip(*name);
    return 0;
}
