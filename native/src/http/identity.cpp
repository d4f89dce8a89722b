#include "http/identity.hpp"

#include <map>
#include <mutex>
#include <utility>

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

/// What a file said when it was read last. Every request names its trust file, and reading the certificates anew each
/// time costs more than sending it; the file itself is looked at each time, so that a change counts at once.
struct Remembered {
    std::mutex mutex;
    std::map<std::string, std::pair<Bytes, std::vector<Bytes>>> files; ///< by path: content, anchors
};

Remembered &remembered() {
    // Never freed: a request may be on its way while the process ends.
    static auto &kept = *new Remembered;
    return kept;
}

Result<std::vector<Bytes>> read_trust_file(const std::string &path, bool (*is_certificate)(ByteView der)) {
    constexpr std::size_t most_files = 16;
    const auto problem = [&](std::string why) {
        return fail(errors::http_trust_file, "The trust anchors in '" + path + "' cannot be used" + std::move(why));
    };
    auto bytes = file::read(file::to_path(path), max_trust_file);
    if (!bytes) return problem("").because(std::move(bytes).error());
    Remembered &known = remembered();
    {
        const std::lock_guard lock(known.mutex);
        const auto found = known.files.find(path);
        if (found != known.files.end() && equal(found->second.first, *bytes)) return found->second.second;
    }
    auto blocks = from_pem(as_text(*bytes));
    if (!blocks) return problem("").because(std::move(blocks).error());
    std::vector<Bytes> anchors;
    for (PemBlock &block : *blocks) {
        if (block.label != "CERTIFICATE" && block.label != "TRUSTED CERTIFICATE") continue;
        if (!is_certificate(block.bytes)) return problem(": a certificate in it is damaged");
        anchors.push_back(std::move(block.bytes));
    }
    if (anchors.empty()) return problem(": it holds no certificate");
    const std::lock_guard lock(known.mutex);
    if (known.files.size() >= most_files) known.files.clear();
    known.files.insert_or_assign(path, std::pair(*std::move(bytes), anchors));
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
