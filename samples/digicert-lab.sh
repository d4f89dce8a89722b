#!/usr/bin/env bash
# The whole road of the DigiCert connector without a subscription: starts the lab (tests/lab), a double of DigiCert PKI
# Platform on loopback, gets an RA certificate, registers the authority, checks it, and issues, exports, finds and revokes
# a user's certificate. usage: ./samples/digicert-lab.sh      results: digicert-lab-output/
set -euo pipefail
cd "$(dirname "$0")/.."

echo '== Building (the first time takes some minutes)'
tests/setup.sh build
mkdir -p build
log=build/digicert-lab.log
quietly() { "$@" >"$log" 2>&1 || { tail -n 40 "$log" >&2; echo "Failed: $*" >&2; exit 1; }; }
[ -f build/linux/CMakeCache.txt ] || quietly cmake --preset linux -DCERTBROKER_BUILD_TESTS=OFF -DCERTBROKER_BUILD_BENCH=OFF
quietly cmake --build --preset linux --target certbroker certbroker_plugins
quietly powershell/build-module.sh build/linux
quietly tests/lab/build.sh

if command -v pwsh >/dev/null; then
  run() { pwsh -NoProfile -NonInteractive -Command "Import-Module '$PWD/build/module/CertBroker/CertBroker.psd1'; & '$1' -Lab '$2' -Output '$3'; exit [int](-not \$?)"; }
else
  quietly tests/shell/build.sh
  run() { build/certbroker-shell -File "$1" -Lab "$2" -Output "$3"; }
fi

out=$PWD/digicert-lab-output
rm -rf "$out"
mkdir -p "$out/lab"
export CERTBROKER_HOME=$out/home
DIGICERT_LAB_PASSWORD=$(openssl rand -hex 16)
export DIGICERT_LAB_PASSWORD

echo '== Starting the lab'
# It ends with this script: the pipe that is its standard input closes.
mkfifo "$out/lab/input"
build/lab/certbroker-lab digicert --folder "$out/lab" <"$out/lab/input" >"$out/lab/addresses" &
lab=$!
exec 9>"$out/lab/input"
trap 'exec 9>&-; wait "$lab" || true' EXIT
for _ in $(seq 200); do
  [ -e "$out/lab/ready.json" ] && break
  kill -0 "$lab" 2>/dev/null || { echo 'The lab did not start.' >&2; exit 1; }
  sleep 0.1
done
cat "$out/lab/addresses"

echo '== The connector, step by step'
run samples/digicert-lab.ps1 "$out/lab" "$out" 9>&-

echo '== Checking the results with openssl'
check() { printf '   %s\n' "$1"; shift; "$@" >"$log" 2>&1 || { cat "$log" >&2; echo 'This should have worked.' >&2; exit 1; }; }
leaf() { openssl pkcs12 -in "$out/iwuser0.pfx" -passin env:DIGICERT_LAB_PASSWORD -nokeys -clcerts; }
subject_is_the_profiles() { leaf | openssl x509 -noout -subject -nameopt RFC2253 | tee /dev/stderr | grep -q 'O=Example Corp' && leaf | openssl x509 -noout -subject | grep -q 'IWUser0'; }
names_are_the_users() { leaf | openssl x509 -noout -ext subjectAltName | tee /dev/stderr | grep -q 'email:iwuser0@example.test'; }
key_fits() { [ "$(openssl pkcs12 -in "$out/iwuser0.pfx" -passin env:DIGICERT_LAB_PASSWORD -nocerts -nodes | openssl pkey -pubout)" = "$(leaf | openssl x509 -noout -pubkey)" ]; }
issued_by_the_lab() { openssl verify -CAfile <(openssl x509 -inform DER -in "$out/lab/ca-root.cer") -untrusted <(openssl x509 -inform DER -in "$out/lab/ca-user.cer") <(leaf); }
check 'the subject is what the profile and the request make of it' subject_is_the_profiles
check 'the e-mail address stands in the certificate' names_are_the_users
check 'iwuser0.pfx holds the private key' key_fits
check 'the certificate is issued below the CA root' issued_by_the_lab

echo 'All of it is right.'
