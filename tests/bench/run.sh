#!/usr/bin/env bash
# Measures what CertBroker promises about speed: every row is a ratio of two medians of the same run.
# usage: tests/bench/run.sh            (builds what is missing; a minute or two)
set -euo pipefail
cd "$(dirname "$0")/../.."
tests/setup.sh test
cmake --preset linux >/dev/null
cmake --build --preset linux --target certbroker-bench certbroker-bench-scep certbroker certbroker_plugins >/dev/null
powershell/build-module.sh build/linux >/dev/null
tests/shell/build.sh >/dev/null
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
build/linux/tests/bench/certbroker-bench "$scratch" build/linux/plugins

# A thousand certificates from the lab's DigiCert.
tests/lab/build.sh >/dev/null
mkdir "$scratch/lab"
# The lab stands for a CA on a machine of its own, yet shares this one's processors: it compiles before it serves, not
# while, and does not spin while it waits.
DOTNET_TieredCompilation=0 DOTNET_ThreadPool_UnfairSemaphoreSpinLimit=0 \
  build/lab/certbroker-lab digicert --folder "$scratch/lab" --detached --record 10 >"$scratch/lab.log" 2>&1 &
lab=$!
trap 'kill "$lab" 2>/dev/null; rm -rf "$scratch"' EXIT
for ((i = 0; i < 100; i++)); do [ -f "$scratch/lab/ready.json" ] && break; sleep 0.1; done
port=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["port"])' "$scratch/lab/ready.json")
build/linux/tests/bench/certbroker-bench "$scratch" build/linux/plugins "$port" "$scratch/lab"
kill "$lab"

# Whole SCEP enrolments beside other clients, which need a key of RSA-2048 each.
build/linux/tests/bench/certbroker-bench "$scratch" "$PWD/build/linux/plugins" scep "$PWD/build/linux/tests/bench/certbroker-bench-scep" "$PWD/build/lab/certbroker-lab"

# Import-Module in fresh processes of the same engine, against a binary module with one empty cmdlet.
empty=$scratch/Empty
mkdir -p "$empty"
cat >"$empty/Empty.csproj" <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>netstandard2.0</TargetFramework><LangVersion>latest</LangVersion></PropertyGroup>
  <ItemGroup><PackageReference Include="PowerShellStandard.Library" Version="5.1.1" PrivateAssets="all" /></ItemGroup>
</Project>
PROJECT
cat >"$empty/Empty.cs" <<'SOURCE'
using System.Management.Automation;
[Cmdlet(VerbsDiagnostic.Test, "Empty")] public sealed class TestEmptyCommand : PSCmdlet { }
SOURCE
dotnet build "$empty/Empty.csproj" -c Release -o "$empty/out" --nologo -v q >/dev/null
cat >"$empty/out/Empty.psd1" <<'MANIFEST'
@{ RootModule = 'Empty.dll'; ModuleVersion = '1.0'; GUID = 'b0b0f0ad-1d4f-4a3e-9d2f-2a9a3c1d7f10'; CmdletsToExport = @('Test-Empty'); FunctionsToExport = @(); AliasesToExport = @(); VariablesToExport = @() }
MANIFEST
cat >"$scratch/import.ps1" <<'SCRIPT'
param([string] $Path)
$watch = [System.Diagnostics.Stopwatch]::StartNew()
Import-Module $Path
$watch.Elapsed.TotalMilliseconds.ToString('F3', [System.Globalization.CultureInfo]::InvariantCulture)
SCRIPT
import() { build/certbroker-shell -NoModule -File "$scratch/import.ps1" "$1" | tail -n 1; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
for ((i = 0; i < 11; i++)); do
  import "$empty/out/Empty.psd1" >>"$scratch/floor.txt"
  import "$PWD/build/module/CertBroker/CertBroker.psd1" >>"$scratch/measured.txt"
done
awk -v floor="$(median <"$scratch/floor.txt")" -v measured="$(median <"$scratch/measured.txt")" 'BEGIN {
  ratio = measured / floor
  printf "%-28s %8.2f %10.1f us %10.1f us   (at most 1.5: %s)\n", "import-module", ratio, floor * 1000, measured * 1000, ratio <= 1.5 ? "ok" : "TOO SLOW" }'
