// One certificate in any armour, with everything that can be asked of it.
#include <cstdint>
#include <cstdlib>

#include "x509/certificate.hpp"
#include "x509/name_constraints.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    using namespace certbroker;
    const auto certificate = x509::Certificate::parse(ByteView(data, size));
    if (!certificate) return 0;
    if (certificate->thumbprint().size() != 40) std::abort();
    (void)certificate->serial_hex();
    (void)certificate->has_odd_serial();
    for (const auto &name : certificate->subject_alt_names())
        (void)name.to_string();
    (void)certificate->enhanced_key_usage();
    (void)certificate->key_usage();
    (void)certificate->basic_constraints();
    (void)certificate->subject_key_identifier();
    (void)certificate->authority_key_identifier();
    (void)certificate->verify_issued_by(*certificate);
    for (const auto &extension : certificate->extensions()) {
        (void)x509::decode_policies(extension.value);
        (void)x509::detail::check_name_constraints(extension.value, *certificate);
    }
    const auto again = x509::Certificate::parse(as_bytes(certificate->to_pem()));
    if (!again || !(*again == *certificate)) std::abort();
    return 0;
}
