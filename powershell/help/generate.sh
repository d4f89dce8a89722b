#!/usr/bin/env bash
# Makes the commands' help from their documentation comments: CertBroker/en-US/CertBroker.dll-Help.xml (what Get-Help
# reads) and docs/cmdlets/. With --check nothing is written: it fails when the files are not what the sources say.
#
#   powershell/help/generate.sh [--check] [--assembly PATH/CertBroker.dll]     the .xml of the comments lies beside the .dll
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1

# Says nothing unless it fails.
quietly() {
    local said
    if ! said="$("$@" 2>&1)"; then
        echo "$said" >&2
        return 1
    fi
}

assembly=""
options=()
while [[ $# -gt 0 ]]; do
    case "$1" in
        --check) options+=(--check); shift ;;
        --assembly) assembly="$2"; shift 2 ;;
        *) echo "usage: powershell/help/generate.sh [--check] [--assembly PATH/CertBroker.dll]" >&2; exit 64 ;;
    esac
done

# The commands' assembly, built here when nobody gave one.
if [[ -z "$assembly" ]]; then
    output="$root/build/obj/help/module"
    quietly dotnet build "$root/powershell/src/CertBroker.csproj" -c Release -o "$output" --nologo -v quiet -p:NuGetAudit=false
    assembly="$output/CertBroker.dll"
fi

tool="$root/build/help"
stamp="$tool/.built"
if [[ ! -e "$stamp" || -n "$(find "$here" -type f \( -name '*.cs' -o -name '*.csproj' -o -name '*.props' \) -newer "$stamp" -print -quit)" ]]; then
    quietly dotnet publish "$here/CertBroker.Help.csproj" -c Release -o "$tool" --nologo -v quiet -p:NuGetAudit=false
    touch "$stamp"
fi

exec dotnet "$tool/CertBroker.Help.dll" --assembly "$assembly" --maml "$root/powershell/CertBroker/en-US" --docs "$root/docs/cmdlets" "${options[@]}"
