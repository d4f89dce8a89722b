#include "management.hpp"

#include <algorithm>
#include <array>

#include "errors.hpp"
#include "soap.hpp"
#include "text.hpp"

namespace digicert::management {
namespace {

constexpr std::int32_t certificate_hold = 6;
constexpr std::int32_t remove_from_crl = 8;
constexpr std::size_t max_page = 1000; ///< what the host takes in one answer; DigiCert sends 50

struct Reason {
    std::int32_t number;
    std::string_view word;
};
constexpr auto reasons = std::to_array<Reason>({{0, "Unspecified"},
                                                {1, "KeyCompromise"},
                                                {2, "CACompromise"},
                                                {3, "AffiliationChanged"},
                                                {4, "Superseded"},
                                                {5, "CessationOfOperation"},
                                                {6, "CertificateHold"},
                                                {8, "RemoveFromCRL"},
                                                {9, "PrivilegeWithdrawn"},
                                                {10, "AACompromise"}});
struct Status {
    std::string_view ours, theirs;
};
constexpr auto statuses = std::to_array<Status>(
    {{"Valid", "VALID"}, {"Expired", "EXPIRED"}, {"Revoked", "REVOKED"}, {"Suspended", "SUSPENDED"}});

void check_name(xml::Element body, std::string_view wanted) {
    if (body.local_name() != wanted || body.name_space() != soap::management_service.name_space)
        throw failure(errors::answer,
                      "The answer of DigiCert's certificate management service cannot be used: it is '" +
                          shown(body.local_name(), 80) + "' of the namespace '" + shown(body.name_space(), 100) + "'");
}

std::int32_t reason_number(std::string_view word) {
    const auto found =
        std::find_if(reasons.begin(), reasons.end(), [word](const Reason &r) { return same(r.word, word); });
    return found != reasons.end() ? found->number : -1;
}

Found read_found(xml::Element one) {
    Found found;
    found.certificate = one.text_of("certificate");
    found.seat = shown(one.text_of("seatId"));
    found.common_name = shown(one.text_of("commonName"));
    found.profile = shown(one.text_of("profileOID"));
    found.email = shown(one.text_of("emailAddress"));
    found.serial = shown(one.text_of("serialNumber"));
    found.status = shown(one.text_of("status"));
    for (const Status &status : statuses) {
        if (same(status.theirs, found.status)) found.status = status.ours;
    }
    found.reason = reason_number(one.text_of("revokeReason"));
    found.valid_from = one.number_of("validFrom").value_or(0);
    found.valid_to = one.number_of("validTo").value_or(0);
    found.revoked_at = one.number_of("revokeAt").value_or(0);
    return found;
}

} // namespace

Change change_of(std::int32_t reason) {
    if (reason == certificate_hold) return {"Suspend", {}};
    if (reason == remove_from_crl) return {"Resume", {}};
    for (const Reason &known : reasons) {
        if (known.number == reason) return {"Revoke", known.word};
    }
    throw failure(errors::setting, "The certificate could not be revoked: " + std::to_string(reason) +
                                       " is no reason that DigiCert knows");
}

std::string serial_text(std::string_view hex) {
    std::string out = lower(trim(hex));
    std::erase_if(out, [](char c) { return c == ':' || c == ' '; });
    out.erase(0, std::min(out.find_first_not_of('0'), out.size()));
    return out.empty() ? "0" : out;
}

std::string write_update(std::string_view serial, const Change &change, std::string_view transaction) {
    xml::Writer writer;
    writer.open("updateCertificateStatusRequest", soap::name_space_attribute(soap::management_service.name_space));
    writer.element("clientTransactionID", transaction).element("version", "1.0");
    if (!change.reason.empty()) writer.element("revocationReason", change.reason);
    writer.element("certificateSerialNumber", serial).element("operationType", change.operation).close();
    return soap::envelope(writer.take());
}

UpdateAnswer read_update(xml::Element body) {
    check_name(body, "updateCertificateStatusResponse");
    const auto code = body.number_of("successCode");
    if (!code)
        throw failure(errors::answer, "The answer of DigiCert's certificate management service cannot be used: "
                                      "'successCode' is missing");
    return {*code, shown(body.text_of("successMsg")), shown(body.text_of("clientTransactionID"), 80),
            shown(body.text_of("serverTransactionID"), 80), body.number_of("revocationCount").value_or(0)};
}

std::string write_search(const Search &search, std::string_view transaction) {
    xml::Writer writer;
    const auto optional = [&writer](std::string_view name, const std::string &value) {
        if (!value.empty()) writer.element(name, value);
    };
    writer.open("searchCertificateRequest", soap::name_space_attribute(soap::management_service.name_space));
    writer.element("clientTransactionID", transaction);
    optional("seatId", search.seat);
    optional("profileOID", search.profile);
    optional("commonName", search.common_name);
    optional("status", search.status);
    optional("emailAddress", search.email);
    optional("serialNumber", search.serial);
    writer.element("startIndex", std::to_string(search.start)).element("version", "1.0").close();
    return soap::envelope(writer.take());
}

Page read_search(xml::Element body, std::size_t start) {
    check_name(body, "searchCertificateResponse");
    Page page;
    page.client_transaction = shown(body.text_of("clientTransactionID"), 80);
    page.server_transaction = shown(body.text_of("serverTransactionID"), 80);
    if (const xml::Element list = body.child("certificateList"); list && !list.is_nil()) {
        for (const xml::Element one : list.children("certificateInformation")) {
            if (page.found.size() >= max_page)
                throw failure(errors::answer, "The answer of DigiCert's certificate management service cannot be "
                                              "used: one page has more than 1,000 certificates");
            page.found.push_back(read_found(one));
        }
    }
    const auto total = number(body.text_of("certificateCount"));
    page.more = body.flag_of("moreCertificateAvailable").value_or(total && start + page.found.size() < *total);
    // A page without certificates leads nowhere, whatever it says.
    if (page.found.empty()) page.more = false;
    return page;
}

std::string status_word(std::string_view status) {
    for (const Status &known : statuses) {
        if (same(known.ours, status)) return std::string(known.theirs);
    }
    std::string out(status);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return out;
}

} // namespace digicert::management
