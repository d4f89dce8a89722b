#include "store/store.hpp"

#include "support/pki.hpp"

TEST_CASE("Where keys have no providers, none is named") {
    CHECK(certbroker::store::key_providers().empty());
}
