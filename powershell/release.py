#!/usr/bin/env python3
"""Packs what powershell/release.sh collected: two zips, SHA256SUMS, and an SBOM (CycloneDX 1.5)."""
import argparse
import hashlib
import json
import os
import pathlib
import re
import subprocess
import time
import uuid
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
EPOCH = int(os.environ["SOURCE_DATE_EPOCH"])
# The zip format begins in 1980 and counts in steps of two seconds.
ZIP_TIME = time.gmtime(max(EPOCH, 315532800))[:6]


def sha256(path: pathlib.Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def version() -> str:
    return re.search(r"^project\(certbroker VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text(), re.M)[1]


def write_zip(path: pathlib.Path, files: dict[str, pathlib.Path]) -> None:
    """Sorted, with one time, and with a mode that depends on nothing but the kind of file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            runs = name.endswith((".so", ".dll", ".exe")) or "/bin/" in name
            entry.external_attr = (0o100755 if runs else 0o100644) << 16
            archive.writestr(entry, files[name].read_bytes())


def below(folder: pathlib.Path, prefix: str) -> dict[str, pathlib.Path]:
    return {f"{prefix}/{p.relative_to(folder).as_posix()}": p for p in folder.rglob("*") if p.is_file()}


# --- what is linked ---------------------------------------------------------------------------------------------------

def debian(package: str) -> str:
    return subprocess.run(["dpkg-query", "-W", "-f=${Version}", package], check=True, capture_output=True, text=True).stdout


def from_pc(sysroot: pathlib.Path, name: str) -> str:
    return re.search(r"^Version:\s*(\S+)", (sysroot / "lib/pkgconfig" / f"{name}.pc").read_text(), re.M)[1]


def component(name: str, found: str, licence: str, system: str, linked: str, proof: pathlib.Path, url: str, purl: str) -> dict:
    licences = [{"expression": licence}] if " " in licence else [{"license": {"id": licence}}]
    return {
        "type": "library", "bom-ref": f"{system}/{name}@{found}", "name": name, "version": found, "licenses": licences, "purl": purl,
        "hashes": [{"alg": "SHA-256", "content": sha256(proof)}],
        "externalReferences": [{"type": "website", "url": url}],
        "properties": [{"name": "certbroker:system", "value": system}, {"name": "certbroker:linked", "value": linked},
                       {"name": "certbroker:hash-of", "value": proof.name}],
    }


WORKS = {  # name: (licence, site)
    "OpenSSL": ("Apache-2.0", "https://www.openssl.org"),
    "SQLite": ("blessing", "https://www.sqlite.org"),
    "libcurl": ("curl", "https://curl.se"),
    "fmt": ("MIT", "https://fmt.dev"),
    "spdlog": ("MIT", "https://github.com/gabime/spdlog"),
    "pugixml": ("MIT", "https://pugixml.org"),
    "Microsoft GSL": ("MIT", "https://github.com/microsoft/GSL"),
    "libstdc++ and libgcc": ("GPL-3.0-or-later WITH GCC-exception-3.1", "https://gcc.gnu.org"),
    "mingw-w64 runtime": ("ZPL-2.1", "https://www.mingw-w64.org"),
}


def linux_components() -> list[dict]:
    libraries = pathlib.Path("/usr/lib/x86_64-linux-gnu")
    gcc = pathlib.Path(subprocess.run(["g++", "-print-file-name=libstdc++.a"], check=True, capture_output=True, text=True).stdout.strip())
    rows = [
        ("OpenSSL", "libssl3", "at run time", libraries / "libcrypto.so.3"),
        ("SQLite", "libsqlite3-0", "at run time", libraries / "libsqlite3.so.0"),
        ("libcurl", "libcurl4", "at run time", libraries / "libcurl.so.4"),
        ("fmt", "libfmt-dev", "compiled in", pathlib.Path("/usr/include/fmt/format.h")),
        ("spdlog", "libspdlog-dev", "compiled in", pathlib.Path("/usr/include/spdlog/spdlog.h")),
        ("pugixml", "libpugixml-dev", "compiled in", libraries / "libpugixml.a"),
        ("Microsoft GSL", "libmsgsl-dev", "compiled in", pathlib.Path("/usr/include/gsl/pointers")),
        ("libstdc++ and libgcc", "libstdc++-12-dev", "compiled in", gcc),
    ]
    out = []
    for name, package, linked, proof in rows:
        found = debian(package)
        out.append(component(name, found, WORKS[name][0], "linux-x64", linked, proof.resolve(), WORKS[name][1], f"pkg:deb/debian/{package}@{found}?arch=amd64"))
    return out


def windows_components(sysroot: pathlib.Path) -> list[dict]:
    compiler = "x86_64-w64-mingw32-g++-posix"
    def of_compiler(file: str) -> pathlib.Path:
        return pathlib.Path(subprocess.run([compiler, f"-print-file-name={file}"], check=True, capture_output=True, text=True).stdout.strip()).resolve()
    sqlite = re.search(r'#define SQLITE_VERSION\s+"([^"]+)"', (sysroot / "include/sqlite3.h").read_text())[1]
    rows = [
        ("OpenSSL", from_pc(sysroot, "openssl"), sysroot / "lib/libcrypto.a", "openssl"),
        ("SQLite", sqlite, sysroot / "lib/libsqlite3.a", "sqlite3"),
        ("fmt", from_pc(sysroot, "fmt"), sysroot / "lib/libfmt.a", "fmtlib"),
        ("spdlog", from_pc(sysroot, "spdlog"), sysroot / "include/spdlog/spdlog.h", "spdlog"),
        ("pugixml", from_pc(sysroot, "pugixml"), sysroot / "lib/libpugixml.a", "pugixml"),
        ("Microsoft GSL", debian("libmsgsl-dev"), sysroot / "include/gsl/pointers", "msgsl"),
        ("libstdc++ and libgcc", debian("g++-mingw-w64-x86-64-posix"), of_compiler("libstdc++.a"), "gcc-mingw-w64"),
        ("mingw-w64 runtime", debian("mingw-w64-x86-64-dev"), of_compiler("libmingwex.a"), "mingw-w64"),
    ]
    return [component(name, found, WORKS[name][0], "win-x64", "compiled in", proof, WORKS[name][1], f"pkg:deb/debian/{source}@{found}?arch=source")
            for name, found, proof, source in rows]


def own_files(module: pathlib.Path) -> list[dict]:
    return [{"type": "file", "bom-ref": f"file/{p.relative_to(module).as_posix()}", "name": p.relative_to(module).as_posix(),
             "hashes": [{"alg": "SHA-256", "content": sha256(p)}]}
            for p in sorted(module.rglob("*")) if p.suffix in (".dll", ".so")]


def sbom(number: str, module: pathlib.Path, sysroot: pathlib.Path) -> dict:
    parts = linux_components() + windows_components(sysroot)
    own = own_files(module)
    me = f"certbroker@{number}"
    natives = {"linux-x64": ".so", "win-x64": ".dll"}
    dependencies = [{"ref": me, "dependsOn": [item["bom-ref"] for item in own]}]
    for item in own:
        system = next((s for s, ending in natives.items() if item["name"].startswith(s + "/certbroker" + ending)), None)
        dependencies.append({"ref": item["bom-ref"], "dependsOn": [p["bom-ref"] for p in parts if p["bom-ref"].startswith(f"{system}/")]})
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "serialNumber": "urn:uuid:" + str(uuid.uuid5(uuid.NAMESPACE_URL, f"{me}/{EPOCH}/" + "".join(i["hashes"][0]["content"] for i in own))),
        "metadata": {"timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(EPOCH)),
                     "component": {"type": "application", "bom-ref": me, "name": "CertBroker", "version": number,
                                   "licenses": [{"license": {"id": "Apache-2.0"}}]}},
        "components": own + parts,
        "dependencies": dependencies,
    }


def main() -> None:
    arguments = argparse.ArgumentParser()
    for name in ("module", "sdk", "native", "windows", "sysroot", "out"):
        arguments.add_argument("--" + name, type=pathlib.Path, required=True)
    given = arguments.parse_args()
    number = version()
    given.out.mkdir(parents=True, exist_ok=True)
    for old in given.out.iterdir():
        old.unlink()

    bom = given.out / f"CertBroker-{number}.cdx.json"
    bom.write_text(json.dumps(sbom(number, given.module, given.sysroot), indent=2, sort_keys=True) + "\n")
    write_zip(given.out / f"CertBroker-{number}.zip", below(given.module, "CertBroker"))

    kit = f"CertBroker-sdk-{number}"
    files = {name: path for name, path in below(given.sdk, kit).items() if "/bin/" in name or "/include/" in name or "/cmake/" in name}
    files = {name: path for name, path in files.items() if not name.endswith("/certbroker.so")}
    runner = "certbroker-provider-conformance"
    files[f"{kit}/bin/{runner}.exe"] = given.windows / "tests/conformance/provider" / f"{runner}.exe"
    for path in ("docs/plugin-guide.md", "docs/windows.md", "LICENSE", "THIRD-PARTY-NOTICES.md"):
        files[f"{kit}/{path}"] = ROOT / path
    files |= {f"{kit}/sample/{p.relative_to(ROOT / 'samples/custom-provider').as_posix()}": p
              for p in (ROOT / "samples/custom-provider").rglob("*") if p.is_file() and p.name != "test.sh"}
    write_zip(given.out / f"{kit}.zip", files)

    sums = "".join(f"{sha256(p)}  {p.name}\n" for p in sorted(given.out.iterdir()))
    (given.out / "SHA256SUMS").write_text(sums)
    print(f"release: {', '.join(sorted(p.name for p in given.out.iterdir()))}")


if __name__ == "__main__":
    main()
