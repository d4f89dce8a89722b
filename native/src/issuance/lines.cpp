#include "issuance/lines.hpp"

#include "base/text.hpp"

namespace certbroker::issuance::lines {

std::string escape(std::string_view value) {
    std::string out;
    out.reserve(value.size());
    for (std::size_t i = 0; i < value.size(); ++i) {
        const bool at_end = i == 0 || i + 1 == value.size();
        switch (value[i]) {
        case '\n':
            out += "\\n";
            break;
        case '\r':
            out += "\\r";
            break;
        case '\t':
            out += "\\t";
            break;
        case '\\':
            out += "\\\\";
            break;
        case ' ':
            out += at_end ? "\\s" : " ";
            break;
        default:
            out += value[i];
        }
    }
    return out;
}

std::optional<std::string> unescape(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            out += text[i];
            continue;
        }
        if (++i == text.size()) return std::nullopt;
        constexpr std::string_view written = "nrt\\s";
        constexpr std::string_view meant = "\n\r\t\\ ";
        const std::size_t which = written.find(text[i]);
        if (which == std::string_view::npos) return std::nullopt;
        out += meant[which];
    }
    return out;
}

std::string write(const std::vector<std::pair<std::string, std::string>> &values) {
    std::string out;
    for (const auto &[name, value] : values)
        out += name + " = " + escape(value) + "\n";
    return out;
}

std::optional<std::pair<std::string, std::string>> read_line(std::string_view line) {
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view name = trim(line.substr(0, equals));
    auto value = unescape(trim(line.substr(equals + 1)));
    if (name.empty() || !value) return std::nullopt;
    return std::pair{std::string(name), *std::move(value)};
}

std::optional<std::vector<std::pair<std::string, std::string>>> read(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> values;
    for (const std::string_view line : split(text, '\n')) {
        if (line.empty()) continue;
        auto value = read_line(line);
        if (!value) return std::nullopt;
        values.push_back(*std::move(value));
    }
    return values;
}

} // namespace certbroker::issuance::lines
