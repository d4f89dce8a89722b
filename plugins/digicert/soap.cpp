#include "soap.hpp"

#include "errors.hpp"
#include "text.hpp"

const certbroker::plugin::xml::Failures &certbroker::plugin::xml::failures() {
    static constexpr Failures named{digicert::errors::answer, digicert::errors::setting, "An answer of DigiCert's"};
    return named;
}

namespace digicert::soap {
namespace {

constexpr std::string_view envelope_name_space = "http://schemas.xmlsoap.org/soap/envelope/";

/// The first descendant of that local name, in any case and namespace.
xml::Element find_anywhere(xml::Element from, std::string_view name) {
    for (const xml::Element child : from.children()) {
        if (same(child.local_name(), name)) return child;
        if (const xml::Element below = find_anywhere(child, name)) return below;
    }
    return {};
}

std::string text_anywhere(xml::Element from, std::string_view name) {
    const xml::Element found = find_anywhere(from, name);
    return found ? shown(found.text(), 500) : std::string();
}

Fault read_fault(xml::Element element) {
    Fault fault;
    fault.code = text_anywhere(element, "faultcode");
    const std::string text = text_anywhere(element, "faultstring");
    if (const xml::Element detail = find_anywhere(element, "detail")) {
        fault.error_code = text_anywhere(detail, "errorcode");
        fault.message = text_anywhere(detail, "message");
        fault.client_transaction = text_anywhere(detail, "clientTransactionID");
        fault.server_transaction = text_anywhere(detail, "serverTransactionID");
    }
    if (fault.message.empty()) fault.message = text;
    return fault;
}

} // namespace

std::string name_space_attribute(std::string_view name_space) {
    return "xmlns=\"" + std::string(name_space) + "\"";
}

std::string envelope(std::string_view body) {
    return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<soapenv:Envelope xmlns:soapenv=\"" +
           std::string(envelope_name_space) + "\"><soapenv:Body>" + std::string(body) +
           "</soapenv:Body></soapenv:Envelope>";
}

std::string Fault::to_string(std::string_view about) const {
    std::string details;
    const auto add = [&details](std::string_view label, std::string_view value) {
        if (value.empty()) return;
        if (!details.empty()) details += "; ";
        details += std::string(label) + std::string(value);
    };
    add("", error_code);
    add("faultcode ", code);
    add("client transaction ", client_transaction);
    add("server transaction ", server_transaction);
    add("", about);
    const std::string said = message.empty() ? "no reason is given" : message;
    return details.empty() ? said : said + " (" + details + ")";
}

bool Fault::is_not_understood() const {
    return lower(message).find("a request element is not understood") != std::string::npos;
}

bool Fault::is_authentication() const {
    const auto colon = code.find(':');
    const std::string_view local = colon == std::string::npos ? code : std::string_view(code).substr(colon + 1);
    return local == "FailedAuthentication" || local == "InvalidSecurityToken" || local == "InvalidSecurity";
}

Reply read_reply(std::string_view text, const xml::Limits &limits, const std::string &what) {
    Reply reply{xml::Document(text, limits, what), {}, {}};
    const auto wrong = [&what](const std::string &why) {
        return failure(errors::answer, what + " cannot be used: " + why);
    };
    const xml::Element root = reply.document.root();
    if (root.local_name() != "Envelope" || root.name_space() != envelope_name_space)
        throw wrong("it is no SOAP message but begins with '" + shown(root.local_name(), 80) + "'");
    const auto content = root.required("Body").children();
    if (content.size() != 1) throw wrong("its Body holds " + std::to_string(content.size()) + " elements");
    reply.body = content.front();
    if (reply.body.local_name() == "Fault") reply.fault = read_fault(reply.body);
    return reply;
}

} // namespace digicert::soap
