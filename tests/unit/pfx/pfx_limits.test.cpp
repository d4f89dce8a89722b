#include "pfx/pfx_limits.hpp"

#include <chrono>

#include "builders.hpp"
#include "support/pki.hpp"

using namespace certbroker;
using namespace certbroker::test;
using namespace certbroker::pfx::test;

namespace {

const Operation operation;
std::string read(const Bytes &file, const pfx::Limits &limits = {}) {
    const auto begin = std::chrono::steady_clock::now();
    const std::string id = id_of(pfx::read(file, Secret(as_bytes("x")), true, limits, operation));
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(2));
    return id;
}

constexpr std::int64_t too_many = pfx::max_iterations + 1;

} // namespace

TEST_CASE("Hostile iteration counts cost nothing: they are refused before any derivation") {
    CHECK(read(pfx_of({}, mac(too_many))) == "Pfx.Limits");
    CHECK(read(pfx_of({}, mac(INT64_MAX))) == "Pfx.Limits");
    CHECK(read(pfx_of({encrypted(pkcs12_pbe(too_many))})) == "Pfx.Limits");
    CHECK(read(pfx_of({encrypted(pbes2(pbkdf2, too_many))})) == "Pfx.Limits");
    CHECK(read(pfx_of({content_info(data, octets(list({shrouded(pbes2(pbkdf2, too_many))})))})) == "Pfx.Limits");
    CHECK(read(pfx_of({content_info(data, octets(list({shrouded(pkcs12_pbe(too_many))})))})) == "Pfx.Limits");
    // What is wrong behind an innocent beginning is found first, too.
    CHECK(read(pfx_of({encrypted(pbes2(pbkdf2, pfx::max_iterations)), encrypted(pbes2(pbkdf2, too_many))},
                      mac(pfx::max_iterations))) == "Pfx.Limits");
    // A count of 20 octets.
    Bytes huge = sequence([&](der::Writer &w) {
        w.oid("1.2.840.113549.1.12.1.3");
        w.nest(der::sequence, [&](der::Writer &p) { p.octets(Bytes(8, 1)).unsigned_integer(Bytes(20, 0x11)); });
    });
    CHECK(read(pfx_of({encrypted(huge)})) == "Pfx.Limits");
}

TEST_CASE("Many allowed derivations together are refused, too") {
    std::vector<Bytes> bags(5, shrouded(pbes2(pbkdf2, pfx::max_iterations)));
    CHECK(read(pfx_of({content_info(data, octets(list(bags)))})) == "Pfx.Limits");
}

TEST_CASE("Iteration counts below one are malformed") {
    CHECK(read(pfx_of({}, mac(0))) == "Pfx.Format");
    CHECK(read(pfx_of({}, mac(-5))) == "Pfx.Format");
    CHECK(read(pfx_of({encrypted(pbes2(pbkdf2, 0))})) == "Pfx.Format");
    CHECK(read(pfx_of({encrypted(pkcs12_pbe(-1))})) == "Pfx.Format");
}

TEST_CASE("Salts and keys longer than anybody needs are refused") {
    CHECK(read(pfx_of({}, mac(1, 1025))) == "Pfx.Limits");
    CHECK(read(pfx_of({encrypted(pbes2(pbkdf2, 1, 1025))})) == "Pfx.Limits");
    CHECK(read(pfx_of({encrypted(pkcs12_pbe(1, 1025))})) == "Pfx.Limits");
    CHECK(read(pfx_of({encrypted(pbes2(pbkdf2, 1, 16, 1 << 30))})) == "Pfx.Limits");
    CHECK(read(pfx_of({encrypted(pbes2(pbkdf2, 1, 1024))})) != "Pfx.Limits");
}

TEST_CASE("Bags nested deep, and very many of them, are refused") {
    Bytes inner = list({});
    for (int i = 0; i < 9; ++i)
        inner = list({bag(nested_bag, inner)});
    CHECK(read(pfx_of({content_info(data, octets(inner))})) == "Pfx.Limits");
    for (int i = 0; i < 30; ++i)
        inner = list({bag(nested_bag, inner)});
    CHECK(read(pfx_of({content_info(data, octets(inner))})) == "Pfx.Format");
    CHECK(read(pfx_of(std::vector<Bytes>(1001, content_info(data, octets(list({})))))) == "Pfx.Limits");
}

TEST_CASE("A file larger than the limit is refused unread") {
    CHECK(read(Bytes(pfx::max_size + 1, 0x30)) == "Pfx.Limits");
}

TEST_CASE("Protections that are not supported are named") {
    for (const Bytes &file :
         {pfx_of({encrypted(pbes2(scrypt, 1024))}), pfx_of({}, {}, 3, "1.2.840.113549.1.7.2"),
          pfx_of({content_info("1.2.840.113549.1.7.3", octets({}))}), pfx_of({encrypted(sequence([](der::Writer &w) {
              w.oid("1.2.3.4").nest(der::sequence, [](der::Writer &) {});
          }))})}) {
        const auto contents = pfx::read(file, Secret(), true, operation);
        REQUIRE_FALSE(contents);
        CHECK(contents.error().id() == "Pfx.Unsupported");
    }
}

TEST_CASE("Another version, and anything behind the file, is malformed") {
    CHECK(read(pfx_of({}, {}, 2)) == "Pfx.Format");
    Bytes longer = pfx_of({}, mac(1));
    longer.push_back(0);
    CHECK(read(longer) == "Pfx.Format");
    // Without certificates, but well-formed.
    CHECK(read(pfx_of({})) == "Pfx.Empty");
}

TEST_CASE("A budget counts over all derivations and stops when the operation is cancelled") {
    pfx::Limits limits;
    limits.total_iterations = pfx::max_iterations + 10;
    pfx::Budget budget(limits, operation);
    CHECK(budget.spend_on(pbes2(pbkdf2, pfx::max_iterations)).has_value());
    CHECK(budget.spend_on(pkcs12_pbe(10)).has_value());
    CHECK(id_of(budget.spend_on(pkcs12_pbe(1))) == "Pfx.Limits");
    CHECK(id_of(budget.spend_on(Bytes{0x30, 0x00})) == "Pfx.Format");
    Operation stopped;
    stopped.cancellation->request();
    pfx::Budget late(limits, stopped);
    CHECK(id_of(late.spend_on(pbes2(pbkdf2, 1000))) == "Base.Cancelled");
}
