#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/secret.hpp"

namespace certbroker {

/// Named values a caller gives: settings of an authority, options of an order, a store or a PFX. Names compare without
/// case. What names and values are allowed is checked by whoever takes them, against a setting table.
class Settings {
public:
    void set(std::string_view name, std::string value);
    void set(std::string_view name, Secret value);
    void erase(std::string_view name);

    const std::string *text(std::string_view name) const; ///< nullptr when absent or a secret
    const Secret *secret(std::string_view name) const;    ///< nullptr when absent or a text
    bool contains(std::string_view name) const;
    bool empty() const noexcept { return values_.empty(); }
    /// "true", "yes", "1" (any case) are true; absent is `otherwise`.
    bool flag(std::string_view name, bool otherwise = false) const;

    using Values = std::map<std::string, std::variant<std::string, Secret>, std::less<>>;
    const Values &values() const noexcept { return values_; } ///< by lower-case name

private:
    Values values_;
};

} // namespace certbroker
