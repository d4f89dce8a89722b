#include "dcom.hpp"

#include <atomic>

#include "aside.hpp"
#include "exchange.hpp"
#include "hresult.hpp"
#include "orders.hpp"
#include "request.hpp"
#include "text.hpp"

/// Issuing by DCOM: one request, and what the CA says to it.
namespace microsoft_ca {
namespace {

using certbroker::plugin::bytes;
using certbroker::plugin::text;
using dcom::Code;
using dcom::failed;
using dcom::Told;

constexpr std::uint32_t ask_again_after = 300;         ///< seconds; the CA names no time
constexpr std::uint32_t ask_soon = 60;                 ///< it is about to be there
constexpr std::uint32_t ask_tomorrow = 24 * 60 * 60;   ///< people carry it
constexpr std::uint64_t largest_request = 0x7fff'ffff; ///< RequestId is a LONG
constexpr Code no_object = 0x80004003U;                ///< E_POINTER

std::string text_of(Call call, const cbp_parsed *parsed, std::int32_t field) {
    const char *value = call.host()->parsed_text(call.raw(), parsed, field, 0);
    return value != nullptr ? value : "";
}

std::int32_t format_of(std::uint32_t kind) {
    return kind == CBP_MESSAGE_CMC ? dcom::in_cmc : kind == CBP_MESSAGE_PKCS7 ? dcom::in_pkcs7 : dcom::in_pkcs10;
}

/// An order that is on its way: the thread that sends it and the one that waits agree here on whether it left.
struct Errand {
    enum Stage { not_begun, sent, given_up };
    std::atomic<int> stage{not_begun};
    Told told;

    bool begin() { return exchange(sent) == not_begun; }
    /// Whether nothing was sent and nothing will be.
    bool give_up() { return exchange(given_up) == not_begun; }

private:
    int exchange(int wanted) {
        int seen = not_begun;
        stage.compare_exchange_strong(seen, wanted);
        return seen;
    }
};

/// On the thread that talks to the CA. Nothing but a code comes of a class that is not there.
template<class Talk>
Code connected(const dcom::Com &com, Talk &&talk) {
    std::unique_ptr<dcom::CertRequest> ca;
    const Code code = com.connect(ca);
    if (failed(code)) return code;
    if (ca == nullptr) return no_object;
    talk(*ca);
    return 0;
}

/// A question that may be asked again: who stops waiting for its answer has lost nothing.
template<class Answer>
Answer ask(Call call, const dcom::Com &com, const std::string &what, std::function<Answer(dcom::CertRequest &)> talk) {
    const auto answer = std::make_shared<Answer>();
    const auto body = [answer, com, talk = std::move(talk)] {
        const Code code = connected(com, [&](dcom::CertRequest &ca) { *answer = talk(ca); });
        if (failed(code)) answer->connect = code;
    };
    cbp_status status = CBP_OK;
    switch (run_aside(call, body, com.longest, com.left_behind, status)) {
    case AsideEnd::stopped:
        throw Call::Stop{status};
    case AsideEnd::overdue:
        throw failure(errors::timeout, what + ": the CA does not answer");
    case AsideEnd::done:
        break;
    }
    if (failed(answer->connect)) throw dcom::failure_of(answer->connect, what);
    return std::move(*answer);
}

Code code_of(const Told &told) {
    if (failed(told.status)) return told.status;
    return hresult_in(told.message);
}

/// The CA's words and what its code means.
std::string words_of(const Told &told) {
    const Code code = code_of(told);
    std::string out = shown(told.message, 1000);
    if (code != 0) out += (out.empty() ? "" : " ") + ("(" + explain_hresult(code) + ")");
    return out.empty() ? "the CA gives no reason" : out;
}

/// The request as ICertRequest takes it.
dcom::Order order_of(Call call, const cbp_order &order, const Connection &connection, const std::string &config,
                     std::string &key_id) {
    request::Request made = request::prepare(call, order, connection);
    key_id = std::move(made.key_id);
    std::string attributes = request::write_attributes(made.attributes, "\n");
    if (!attributes.empty()) attributes.pop_back();
    return {dcom::in_base64 | format_of(made.kind), std::move(made.message), std::move(attributes), config};
}

} // namespace

Dcom::Dcom(const Connection &connection, dcom::Com com)
    : connection_(connection), com_(std::move(com)), config_(connection.ca_host + "\\" + connection.ca_name) {}

cbp_status Dcom::renew(Call call, const cbp_order &order) {
    return submit(call, order);
}

cbp_status Dcom::submit(Call call, const cbp_order &order) {
    if (orders::answered_before(call, order.idempotency)) return CBP_OK;
    Subject subject{order.idempotency, {}, config_, {}};
    const auto errand = std::make_shared<Errand>();
    const auto not_sent = [&] {
        call.host()->fail_detail(call.raw(), CBP_DETAIL_NOT_SENT, 1);
        orders::forget(call, order.idempotency);
    };
    const auto body = before_sending(call, [&] {
        const dcom::Order made = order_of(call, order, connection_, config_, subject.key_id);
        orders::keep_sent(call, order.idempotency);
        return [errand, com = com_, made] {
            const Code code = connected(com, [&](dcom::CertRequest &ca) {
                if (errand->begin()) errand->told = dcom::submit(ca, made);
            });
            if (failed(code)) errand->told.connect = code;
        };
    });
    const std::string failing = "The request could not be sent to the CA " + shown(config_, 200);
    AsideEnd end = AsideEnd::done;
    cbp_status status = CBP_OK;
    try {
        end = run_aside(call, body, com_.longest, com_.left_behind, status);
    } catch (...) {
        if (errand->give_up()) not_sent();
        throw;
    }
    if (end != AsideEnd::done) {
        if (!errand->give_up())
            return uncertain(call, end == AsideEnd::stopped ? "the call was ended before the CA had answered"
                                                            : "the CA does not answer");
        not_sent();
        if (end == AsideEnd::stopped) throw Call::Stop{status};
        throw failure(errors::timeout, failing + ": Windows' certificate services client does not answer");
    }
    if (failed(errand->told.connect)) {
        not_sent();
        throw dcom::failure_of(errand->told.connect, failing);
    }
    return settle(call, subject, errand->told);
}

cbp_status Dcom::poll(Call call, const Token &token) {
    const auto request = number(token.request);
    const std::string &config = token.where.empty() ? config_ : token.where;
    if (!request || *request == 0 || *request > largest_request || config.find('\\') == std::string::npos)
        throw failure(errors::token, "The request could not be asked for: its token names no request of a CA");
    // A number means something to the CA that gave it, and to no other.
    const auto id = static_cast<std::uint32_t>(*request);
    const Told told = ask<Told>(call, com_, "The CA " + shown(config, 200) + " could not be asked for the request",
                                [id, config](dcom::CertRequest &ca) { return dcom::retrieve(ca, id, config); });
    return settle(call, {nullptr, token.key_id, config, token.request}, told);
}

cbp_status Dcom::find(Call call, const cbp_query &query) {
    return orders::find(call, query, [&](const Token &token) { return poll(call, token); });
}

cbp_status Dcom::uncertain(Call call, const std::string &why) const {
    const std::string message = "It is not known whether the CA " + shown(config_, 200) + " has the request: " + why;
    return call.host()->uncertain(call.raw(), message.c_str(), "");
}

cbp_status Dcom::settle(Call call, const Subject &given, const Told &told) const {
    Subject subject = given;
    const bool ordering = subject.idempotency != nullptr;
    const std::string what = (ordering ? "The request could not be sent to the CA " : "The CA could not be asked: ") +
                             shown(subject.config, 200);
    if (failed(told.result)) {
        if (ordering && !dcom::nothing_issued(told.result)) return uncertain(call, explain_hresult(told.result));
        if (ordering) orders::forget(call, subject.idempotency);
        throw dcom::failure_of(told.result, what);
    }
    const std::string told_id = told.request_id == 0 ? "" : std::to_string(told.request_id);
    if (!subject.request_id.empty() && !told_id.empty() && told_id != subject.request_id)
        throw failure(errors::correlation, what + ": the answer is about request " + told_id + ", and " +
                                               subject.request_id + " was asked for");
    if (!told_id.empty()) subject.request_id = told_id;
    switch (told.disposition) {
    case dcom::issued:
        return give(call, subject, told);
    case dcom::under_submission:
        return wait_for(call, subject, ask_again_after,
                        told.message.empty() ? "The CA has not decided yet" : shown(told.message, 1000));
    case dcom::incomplete:
        return wait_for(call, subject, ask_soon, "The CA is not done with the request");
    case dcom::issued_out_of_band:
        return wait_for(call, subject, ask_tomorrow,
                        "The CA hands the certificate out by other means: give it to Complete-CBCertificateRequest");
    case dcom::denied:
    case dcom::revoked:
        return deny(call, subject, told);
    case dcom::error: {
        if (ordering) orders::forget(call, subject.idempotency);
        const Code code = code_of(told);
        Failure problem = code != 0 ? dcom::failure_of(code, what) : failure(errors::ca_error, what);
        problem.message = what + ": " + words_of(told);
        throw problem;
    }
    default:
        throw failure(errors::answer,
                      what + ": the CA answered with the disposition " + std::to_string(told.disposition));
    }
}

cbp_status Dcom::wait_for(Call call, const Subject &subject, std::uint32_t seconds, const std::string &message) const {
    if (!is_request_id(subject.request_id)) return uncertain(call, "it answered and gave no number to ask by");
    return orders::give_pending(call, subject.idempotency, {"dcom", subject.request_id, subject.config, subject.key_id},
                                seconds, message);
}

cbp_status Dcom::give(Call call, const Subject &subject, const Told &told) const {
    // Issued all the same: it can be asked for again.
    if (failed(told.fetch))
        return wait_for(call, subject, ask_soon,
                        "The CA issued the certificate, and it could not be fetched: " + explain_hresult(told.fetch));
    const std::string what = "The answer of the CA " + shown(subject.config, 200);
    const cbp_parsed *leaf = nullptr;
    if (call.host()->parse(call.raw(), CBP_PARSE_CERTIFICATE, bytes(told.certificate), &leaf) != CBP_OK)
        throw failure(errors::answer, what + " cannot be used: its certificate cannot be read",
                      "Look at the issued certificate in the CA's console (certsrv.msc).");
    // Which certificate is the request's, its key says.
    std::vector<cbp_bytes> all{call.host()->parsed_bytes(leaf, CBP_BYTES_DER)};
    const cbp_list *list = nullptr;
    if (!told.others.empty() && call.host()->split_certificates(call.raw(), bytes(told.others), &list) == CBP_OK) {
        for (std::size_t i = 0; i < call.host()->list_count(list); ++i)
            all.push_back(call.host()->list_at(list, i));
    } else {
        connection_.host.log(CBP_LOG_WARNING,
                             "The CA's answer has no chain that can be read; its certificate alone counts");
    }
    const std::string reference =
        subject.request_id.empty() ? text_of(call, leaf, CBP_FIELD_SERIAL) : subject.request_id;
    return orders::give(call, subject.idempotency, {orders::in_order(call, {}, all, subject.key_id, what), reference});
}

cbp_status Dcom::deny(Call call, const Subject &subject, const Told &told) const {
    if (told.disposition != dcom::revoked)
        return request::deny(call, subject.idempotency, {subject.request_id, shown(told.message, 1000), code_of(told)});
    if (subject.idempotency != nullptr) orders::forget(call, subject.idempotency);
    return call.denied("revoked", "The certificate was issued and has been revoked since", subject.request_id,
                       "Ask the CA's administrator why; then make a new request.");
}

dcom::Authority Dcom::authority(Call call, const std::string &what) const {
    dcom::Authority told = ask<dcom::Authority>(
        call, com_, what, [config = config_](dcom::CertRequest &ca) { return dcom::ask_authority(ca, config); });
    if (failed(told.result)) throw dcom::failure_of(told.result, what);
    return told;
}

} // namespace microsoft_ca
