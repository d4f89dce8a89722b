#include <algorithm>
#include <array>

#include "dcom.hpp"
#include "hresult.hpp"
#include "text.hpp"

/// The conversation itself: on a thread of its own, without the host. And what its parts are made of.
namespace microsoft_ca::dcom {
namespace {

constexpr std::size_t most_templates = 5'000, longest_template = 200;

constexpr Code class_not_registered = 0x80040154U, class_string = 0x800401F3U, no_interface = 0x80004002U;
constexpr Code access_denied = 0x80070005U, enroll_denied = 0x80094011U, template_denied = 0x80094012U;
/// The connection to the CA's computer did not come about, or broke.
constexpr std::array<Code, 7> unreachable{
    0x800706BAU, // RPC_S_SERVER_UNAVAILABLE
    0x800706BBU, // RPC_S_SERVER_TOO_BUSY
    0x800706BEU, // RPC_S_CALL_FAILED
    0x800706BFU, // RPC_S_CALL_FAILED_DNE
    0x800706D9U, // EPT_S_NOT_REGISTERED
    0x80010108U, // RPC_E_DISCONNECTED
    0x80080005U  // CO_E_SERVER_EXEC_FAILURE
};
/// Of these it is certain that the CA has done nothing.
constexpr std::array<Code, 11> untouched{
    class_not_registered, class_string, no_interface, access_denied,
    0x800706BAU, // RPC_S_SERVER_UNAVAILABLE: no binding came about
    0x800706BBU, // RPC_S_SERVER_TOO_BUSY
    0x800706BFU, // RPC_S_CALL_FAILED_DNE: "and did not execute"
    0x800706D9U, // EPT_S_NOT_REGISTERED
    0x80080005U, // CO_E_SERVER_EXEC_FAILURE
    0x80070057U, // E_INVALIDARG
    0x80070002U  // ERROR_FILE_NOT_FOUND: no CA of that name
};

template<std::size_t Size>
bool among(const std::array<Code, Size> &list, Code code) {
    return std::find(list.begin(), list.end(), code) != list.end();
}

void read_details(CertRequest &ca, Told &told) {
    if (failed(ca.get_last_status(told.status))) told.status = 0;
    if (failed(ca.get_request_id(told.request_id))) told.request_id = 0;
    if (failed(ca.get_disposition_message(told.message))) told.message.clear();
    if (failed(told.result) || told.disposition != issued) return;
    told.fetch = ca.get_certificate(out_binary, told.certificate);
    if (failed(told.fetch)) return;
    // Without the chain the certificate is still the certificate.
    if (failed(ca.get_certificate(out_binary | out_chain, told.others)) && failed(ca.get_full_response(told.others)))
        told.others.clear();
}

} // namespace

Told submit(CertRequest &ca, const Order &order) {
    Told told;
    told.result = ca.submit(order.flags, order.message, order.attributes, order.config, told.disposition);
    read_details(ca, told);
    return told;
}

Told retrieve(CertRequest &ca, std::uint32_t request_id, const std::string &config) {
    Told told;
    told.result = ca.retrieve_pending(request_id, config, told.disposition);
    read_details(ca, told);
    return told;
}

Authority ask_authority(CertRequest &ca, const std::string &config) {
    Authority out;
    out.result = ca.get_ca_certificate(config, out_binary, out.certificate);
    if (failed(out.result)) return out;
    if (failed(ca.get_ca_certificate(config, out_binary | out_chain, out.chain))) out.chain.clear();
    out.templates_result = ca.get_templates(config, out.templates);
    return out;
}

std::vector<std::pair<std::string, std::string>> read_templates(std::string_view lines) {
    std::vector<std::pair<std::string, std::string>> out;
    const std::vector<std::string_view> parts = split(lines, '\n');
    for (std::size_t i = 0; i < parts.size(); i += 2) {
        const std::string_view name = trim(parts[i]);
        const std::string_view oid = i + 1 < parts.size() ? trim(parts[i + 1]) : std::string_view();
        const bool known =
            std::any_of(out.begin(), out.end(), [name](const auto &one) { return same(one.first, name); });
        if (name.empty() || name.size() > longest_template || !is_utf8(name) || known) continue;
        if (out.size() >= most_templates)
            throw failure(errors::answer, "The templates of the CA could not be read: there are more than 5,000");
        out.emplace_back(name, is_oid(oid) ? oid : std::string_view());
    }
    return out;
}

bool nothing_issued(Code code) {
    constexpr Code certificate_services = 0x8009'4000U; // CERTSRV_E_...
    return (code & 0xFFFF'F000U) == certificate_services || among(untouched, code);
}

Failure failure_of(Code code, const std::string &what) {
    if (code == class_not_registered || code == class_string || code == no_interface)
        return failure(errors::platform,
                       what + ": the class CertificateAuthority.Request is not registered here (" + hresult_text(code) +
                           ")",
                       "It belongs to Windows (certcli.dll); Wine and Nano Server do not have it. Use transport ces or "
                       "certsrv here.");
    const HResult *row = find_hresult(code);
    const ErrorKind &kind = among(unreachable, code)                         ? errors::unreachable
                            : code == access_denied || code == enroll_denied ? errors::access
                            : code == template_denied                        ? errors::permission
                                                                             : errors::ca_error;
    return failure(kind, what + ": " + explain_hresult(code), row != nullptr ? row->remedy : kind.remedy);
}

} // namespace microsoft_ca::dcom
