#include <algorithm>

#include "base/der.hpp"
#include "x509/fixtures.hpp"
#include "x509/request_message.hpp"

using namespace certbroker;
using namespace certbroker::x509;
using test::hex;
using test::id_of;
using test::must;

namespace {

Csr request() {
    CsrSpec spec;
    spec.subject = must(Name::parse("CN=web01"));
    return must(create_csr(spec, *test::key(0)));
}
Certificate agent() {
    return test::make({.subject = "CN=agent", .subject_key = 1});
}
Csr message(MessageKind kind, std::vector<crypto::CmsSigner> signers) {
    RequestMessageSpec spec;
    spec.kind = kind;
    spec.signers = std::move(signers);
    return must(make_request_message(request(), spec));
}
crypto::CmsSigner by_agent() {
    return {test::key(1).get(), agent().der()};
}
crypto::CmsSigner by_own_key() {
    return {test::key(0).get(), {}};
}

/// SignedData around any content, without signers, as others could send it.
template<class Body>
Bytes around(std::string_view type, Body &&content) {
    der::Writer inner;
    content(inner);
    der::Writer writer;
    writer.nest(der::sequence, [&](der::Writer &w) {
        w.oid("1.2.840.113549.1.7.2").nest(der::context(0, true), [&](der::Writer &holder) {
            holder.nest(der::sequence, [&](der::Writer &body) {
                body.integer(3).nest(der::set, [](der::Writer &) {});
                body.nest(der::sequence, [&](der::Writer &encapsulated) {
                    encapsulated.oid(type).nest(der::context(0, true),
                                                [&](der::Writer &octets) { octets.octets(inner.bytes()); });
                });
                body.nest(der::set, [](der::Writer &) {});
            });
        });
    });
    return std::move(writer).take();
}

/// A PKIData with controls and requests that the test writes.
template<class Controls, class Requests>
Bytes pki_message(Controls &&controls, Requests &&requests) {
    return around("1.3.6.1.5.5.7.12.2", [&](der::Writer &w) {
        w.nest(der::sequence, [&](der::Writer &data) {
            data.nest(der::sequence, controls).nest(der::sequence, requests);
            data.nest(der::sequence, [](der::Writer &) {}).nest(der::sequence, [](der::Writer &) {});
        });
    });
}
void one_request(der::Writer &w, std::int64_t part = 1) {
    w.nest(der::context(0, true), [&](der::Writer &tcr) { tcr.integer(part).raw(request().der()); });
}
void registration_info(der::Writer &w, std::string_view text) {
    w.nest(der::sequence, [&](der::Writer &control) {
        control.integer(2).oid("1.3.6.1.5.5.7.7.18").nest(der::set, [&](der::Writer &set) {
            set.octets(as_bytes(text));
        });
    });
}

} // namespace

TEST_CASE("Both kinds of message are known from their first octets") {
    CHECK(is_signed_data(message(MessageKind::pkcs7, {by_agent()}).sendable_der()));
    CHECK(is_signed_data(message(MessageKind::cmc, {by_own_key()}).sendable_der()));
    CHECK_FALSE(is_signed_data(request().der()));
    CHECK_FALSE(is_signed_data({}));
    CHECK_FALSE(is_signed_data(hex("30")));
    CHECK_FALSE(is_signed_data(hex("30ff")));
}

TEST_CASE("Registration information is read as others write it") {
    const auto values = [](std::string_view text) {
        return must(parse_request_message(pki_message([&](der::Writer &w) { registration_info(w, text); },
                                                      [](der::Writer &w) { one_request(w); })))
            .message()
            ->values;
    };
    using Values = std::vector<std::pair<std::string, std::string>>;
    CHECK(values("requestername=EXAMPLE%5Cjane&ccm=pc01&") ==
          Values{{"requestername", "EXAMPLE\\jane"}, {"ccm", "pc01"}});
    CHECK(values("alone") == Values{{"alone", ""}});
    CHECK(values("").empty());
    const auto refused = [](std::string_view text) {
        return id_of(parse_request_message(
            pki_message([&](der::Writer &w) { registration_info(w, text); }, [](der::Writer &w) { one_request(w); })));
    };
    CHECK(refused("a=%4") == "RequestMessage.Format");
    CHECK(refused("a=%zz") == "RequestMessage.Format");
    CHECK(refused("a=%ff") == "RequestMessage.Format"); // no UTF-8
    std::string many;
    for (int i = 0; i < 101; ++i)
        many += "a=b&";
    CHECK(refused(many) == "RequestMessage.Format");
}

TEST_CASE("A message that holds anything but one PKCS#10 request is refused with the reason") {
    const auto why = [](ByteView der) {
        const auto refused = parse_request_message(der);
        REQUIRE(id_of(refused) == "RequestMessage.Format");
        return refused.error().message();
    };
    const auto nothing = [](der::Writer &) {};
    CHECK(why(pki_message(nothing, [](der::Writer &w) {
              one_request(w);
              one_request(w, 2);
          })).find("more than one request") != std::string::npos);
    CHECK(why(pki_message(nothing, nothing)).find("none of PKCS#10") != std::string::npos);
    CHECK(why(pki_message(nothing, [](der::Writer &w) {
              w.nest(der::context(1, true), [](der::Writer &crm) { crm.integer(1); });
          })).find("none of PKCS#10") != std::string::npos);
    CHECK(why(around("1.2.3", [](der::Writer &w) { w.raw(request().der()); })).find("1.2.3") != std::string::npos);
    CHECK(why(around("1.2.840.113549.1.7.1", [](der::Writer &w) {
              w.raw(message(MessageKind::pkcs7, {by_agent()}).sendable_der());
          })).find("another message") != std::string::npos);
    CHECK(why(around("1.2.840.113549.1.7.1", [](der::Writer &w) { w.integer(1); })).find("neither") !=
          std::string::npos);
    CHECK(why(crypto::join_pkcs7({agent().der()})).find("holds no request") != std::string::npos);
    CHECK(why(pki_message(
                  [](der::Writer &w) {
                      for (int i = 0; i < 101; ++i)
                          registration_info(w, "");
                  },
                  [](der::Writer &w) { one_request(w); }))
              .find("100 controls") != std::string::npos);
    CHECK(id_of(parse_request_message(Bytes((1U << 20U) + 1))) == "Base.TooLarge");
}

TEST_CASE("Whatever is cut off or changed is refused, by reading or by verifying") {
    for (const Csr &whole :
         {message(MessageKind::pkcs7, {by_agent()}), message(MessageKind::cmc, {by_own_key(), by_agent()})}) {
        const Bytes &der = whole.sendable_der();
        CHECK(whole.verify().has_value());
        for (std::size_t size = 0; size < der.size(); size += 7)
            CHECK_FALSE(parse_request_message(ByteView(der).first(size)).has_value());
        for (std::size_t at = 0; at < der.size(); at += 3) {
            Bytes changed = der;
            changed[at] ^= 0x01;
            const auto read = parse_request_message(changed);
            // What no signature covers may change: the order and the versions of what was signed, and other names of
            // the same algorithm; never what is asked for.
            if (read && read->verify()) CHECK(read->der() == whole.der());
        }
    }
}

TEST_CASE("Signatures of messages are verified with the certificate or the request's own key") {
    const auto verdict = [](const Csr &csr) { return csr.verify() ? std::string() : csr.verify().error().id(); };
    CHECK(verdict(message(MessageKind::cmc, {by_own_key()})).empty());
    CHECK(verdict(
              must(parse_request_message(pki_message([](der::Writer &) {}, [](der::Writer &w) { one_request(w); })))) ==
          "RequestMessage.Signature"); // nobody signed
    // Signed by a key that neither travels along nor is the request's.
    const Csr stranger = message(MessageKind::cmc, {crypto::CmsSigner{test::key(2).get(), {}}});
    CHECK(stranger.message()->signers[0].name.starts_with("the key "));
    CHECK(verdict(stranger) == "RequestMessage.Signature");
    // Another request in place of the one that was signed.
    Bytes der = message(MessageKind::pkcs7, {by_agent()}).sendable_der();
    const Bytes wanted{'w', 'e', 'b', '0', '1'};
    const auto found = std::search(der.begin(), der.end(), wanted.begin(), wanted.end());
    REQUIRE(found != der.end());
    *(found + 4) = '2';
    CHECK(verdict(must(parse_request_message(der))) == "Csr.Signature");
}
