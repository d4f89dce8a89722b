#!/usr/bin/env bash
# Builds and runs the PowerShell tests; the last line says "powershell: N passed, N failed, N skipped".
# The module (powershell/build-module.sh) and the shell (tests/shell/build.sh) must be built before.
#   tests/powershell/run.sh [filter]            filter as dotnet test takes it: FullyQualifiedName~PfxInterop
#   tests/powershell/run.sh --windows [class]   the same tests as Windows programs under Wine: tests/wine/powershell.sh
set -uo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
if [[ "${1:-}" == --windows ]]; then
    shift
    exec "$root/tests/wine/powershell.sh" "$@"
fi
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1

if [[ ! -e "$root/build/module/CertBroker/CertBroker.psd1" && -z "${CERTBROKER_TEST_MODULE:-}" ]]; then
    echo "tests/powershell/run.sh: there is no module in build/module; run powershell/build-module.sh first" >&2
    echo "powershell: 0 passed, 1 failed, 0 skipped"
    exit 1
fi
"$root/tests/shell/build.sh" && "$root/tests/lab/build.sh" || { echo "powershell: 0 passed, 1 failed, 0 skipped"; exit 1; }

results="$root/build/results"
mkdir -p "$results"
rm -f "$results/powershell.trx"
filter=()
[[ $# -gt 0 ]] && filter=(--filter "$1")
if ! dotnet build "$here/CertBroker.PowerShell.Tests.csproj" -c Release --nologo -v quiet -clp:NoSummary -p:NuGetAudit=false; then
    echo "powershell: 0 passed, 1 failed, 0 skipped"
    exit 1
fi
dotnet test "$here/CertBroker.PowerShell.Tests.csproj" -c Release --no-build --nologo -v quiet "${filter[@]}" \
    --logger "trx;LogFileName=powershell.trx" --logger "console;verbosity=minimal" --results-directory "$results" --blame-hang-timeout 5m --blame-hang-dump-type none
code=$?

# <Counters total="3" executed="3" passed="3" failed="0" error="0" timeout="0" aborted="0" ... />
counters="$(grep -o '<Counters [^>]*>' "$results/powershell.trx" 2>/dev/null | head -1)"
count() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$counters"; }
if [[ -z "$counters" ]]; then
    echo "tests/powershell/run.sh: the test run left no results (exit code $code)" >&2
    echo "powershell: 0 passed, 1 failed, 0 skipped"
    exit 1
fi
total=$(count total) passed=$(count passed) executed=$(count executed)
failed=$((executed - passed))
# A run that died half-way has tests that are neither passed nor failed nor skipped on purpose.
[[ $code -ne 0 && $failed -eq 0 ]] && failed=1
echo "powershell: $passed passed, $failed failed, $((total - executed)) skipped"
[[ $code -eq 0 && $failed -eq 0 ]]
