// What we send as OpenSSL's command line reads it: an implementation of CMS that our writing of it shares nothing with.
#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "crypto/key.hpp"
#include "plugins/endpoint-protection/rig.hpp"
#include "support/command.hpp"
#include "support/temporary_folder.hpp"

using namespace certbroker;
using scep::test::has;
using scep::test::must;
using scep::test::Rig;

namespace {

void write(const std::filesystem::path &path, ByteView bytes) {
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char *>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

/// Looks at one message: attributes, signature, envelope, and the request inside.
void look_at(Rig &rig, ByteView message, const provider::Order &order, const std::string &type) {
    const test::TemporaryFolder folder;
    const auto path = [&](const char *name) { return (folder.path() / name).string(); };
    write(folder.path() / "message.der", message);
    write(folder.path() / "key.der", must(rig.ca.recipient_key()->export_pkcs8()));
    write(folder.path() / "ra.pem", as_bytes(rig.ca.recipient().to_pem()));
    const std::string cms = "openssl cms -inform DER -in " + path("message.der");

    const auto printed = test::run(cms + " -cmsout -print -noout");
    REQUIRE(printed.exit_code == 0);
    for (const char *oid : {"2.16.840.1.113733.1.9.2", "2.16.840.1.113733.1.9.5", "2.16.840.1.113733.1.9.7"})
        CHECK(has(printed.output, oid));
    CHECK(has(printed.output, "PRINTABLESTRING:" + type));
    CHECK(has(printed.output, "PRINTABLESTRING:" + rig.ca.seen.back().transaction));
    CHECK(has(printed.output, "rsaEncryption (1.2.840.113549.1.1.1)"));
    CHECK(has(printed.output, "sha256 (2.16.840.1.101.3.4.2.1)"));

    const auto verified = test::run(cms + " -verify -noverify -out " + path("inner.der"));
    INFO(verified.output);
    REQUIRE(verified.exit_code == 0);
    const auto inner = test::run("openssl cms -inform DER -in " + path("inner.der") + " -cmsout -print -noout");
    CHECK(has(inner.output, "aes-128-cbc"));
    const auto opened =
        test::run("openssl cms -decrypt -inform DER -in " + path("inner.der") + " -keyform DER -inkey " +
                  path("key.der") + " -recip " + path("ra.pem") + " -out " + path("request.der"));
    INFO(opened.output);
    REQUIRE(opened.exit_code == 0);
    const auto request = test::run("openssl req -inform DER -in " + path("request.der") + " -noout -text -verify");
    CHECK(request.exit_code == 0);
    CHECK(has(request.output, "CN = device.example.com"));
    CHECK(has(request.output, "DNS:device.example.com"));
    CHECK(has(request.output, "challengePassword"));
    std::ifstream in(path("request.der"), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(in)), {});
    CHECK(bytes == as_text(order.csr->der()));
}

} // namespace

TEST_CASE("openssl reads, verifies and opens a first request and a renewal") {
    if (!test::have("openssl")) SKIP("openssl is not installed");
    Rig rig;
    const auto provider = rig.open();
    const provider::Order first = rig.order("s3cret");
    const x509::Certificate current = rig.issue(*provider, first);
    look_at(rig, rig.host.http.seen.back().body, first, "19");
    provider::Order next = rig.order("s3cret", "order-2");
    next.current = &current;
    next.current_key = first.csr_key;
    REQUIRE(must(provider->renew(next, rig.host.operation)).state == scep::test::State::issued);
    look_at(rig, rig.host.http.seen.back().body, next, "17");
}
