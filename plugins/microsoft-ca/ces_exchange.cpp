#include "ces.hpp"
#include "hresult.hpp"
#include "text.hpp"

/// One exchange of SOAP messages, and what a fault means.
namespace microsoft_ca {
namespace {

std::string uuid(Call call) {
    std::uint8_t random[16];
    call.check(call.host()->random(call.raw(), random, sizeof random));
    random[6] = static_cast<std::uint8_t>((random[6] & 0x0fU) | 0x40U); // version 4
    random[8] = static_cast<std::uint8_t>((random[8] & 0x3fU) | 0x80U);
    const std::string digits = hex({reinterpret_cast<const char *>(random), sizeof random});
    return digits.substr(0, 8) + "-" + digits.substr(8, 4) + "-" + digits.substr(12, 4) + "-" + digits.substr(16, 4) +
           "-" + digits.substr(20);
}

} // namespace

soap::Reply Ces::post(Exchange &exchange, const Candidate &place, const cbp_key *current_key, std::string_view action,
                      const std::string &body, bool repeatable, const xml::Limits &limits, const std::string &what) {
    const Call call = exchange.call();
    soap::Header header;
    header.action = action;
    header.message_id = "urn:uuid:" + uuid(call);
    header.to = place.url;
    // Nobody can guess it, so no other part of the message can be made to hold the password.
    const std::string marker = "{{password " + uuid(call) + "}}";
    cbp_secret_place secret{sizeof(cbp_secret_place), CBP_ESCAPE_XML, marker.c_str(), nullptr};
    const cbp_secret_place *const places[] = {&secret, nullptr};
    Ask ask;
    if (place.as == Authentication::user_name) {
        header.user = soap::UserName{connection_.user, marker, connection_.host.now()};
        secret.secret = exchange.password();
        ask.places = places;
    }
    const std::string message = soap::envelope(header, body);
    ask.method = "POST";
    ask.url = place.url;
    ask.headers = {{"Content-Type", soap::content_type}};
    ask.body = message;
    ask.repeatable = repeatable;
    ask.most = limits.bytes;
    ask.as = place.as;
    if (place.with_current) ask.client_key = current_key;
    const Call::Response response = exchange.send(ask, what);
    // Faults come with 500, and with 400 where IIS is asked to keep to the letter of SOAP 1.2.
    const bool may_be_fault = (response.status == 500 || response.status == 400) && soap::is_envelope(response.body);
    if (response.status != 200 && !may_be_fault) exchange.refuse(response, place.url, what);
    soap::Reply reply = soap::read_reply(response.body, limits, what + ": the answer of " + host_of(place.url));
    if (response.status != 200 && !reply.fault) exchange.refuse(response, place.url, what);
    if (!reply.activity.empty())
        connection_.host.log(CBP_LOG_DEBUG, host_of(place.url) + " calls this exchange " + reply.activity);
    // A fault may come from in front of the service, which does not always say what it answers.
    if (reply.relates_to != header.message_id && (!reply.fault || !reply.relates_to.empty()))
        throw failure(errors::correlation, what + ": the answer of " + host_of(place.url) + " belongs to '" +
                                               shown(reply.relates_to, 100) + "', and '" + header.message_id +
                                               "' was asked");
    return reply;
}

void Ces::refuse(Exchange &exchange, const soap::Reply &reply, const std::string &what) const {
    const soap::Fault &fault = *reply.fault;
    std::string said = fault.reason.empty() ? "no reason is given" : "'" + fault.reason + "'";
    if (!fault.subcode.empty()) said += " (" + fault.subcode + ")";
    if (fault.is_authentication())
        throw failure(errors::credentials, what + ": the service does not accept who asks: " + said);
    if (fault.detail && fault.detail->error_code) {
        const std::uint32_t code = *fault.detail->error_code;
        const HResult *known = find_hresult(code);
        const std::string message = what + ": the CA says " + explain_hresult(code) + ", " + said;
        throw known != nullptr ? failure(errors::ca_error, message, known->remedy) : failure(errors::ca_error, message);
    }
    // A service that broke down may have done so after its work; one that refuses the message has not begun.
    if (!fault.is_sender()) exchange.call().host()->fail_detail(exchange.call().raw(), CBP_DETAIL_HTTP_STATUS, 500);
    throw failure(errors::fault, what + ": the service says " + said);
}

} // namespace microsoft_ca
