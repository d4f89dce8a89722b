#!/bin/sh
# Makes the files of this folder anew, in the folder given (each run makes other keys). Needs Debian's openssl,
# gnutls-bin (certtool), libnss3-tools (pk12util), openjdk (keytool) and the .NET 10 SDK.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "${1:?usage: make.sh folder}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C.UTF-8
unicode='ä€😀'
# OpenSSL's command line takes no character outside the BMP here.
name='Web Ünï'

# --- the certificates: root, intermediate, one leaf with an RSA key and one with an EC key
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/root.key" -out "$work/root.pem" \
    -subj '/C=DE/O=Test/CN=Test Root' -days 36500 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/ca.key" -out "$work/ca.csr" \
    -subj '/C=DE/O=Test/CN=Test Issuing CA' 2>/dev/null
printf 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n' >"$work/ca.ext"
openssl x509 -req -in "$work/ca.csr" -CA "$work/root.pem" -CAkey "$work/root.key" -CAcreateserial -extfile "$work/ca.ext" \
    -days 36500 -out "$work/ca.pem" 2>/dev/null
leaf() { # name, key arguments
    leaf_name=$1
    shift
    openssl req "$@" -nodes -keyout "$work/$leaf_name.key" -out "$work/$leaf_name.csr" -subj "/CN=$leaf_name.example.com" 2>/dev/null
    printf 'subjectAltName=DNS:%s.example.com\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n' "$leaf_name" >"$work/leaf.ext"
    openssl x509 -req -in "$work/$leaf_name.csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" -CAcreateserial -extfile "$work/leaf.ext" \
        -days 36500 -out "$work/$leaf_name.pem" 2>/dev/null
}
leaf rsa -newkey rsa:2048
leaf ec -newkey ec -pkeyopt ec_paramgen_curve:P-256
leaf ec521 -newkey ec -pkeyopt ec_paramgen_curve:P-521
# The issuers stand in the wrong order on purpose.
cat "$work/root.pem" "$work/ca.pem" >"$work/chain.pem"

# --- openssl
p12() { # file, key, further arguments
    file=$1 key=$2
    shift 2
    openssl pkcs12 -export -inkey "$work/$key.key" -in "$work/$key.pem" -certfile "$work/chain.pem" -out "$file" "$@"
}
p12 openssl-modern-rsa.p12 rsa -name "$name" -passout pass:secret
p12 openssl-modern-ec.p12 ec -name "$name" -passout pass:secret
p12 openssl-modern-ec521.p12 ec521 -passout pass:secret
p12 openssl-legacy-rsa.p12 rsa -legacy -name "$name" -passout pass:secret
p12 openssl-legacy-ec.p12 ec -legacy -passout pass:secret
p12 openssl-3des.p12 rsa -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1 -passout pass:secret
p12 openssl-aes128-sha512.p12 ec -keypbe AES-128-CBC -certpbe AES-128-CBC -macalg sha512 -passout pass:secret
p12 openssl-600000.p12 ec -iter 600000 -passout pass:secret
p12 openssl-nomac.p12 ec -nomac -passout pass:secret
p12 openssl-empty-password.p12 ec -passout pass:
p12 openssl-legacy-empty-password.p12 rsa -legacy -passout pass:
p12 openssl-plain.p12 ec -nomac -keypbe NONE -certpbe NONE -passout pass:
p12 openssl-unicode.p12 ec -passout "pass:$unicode"
p12 openssl-legacy-unicode.p12 rsa -legacy -passout "pass:$unicode"
p12 openssl-iter1.p12 ec -iter 1 -passout pass:fuzz
openssl pkcs12 -export -nokeys -in "$work/ec.pem" -certfile "$work/chain.pem" -passout pass:secret -out openssl-certificates.p12

# --- GnuTLS
certtool --to-p12 --load-privkey "$work/rsa.key" --load-certificate "$work/rsa.pem" --load-ca-certificate "$work/ca.pem" \
    --p12-name 'gnutls' --password secret --pkcs-cipher aes-256 --outder --outfile certtool-aes256.p12 2>/dev/null
certtool --to-p12 --load-privkey "$work/ec.key" --load-certificate "$work/ec.pem" --p12-name 'gnutls' --password secret \
    --pkcs-cipher 3des-pkcs12 --outder --outfile certtool-3des.p12 2>/dev/null
certtool --to-p12 --load-privkey "$work/ec.key" --load-certificate "$work/ec.pem" --p12-name 'gnutls' --empty-password \
    --pkcs-cipher aes-256 --outder --outfile certtool-empty-password.p12 2>/dev/null
certtool --to-p12 --load-privkey "$work/ec.key" --load-certificate "$work/ec.pem" --p12-name 'gnutls' --null-password \
    --pkcs-cipher aes-256 --outder --outfile certtool-null-password.p12 2>/dev/null

# --- Java
java() { # file, source, further arguments
    file=$1 source=$2
    shift 2
    rm -f "$file"
    keytool "$@" -importkeystore -srckeystore "$source" -srcstoretype PKCS12 -srcstorepass secret -destkeystore "$file" \
        -deststoretype PKCS12 -deststorepass secret -noprompt >/dev/null 2>&1
}
java keytool.p12 openssl-modern-rsa.p12
java keytool-legacy.p12 openssl-modern-ec.p12 -J-Dkeystore.pkcs12.legacy
rm -f keytool-two-keys.p12
for alias in one two; do
    keytool -genkeypair -alias $alias -keyalg EC -groupname secp256r1 -dname "CN=$alias" -keystore keytool-two-keys.p12 \
        -storetype PKCS12 -storepass secret -validity 36500 >/dev/null 2>&1
done

# --- NSS
mkdir "$work/nss"
certutil -N -d "$work/nss" --empty-password
pk12util -i openssl-modern-rsa.p12 -d "$work/nss" -K '' -W secret >/dev/null
nickname=$(certutil -L -d "$work/nss" | sed -n 's/ *u,u,u *$//p')
pk12util -o nss-default.p12 -n "$nickname" -d "$work/nss" -K '' -W secret >/dev/null
pk12util -o nss-3des.p12 -n "$nickname" -d "$work/nss" -K '' -W secret -c 'PKCS #12 V2 PBE With SHA-1 And 3KEY Triple DES-CBC' >/dev/null
pk12util -o nss-unicode.p12 -n "$nickname" -d "$work/nss" -K '' -W "$unicode" >/dev/null

# --- .NET
dotnet run "$here/make.cs" -- "$work/rsa.pem" "$work/rsa.key" "$work/ec.pem" "$work/ec.key" "$work/chain.pem" "$PWD" "$unicode"
