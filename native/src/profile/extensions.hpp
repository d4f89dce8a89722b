#pragma once

#include "profile/errors.hpp"
#include "profile/findings.hpp"
#include "profile/ini.hpp"
#include "profile/request.hpp"

/// Extensions of a request: kept decoded where checks need to see into them, encoded else. Private to profile.
namespace certbroker::profile {

/// Whether the request holds that extension already, in whatever form.
bool has_extension(const Request &request, std::string_view oid);
/// Adds an encoded extension: checks its value, decodes key usage, names and usages into their members.
/// Request.DuplicateExtension, Inf.Extension.
Result<void> add_extension(Request &request, x509::Extension extension);
/// Adds usages, names: each once. Inf.Limit beyond 1,000.
Result<bool> add_usage(Request &request, std::string oid); ///< false: it was there already
Result<void> add_name(Request &request, x509::GeneralName name);

/// The extension value behind `oid =` in [Extensions], in whatever form it is written; findings carry the place. True
/// when it was read.
bool read_extension(Request &request, std::string_view oid, const IniEntry &entry, bool critical, Findings &findings);

/// One token=value of a {text} value.
struct TextItem {
    std::string_view token;
    std::string_view value;
    std::size_t offset = 0; ///< of the token in the entry's value
};
/// The {text} form of an extension: `offset` is where the text behind {text} starts in entry.value.
class TextExtension {
public:
    TextExtension(Request &request, const IniEntry &entry, std::size_t offset, bool critical, Findings &findings)
        : request_(request), entry_(entry), offset_(offset), critical_(critical), findings_(findings),
          kind_(&errors::inf_extension) {}

    bool read(std::string_view oid);

private:
    bool items(std::vector<TextItem> &out);
    bool missing_separators(char separator);
    bool subject_alt_name();
    bool enhanced_key_usage();
    bool key_usage();
    bool basic_constraints();
    bool policies(std::string_view oid);
    bool policy_mappings(std::string_view oid);
    bool policy_constraints(std::string_view oid);
    bool name_constraints();
    bool crl_distribution_points();
    bool template_name();
    bool template_information();
    bool security_identifier();

    bool refuse(std::size_t offset, std::string message, std::string remedy = {});
    bool refuse(const TextItem &item, const Error &error);
    bool unknown_item(const TextItem &item, std::string_view known);
    bool add(Result<x509::Extension> extension);
    std::string_view text() const { return std::string_view(entry_.value).substr(offset_); }

    Request &request_;
    const IniEntry &entry_;
    std::size_t offset_;
    bool critical_;
    Findings &findings_;
    const ErrorKind *kind_ = nullptr; ///< what findings about the text are called
};

} // namespace certbroker::profile
