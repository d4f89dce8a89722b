#pragma once

#include "base/bytes.hpp"
#include "base/der.hpp"
#include "base/result.hpp"
#include "crypto/key.hpp"

/// The frame that certificates, lists and requests share. Private to x509.
namespace certbroker::x509::detail {

/// SEQUENCE { to-be-signed, AlgorithmIdentifier, BIT STRING }: `body(writer, algorithm_der)` writes the contents of the
/// first, whose octets are then signed where they stand.
template<class Body>
Result<Bytes> sign_object(const crypto::SignatureScheme &scheme, const crypto::PrivateKey &key, std::size_t size,
                          Body &&body) {
    CERTBROKER_TRY(const Bytes algorithm, crypto::signature_algorithm(key.public_key(), scheme));
    der::Writer writer;
    writer.reserve(size + 2 * algorithm.size() + 600);
    const std::size_t outer = writer.begin(der::sequence);
    const std::size_t start = writer.bytes().size();
    const std::size_t inner = writer.begin(der::sequence);
    body(writer, algorithm);
    writer.end(inner);
    CERTBROKER_TRY(const Bytes signature, key.sign(scheme, ByteView(writer.bytes()).subspan(start)));
    writer.raw(algorithm).bits(signature);
    writer.end(outer);
    return std::move(writer).take();
}

} // namespace certbroker::x509::detail
