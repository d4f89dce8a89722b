#!/usr/bin/env bash
# The whole road of the DigiCert connector without a subscription: starts the lab (tests/lab), a double of DigiCert PKI
# Platform on loopback, gets an RA certificate, registers the authority, checks it, and issues, exports, finds and revokes
# a user's certificate. usage: ./samples/digicert-lab.sh      results: digicert-lab-output/
set -euo pipefail
cd "$(dirname "$0")/.."
. samples/lab.sh

prepare digicert-lab
DIGICERT_LAB_PASSWORD=$(openssl rand -hex 16)
export DIGICERT_LAB_PASSWORD
start_lab digicert

echo '== The connector, step by step'
run samples/digicert-lab.ps1

echo '== Checking the results with openssl'
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
