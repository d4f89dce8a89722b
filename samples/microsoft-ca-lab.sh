#!/usr/bin/env bash
# Certificates of a Microsoft CA without Windows: starts the lab (tests/lab), a double of the enrolment policy and enrolment web
# services and of the web enrolment pages on loopback, lists templates, checks them, issues, waits for approval, renews.
# usage: ./samples/microsoft-ca-lab.sh      results: microsoft-ca-lab-output/
set -euo pipefail
cd "$(dirname "$0")/.."
. samples/lab.sh

prepare microsoft-ca-lab
start_lab microsoft-ca

echo '== With the cmdlets, step by step'
run samples/microsoft-ca-lab.ps1

echo '== Checking the results with openssl'
issued_by_the_lab() { openssl verify -CAfile "$out/lab/ca-root.pem" -untrusted "$out/lab/ca.pem" "$out/$1"; }
names_are_the_requests() { openssl x509 -in "$out/www.pem" -noout -ext subjectAltName | tee /dev/stderr | grep -q 'DNS:www.example.com'; }
renewal_has_another_key() { [ "$(openssl x509 -in "$out/www.pem" -noout -pubkey)" != "$(openssl x509 -in "$out/www-renewed.pem" -noout -pubkey)" ]; }
check 'www.pem is issued below the root' issued_by_the_lab www.pem
check 'www-renewed.pem, too' issued_by_the_lab www-renewed.pem
check 'the approved one, too' issued_by_the_lab approved.pem
check 'the one of the web pages, too' issued_by_the_lab page.pem
check 'the name stands in the certificate' names_are_the_requests
check 'the renewal has another key' renewal_has_another_key

echo 'All of it is right.'
