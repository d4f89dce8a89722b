#include "errors.hpp"
#include "scep.hpp"
#include "text.hpp"

/// What is asked of a CA besides requests: GetCert, GetCRL, its own certificates.
namespace scep {
namespace {

using certbroker::plugin::bytes;
using certbroker::plugin::text;

constexpr const char *key_entry = "question-key";

std::string new_transaction(Call call) {
    std::uint8_t random[16];
    call.check(call.host()->random(call.raw(), random, sizeof random));
    return hex({reinterpret_cast<const char *>(random), sizeof random});
}

std::string issuer_of(Call call, const Authority &ca) {
    const cbp_parsed *parsed = call.parse(CBP_PARSE_CERTIFICATE, bytes(ca.ca()));
    return std::string(text(call.host()->parsed_bytes(parsed, CBP_BYTES_SUBJECT)));
}

certbroker::plugin::Failure denied(const Answer &answer, std::string said) {
    return answer.fail.remedy.empty() ? failure(errors::denied, std::move(said))
                                      : failure(errors::denied, std::move(said), answer.fail.remedy);
}

} // namespace

/// Every message is signed, questions too. No order comes with a key here, so this authority gets one of its own, once.
Asker EndpointProtection::questioner(Exchange &exchange) {
    const Call call = exchange.call();
    const cbp_host *host = call.host();
    Asker asker;
    const std::string uri = call.state(key_entry);
    if (uri.empty() || host->key_open(call.raw(), uri.c_str(), &asker.key) != CBP_OK) {
        call.check(host->key_create(call.raw(), nullptr, "RSA", 2048, &asker.key));
        const char *made = host->key_uri(call.raw(), asker.key);
        call.put_state({{key_entry, made != nullptr ? made : ""}});
    }
    asker.certificate = self_signed(exchange, asker.key, {}, "CN=CertBroker");
    return asker;
}

Answer EndpointProtection::question(Exchange &exchange, MessageType type, const std::string &content) {
    const Call call = exchange.call();
    const Authority &ca = authority(exchange);
    require_allowed_algorithms(ca, connection_);
    const Asker asker = questioner(exchange);
    const Sealed sealed = seal(exchange, ca, asker, type, new_transaction(call), content);
    return send(exchange, ca, asker, sealed, true);
}

cbp_status EndpointProtection::ca_chain(Call call, const char *) {
    Exchange exchange(call, connection_);
    for (const std::string &der : authority(exchange).chain())
        call.check(call.host()->add_certificate(call.raw(), bytes(der)));
    return CBP_OK;
}

std::string EndpointProtection::fetch(Exchange &exchange, const char *serial, const std::string &what,
                                      std::string &said) {
    const Call call = exchange.call();
    const std::string_view digits = trim(serial);
    const auto number = bytes_of_hex(digits.size() % 2 == 0 ? std::string(digits) : "0" + std::string(digits));
    if (!number || number->empty()) {
        said = "that is no serial number in hex";
        return {};
    }
    const std::string issuer = issuer_of(call, authority(exchange));
    const Answer answer = question(exchange, MessageType::get_cert, issuer_and_serial(issuer, *number));
    if (answer.status != PkiStatus::success) {
        said = answer.status == PkiStatus::pending ? "the CA says pending" : refusal(answer);
        if (answer.fail.unknown_certificate) return {};
        throw denied(answer, what + said);
    }
    const auto stripped = [](std::string_view hex_digits) {
        const auto first = hex_digits.find_first_not_of('0');
        return std::string(first == std::string_view::npos ? "" : hex_digits.substr(first));
    };
    for (const cbp_bytes &der : call.split_certificates(answer.content)) {
        const cbp_parsed *parsed = call.parse(CBP_PARSE_CERTIFICATE, der);
        if (same(stripped(text_of(call, parsed, CBP_FIELD_SERIAL)), stripped(hex(*number))))
            return std::string(text(der));
    }
    throw failure(errors::answer, what + "the CA sent another one");
}

cbp_status EndpointProtection::get_certificate(Call call, const char *serial) {
    Exchange exchange(call, connection_);
    const std::string what = "The certificate " + shown(serial, 100) + " could not be fetched: ";
    std::string said;
    const std::string der = fetch(exchange, serial, what, said);
    if (der.empty()) throw not_found(what + said);
    return call.host()->add_certificate(call.raw(), bytes(der));
}

/// SCEP finds certificates by serial number alone.
cbp_status EndpointProtection::search(Call call, const cbp_search &wish) {
    const auto given = [](const char *word) { return word != nullptr && !trim(word).empty(); };
    const std::string what = "The CA could not be searched: ";
    for (const char *word : {wish.subject, wish.email, wish.status, wish.profile, wish.owner}) {
        if (given(word)) throw failure(errors::search, what + "SCEP finds certificates by their serial number alone");
    }
    if (!given(wish.serial)) throw failure(errors::search, what + "no serial number was given");
    Exchange exchange(call, connection_);
    std::string said;
    const std::string der = fetch(exchange, wish.serial, what, said);
    if (der.empty()) return CBP_OK;
    const cbp_parsed *parsed = call.parse(CBP_PARSE_CERTIFICATE, bytes(der));
    const std::string serial = text_of(call, parsed, CBP_FIELD_SERIAL);
    const std::string subject = text_of(call, parsed, CBP_FIELD_SUBJECT);
    cbp_found found{};
    found.struct_size = sizeof found;
    found.reason = -1; // GetCert does not say whether it was revoked
    found.certificate_der = bytes(der);
    found.serial = serial.c_str();
    found.subject = subject.c_str();
    found.status = "Issued"; // that much GetCert says, and no more
    found.not_before = call.host()->parsed_number(parsed, CBP_NUMBER_NOT_BEFORE);
    found.not_after = call.host()->parsed_number(parsed, CBP_NUMBER_NOT_AFTER);
    return call.host()->add_found(call.raw(), &found);
}

/// A CRL is asked for by a certificate of the CA in question; any of its certificates will do.
cbp_status EndpointProtection::get_crl(Call call) {
    Exchange exchange(call, connection_);
    const std::string issuer = issuer_of(call, authority(exchange));
    const std::string serial = bytes_of_hex(call.state("last-serial")).value_or(std::string(1, '\x01'));
    const Answer answer = question(exchange, MessageType::get_crl, issuer_and_serial(issuer, serial));
    const std::string what = "The revocation list could not be fetched: ";
    if (answer.status != PkiStatus::success)
        throw denied(answer, what + (answer.status == PkiStatus::pending ? "the CA says pending" : refusal(answer)));
    const cbp_list *list = nullptr;
    if (call.host()->split_crls(call.raw(), answer.content, &list) != CBP_OK || call.host()->list_count(list) == 0)
        throw failure(errors::answer, what + "the CA's answer holds none");
    return call.host()->add_crl(call.raw(), call.host()->list_at(list, 0));
}

} // namespace scep
