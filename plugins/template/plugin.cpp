// The smallest complete provider: a CA with a plain HTTP interface. Copy this folder, rename it, change the dialect.
//
//   POST <url>/certificates   PEM request in; 200 or 201: PEM certificates; 202: Location says where to ask; 403: no
//   GET  <location>           the same answers
#include <charconv>

#include "certbroker/plugin.hpp"

using namespace certbroker::plugin;

namespace {

constexpr auto url = setting(CBP_SCOPE_CONNECTION, CBP_URL, "url", "The CA's base address.", CBP_REQUIRED, nullptr,
                             nullptr, 0, 0, "https://ca.example.com/v1");
constexpr auto api_key =
    setting(CBP_SCOPE_CONNECTION, CBP_SECRET, "api-key", "The key that the CA gave you.", CBP_REQUIRED);
constexpr auto comment = setting(CBP_SCOPE_ORDER, CBP_TEXT, "comment", "A remark for whoever approves the request.");
constexpr const certbroker_setting_info *const settings[] = {&url, &api_key, &comment, nullptr};

class Template {
public:
    Template(Host, Call, Settings connection) : connection_(connection) {}

    cbp_status submit(Call call, const cbp_order &order) {
        const std::string pem = call.csr_pem(order.csr_der);
        const std::string remark = Settings(call.host(), order.settings).text("comment");
        return ask(call, "POST", connection_.text("url") + "/certificates", pem, order.idempotency, remark);
    }

    cbp_status poll(Call call, cbp_bytes token) { return ask(call, "GET", std::string(text(token)), "", "", ""); }

private:
    /// One exchange and what its status means; the secret goes in by its marker and is never seen here.
    cbp_status ask(Call call, const char *method, const std::string &address, const std::string &body,
                   const char *idempotency, const std::string &remark) {
        const cbp_secret_place key{sizeof(cbp_secret_place), CBP_ESCAPE_NONE, "{{api-key}}",
                                   call.host()->setting_secret(call.raw(), connection_.raw(), "api-key")};
        const cbp_secret_place *const places[] = {&key, nullptr};
        const char *const headers[] = {"Authorization", "Bearer {{api-key}}", "Idempotency-Key",
                                       idempotency,     "X-Comment",          remark.c_str(),
                                       nullptr};
        cbp_http_request request{};
        request.struct_size = sizeof request;
        request.flags = CBP_HTTP_IDEMPOTENT; // the Idempotency-Key makes a second POST harmless
        request.method = method;
        request.url = address.c_str();
        request.headers = headers;
        request.body = bytes(body);
        request.places = places;

        const Call::Response response = call.send(request);
        const std::string reference = call.header(response, "X-Request-Id");
        switch (response.status) {
        case 200:
        case 201:
            return call.issued(call.split_certificates(bytes(response.body)), reference);
        case 202:
            return call.pending(call.header(response, "Location"), seconds(call.header(response, "Retry-After")),
                                "The CA will decide later", reference);
        case 403:
            return call.denied("forbidden", std::string(response.body.substr(0, 500)), reference);
        case 401:
            return call.fail(CBP_E_AUTH, "The request could not be sent: the CA refuses the API key",
                             "Get a new key from the CA and set it with Set-CBAuthority.");
        default:
            call.host()->fail_detail(call.raw(), CBP_DETAIL_HTTP_STATUS, response.status);
            return call.fail(CBP_E_REMOTE, "The request could not be sent: the CA answered with HTTP status " +
                                               std::to_string(response.status));
        }
    }

    static std::uint32_t seconds(const std::string &retry_after) {
        std::uint32_t value = 60;
        (void)std::from_chars(retry_after.data(), retry_after.data() + retry_after.size(), value);
        return value;
    }

    Settings connection_;
};

constexpr cbp_plugin descriptor = describe<Template>("template", "Template: a CA with a plain HTTP interface", "0.1.0",
                                                     "docs/providers/template.md", settings, CBP_NEEDS_NETWORK);

} // namespace

extern "C" CBP_EXPORT const cbp_plugin *CBP_CALL certbroker_plugin_describe(std::uint32_t host_abi_major) {
    return host_abi_major == CERTBROKER_PLUGIN_ABI_MAJOR ? &descriptor : nullptr;
}
