#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "caps.hpp"
#include "exchange.hpp"

/// The CA as it presents itself: what it can do, its certificates, and which of them is for what.
namespace scep {

/// One certificate of a GetCACert answer, as far as the choice goes by it.
struct CaCertificate {
    std::string der;
    bool ca = false;
    bool rsa = false;
    bool in_date = true;
    std::vector<std::string> usages;   ///< KeyUsage names; empty = no such extension
    std::optional<std::size_t> issuer; ///< its place in the same answer; not itself
};

/// Places in that answer. The order of a bundle says nothing: NDES has it otherwise than others.
struct Choice {
    std::size_t ca = 0;               ///< issues the certificates
    std::size_t recipient = 0;        ///< messages are encrypted for it
    std::vector<std::size_t> trusted; ///< may sign answers
};
/// `pinned` is the place of the certificate that ca-fingerprint names; without it every CA certificate is taken for
/// what it says. Nothing when nothing fits: then `why` says so.
std::optional<Choice> choose_certificates(const std::vector<CaCertificate> &bundle, std::optional<std::size_t> pinned,
                                          std::string &why);

struct Authority {
    Capabilities capabilities;
    Algorithms algorithms;
    std::vector<CaCertificate> certificates; ///< all that came
    Choice choice;
    bool pinned = false;

    const std::string &ca() const { return certificates[choice.ca].der; }
    const std::string &recipient() const { return certificates[choice.recipient].der; }
    bool trusts(std::string_view der) const;
    /// Issuer first, root last, as far as they came.
    std::vector<std::string> chain() const;
};

/// Asks for capabilities and certificates and checks the fingerprint.
Authority ask_authority(Exchange &exchange);
/// Throws EndpointProtection.Legacy when weak algorithms would have to be used and may not.
void require_allowed_algorithms(const Authority &authority, const Connection &connection);
/// GetNextCACert, for a CA that offers it: its coming certificates, verified by the present ones.
std::vector<std::string> ask_next(Exchange &exchange, const Authority &authority);

/// "SHA-256 ab:cd:..." of a certificate, as admins compare it.
std::string fingerprint_of(Call call, std::string_view der, const char *digest);

} // namespace scep
