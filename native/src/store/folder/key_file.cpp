#include "store/folder/key_file.hpp"

#include "base/der.hpp"
#include "base/encoding.hpp"
#include "base/text.hpp"

namespace certbroker::store {

Result<SecretBytes> write_key_file(const crypto::PrivateKey &key, bool exportable) {
    CERTBROKER_TRY(const SecretBytes pkcs8, crypto::encode_for_store(key));
    const std::string head = "CertBroker private key\n"
                             "algorithm: " +
                             key.public_key().algorithm_text() +
                             "\n"
                             "public-key-sha256: " +
                             to_hex(key.public_key().sha256()) +
                             "\n"
                             "exportable: " +
                             (exportable ? "yes" : "no") + "\n\n-----BEGIN PRIVATE KEY-----\n";
    constexpr std::string_view foot = "-----END PRIVATE KEY-----\n";
    SecretBytes out;
    // Never grown afterwards, so that there is one copy to wipe.
    out.reserve(head.size() + (pkcs8.size() / 48 + 1) * 65 + foot.size());
    out.insert(out.end(), head.begin(), head.end());
    constexpr std::size_t octets_a_line = 48; // 64 characters
    for (std::size_t at = 0; at < pkcs8.size(); at += octets_a_line) {
        std::string line = to_base64(ByteView(pkcs8).subspan(at, std::min(octets_a_line, pkcs8.size() - at)));
        out.insert(out.end(), line.begin(), line.end());
        out.push_back('\n');
        wipe(line.data(), line.size());
    }
    out.insert(out.end(), foot.begin(), foot.end());
    return out;
}

namespace {

/// Whether a line in front of the PEM block is that one.
bool has_remark(std::string_view rest, std::string_view wanted) noexcept {
    while (!rest.empty()) {
        const auto end = rest.find('\n');
        const std::string_view line = trim(
            rest.substr(0, end == std::string_view::npos ? end : end - (end > 0 && rest[end - 1] == '\r' ? 1 : 0)));
        if (line.starts_with("-----BEGIN")) return false;
        if (iequals(line, wanted)) return true;
        if (end == std::string_view::npos) break;
        rest.remove_prefix(end + 1);
    }
    return false;
}

} // namespace

bool key_file_is_exportable(ByteView text) noexcept {
    return has_remark(as_text(text), "exportable: yes");
}

bool key_file_says(ByteView text, ByteView public_key_sha256) {
    if (!has_remark(as_text(text), "public-key-sha256: " + to_hex(public_key_sha256))) return false;
    auto blocks = from_pem(as_text(text), 1);
    if (!blocks || blocks->empty()) return false;
    Bytes &der = blocks->front().bytes;
    const bool whole = blocks->front().label == "PRIVATE KEY" && der::read_single(der, der::sequence).has_value();
    wipe(der.data(), der.size());
    return whole;
}

} // namespace certbroker::store
