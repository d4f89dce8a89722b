#include "users.hpp"

#include "errors.hpp"
#include "soap.hpp"
#include "text.hpp"

namespace digicert::users {

std::string write_request(const User &user, std::string_view transaction) {
    xml::Writer writer;
    writer.open("createOrUpdateUserRequest", soap::name_space_attribute(soap::user_service.name_space));
    writer.element("clientTransactionID", transaction).open("userInformation").element("seatId", user.seat);
    if (!user.first_name.empty()) writer.element("firstName", user.first_name);
    if (!user.last_name.empty()) writer.element("lastName", user.last_name);
    if (!user.email.empty()) writer.element("emailAddress", user.email);
    writer.close().element("version", "1.0").close();
    return soap::envelope(writer.take());
}

Answer read_answer(xml::Element body) {
    if (body.local_name() != "createOrUpdateUserResponse" || body.name_space() != soap::user_service.name_space)
        throw failure(errors::answer, "The answer of DigiCert's user management service cannot be used: it is '" +
                                          shown(body.local_name(), 80) + "'");
    Answer answer;
    answer.client_transaction = shown(body.text_of("clientTransactionID"), 80);
    answer.server_transaction = shown(body.text_of("serverTransactionID"), 80);
    const xml::Element status = body.required("userCreationStatus");
    answer.seat = shown(status.text_of("seatId"));
    answer.status = shown(status.text_of("statusCode"), 100);
    return answer;
}

} // namespace digicert::users
