// Files of certificates (PEM bundles, .p7b): read, sorted into a chain, checked, written and read again.
#include <cstdint>
#include <cstdlib>

#include "x509/chain.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    using namespace certbroker;
    const auto certificates = x509::parse_certificates(ByteView(data, size));
    if (!certificates) return 0;
    const x509::Chain chain = x509::build_chain(certificates->front(), *certificates);
    if (chain.empty() || chain.size() > 10) std::abort();
    (void)x509::verify_chain(chain, {.now = chain.front().not_before(), .roots = *certificates, .require_root = true});
    (void)x509::verify_chain(*certificates, {.now = chain.front().not_before()});
    (void)x509::find_by_key(*certificates, chain.back().public_key());
    for (const auto encoding : {x509::ChainEncoding::pem, x509::ChainEncoding::p7b_der, x509::ChainEncoding::p7b_pem}) {
        const auto again = x509::parse_certificates(x509::encode_chain(chain, encoding));
        if (!again || *again != chain) std::abort();
    }
    return 0;
}
