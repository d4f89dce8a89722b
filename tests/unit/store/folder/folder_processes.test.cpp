/// Several processes and threads at the same place at once.
#include <atomic>
#include <thread>

#include "base/encoding.hpp"
#include "fixtures.hpp"
#include "support/child.hpp"

using namespace certbroker;
using namespace certbroker::store;
using namespace certbroker::store::test;

namespace {

const Operation operation;
constexpr int processes = 4;

/// Runs the work in several processes at once, each with its number; all must succeed.
void together(const std::function<void(int)> &work, int count = processes) {
    std::vector<ChildId> children;
    for (int i = 0; i < count; ++i)
        children.push_back(start_child([&, i] { work(i); }));
    for (const ChildId child : children)
        CHECK(wait_for_child(child) == 0);
}

std::vector<x509::Certificate> certificates(const crypto::PrivateKey &key, int count) {
    std::vector<x509::Certificate> made;
    for (int i = 0; i < count; ++i)
        made.push_back(make_certificate_for(key, "CN=" + std::to_string(i)));
    return made;
}

/// A failure that is one of the expected ids, or none.
template<class T>
void allow(const Result<T> &result, std::initializer_list<std::string_view> ids) {
    if (result) return;
    demand(std::find(ids.begin(), ids.end(), result.error().id()) != ids.end(), describe(result.error()));
}

} // namespace

TEST_CASE("Processes that put different certificates do not disturb each other") {
    const Home home;
    const crypto::KeyHandle key = make_key();
    const auto made = certificates(*key, 200);
    together([&](int number) {
        const auto store = demand_value(home.registry.open("LocalMachine/My"));
        for (std::size_t i = static_cast<std::size_t>(number); i < made.size(); i += processes)
            demand_value(store->put(made[i], {"name " + std::to_string(i), true}, operation));
    });
    const auto store = home.open();
    CHECK(all(*store).size() == made.size());
    for (std::size_t i = 0; i < made.size(); ++i)
        CHECK(must(store->get(made[i].thumbprint())).friendly_name == "name " + std::to_string(i));
}

TEST_CASE("Processes that put, change and remove the same certificates leave whole ones") {
    const Home home;
    const crypto::KeyHandle key = make_key();
    const auto made = certificates(*key, 5);
    const std::vector<std::string> names{"", "a", "b"};
    together([&](int number) {
        const auto store = demand_value(home.registry.open("LocalMachine/My"));
        for (std::size_t round = 0; round < 60; ++round) {
            const x509::Certificate &certificate = made[(round + static_cast<std::size_t>(number)) % made.size()];
            const std::string &name = names[(round / 3) % names.size()];
            switch ((round + static_cast<std::size_t>(number) * 7) % 4) {
            case 0:
            case 1: {
                const Entry entry = demand_value(store->put(certificate, {name, true}, operation));
                demand(entry.friendly_name == name, "put gave another name back");
                break;
            }
            case 2:
                allow(store->update(certificate.thumbprint(), {name, {}}, operation), {"Store.NotFound"});
                break;
            default:
                allow(store->remove(certificate.thumbprint(), operation), {"Store.NotFound"});
            }
            const auto found = store->get(certificate.thumbprint());
            allow(found, {"Store.NotFound"});
            if (found)
                demand(std::find(names.begin(), names.end(), found->friendly_name) != names.end(), "a mixed name");
        }
    });
    Lines log;
    Operation logged;
    logged.log = &log;
    CHECK(all(*home.open(), logged).size() <= made.size());
    CHECK(log.lines.empty());
    for (const std::string &name : home.files(home.root()))
        CHECK_FALSE(name.ends_with(".tmp"));
}

TEST_CASE("Processes that import the same key make one, which is not exportable if any of them said so") {
    const Home home;
    for (int round = 0; round < 10; ++round) {
        const crypto::KeyHandle key = make_key();
        together([&](int number) {
            const auto store = demand_value(home.registry.open("LocalMachine/My"));
            const auto stored = demand_value(store->import_key(*key, number != 1, operation));
            demand(stored->public_key() == key->public_key(), "another key");
        });
        CHECK_FALSE(must(home.open()->find_key(key->public_key().sha256()))->exportable());
    }
    CHECK(home.files(home.root() / "keys").size() == 10);
}

TEST_CASE("Processes that make keys keep all of them") {
    const Home home;
    together([&](int) {
        const auto store = demand_value(home.registry.open("LocalMachine/My"));
        for (int i = 0; i < 25; ++i) {
            const auto key = demand_value(store->create_key({p256, true}, operation));
            demand(demand_value(store->open_key(key->uri()))->public_key() == key->public_key(), "another key");
        }
    });
    CHECK(home.files(home.root() / "keys").size() == 100);
}

TEST_CASE("A key is never removed from under a certificate") {
    const Home home;
    const crypto::KeyHandle key = make_key();
    const x509::Certificate certificate = make_certificate_for(*key);
    const std::string uri = "folder:LocalMachine/keys/" + to_hex(key->public_key().sha256());
    together(
        [&](int number) {
            const auto store = demand_value(home.registry.open("LocalMachine/My"));
            for (int round = 0; round < 150; ++round) {
                if (number == 0) {
                    demand_value(store->import_key(*key, true, operation));
                    // The key may go before the certificate comes; once both were there, it must stay.
                    if (demand_value(store->put(certificate, {}, operation)).has_private_key()) {
                        for (int look = 0; look < 3; ++look)
                            demand(demand_value(store->get(certificate.thumbprint())).has_private_key(),
                                   "the key went away");
                    }
                    allow(store->remove(certificate.thumbprint(), operation), {});
                } else {
                    allow(store->remove_key(uri, operation), {"Store.KeyMissing", "Store.KeyInUse"});
                }
            }
        },
        2);
}

TEST_CASE("Two store objects in threads of one process are as safe as two processes") {
    const Home home;
    const crypto::KeyHandle key = make_key();
    const auto made = certificates(*key, 40);
    std::atomic<int> failures{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            const auto store = home.registry.open("LocalMachine/My");
            for (const x509::Certificate &certificate : made) {
                if (!store || !(*store)->put(certificate, {"n", true}, operation) ||
                    !(*store)->get(certificate.thumbprint()))
                    ++failures;
            }
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    CHECK(failures == 0);
    CHECK(all(*home.open()).size() == made.size());
}
