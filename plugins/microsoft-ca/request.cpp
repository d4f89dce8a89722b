#include "request.hpp"

#include <algorithm>

#include "hresult.hpp"
#include "orders.hpp"
#include "text.hpp"

namespace microsoft_ca::request {
namespace {

using certbroker::plugin::text;

std::string text_of(Call call, const cbp_parsed *parsed, std::int32_t field) {
    const char *value = call.host()->parsed_text(call.raw(), parsed, field, 0);
    return value != nullptr ? value : "";
}

/// Attributes that stand in the request itself go to the CA as those beside it do.
void check_own_attributes(Call call, const cbp_parsed *csr, const Connection &connection) {
    for (const std::string &pair : call.texts(csr, CBP_FIELD_REQUEST_ATTRIBUTE)) {
        if (same(trim(pair.substr(0, pair.find('='))), "SAN")) check_attribute({"SAN", ""}, connection);
    }
}

/// Calls over RPC that broke on their way there, so that the CA has nothing.
bool never_arrived(std::uint32_t hresult) {
    constexpr std::uint32_t rpc_unavailable = 0x800706BAU, endpoint_missing = 0x800706D9U, too_busy = 0x800706BBU,
                            class_missing = 0x80040154U, denied = 0x80070005U;
    return hresult == rpc_unavailable || hresult == endpoint_missing || hresult == too_busy ||
           hresult == class_missing || hresult == denied;
}

/// Calls that broke after they had left (RPC, COM): nobody knows.
bool may_have_arrived(std::uint32_t hresult) {
    const bool rpc = (hresult & 0xffffff00U) == 0x80070600U || (hresult & 0xffffff00U) == 0x80070700U;
    const bool com = (hresult & 0xffff0000U) == 0x80010000U;
    return (rpc || com) && !never_arrived(hresult);
}

std::string said(const Refusal &refusal) {
    std::string out = refusal.words;
    const HResult *known = find_hresult(refusal.hresult);
    if (known != nullptr && out.find(known->name) != std::string::npos) return out; // the CA has said it all
    if (known != nullptr)
        out += (out.empty() ? "" : " ") + ("(" + explain_hresult(refusal.hresult) + ")");
    else if (refusal.hresult != 0 && hresult_in(out) == 0)
        out += (out.empty() ? "" : " ") + ("(" + hresult_text(refusal.hresult) + ")");
    return out;
}

} // namespace

std::string template_attribute(std::string_view given) {
    const std::string name(trim(given));
    if (is_oid(name)) return name;
    constexpr std::size_t longest = 64; // of a common name
    const bool fits =
        !name.empty() && name.size() <= longest && is_utf8(name) && std::all_of(name.begin(), name.end(), [](char c) {
            return static_cast<unsigned char>(c) > 0x20 &&
                   std::string_view(":=,;\"'\\/\x7f").find(c) == std::string_view::npos;
        });
    if (!fits)
        throw failure(errors::attribute,
                      "The template '" + shown(name, 100) + "' cannot be asked for: that is no internal name",
                      "Name the template by its internal name (certtmpl.msc, the template, General, Template name), "
                      "which has no blanks; the display name is another one.");
    return name;
}

std::string write_attributes(const std::vector<Attribute> &attributes, std::string_view end) {
    std::string out;
    for (const auto &[name, value] : attributes)
        out += name + ":" + value + std::string(end);
    return out;
}

Request prepare(Call call, const cbp_order &order, const Connection &connection) {
    const cbp_parsed *csr = call.parse(CBP_PARSE_CSR, order.csr_der);
    check_own_attributes(call, csr, connection);
    Request out;
    out.key_id = text_of(call, csr, CBP_FIELD_KEY_ID);
    const certbroker::plugin::Sendable message = certbroker::plugin::sendable(order);
    out.message = base64(text(message.der));
    out.kind = message.kind;
    // Without one the request may name it itself, and a standalone CA knows none.
    if (const std::string_view name = trim(order.profile != nullptr ? order.profile : ""); !name.empty())
        out.attributes.emplace_back("CertificateTemplate", template_attribute(name));
    for (Attribute &attribute : read_attributes(Settings(call.host(), order.settings), connection))
        out.attributes.push_back(std::move(attribute));
    return out;
}

cbp_status deny(Call call, const char *idempotency, const Refusal &refusal) {
    if (idempotency != nullptr) orders::forget(call, idempotency);
    const HResult *known = find_hresult(refusal.hresult);
    if (known != nullptr && CBP_HAS(call.host(), denied_remedy)) call.host()->denied_remedy(call.raw(), known->remedy);
    const std::string words = said(refusal);
    const std::string reason = known != nullptr       ? known->name
                               : refusal.hresult != 0 ? hresult_text(refusal.hresult)
                                                      : "denied";
    return call.denied(reason, words.empty() ? "The CA denied the request and gave no reason" : words,
                       refusal.request_id);
}

cbp_status not_done(Call call, const char *idempotency, const Refusal &refusal, const std::string &what) {
    const std::string message = what + ": " + (said(refusal).empty() ? "the CA gave no reason" : said(refusal));
    if (idempotency != nullptr && may_have_arrived(refusal.hresult)) {
        call.check(call.host()->uncertain(call.raw(), message.c_str(), refusal.request_id.c_str()));
        return CBP_OK;
    }
    if (idempotency != nullptr) {
        orders::forget(call, idempotency);
        if (never_arrived(refusal.hresult)) call.host()->fail_detail(call.raw(), CBP_DETAIL_NOT_SENT, 1);
    }
    const HResult *known = find_hresult(refusal.hresult);
    if (known != nullptr) throw failure(errors::ca_error, message, known->remedy);
    throw failure(errors::ca_error, message);
}

bool is_ca(Call call, cbp_bytes certificate) {
    return call.host()->parsed_number(call.parse(CBP_PARSE_CERTIFICATE, certificate), CBP_NUMBER_IS_CA) != 0;
}

std::vector<cbp_bytes> issuer_first(Call call, std::vector<cbp_bytes> left) {
    const auto issued = [&](cbp_bytes certificate, cbp_bytes issuer) {
        return text(certificate) != text(issuer) && call.host()->issued_by(call.raw(), certificate, issuer) == CBP_OK;
    };
    std::vector<cbp_bytes> out;
    while (!left.empty()) {
        // Above the last one; at the beginning one that has issued none of the others.
        auto next = std::find_if(left.begin(), left.end(), [&](cbp_bytes candidate) {
            if (!out.empty()) return issued(out.back(), candidate);
            return std::none_of(left.begin(), left.end(), [&](cbp_bytes other) { return issued(other, candidate); });
        });
        if (next == left.end()) {
            if (!out.empty()) break; // what belongs to no chain is left out
            next = left.begin();
        }
        out.push_back(*next);
        left.erase(next);
    }
    return out;
}

} // namespace microsoft_ca::request
