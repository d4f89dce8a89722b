#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/der.hpp"
#include "crypto/key.hpp"
#include "profile/request.hpp"

namespace {

using namespace certbroker;

/// A P-256 key's SubjectPublicKeyInfo (RFC 5480; the point is the curve's generator).
const crypto::PublicKey &public_key() {
    static const crypto::PublicKey key = [] {
        constexpr std::uint8_t spki[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
                                         0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
                                         0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5,
                                         0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4,
                                         0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a,
                                         0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33,
                                         0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5};
        auto parsed = crypto::PublicKey::parse(spki);
        if (!parsed) std::abort();
        return *std::move(parsed);
    }();
    return key;
}

void require(bool holds) {
    if (!holds) std::abort();
}

/// Every place that a finding names lies in the file, and none is without its rule and remedy.
void check_findings(const std::vector<profile::Diagnostic> &findings, std::size_t size) {
    for (const profile::Diagnostic &item : findings) {
        require(!item.rule.empty() && !item.message.empty() && !item.remedy.empty());
        require(item.line <= size + 1 && item.column <= size + 2);
        require(item.message.find('\n') == std::string::npos);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const ByteView bytes(data, size);
    const auto request = profile::read_inf(bytes, "fuzz.inf");
    if (!request) return 0;
    check_findings(request->diagnostics, size);
    check_findings(profile::check_request(*request, nullptr), size);
    for (const char *property : {"SUBJECT", "SUBJECT_ALT_NAME", "ENHANCED_KEY_USAGE", "KEY_USAGE"})
        (void)profile::get_property(*request, property);

    profile::Policy policy;
    policy.profile = "fuzz";
    policy.allowed_subject = {"CN", "O"};
    policy.allowed_san = {"dns", "upn"};
    policy.dns_patterns = {"*.example.com"};
    policy.required_eku = {"1.3.6.1.5.5.7.3.1"};
    check_findings(profile::check_request(*request, &policy), size);

    const auto spec = profile::make_csr_spec(*request, nullptr, public_key(), nullptr);
    require(spec.has_value() == (profile::require_acceptable(*request, nullptr).has_value() &&
                                 request->type == profile::RequestType::pkcs10));
    if (spec) {
        // What was accepted must be DER that a CA can read, each extension once.
        const Bytes extensions = x509::encode_extensions(spec->extensions);
        require(spec->extensions.empty() || x509::decode_extensions(extensions).has_value());
        for (const x509::CsrAttribute &attribute : spec->attributes)
            require(der::check_well_formed(attribute.values.front()).has_value());
    }
    (void)profile::make_self_signed_spec(*request, public_key(), 1'795'000'000, Bytes{1});
    return 0;
}
