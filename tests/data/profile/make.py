#!/usr/bin/env python3
"""Writes one request in every encoding that INF files come in, with Python's own codecs."""
import codecs
import pathlib

here = pathlib.Path(__file__).parent
text = """; Zürich, Größe: names with letters beyond ASCII
[Version]
Signature="$Windows NT$"
[NewRequest]
Subject = "CN=Müller & Söhne,L=Zürich,C=CH"
KeyLength = 2048
"""
crlf = text.replace("\n", "\r\n")
files = {
    "utf16le-bom.ini": codecs.BOM_UTF16_LE + crlf.encode("utf-16-le"),
    "utf16be-bom.ini": codecs.BOM_UTF16_BE + crlf.encode("utf-16-be"),
    "utf16le.ini": crlf.encode("utf-16-le"),
    "utf8-bom.ini": codecs.BOM_UTF8 + crlf.encode("utf-8"),
    "windows1252.ini": crlf.encode("cp1252"),
    "crlf.ini": crlf.encode("utf-8"),
    "cr.ini": text.replace("\n", "\r").encode("utf-8"),
}
for name, content in files.items():
    (here / name).write_bytes(content)
