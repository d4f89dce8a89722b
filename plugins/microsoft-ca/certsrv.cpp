#include "certsrv.hpp"

#include "certsrv_form.hpp"
#include "hresult.hpp"
#include "orders.hpp"
#include "templates.hpp"
#include "text.hpp"

namespace microsoft_ca {
namespace {

using certbroker::plugin::bytes;
using certbroker::plugin::text;
using certsrv::Page;

constexpr std::uint32_t ask_again_after = 600; ///< seconds; somebody has to decide
constexpr std::uint32_t fetch_again_after = 30;
constexpr std::uint32_t no_such_request = 0x80094002U;
constexpr std::size_t most_page = 1024UL * 1024;
/// The pages look at it: to what they take for no browser they send other content types.
constexpr const char *user_agent = "Mozilla/5.0 (compatible; CertBroker)";
const std::string not_sent = "The request could not be sent to the web enrolment pages";
const std::string not_asked = "The web enrolment pages could not be asked for the request";

/// A page that is none of a request's.
[[noreturn]] void not_understood(const Page &page, const std::string &what) {
    std::string seen = page.kind;
    if (seen.empty()) seen = "a page";
    if (!page.title.empty()) seen += " titled '" + page.title + "'";
    throw failure(errors::answer, what + ": " + seen + " came, which says nothing of a request");
}

request::Refusal refusal_of(const Page &page, const std::string &asked) {
    return {page.request_id.empty() ? asked : page.request_id, page.disposition, page.hresult};
}

} // namespace

std::unique_ptr<Transport> make_certsrv(const Connection &connection) {
    return std::make_unique<Certsrv>(connection);
}

Call::Response Certsrv::get(Exchange &exchange, const std::string &page, const std::string &what) const {
    Ask ask;
    ask.url = connection_.url + "/" + page;
    ask.headers = {{"User-Agent", user_agent}};
    ask.as = connection_.authentication;
    const Call::Response response = exchange.send(ask, what);
    if (response.status != 200) exchange.refuse(response, ask.url, what);
    return response;
}

cbp_status Certsrv::submit(Call call, const cbp_order &order) {
    if (orders::answered_before(call, order.idempotency)) return CBP_OK;
    Exchange exchange(call, connection_);
    std::string key_id;
    const std::string form = before_sending(call, [&] {
        const request::Request made = request::prepare(call, order, connection_);
        key_id = made.key_id;
        orders::keep_sent(call, order.idempotency);
        return certsrv::write_request(made.message, request::write_attributes(made.attributes, "\r\n"));
    });
    const Page page = certsrv::read_page(page_of_order(exchange, order, form));
    return settle(exchange, order.idempotency, key_id, page);
}

/// The pages have no renewal of their own: what makes one is the message, which the host signs with the old key.
cbp_status Certsrv::renew(Call call, const cbp_order &order) {
    return submit(call, order);
}

std::string Certsrv::page_of_order(Exchange &exchange, const cbp_order &order, const std::string &form) const {
    const Call call = exchange.call();
    Ask ask;
    ask.method = "POST";
    ask.url = connection_.url + "/certfnsh.asp";
    ask.headers = {{"User-Agent", user_agent}, {"Content-Type", "application/x-www-form-urlencoded"}};
    ask.body = form;
    ask.repeatable = false;
    ask.most = most_page;
    ask.as = connection_.authentication;
    try {
        const Call::Response response = exchange.send(ask, not_sent);
        if (response.status == 401) orders::forget(call, order.idempotency); // the pages were not reached
        if (response.status != 200) exchange.refuse(response, ask.url, not_sent);
        return std::string(response.body);
    } catch (const NotSent &) {
        orders::forget(call, order.idempotency);
        call.host()->fail_detail(call.raw(), CBP_DETAIL_NOT_SENT, 1);
        throw;
    }
}

cbp_status Certsrv::settle(Exchange &exchange, const char *idempotency, const std::string &key_id, const Page &page) {
    const Call call = exchange.call();
    const Token token{"certsrv", page.request_id, "", key_id};
    switch (page.state) {
    case Page::State::denied:
        return request::deny(call, idempotency, refusal_of(page, ""));
    case Page::State::failed:
        return request::not_done(call, idempotency, refusal_of(page, ""), not_sent);
    case Page::State::waiting:
        return orders::give_pending(call, idempotency, token, ask_again_after,
                                    page.disposition.empty() ? "The CA has not decided yet" : page.disposition);
    case Page::State::other:
        not_understood(page, not_sent);
    case Page::State::issued:
        break;
    }
    // From here on the number is known, and the certificate can be had by it whatever happens.
    orders::keep_pending(call, idempotency, token);
    try {
        return fetch(exchange, idempotency, token);
    } catch (const Failure &problem) {
        if (problem.status == CBP_E_PROTOCOL) throw; // it will not be better next time
        return orders::give_pending(call, idempotency, token, fetch_again_after,
                                    "The CA has issued it as request " + page.request_id +
                                        ", and it could not be fetched yet: " + problem.message);
    }
}

cbp_status Certsrv::poll(Call call, const Token &token) {
    Exchange exchange(call, connection_);
    return fetch(exchange, nullptr, token);
}

cbp_status Certsrv::find(Call call, const cbp_query &query) {
    return orders::find(call, query, [&](const Token &token) { return poll(call, token); });
}

/// The certificate with that number, or the page that stands in its place.
cbp_status Certsrv::fetch(Exchange &exchange, const char *idempotency, const Token &token) {
    const Call call = exchange.call();
    const Call::Response response = get(exchange, "certnew.cer?ReqID=" + token.request + "&Enc=b64", not_asked);
    const std::string leaf = certsrv::decode_download(response.body);
    if (leaf.empty()) {
        const Page page = certsrv::read_page(response.body);
        if (page.state == Page::State::other) not_understood(page, not_asked);
        if (!page.request_id.empty() && page.request_id != token.request)
            throw failure(errors::correlation, not_asked + ": the page is about request " + page.request_id + ", and " +
                                                   token.request + " was asked for");
        // Not a no: whatever became of the request, it is not what this number leads to.
        if (page.hresult == no_such_request)
            throw failure(errors::correlation,
                          not_asked + ": the CA knows no request with the number " + token.request);
        if (page.state == Page::State::denied) return request::deny(call, idempotency, refusal_of(page, token.request));
        if (page.state == Page::State::failed)
            return request::not_done(call, nullptr, refusal_of(page, token.request), not_asked);
        return orders::give_pending(call, idempotency, token, ask_again_after,
                                    page.disposition.empty() ? "The CA has not decided yet" : page.disposition);
    }
    const std::string what = "The certificate of request " + token.request;
    const cbp_list *list = nullptr;
    if (call.host()->split_certificates(call.raw(), bytes(leaf), &list) != CBP_OK || call.host()->list_count(list) != 1)
        throw failure(errors::answer, what + " cannot be used: the download is no certificate");
    std::vector<cbp_bytes> chain;
    try {
        chain = authorities(exchange, "certnew.p7b?ReqID=" + token.request + "&Enc=b64", what);
    } catch (const Failure &problem) {
        connection_.host.log(CBP_LOG_WARNING, "The chain is left to what is installed here: " + problem.message);
    }
    return orders::give(
        call, idempotency,
        {orders::in_order(call, text(call.host()->list_at(list, 0)), chain, token.key_id, what), token.request});
}

/// The CAs' certificates of a PKCS#7; that of the request among them was fetched by itself.
std::vector<cbp_bytes> Certsrv::authorities(Exchange &exchange, const std::string &page,
                                            const std::string &what) const {
    const Call call = exchange.call();
    const Call::Response response = get(exchange, page, what + ": its chain could not be fetched");
    const std::string message = certsrv::decode_download(response.body);
    const cbp_list *list = nullptr;
    if (message.empty() || call.host()->split_certificates(call.raw(), bytes(message), &list) != CBP_OK)
        throw failure(errors::answer, what + ": its chain cannot be used, as the download is no PKCS#7");
    std::vector<cbp_bytes> out;
    for (std::size_t i = 0; i < call.host()->list_count(list); ++i) {
        const cbp_bytes der = call.host()->list_at(list, i);
        if (request::is_ca(call, der)) out.push_back(der);
    }
    return out;
}

std::uint32_t Certsrv::renewals(Exchange &exchange) const {
    const std::string what = "The CA's certificate could not be found";
    const Call::Response response = get(exchange, "certcarc.asp", what);
    const auto count = certsrv::read_renewals(response.body);
    if (!count) throw failure(errors::answer, what + ": the page certcarc.asp does not say how often it was renewed");
    return *count;
}

cbp_status Certsrv::list_profiles(Call) {
    throw failure(errors::not_possible,
                  "The templates cannot be listed: the web enrolment pages show them to people only");
}

cbp_status Certsrv::policy(Call call, const char *profile) {
    const auto add = [&](std::int32_t rule, const char *value) {
        call.check(call.host()->add_rule(call.raw(), rule, value));
    };
    if (const std::string_view name = trim(profile != nullptr ? profile : ""); !name.empty())
        (void)request::template_attribute(name);
    add(CBP_RULE_RENEWAL_MESSAGE, templates::renewal_message);
    add(CBP_RULE_INFORMATION, "The web enrolment pages tell no policy: what the template demands, the CA says when "
                              "it is asked");
    return CBP_OK;
}

cbp_status Certsrv::ca_chain(Call call, const char *) {
    Exchange exchange(call, connection_);
    const std::string renewal = std::to_string(renewals(exchange));
    const std::string what = "The CA's certificate";
    const std::vector<cbp_bytes> chain =
        authorities(exchange, "certnew.p7b?ReqID=CACert&Renewal=" + renewal + "&Enc=b64", what);
    if (chain.empty()) throw failure(errors::answer, what + " cannot be used: the download holds none of a CA");
    for (const cbp_bytes der : request::issuer_first(call, chain))
        call.check(call.host()->add_certificate(call.raw(), der));
    return CBP_OK;
}

cbp_status Certsrv::get_crl(Call call) {
    Exchange exchange(call, connection_);
    const std::string what = "The revocation list could not be fetched";
    const std::string renewal = std::to_string(renewals(exchange));
    const Call::Response response = get(exchange, "certcrl.crl?Type=base&Renewal=" + renewal + "&Enc=bin", what);
    const std::string der = certsrv::decode_download(response.body);
    if (der.empty()) not_understood(certsrv::read_page(response.body), what);
    return call.host()->add_crl(call.raw(), bytes(der));
}

cbp_status Certsrv::check(Call call, const cbp_check &wish) {
    constexpr std::int32_t passed = 0, failed = 2, skipped = 3;
    const auto add = [&](const char *id, const char *name, std::int32_t state, const std::string &message,
                         const std::string &remedy = {}) {
        call.check(call.host()->add_check(call.raw(), id, name, state, message.c_str(), nullptr,
                                          remedy.empty() ? nullptr : remedy.c_str()));
    };
    constexpr const char *access_id = "certsrv.access", *access_name = "The web enrolment pages let the account in";
    constexpr const char *ca_id = "certsrv.ca", *ca_name = "The pages tell the CA's certificate";
    constexpr const char *template_id = "certsrv.template", *template_name = "The template can be asked for";
    Exchange exchange(call, connection_);
    try {
        const Call::Response entry = get(exchange, "", "The web enrolment pages could not be asked");
        if (!certsrv::is_entry(entry.body))
            not_understood(certsrv::read_page(entry.body), "The web enrolment pages could not be asked");
        add(access_id, access_name, passed, host_of(connection_.url) + " answers and accepts who asks");
        try {
            add(ca_id, ca_name, passed, "Its certificate was renewed " + std::to_string(renewals(exchange)) + " times");
        } catch (const Failure &problem) {
            add(ca_id, ca_name, failed, problem.message, problem.remedy);
        }
    } catch (const Failure &problem) {
        add(access_id, access_name, failed, problem.message, problem.remedy);
    }
    if (wish.profile == nullptr || *wish.profile == '\0') return CBP_OK;
    try {
        (void)request::template_attribute(wish.profile);
        add(template_id, template_name, skipped, "Only a request can tell: the pages have no question for it");
    } catch (const Failure &problem) {
        add(template_id, template_name, failed, problem.message, problem.remedy);
    }
    return CBP_OK;
}

cbp_status Certsrv::endpoints(Call call) {
    const std::string url = connection_.url + "/";
    cbp_endpoint endpoint{};
    endpoint.struct_size = sizeof endpoint;
    endpoint.url = url.c_str();
    if (connection_.authentication == Authentication::certificate)
        endpoint.key_setting = "client-certificate-thumbprint";
    endpoint.extra_trust_pem_setting = "server-trust";
    call.check(call.host()->add_endpoint(call.raw(), &endpoint));
    return CBP_OK;
}

} // namespace microsoft_ca
