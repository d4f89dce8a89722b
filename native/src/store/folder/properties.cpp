#include "store/folder/properties.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "store/errors.hpp"

namespace certbroker::store {
namespace {

std::string escape(std::string_view value) {
    std::string out;
    for (const char c : value) {
        const auto byte = static_cast<std::uint8_t>(c);
        if (byte < 0x20 || byte == 0x7f || c == '\\')
            out += "\\x" + to_hex(ByteView(&byte, 1));
        else
            out.push_back(c);
    }
    return out;
}

Result<std::string> unescape(std::string_view value) {
    std::string out;
    while (!value.empty()) {
        const auto backslash = value.find('\\');
        out += value.substr(0, backslash);
        if (backslash == std::string_view::npos) break;
        value.remove_prefix(backslash);
        auto byte = value.size() >= 4 && value[1] == 'x' ? from_hex(value.substr(2, 2)) : Result<Bytes>(Bytes());
        if (!byte || byte->size() != 1)
            return fail(errors::store_damaged, "The properties could not be read: '\\' is not followed by xNN");
        out.push_back(static_cast<char>(byte->front()));
        value.remove_prefix(4);
    }
    return out;
}

} // namespace

std::string write_properties(const Properties &properties) {
    std::string out;
    if (!properties.friendly_name.empty()) out += "friendly-name: " + escape(properties.friendly_name) + "\n";
    out += std::string("archived: ") + (properties.archived ? "yes" : "no") + "\n";
    return out;
}

Result<Properties> read_properties(std::string_view text) {
    if (!is_valid_utf8(text))
        return fail(errors::store_damaged, "The properties could not be read: they are not UTF-8");
    Properties properties;
    for (std::string_view line : split(text, '\n')) {
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        if (trim(line).empty()) continue;
        const auto colon = line.find(": ");
        if (colon == std::string_view::npos)
            return fail(errors::store_damaged, "The properties could not be read: a line is not 'name: value'");
        const std::string_view name = line.substr(0, colon);
        const std::string_view value = line.substr(colon + 2);
        if (name == "friendly-name") {
            CERTBROKER_TRY(properties.friendly_name, unescape(value));
            if (!is_valid_utf8(properties.friendly_name))
                return fail(errors::store_damaged, "The properties could not be read: the friendly name is not UTF-8");
        } else if (name == "archived") {
            properties.archived = value == "yes";
        }
    }
    return properties;
}

} // namespace certbroker::store
