#include "base/der.hpp"
#include "x509/fixtures.hpp"

using namespace certbroker;
using namespace certbroker::x509;
using test::id_of;
using test::must;

namespace {

CrlSpec good_spec() {
    CrlSpec spec;
    spec.issuer = must(Name::parse("CN=ca"));
    spec.authority_key_identifier = {1, 2};
    spec.this_update = test::y2024;
    spec.next_update = test::y2024 + 86400;
    spec.number = 200;
    return spec;
}

} // namespace

TEST_CASE("A revocation list has version 2, its entries, reasons and number, and verifies") {
    CrlSpec spec = good_spec();
    spec.revoked = {{{0x80}, test::y2024, RevocationReason::key_compromise},
                    {{5}, test::y2024, RevocationReason::unspecified}};
    const Bytes crl = must(sign_crl(spec, *test::key(1)));
    der::Reader outer = must(der::read_single(crl, der::sequence));
    const der::Element tbs = must(outer.next(der::sequence));
    const der::Element algorithm = must(outer.next(der::sequence));
    const Bytes signature = must(outer.read_bits());
    CHECK(test::key(1)->public_key().verify(algorithm.whole, tbs.whole, signature));

    der::Reader fields(tbs.content);
    CHECK(must(fields.read_integer()) == 1);
    CHECK(equal(must(fields.next()).whole, algorithm.whole));
    CHECK(must(Name::decode(must(fields.next()).whole)).to_string() == "CN=ca");
    CHECK(must(der::decode_time(must(fields.next()))) == spec.this_update);
    CHECK(must(der::decode_time(must(fields.next()))) == spec.next_update);
    der::Reader entries = must(fields.enter(der::sequence));
    der::Reader first = must(entries.enter(der::sequence));
    CHECK(must(first.read_unsigned()) == Bytes{0x80});
    CHECK(must(der::decode_time(must(first.next()))) == test::y2024);
    CHECK(to_hex(must(first.next()).whole) == "300c300a0603551d150403"
                                              "0a0101");
    der::Reader second = must(entries.enter(der::sequence));
    CHECK(must(second.read_unsigned()) == Bytes{5});
    CHECK(must(der::decode_time(must(second.next()))) == test::y2024);
    CHECK(second.empty());
    const auto extensions = must(decode_extensions(must(fields.next(der::context(0, true))).content));
    CHECK(find_extension(extensions, oid::crl_number)->value == test::hex("020200c8"));
    CHECK(find_extension(extensions, oid::authority_key_identifier)->value == test::hex("300480020102"));
}

TEST_CASE("An empty list leaves the entries out, as RFC 5280 demands") {
    const Bytes crl = must(sign_crl(good_spec(), *test::key(1)));
    der::Reader outer = must(der::read_single(crl, der::sequence));
    der::Reader fields = must(outer.enter(der::sequence));
    for (int i = 0; i < 5; ++i)
        (void)must(fields.next());
    CHECK(fields.peek() == der::context(0, true));
}

TEST_CASE("Lists that cannot be right are Crl.Format") {
    CrlSpec spec = good_spec();
    spec.next_update = spec.this_update;
    CHECK(id_of(sign_crl(spec, *test::key(1))) == "Crl.Format");
    spec = good_spec();
    spec.issuer = Name();
    CHECK(id_of(sign_crl(spec, *test::key(1))) == "Crl.Format");
    spec = good_spec();
    spec.revoked = {{{}, test::y2024, RevocationReason::unspecified}};
    CHECK(id_of(sign_crl(spec, *test::key(1))) == "Crl.Format");
    spec.revoked = {{{1}, test::y2024, RevocationReason::remove_from_crl}};
    CHECK(id_of(sign_crl(spec, *test::key(1))) == "Crl.Format");
}
