#include "crypto/random.hpp"

#include <openssl/err.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "base/errors.hpp"
#include "crypto/openssl.hpp"

namespace certbroker::crypto {
namespace {

class SystemRandom final : public Random {
public:
    Result<void> fill(std::span<std::uint8_t> out) override {
        // RAND_bytes counts in int.
        constexpr std::size_t most = 1U << 20U;
        while (!out.empty()) {
            const std::size_t part = std::min(out.size(), most);
            if (RAND_bytes(out.data(), static_cast<int>(part)) != 1)
                return openssl::failure(errors::random, "Random bytes could not be made");
            out = out.subspan(part);
        }
        return {};
    }
};

} // namespace

Random &system_random() {
    static SystemRandom random;
    return random;
}

Result<Bytes> random_serial(Random &random) {
    Bytes serial(16);
    CERTBROKER_CHECK(random.fill(serial));
    serial[0] &= 0x7fU;
    // Chance brings this once in 2^127; it means a broken source.
    if (std::all_of(serial.begin(), serial.end(), [](std::uint8_t byte) { return byte == 0; }))
        return fail(errors::random, "A serial number could not be made: the random source gives only zeros");
    return serial;
}

Result<std::string> random_uuid(Random &random) {
    std::array<std::uint8_t, 16> bytes{};
    CERTBROKER_CHECK(random.fill(bytes));
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0fU) | 0x40U);
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3fU) | 0x80U);
    std::string text = to_hex(bytes);
    for (const std::size_t at : {20U, 16U, 12U, 8U})
        text.insert(at, 1, '-');
    return text;
}

} // namespace certbroker::crypto
