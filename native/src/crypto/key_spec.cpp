#include <array>

#include "base/text.hpp"
#include "crypto/errors.hpp"
#include "crypto/key.hpp"

namespace certbroker::crypto {
namespace {

constexpr std::array<std::string_view, 4> names{"RSA", "ECDSA_P256", "ECDSA_P384", "ECDSA_P521"};
constexpr std::array<std::string_view, 4> agreement_names{"", "ECDH_P256", "ECDH_P384", "ECDH_P521"};
constexpr std::array<std::uint32_t, 4> curve_bits{0, 256, 384, 521};

} // namespace

std::string_view key_algorithm_name(KeyAlgorithm algorithm) noexcept {
    return names[static_cast<std::size_t>(algorithm)];
}

std::optional<KeyAlgorithm> parse_key_algorithm(std::string_view name) noexcept {
    if (name.empty()) return std::nullopt;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (iequals(name, names[i]) || iequals(name, agreement_names[i])) return static_cast<KeyAlgorithm>(i);
    }
    return std::nullopt;
}

Result<KeySpec> checked_key_spec(KeyAlgorithm algorithm, std::uint32_t bits) {
    const std::uint32_t implied = curve_bits[static_cast<std::size_t>(algorithm)];
    if (implied != 0) {
        if (bits != 0 && bits != implied)
            return fail(errors::key_algorithm, std::string("A key cannot be made: ") +
                                                   std::string(key_algorithm_name(algorithm)) + " keys have " +
                                                   std::to_string(implied) + " bits, not " + std::to_string(bits));
        return KeySpec{algorithm, implied};
    }
    // CNG makes RSA keys in steps of 64 bits; other lengths could not be moved to Windows.
    if (bits < 2048 || bits > 16384 || bits % 64 != 0)
        return fail(errors::key_algorithm,
                    "A key cannot be made: RSA keys have 2048 to 16384 bits in steps of 64, not " +
                        std::to_string(bits));
    return KeySpec{algorithm, bits};
}

} // namespace certbroker::crypto
