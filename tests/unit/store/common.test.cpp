#include "store/common.hpp"

#include "support/pki.hpp"

using namespace certbroker;
using namespace certbroker::test;

TEST_CASE("Friendly names are UTF-8 and of sensible length") {
    CHECK(store::check_friendly_name("").has_value());
    CHECK(store::check_friendly_name("Web Ünï 😀\n").has_value());
    CHECK(store::check_friendly_name(std::string(store::max_friendly_name, 'x')).has_value());
    CHECK(id_of(store::check_friendly_name(std::string(store::max_friendly_name + 1, 'x'))) == "Base.Argument");
    CHECK(id_of(store::check_friendly_name("\xc3")) == "Base.Text");
}

TEST_CASE("Making a key stops when it is cancelled, and when its time is over") {
    store::KeyOptions options;
    options.spec = {crypto::KeyAlgorithm::rsa, 16384};
    Operation cancelled;
    cancelled.cancellation->request();
    CHECK(id_of(store::generate(options, cancelled)) == "Base.Cancelled");
    // In the middle of it: this key would take minutes.
    CHECK(id_of(store::generate(options, Operation().with_timeout(std::chrono::milliseconds(50)))) == "Base.Timeout");
    options.spec = {crypto::KeyAlgorithm::rsa, 1024};
    CHECK(id_of(store::generate(options, Operation())) == "Crypto.KeyAlgorithm");
}
