#!/usr/bin/env python3
"""Holds the includes to the layers: base <- crypto <- x509 <- {profile, pfx, store, http} <- provider <- issuance <- abi.

Also: OpenSSL's headers in crypto/ and http/http_curl* only, SQLite's in base/sqlite.cpp only, spdlog's in base/log.cpp
only, windows.h where it belongs, plugins include plugin.h alone, abi/ has no try outside guard.hpp.
usage: check-layers.py (from anywhere); exits 1 with a line for every breach."""
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parents[2]
source = root / "native" / "src"
below = {"base": set()}
below["crypto"] = {"base"}
below["x509"] = below["crypto"] | {"crypto"}
for layer in ("profile", "pfx", "store", "http"):
    below[layer] = below["x509"] | {"x509"}
below["provider"] = below["x509"] | {"x509", "profile", "pfx", "store", "http"}
below["issuance"] = below["provider"] | {"provider"}
below["abi"] = below["issuance"] | {"issuance"}

foreign = [
    (re.compile(r"openssl/"), lambda p: p.parts[0] == "crypto" or p.as_posix().startswith("http/http_curl"), "OpenSSL belongs to crypto/ and http/http_curl*"),
    (re.compile(r"curl/"), lambda p: p.as_posix().startswith("http/http_curl"), "libcurl belongs to http/http_curl*"),
    (re.compile(r"sqlite3\.h"), lambda p: p.as_posix() == "base/sqlite.cpp", "SQLite belongs to base/sqlite.cpp"),
    (re.compile(r"(spdlog|fmt)/"), lambda p: p.as_posix() == "base/log.cpp", "spdlog belongs to base/log.cpp"),
    (re.compile(r"(?:^|/)windows\.h|wincrypt\.h|ncrypt\.h|bcrypt\.h|winhttp\.h|wintrust\.h"),
     lambda p: p.as_posix().startswith(("base/win32", "base/file_windows", "base/protect_windows", "store/windows/", "http/http_winhttp", "provider/plugin_library", "provider/trust_windows", "provider/publisher_windows")), "windows.h does not belong here"),
    (re.compile(r"pugixml"), lambda p: False, "pugixml belongs to the plugins that speak XML"),
]
include = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')
breaches = []


def includes(path):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = include.match(line)
        if match:
            yield number, match.group(1)


files = sorted(p for p in source.rglob("*") if p.suffix in (".cpp", ".hpp", ".h"))
for path in files:
    relative = path.relative_to(source)
    layer = relative.parts[0]
    for number, name in includes(path):
        top = name.split("/")[0]
        if top in below and (source / name).exists() and top != layer and top not in below[layer]:
            breaches.append(f"{path.relative_to(root)}:{number}: {layer} may not include {name}")
        for pattern, allowed, why in foreign:
            if pattern.search(name) and not allowed(relative):
                breaches.append(f"{path.relative_to(root)}:{number}: {name}: {why}")
    if layer == "abi" and path.name != "guard.hpp" and re.search(r"\btry\s*\{", path.read_text(encoding="utf-8")):
        breaches.append(f"{path.relative_to(root)}: only guard.hpp has a try")

plugins = sorted(p for p in (root / "plugins").rglob("*") if p.suffix in (".cpp", ".hpp", ".c", ".h") and "conformance" not in p.parts and "tests" not in p.parts)
for path in plugins:
    for number, name in includes(path):
        if name.startswith("certbroker/") and name not in ("certbroker/plugin.h", "certbroker/plugin.hpp", "certbroker/schema.h"):
            breaches.append(f"{path.relative_to(root)}:{number}: plugins include plugin.h alone, not {name}")
        if name.split("/")[0] in below and (source / name).exists() or re.search(r"openssl/|curl/|sqlite3|spdlog", name):
            breaches.append(f"{path.relative_to(root)}:{number}: plugins may not include {name}")

for line in breaches:
    print(line)
print(f"check-layers: {len(files) + len(plugins)} files, {len(breaches)} breaches")
sys.exit(1 if breaches or not files else 0)
