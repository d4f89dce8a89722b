#!/usr/bin/env bash
# Makes the release from what is built: build/release/ with the module's zip (Linux and Windows), the plugin SDK's zip,
# their SHA256SUMS and an SBOM. The same sources and tools give the same bytes: times are SOURCE_DATE_EPOCH or the commit's.
# usage: powershell/release.sh [<native-build-dir> [<windows-build-dir>]]     (build/linux and build/windows)
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
native="${1:-$root/build/linux}"
windows="${2:-$root/build/windows}"
if [[ ! -f "$native/certbroker.so" || ! -f "$windows/certbroker.dll" ]]; then
    echo "powershell/release.sh: build the presets linux and windows-mingw first" >&2
    exit 1
fi
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2>/dev/null || date +%s)}"

# The windows part of the module comes from the other build only; the rest is the same.
"$root/powershell/build-module.sh" "$native" "$windows"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cmake --install "$native" --prefix "$work/sdk" >/dev/null
python3 "$root/powershell/release.py" --module "$root/build/module/CertBroker" --sdk "$work/sdk" --native "$native" --windows "$windows" \
    --sysroot "$("$root/native/cmake/mingw-sysroot.sh" --find)" --out "$root/build/release"
python3 "$root/tests/checks/check-release.py" "$root/build/release"
