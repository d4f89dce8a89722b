#include "x509/sid.hpp"

#include <algorithm>
#include <charconv>

#include "base/der.hpp"
#include "base/text.hpp"
#include "x509/errors.hpp"

namespace certbroker::x509 {
namespace {

constexpr std::string_view oid_object_sid = "1.3.6.1.4.1.311.25.2.1"; // szOID_NTDS_OBJECTSID
constexpr std::size_t max_numbers = 15;
constexpr std::uint64_t max_authority = (std::uint64_t{1} << 48U) - 1;
constexpr std::uint64_t max_number = 0xffffffffU;

bool is_number(std::string_view text, int base, std::uint64_t most) noexcept {
    std::uint64_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return !text.empty() && problem == std::errc() && end == text.data() + text.size() && value <= most;
}

/// Decimal, or 0x and twelve hex digits.
bool is_authority(std::string_view text) noexcept {
    if (istarts_with(text, "0x")) return text.size() == 14 && is_number(text.substr(2), 16, max_authority);
    return is_number(text, 10, max_authority);
}

} // namespace

bool is_sid(std::string_view text) noexcept {
    if (text.size() > 200 || !istarts_with(text, "S-1-")) return false;
    text.remove_prefix(4);
    std::size_t numbers = 0;
    bool authority = false;
    for (;;) {
        const auto dash = text.find('-');
        const std::string_view part = text.substr(0, dash);
        if (!authority) {
            if (!is_authority(part)) return false;
            authority = true;
        } else if (!is_number(part, 10, max_number) || ++numbers > max_numbers) {
            return false;
        }
        if (dash == std::string_view::npos) return numbers > 0;
        text.remove_prefix(dash + 1);
    }
}

Result<Extension> make_sid_extension(std::string_view sid) {
    if (!is_sid(sid))
        return fail(errors::sid_value,
                    "The security identifier could not be used: '" + std::string(sid.substr(0, 100)) + "' is no SID");
    der::Writer writer;
    writer.nest(der::sequence, [&](der::Writer &sequence) {
        sequence.nest(der::context(0, true), [&](der::Writer &name) {
            name.oid(oid_object_sid).nest(der::context(0, true), [&](der::Writer &tagged) {
                tagged.octets(as_bytes(ascii_upper(sid)));
            });
        });
    });
    return Extension{std::string(oid::ntds_ca_security), false, std::move(writer).take()};
}

Result<std::string> decode_sid_extension(ByteView value) {
    CERTBROKER_TRY(der::Reader sequence, der::read_single(value, der::sequence));
    CERTBROKER_TRY(der::Reader name, sequence.enter(der::context(0, true)));
    CERTBROKER_CHECK(sequence.finish());
    CERTBROKER_TRY(const std::string type, name.read_oid());
    CERTBROKER_TRY(der::Reader tagged, name.enter(der::context(0, true)));
    CERTBROKER_CHECK(name.finish());
    CERTBROKER_TRY(const Bytes text, tagged.read_octets());
    CERTBROKER_CHECK(tagged.finish());
    if (type != oid_object_sid || !is_sid(as_text(text)))
        return fail(errors::sid_value,
                    "The extension " + std::string(oid::ntds_ca_security) + " could not be read: it holds no SID");
    return ascii_upper(as_text(text));
}

std::optional<std::string> sid_of_name(const GeneralName &name) {
    if (name.type != GeneralNameType::uri || !istarts_with(name.value, sid_uri_prefix)) return std::nullopt;
    return ascii_upper(std::string_view(name.value).substr(sid_uri_prefix.size()));
}

std::set<std::string> sids_of(const std::vector<Extension> &extensions, const std::vector<GeneralName> &names) {
    std::set<std::string> out;
    if (const Extension *extension = find_extension(extensions, oid::ntds_ca_security)) {
        if (auto sid = decode_sid_extension(extension->value)) out.insert(*std::move(sid));
    }
    for (const GeneralName &name : names) {
        if (auto sid = sid_of_name(name)) out.insert(*std::move(sid));
    }
    return out;
}

Result<void> check_sids(const std::vector<Extension> &extensions, const std::vector<GeneralName> &names) {
    if (const Extension *extension = find_extension(extensions, oid::ntds_ca_security)) {
        if (auto sid = decode_sid_extension(extension->value); !sid) return std::move(sid).error();
    }
    for (const GeneralName &name : names) {
        const auto sid = sid_of_name(name);
        if (sid && !is_sid(*sid))
            return fail(errors::sid_value, "The name " + name.to_string() + " could not be used: it holds no SID");
    }
    const std::set<std::string> all = sids_of(extensions, names);
    if (all.size() < 2) return {};
    std::string list;
    for (const std::string &sid : all)
        list += (list.empty() ? "" : " and ") + sid;
    return fail(errors::sid_conflict, "The request is for several accounts: " + list);
}

} // namespace certbroker::x509
