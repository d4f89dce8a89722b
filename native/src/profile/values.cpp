#include "profile/values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "base/der.hpp"
#include "base/text.hpp"
#include "profile/errors.hpp"
#include "profile/findings.hpp"
#include "profile/ini_parser.hpp"

namespace certbroker::profile {
namespace {

std::string could_not(std::string_view what, std::string_view text, const std::string &why) {
    return std::string(what) + " could not be read: " + (text.empty() ? "it has no value" : shown(text) + why);
}

std::optional<std::uint32_t> to_number(std::string_view text) {
    int base = 10;
    if (istarts_with(text, "0x")) {
        text.remove_prefix(2);
        base = 16;
    }
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// Off with the quotes around a whole text; "A" | "B" keeps its.
std::string_view without_quotes(std::string_view text) {
    text = trim_blanks(text);
    if (text.size() >= 2 && text.front() == '"' && text.find('"', 1) == text.size() - 1)
        text = text.substr(1, text.size() - 2);
    return trim_blanks(text);
}

const Flag *find_flag(std::string_view name, std::span<const Flag> flags) {
    if (istarts_with(name, "XCN_")) name.remove_prefix(4);
    const auto found =
        std::find_if(flags.begin(), flags.end(), [name](const Flag &flag) { return iequals(flag.name, name); });
    return found == flags.end() ? nullptr : &*found;
}

std::string nearest_remedy(std::string_view word, std::span<const Flag> flags) {
    std::vector<std::string> names;
    for (const Flag &flag : flags)
        names.emplace_back(flag.name);
    if (const auto meant = nearest(word, names)) return "Write " + *meant + ", if that was meant.";
    std::string all = "Use one of";
    for (const std::string &name : names)
        all += (&name == &names.front() ? " " : ", ") + name;
    return all + ", or a number.";
}

} // namespace

Result<bool> read_boolean(std::string_view what, std::string_view text) {
    text = without_quotes(text);
    for (const std::string_view yes : {"true", "yes", "1"}) {
        if (iequals(text, yes)) return true;
    }
    for (const std::string_view no : {"false", "no", "0"}) {
        if (iequals(text, no)) return false;
    }
    return fail(errors::inf_boolean, could_not(what, text, " is neither TRUE nor FALSE"));
}

Result<std::uint32_t> read_number(std::string_view what, std::string_view text, std::uint32_t minimum,
                                  std::uint32_t maximum) {
    text = without_quotes(text);
    const auto value = to_number(text);
    if (!value) {
        // The tables of certreq's documentation print flags in hex without saying so.
        const bool hex = !text.empty() && text.size() <= 8 &&
                         text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
        return hex ? fail(errors::inf_number, could_not(what, text, " is not a decimal number"))
                         .with_remedy("Write 0x" + std::string(text) + ", if it is hexadecimal.")
                   : fail(errors::inf_number, could_not(what, text, " is not a number"));
    }
    if (*value < minimum || *value > maximum) {
        return fail(errors::inf_number,
                    could_not(what, text,
                              " is not between " + std::to_string(minimum) + " and " + std::to_string(maximum)))
            .with_remedy("Write a number from " + std::to_string(minimum) + " to " + std::to_string(maximum) + ".");
    }
    return *value;
}

Result<std::uint32_t> read_flags(std::string_view what, std::string_view text, std::span<const Flag> flags,
                                 bool strict) {
    text = without_quotes(text);
    std::uint32_t known = 0;
    for (const Flag &flag : flags)
        known |= flag.value;
    std::uint32_t value = 0;
    for (const std::string_view item : split(text, '|')) {
        const std::string_view word = without_quotes(trim_blanks(item));
        if (const auto number = to_number(word)) {
            if (strict && (*number & ~known) != 0)
                return fail(errors::inf_flag, could_not(what, word, " has bits that no flag of it has"))
                    .with_remedy("Write the flags' names, or add up their numbers; hexadecimal ones begin with 0x.");
            value |= *number;
        } else if (const Flag *flag = find_flag(word, flags); flag != nullptr) {
            value |= flag->value;
        } else {
            Error error = fail(errors::inf_flag, could_not(what, word, " is neither a number nor one of its flags"));
            if (word.empty()) return error;
            return std::move(error).with_remedy(nearest_remedy(word, flags));
        }
    }
    return value;
}

Result<std::uint32_t> read_choice(std::string_view what, std::string_view text, std::span<const Flag> words) {
    text = without_quotes(text);
    if (const Flag *word = find_flag(text, words); word != nullptr) return word->value;
    const auto number = to_number(text);
    if (number && std::any_of(words.begin(), words.end(), [&](const Flag &word) { return word.value == *number; }))
        return *number;
    return fail(errors::inf_choice, could_not(what, text, " is not one of its values"))
        .with_remedy(nearest_remedy(text, words));
}

Result<std::string> read_oid(std::string_view what, std::string_view text) {
    text = without_quotes(text);
    const std::string_view dotted = istarts_with(text, "OID.") ? text.substr(4) : text;
    if (!der::is_oid(dotted)) return fail(errors::inf_oid, could_not(what, text, " is not an object identifier"));
    return std::string(dotted);
}

} // namespace certbroker::profile
