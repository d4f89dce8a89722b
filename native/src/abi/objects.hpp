#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "abi/bag.hpp"
#include "abi/handle.hpp"
#include "base/operation.hpp"
#include "base/settings.hpp"
#include "issuance/broker.hpp"

/// What stands behind each kind of handle. Objects hold their context, so that freeing in any order is safe.
namespace certbroker::abi {

struct Context {
    std::unique_ptr<issuance::Broker> broker;
};

struct ErrorObject {
    explicit ErrorObject(const Error &error);
    Error value;
    LentHandle<certbroker_error, ErrorObject> cause;
};

struct Buffer {
    SecretBytes bytes;
};

struct CancelObject {
    std::shared_ptr<Cancellation> cancellation = std::make_shared<Cancellation>();
};

struct RequestObject {
    std::shared_ptr<Context> context;
    profile::Request request;
    /// Texts that were lent out; a request may change, but what was read of it stays valid.
    const char *lend(std::string text) const;

private:
    mutable std::mutex mutex_;
    mutable std::set<std::string> lent_;
};

/// An object with properties that are gathered when first asked for.
template<class Value>
struct Described {
    explicit Described(Value v) : value(std::move(v)) {}
    Value value;
    const Bag &bag() const {
        std::call_once(once_, [this] { bag_ = bag_of(value); });
        return bag_;
    }

private:
    mutable std::once_flag once_;
    mutable Bag bag_;
};

struct KeyObject {
    explicit KeyObject(crypto::KeyHandle handle) : key(std::move(handle)), bag(bag_of(*key)) {}
    crypto::KeyHandle key;
    Bag bag;
};
using CsrObject = Described<x509::Csr>;
using CertificateObject = Described<x509::Certificate>;

struct ChainObject {
    explicit ChainObject(x509::Chain chain);
    x509::Chain value;
    std::vector<LentHandle<certbroker_certificate, CertificateObject>> certificates;
};

struct ProviderObject {
    std::shared_ptr<Context> context;
    issuance::OpenProvider open;
    Bag bag;
};

struct IssueObject : Described<issuance::Issue> {
    IssueObject(std::shared_ptr<Context> c, issuance::Issue issue)
        : Described(std::move(issue)), context(std::move(c)) {}
    std::shared_ptr<Context> context;
};

struct StoreObject {
    std::shared_ptr<Context> context;
    std::unique_ptr<store::Store> store;
};

/// In a store, or (from a PFX) not yet: then with key and chain at hand.
struct EntryObject : Described<store::Entry> {
    EntryObject(std::shared_ptr<Context> c, store::Entry entry);
    std::shared_ptr<Context> context;
    crypto::KeyHandle detached_key;
    std::optional<x509::Chain> detached_chain;
    LentHandle<certbroker_certificate, CertificateObject> certificate;
};

struct RowObject {
    Bag bag;
};

template<>
struct KindOf<Context> {
    static constexpr Kind kind = Kind::context;
};
template<>
struct KindOf<ErrorObject> {
    static constexpr Kind kind = Kind::error;
};
template<>
struct KindOf<Buffer> {
    static constexpr Kind kind = Kind::buffer;
};
template<>
struct KindOf<Secret> {
    static constexpr Kind kind = Kind::secret;
};
template<>
struct KindOf<CancelObject> {
    static constexpr Kind kind = Kind::cancel;
};
template<>
struct KindOf<Settings> {
    static constexpr Kind kind = Kind::settings;
};
template<>
struct KindOf<RequestObject> {
    static constexpr Kind kind = Kind::request;
};
template<>
struct KindOf<KeyObject> {
    static constexpr Kind kind = Kind::key;
};
template<>
struct KindOf<CsrObject> {
    static constexpr Kind kind = Kind::csr;
};
template<>
struct KindOf<CertificateObject> {
    static constexpr Kind kind = Kind::certificate;
};
template<>
struct KindOf<ChainObject> {
    static constexpr Kind kind = Kind::chain;
};
template<>
struct KindOf<ProviderObject> {
    static constexpr Kind kind = Kind::provider;
};
template<>
struct KindOf<IssueObject> {
    static constexpr Kind kind = Kind::issue;
};
template<>
struct KindOf<StoreObject> {
    static constexpr Kind kind = Kind::store;
};
template<>
struct KindOf<EntryObject> {
    static constexpr Kind kind = Kind::entry;
};
template<>
struct KindOf<RowObject> {
    static constexpr Kind kind = Kind::row;
};

} // namespace certbroker::abi
