#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "fixture.hpp"

using namespace certbroker;
using namespace certbroker::store;
using namespace certbroker::store::conformance;

namespace {
const Operation operation;
}

TEST_CASE("A certificate is put, found and removed") {
    CERTBROKER_STORE_FIXTURE(fixture);
    const auto store = fixture->open();
    const x509::Certificate &certificate = pki().leaf.certificate;
    CHECK(all(*store).empty());
    const Entry put = must(store->put(certificate, {"web", true}, operation));
    CHECK(put.certificate == certificate);
    CHECK(put.store.to_string() == store->uri().to_string());
    CHECK_FALSE(put.has_private_key());
    CHECK_FALSE(put.archived);
    CHECK(must(store->get(certificate.thumbprint())).certificate == certificate);
    REQUIRE(all(*store).size() == 1);
    must(store->remove(certificate.thumbprint(), operation));
    CHECK(id_of(store->get(certificate.thumbprint())) == "Store.NotFound");
    CHECK(all(*store).empty());
    CHECK(id_of(store->remove(certificate.thumbprint(), operation)) == "Store.NotFound");
}

TEST_CASE("Thumbprints are taken as people paste them") {
    CERTBROKER_STORE_FIXTURE(fixture);
    const auto store = fixture->open();
    const std::string &thumbprint = must(store->put(pki().leaf.certificate, {}, operation)).certificate.thumbprint();
    std::string spaced;
    for (std::size_t i = 0; i < thumbprint.size(); i += 2)
        spaced += (i == 0 ? "" : " ") + thumbprint.substr(i, 2);
    for (const std::string &pasted : {thumbprint, ascii_lower(thumbprint), spaced, "\xe2\x80\x8e" + ascii_lower(spaced),
                                      "\"" + thumbprint + "\"", "\xe2\x80\x9c" + thumbprint + "\xe2\x80\x9d"}) {
        INFO(pasted);
        CHECK(must(store->get(pasted)).certificate == pki().leaf.certificate);
    }
    CHECK(must(store->update(ascii_lower(spaced), {"name", {}}, operation)).friendly_name == "name");
    must(store->remove(" " + ascii_lower(thumbprint), operation));
    for (const char *bad : {"", "00", "../../../etc/passwd", "zz"}) {
        CHECK(id_of(store->get(bad)) == "Base.Argument");
        CHECK(id_of(store->remove(bad, operation)) == "Base.Argument");
        CHECK(id_of(store->update(bad, {}, operation)) == "Base.Argument");
    }
}

TEST_CASE("Certificates are found by subject, key and alternative name by looking at all") {
    CERTBROKER_STORE_FIXTURE(fixture);
    const auto store = fixture->open();
    for (const x509::Certificate &certificate : pki().chain)
        must(store->put(certificate, {}, operation));
    const auto count = [&](const std::function<bool(const x509::Certificate &)> &wanted) {
        const auto entries = all(*store);
        return std::count_if(entries.begin(), entries.end(),
                             [&](const Entry &entry) { return wanted(entry.certificate); });
    };
    CHECK(count([](const x509::Certificate &c) { return c.subject().to_string() == "CN=Test Root"; }) == 1);
    CHECK(count([](const x509::Certificate &c) { return c.public_key() == pki().leaf.key->public_key(); }) == 1);
    CHECK(count([](const x509::Certificate &c) { return c.issuer().to_string() == "CN=Test Root"; }) == 2);
    CHECK(count([](const x509::Certificate &c) { return !c.subject_alt_names().empty(); }) == 0);
}

TEST_CASE("Looking at all stops when it is told to, and its callback may change the store") {
    CERTBROKER_STORE_FIXTURE(fixture);
    const auto store = fixture->open();
    for (const x509::Certificate &certificate : pki().chain)
        must(store->put(certificate, {}, operation));
    int seen = 0;
    must(store->each([&](const Entry &) { return ++seen < 2; }, operation));
    CHECK(seen == 2);
    must(store->each(
        [&](const Entry &entry) {
            must(store->remove(entry.certificate.thumbprint(), operation));
            return true;
        },
        operation));
    CHECK(all(*store).empty());
}

TEST_CASE("Putting a certificate again changes its name only when asked") {
    CERTBROKER_STORE_FIXTURE(fixture);
    CERTBROKER_NEED(*fixture, friendly_names);
    const auto store = fixture->open();
    const x509::Certificate &certificate = pki().leaf.certificate;
    must(store->put(certificate, {"first", true}, operation));
    if (fixture->archives()) must(store->update(certificate.thumbprint(), {{}, true}, operation));
    CHECK(must(store->put(certificate, {"second", false}, operation)).friendly_name == "first");
    const Entry again = must(store->put(certificate, {"third", true}, operation));
    CHECK(again.friendly_name == "third");
    CHECK(again.archived == fixture->archives()); // what was not given stays
    CHECK(all(*store).size() == 1);
}

TEST_CASE("Friendly names keep every character") {
    CERTBROKER_STORE_FIXTURE(fixture);
    CERTBROKER_NEED(*fixture, friendly_names);
    const auto store = fixture->open();
    const x509::Certificate &certificate = pki().leaf.certificate;
    for (const std::string &name : {std::string("Web Ünï 😀 𝔘"), std::string("日本語"), std::string(" \"x\": y\\z "),
                                    std::string("a\nb"), std::string()}) {
        must(store->put(certificate, {name, true}, operation));
        CHECK(must(store->get(certificate.thumbprint())).friendly_name == name);
        CHECK(must(store->update(certificate.thumbprint(), {name + "!", {}}, operation)).friendly_name == name + "!");
        CHECK(must(fixture->open()->get(certificate.thumbprint())).friendly_name == name + "!");
    }
    CHECK(id_of(store->put(certificate, {"\xff", true}, operation)) == "Base.Text");
    CHECK(id_of(store->update(certificate.thumbprint(), {std::string(2000, 'x'), {}}, operation)) == "Base.Argument");
    CHECK(id_of(store->update(pki().ca.certificate.thumbprint(), {"x", {}}, operation)) == "Store.NotFound");
}

TEST_CASE("Stores of other names and locations are other stores") {
    CERTBROKER_STORE_FIXTURE(fixture);
    must(fixture->open("LocalMachine/My")->put(pki().leaf.certificate, {}, operation));
    must(fixture->open("LocalMachine/My Own-Store_1.x")->put(pki().ca.certificate, {}, operation));
    CHECK(all(*fixture->open("LocalMachine/My")).size() == 1);
    CHECK(all(*fixture->open("localmachine/MY")).size() == 1);
    CHECK(all(*fixture->open("LocalMachine/My Own-Store_1.x")).size() == 1);
    CHECK(all(*fixture->open("LocalMachine/CA")).empty());
    CHECK(all(*fixture->open("CurrentUser/My")).empty());
}

TEST_CASE("What was put is there after a restart") {
    CERTBROKER_STORE_FIXTURE(fixture);
    CERTBROKER_NEED(*fixture, persistent);
    const x509::Certificate &certificate = pki().leaf.certificate;
    must(fixture->open()->put(certificate, {"web", true}, operation));
    if (fixture->archives()) must(fixture->open()->update(certificate.thumbprint(), {{}, true}, operation));
    fixture->restart();
    const Entry entry = must(fixture->open()->get(certificate.thumbprint()));
    CHECK(entry.certificate == certificate);
    CHECK(entry.friendly_name == "web");
    CHECK(entry.archived == fixture->archives());
}

TEST_CASE("Very many certificates are all found") {
    CERTBROKER_STORE_FIXTURE(fixture);
    const auto store = fixture->open();
    const crypto::KeyHandle key = make_key();
    std::set<std::string> thumbprints;
    for (std::size_t i = 0; i < fixture->many(); ++i)
        thumbprints.insert(must(store->put(make_certificate_for(*key), {}, operation)).certificate.thumbprint());
    REQUIRE(thumbprints.size() == fixture->many());
    for (const std::string &thumbprint : thumbprints)
        REQUIRE(must(store->get(thumbprint)).certificate.thumbprint() == thumbprint);
    std::set<std::string> listed;
    for (const Entry &entry : all(*store))
        listed.insert(entry.certificate.thumbprint());
    CHECK(listed == thumbprints);
}
