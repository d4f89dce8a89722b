#include "soap.hpp"

#include "errors.hpp"
#include "text.hpp"

const certbroker::plugin::xml::Failures &certbroker::plugin::xml::failures() {
    static constexpr Failures named{microsoft_ca::errors::answer, microsoft_ca::errors::setting,
                                    "An answer of the service"};
    return named;
}

namespace microsoft_ca::soap {
namespace {

constexpr std::string_view password_text =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText";
constexpr std::string_view anonymous_address = "http://www.w3.org/2005/08/addressing/anonymous";
constexpr std::string_view ns_diagnostics = "http://schemas.microsoft.com/2004/09/ServiceModel/Diagnostics";
constexpr std::int64_t token_life = 300;
constexpr std::string_view must_understand = "s:mustUnderstand=\"1\"";

std::string declared(std::string_view prefix, std::string_view name_space) {
    return "xmlns:" + std::string(prefix) + "=\"" + std::string(name_space) + "\"";
}

void write_security(xml::Writer &writer, const UserName &user) {
    writer.open("o:Security",
                std::string(must_understand) + " " + declared("o", ns_security) + " " + declared("u", ns_utility));
    writer.open("u:Timestamp", "u:Id=\"_0\"")
        .element("u:Created", utc(user.now))
        .element("u:Expires", utc(user.now + token_life))
        .close();
    writer.open("o:UsernameToken")
        .element("o:Username", user.user)
        .element("o:Password", user.password_marker, "Type=\"" + std::string(password_text) + "\"")
        .close();
    writer.close();
}

std::string local_name(std::string_view qualified) {
    const auto colon = qualified.find(':');
    return shown(colon == std::string_view::npos ? qualified : qualified.substr(colon + 1), 100);
}

Detail read_detail(xml::Element element) {
    Detail detail;
    detail.binary_response = element.text_of("BinaryResponse");
    if (const auto code = element.number_of("ErrorCode"))
        detail.error_code = static_cast<std::uint32_t>(*code & 0xffffffffLL);
    detail.invalid_request = element.flag_of("InvalidRequest").value_or(false);
    if (std::string id = element.text_of("RequestID"); is_request_id(id)) detail.request_id = std::move(id);
    return detail;
}

Fault read_fault(xml::Element element) {
    Fault fault;
    if (const xml::Element code = element.child("Code")) {
        fault.code = local_name(code.text_of("Value"));
        // Subcodes nest; the innermost says most.
        for (xml::Element sub = code.child("Subcode"); sub; sub = sub.child("Subcode"))
            fault.subcode = local_name(sub.text_of("Value"));
    }
    if (const xml::Element reason = element.child("Reason")) {
        const auto texts = reason.children("Text");
        if (!texts.empty()) fault.reason = shown(texts.front().text(), 500);
    }
    if (const xml::Element holder = element.child("Detail")) {
        if (const xml::Element detail = holder.child("CertificateEnrollmentWSDetail", ns_enrolment))
            fault.detail = read_detail(detail);
    }
    return fault;
}

} // namespace

std::string utc(std::int64_t unix_seconds) {
    constexpr std::int64_t day = 86'400;
    std::int64_t days = unix_seconds / day;
    std::int64_t rest = unix_seconds % day;
    if (rest < 0) {
        rest += day;
        --days;
    }
    // Days to a civil date: eras of 400 years that begin with March.
    const std::int64_t shifted = days + 719'468;
    const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146'096) / 146'097;
    const std::int64_t of_era = shifted - era * 146'097;
    const std::int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
    const std::int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t month_from_march = (5 * of_year + 2) / 153;
    const std::int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    const std::int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
    const auto padded = [](std::int64_t value, std::size_t width) {
        std::string out = std::to_string(value);
        return out.size() < width ? std::string(width - out.size(), '0') + out : out;
    };
    return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(of_year - (153 * month_from_march + 2) / 5 + 1, 2) +
           "T" + padded(rest / 3600, 2) + ":" + padded(rest / 60 % 60, 2) + ":" + padded(rest % 60, 2) + ".000Z";
}

std::string envelope(const Header &header, std::string_view body) {
    xml::Writer writer;
    writer.open("s:Header");
    writer.element("a:Action", header.action, must_understand);
    writer.element("a:MessageID", header.message_id);
    writer.open("a:ReplyTo").element("a:Address", anonymous_address).close();
    writer.element("a:To", header.to, must_understand);
    if (header.user) write_security(writer, *header.user);
    writer.close();
    return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<s:Envelope " + declared("s", ns_envelope) + " " +
           declared("a", ns_addressing) + " " + declared("xsi", ns_schema_instance) + ">" + writer.take() + "<s:Body>" +
           std::string(body) + "</s:Body></s:Envelope>";
}

bool Fault::is_authentication() const {
    for (const char *known : {"FailedAuthentication", "InvalidSecurity", "InvalidSecurityToken", "MessageExpired",
                              "FailedCheck", "SecurityTokenUnavailable"}) {
        if (subcode == known) return true;
    }
    return false;
}

bool is_envelope(std::string_view text) {
    return text.substr(0, 4096).find("Envelope") != std::string_view::npos;
}

Reply read_reply(std::string_view text, const xml::Limits &limits, const std::string &what) {
    Reply reply{xml::Document(text, limits, what), {}, {}, {}, {}, {}};
    const auto wrong = [&what](const std::string &why) {
        return failure(errors::answer, what + " cannot be used: " + why);
    };
    const xml::Element root = reply.document.root();
    if (root.local_name() != "Envelope" || root.name_space() != ns_envelope)
        throw wrong("it is no SOAP 1.2 message but begins with '" + shown(root.local_name(), 80) + "'");
    if (const xml::Element header = root.child("Header")) {
        if (const xml::Element action = header.child("Action", ns_addressing)) reply.action = action.text();
        if (const xml::Element relates = header.child("RelatesTo", ns_addressing)) reply.relates_to = relates.text();
        if (const xml::Element activity = header.child("ActivityId", ns_diagnostics))
            reply.activity = shown(activity.text() + " " + activity.attribute("CorrelationId"), 200);
    }
    const auto content = root.required("Body").children();
    if (content.size() != 1) throw wrong("its Body holds " + std::to_string(content.size()) + " elements");
    reply.body = content.front();
    if (reply.body.local_name() == "Fault" && reply.body.name_space() == ns_envelope)
        reply.fault = read_fault(reply.body);
    return reply;
}

} // namespace microsoft_ca::soap
