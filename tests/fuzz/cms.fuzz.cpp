// cms_verify: a message that verifies says the same when it is asked again, and no failure leaves errors in OpenSSL's
// queue for the host process to find.
#include <openssl/err.h>

#include <cstdlib>

#include "crypto/cms.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    using namespace certbroker;
    const auto verified = crypto::cms_verify({data, size}, {}, true);
    if (ERR_peek_error() != 0) std::abort();
    if (!verified) return 0;
    const auto again = crypto::cms_verify({data, size}, {verified->signer_certificate_der}, true);
    if (!again || again->content != verified->content) std::abort();
    return 0;
}
