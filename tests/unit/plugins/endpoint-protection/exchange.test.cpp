#include "exchange.hpp"

#include "base/encoding.hpp"
#include "http/errors.hpp"
#include "rig.hpp"

using namespace certbroker;
using scep::test::has;
using scep::test::must;
using scep::test::Rig;

namespace {

/// Answers an operation with a status instead.
void instead(Rig &rig, const char *operation, int status, const char *type = "text/html") {
    rig.host.http.answer = [&rig, operation, status, type](const http::Request &request,
                                                           const Operation &) -> Result<http::Response> {
        if (!has(request.url, operation)) return rig.ca.answer(request);
        http::Response response;
        response.status = status;
        response.headers = {{"Content-Type", type}, {"Retry-After", "30"}};
        response.body = to_bytes(as_bytes("no such thing"));
        return response;
    };
}

} // namespace

TEST_CASE("HTTP errors have their status, their words where they are plain text, and their own remedy") {
    Rig rig;
    for (const int status : {404, 500, 503}) {
        for (const char *operation : {"GetCACert", "PKIOperation"}) {
            instead(rig, operation, status);
            const Error error = rig.refusal();
            CHECK(error.id() == "EndpointProtection.HttpStatus");
            CHECK(error.numbers().at(ErrorNumber::http_status) == status);
            CHECK(error.numbers().at(ErrorNumber::retry_after_seconds) == 30);
            CHECK(scep::test::never_left(error) == (std::string(operation) == "GetCACert"));
            CHECK_FALSE(has(error.message(), "no such thing"));
        }
    }
    instead(rig, "PKIOperation", 500, "text/plain; charset=utf-8");
    CHECK(has(rig.refusal().message(), "'no such thing'"));
    for (const char *operation : {"GetCACaps", "GetCACert", "PKIOperation"}) {
        instead(rig, operation, 403);
        CHECK(rig.refusal().id() == "EndpointProtection.Refused");
    }
}

TEST_CASE("a server that does not know GetCACaps can do nothing special") {
    Rig rig;
    for (const int status : {400, 404, 500}) {
        instead(rig, "GetCACaps", status);
        CHECK(rig.refusal().id() == "EndpointProtection.Legacy");
    }
    rig.host.settings.set("allow-legacy", std::string("true"));
    (void)rig.issue(*rig.open(), rig.order());
    CHECK(rig.ca.seen.back().by_get);
    // NDES of old closes the connection.
    rig.host.http.answer = [&rig](const http::Request &request, const Operation &) -> Result<http::Response> {
        if (has(request.url, "GetCACaps"))
            return fail(errors::http_broken, "The answer could not be read: the connection broke");
        return rig.ca.answer(request);
    };
    (void)rig.issue(*rig.open(), rig.order("", "another"));
    rig.host.settings.set("allow-legacy", std::string("false"));
    const Error error = rig.refusal();
    CHECK(error.status() == Status::network);
    CHECK(scep::test::never_left(error));
}

TEST_CASE("by GET the message is base64 in the address, escaped") {
    Rig rig;
    rig.ca.ways.capabilities = "AES\nSHA-256";
    (void)rig.issue(*rig.open(), rig.order());
    CHECK(rig.ca.seen.at(0).by_get);
    const http::Request &request = rig.host.http.seen.back();
    CHECK(request.method == "GET");
    CHECK(request.body.empty());
    const std::string message = request.url.substr(request.url.find("message=") + 8);
    CHECK(message.find_first_of("+/= \n") == std::string::npos);
    CHECK(request.allow_plain);
}

TEST_CASE("a message that is too long for an address is not sent") {
    Rig rig;
    rig.ca.ways.capabilities = "AES\nSHA-256";
    provider::Order order = rig.order();
    x509::CsrSpec spec;
    spec.subject = order.csr->subject();
    std::vector<x509::GeneralName> names;
    for (int i = 0; i < 400; ++i)
        names.push_back(must(x509::make_dns("host-with-a-long-name-" + std::to_string(i) + ".example.com")));
    spec.extensions = {x509::make_subject_alt_name(names)};
    const x509::Csr csr = must(x509::create_csr(spec, *order.csr_key));
    order.csr = &csr;
    const auto outcome = rig.open()->submit(order, rig.host.operation);
    REQUIRE_FALSE(outcome.has_value());
    CHECK(outcome.error().id() == "EndpointProtection.TooLong");
    CHECK(scep::test::never_left(outcome.error()));
    rig.ca.ways.capabilities += "\nPOSTPKIOperation";
    CHECK(rig.open()->submit(order, rig.host.operation).has_value());
}

TEST_CASE("the CA's identifier goes along, escaped, where a CA is asked about itself") {
    Rig rig;
    rig.host.settings.set("ca-identifier", std::string("my ca"));
    (void)rig.issue(*rig.open(), rig.order());
    for (const http::Request &request : rig.host.http.seen) {
        if (has(request.url, "GetCA"))
            CHECK(request.url.ends_with("&message=my%20ca"));
        else
            CHECK(request.url.ends_with("?operation=PKIOperation"));
    }
}
