#include "wstep.hpp"

#include "soap.hpp"
#include "text.hpp"

namespace microsoft_ca::wstep {
namespace {

constexpr std::string_view ns_trust = "http://docs.oasis-open.org/ws-sx/ws-trust/200512";
constexpr std::string_view ns_authorization = "http://schemas.xmlsoap.org/ws/2006/12/authorization";
constexpr std::string_view token_x509 =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";
constexpr std::string_view type_issue = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue";
constexpr std::string_view type_query = "http://schemas.microsoft.com/windows/pki/2009/01/enrollment/QueryTokenStatus";
constexpr std::string_view value_pkcs10 = "http://schemas.microsoft.com/windows/pki/2009/01/enrollment#PKCS10";

const std::string what = "The answer of the enrolment service";

[[noreturn]] void unusable(const std::string &why) {
    throw failure(errors::answer, what + " cannot be used: " + why);
}

std::string declared(std::string_view name_space) {
    return "xmlns=\"" + std::string(name_space) + "\"";
}

xml::Writer &begin(xml::Writer &writer, std::string_view type) {
    return writer.open("RequestSecurityToken", declared(ns_trust))
        .element("TokenType", token_x509)
        .element("RequestType", type);
}

/// A token's base64 without blanks; empty when there is no such token.
std::string token_in(xml::Element parent, std::string_view kind) {
    if (!parent) return {};
    std::string found;
    for (const xml::Element child : parent.children()) {
        if (child.local_name() != "BinarySecurityToken" || child.name_space() != soap::ns_security) continue;
        if (!child.attribute("ValueType").ends_with(kind)) continue;
        if (!found.empty()) unusable("it holds more than one token of a kind");
        for (const char c : child.text()) {
            if (c != ' ' && c != '\t' && c != '\r' && c != '\n') found += c;
        }
        if (found.empty()) unusable("a token in it is empty");
    }
    return found;
}

} // namespace

std::string write_issue(const Order &order) {
    xml::Writer writer;
    const std::string value_type =
        order.kind == MessageKind::pkcs10 ? std::string(value_pkcs10) : std::string(soap::ns_security) + "#PKCS7";
    begin(writer, type_issue)
        .element("BinarySecurityToken", order.message,
                 declared(soap::ns_security) + " ValueType=\"" + value_type + "\" EncodingType=\"" +
                     std::string(soap::ns_security) + "#base64binary\"");
    if (!order.attributes.empty()) {
        writer.open("AdditionalContext", declared(ns_authorization));
        for (const auto &[name, value] : order.attributes)
            writer.open("ContextItem", "Name=\"" + xml::escape(name) + "\"").element("Value", value).close();
        writer.close();
    }
    writer.open("RequestID", declared(soap::ns_enrolment) + " xsi:nil=\"true\"").close();
    return writer.close().take();
}

std::string write_query(std::string_view request_id) {
    xml::Writer writer;
    begin(writer, type_query).element("RequestID", request_id, declared(soap::ns_enrolment));
    return writer.close().take();
}

Answer read_answer(xml::Element body) {
    if (body.name_space() != ns_trust || body.local_name() != "RequestSecurityTokenResponseCollection")
        unusable("the service answered with '" + shown(body.local_name(), 80) + "'");
    const auto responses = body.children("RequestSecurityTokenResponse");
    if (responses.size() != 1) unusable("it holds " + std::to_string(responses.size()) + " responses");
    const xml::Element response = responses.front();
    Answer answer;
    if (const xml::Element said = response.child("DispositionMessage", soap::ns_enrolment))
        answer.disposition = shown(said.text(), 500);
    if (const xml::Element id = response.child("RequestID", soap::ns_enrolment)) answer.request_id = id.text();
    if (!answer.request_id.empty() && !is_request_id(answer.request_id))
        unusable("its RequestID '" + shown(answer.request_id, 40) + "' is no number");
    answer.response = token_in(response, "#PKCS7");
    const xml::Element requested = response.required("RequestedSecurityToken");
    answer.certificate = token_in(requested, "#X509v3");
    if (!answer.certificate.empty()) {
        answer.state = Answer::State::issued;
        return answer;
    }
    const xml::Element holder = requested.child("SecurityTokenReference", soap::ns_security);
    if (!holder) unusable("it holds neither a certificate nor a reference to one");
    if (answer.request_id.empty()) unusable("it says pending and has no RequestID");
    if (const xml::Element reference = holder.child("Reference")) answer.reference = reference.attribute("URI");
    return answer;
}

} // namespace microsoft_ca::wstep
