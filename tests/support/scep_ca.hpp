#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "crypto/cms.hpp"
#include "http/http.hpp"
#include "x509/chain.hpp"
#include "x509/csr.hpp"

/// A CA that speaks SCEP (RFC 8894) for tests, with an RA as NDES has one. It answers what it is asked, well or badly.
namespace certbroker::test {

class ScepCa {
public:
    struct Ways {
        std::string capabilities = "AES\r\nPOSTPKIOperation\r\nRenewal\r\nSHA-256\r\nSHA-512\r\nSCEPStandard\r\n";
        bool ra = true;                  ///< GetCACert gives two RA certificates and the CA's; otherwise the CA's alone
        std::vector<int> order{0, 1, 2}; ///< of RA signing, RA encryption, CA
        std::string cipher = "AES-128-CBC";
        crypto::DigestAlgorithm digest = crypto::DigestAlgorithm::sha256;
        std::string challenge; ///< what a PKCSReq must carry; empty = anything goes
        /// "issue", "pending" (then issued), "wait" (pending for ever), "deny", "pending-then-deny".
        std::string decision = "issue";
        /// What is wrong with answers: "nonce", "no-nonce", "transaction", "flip", "recipient", "signer", "type",
        /// "status", "garbage", "truncated", "empty", "wrong-key", "reversed", "content" (a failure with an empty
        /// content), "only-ca".
        std::string fault;
        std::string fail_info = "2";
        std::string fail_text;
    };

    explicit ScepCa(const Clock &clock);

    /// What it answers to a GET or POST of its operations.
    http::Response answer(const http::Request &request);

    Ways ways;
    bool refuse_questions = false; ///< GetCert and GetCRL, with badRequest
    const x509::Certificate &ca() const { return *ca_; }
    /// Whom messages are encrypted for, and the key that opens them.
    const x509::Certificate &recipient() const { return ways.ra ? *encryption_ : *ca_; }
    const crypto::KeyHandle &recipient_key() const;
    /// Of the messages that came, in order.
    struct Seen {
        std::string type, transaction, nonce, cipher;
        crypto::DigestAlgorithm digest;
        bool by_get = false;
        x509::Certificate signer;
        Bytes content;
    };
    std::vector<Seen> seen;
    std::size_t issued() const { return issued_.size(); }

private:
    struct Transaction {
        std::optional<x509::Csr> csr;
        std::optional<x509::Certificate> certificate;
        int asked = 0;
    };
    struct Reply {
        std::string status = "0"; ///< pkiStatus
        std::string fail_info;
        Bytes content; ///< of a success
    };

    http::Response operate(ByteView message, bool by_get);
    Reply decide(const Seen &message);
    Reply enroll(const Seen &message);
    Reply settle(Transaction &transaction);
    Reply refuse(const char *fail_info) const { return {"2", fail_info, {}}; }
    Bytes write(const Seen &message, const Reply &reply) const;
    x509::Certificate issue(const x509::Csr &csr);
    Bytes bundle() const;

    const Clock *clock_;
    std::optional<x509::Certificate> ca_, signing_, encryption_;
    std::map<std::string, Transaction> transactions_;
    std::vector<x509::Certificate> issued_;
};

/// A page as NDES shows it, with the thumbprint above the password; UTF-16LE with its mark.
Bytes challenge_page(std::string_view password);

} // namespace certbroker::test
