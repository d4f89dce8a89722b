#include "fixture.hpp"

using namespace certbroker;
using namespace certbroker::test;

namespace {

/// A store that only shows certificates, as a directory of a company might.
class ShowCase final : public store::Store {
public:
    const store::StoreUri &uri() const noexcept override { return uri_; }
    std::uint64_t capabilities() const noexcept override { return store::persistent; }
    Result<crypto::KeyHandle> create_key(const store::KeyOptions &, const Operation &) override { return none(); }
    Result<crypto::KeyHandle> import_key(const crypto::PrivateKey &, bool, const Operation &) override {
        return none();
    }
    Result<crypto::KeyHandle> open_key(std::string_view) override { return none(); }
    Result<crypto::KeyHandle> find_key(ByteView) override { return none(); }
    Result<void> remove_key(std::string_view, const Operation &) override { return none(); }
    Result<store::Entry> put(const x509::Certificate &, const store::PutOptions &, const Operation &) override {
        return none();
    }
    Result<store::Entry> get(std::string_view) override { return none(); }
    Result<void> each(const std::function<bool(const store::Entry &)> &, const Operation &) override { return none(); }
    Result<store::Entry> update(std::string_view, const Changes &, const Operation &) override { return none(); }
    Result<void> remove(std::string_view, const Operation &) override { return none(); }

private:
    static Error none() { return fail(errors::issuance_store_keys, "Nothing here"); }
    store::StoreUri uri_{"folder", store::Location::current_user, "Show"};
};

} // namespace

TEST_CASE("A store that keeps no keys cannot be prepared for") {
    World world;
    ShowCase show_case;
    const auto failed = world.broker->prepare(World::request(), nullptr, "", show_case, {}, world.operation);
    REQUIRE(id_of(failed) == "Issuance.StoreKeepsNoKeys");
    CHECK(failed.error().message().find("folder:CurrentUser/Show") != std::string::npos);
}

TEST_CASE("The template is named once, or alike") {
    World world;
    OpenProvider ca = world.authority();
    profile::Request wish = World::request();
    wish.certificate_template = "Server";
    CHECK(id_of(world.broker->enroll(wish, ca, "client", {}, *world.store, {}, world.operation)) ==
          "Issuance.Template");
    CHECK(must(world.broker->enroll(wish, ca, "server", {}, *world.store, {}, world.operation)).record.profile ==
          "server");
    CHECK(must(world.broker->enroll(wish, ca, "", {}, *world.store, {}, world.operation)).record.profile == "Server");
    CHECK(world.ca.order_profile == "Server");
}

TEST_CASE("A request asks the policy of the CA it is prepared for") {
    World world;
    OpenProvider ca = world.authority();
    profile::Request wish;
    must(profile::set_property(wish, "SUBJECT", "CN=web01"));
    const Issue issue = must(world.broker->prepare(wish, &ca, "p384", *world.store, {}, world.operation));
    CHECK(must(x509::Csr::parse(issue.record.csr)).public_key().spec()->algorithm == crypto::KeyAlgorithm::ecdsa_p384);
    CHECK(issue.record.profile == "p384");
}
