// split_pkcs7: whatever comes in, it ends, within its limits, and what comes apart can be joined and split again.
#include <cstdlib>

#include "crypto/cms.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    using namespace certbroker;
    const auto contents = crypto::split_pkcs7({data, size});
    if (!contents) return 0;
    if (contents->certificates.size() > 100 || contents->crls.size() > 100) std::abort();
    const auto again = crypto::split_pkcs7(crypto::join_pkcs7(contents->certificates));
    if (!again || again->certificates != contents->certificates) std::abort();
    return 0;
}
