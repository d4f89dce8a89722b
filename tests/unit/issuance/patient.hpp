#pragma once

#include <chrono>
#include <fstream>

#include "fixture.hpp"
#include "support/http_server.hpp"

namespace certbroker::test {

/// A provider "patient" whose endpoint, keys and rules are those of its settings: something for the doctor to look at.
/// Settings: url (required), client-certificate (a key), server-trust, timeout-ms. It knows one profile, "user", which
/// takes no e-mail addresses, and has one check of its own.
const cbp_plugin *patient_plugin();

/// A world with that provider, a TLS server and the credentials it takes.
struct Clinic : World {
    Clinic();

    /// Puts a certificate with its key into a store's My; gives its thumbprint.
    std::string admit(const TlsIdentity &identity, const std::string &place = "LocalMachine/My");
    std::vector<provider::CheckRow> examine(const Settings &settings, const std::string &profile = {},
                                            const profile::Request *request = nullptr);
    Settings settings(const Server &server, const std::string &thumbprint) const;
    /// A server that answers, wanting a client certificate of this clinic.
    TlsOptions door() const;

    const Pki &authority = server_pki();
    // RSA: not every system takes elliptic curves for its own part in TLS.
    TlsIdentity client = make_tls_identity(authority.ca, {"client.example.com"}, true, rsa);
    static constexpr crypto::KeySpec rsa{crypto::KeyAlgorithm::rsa, 2048};
    std::string trust; ///< PEM file with the anchors
};

/// The row of that id; fails the test when there is none.
const provider::CheckRow &row(const std::vector<provider::CheckRow> &rows, const std::string &id);
using CheckState = provider::CheckRow::State;

/// Answers everything with 200 and that date.
Handler answer_all(std::string date = {});

} // namespace certbroker::test
