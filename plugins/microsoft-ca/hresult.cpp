#include "hresult.hpp"

#include <charconv>

#include "text.hpp"

namespace microsoft_ca {
namespace {

constexpr HResult table[] = {
#define CERTBROKER_HRESULT(code, name, meaning, remedy) {code##U, #name, meaning, remedy},
#include "hresult.def"
#undef CERTBROKER_HRESULT
};

} // namespace

const HResult *find_hresult(std::uint32_t code) {
    for (const HResult &row : table) {
        if (row.code == code) return &row;
    }
    return nullptr;
}

std::string explain_hresult(std::uint32_t code) {
    const HResult *row = find_hresult(code);
    if (row == nullptr) return hresult_text(code);
    return hresult_text(code) + " " + row->name + ": " + row->meaning;
}

std::uint32_t hresult_in(std::string_view text) {
    for (auto at = text.find("0x8"); at != std::string_view::npos; at = text.find("0x8", at + 1)) {
        const std::string_view digits = text.substr(at + 2, 8);
        std::uint32_t value = 0;
        const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
        if (digits.size() == 8 && problem == std::errc() && end == digits.data() + digits.size()) return value;
    }
    return 0;
}

} // namespace microsoft_ca
