#!/usr/bin/env bash
# Runs the PowerShell tests as Windows programs under Wine: .NET, the engine and the module's win-x64 part, all of them
# unchanged. The last line says "powershell-windows: N passed, N failed, N skipped"; every skip is printed with its reason.
# The module (powershell/build-module.sh) must be built with its Windows part.
# usage: tests/wine/powershell.sh [part of a test class's name]
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
tests=$root/build/powershell-windows
results=$root/build/results/powershell-windows
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1

give_up() {
  echo "tests/wine/powershell.sh: $1" >&2
  echo 'powershell-windows: 0 passed, 1 failed, 0 skipped'
  exit 1
}
[ -f "$root/build/module/CertBroker/win-x64/certbroker.dll" ] || give_up 'the module has no win-x64; build the preset windows-mingw and run powershell/build-module.sh'
"$root/tests/shell/build.sh" --windows || give_up 'the shell could not be built'
mkdir -p "$results" "$tests"
rm -f "$results"/*
# The module's assembly is compiled against, so its change counts too.
if [ ! -f "$tests/.built" ] || [ -n "$(find "$root/tests/powershell" "$root/tests/interop/dotnet" "$root/build/module/CertBroker/CertBroker.dll" -newer "$tests/.built" -print -quit)" ]; then
  dotnet publish "$root/tests/powershell/CertBroker.PowerShell.Tests.csproj" -c Release -p:CertBrokerSystem=win-x64 -o "$tests" \
    --nologo -v quiet -p:NuGetAudit=false >"$tests-build.log" 2>&1 || { cat "$tests-build.log" >&2; give_up 'the tests could not be built'; }
  touch "$tests/.built"
fi

# What .NET does with two views of its code, and with collecting in the background, ends it at random under Wine.
export DOTNET_EnableWriteXorExecute=0 DOTNET_gcConcurrent=0 DOTNET_GCgen0size=0x8000000
# What starts first holds its output for as long as the server is up.
"$here/wine.sh" cmd /c exit </dev/null >/dev/null 2>&1

# The labs are programs of the host; Wine has the host's loopback. They end with this script: their standard input closes.
"$root/tests/lab/build.sh" || give_up 'the lab could not be built'
labs=$(mktemp -d)
mkfifo "$labs/input"
for lab in digicert ndes microsoft-ca; do
  mkdir "$labs/$lab"
  "$root/build/lab/certbroker-lab" $lab --folder "$labs/$lab" <"$labs/input" >/dev/null &
done
exec 9>"$labs/input"
trap 'exec 9>&-; wait; rm -rf "$labs"' EXIT
for lab in digicert ndes microsoft-ca; do
  for _ in $(seq 300); do [ -e "$labs/$lab/ready.json" ] && break; sleep 0.1; done
  [ -e "$labs/$lab/ready.json" ] || give_up "the lab $lab did not start"
done
export CERTBROKER_TEST_LAB="Z:${labs//\//\\}\\digicert" CERTBROKER_TEST_NDES="Z:${labs//\//\\}\\ndes" CERTBROKER_TEST_LAB_MICROSOFT_CA="Z:${labs//\//\\}\\microsoft-ca"

passed=0 failed=0 skipped=0
run_class() {
  timeout -k 5 420 "$here/wine.sh" --as-user "$tests/CertBroker.PowerShell.Tests.exe" "Z:${results//\//\\}\\$1.xml" ".$1." </dev/null >"$results/$1.log" 2>&1 9>&-
}
# A class has a process of its own: what ends one leaves the others alone.
for class in $(cd "$root/tests" && grep -hoE 'public sealed class \w+Tests\b' powershell/*.cs powershell/DigiCert/*.cs powershell/Ndes/*.cs powershell/MicrosoftCa/*.cs interop/dotnet/*.cs | awk '{print $4}'); do
  [[ $class == *"${1:-}"* ]] || continue
  run_class "$class"
  line=$(grep -aE '^powershell-windows: [0-9]+ passed' "$results/$class.log" | tail -n 1)
  if [[ ! $line =~ ([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped ]]; then
    failed=$((failed + 1))
    echo "FAILED  $class: the process ended before its tests did"
    tail -n 20 "$results/$class.log"
    continue
  fi
  passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2])) skipped=$((skipped + BASH_REMATCH[3]))
  grep -a '^skipped ' "$results/$class.log"
  [ "${BASH_REMATCH[2]}" = 0 ] || grep -aA 12 '^FAILED' "$results/$class.log"
done
echo "powershell-windows: $passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
