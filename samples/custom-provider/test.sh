#!/usr/bin/env bash
# Installs the SDK into an empty folder, builds this provider against it and nothing else, runs the SDK's conformance suite
# over it, and uses it from PowerShell: refused first, then approved, then issuing.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install build/linux --prefix "$work/sdk" >/dev/null
cp -r samples/custom-provider "$work/source"
cmake -S "$work/source" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$work/sdk" >/dev/null
cmake --build "$work/build"
plugin=$work/build/certbroker-echo-ca.so
"$work/sdk/bin/certbroker-provider-conformance" --plugin "$plugin" --fixture "$work/source/conformance"

cp -r build/module/CertBroker "$work/CertBroker"
cp "$plugin" "$work/CertBroker/linux-x64/plugins/"
chmod -R go-w "$work"
chmod 755 "$work"
cat >"$work/use.ps1" <<'SCRIPT'
$ErrorActionPreference = 'Stop'
$provider = Get-CBProvider echo-ca
if ($provider.Trust -ne 'NotApproved') { throw "It should not be approved yet, but is $($provider.Trust)." }
try { Register-CBAuthority -Name echo -Provider echo-ca; throw 'A plugin that nobody approved was used.' }
catch { if ($_.FullyQualifiedErrorId -notlike 'CB.Provider.Disabled*') { throw } }
Approve-CBProvider echo-ca -Hash $provider.Hash -Force
Register-CBAuthority -Name echo -Provider echo-ca
$result = Request-CBCertificate -Authority echo -Subject 'CN=custom' -KeyAlgorithm ECDSA_P256 -OrderSetting @{ 'ask-twice' = $true }
if ($result.Status -ne 'Pending') { throw "It should be pending, but is $($result.Status)." }
$result = Receive-CBCertificate -RequestId $result.RequestId
if ($result.Status -ne 'Issued') { throw "It should be issued, but is $($result.Status)." }
$result
SCRIPT
CERTBROKER_HOME=$work/home build/certbroker-shell -Module "$work/CertBroker/CertBroker.psd1" -File "$work/use.ps1"
