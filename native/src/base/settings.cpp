#include "base/settings.hpp"

#include "base/text.hpp"

namespace certbroker {

void Settings::set(std::string_view name, std::string value) {
    values_.insert_or_assign(ascii_lower(name), std::move(value));
}

void Settings::set(std::string_view name, Secret value) {
    values_.insert_or_assign(ascii_lower(name), std::move(value));
}

void Settings::erase(std::string_view name) {
    values_.erase(ascii_lower(name));
}

const std::string *Settings::text(std::string_view name) const {
    const auto found = values_.find(ascii_lower(name));
    return found == values_.end() ? nullptr : std::get_if<std::string>(&found->second);
}

const Secret *Settings::secret(std::string_view name) const {
    const auto found = values_.find(ascii_lower(name));
    return found == values_.end() ? nullptr : std::get_if<Secret>(&found->second);
}

bool Settings::contains(std::string_view name) const {
    return values_.contains(ascii_lower(name));
}

bool Settings::flag(std::string_view name, bool otherwise) const {
    const std::string *value = text(name);
    if (value == nullptr) return otherwise;
    return iequals(*value, "true") || iequals(*value, "yes") || *value == "1";
}

} // namespace certbroker
