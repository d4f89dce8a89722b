#include "base/errors.hpp"
#include "store/store.hpp"

namespace certbroker::store {
namespace {

std::string quoted(const x509::Certificate &certificate) {
    const std::string subject = certificate.subject().to_string();
    return "'" + (subject.empty() ? certificate.thumbprint() : subject) + "'";
}

bool is_self_signed(const x509::Certificate &certificate) {
    return certificate.self_issued() && certificate.verify_issued_by(certificate).has_value();
}

/// The store beside `store` with that name: same kind, same location.
Result<std::unique_ptr<Store>> sibling(const StoreRegistry &registry, const StoreUri &store, std::string_view name) {
    return registry.open(StoreUri{store.kind, store.location, std::string(name)});
}

/// What could not be placed, as a sentence for the warnings.
std::string not_added(const x509::Certificate &certificate, std::string_view store, const Error &error) {
    return "The certificate " + quoted(certificate) + " was not added to " + std::string(store) + ": " +
           describe(error) + ". " + error.remedy();
}

void place_beside(const StoreRegistry &registry, const StoreUri &uri, std::string_view name,
                  const x509::Certificate &certificate, const Operation &operation,
                  std::vector<std::string> &warnings) {
    // Somebody may have given it a name of his own: that stays.
    const PutOptions keep{{}, false};
    auto store = sibling(registry, uri, name);
    if (!store) {
        warnings.push_back(not_added(certificate, name, store.error()));
    } else if (auto put = (*store)->put(certificate, keep, operation); !put) {
        warnings.push_back(not_added(certificate, name, put.error()));
    }
}

bool is_trusted(Store &store, const x509::Certificate &root, const Operation &operation) {
    if (store.get(root.thumbprint())) return true;
    bool inherited = false;
    const auto looked = store.each_inherited(
        [&](const x509::Certificate &certificate) {
            inherited = certificate == root;
            return !inherited;
        },
        operation);
    return looked && inherited;
}

void place_root(const StoreRegistry &registry, const StoreUri &uri, const x509::Certificate &root, bool trust,
                const Operation &operation, std::vector<std::string> &warnings) {
    if (trust) {
        place_beside(registry, uri, "Root", root, operation, warnings);
        return;
    }
    auto store = sibling(registry, uri, "Root");
    if (store && is_trusted(**store, root, operation)) return;
    warnings.push_back("The root " + quoted(root) +
                       " was not added to Root: pass -TrustRoot if you trust it (thumbprint " + root.thumbprint() +
                       ").");
}

/// Adds the certificates of a sibling store that are not among the candidates; failures only mean fewer candidates.
void gather(const StoreRegistry &registry, const StoreUri &uri, std::string_view name, const Operation &operation,
            std::vector<x509::Certificate> &candidates) {
    auto store = sibling(registry, uri, name);
    if (!store) return;
    const auto listed = (*store)->each(
        [&](const Entry &entry) {
            candidates.push_back(entry.certificate);
            return true;
        },
        operation);
    if (!listed) operation.write(LogLevel::warning, "store", "The chain may be short: " + describe(listed.error()));
    const auto inherited = (*store)->each_inherited(
        [&](const x509::Certificate &certificate) {
            candidates.push_back(certificate);
            return true;
        },
        operation);
    if (!inherited)
        operation.write(LogLevel::warning, "store", "The chain may be short: " + describe(inherited.error()));
}

} // namespace

Result<Placed> place_chain(const StoreRegistry &registry, Store &store, const x509::Chain &chain,
                           const PlaceOptions &options, const Operation &operation) {
    if (chain.empty()) return fail(errors::argument, "The certificate could not be stored: the chain is empty");
    CERTBROKER_TRY(Entry entry, store.put(chain.front(), options.put, operation));
    Placed placed{std::move(entry), {}};
    for (std::size_t i = 1; i < chain.size(); ++i) {
        if (is_self_signed(chain[i])) {
            place_root(registry, store.uri(), chain[i], options.trust_root, operation, placed.warnings);
        } else if (options.intermediates) {
            place_beside(registry, store.uri(), "CA", chain[i], operation, placed.warnings);
        }
    }
    if (chain.size() == 1 && options.trust_root && is_self_signed(chain.front()))
        place_root(registry, store.uri(), chain.front(), true, operation, placed.warnings);
    return placed;
}

Result<x509::Chain> complete_chain(const StoreRegistry &registry, const Entry &entry, const Operation &operation) {
    if (is_self_signed(entry.certificate)) return x509::Chain{entry.certificate};
    std::vector<x509::Certificate> candidates;
    x509::Chain chain{entry.certificate};
    // My comes last and seldom: it may be long, and issuers are hardly ever there.
    for (const std::string_view name : {"CA", "Root", "My"}) {
        CERTBROKER_CHECK(operation.check("The chain could not be completed"));
        gather(registry, entry.store, name, operation, candidates);
        chain = x509::build_chain(entry.certificate, candidates);
        if (is_self_signed(chain.back())) break;
    }
    return chain;
}

} // namespace certbroker::store
