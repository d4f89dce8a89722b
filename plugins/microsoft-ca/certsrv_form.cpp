#include "certsrv_form.hpp"

namespace microsoft_ca::certsrv {
namespace {

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~").find(c) != std::string_view::npos;
}

} // namespace

std::string escaped(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size() + text.size() / 4);
    for (const char c : text) {
        if (is_plain(c)) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += digits[byte >> 4U];
        out += digits[byte & 15U];
    }
    return out;
}

std::string write_form(const std::vector<std::pair<std::string, std::string>> &fields) {
    std::string out;
    for (const auto &[name, value] : fields)
        out += (out.empty() ? "" : "&") + escaped(name) + "=" + escaped(value);
    return out;
}

std::string write_request(std::string_view message, std::string_view attributes) {
    return write_form({{"Mode", "newreq"},
                       {"CertRequest", std::string(message)},
                       {"CertAttrib", std::string(attributes)},
                       {"FriendlyType", "Saved-Request Certificate"}, // what an officer sees of it
                       {"TargetStoreFlags", "0"},
                       {"SaveCert", "yes"},
                       {"ThumbPrint", ""}});
}

} // namespace microsoft_ca::certsrv
