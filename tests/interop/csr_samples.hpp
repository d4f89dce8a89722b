#pragma once

#include <string>
#include <utility>
#include <vector>

#include "x509/csr.hpp"

/// Requests of every kind that CertBroker makes, with what others must read in them. Used by the tests that ask openssl
/// and certtool and by the tool that writes them for .NET.
namespace certbroker::interop {

struct CsrSample {
    std::string name;
    x509::Csr csr;
    std::vector<std::string> subject;  ///< one line for each RDN, "2.5.4.3=web01" joined by " + ", in DER order
    std::vector<std::string> names;    ///< "dns=web01" and so on, as typed
    std::vector<std::string> eku;      ///< OIDs
    std::vector<std::string> ku;       ///< "DigitalSignature" and so on
    std::vector<std::string> openssl;  ///< what else `openssl req -text` must print
    std::vector<std::string> certtool; ///< what else `certtool --crq-info` must print
};

/// Exits the process with a message when one cannot be made: nothing can be compared then.
std::vector<CsrSample> csr_samples();

} // namespace certbroker::interop
