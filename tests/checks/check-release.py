#!/usr/bin/env python3
"""Checks a release as its user gets it: the zips open, the checksums agree, the SBOM names what is in the zip, the Windows
libraries import parts of Windows only and are hardened, and the module works from the unpacked zip.
usage: check-release.py build/release"""
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
folder = pathlib.Path(sys.argv[1])
problems: list[str] = []


def check(good: bool, what: str) -> None:
    if not good:
        problems.append(what)


sums = dict(reversed(line.split("  ", 1)) for line in (folder / "SHA256SUMS").read_text().splitlines())
for path in folder.iterdir():
    if path.name != "SHA256SUMS":
        check(sums.get(path.name) == hashlib.sha256(path.read_bytes()).hexdigest(), f"{path.name}: SHA256SUMS says something else")

module_zip = next(p for p in folder.glob("CertBroker-*.zip") if "-sdk-" not in p.name)
sdk_zip = next(folder.glob("CertBroker-sdk-*.zip"))
for path in (module_zip, sdk_zip):
    with zipfile.ZipFile(path) as archive:
        check(archive.testzip() is None, f"{path.name} is damaged")
        names = archive.namelist()
        check(names == sorted(names), f"{path.name} is not sorted")
        check(len({entry.date_time for entry in archive.infolist()}) == 1, f"{path.name} has more than one time in it")
for wanted in ("include/certbroker/certbroker.h", "include/certbroker/plugin.hpp", "docs/plugin-guide.md", "docs/windows.md", "bin/certbroker-provider-conformance", "bin/certbroker-provider-conformance.exe"):
    check(f"{sdk_zip.stem}/{wanted}" in zipfile.ZipFile(sdk_zip).namelist(), f"{sdk_zip.name} lacks {wanted}")

bom = json.loads(next(folder.glob("*.cdx.json")).read_text())
check((bom["bomFormat"], bom["specVersion"]) == ("CycloneDX", "1.5"), "the SBOM is not CycloneDX 1.5")
references = [item["bom-ref"] for item in bom["components"]]
check(len(references) == len(set(references)), "the SBOM names something twice")
for item in bom["components"]:
    check(bool(item.get("hashes")), f"SBOM: {item['name']} has no hash")
    check(item["type"] == "file" or bool(item.get("licenses") and item.get("version")), f"SBOM: {item['name']} lacks licence or version")
for system in ("linux-x64", "win-x64"):
    for name in ("OpenSSL", "SQLite", "fmt", "spdlog", "pugixml", "Microsoft GSL"):
        check(any(r.startswith(f"{system}/{name}@") for r in references), f"SBOM: {name} is missing for {system}")

with tempfile.TemporaryDirectory() as scratch:
    where = pathlib.Path(scratch)
    with zipfile.ZipFile(module_zip) as archive:
        for entry in archive.infolist():
            path = pathlib.Path(archive.extract(entry, where))
            path.chmod(entry.external_attr >> 16 & 0o777)
    for path in [where, *where.rglob("*")]:
        if path.is_dir():
            path.chmod(0o755)
    named = {item["name"]: item["hashes"][0]["content"] for item in bom["components"] if item["type"] == "file"}
    binaries = {p.relative_to(where / "CertBroker").as_posix(): p for p in (where / "CertBroker").rglob("*") if p.suffix in (".dll", ".so")}
    check(set(named) == set(binaries), f"the SBOM and the zip differ: {sorted(set(named) ^ set(binaries))}")
    for name, path in binaries.items():
        check(named.get(name) == hashlib.sha256(path.read_bytes()).hexdigest(), f"SBOM: {name} has another hash")
    for name, path in binaries.items():
        if name.startswith("win-x64/"):
            symbols = "certbroker_plugin_describe" if "/plugins/" in name else str(ROOT / "native/abi/certbroker.symbols")
            done = subprocess.run([sys.executable, str(ROOT / "tests/checks/check-dll.py"), str(path), symbols], capture_output=True, text=True)
            check(done.returncode == 0, done.stdout)
    script = "(Get-CBProvider local-ca).Trust; (Test-CBCertificateRequest -Subject 'CN=x' -Quiet); (Get-Module CertBroker).Version.ToString()"
    done = subprocess.run([ROOT / "build/certbroker-shell", "-Module", where / "CertBroker/CertBroker.psd1", "-Command", script],
                          capture_output=True, text=True, env=os.environ | {"CERTBROKER_HOME": scratch + "/home", "NO_COLOR": "1"})
    expected = ["Shipped", "True", module_zip.stem.removeprefix("CertBroker-")]
    check(done.stdout.split() == expected, f"the unpacked module says {done.stdout.split()}, not {expected}: {done.stderr}")

for problem in problems:
    print(f"check-release: {problem}")
print(f"check-release: {len(list(folder.iterdir()))} files, {len(bom['components'])} components, {len(problems)} problems")
sys.exit(1 if problems else 0)
