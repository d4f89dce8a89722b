#include <array>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "profile/errors.hpp"
#include "profile/ini_parser.hpp"

namespace certbroker::profile {
namespace {

/// Names from wincrypt.h that samples take from their [Strings]; copied without it they are a frequent unknown token.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> well_known{{
    {"szOID_SUBJECT_ALT_NAME2", "2.5.29.17"},
    {"szOID_ENHANCED_KEY_USAGE", "2.5.29.37"},
    {"szOID_BASIC_CONSTRAINTS2", "2.5.29.19"},
    {"szOID_PKIX_KP_SERVER_AUTH", "1.3.6.1.5.5.7.3.1"},
    {"szOID_PKIX_KP_CLIENT_AUTH", "1.3.6.1.5.5.7.3.2"},
}};

class Replacer {
public:
    Replacer(const IniSection *strings, Findings &findings) : findings_(findings) {
        if (strings == nullptr) return;
        // As with any repeated key, the last one would win silently; a definition that differs is told.
        for (const IniEntry &entry : strings->entries) {
            if (names_.size() < 200 && entry.key.size() <= 64) names_.push_back(entry.key);
            const auto [known, added] = tokens_.try_emplace(ascii_lower(entry.key), &entry);
            if (!added && known->second->value != entry.value) {
                findings_.add(errors::inf_repeated, entry.key_position,
                              "The token " + shown(entry.key) + " is defined twice, with different texts");
            }
        }
    }

    void replace(IniEntry &entry) {
        if (entry.key.find('%') != std::string::npos) {
            IniEntry key; // the key's own positions end with it
            key.value = std::move(entry.key);
            key.parts = {{0, entry.key_position}};
            replace_value(key);
            entry.key = std::move(key.value);
        }
        if (entry.value.find('%') != std::string::npos) replace_value(entry);
    }

private:
    void replace_value(IniEntry &entry);
    std::optional<std::string_view> look_up(std::string_view name, Position position);

    std::unordered_map<std::string, const IniEntry *> tokens_;
    std::vector<std::string> names_; ///< some of them, for "did you mean"
    std::size_t expanded_ = 0;
    Findings &findings_;
};

std::optional<std::string_view> Replacer::look_up(std::string_view name, Position position) {
    const auto known = tokens_.find(ascii_lower(name));
    if (known != tokens_.end()) return known->second->value;
    std::string remedy;
    for (const auto &[token, oid] : well_known) {
        if (iequals(name, token))
            remedy = "Add the line " + std::string(token) + " = \"" + std::string(oid) +
                     "\" below [Strings], or write the OID itself.";
    }
    if (remedy.empty()) {
        if (const auto meant = nearest(name.substr(0, 64), names_))
            remedy = "Write %" + *meant +
                     "%, if that was meant, or define it in [Strings]; a percent sign itself is written %%.";
    }
    findings_.add(errors::inf_token, position,
                  "The token " + shown("%" + std::string(name) + "%") + " is not defined in [Strings]",
                  std::move(remedy));
    return std::nullopt;
}

/// The positions of growing offsets, each counted on from the last: a value full of percent signs stays linear.
class Cursor {
public:
    explicit Cursor(const IniEntry &entry) : entry_(entry), part_(entry.parts.begin()) {}

    Position at(std::size_t offset) {
        for (; at_ < offset; ++at_) {
            enter_part();
            if ((static_cast<unsigned char>(entry_.value[at_]) & 0xc0U) != 0x80U) ++position_.column;
        }
        enter_part();
        return position_;
    }

private:
    void enter_part() {
        for (; part_ != entry_.parts.end() && part_->first <= at_; ++part_)
            position_ = part_->second;
    }

    const IniEntry &entry_;
    std::vector<std::pair<std::size_t, Position>>::const_iterator part_;
    std::size_t at_ = 0;
    Position position_;
};

void Replacer::replace_value(IniEntry &entry) {
    std::string value;
    std::vector<std::pair<std::size_t, Position>> parts;
    auto part = entry.parts.begin();
    Cursor cursor(entry);
    std::size_t at = 0;
    const std::string_view old = entry.value;
    const auto copy_to = [&](std::size_t end) {
        for (; part != entry.parts.end() && part->first <= end; ++part) {
            if (part->first >= at) parts.emplace_back(value.size() + part->first - at, part->second);
        }
        value += old.substr(at, end - at);
        at = end;
    };
    for (;;) {
        const std::size_t percent = old.find('%', at);
        const std::size_t close = percent == std::string_view::npos ? percent : old.find('%', percent + 1);
        if (close == std::string_view::npos) break; // a lone percent sign is one
        copy_to(percent);
        const Position position = cursor.at(percent);
        const std::string_view name = old.substr(percent + 1, close - percent - 1);
        if (name.empty()) {
            value += '%';
        } else if (const auto text = look_up(name, position)) {
            expanded_ += text->size();
            if (value.size() + text->size() > max_value || expanded_ > max_expansion) {
                findings_.add(errors::inf_limit, position,
                              "The tokens could not be replaced: the text grows beyond the limits");
                return;
            }
            value += *text;
        } else {
            value += old.substr(percent, close + 1 - percent);
        }
        at = close + 1;
        parts.emplace_back(value.size(), cursor.at(at));
    }
    copy_to(old.size());
    entry.value = std::move(value);
    entry.parts = std::move(parts);
}

} // namespace

void apply_strings(IniDocument &document, Findings &findings) {
    const IniSection *strings = document.find("Strings");
    Replacer replacer(strings, findings);
    for (IniSection &section : document.sections) {
        if (&section == strings) continue;
        for (IniEntry &entry : section.entries) {
            if (findings.full()) return;
            replacer.replace(entry);
        }
    }
}

} // namespace certbroker::profile
