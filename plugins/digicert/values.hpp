#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "verify.hpp"

namespace digicert {

using Value = std::optional<std::string>;

/// What the order gives for a variable by name.
Value ordered_value(const Wishes &wishes, std::string_view variable);

/// The values of a request, with the fallbacks of the connector. All that it is made of must outlive it.
class Values {
public:
    Values(const RequestNames &names, const Wishes &wishes, const Options &options);

    /// `index` counts the fields before it that take the same kind of value.
    Value of(const Field &field, const Source &source, std::size_t index) const;
    /// SAN e-mail, else SAN UPN, else a subject that looks like an address.
    Value email() const;
    /// SAN UPN, else SAN e-mail, else a subject that looks like an address.
    Value upn() const;
    Value seat() const;

private:
    Value from_subject() const;
    Value more_dns() const;
    Value other_name(std::size_t index) const;

    const RequestNames &names_;
    const Wishes &wishes_;
    const Options &options_;
    PersonName person_;
};

} // namespace digicert
