#!/usr/bin/env python3
"""Makes pbmac1.pfx: openssl-nomac.pfx with the integrity check of RFC 9579, which OpenSSL 3.0 cannot write."""
import hashlib, hmac, pathlib

here = pathlib.Path(__file__).parent


def tlv(tag, *parts):
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def oid(dotted):
    arcs = [int(a) for a in dotted.split(".")]
    out = b""
    for arc in [arcs[0] * 40 + arcs[1]] + arcs[2:]:
        part = [arc & 0x7F]
        while arc := arc >> 7:
            part.append(0x80 | arc & 0x7F)
        out += bytes(reversed(part))
    return tlv(6, out)


def integer(value):
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def read(data):
    """The content of the first element, and what stands behind it."""
    size, at = data[1], 2
    if size & 0x80:
        at += size & 0x7F
        size = int.from_bytes(data[2:at], "big")
    return data[at:at + size], data[at + size:]


body, _ = read((here / "openssl-nomac.pfx").read_bytes())
_, info_at = read(body)
info = info_at
holder = read(read(info)[0])[1]  # [0] behind the OID
safe = read(read(holder)[0])[0]
salt = bytes(range(16))
key = hashlib.pbkdf2_hmac("sha512", b"Pa55-word", salt, 3000, 32)
algorithm = tlv(0x30, oid("1.2.840.113549.1.5.14"), tlv(0x30,
    tlv(0x30, oid("1.2.840.113549.1.5.12"), tlv(0x30, tlv(4, salt), integer(3000), integer(32),
        tlv(0x30, oid("1.2.840.113549.2.11"), tlv(5)))),
    tlv(0x30, oid("1.2.840.113549.2.9"), tlv(5))))
mac = tlv(0x30, tlv(0x30, algorithm, tlv(4, hmac.new(key, safe, "sha256").digest())), tlv(4, b"NOT USED"), integer(1))
(here / "pbmac1.pfx").write_bytes(tlv(0x30, integer(3), info, mac))
