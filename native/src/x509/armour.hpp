#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/encoding.hpp"
#include "base/result.hpp"

/// What files really hold around DER: PEM with anything in front and between, bare base64, byte order marks, UTF-16 as
/// PowerShell's Out-File writes it, CRLF. Private to x509.
namespace certbroker::x509::detail {

struct Armour {
    std::vector<PemBlock> blocks;          ///< DER; the label is empty where there was no armour
    std::vector<std::string> other_labels; ///< of PEM blocks passed over
};

/// The DER inside `bytes`: the blocks whose label is among `labels`, or the one unlabelled piece. Fails with `kind`
/// when the bytes are neither DER, PEM nor base64, and with Base.TooLarge over `limit` blocks.
Result<Armour> open_armour(ByteView bytes, std::span<const std::string_view> labels, std::size_t limit,
                           const ErrorKind &kind, std::string_view what);

} // namespace certbroker::x509::detail
