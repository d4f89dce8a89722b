#include "enrollment.hpp"

#include "errors.hpp"
#include "soap.hpp"
#include "text.hpp"

namespace digicert::enrollment {
namespace {

constexpr std::string_view trust_name_space = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/";
constexpr std::string_view pkcs10 = "http://schemas.verisign.com/pkiservices/2009/07/PKCS10";
constexpr std::string_view x509 =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";
constexpr std::string_view token_version = "digicert 1";
constexpr std::size_t max_pending_id = 1000;

std::string value_type(std::string_view uri) {
    return "ValueType=\"" + std::string(uri) + "\"";
}

[[noreturn]] void unusable(const std::string &why) {
    throw failure(errors::answer, "The answer of DigiCert's enrollment service cannot be used: " + why);
}

/// RequestVSSecurityTokenResponse: two copies of the schema spell its first letter differently.
xml::Element response_of(xml::Element body) {
    xml::Element outer = body;
    if (outer.name_space() == trust_name_space && outer.local_name() == "RequestSecurityTokenResponseCollection")
        outer = outer.required("RequestSecurityTokenResponse");
    if (outer.name_space() != trust_name_space || outer.local_name() != "RequestSecurityTokenResponse")
        unusable("it is '" + shown(body.local_name(), 80) + "' of the namespace '" + shown(body.name_space(), 100) +
                 "'");
    xml::Element found;
    for (const xml::Element child : outer.children()) {
        if (!same(child.local_name(), "RequestVSSecurityTokenResponse") ||
            child.name_space() != soap::enrollment_service.name_space)
            continue;
        if (found) unusable("it has two responses where one was asked for");
        found = child;
    }
    if (!found) unusable("'RequestVSSecurityTokenResponse' is missing");
    return found;
}

} // namespace

std::string write_request(const Request &request) {
    xml::Writer writer;
    writer.open("wst:RequestSecurityToken", "xmlns:wst=\"" + std::string(trust_name_space) + "\"");
    writer.open("requestVSSecurityToken",
                soap::name_space_attribute(soap::enrollment_service.name_space) + " preferredLanguage=\"en-US\"");
    writer.element("certificateProfileID", request.profile);
    writer.element("clientTransactionID", request.transaction);
    if (!request.token_type.empty()) writer.element("tokenType", request.token_type);
    writer.element("requestType", request.request_type);
    if (!request.csr.empty()) writer.element("binarySecurityToken", request.csr, value_type(pkcs10));
    if (!request.certificate.empty()) writer.element("binarySecurityToken", request.certificate, value_type(x509));
    if (!request.pending.empty()) writer.element("pendingTokenReferenceID", request.pending);
    for (const auto &[name, value] : request.pairs)
        writer.open("nameValuePair").element("name", name).element("value", value).close();
    writer.element("version", "2.0").close().close();
    return soap::envelope(writer.take());
}

Answer read_answer(xml::Element body) {
    const xml::Element response = response_of(body);
    Answer answer;
    answer.client_transaction = shown(response.text_of("clientTransactionID"), 80);
    answer.server_transaction = shown(response.text_of("serverTransactionID"), 80);
    answer.value_type = response.text_of("tokenType");
    answer.disposition = shown(response.text_of("dispositionMessage"), 1000);
    xml::Element token = response.child("binarySecurityToken");
    if (const xml::Element requested = response.child("requestedVSSecurityToken"); requested && !requested.is_nil()) {
        if (const xml::Element inner = requested.child("binarySecurityToken")) token = inner;
        answer.pending = requested.text_of("pendingTokenReferenceID");
    }
    if (token && !token.is_nil()) {
        answer.token = token.text();
        if (std::string own = token.attribute("ValueType"); !own.empty()) answer.value_type = std::move(own);
    }
    if (!answer.token.empty() && !answer.pending.empty()) unusable("it is both a certificate and pending");
    if (answer.pending.size() > max_pending_id) unusable("its pendingTokenReferenceID is longer than 1,000 bytes");
    if (answer.token.empty() && answer.pending.empty() && answer.disposition.empty())
        unusable("it holds neither a certificate nor a reason (server transaction " +
                 (answer.server_transaction.empty() ? "unknown" : answer.server_transaction) + ")");
    return answer;
}

std::string write_token(const Token &token) {
    return std::string(token_version) + "\n" + token.profile + "\n" + token.pending;
}

Token read_token(std::string_view text) {
    const auto refuse = []() -> Failure {
        return failure(errors::token, "The order could not be asked for: its token is none of DigiCert's");
    };
    const auto next = [&text, &refuse] {
        const auto end = text.find('\n');
        if (end == std::string_view::npos) throw refuse();
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end + 1);
        return line;
    };
    if (next() != token_version) throw refuse();
    Token token;
    token.profile = next();
    token.pending = text;
    if (!is_oid(token.profile) || token.pending.empty() || token.pending.size() > max_pending_id ||
        !is_utf8(token.pending))
        throw refuse();
    return token;
}

} // namespace digicert::enrollment
