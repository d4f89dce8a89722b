// Certificate requests in any armour.
#include <cstdint>
#include <cstdlib>

#include "x509/csr.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    using namespace certbroker;
    const auto csr = x509::Csr::parse(ByteView(data, size));
    if (!csr) return 0;
    (void)csr->subject().to_string();
    (void)csr->subject_alt_names();
    (void)csr->signature();
    (void)csr->verify();
    const auto again = x509::Csr::parse(as_bytes(csr->to_pem(size % 2 == 0)));
    if (!again || again->der() != csr->der()) std::abort();
    // What was read as extensions is what is written again, but for an encoded FALSE, which DER leaves out.
    const auto extensions = x509::decode_extensions(x509::encode_extensions(csr->extensions()));
    if (!extensions || extensions->size() != csr->extensions().size()) std::abort();
    return 0;
}
