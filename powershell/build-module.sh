#!/usr/bin/env bash
# Assembles the module: build/module/CertBroker. Copying that folder is installing the module.
#
#   powershell/build-module.sh <native-build-dir> [<windows-build-dir>]
#
# The first is the folder with certbroker.so and plugins/, the second the one with certbroker.dll and plugins/. Without the
# second the module gets its Windows part from build/windows when that is built, and has none otherwise.
# Quick when nothing changed: the compiler runs only when a source is newer than what it made, and only files that differ
# are copied.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/.." && pwd)"
module="$root/build/module/CertBroker"

if [[ $# -lt 1 || $# -gt 2 ]]; then
    echo "usage: powershell/build-module.sh <native-build-dir> [<windows-build-dir>]" >&2
    exit 64
fi
native="$1"
if [[ ! -f "$native/certbroker.so" ]]; then
    echo "powershell/build-module.sh: $native/certbroker.so does not exist; build the target certbroker first" >&2
    exit 1
fi
windows="${2:-}"
if [[ -n "$windows" && ! -f "$windows/certbroker.dll" ]]; then
    echo "powershell/build-module.sh: $windows/certbroker.dll does not exist; build the preset windows-mingw first" >&2
    exit 1
fi
[[ -n "$windows" || ! -f "$root/build/windows/certbroker.dll" ]] || windows="$root/build/windows"
if ! command -v dotnet >/dev/null; then
    echo "powershell/build-module.sh: no .NET SDK found; install .NET SDK 10 (https://dot.net/download) and put 'dotnet' on the PATH" >&2
    exit 1
fi
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

version="$(sed -nE 's/^project\(certbroker VERSION ([0-9.]+).*/\1/p' "$root/CMakeLists.txt")"
if [[ -z "$version" ]]; then
    echo "powershell/build-module.sh: CMakeLists.txt has no 'project(certbroker VERSION ...)'" >&2
    exit 1
fi

# Replaces a file only when it differs, in one step: somebody may have it loaded.
put() {
    if ! cmp -s "$1" "$2"; then
        mkdir -p "$(dirname "$2")"
        cp "$1" "$2.new"
        mv -f "$2.new" "$2"
    fi
}

output="$root/build/obj/module/out"
stamp="$output/.built-$version"
if [[ ! -f "$stamp" ]] || [[ -n "$(find "$here/src" \( -name '*.cs' -o -name '*.csproj' -o -name '*.props' \) -newer "$stamp" -print -quit)" ]] ||
   [[ "$here/src" -nt "$stamp" || "$here/src/Commands" -nt "$stamp" || "$here/src/Model" -nt "$stamp" || "$here/src/Interop" -nt "$stamp" || "$here/src/Completion" -nt "$stamp" ]]; then
    dotnet build "$here/src/CertBroker.csproj" -c Release -o "$output" --nologo -v quiet -clp:NoSummary \
        -p:CertBrokerVersion="$version" -p:NuGetAudit=false
    rm -f "$output"/.built-*
    touch "$stamp"
fi

put "$output/CertBroker.dll" "$module/CertBroker.dll"
put "$here/CertBroker/CertBroker.types.ps1xml" "$module/CertBroker.types.ps1xml"
put "$here/CertBroker/CertBroker.format.ps1xml" "$module/CertBroker.format.ps1xml"
sed "s/^\( *ModuleVersion = \)'0\.0\.0'/\1'$version'/; /^# The module's manifest\. build-module/d" "$here/CertBroker/CertBroker.psd1" >"$output/CertBroker.psd1"
put "$output/CertBroker.psd1" "$module/CertBroker.psd1"
for help in "$here/CertBroker/en-US"/*; do
    [[ -f "$help" ]] && put "$help" "$module/en-US/$(basename "$help")"
done
put "$root/LICENSE" "$module/LICENSE"
[[ -f "$root/THIRD-PARTY-NOTICES.md" ]] && put "$root/THIRD-PARTY-NOTICES.md" "$module/THIRD-PARTY-NOTICES.md"

# One system's library, its plugins, and the manifest of the plugins' hashes that was made with them. (CMake keeps files of
# its own in plugins/ too.)
put_native() {
    local from="$1" library="$2" to="$module/$3" file
    put "$library" "$to/$(basename "$library")"
    mkdir -p "$to/plugins"
    for file in "$from"/plugins/certbroker-*."${library##*.}" "$from/plugins/plugins.manifest"; do
        if [[ -f "$file" ]]; then
            put "$file" "$to/plugins/$(basename "$file")"
        fi
    done
    for file in "$to/plugins"/*; do
        if [[ -e "$file" && ! -e "$from/plugins/$(basename "$file")" ]]; then
            rm -f "$file"
        fi
    done
}
put_native "$native" "$native/certbroker.so" linux-x64
if [[ -n "$windows" ]]; then
    # Two thirds of what mingw makes are symbols. The plugins stay as they are: their hashes are pinned.
    mkdir -p "$output/win-x64"
    if [[ "$windows/certbroker.dll" -nt "$output/win-x64/certbroker.dll" ]]; then
        x86_64-w64-mingw32-strip --strip-unneeded -o "$output/win-x64/certbroker.dll" "$windows/certbroker.dll"
    fi
    put_native "$windows" "$output/win-x64/certbroker.dll" win-x64
fi
