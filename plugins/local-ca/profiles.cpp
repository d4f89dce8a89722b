#include "profiles.hpp"

#include <iterator>

namespace local_ca {
namespace {

constexpr const char *server_auth = "1.3.6.1.5.5.7.3.1";
constexpr const char *client_auth = "1.3.6.1.5.5.7.3.2";
constexpr const char *code_signing_oid = "1.3.6.1.5.5.7.3.3";
constexpr const char *email_protection = "1.3.6.1.5.5.7.3.4";

constexpr const char *const server[] = {server_auth, nullptr};
constexpr const char *const client[] = {client_auth, nullptr};
constexpr const char *const server_client[] = {server_auth, client_auth, nullptr};
constexpr const char *const user[] = {client_auth, email_protection, nullptr};
constexpr const char *const code_signing[] = {code_signing_oid, nullptr};
constexpr const char *const signature_only[] = {"DigitalSignature", nullptr};

} // namespace

const Profile profiles[] = {
    {"as-requested", "Names and usages as the request says", nullptr, nullptr, nullptr, CBP_CERTIFY_COPY_USAGES},
    {"server", "Server Authentication", server, nullptr, "dns", 0},
    {"client", "Client Authentication", client, nullptr, nullptr, 0},
    {"server-client", "Server and Client Authentication", server_client, nullptr, "dns", 0},
    {"user", "Client Authentication and Secure Email", user, nullptr, nullptr, 0},
    {"code-signing", "Code Signing", code_signing, signature_only, nullptr, 0},
};
const std::size_t profile_count = std::size(profiles);

const Profile *find_profile(std::string_view id) {
    if (id.empty()) return &profiles[0];
    for (const Profile &profile : profiles) {
        if (id == profile.id) return &profile;
    }
    return nullptr;
}

} // namespace local_ca
