#include "digicert.hpp"
#include "text.hpp"

/// What the service has issued: searching, revoking, and settling what became of a request.
namespace digicert {
namespace {

const std::string lost_prefix = "lost/"; ///< durable state: what orders without an answer were sent with
constexpr std::size_t most_pages = 40;   ///< of one search that settles a request: 2,000 certificates

const char *or_null(const std::string &text) {
    return text.empty() ? nullptr : text.c_str();
}

/// A parsed certificate of a search result; the host says nothing when it cannot be read.
const cbp_parsed *parse_quietly(Call call, cbp_bytes der) {
    const cbp_parsed *parsed = nullptr;
    return call.host()->parse(call.raw(), CBP_PARSE_CERTIFICATE, der, &parsed) == CBP_OK ? parsed : nullptr;
}

/// The certificate that a row is about, out of DER or PKCS#7; empty when the row holds none that can be read.
cbp_bytes end_entity(Call call, const management::Found &row) {
    if (row.certificate.empty()) return {};
    try {
        for (const cbp_bytes &der : certificates_of(call, row.certificate, "A certificate that DigiCert found")) {
            if (!is_ca(call, der)) return der;
        }
    } catch (const Failure &) { // the row's other columns are worth showing
    }
    return {};
}

} // namespace

/// Kept for the case that somebody asks; when it cannot be kept, the request's names have to do.
void DigiCert::remember_lost(Call call, const std::string &transaction, const Lost &lost) const {
    const std::string key = lost_prefix + transaction;
    const std::string value = lost.profile + "\n" + lost.seat;
    const char *const keys[] = {key.c_str()};
    const cbp_bytes values[] = {certbroker::plugin::bytes(value)};
    if (call.host()->state_put(call.raw(), keys, values, 1) != CBP_OK)
        connection_.host.log(CBP_LOG_WARNING, "What the order was sent with could not be kept for a later search");
}

/// What to look for a request's certificate by: first what it was sent with, where that is known, then its names.
std::vector<management::Search> DigiCert::searches_for(Call call, const cbp_query &query,
                                                       const std::string &transaction) const {
    std::vector<management::Search> out;
    const auto add = [&out](std::string management::Search::*member, const std::string &value) {
        if (value.empty()) return;
        management::Search search;
        search.*member = value;
        out.push_back(std::move(search));
    };
    if (const std::string lost = call.state(lost_prefix + transaction); !lost.empty()) {
        management::Search search;
        search.profile = lost.substr(0, lost.find('\n'));
        search.seat = lost.substr(search.profile.size() + 1);
        if (!search.seat.empty()) out.push_back(std::move(search));
    }
    if (query.serial != nullptr) add(&management::Search::serial, management::serial_text(query.serial));
    if (query.csr_der.size == 0) return out;
    const RequestNames names = names_of_csr(call, call.parse(CBP_PARSE_CSR, query.csr_der));
    for (const auto *list : {&names.emails, &names.upns}) {
        if (list->empty()) continue;
        add(&management::Search::seat, list->front());
        add(&management::Search::email, list->front());
    }
    add(&management::Search::common_name, names.subject_value(oid::common_name).value_or(""));
    return out;
}

management::Page DigiCert::page_of(Call call, Exchange &exchange, const management::Search &search) {
    const std::string transaction = exchange.new_transaction();
    const soap::Reply reply =
        exchange.post(search_certificates, management::write_search(search, transaction),
                      search.profile.empty() ? std::string("certificates") : "profile " + search.profile);
    management::Page page =
        read_for(search_certificates, [&] { return management::read_search(reply.body, search.start); });
    exchange.check_echo(transaction, page.client_transaction);
    call.host()->progress(call.raw(), -1, "DigiCert has answered the search");
    return page;
}

/// DigiCert keeps no order ids, so the certificate is looked for by the request's names and known by its key.
cbp_status DigiCert::find(Call call, const cbp_query &query) {
    std::string key_id = query.public_key_sha256 != nullptr ? query.public_key_sha256 : "";
    if (key_id.empty() && query.csr_der.size > 0)
        key_id = text_of(call, call.parse(CBP_PARSE_CSR, query.csr_der), CBP_FIELD_KEY_ID);
    Exchange exchange(call, connection_);
    const std::string transaction = exchange.transaction_of(query.idempotency != nullptr ? query.idempotency : "");
    const std::vector<management::Search> searches = searches_for(call, query, transaction);
    if (key_id.empty() || searches.empty())
        throw failure(errors::not_settled, "What became of the request could not be found out: it has no name or no "
                                           "key to search DigiCert's certificates by");
    std::size_t pages = 0;
    for (management::Search search : searches) {
        for (bool more = true; more;) {
            if (++pages > most_pages)
                throw failure(
                    errors::not_settled,
                    "What became of the request could not be found out: too many certificates have its names");
            const management::Page page = page_of(call, exchange, search);
            for (const management::Found &row : page.found) {
                const cbp_bytes der = end_entity(call, row);
                const cbp_parsed *parsed = der.size > 0 ? parse_quietly(call, der) : nullptr;
                if (parsed == nullptr || !same(text_of(call, parsed, CBP_FIELD_KEY_ID), key_id)) continue;
                return give_certificate(call, exchange, row.certificate, row.profile,
                                        text_of(call, parsed, CBP_FIELD_KEY_ID));
            }
            more = page.more;
            search.start += page.found.size();
        }
    }
    // Nobody says how soon the search shows what was issued.
    call.host()->fail_detail(call.raw(), CBP_DETAIL_FIND_LAG_SECONDS, connection_.search_lag);
    throw failure(errors::not_found, "The request could not be found: DigiCert has no certificate for its key");
}

cbp_status DigiCert::search(Call call, const cbp_search &wish) {
    const auto given = [](const char *text) { return std::string(text != nullptr ? trim(text) : std::string_view()); };
    management::Search search;
    search.seat = given(wish.owner);
    search.profile = given(wish.profile);
    search.common_name = given(wish.subject);
    search.email = given(wish.email);
    if (wish.serial != nullptr) search.serial = management::serial_text(wish.serial);
    if (wish.status != nullptr) search.status = management::status_word(trim(wish.status));
    search.start = wish.start;
    if (!search.profile.empty()) search.profile = profile_oid(wish.profile);

    Exchange exchange(call, connection_);
    const management::Page page = page_of(call, exchange, search);
    for (const management::Found &row : page.found) {
        cbp_found found{};
        found.struct_size = sizeof found;
        found.certificate_der = end_entity(call, row);
        const cbp_parsed *parsed =
            found.certificate_der.size > 0 ? parse_quietly(call, found.certificate_der) : nullptr;
        const std::string subject = parsed != nullptr         ? text_of(call, parsed, CBP_FIELD_SUBJECT)
                                    : row.common_name.empty() ? std::string()
                                                              : "CN=" + row.common_name;
        const std::string serial = parsed != nullptr ? text_of(call, parsed, CBP_FIELD_SERIAL) : row.serial;
        found.serial = or_null(serial);
        found.subject = or_null(subject);
        found.status = or_null(row.status);
        found.profile = or_null(row.profile);
        found.email = or_null(row.email);
        found.owner = or_null(row.seat);
        found.reason = row.reason;
        found.not_before = row.valid_from;
        found.not_after = row.valid_to;
        found.revoked_at = row.revoked_at;
        call.check(call.host()->add_found(call.raw(), &found));
    }
    if (page.more) call.check(call.host()->search_more(call.raw(), search.start + page.found.size()));
    return CBP_OK;
}

cbp_status DigiCert::get_certificate(Call call, const char *serial) {
    management::Search search;
    search.serial = management::serial_text(serial != nullptr ? serial : "");
    Exchange exchange(call, connection_);
    for (const management::Found &row : page_of(call, exchange, search).found) {
        const cbp_bytes der = end_entity(call, row);
        const cbp_parsed *parsed = der.size > 0 ? parse_quietly(call, der) : nullptr;
        if (parsed != nullptr && management::serial_text(text_of(call, parsed, CBP_FIELD_SERIAL)) == search.serial)
            return call.host()->add_certificate(call.raw(), der);
    }
    throw failure(errors::not_found, "The certificate could not be found: DigiCert has none with serial number " +
                                         shown(search.serial, 100));
}

void DigiCert::change_status(Exchange &exchange, const std::string &serial, const management::Change &change) {
    const std::string transaction = exchange.new_transaction();
    const soap::Reply reply =
        exchange.post(update_status, management::write_update(serial, change, transaction), "serial number " + serial);
    const management::UpdateAnswer answer =
        read_for(update_status, [&] { return management::read_update(reply.body); });
    exchange.check_echo(transaction, answer.client_transaction);
    if (answer.code == 0) return;
    throw failure(errors::not_revoked, std::string(update_status.failed) + ": " +
                                           (answer.message.empty() ? "no reason is given" : answer.message) +
                                           " (code " + std::to_string(answer.code) + "; serial number " + serial +
                                           "; server transaction " + answer.server_transaction + ")");
}

bool DigiCert::has_status(Call call, Exchange &exchange, const std::string &serial, std::string_view status) {
    management::Search search;
    search.serial = serial;
    try {
        for (const management::Found &row : page_of(call, exchange, search).found) {
            if (management::serial_text(row.serial) == serial) return row.status == status;
        }
    } catch (const Failure &) { // what could not be changed is the failure to tell
    }
    return false;
}

cbp_status DigiCert::revoke(Call call, cbp_bytes certificate, std::int32_t reason) {
    const management::Change change = management::change_of(reason);
    const cbp_parsed *parsed = call.parse(CBP_PARSE_CERTIFICATE, certificate);
    const std::string serial = management::serial_text(text_of(call, parsed, CBP_FIELD_SERIAL));
    Exchange exchange(call, connection_);
    try {
        change_status(exchange, serial, change);
    } catch (const Failure &problem) {
        // Who asks for what is so already has got it.
        const bool refused = problem.id == errors::not_revoked.id || problem.id == errors::fault.id;
        const std::string_view wanted = change.operation == "Revoke" ? "Revoked" : "Suspended";
        if (!refused || change.operation == "Resume" || !has_status(call, exchange, serial, wanted)) throw;
        connection_.host.log(CBP_LOG_INFO, "Serial number " + serial + " was " + lower(wanted) + " already");
        return CBP_OK;
    }
    connection_.host.log(CBP_LOG_INFO,
                         "DigiCert did '" + std::string(change.operation) + "' for serial number " + serial);
    return CBP_OK;
}

} // namespace digicert
