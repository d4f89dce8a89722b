#include <algorithm>
#include <array>
#include <set>

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "profile/errors.hpp"
#include "profile/extensions.hpp"
#include "profile/inf_reader.hpp"
#include "profile/ini_parser.hpp"
#include "profile/values.hpp"
#include "profile/vocabulary.hpp"

namespace certbroker::profile {
namespace {

constexpr std::array<Flag, 16> name_flags{{
    {"CERT_NAME_STR_NONE", 0},
    {"CERT_OID_NAME_STR", 2},
    {"CERT_X500_NAME_STR", 3},
    {"CERT_NAME_STR_SEMICOLON_FLAG", 0x40000000},
    {"CERT_NAME_STR_NO_PLUS_FLAG", 0x20000000},
    {"CERT_NAME_STR_NO_QUOTING_FLAG", 0x10000000},
    {"CERT_NAME_STR_CRLF_FLAG", 0x08000000},
    {"CERT_NAME_STR_COMMA_FLAG", 0x04000000},
    {"CERT_NAME_STR_REVERSE_FLAG", 0x02000000},
    {"CERT_NAME_STR_FORWARD_FLAG", 0x01000000},
    {"CERT_NAME_STR_DISABLE_IE4_UTF8_FLAG", 0x00010000},
    {"CERT_NAME_STR_ENABLE_T61_UNICODE_FLAG", 0x00020000},
    {"CERT_NAME_STR_ENABLE_UTF8_UNICODE_FLAG", 0x00040000},
    {"CERT_NAME_STR_FORCE_UTF8_DIR_STR_FLAG", 0x00080000},
    {"CERT_NAME_STR_DISABLE_UTF8_DIR_STR_FLAG", 0x00100000},
    {"CERT_NAME_STR_ENABLE_PUNYCODE_FLAG", 0x00200000},
}};

constexpr std::array<Flag, 12> subject_name_flags{{
    {"CT_FLAG_SUBJECT_REQUIRE_DIRECTORY_PATH", 0x80000000},
    {"CT_FLAG_SUBJECT_REQUIRE_COMMON_NAME", 0x40000000},
    {"CT_FLAG_SUBJECT_REQUIRE_EMAIL", 0x20000000},
    {"CT_FLAG_SUBJECT_REQUIRE_DNS_AS_CN", 0x10000000},
    {"CT_FLAG_SUBJECT_ALT_REQUIRE_DNS", 0x08000000},
    {"CT_FLAG_SUBJECT_ALT_REQUIRE_EMAIL", 0x04000000},
    {"CT_FLAG_SUBJECT_ALT_REQUIRE_UPN", 0x02000000},
    {"CT_FLAG_SUBJECT_ALT_REQUIRE_DIRECTORY_GUID", 0x01000000},
    {"CT_FLAG_SUBJECT_ALT_REQUIRE_SPN", 0x00800000},
    {"CT_FLAG_SUBJECT_ALT_REQUIRE_DOMAIN_DNS", 0x00400000},
    {"CT_FLAG_OLD_CERT_SUPPLIES_SUBJECT_AND_ALT_NAME", 8},
    {"template", 0},
}};

constexpr std::array<Flag, 3> key_specs{{{"AT_NONE", 0}, {"AT_KEYEXCHANGE", 1}, {"AT_SIGNATURE", 2}}};
constexpr std::array<Flag, 3> key_protections{{{"NCRYPT_UI_NO_PROTECTION_FLAG", 0},
                                               {"NCRYPT_UI_PROTECT_KEY_FLAG", 1},
                                               {"NCRYPT_UI_FORCE_HIGH_PROTECTION_FLAG", 2}}};
constexpr std::array<Flag, 4> key_properties{{{"NCRYPT_ALLOW_DECRYPT_FLAG", 1},
                                              {"NCRYPT_ALLOW_SIGNING_FLAG", 2},
                                              {"NCRYPT_ALLOW_KEY_AGREEMENT_FLAG", 4},
                                              {"NCRYPT_ALLOW_ALL_USAGES", 0xffffff}}};

/// Seconds of a unit; months count on the calendar and stand here as 0 with their number in `months`.
struct Period {
    std::string_view plural;
    std::uint32_t seconds;
    std::uint32_t months;
    std::uint32_t most; ///< a hundred years
};
constexpr std::array<Period, 7> periods{{{"Years", 0, 12, 100},
                                         {"Months", 0, 1, 1200},
                                         {"Weeks", 604800, 0, 5200},
                                         {"Days", 86400, 0, 36500},
                                         {"Hours", 3600, 0, 876000},
                                         {"Minutes", 60, 0, 52560000},
                                         {"Seconds", 1, 0, 3153600000U}}};

x509::NameFlags to_name_flags(std::uint32_t bits) {
    x509::NameFlags flags;
    flags.semicolon = (bits & 0x40000000U) != 0;
    flags.no_plus = (bits & 0x20000000U) != 0;
    flags.no_quoting = (bits & 0x10000000U) != 0;
    flags.crlf = (bits & 0x08000000U) != 0;
    flags.comma = (bits & 0x04000000U) != 0;
    flags.reverse = (bits & 0x02000000U) != 0;
    flags.force_utf8 = (bits & 0x00080000U) != 0;
    flags.disable_utf8 = (bits & 0x00100000U) != 0;
    return flags;
}

/// Byte offset of a column (characters, from 1) in UTF-8.
std::size_t offset_of_column(std::string_view text, std::int64_t column) {
    std::size_t at = 0;
    for (; column > 1 && at < text.size(); --column) {
        ++at;
        while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U)
            ++at;
    }
    return at;
}

} // namespace

void NewRequestReader::boolean(const IniEntry &entry, bool &out) {
    if (const auto value = take(entry, read_boolean(entry.key, entry.value))) out = *value;
}

void NewRequestReader::number(const IniEntry &entry, std::uint32_t &out, std::uint32_t maximum) {
    if (const auto value = take(entry, read_number(entry.key, entry.value, 0, maximum))) out = *value;
}

void NewRequestReader::read() {
    std::set<std::string> seen;
    for (const IniEntry &entry : section_.entries) {
        if (findings_.full()) return;
        const VocabularyWord *word = find_word("NewRequest", entry.key);
        if (word == nullptr) {
            const VocabularyWord *elsewhere = find_elsewhere("NewRequest", entry.key);
            std::string remedy;
            if (elsewhere != nullptr) {
                remedy = std::string("Move it to [") + elsewhere->section + "], where it means something.";
            } else if (const auto meant = nearest(entry.key.substr(0, 64), keys_of("NewRequest"))) {
                remedy = "Write " + *meant + ", if that was meant, or delete the line.";
            }
            findings_.add(diagnostics::unknown_key, entry.key_position,
                          "The key " + shown(entry.key) + " is not known in [NewRequest] and is not used",
                          std::move(remedy));
            continue;
        }
        const std::string_view key = word->key;
        if (!seen.emplace(key).second) {
            findings_.add(errors::inf_repeated, entry.key_position,
                          "The key " + std::string(key) + " is given twice in [NewRequest]");
            continue;
        }
        request_.positions.emplace_back(key, entry.value_position);
        if (read_name(entry, key) || read_key(entry, key) || read_key_storage(entry, key) ||
            read_validity(entry, key) || read_kind(entry, key))
            continue;
        not_used(entry, key, word->summary);
    }
    read_subject();
    finish_validity();
}

bool NewRequestReader::read_name(const IniEntry &entry, std::string_view key) {
    if (key == "Subject") {
        subject_ = &entry;
    } else if (key == "X500NameFlags") {
        if (const auto bits = take(entry, read_flags(key, entry.value, name_flags))) {
            request_.name_flags = to_name_flags(*bits);
            if ((*bits & 0x00020000U) != 0)
                findings_.add(diagnostics::not_used, entry.value_position,
                              "CERT_NAME_STR_ENABLE_T61_UNICODE_FLAG has no effect: no T61String is written any more");
        }
    } else if (key == "SubjectNameFlags") {
        if (take(entry, read_flags(key, entry.value, subject_name_flags)))
            findings_.add(diagnostics::subject_name_flags, entry.key_position,
                          "SubjectNameFlags has no effect: no names are filled in from the directory");
    } else if (key == "FriendlyName") {
        request_.friendly_name = entry.value;
    } else if (key == "RequesterName") {
        request_.requester_name = entry.value;
    } else {
        return false;
    }
    return true;
}

bool NewRequestReader::read_key(const IniEntry &entry, std::string_view key) {
    if (key == "KeyAlgorithm") {
        request_.key_algorithm = take(entry, read_key_algorithm(key, entry.value));
    } else if (key == "KeyLength") {
        request_.key_length = take(entry, read_number(key, entry.value, 0, 65536));
    } else if (key == "HashAlgorithm") {
        request_.digest = take(entry, read_digest(key, entry.value));
    } else if (key == "AlternateSignatureAlgorithm") {
        boolean(entry, request_.pss);
    } else if (key == "KeySpec") {
        if (const auto slot = take(entry, read_choice(key, entry.value, key_specs))) request_.key_spec = *slot;
    } else if (key == "KeyUsage") {
        const auto bits = take(entry, read_key_usage(key, entry.value));
        if (bits && *bits != 0) request_.key_usage = *bits;
    } else if (key == "KeyUsageProperty") {
        if (const auto bits = take(entry, read_flags(key, entry.value, key_properties)))
            request_.key_usage_property = *bits;
    } else if (key == "KeyProtection") {
        if (const auto bits = take(entry, read_flags(key, entry.value, key_protections)))
            request_.key_protection = *bits;
    } else {
        return false;
    }
    return true;
}

bool NewRequestReader::read_key_storage(const IniEntry &entry, std::string_view key) {
    if (key == "Exportable") {
        boolean(entry, request_.exportable);
    } else if (key == "MachineKeySet") {
        request_.machine_key_set = take(entry, read_boolean(key, entry.value));
    } else if (key == "UserProtected") {
        boolean(entry, request_.user_protected);
    } else if (key == "Silent") {
        boolean(entry, request_.silent);
    } else if (key == "UseExistingKeySet") {
        boolean(entry, request_.use_existing_key_set);
    } else if (key == "ProviderName") {
        request_.provider_name = entry.value;
    } else if (key == "ProviderType") {
        number(entry, request_.provider_type, 65535);
    } else if (key == "KeyContainer") {
        request_.key_container = entry.value;
    } else if (key == "SecurityDescriptor") {
        request_.security_descriptor = entry.value;
    } else {
        return false;
    }
    return true;
}

bool NewRequestReader::read_validity(const IniEntry &entry, std::string_view key) {
    if (key == "NotBefore" || key == "NotAfter") {
        (key == "NotBefore" ? request_.not_before : request_.not_after) = take(entry, read_date(key, entry.value));
    } else if (key == "ValidityPeriod") {
        period_ = &entry;
        std::array<Flag, 14> words{};
        for (std::size_t i = 0; i < periods.size(); ++i) {
            words[2 * i] = {periods[i].plural, static_cast<std::uint32_t>(i)};
            words[2 * i + 1] = {periods[i].plural.substr(0, periods[i].plural.size() - 1),
                                static_cast<std::uint32_t>(i)};
        }
        const auto unit = take(entry, read_choice(key, entry.value, words));
        // Numbers stand for nothing here.
        if (unit && !entry.value.empty() && entry.value.front() >= '0' && entry.value.front() <= '9') {
            findings_.add(errors::inf_choice, entry.value_position,
                          "ValidityPeriod could not be read: " + shown(entry.value) + " is not one of its values",
                          "Write Years, Months, Weeks, Days, Hours, Minutes or Seconds; the number belongs to "
                          "ValidityPeriodUnits.");
        } else {
            period_unit_ = unit;
        }
    } else if (key == "ValidityPeriodUnits") {
        if (period_ == nullptr) period_ = &entry;
        period_units_ = take(entry, read_number(key, entry.value, 1));
    } else if (key == "SerialNumber") {
        auto serial = from_hex(entry.value);
        while (serial && !serial->empty() && serial->front() == 0)
            serial->erase(serial->begin());
        if (!serial || serial->empty() || serial->size() > 20 || (serial->size() == 20 && serial->front() >= 0x80)) {
            findings_.add(errors::inf_hex, entry.value_position,
                          "SerialNumber could not be read: " + shown(entry.value) +
                              " is not a number of 1 to 20 octets in hexadecimal");
        } else {
            request_.serial_number = *std::move(serial);
        }
    } else {
        return false;
    }
    return true;
}

bool NewRequestReader::read_kind(const IniEntry &entry, std::string_view key) {
    if (key == "RequestType") {
        if (const auto type = take(entry, read_request_type(key, entry.value))) request_.type = *type;
    } else if (key == "RenewalCert") {
        auto thumbprint = normalize_thumbprint(entry.value);
        if (thumbprint) {
            request_.renewal_cert = *std::move(thumbprint);
        } else {
            findings_.add(errors::inf_hex, entry.value_position,
                          "RenewalCert could not be read: " + shown(entry.value) + " is not a thumbprint",
                          "Write the 40 hex digits of the certificate's thumbprint.");
        }
    } else if (key == "SMIME") {
        boolean(entry, request_.smime);
    } else if (key == "SuppressDefaults") {
        boolean(entry, request_.suppress_defaults);
    } else if (key == "PrivateKeyArchive") {
        boolean(entry, request_.private_key_archive);
    } else {
        return false;
    }
    return true;
}

/// Known keys that have no effect: a FALSE asks for nothing, so there is nothing to warn about.
void NewRequestReader::not_used(const IniEntry &entry, std::string_view key, std::string_view summary) {
    if (key == "EncipherOnly") {
        if (take(entry, read_boolean(key, entry.value)))
            findings_.add(diagnostics::encipher_only, entry.key_position,
                          "EncipherOnly is no key of certreq and has no effect");
        return;
    }
    if (key == "ExportableEncrypted" || key == "AttestPrivateKey") {
        const auto value = read_boolean(key, entry.value);
        if (value && !*value) return;
        if (!value && key == "ExportableEncrypted") {
            findings_.add(value.error(), entry.value_position);
            return;
        }
    }
    std::string remedy;
    if (key == "ExportableEncrypted") remedy = "Write Exportable = TRUE, if the key shall go into a PFX file.";
    findings_.add(diagnostics::not_used, entry.key_position,
                  std::string(key) + " has no effect here: " + std::string(summary), std::move(remedy));
}

void NewRequestReader::read_subject() {
    if (subject_ == nullptr) return;
    request_.subject_given = true;
    const std::string_view text = subject_->value;
    auto name = x509::Name::parse(text, request_.name_flags);
    if (name) {
        request_.subject = *std::move(name);
        return;
    }
    const auto column = name.error().numbers().find(ErrorNumber::column);
    const std::size_t offset = column == name.error().numbers().end() ? 0 : offset_of_column(text, column->second);
    if (text.find('=') == std::string_view::npos) {
        findings_.add(
            errors::inf_subject, subject_->value_position,
            "The Subject could not be read: " + shown(trim_blanks(text)) +
                " is not a distinguished name, it has no '='",
            "Write Subject = \"CN=" +
                (text.size() > 200 ? std::string("web01.example.com") : std::string(trim_blanks(text))) +
                "\", if this is the common name; add what the CA wants, as in CN=web01.example.com,O=Example,C=US.");
        return;
    }
    std::string remedy = name.error().remedy();
    // CN=a,O="x" in an unquoted value and CN=a,O=""x"" in a quoted one are what people mix up.
    findings_.add(errors::inf_subject, subject_->position_of(offset), message_without_column(name.error()),
                  std::move(remedy));
}

void NewRequestReader::finish_validity() {
    if (period_ == nullptr) return;
    const auto told = [&](std::string_view key) {
        return std::any_of(request_.positions.begin(), request_.positions.end(),
                           [key](const auto &known) { return known.first == key; });
    };
    if (!told("ValidityPeriod") || !told("ValidityPeriodUnits")) {
        findings_.add(errors::request_combination, period_->key_position,
                      "The validity could not be read: ValidityPeriod and ValidityPeriodUnits need each other",
                      "Write both: ValidityPeriod = Years and ValidityPeriodUnits = 2.");
        return;
    }
    if (!period_unit_ || !period_units_) return;
    const Period &unit = periods[*period_unit_];
    if (*period_units_ > unit.most) {
        findings_.add(errors::inf_number, period_->value_position,
                      "ValidityPeriodUnits could not be used: " + std::to_string(*period_units_) + " " +
                          std::string(unit.plural) + " are more than a hundred years");
        return;
    }
    request_.validity_seconds = unit.seconds * *period_units_;
    request_.validity_months = unit.months * *period_units_;
}

} // namespace certbroker::profile
