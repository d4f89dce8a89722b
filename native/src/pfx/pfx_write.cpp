#include "base/errors.hpp"
#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "pfx/pfx.hpp"
#include "x509/errors.hpp"

namespace certbroker::pfx {
namespace {

constexpr int min_iterations = 1000;
constexpr std::size_t max_chain = 100;
constexpr std::size_t max_friendly_name = 1024;

Error cannot(const ErrorKind &kind, std::string why) {
    return fail(kind, "The PFX could not be written: " + std::move(why));
}

Result<void> check(const x509::Chain &chain, const crypto::PrivateKey &key, const Secret &password,
                   const WriteOptions &options) {
    if (chain.empty()) return cannot(errors::argument, "no certificate was given");
    if (chain.size() > max_chain)
        return cannot(errors::argument, "the chain has more than " + std::to_string(max_chain) + " certificates");
    if (options.iterations < min_iterations || options.iterations > max_iterations)
        return cannot(errors::argument, std::to_string(options.iterations) + " iterations are not between " +
                                            std::to_string(min_iterations) + " and " + std::to_string(max_iterations));
    if (!is_valid_utf8(as_text(password.reveal()))) return cannot(errors::text, "the password is not UTF-8");
    if (!is_valid_utf8(options.friendly_name)) return cannot(errors::text, "the friendly name is not UTF-8");
    if (options.friendly_name.size() > max_friendly_name)
        return cannot(errors::argument,
                      "the friendly name is longer than " + std::to_string(max_friendly_name) + " bytes");
    if (!(chain.front().public_key() == key.public_key()))
        return cannot(errors::certificate_mismatch,
                      "the private key is not that of the certificate " + chain.front().thumbprint());
    return {};
}

} // namespace

Result<Bytes> write(const x509::Chain &chain, const crypto::PrivateKey &key, const Secret &password,
                    const WriteOptions &options, const Operation &operation) {
    CERTBROKER_CHECK(operation.check("The PFX could not be written"));
    CERTBROKER_CHECK(check(chain, key, password, options));
    crypto::Pkcs12Contents contents;
    // As OpenSSL does; what counts is only that the key and its certificate say the same.
    const Bytes local_key_id = crypto::sha1(chain.front().der());
    CERTBROKER_TRY(SecretBytes pkcs8, key.export_pkcs8());
    contents.keys.push_back({std::move(pkcs8), local_key_id, options.friendly_name});
    contents.certificates.push_back({chain.front().der(), local_key_id, options.friendly_name});
    for (std::size_t i = 1; i < chain.size(); ++i)
        contents.certificates.push_back({chain[i].der(), {}, {}});
    return crypto::make_pkcs12(contents, password, options.protection, options.iterations);
}

} // namespace certbroker::pfx
