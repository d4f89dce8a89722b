#include "base/file.hpp"
#include "pfx/pfx.hpp"
#include "support/pki.hpp"

using namespace certbroker;
using namespace certbroker::test;

namespace {

const Operation operation;

Secret secret(std::string_view text) {
    return Secret(as_bytes(text));
}

pfx::WriteOptions options(crypto::Pkcs12Protection protection = crypto::Pkcs12Protection::aes256_sha256) {
    return {"Web Ünï 😀", protection, 1000};
}

} // namespace

TEST_CASE("What is written is read back: chain, key, friendly name") {
    const Pki &p = pki();
    for (const auto protection : {crypto::Pkcs12Protection::aes256_sha256, crypto::Pkcs12Protection::triple_des_sha1}) {
        for (const Secret &password : {secret("secret"), secret(""), secret("ä€😀"), Secret()}) {
            const Bytes bytes = must(pfx::write(p.chain, *p.leaf.key, password, options(protection), operation));
            const pfx::Contents contents = must(pfx::read(bytes, password, true, operation));
            CHECK(contents.chain == p.chain);
            CHECK(contents.friendly_name == "Web Ünï 😀");
            CHECK(contents.key->public_key() == p.leaf.key->public_key());
            CHECK(id_of(pfx::read(bytes, secret("other"), true, operation)) == "Pfx.Password");
        }
    }
}

TEST_CASE("The key must be the certificate's and may leave") {
    const Pki &p = pki();
    CHECK(id_of(pfx::write(p.chain, *p.ca.key, secret("x"), options(), operation)) == "Certificate.KeyMismatch");
    const crypto::KeyHandle kept = must(crypto::rebind_key(p.leaf.key, "", false));
    CHECK(id_of(pfx::write(p.chain, *kept, secret("x"), options(), operation)) == "Crypto.KeyNotExportable");
}

TEST_CASE("Wrong options are refused before any work") {
    const Pki &p = pki();
    const auto write = [&](const x509::Chain &chain, const Secret &password, const pfx::WriteOptions &wanted) {
        return id_of(pfx::write(chain, *p.leaf.key, password, wanted, operation));
    };
    CHECK(write({}, secret("x"), options()) == "Base.Argument");
    CHECK(write(p.chain, secret("\xff"), options()) == "Base.Text");
    pfx::WriteOptions wrong = options();
    wrong.friendly_name = "\xff";
    CHECK(write(p.chain, secret("x"), wrong) == "Base.Text");
    wrong.friendly_name = std::string(1025, 'x');
    CHECK(write(p.chain, secret("x"), wrong) == "Base.Argument");
    wrong = options();
    for (const int count : {-1, 0, 999, pfx::max_iterations + 1}) {
        wrong.iterations = count;
        CHECK(write(p.chain, secret("x"), wrong) == "Base.Argument");
    }
    CHECK(write(x509::Chain(101, p.leaf.certificate), secret("x"), options()) == "Base.Argument");
    Operation stopped;
    stopped.cancellation->request();
    CHECK(id_of(pfx::write(p.chain, *p.leaf.key, secret("x"), options(), stopped)) == "Base.Cancelled");
}
