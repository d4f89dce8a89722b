#include "store/folder/folder_files.hpp"

#include "fixtures.hpp"

using namespace certbroker;
using namespace certbroker::store;
using namespace certbroker::store::test;

namespace {
const Operation operation;
}

TEST_CASE("Certificates lie in subfolders by their first two digits") {
    const FolderFiles files("/data", Location::local_machine);
    CHECK(files.certificate("My", "ABCDEF") == "/data/My/AB/ABCDEF.der");
    CHECK(files.properties("Remote Desktop", "01FF") == "/data/Remote Desktop/01/01FF.properties");
    CHECK(files.keys() == "/data/keys");
}

TEST_CASE("Many hold the lock to add, one to change") {
    const TemporaryFolder folder;
    const FolderFiles files(folder.file("root"), Location::local_machine);
    const Operation hurried = Operation().with_timeout(std::chrono::milliseconds(20));
    {
        const auto one = must(files.lock(file::Lock::Kind::shared, hurried));
        CHECK(files.lock(file::Lock::Kind::shared, hurried).has_value());
        CHECK(id_of(files.lock(file::Lock::Kind::exclusive, hurried)) == "Store.Busy");
    }
    const auto one = must(files.lock(file::Lock::Kind::exclusive, Operation()));
    CHECK(id_of(files.lock(file::Lock::Kind::shared, Operation().with_timeout(std::chrono::milliseconds(20)))) ==
          "Store.Busy");
    Operation cancelled;
    cancelled.cancellation->request();
    CHECK(id_of(files.lock(file::Lock::Kind::shared, cancelled)) == "Base.Cancelled");
}

TEST_CASE("Store names are the folders that are stores") {
    const Home home;
    for (const char *uri : {"folder:LocalMachine/My", "folder:LocalMachine/Root", "folder:LocalMachine/Web 2"})
        must(home.open(uri)->put(pki().leaf.certificate, {}, operation));
    must(home.open()->create_key({p256}, operation));
    overwrite(home.root() / "journal.db", "x");
    const FolderFiles files(home.root().string(), Location::local_machine);
    CHECK(must(files.store_names()) == std::vector<std::string>{"My", "Root", "Web 2"});
    CHECK(must(FolderFiles("/nowhere/at/all", Location::local_machine).store_names()).empty());
}

TEST_CASE("Listing stops when it is told to, and goes by thumbprint") {
    const Home home;
    const auto store = home.open();
    std::vector<std::string> put;
    const crypto::KeyHandle key = make_key();
    for (int i = 0; i < 50; ++i)
        put.push_back(must(store->put(make_certificate_for(*key), {}, operation)).certificate.thumbprint());
    std::sort(put.begin(), put.end());
    const FolderFiles files(home.root().string(), Location::local_machine);
    std::vector<std::string> seen;
    must(files.each_thumbprint("My", [&](const std::string &thumbprint) -> Result<bool> {
        seen.push_back(thumbprint);
        return true;
    }));
    CHECK(seen == put);
    seen.clear();
    must(files.each_thumbprint("My", [&](const std::string &thumbprint) -> Result<bool> {
        seen.push_back(thumbprint);
        return seen.size() < 3;
    }));
    CHECK(seen.size() == 3);
}
