#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <type_traits>
#include <vector>

#include "certbroker/certbroker.h"

/// One live handle of every kind, and wrong ones, for the generated misuse test.
namespace misuse {

struct Fixture {
    Fixture();
    ~Fixture();
    Fixture(const Fixture &) = delete;
    Fixture &operator=(const Fixture &) = delete;

    certbroker_context *context = nullptr;
    certbroker_error *error = nullptr;
    certbroker_buffer *buffer = nullptr;
    certbroker_secret *secret = nullptr;
    certbroker_cancel *cancel = nullptr;
    certbroker_settings *settings = nullptr;
    certbroker_request *request = nullptr;
    certbroker_key *key = nullptr;
    certbroker_csr *csr = nullptr;
    certbroker_certificate *certificate = nullptr;
    certbroker_chain *chain = nullptr;
    certbroker_provider *provider = nullptr;
    certbroker_issue *issue = nullptr;
    certbroker_store *store = nullptr;
    certbroker_entry *entry = nullptr;
    certbroker_row *row = nullptr; ///< rows live in callbacks only, so this one is always wrong
    certbroker_operation operation{}, sizeless{}, bad_cancel{};
    std::vector<std::uint8_t> bytes; ///< a certificate, DER
    std::vector<std::uint8_t> garbage;
    std::string long_text = std::string(300'000, 'x');

    /// Something that fits the parameter of that name.
    const char *text(const char *parameter) const;
    template<class Handle>
    Handle *freed() const {
        return reinterpret_cast<Handle *>(freed_);
    }
    template<class Handle>
    Handle *foreign() const {
        // A settings handle where something else is asked for, and a secret where settings are.
        void *other =
            std::is_same_v<Handle, certbroker_settings> ? static_cast<void *>(secret) : static_cast<void *>(settings);
        return static_cast<Handle *>(other);
    }
    template<class Handle>
    Handle *made_up() const {
        return reinterpret_cast<Handle *>(std::uintptr_t{0x123456789});
    }

private:
    std::filesystem::path home_;
    std::string request_id_;
    void *freed_ = nullptr;
};

std::int32_t no_row(void *payload, const certbroker_row *row);
std::int32_t no_entry(void *payload, certbroker_entry *entry);
/// A failure with an error object says what, why and what to do; a success has none.
void check_error(certbroker_status status, const certbroker_error *error);

inline void release(certbroker_context *h) {
    certbroker_context_free(h);
}
inline void release(certbroker_error *h) {
    certbroker_error_free(h);
}
inline void release(certbroker_buffer *h) {
    certbroker_buffer_free(h);
}
inline void release(certbroker_secret *h) {
    certbroker_secret_free(h);
}
inline void release(certbroker_cancel *h) {
    certbroker_cancel_free(h);
}
inline void release(certbroker_settings *h) {
    certbroker_settings_free(h);
}
inline void release(certbroker_request *h) {
    certbroker_request_free(h);
}
inline void release(certbroker_key *h) {
    certbroker_key_free(h);
}
inline void release(certbroker_csr *h) {
    certbroker_csr_free(h);
}
inline void release(certbroker_certificate *h) {
    certbroker_certificate_free(h);
}
inline void release(certbroker_chain *h) {
    certbroker_chain_free(h);
}
inline void release(certbroker_provider *h) {
    certbroker_provider_close(h);
}
inline void release(certbroker_issue *h) {
    certbroker_issue_free(h);
}
inline void release(certbroker_store *h) {
    certbroker_store_close(h);
}
inline void release(certbroker_entry *h) {
    certbroker_entry_free(h);
}

} // namespace misuse
