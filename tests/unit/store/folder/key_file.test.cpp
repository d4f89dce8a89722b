#include "store/folder/key_file.hpp"

#include "base/encoding.hpp"
#include "base/file.hpp"
#include "support/command.hpp"
#include "support/pki.hpp"
#include "support/temporary_folder.hpp"

using namespace certbroker;
using namespace certbroker::test;

TEST_CASE("A key file is a PEM file with remarks, which openssl reads as it stands") {
    const TemporaryFolder folder;
    for (const crypto::KeySpec &spec : {p256, crypto::KeySpec{crypto::KeyAlgorithm::rsa, 2048}}) {
        const crypto::KeyHandle key = must(crypto::generate_key(spec));
        const SecretBytes text = must(store::write_key_file(*key, true));
        CHECK(as_text(text).starts_with("CertBroker private key\nalgorithm: "));
        CHECK(as_text(text).find("public-key-sha256: " + to_hex(key->public_key().sha256()) +
                                 "\nexportable: yes\n\n") != std::string::npos);
        must(file::write_atomic(folder.path() / "key.pem", text, file::Access::owner, true));
        if (!have("openssl")) continue;
        const auto shown = run("openssl pkey -pubout -in " + folder.file("key.pem"));
        INFO(shown.output);
        CHECK(shown.exit_code == 0);
        CHECK(shown.output == to_pem("PUBLIC KEY", key->public_key().spki()));
        const crypto::KeyHandle again = must(crypto::import_key(text, Secret(), "", true));
        CHECK(again->public_key() == key->public_key());
    }
}

TEST_CASE("A key that may not leave is written all the same, and marked") {
    const crypto::KeyHandle key = must(crypto::rebind_key(make_key(), "", false));
    const SecretBytes text = must(store::write_key_file(*key, false));
    CHECK(as_text(text).find("\nexportable: no\n") != std::string::npos);
    CHECK_FALSE(store::key_file_is_exportable(text));
}

TEST_CASE("A key file says whose it is while it is whole") {
    const crypto::KeyHandle key = make_key();
    const Bytes &sha256 = key->public_key().sha256();
    const SecretBytes text = must(store::write_key_file(*key, true));
    CHECK(store::key_file_says(text, sha256));
    CHECK_FALSE(store::key_file_says(text, crypto::sha256(sha256)));
    CHECK_FALSE(store::key_file_says(ByteView(text).first(text.size() / 2), sha256));
    // The line must stand in front, and the block must be one that a key fits in.
    const std::string line = "public-key-sha256: " + to_hex(sha256) + "\n";
    const auto says = [&](const std::string &whole) { return store::key_file_says(as_bytes(whole), sha256); };
    CHECK_FALSE(says(line));
    CHECK_FALSE(says("-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n" + line));
    CHECK_FALSE(says(line + "-----BEGIN PRIVATE KEY-----\nMIGHAgE=\n-----END PRIVATE KEY-----\n"));
    CHECK_FALSE(says(line + "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"));
}

TEST_CASE("Only the line in front of the key makes it exportable") {
    const auto exportable = [](std::string_view text) { return store::key_file_is_exportable(as_bytes(text)); };
    CHECK(exportable("x\nexportable: yes\n-----BEGIN PRIVATE KEY-----\n"));
    CHECK(exportable("Exportable: YES\r\n-----BEGIN PRIVATE KEY-----\r\n"));
    CHECK_FALSE(exportable("-----BEGIN PRIVATE KEY-----\nexportable: yes\n"));
    CHECK_FALSE(exportable("exportable: no\n-----BEGIN"));
    CHECK_FALSE(exportable("not exportable: yes\n"));
    CHECK_FALSE(exportable(""));
    CHECK_FALSE(exportable("\n\n\n"));
}
