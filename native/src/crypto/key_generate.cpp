#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include <array>
#include <mutex>
#include <vector>

#include "base/errors.hpp"
#include "crypto/errors.hpp"
#include "crypto/key_encoding.hpp"
#include "crypto/software_key.hpp"

namespace certbroker::crypto {
namespace {

/// Generation contexts of one curve, ready for use; they keep no trace of the keys they made.
class CurvePool {
public:
    openssl::PkeyContext take(const Curve &curve) {
        {
            const std::lock_guard lock(mutex_);
            if (!idle_.empty()) {
                openssl::PkeyContext found = std::move(idle_.back());
                idle_.pop_back();
                return found;
            }
        }
        openssl::PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
        if (context == nullptr || EVP_PKEY_keygen_init(context.get()) != 1 ||
            EVP_PKEY_CTX_set_group_name(context.get(), curve.group) != 1)
            return nullptr;
        return context;
    }
    void give_back(openssl::PkeyContext context) {
        const std::lock_guard lock(mutex_);
        if (idle_.size() < 8) idle_.push_back(std::move(context));
    }

private:
    std::mutex mutex_;
    std::vector<openssl::PkeyContext> idle_;
};

CurvePool &pool_of(KeyAlgorithm algorithm) {
    // Never freed: OpenSSL may have shut down before our own static objects go.
    static auto &pools = *new std::array<CurvePool, 4>;
    return pools[static_cast<std::size_t>(algorithm)];
}

struct Watch {
    const std::function<bool()> *cancelled;
    bool stopped = false;
};

int ask_watch(EVP_PKEY_CTX *context) {
    auto *watch = static_cast<Watch *>(EVP_PKEY_CTX_get_app_data(context));
    watch->stopped = watch->stopped || (*watch->cancelled)();
    return watch->stopped ? 0 : 1;
}

Result<openssl::Pkey> generate_rsa(std::uint32_t bits, const std::function<bool()> &cancelled) {
    const openssl::PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
    if (context == nullptr || EVP_PKEY_keygen_init(context.get()) != 1 ||
        EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), static_cast<int>(bits)) != 1)
        return openssl::failure("A key could not be made");
    Watch watch{&cancelled};
    if (cancelled) {
        EVP_PKEY_CTX_set_app_data(context.get(), &watch);
        EVP_PKEY_CTX_set_cb(context.get(), ask_watch);
    }
    EVP_PKEY *raw = nullptr;
    const int made = EVP_PKEY_generate(context.get(), &raw);
    openssl::Pkey key(raw);
    if (watch.stopped) return fail(errors::cancelled, "A key could not be made: the work was cancelled");
    if (made != 1) return openssl::failure("A key could not be made");
    return key;
}

} // namespace

Result<KeyHandle> generate_key(const KeySpec &spec, const std::function<bool()> &cancelled) {
    const Curve *curve = curve_of(spec.algorithm);
    CERTBROKER_TRY(const KeySpec checked, checked_key_spec(spec.algorithm, curve != nullptr ? 0 : spec.bits));
    if (cancelled && cancelled()) return fail(errors::cancelled, "A key could not be made: the work was cancelled");
    const openssl::ErrorScope scope;
    if (curve == nullptr) {
        CERTBROKER_TRY(openssl::Pkey key, generate_rsa(checked.bits, cancelled));
        return make_software_key(std::move(key), checked, {}, true);
    }
    CurvePool &pool = pool_of(spec.algorithm);
    openssl::PkeyContext context = pool.take(*curve);
    EVP_PKEY *key = nullptr;
    if (context == nullptr || EVP_PKEY_generate(context.get(), &key) != 1)
        return openssl::failure("A key could not be made");
    pool.give_back(std::move(context));
    return make_software_key(openssl::Pkey(key), checked, {}, true);
}

} // namespace certbroker::crypto
