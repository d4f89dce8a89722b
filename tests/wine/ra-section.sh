#!/usr/bin/env bash
# "Install the DigiCert RA certificate" under Wine: certreq.ini, a CAPI key of the machine, a laboratory CA, LocalMachine\My,
# PFX out and in. Each step is a process of its own; what it leaves is checked by openssl outside Wine.
# Prints "ok ..." or "FAILED ..." a line; the last one is "ra-section: N passed, N failed, N skipped".
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
out=$root/build/results/ra-section
rm -rf "$out"
mkdir -p "$out"
unset CERTBROKER_HOME
RA_PASSWORD=$(openssl rand -hex 16)
export RA_PASSWORD DOTNET_EnableWriteXorExecute=0 DOTNET_gcConcurrent=0
passed=0 failed=0
check() {
  local name=$1
  shift
  if "$@" >"$out/log" 2>&1; then passed=$((passed + 1)); echo "ok      $name"; else
    failed=$((failed + 1))
    echo "FAILED  $name"
    sed 's/^/        /' "$out/log" | tail -n 15
    return 1
  fi
}
finish() { echo "ra-section: $passed passed, $failed failed, 0 skipped"; [ "$failed" = 0 ] && [ "$passed" != 0 ]; exit; }
windows_path() { printf 'Z:%s' "${1//\//\\}"; }
step() {
  timeout -k 5 180 "$here/wine.sh" --as-user "$root/build/shell-windows/certbroker-shell.exe" -NonInteractive -Module "$(windows_path "$root/build/module/CertBroker/CertBroker.psd1")" \
    -File "$(windows_path "$here/ra-section.ps1")" -Step "$1" -InfPath "$(windows_path "$root/samples/ini/certreq.ini")" -Output "$(windows_path "$out")" </dev/null >"$out/$1.log" 2>&1
  local code=$?
  cat "$out/$1.log"
  return $code
}

check 'the shell for Windows is built' "$root/tests/shell/build.sh" --windows || finish
"$here/wine.sh" cmd /c exit </dev/null >/dev/null 2>&1

cert() { openssl x509 -in "$out/$1" "${@:2}"; }
key_in_pfx_fits() { [ "$(openssl pkcs12 -in "$out/$1" -passin env:RA_PASSWORD -nocerts -nodes | openssl pkey -pubout)" = "$(cert "$2" -noout -pubkey)" ]; }
cert_in_pfx_is() { [ "$(openssl pkcs12 -in "$out/$1" -passin env:RA_PASSWORD -nokeys -clcerts | openssl x509 -noout -fingerprint -sha256)" = "$(cert "$2" -noout -fingerprint -sha256)" ]; }
same_key() { [ "$(openssl req -in "$out/request.csr" -noout -pubkey)" = "$(cert ra.cer -noout -pubkey)" ]; }
asks() {
  local text
  text=$(openssl req -in "$out/request.csr" -noout -text) && grep -q 'TLS Web Client Authentication' <<<"$text" && grep -q 'Digital Signature, Key Encipherment' <<<"$text" &&
    grep -q 'Public-Key: (2048 bit)' <<<"$text" && grep -q 'sha256WithRSAEncryption' <<<"$text"
}
issued_by_root() { openssl verify -CAfile <(openssl x509 -inform DER -in "$out/root.cer") "$out/ra.cer"; }
thumbprint_is() { [ "$(<"$out/$1.thumbprint")" = "$(cert "$1.cer" -noout -fingerprint -sha1 | sed 's/.*=//; s/://g')" ]; }

check 'certreq.ini becomes a request with a key of the machine, and the CA answers' step request || finish
check 'request.csr is signed by its own key' openssl req -in "$out/request.csr" -verify -noout
check 'request.csr asks for client authentication, RSA-2048 and SHA-256' asks
check 'ra.cer belongs to the key of request.csr' same_key
check 'ra.cer is issued by root.cer' issued_by_root
check 'the certificate meets its key in LocalMachine\My, in a process of its own, and is exported' step install || finish
check 'its thumbprint is what openssl computes' thumbprint_is ra
check 'ra.pfx holds the certificate' cert_in_pfx_is ra.pfx ra.cer
check 'ra.pfx holds its key' key_in_pfx_fits ra.pfx ra.cer
check 'other.pfx holds the key of the second one' key_in_pfx_fits other.pfx other.cer
check 'both are removed with their keys' step remove || finish
check 'the removal survives; two imports in a row give both back' step import || finish
check 'both keys are there and sign' step use
check 'the key that came back is the one of ra.cer' key_in_pfx_fits ra-again.pfx ra.cer
check 'the key that came back second is the one of other.cer' key_in_pfx_fits other-again.pfx other.cer
check 'a key that is not exportable refuses' step locked
check 'the refusal is Crypto.KeyNotExportable' grep -qx 'CB.Crypto.KeyNotExportable' "$out/locked.error"
check 'nothing was written for it' test ! -e "$out/locked.pfx"
check 'everything is taken away again' step clean
finish
