#include "store/store.hpp"

#include "store/errors.hpp"

namespace certbroker::store {
namespace {

Error no_grants(const StoreUri &uri) {
    return fail(errors::store_no_grants,
                "Who may use a key could not be read or changed: " + uri.to_string() + " keeps no such list");
}

} // namespace

Result<void> Store::each_inherited(const std::function<bool(const x509::Certificate &)> &, const Operation &) {
    return {};
}

Result<void> Store::check_key(std::string_view key_uri) {
    CERTBROKER_CHECK(open_key(key_uri));
    return {};
}

Result<void> Store::grant_read(std::string_view, std::string_view, const Operation &) {
    return no_grants(uri());
}

Result<std::vector<KeyReader>> Store::readers(std::string_view) {
    return no_grants(uri());
}

} // namespace certbroker::store
