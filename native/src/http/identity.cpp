#include "http/identity.hpp"

#include "base/encoding.hpp"
#include "base/file.hpp"
#include "crypto/digest.hpp"
#include "http/errors.hpp"

namespace certbroker::http::detail {
namespace {

/// Lower-case hex of the SHA-256 of a certificate.
std::string fingerprint(ByteView der) {
    return to_hex(crypto::sha256(der));
}

constexpr std::size_t max_trust_file = 1024UL * 1024;

Result<std::vector<Bytes>> read_trust_file(const std::string &path, bool (*is_certificate)(ByteView der)) {
    const auto problem = [&](std::string why) {
        return fail(errors::http_trust_file, "The trust anchors in '" + path + "' cannot be used" + std::move(why));
    };
    auto bytes = file::read(file::to_path(path), max_trust_file);
    if (!bytes) return problem("").because(std::move(bytes).error());
    auto blocks = from_pem(as_text(*bytes));
    if (!blocks) return problem("").because(std::move(blocks).error());
    std::vector<Bytes> anchors;
    for (PemBlock &block : *blocks) {
        if (block.label != "CERTIFICATE" && block.label != "TRUSTED CERTIFICATE") continue;
        if (!is_certificate(block.bytes)) return problem(": a certificate in it is damaged");
        anchors.push_back(std::move(block.bytes));
    }
    if (anchors.empty()) return problem(": it holds no certificate");
    return anchors;
}

} // namespace

std::string Identity::key() const {
    std::string text;
    if (client) {
        text += "client " + (client->key ? to_hex(client->key->public_key().sha256()) : std::string("without key"));
        for (const Bytes &der : client->chain_der)
            text += " " + fingerprint(der);
    }
    for (const Bytes &der : extra_trust)
        text += " trust " + fingerprint(der);
    return text;
}

Result<Identity> identity_of(const Request &request, bool (*is_certificate)(ByteView der)) {
    Identity identity;
    identity.client = request.client;
    if (!request.extra_trust_file.empty()) {
        CERTBROKER_TRY(identity.extra_trust, read_trust_file(request.extra_trust_file, is_certificate));
    }
    return identity;
}

} // namespace certbroker::http::detail
