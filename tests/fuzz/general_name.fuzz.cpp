// Alternative names: the input as "token=value" and as the value of a SAN extension.
#include <cstdint>
#include <cstdlib>

#include "x509/name_constraints.hpp"
#include "x509/san.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    using namespace certbroker;
    const std::string_view text = as_text(ByteView(data, size));
    if (const auto equals = text.find('='); equals != std::string_view::npos) {
        const std::string token(text.substr(0, equals));
        const std::string value(text.substr(equals + 1));
        if (const auto name = x509::parse_general_name(token, value)) {
            // What we make must be read back as what it is, in DER and, within the limits of a text, as text.
            const auto decoded = x509::decode_general_names(x509::encode_general_names({*name}));
            if (!decoded || decoded->front().type != name->type || decoded->front().value != name->value) std::abort();
            const std::string shown = name->to_string();
            const auto split = shown.find('=');
            const auto again = x509::parse_general_name(shown.substr(0, split), shown.substr(split + 1));
            if (!again || again->value != name->value) std::abort();
        }
        (void)x509::make_name_constraints({{token, value}}, {}, true);
    }
    if (const auto names = x509::decode_general_names(ByteView(data, size))) {
        for (const auto &name : *names)
            (void)name.to_string();
        const auto again = x509::decode_general_names(x509::encode_general_names(*names));
        if (!again || again->size() != names->size()) std::abort();
    }
    return 0;
}
