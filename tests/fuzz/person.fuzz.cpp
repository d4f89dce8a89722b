#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.hpp"
#include "profile/person.hpp"

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

} // namespace

/// The first line is a subject template, the second one a list of alternative names, all further ones are name=value of
/// a person. What is made is a name that reads back; a value is never more than one attribute.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    using namespace certbroker;
    if (size > 16UL * 1024) return 0;
    Settings wanted;
    Settings values;
    std::size_t number = 0;
    for (const std::string_view line : split(as_text({data, size}), '\n')) {
        ++number;
        if (number == 1) {
            wanted.set("subject", std::string(line));
        } else if (number == 2) {
            wanted.set("san", std::string(line));
        } else if (const auto equals = line.find('='); equals != std::string_view::npos) {
            values.set(line.substr(0, equals), std::string(line.substr(equals + 1)));
        }
    }
    const auto profile = profile::read_person_profile(wanted);
    const auto person = profile::Person::read(values);
    if (profile && person) {
        profile::Request request;
        const auto applied = profile::apply_person(request, *profile, *person);
        if (applied) {
            require(x509::Name::decode(request.subject.der()).has_value());
            if (!request.subject_alt_names.empty())
                require(x509::decode_general_names(x509::encode_general_names(request.subject_alt_names)).has_value());
        } else {
            require(!applied.error().message().empty() && !applied.error().remedy().empty());
            require(!request.subject_given && request.subject_alt_names.empty());
        }
    }
    // The whole input as one value.
    Settings whole;
    whole.set("v", std::string(as_text({data, size})));
    const auto somebody = profile::Person::read(whole);
    require(somebody.has_value());
    if (const auto text = profile::expand_subject("O=a,CN={{v}}", *somebody)) {
        const auto name = x509::Name::parse(*text);
        require(name.has_value() && name->rdns().size() == 2 && name->rdns()[1].size() == 1);
        require(name->rdns()[1].front().value == as_text({data, size}));
    }
    return 0;
}
