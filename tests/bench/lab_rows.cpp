// A thousand certificates from the lab's DigiCert, against a bare curl loop and against bare key generation.
#include <curl/curl.h>

#include <atomic>
#include <fstream>
#include <iterator>
#include <thread>

#include "base/encoding.hpp"
#include "bench.hpp"
#include "issuance/broker.hpp"
#include "x509/chain.hpp"

namespace bench {
namespace {

using namespace certbroker;

constexpr const char *device_profile = "2.16.840.1.113733.1.16.1.2.3.1.1.47000016"; // elliptic curve, dns names
constexpr const char *user_profile = "2.16.840.1.113733.1.16.1.2.3.1.1.47196109";

Bytes read_file(const std::string &path) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    return to_bytes(as_bytes(text));
}

/// The RA certificate of the lab in LocalMachine/My; its thumbprint.
std::string install_ra(issuance::Broker &broker, const std::string &lab, const Operation &operation) {
    const Bytes pem = read_file(lab + "/ra.pem");
    auto store = must(broker.stores().open("folder:LocalMachine/My"));
    (void)must(store->import_key(*must(crypto::import_key(pem, Secret(), "", true)), false, operation));
    const x509::Certificate certificate = must(x509::parse_certificates(pem)).front();
    return must(store->put(certificate, {}, operation)).certificate.thumbprint();
}

std::size_t count_bytes(char *, std::size_t size, std::size_t count, void *total) {
    *static_cast<std::size_t *>(total) += size * count;
    return size * count;
}

/// What the exchange costs without anybody around it: one curl handle, one connection.
class CurlLoop {
public:
    CurlLoop(const std::string &lab, const std::string &port) : ra_(lab + "/ra.pem"), root_(lab + "/root.pem") {
        headers_ = curl_slist_append(headers_, "Content-Type: text/xml; charset=utf-8");
        headers_ = curl_slist_append(headers_, "SOAPAction: \"http://schemas.verisign.com/pkiservices/2009/07/"
                                               "enrollment/requestSecurityToken\"");
        headers_ = curl_slist_append(headers_, "Expect:");
        url_ = "https://localhost:" + port + "/pki-ws/enrollmentService";
        curl_easy_setopt(curl_, CURLOPT_URL, url_.c_str());
        curl_easy_setopt(curl_, CURLOPT_CAINFO, root_.c_str());
        curl_easy_setopt(curl_, CURLOPT_SSLCERT, ra_.c_str());
        curl_easy_setopt(curl_, CURLOPT_SSLKEY, ra_.c_str());
        curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, headers_);
        curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, &count_bytes);
        curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &received_);
    }
    CurlLoop(const CurlLoop &) = delete;
    CurlLoop &operator=(const CurlLoop &) = delete;
    ~CurlLoop() {
        curl_easy_cleanup(curl_);
        curl_slist_free_all(headers_);
    }

    void post(const std::string &body) {
        received_ = 0;
        curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
        curl_easy_setopt(curl_, CURLOPT_POSTFIELDS, body.data());
        const CURLcode code = curl_easy_perform(curl_);
        long status = 0;
        curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
        if (code != CURLE_OK || status != 200 || received_ == 0) {
            std::fprintf(stderr, "bench: the bare loop failed: %s, status %ld\n", curl_easy_strerror(code), status);
            std::exit(1);
        }
    }

private:
    std::string ra_, root_, url_;
    CURL *curl_ = curl_easy_init();
    curl_slist *headers_ = nullptr;
    std::size_t received_ = 0;
};

/// The body that the provider sends for such a request.
std::string body_of(const Bytes &csr, const std::string &name) {
    const auto pair = [](const std::string &key, const std::string &value) {
        return "<nameValuePair><name>" + key + "</name><value>" + value + "</value></nameValuePair>";
    };
    return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<soapenv:Envelope "
           "xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body><wst:RequestSecurityToken "
           "xmlns:wst=\"http://docs.oasis-open.org/ws-sx/ws-trust/200512/\"><requestVSSecurityToken "
           "xmlns=\"http://schemas.verisign.com/pkiservices/2009/07/enrollment\" "
           "preferredLanguage=\"en-US\"><certificateProfileID>" +
           std::string(device_profile) +
           "</certificateProfileID><clientTransactionID>bench</clientTransactionID><tokenType>"
           "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#PKCS7</tokenType>"
           "<requestType>http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue</requestType><binarySecurityToken "
           "ValueType=\"http://schemas.verisign.com/pkiservices/2009/07/PKCS10\">" +
           to_base64(csr) + "</binarySecurityToken>" + pair("seat_id", name) + pair("common_name", name) +
           pair("dnsName", name) +
           "<version>2.0</version></requestVSSecurityToken></wst:RequestSecurityToken></soapenv:Body></"
           "soapenv:Envelope>";
}

profile::Request device(const std::string &name) {
    profile::Request request;
    must(profile::set_property(request, "SUBJECT", "CN=" + name));
    must(profile::set_property(request, "DNS_NAME", name));
    must(profile::set_property(request, "KEY_ALGORITHM", "ECDSA_P256"));
    return request;
}

void check_installed(const issuance::Issue &issue) {
    if (issue.record.state == issuance::State::installed) return;
    std::fprintf(stderr, "bench: not issued: %s\n", issue.record.message.c_str());
    std::exit(1);
}

} // namespace

void lab_rows(const std::string &folder, const std::string &plugin_folder, const std::string &port,
              const std::string &lab) {
    constexpr int samples = 10;
    constexpr int batch = 100; // a thousand in all
    constexpr int in_flight = 8;
    issuance::BrokerOptions options;
    options.roots = store::Roots::under(folder + "/lab-home");
    options.plugin_folder = plugin_folder;
    options.trust_any_plugin = true;
    issuance::Broker broker(options);
    const Operation operation;
    Settings settings;
    settings.set("service-fqdn", "localhost:" + port);
    settings.set("ra-certificate-thumbprint", install_ra(broker, lab, operation));
    settings.set("server-trust", lab + "/root.pem");
    issuance::OpenProvider ca = must(broker.open_provider("digicert", settings, operation));
    auto store = must(broker.stores().open("folder:CurrentUser/My"));

    // Keys and requests are ready; what is measured is the way to the certificate in its store.
    std::vector<std::string> ids;
    std::vector<std::string> bodies;
    for (int i = 0; i < (samples + 1) * batch; ++i) {
        const std::string name = "device" + std::to_string(i) + ".example.com";
        const issuance::Issue made = must(broker.prepare(device(name), &ca, device_profile, *store, {}, operation));
        ids.push_back(made.record.id);
        bodies.push_back(body_of(made.record.csr, name));
    }
    // As Request-CBCertificate -ThrottleLimit 8 does it: several requests on their way at once, each over a connection
    // of its own.
    std::vector<issuance::OpenProvider> lanes;
    for (int i = 0; i < in_flight; ++i)
        lanes.push_back(must(broker.open_provider("digicert", settings, operation)));
    CurlLoop curl(lab, port);
    std::size_t posted = 0;
    std::atomic<std::size_t> sent{0};
    const auto post = [&] {
        for (int i = 0; i < batch; ++i)
            curl.post(bodies.at(posted++ % bodies.size()));
    };
    const auto send = [&] {
        const std::size_t end = sent + batch;
        std::vector<std::thread> threads;
        for (issuance::OpenProvider &lane : lanes)
            threads.emplace_back([&, end] {
                for (std::size_t at = sent++; at < end; at = sent++)
                    check_installed(must(broker.enroll_prepared(ids.at(at), lane, "", Settings(), {}, operation)));
            });
        for (std::thread &thread : threads)
            thread.join();
        sent = end;
    };
    row("digicert-1000-keys-ready", 1.3, compare(samples, 1, post, send));

    // Keys on the way: all processors are busy with them, and the rest must fit in between.
    constexpr int keys = 100;
    constexpr crypto::KeySpec rsa{crypto::KeyAlgorithm::rsa, 2048};
    const auto generate = [&] {
        std::vector<std::thread> threads;
        const unsigned count = std::max(1U, std::thread::hardware_concurrency());
        for (unsigned t = 0; t < count; ++t)
            threads.emplace_back([t, count, rsa] {
                for (unsigned i = t; i < keys; i += count)
                    (void)must(crypto::generate_key(rsa));
            });
        for (std::thread &thread : threads)
            thread.join();
    };
    int user = 0;
    const auto issue = [&] {
        broker.keep_keys_ahead(2UL * std::max(1U, std::thread::hardware_concurrency()));
        for (int i = 0; i < keys; ++i) {
            const std::string mail = "user" + std::to_string(user++) + "@example.com";
            profile::Request request;
            must(profile::set_property(request, "SUBJECT", "CN=User"));
            must(profile::set_property(request, "UPN", mail));
            check_installed(must(broker.enroll(request, ca, user_profile, Settings(), *store, {}, operation)));
        }
        broker.keep_keys_ahead(0);
    };
    row("digicert-100-rsa-2048", 1.1, compare(5, 1, generate, issue));
}

} // namespace bench
