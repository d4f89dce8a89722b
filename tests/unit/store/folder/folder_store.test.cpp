#include "store/folder/folder_store.hpp"

#if !defined(_WIN32)
#include <csignal>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

#include "base/encoding.hpp"
#include "fixtures.hpp"
#include "support/child.hpp"
#include "support/command.hpp"

using namespace certbroker;
using namespace certbroker::store;
using namespace certbroker::store::test;

namespace {

const Operation operation;

/// Whether a file or folder has these permissions; on Windows tests/unit/base/file_windows.test.cpp asks that.
bool has_mode([[maybe_unused]] const std::filesystem::path &path, [[maybe_unused]] unsigned mode) {
#if defined(_WIN32)
    return true;
#else
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 && (info.st_mode & 0777U) == mode;
#endif
}

} // namespace

TEST_CASE("The folder store's files are where an admin looks for them") {
    const Home home;
    const auto store = home.open();
    const auto key = must(store->create_key({p256, true}, operation));
    const x509::Certificate certificate = make_certificate_for(*key);
    must(store->put(certificate, {"Web Ünï 😀", true}, operation));
    CHECK(must(file::read(home.certificate(certificate), 1 << 16)) == certificate.der());
    CHECK(as_text(must(file::read(home.certificate(certificate, ".properties"), 1 << 16))) ==
          "friendly-name: Web Ünï 😀\narchived: no\n");
    const auto key_file = home.root() / "keys" / (to_hex(key->public_key().sha256()) + ".pem");
    CHECK(key->uri() == "folder:LocalMachine/keys/" + to_hex(key->public_key().sha256()));
    CHECK(has_mode(key_file, 0600));
    CHECK(has_mode(home.root() / "keys", 0700));
    CHECK(has_mode(home.root(), 0755));
    CHECK(has_mode(home.certificate(certificate), 0644));
    if (have("openssl")) { // on Windows the PowerShell lane asks it, from outside
        CHECK(run("openssl pkey -noout -in " + key_file.string()).exit_code == 0);
        CHECK(run("openssl x509 -inform DER -noout -in " + home.certificate(certificate).string()).exit_code == 0);
    }
    // Nothing temporary stays behind.
    CHECK(home.files(home.root()).size() == 4); // .lock, .der, .properties, .pem

    const auto user = home.open("folder:CurrentUser/My");
    must(user->put(certificate, {}, operation));
    CHECK(has_mode(home.folder.path() / "CurrentUser", 0700));
}

TEST_CASE("A certificate without friendly name needs one file") {
    const Home home;
    must(home.open()->put(pki().leaf.certificate, {}, operation));
    CHECK(home.files(home.root() / "My") == std::vector<std::string>{pki().leaf.certificate.thumbprint() + ".der"});
}

TEST_CASE("Looking at a store that was never written makes nothing") {
    const Home home;
    const auto store = home.open();
    CHECK(all(*store).empty());
    CHECK(id_of(store->get(pki().leaf.certificate.thumbprint())) == "Store.NotFound");
    CHECK(id_of(store->remove(pki().leaf.certificate.thumbprint(), operation)) == "Store.NotFound");
    CHECK(id_of(store->update(pki().leaf.certificate.thumbprint(), {"x", {}}, operation)) == "Store.NotFound");
    CHECK(id_of(store->find_key(Bytes(32, 1))) == "Store.KeyMissing");
    CHECK(std::filesystem::is_empty(home.folder.path()));
}

TEST_CASE("Damaged files are reported, and hide nothing but themselves") {
    const Home home;
    const auto store = home.open();
    const Pki &p = pki();
    for (const x509::Certificate &certificate : p.chain)
        must(store->put(certificate, {"name", true}, operation));
    overwrite(home.certificate(p.leaf.certificate), as_text(ByteView(p.leaf.certificate.der()).first(100)));
    overwrite(home.certificate(p.ca.certificate, ".properties"), "\xff garbage");
    // What is not the store's is passed over.
    overwrite(home.root() / "My" / "README", "x");
    overwrite(home.certificate(p.root.certificate).parent_path() / "notes.der", "x");
    std::filesystem::create_directory(home.root() / "My" / "zz");

    Lines log;
    Operation logged;
    logged.log = &log;
    const std::vector<Entry> entries = all(*store, logged);
    REQUIRE(entries.size() == 2);
    REQUIRE(log.lines.size() == 2);
    const std::string both = log.lines[0] + log.lines[1];
    CHECK(both.find(p.leaf.certificate.thumbprint() + ".der' could not be read") != std::string::npos);
    CHECK(both.find(p.ca.certificate.thumbprint() + ".properties' could not be read") != std::string::npos);
    CHECK(must(store->get(p.ca.certificate.thumbprint())).friendly_name.empty());
    const auto damaged = store->get(p.leaf.certificate.thumbprint());
    REQUIRE_FALSE(damaged);
    CHECK(damaged.error().id() == "Store.Damaged");

    // A whole certificate under another's name is as wrong.
    overwrite(home.certificate(p.leaf.certificate), as_text(p.ca.certificate.der()));
    CHECK(id_of(store->get(p.leaf.certificate.thumbprint())) == "Store.Damaged");
    // Putting it in again repairs it, with a warning.
    log.lines.clear();
    must(store->put(p.leaf.certificate, {"again", true}, logged));
    CHECK(log.lines.size() == 1);
    CHECK(must(store->get(p.leaf.certificate.thumbprint())).friendly_name == "again");
}

TEST_CASE("A friendly name that a removed certificate left behind does not come back") {
    const Home home;
    const auto store = home.open();
    const x509::Certificate &certificate = pki().leaf.certificate;
    must(store->put(certificate, {"old", true}, operation));
    // As after a crash between the two removals.
    std::filesystem::remove(home.certificate(certificate));
    CHECK(id_of(store->get(certificate.thumbprint())) == "Store.NotFound");
    CHECK(must(store->put(certificate, {}, operation)).friendly_name.empty());
    CHECK(must(store->get(certificate.thumbprint())).friendly_name.empty());
    must(store->put(certificate, {"new", true}, operation));
    must(store->remove(certificate.thumbprint(), operation));
    CHECK(home.files(home.root() / "My").empty());
}

TEST_CASE("A file where a folder should be, is Store.Access") {
    const Home home;
    overwrite(home.folder.path() / "LocalMachine", "x");
    const auto store = home.open();
    const auto put = store->put(pki().leaf.certificate, {}, operation);
    REQUIRE_FALSE(put);
    CHECK(put.error().id() == "Store.Access");
    CHECK(put.error().message().find("could not") != std::string::npos);
    CHECK(id_of(store->create_key({p256}, operation)) == "Store.Access");
    CHECK(id_of(store->each([](const Entry &) { return true; }, operation)) == "Store.Access");
    CHECK(id_of(store->get(pki().leaf.certificate.thumbprint())) == "Store.NotFound");
}

#if !defined(_WIN32) // accounts and limits of POSIX
TEST_CASE("Another account reads the machine's certificates, but neither keys nor can it write") {
    if (::getuid() != 0) SKIP("only root can become another account");
    const Home home;
    std::filesystem::permissions(home.folder.path(), std::filesystem::perms(0755));
    const auto store = home.open();
    const auto key = must(store->create_key({p256, true}, operation));
    const x509::Certificate certificate = make_certificate_for(*key);
    must(store->put(certificate, {"web", true}, operation));
    const int code = run_child([&] {
        constexpr uid_t nobody = 65534;
        demand(::setgid(nobody) == 0 && ::setuid(nobody) == 0, "cannot become nobody");
        const auto mine = demand_value(home.registry.open("LocalMachine/My"));
        const Entry entry = demand_value(mine->get(certificate.thumbprint()));
        demand(entry.friendly_name == "web" && !entry.has_private_key(), "the entry shows its key to everybody");
        const auto id = [](const auto &result) { return result ? std::string("no error") : result.error().id(); };
        demand(id(mine->open_key(key->uri())) == "Store.Access", "open_key");
        demand(id(mine->find_key(key->public_key().sha256())) == "Store.Access", "find_key");
        demand(id(mine->put(pki().ca.certificate, {}, operation)) == "Store.Access", "put");
        demand(id(mine->put(certificate, {"x", true}, operation)) == "Store.Access", "put again");
        demand(id(mine->remove(certificate.thumbprint(), operation)) == "Store.Access", "remove");
        demand(id(mine->update(certificate.thumbprint(), {"x", {}}, operation)) == "Store.Access", "update");
        demand(id(mine->create_key({p256}, operation)) == "Store.Access", "create_key");
        demand(id(mine->import_key(*pki().leaf.key, true, operation)) == "Store.Access", "import_key");
        demand(id(mine->remove_key(key->uri(), operation)) == "Store.Access", "remove_key");
    });
    CHECK(code == 0);
    CHECK(must(store->get(certificate.thumbprint())).has_private_key());
}

TEST_CASE("A full or failing disk is Store.Io, and what was there stays") {
    const Home home;
    const auto store = home.open();
    must(store->put(pki().leaf.certificate, {"before", true}, operation));
    // No file of this process may grow: the signal is ignored and the write fails.
    const int code = run_child([&] {
        ::signal(SIGXFSZ, SIG_IGN);
        const struct rlimit none { 0, 0 };
        demand(::setrlimit(RLIMIT_FSIZE, &none) == 0, "setrlimit");
        const auto put = store->put(pki().ca.certificate, {}, operation);
        demand(!put && put.error().id() == "Store.Io", "put");
        const auto update = store->update(pki().leaf.certificate.thumbprint(), {"after", {}}, operation);
        demand(!update && update.error().id() == "Store.Io", "update");
        const auto key = store->create_key({p256}, operation);
        demand(!key && key.error().id() == "Store.Io", "create_key");
    });
    CHECK(code == 0);
    CHECK(must(store->get(pki().leaf.certificate.thumbprint())).friendly_name == "before");
    CHECK(id_of(store->get(pki().ca.certificate.thumbprint())) == "Store.NotFound");
    CHECK(home.files(home.root() / "keys").empty());
}
#endif

TEST_CASE("A locked store is waited for until the deadline, or until somebody cancels") {
    const Home home;
    const auto store = home.open();
    must(store->put(pki().leaf.certificate, {}, operation));
    const auto held = must(file::Lock::acquire(home.root() / ".lock", 0));
    const auto busy = store->put(pki().ca.certificate, {}, Operation().with_timeout(std::chrono::milliseconds(150)));
    REQUIRE_FALSE(busy);
    CHECK(busy.error().id() == "Store.Busy");
    CHECK(id_of(store->remove(pki().leaf.certificate.thumbprint(),
                              Operation().with_timeout(std::chrono::milliseconds(30)))) == "Store.Busy");
    // Reading waits for nobody.
    CHECK(store->get(pki().leaf.certificate.thumbprint()).has_value());
    CHECK(all(*store).size() == 1);
}

TEST_CASE("A certificate that is there already is put while others are adding theirs") {
    const Home home;
    const auto store = home.open();
    must(store->put(pki().ca.certificate, {"The CA", true}, operation));
    const auto adding = must(file::Lock::acquire(home.root() / ".lock", 0, file::Lock::Kind::shared));
    const Operation hurried = Operation().with_timeout(std::chrono::milliseconds(150));
    CHECK(must(store->put(pki().ca.certificate, {{}, false}, hurried)).friendly_name == "The CA");
    CHECK(must(store->put(pki().ca.certificate, {"The CA", true}, hurried)).friendly_name == "The CA");
    // Another name is a change, which waits.
    CHECK(id_of(store->put(pki().ca.certificate, {"Its new name", true}, hurried)) == "Store.Busy");
}

TEST_CASE("A damaged key file says so and leaves its certificate alone") {
    const Home home;
    const auto store = home.open();
    const auto key = must(store->create_key({p256, true}, operation));
    const x509::Certificate certificate = make_certificate_for(*key);
    must(store->put(certificate, {}, operation));
    const auto path = home.root() / "keys" / (to_hex(key->public_key().sha256()) + ".pem");
    overwrite(path, "exportable: yes\n-----BEGIN PRIVATE KEY-----\nMIGHAgE=\n-----END PRIVATE KEY-----\n");
    CHECK(id_of(store->open_key(key->uri())) == "Store.Damaged");
    CHECK(id_of(store->check_key(key->uri())) == "Store.Damaged");
    CHECK(must(store->get(certificate.thumbprint())).has_private_key());
    // Another key under this one's name.
    overwrite(path, to_pem("PRIVATE KEY", ByteView(must(pki().leaf.key->export_pkcs8()))));
    CHECK(id_of(store->open_key(key->uri())) == "Store.Damaged");
    CHECK(id_of(store->check_key(key->uri())) == "Store.Damaged");
    // A file put there by hand has no lines in front.
    overwrite(path, to_pem("PRIVATE KEY", ByteView(must(key->export_pkcs8()))));
    CHECK(store->check_key(key->uri()).has_value());
}
