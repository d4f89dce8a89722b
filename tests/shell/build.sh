#!/usr/bin/env bash
# Builds the console host for PowerShell scripts: build/certbroker-shell; with --windows the same for Windows and Wine,
# with all of .NET beside it: build/shell-windows/certbroker-shell.exe. Does nothing when it is up to date; --force builds.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
build="$root/build"
system=linux-x64 output="$build/shell" made="$build/certbroker-shell" force=
for word in "$@"; do
    case "$word" in
    --windows) system=win-x64 output="$build/shell-windows" made="$build/shell-windows/certbroker-shell.exe" ;;
    --force) force=yes ;;
    *) echo "usage: tests/shell/build.sh [--windows] [--force]" >&2; exit 64 ;;
    esac
done
stamp="$output/.built"

if [[ -z "$force" && -x "$made" && -e "$stamp" ]] &&
   [[ -z "$(find "$here" -type f -newer "$stamp" -print -quit)" ]]; then
    exit 0
fi
if ! command -v dotnet >/dev/null; then
    echo "tests/shell/build.sh: no .NET SDK found; install .NET SDK 10 (https://dot.net/download) and put 'dotnet' on the PATH" >&2
    exit 1
fi

mkdir -p "$build"
log="$output-build.log"
if ! DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1 dotnet publish "$here/certbroker-shell.csproj" -c Release -o "$output" \
        -p:CertBrokerSystem="$system" --nologo -v quiet -p:NuGetAudit=false >"$log" 2>&1; then
    cat "$log" >&2
    echo "tests/shell/build.sh: building certbroker-shell failed" >&2
    exit 1
fi

if [[ $system != linux-x64 ]]; then
    touch "$stamp"
    exit 0
fi
launcher="$build/certbroker-shell.new"
cat >"$launcher" <<'LAUNCHER'
#!/bin/sh
# PowerShell with CertBroker imported: certbroker-shell -File x.ps1 [args] | -Command "text"
self=$(readlink -f -- "$0")
exec "${DOTNET_HOST_PATH:-dotnet}" "${self%/*}/shell/certbroker-shell.dll" "$@"
LAUNCHER
chmod 755 "$launcher"
mv -f "$launcher" "$build/certbroker-shell"
touch "$stamp"
