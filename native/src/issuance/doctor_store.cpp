#include "issuance/doctor.hpp"
#include "issuance/steps.hpp"

namespace certbroker::issuance::doctor {
namespace {

/// Throws away what was put there, whatever happened in between.
class Probe {
public:
    Probe(store::Store &store, const Operation &operation) : store_(store), operation_(to_the_end(operation)) {}
    Probe(const Probe &) = delete;
    Probe &operator=(const Probe &) = delete;
    ~Probe() { (void)clear(); }

    Result<void> put(Core &core) {
        profile::Request wish;
        CERTBROKER_CHECK(profile::set_property(wish, "SUBJECT", "CN=CertBroker probe (may be removed)"));
        store::KeyOptions options;
        CERTBROKER_TRY(options.spec, crypto::checked_key_spec(crypto::KeyAlgorithm::ecdsa_p256, 0));
        CERTBROKER_TRY(const crypto::KeyHandle key, store_.create_key(options, operation_));
        key_ = key->uri();
        CERTBROKER_TRY(const Bytes serial, crypto::random_serial(*core.options.random));
        CERTBROKER_TRY(const auto spec,
                       profile::make_self_signed_spec(wish, key->public_key(), core.options.clock->now(), serial));
        CERTBROKER_TRY(const x509::Certificate certificate, x509::sign_certificate(spec, *key));
        certificate_ = certificate.thumbprint();
        CERTBROKER_CHECK(store_.put(certificate, {}, operation_));
        return {};
    }

    Result<void> clear() {
        Result<void> done;
        if (!certificate_.empty()) done = store_.remove(certificate_, operation_);
        certificate_.clear();
        if (!key_.empty()) {
            auto removed = store_.remove_key(key_, operation_);
            if (done && !removed) done = std::move(removed);
        }
        key_.clear();
        return done;
    }

private:
    store::Store &store_;
    Operation operation_;
    std::string key_, certificate_;
};

} // namespace

void check_store(Sheet &sheet, Core &core, const std::string &uri) {
    auto store = core.stores.open(uri);
    if (!store) {
        sheet.failed(kinds::store, store.error());
        return;
    }
    const std::string name = (*store)->uri().to_string();
    constexpr std::uint64_t wanted = store::keeps_keys | store::can_write;
    if (((*store)->capabilities() & wanted) != wanted) {
        sheet.failed(kinds::store, "Nothing can be stored in " + name,
                     "The store is read-only, or keeps no private keys");
        return;
    }
    Probe probe(**store, sheet.operation());
    auto done = probe.put(core);
    if (done) done = probe.clear();
    if (done)
        sheet.passed(kinds::store, "A key and a certificate were put into " + name + " and taken out again");
    else
        sheet.failed(kinds::store, done.error());
}

} // namespace certbroker::issuance::doctor
