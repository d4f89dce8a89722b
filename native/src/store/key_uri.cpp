#include "store/key_uri.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "store/errors.hpp"

namespace certbroker::store {

Result<KeyUri> KeyUri::parse(std::string_view text) {
    const auto colon = text.find(':');
    const auto parts = split(colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1), '/');
    constexpr std::size_t hex_size = 64;
    if (parts.size() == 3 && iequals(parts[1], "keys") && parts[2].size() == hex_size) {
        const auto location = parse_location(parts[0]);
        auto sha256 = from_hex(parts[2]);
        if (location && sha256 && sha256->size() == hex_size / 2)
            return KeyUri{ascii_lower(text.substr(0, colon)), *location, *std::move(sha256)};
    }
    return fail(errors::store_uri, "The key '" + std::string(text.substr(0, 200)) +
                                       "' could not be opened: this is not kind:location/keys/<64 hex digits>");
}

std::string KeyUri::to_string() const {
    return kind + ":" + std::string(location_name(location)) + "/keys/" + to_hex(sha256);
}

} // namespace certbroker::store
