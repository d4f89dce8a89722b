#include <cstdlib>
#include <map>

#include "base/encoding.hpp"
#include "base/file.hpp"
#include "builders.hpp"
#include "pfx/pfx.hpp"
#include "support/command.hpp"
#include "support/pki.hpp"
#include "support/temporary_folder.hpp"

using namespace certbroker;
using namespace certbroker::test;
using namespace certbroker::pfx::test;

namespace {

const Operation operation;
using Protection = crypto::Pkcs12Protection;
constexpr const char *unicode = "ä€😀";

void write_file(const std::string &path, ByteView bytes) {
    must(file::write_atomic(file::to_path(path), bytes, file::Access::everyone, true));
}

/// A PFX of the test chain in a file.
std::string written(const TemporaryFolder &folder, const Secret &password, Protection protection) {
    static int number = 0;
    const std::string path = folder.file("ours-" + std::to_string(++number) + ".pfx");
    write_file(path,
               must(pfx::write(pki().chain, *pki().leaf.key, password, {"Web Ünï", protection, 2000}, operation)));
    return path;
}

} // namespace

TEST_CASE("OpenSSL reads what is written here") {
    if (!have("openssl")) SKIP("openssl is not installed");
    const TemporaryFolder folder;
    for (const Protection protection : {Protection::aes256_sha256, Protection::triple_des_sha1}) {
        for (const char *password : {"secret", "", unicode, static_cast<const char *>(nullptr)}) {
            const std::string path =
                written(folder, password == nullptr ? Secret() : Secret(as_bytes(password)), protection);
            const auto result = run("openssl pkcs12 -in " + path +
                                    " -nodes -passin 'pass:" + (password == nullptr ? "" : password) + "'");
            INFO(result.output);
            REQUIRE(result.exit_code == 0);
            CHECK(result.output.find("friendlyName: Web ") != std::string::npos);
            const auto key = must(crypto::import_key(as_bytes(result.output), Secret(), "", false));
            CHECK(key->public_key() == pki().leaf.key->public_key());
            CHECK(must(x509::parse_certificates(as_bytes(result.output))).size() == 3);
        }
    }
    const std::string path = written(folder, Secret(as_bytes("secret")), Protection::aes256_sha256);
    const std::string info = run("openssl pkcs12 -in " + path + " -info -noout -passin pass:secret").output;
    INFO(info);
    CHECK(info.find("MAC: sha256, Iteration 2000") != std::string::npos);
    CHECK(info.find("PBES2, PBKDF2, AES-256-CBC, Iteration 2000, PRF hmacWithSHA256") != std::string::npos);
    CHECK(run("openssl pkcs12 -in " + path + " -noout -passin pass:wrong").exit_code != 0);
    const std::string old = written(folder, Secret(as_bytes("secret")), Protection::triple_des_sha1);
    const std::string old_info = run("openssl pkcs12 -in " + old + " -info -noout -passin pass:secret").output;
    CHECK(old_info.find("MAC: sha1") != std::string::npos);
    CHECK(old_info.find("pbeWithSHA1And3-KeyTripleDES-CBC") != std::string::npos);
}

TEST_CASE("GnuTLS reads what is written here") {
    if (!have("certtool")) SKIP("certtool is not installed (gnutls-bin)");
    const TemporaryFolder folder;
    for (const Protection protection : {Protection::aes256_sha256, Protection::triple_des_sha1}) {
        const std::string path = written(folder, Secret(as_bytes("secret")), protection);
        const auto result = run("certtool --p12-info --inder --password secret --infile " + path);
        INFO(result.output);
        CHECK(result.exit_code == 0);
        CHECK(result.output.find("PRIVATE KEY") != std::string::npos);
        CHECK(must(x509::parse_certificates(as_bytes(result.output))).size() == 3);
    }
}

TEST_CASE("Java reads what is written here") {
    if (!have("keytool")) SKIP("keytool is not installed (a Java runtime)");
    const TemporaryFolder folder;
    for (const Protection protection : {Protection::aes256_sha256, Protection::triple_des_sha1}) {
        const std::string path = written(folder, Secret(as_bytes("secret")), protection);
        const auto result = run("keytool -list -v -storetype PKCS12 -storepass secret -keystore " + path);
        INFO(result.output);
        CHECK(result.exit_code == 0);
        CHECK(result.output.find("PrivateKeyEntry") != std::string::npos);
        CHECK(result.output.find("Certificate chain length: 3") != std::string::npos);
    }
}

TEST_CASE("NSS reads what is written here") {
    if (!have("pk12util")) SKIP("pk12util is not installed (libnss3-tools)");
    const TemporaryFolder folder;
    for (const Protection protection : {Protection::aes256_sha256, Protection::triple_des_sha1}) {
        for (const std::string password : {"secret", unicode}) {
            const std::string path = written(folder, Secret(as_bytes(password)), protection);
            const auto result = run("pk12util -l " + path + " -d " + folder.path().string() + " -W '" + password + "'");
            INFO(result.output);
            CHECK(result.exit_code == 0);
            CHECK(result.output.find("CN=web01.example.com") != std::string::npos);
        }
    }
}

TEST_CASE(".NET reads what is written here") {
    if (!have("dotnet")) SKIP("dotnet is not installed (the .NET 10 SDK)");
    const TemporaryFolder folder;
    // The program is built beside the files, not beside the sources.
    write_file(folder.file("read.cs"), must(file::read(CERTBROKER_TEST_DATA "/pfx/read.cs", 1 << 16)));
    const auto built = run("dotnet build -v q -o " + folder.file("out") + " " + folder.file("read.cs"));
    if (built.exit_code != 0) SKIP("dotnet cannot build a single file here: " + built.output.substr(0, 200));
    for (const Protection protection : {Protection::aes256_sha256, Protection::triple_des_sha1}) {
        for (const std::string password : {"secret", "", unicode}) {
            const std::string path = written(folder, Secret(as_bytes(password)), protection);
            const auto result = run("dotnet " + folder.file("out/read.dll") + " " + path + " '" + password + "'");
            INFO(result.output);
            CHECK(result.exit_code == 0);
            CHECK(result.output.find("key CN=web01.example.com") != std::string::npos);
            CHECK(result.output.find("CN=Test Root") != std::string::npos);
        }
    }
}

TEST_CASE("Counts inside encrypted parts are held to the limits, too") {
    if (!have("openssl")) SKIP("openssl is not installed");
    // A key's bag within the encrypted part, where only the password shows it; OpenSSL's command line does the
    // encryption. PBKDF2 of password "x", a salt of sixteen octets 01 and one iteration.
    const auto file = [](std::int64_t inner_iterations) {
        const TemporaryFolder folder;
        write_file(folder.file("bags"), list({shrouded(pbes2(pbkdf2, inner_iterations))}));
        const std::string key = run("openssl kdf -keylen 32 -binary -kdfopt digest:SHA1 -kdfopt pass:x "
                                    "-kdfopt hexsalt:01010101010101010101010101010101 -kdfopt iter:1 PBKDF2 | od -An "
                                    "-v -tx1 | tr -d ' \\n'")
                                    .output;
        REQUIRE(key.size() == 64);
        REQUIRE(run("openssl enc -aes-256-cbc -K " + key + " -iv 00000000000000000000000000000000 -in " +
                    folder.file("bags") + " -out " + folder.file("sealed"))
                    .exit_code == 0);
        return pfx_of({encrypted(pbes2(pbkdf2, 1), must(file::read(folder.path() / "sealed", 1 << 16)))});
    };
    // The bag's contents are no key, so that what is allowed fails later and as something else.
    CHECK(id_of(pfx::read(file(1000), Secret(as_bytes("x")), true, operation)) == "Pfx.Password");
    CHECK(id_of(pfx::read(file(pfx::max_iterations + 1), Secret(as_bytes("x")), true, operation)) == "Pfx.Limits");
    CHECK(id_of(pfx::read(file(0), Secret(as_bytes("x")), true, operation)) == "Pfx.Format");
}
