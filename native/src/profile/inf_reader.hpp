#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "profile/findings.hpp"
#include "profile/ini.hpp"
#include "profile/request.hpp"

/// From sections and entries to a Request. Private to profile.
namespace certbroker::profile {

/// Reads the whole document; nothing stops it, all findings land in request.diagnostics.
class InfReader {
public:
    InfReader(const IniDocument &document, Request &request)
        : document_(document), request_(request), findings_(request.diagnostics, document.source) {}

    void read();

private:
    // inf_reader.cpp
    void read_version(const IniSection &section);
    void read_extensions(const IniSection &section);
    void read_request_attributes(const IniSection &section);
    void read_enhanced_key_usage(const IniSection &section);
    void find_unknown_sections();
    // inf_ca_sections.cpp
    void read_basic_constraints(const IniSection &section);
    void read_policies(const IniSection &section, std::string_view oid);
    std::optional<x509::PolicyInformation> read_policy(const IniSection &section, const IniEntry &named_by);
    void read_policy_mappings(const IniSection &section, std::string_view oid);
    void read_policy_constraints(const IniSection &section, std::string_view oid);
    void read_name_constraints(const IniSection &section);
    void read_names(const IniEntry &entry, std::vector<std::pair<std::string, std::string>> &out);
    void read_cross_certificates(const IniSection &section);

    /// "A, B" of Policies, Include, Exclude: the sections of those names; a missing one is a finding.
    std::vector<const IniSection *> named_sections(const IniEntry &entry);
    bool critical_of(const IniSection &section);
    /// Whether the entry is the section's Critical, which critical_of has read.
    static bool is_critical(const IniEntry &entry);
    void unknown_key(std::string_view section, const IniEntry &entry);
    /// Adds what a section made; a failure is a finding at the section's name.
    void add(const IniSection &section, Result<x509::Extension> extension);
    template<class T>
    std::optional<T> take(const IniEntry &entry, Result<T> value) {
        if (value) return *std::move(value);
        findings_.add(value.error(), entry.value_position);
        return std::nullopt;
    }

    const IniDocument &document_;
    Request &request_;
    Findings findings_;
    std::set<std::string> used_sections_; ///< lower case; those that others name
};

/// Reads [NewRequest]: keys in any order, the subject last because X500NameFlags may stand below it.
class NewRequestReader {
public:
    NewRequestReader(const IniSection &section, Request &request, Findings &findings)
        : section_(section), request_(request), findings_(findings) {}

    void read();

private:
    bool read_name(const IniEntry &entry, std::string_view key);
    bool read_key(const IniEntry &entry, std::string_view key);
    bool read_key_storage(const IniEntry &entry, std::string_view key);
    bool read_validity(const IniEntry &entry, std::string_view key);
    bool read_kind(const IniEntry &entry, std::string_view key);
    void read_subject();
    void finish_validity();
    void not_used(const IniEntry &entry, std::string_view key, std::string_view support);

    void boolean(const IniEntry &entry, bool &out);
    void number(const IniEntry &entry, std::uint32_t &out, std::uint32_t maximum = 0xffffffffU);
    template<class T>
    std::optional<T> take(const IniEntry &entry, Result<T> value) {
        if (value) return *std::move(value);
        findings_.add(value.error(), entry.value_position);
        return std::nullopt;
    }

    const IniSection &section_;
    Request &request_;
    Findings &findings_;
    const IniEntry *subject_ = nullptr;
    const IniEntry *period_ = nullptr;
    std::optional<std::uint32_t> period_unit_;
    std::optional<std::uint32_t> period_units_;
};

/// Flags shared by INF files and parameters.
Result<std::uint32_t> read_key_usage(std::string_view what, std::string_view text);
Result<RequestType> read_request_type(std::string_view what, std::string_view text);
Result<crypto::KeyAlgorithm> read_key_algorithm(std::string_view what, std::string_view text);
Result<crypto::DigestAlgorithm> read_digest(std::string_view what, std::string_view text);

} // namespace certbroker::profile
