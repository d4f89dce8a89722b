#!/usr/bin/env bash
# Builds the sample as an outsider would, with nothing but the header and the library, and checks what it made with openssl.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc -std=c99 -Wall -Wextra -Wpedantic -Werror -Inative/include samples/c-minimal/main.c build/linux/certbroker.so -Wl,-rpath,"$PWD/build/linux" -o "$work/c-minimal"
password=$(openssl rand -hex 12)
thumbprint=$("$work/c-minimal" samples/ini/certreq.ini "$work/home" build/linux/plugins "$work/out.pfx" <<<"$password")
seen=$(PW=$password openssl pkcs12 -in "$work/out.pfx" -passin env:PW -nokeys -clcerts | openssl x509 -noout -fingerprint -sha1 | sed 's/.*=//; s/://g')
[ "$thumbprint" = "$seen" ] || { echo "the sample said $thumbprint, the PFX holds $seen"; exit 1; }
# The file as the manual prints it must fail, and say where.
if "$work/c-minimal" tests/data/profile/certreq-as-printed.ini "$work/home" build/linux/plugins "$work/none.pfx" <<<"$password" 2>"$work/error.txt"; then
  echo 'a Subject that is no name was accepted'
  exit 1
fi
grep -q 'Subject' "$work/error.txt" && [ ! -e "$work/none.pfx" ]
