// PKCS#7 and CMC request messages.
#include <cstdint>
#include <cstdlib>

#include "x509/request_message.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    using namespace certbroker;
    const ByteView bytes(data, size);
    const auto csr = x509::parse_request_message(bytes);
    if (!csr) {
        (void)x509::Csr::parse(bytes); // armour, and what is no message
        return 0;
    }
    // What is read is a message, whole as it came, with the request that it says it holds.
    if (csr->message() == nullptr || !equal(csr->message()->der, bytes) || !x509::is_signed_data(bytes)) std::abort();
    if (csr->message()->kind == x509::MessageKind::none) std::abort();
    (void)csr->verify();
    (void)x509::requester_name_of(*csr);
    (void)x509::renewal_certificate_of(*csr);
    const auto again = x509::Csr::parse(as_bytes(csr->to_pem(size % 2 == 0)));
    if (!again || again->sendable_der() != csr->sendable_der() || again->der() != csr->der()) std::abort();
    return 0;
}
