#!/usr/bin/env bash
# Builds the test doubles: build/lab/certbroker-lab. Does nothing when it is up to date; --force builds. Needs the .NET SDK
# and no package. usage: tests/lab/build.sh [--force]
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
output="$root/build/lab" force=
for word in "$@"; do
    case "$word" in
    --force) force=yes ;;
    *) echo "usage: tests/lab/build.sh [--force]" >&2; exit 64 ;;
    esac
done
stamp="$output/.built" made="$output/certbroker-lab"

if [[ -z "$force" && -x "$made" && -e "$stamp" ]] &&
   [[ -z "$(find "$here" -type f -newer "$stamp" -print -quit)" ]]; then
    exit 0
fi
if ! command -v dotnet >/dev/null; then
    echo "tests/lab/build.sh: no .NET SDK found; install .NET SDK 10 (https://dot.net/download) and put 'dotnet' on the PATH" >&2
    exit 1
fi

mkdir -p "$output"
log="$root/build/lab-build.log"
begun="$(mktemp "$root/build/lab-begun.XXXXXX")" # what is edited while it builds is built the next time
trap 'rm -f "$begun"' EXIT
if ! DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1 dotnet publish "$here/Lab.csproj" -c Release -o "$output" \
        --nologo -v quiet -p:NuGetAudit=false >"$log" 2>&1; then
    cat "$log" >&2
    echo "tests/lab/build.sh: building certbroker-lab failed" >&2
    exit 1
fi

cat >"$made.new" <<'LAUNCHER'
#!/bin/sh
# The doubles of certification authorities that CertBroker is tested against: certbroker-lab help
self=$(readlink -f -- "$0")
exec "${DOTNET_HOST_PATH:-dotnet}" "${self%/*}/certbroker-lab.dll" "$@"
LAUNCHER
chmod 755 "$made.new"
mv -f "$made.new" "$made"
touch -r "$begun" "$stamp"
