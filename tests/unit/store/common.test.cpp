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

namespace {

/// A key whose signatures are not what they should be.
class BadKey final : public crypto::PrivateKey {
public:
    BadKey(crypto::KeyHandle shown, crypto::KeyHandle used) : shown_(std::move(shown)), used_(std::move(used)) {}
    const crypto::PublicKey &public_key() const noexcept override { return shown_->public_key(); }
    const std::string &uri() const noexcept override { return uri_; }
    bool exportable() const noexcept override { return false; }
    Result<Bytes> sign(const crypto::SignatureScheme &scheme, ByteView data) const override {
        return used_->sign(scheme, data);
    }
    Result<SecretBytes> decrypt(ByteView, std::optional<crypto::DigestAlgorithm>) const override {
        return SecretBytes();
    }
    Result<SecretBytes> export_pkcs8() const override { return SecretBytes(); }
    evp_pkey_st *native() const noexcept override { return nullptr; }

private:
    crypto::KeyHandle shown_;
    crypto::KeyHandle used_;
    std::string uri_ = "somewhere";
};

} // namespace

TEST_CASE("A key that this account cannot use is found out") {
    const crypto::KeyHandle key = make_key();
    CHECK(store::prove_usable(*key).has_value());
    const auto other = store::prove_usable(BadKey(key, make_key()));
    REQUIRE_FALSE(other);
    CHECK(other.error().id() == "Store.KeyUnusable");
    CHECK(other.error().message().find("somewhere") != std::string::npos);
    CHECK(other.error().cause() != nullptr);
}
