#!/usr/bin/env bash
# A newcomer's first command: builds CertBroker (release), runs the main job in a real PowerShell engine, and checks what
# it made with the openssl command line. Works on a fresh Debian 12 with a .NET SDK; installs what else it needs.
# usage: ./samples/quickstart.sh      results: quickstart-output/
set -euo pipefail
cd "$(dirname "$0")/.."

echo '== Building (the first time takes some minutes)'
tests/setup.sh build
mkdir -p build
log=build/quickstart.log
quietly() { "$@" >"$log" 2>&1 || { tail -n 40 "$log" >&2; echo "Failed: $*" >&2; exit 1; }; }
[ -f build/linux/CMakeCache.txt ] || quietly cmake --preset linux -DCERTBROKER_BUILD_TESTS=OFF -DCERTBROKER_BUILD_BENCH=OFF
quietly cmake --build --preset linux --target certbroker certbroker_plugins
quietly powershell/build-module.sh build/linux

if command -v pwsh >/dev/null; then
  run() { pwsh -NoProfile -NonInteractive -Command "Import-Module '$PWD/build/module/CertBroker/CertBroker.psd1'; & '$1'; exit [int](-not \$?)"; }
else
  quietly tests/shell/build.sh
  run() { build/certbroker-shell -File "$1"; }
fi

out=quickstart-output
rm -rf "$out"
mkdir -p "$out"
export CERTBROKER_HOME=$PWD/$out/home
QUICKSTART_PASSWORD=$(openssl rand -hex 16)
export QUICKSTART_PASSWORD

echo '== The main job'
run samples/quickstart.ps1

echo '== Checking the results with openssl'
check() { printf '   %s\n' "$1"; shift; "$@" >"$log" 2>&1 || { cat "$log" >&2; echo 'This should have worked.' >&2; exit 1; }; }
same_key() { [ "$(openssl req -in $out/request.csr -noout -pubkey)" = "$(openssl x509 -in $out/ra.cer -noout -pubkey)" ]; }
pfx_holds_it() {
  local leaf
  leaf=$(openssl pkcs12 -in $out/ra.pfx -passin env:QUICKSTART_PASSWORD -nokeys -clcerts | openssl x509 -noout -fingerprint -sha1)
  [ "$leaf" = "$(openssl x509 -in $out/ra.cer -noout -fingerprint -sha1)" ]
}
pfx_key_fits() {
  [ "$(openssl pkcs12 -in $out/ra.pfx -passin env:QUICKSTART_PASSWORD -nocerts -nodes | openssl pkey -pubout)" = "$(openssl x509 -in $out/ra.cer -noout -pubkey)" ]
}
asks_for_client_authentication() {
  openssl req -in $out/request.csr -noout -text | grep -q 'TLS Web Client Authentication' &&
    openssl req -in $out/request.csr -noout -text | grep -q 'Digital Signature, Key Encipherment'
}
p7b_holds_chain() { [ "$(openssl pkcs7 -inform DER -in $out/ra.p7b -print_certs | grep -c '^subject=')" = 2 ]; }
issued_by_root() { # root.cer is DER, as Windows saves certificates
  openssl verify -CAfile <(openssl x509 -inform DER -in $out/root.cer) $out/ra.cer
}
certreq_armour() { head -n 1 $out/request.csr | grep -q -- '-----BEGIN NEW CERTIFICATE REQUEST-----'; }
check 'request.csr is signed by its own key' openssl req -in $out/request.csr -verify -noout
check 'request.csr is armoured as certreq does it' certreq_armour
check 'request.csr asks for client authentication, digital signature, key encipherment' asks_for_client_authentication
check 'ra.cer belongs to the key of request.csr' same_key
check 'ra.cer is issued by root.cer' issued_by_root
check 'ra.p7b holds the certificate and its issuer' p7b_holds_chain
check 'ra.pfx opens and holds the certificate' pfx_holds_it
check 'ra.pfx holds its private key' pfx_key_fits

echo "All of it is right."
