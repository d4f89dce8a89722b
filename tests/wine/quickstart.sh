#!/usr/bin/env bash
# The newcomer's command on Windows under Wine: samples/quickstart.ps1 in the win-x64 shell with no module imported, from the
# release's zip when there is one (powershell/release.sh), else from build/module. openssl looks at what it made.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
"$root/tests/shell/build.sh" --windows
export DOTNET_EnableWriteXorExecute=0 DOTNET_gcConcurrent=0
"$here/wine.sh" cmd /c exit </dev/null >/dev/null 2>&1
unset CERTBROKER_HOME
QUICKSTART_PASSWORD=$(openssl rand -hex 16)
export QUICKSTART_PASSWORD
windows_path() { printf 'Z:%s' "${1//\//\\}"; }
for module in "$root"/build/module/CertBroker "$root"/build/release/CertBroker-[0-9]*.zip; do
  [ -e "$module" ] || continue
  out=$root/build/results/quickstart-windows
  rm -rf "$out"
  mkdir -p "$out"
  echo "== with $(basename "$module")"
  timeout -k 5 180 "$here/wine.sh" --as-user "$root/build/shell-windows/certbroker-shell.exe" -NoModule -File "$(windows_path "$root/samples/quickstart.ps1")" \
    -ModulePath "$(windows_path "$module")" -Output "$(windows_path "$out")" </dev/null >"$out/log" 2>&1 || { cat "$out/log"; exit 1; }
  grep -q '^Done\.' "$out/log"
  openssl req -in "$out/request.csr" -verify -noout
  openssl verify -CAfile <(openssl x509 -inform DER -in "$out/root.cer") "$out/ra.cer"
  [ "$(openssl pkcs12 -in "$out/ra.pfx" -passin env:QUICKSTART_PASSWORD -nocerts -nodes | openssl pkey -pubout)" = "$(openssl x509 -in "$out/ra.cer" -noout -pubkey)" ]
  grep -qx "RA Cert Thumbprint: $(openssl x509 -in "$out/ra.cer" -noout -fingerprint -sha1 | sed 's/.*=//; s/://g').\?" "$out/log"
  [ -d "$out/home/LocalMachine" ]
done
echo 'quickstart.ps1 works on Windows, as far as Wine is that.'
