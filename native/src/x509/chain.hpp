#pragma once

#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/key.hpp"
#include "x509/certificate.hpp"
#include "x509/csr.hpp"

namespace certbroker::x509 {

/// Certificates, leaf first, each followed by its issuer as far as it is there. Immutable by habit.
using Chain = std::vector<Certificate>;

enum class ChainEncoding { pem, p7b_der, p7b_pem };

/// Every certificate in a file: PEM bundle, DER, bare base64, or PKCS#7 (.p7b, DER or PEM), in file order without
/// repetitions. None: Certificate.None. At most 8 MiB and 100 certificates. Leaves CRLs and private keys alone.
Result<std::vector<Certificate>> parse_certificates(ByteView bytes);
Bytes encode_chain(const Chain &chain, ChainEncoding encoding);

/// Sorts certificates given in any order into the chain of `leaf`; issuers are found by name and signature. What does
/// not belong to it is left out. Limits: 10 levels.
Chain build_chain(const Certificate &leaf, const std::vector<Certificate> &candidates);
/// The one certificate whose key is `key`; several (renewals) give the one that ends last. Certificate.KeyMismatch.
Result<Certificate> find_by_key(const std::vector<Certificate> &certificates, const crypto::PublicKey &key);

struct ChainCheck {
    std::int64_t now = 0;
    std::vector<Certificate> roots = {}; ///< trusted; empty: only the given certificates are checked against each other
    bool require_root = false; ///< whether a chain that does not lead to one of them is refused (Chain.Broken)
};
/// Signatures, CA flags, path lengths and validity of the whole chain, the root among `roots` included. Critical
/// extensions that are not understood are refused on CA certificates. Name constraints are checked for DNS, e-mail, IP
/// and directory names. Fails with Chain.Broken, Certificate.Signature or Certificate.Validity.
Result<void> verify_chain(const Chain &chain, const ChainCheck &check);

enum class Severity { information, warning, error };
struct Difference {
    Severity severity;
    std::string rule; ///< "answer.subject", "answer.san", "answer.eku", ...: docs/answer-checks.md
    std::string message;
};
using Differences = std::vector<Difference>;

/// What a CA's answer changed against the request, each with what was asked for and what came. Another key is a failure
/// of the call (Certificate.KeyMismatch). What makes it somebody else's certificate is an error (the person, host or
/// account, a CA certificate nobody asked for); what a CA may well change is a warning; what it may add by custom is
/// information.
Result<Differences> compare_with_request(const Certificate &certificate, const Csr &csr);

struct AnswerCheck {
    std::int64_t now = 0;
    std::int64_t not_after = 0; ///< the end that was asked for; 0 = none was
    bool allow_weak = false;    ///< weak signatures and weak keys of the CA are warnings, no errors
};
/// What is wrong with an issued certificate by itself: its dates, its serial number, the signatures and the issuers'
/// keys of its chain (answer.cpp).
Differences check_answer(const Chain &chain, const AnswerCheck &check);

/// Fails when a difference is an error, with a message that tells them all: Certificate.Names, .Purpose, .Validity or
/// .WeakSignature, after the first of them.
Result<void> refuse_errors(const Differences &differences);

} // namespace certbroker::x509
