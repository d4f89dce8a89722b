#!/usr/bin/env bash
# "Endpoint Protection" certificates without Windows: starts the lab (tests/lab), a double of the Network Device Enrollment
# Service on loopback, and gets, renews and waits for certificates by SCEP.
# usage: ./samples/ndes-lab.sh      results: ndes-lab-output/
set -euo pipefail
cd "$(dirname "$0")/.."
. samples/lab.sh

prepare ndes-lab
start_lab ndes

echo '== With the cmdlets, step by step'
run samples/ndes-lab.ps1

echo '== Checking the results with openssl'
issued_by_the_lab() { openssl verify -CAfile "$out/lab/ca.pem" "$out/$1"; }
renewal_has_another_key() { [ "$(openssl x509 -in "$out/device.pem" -noout -pubkey)" != "$(openssl x509 -in "$out/device-renewed.pem" -noout -pubkey)" ]; }
check 'device.pem is issued by the CA' issued_by_the_lab device.pem
check 'device-renewed.pem, too' issued_by_the_lab device-renewed.pem
check 'the approved one, too' issued_by_the_lab approved.pem
check 'the renewal has another key' renewal_has_another_key

echo 'All of it is right.'
