#!/bin/sh
# Makes the files of this folder anew, with the openssl, certtool and dotnet command lines. Keys are not kept.
set -eu
cd "$(dirname "$0")"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

ec() { openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:"$1" -out "$scratch/$2.key" 2>/dev/null || openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:"$1" -out "$scratch/$2.key"; }
rsa() { openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:"$1" -out "$scratch/$2.key" 2>/dev/null; }

# --- requests -------------------------------------------------------------------------------------------------------
cat > "$scratch/all.cnf" <<'CNF'
[req]
prompt = no
distinguished_name = dn
req_extensions = ext
attributes = att
string_mask = utf8only
utf8 = yes
[dn]
C = DE
ST = Sachsen
L = Görlitz
O = Example, Inc.
OU = "Größe + Gewicht"
CN = web01.example.com
emailAddress = admin@example.com
[att]
challengePassword = secret1
[ext]
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth, clientAuth
basicConstraints = critical, CA:FALSE
subjectAltName = @alt
[alt]
DNS.1 = web01.example.com
DNS.2 = *.example.com
email.1 = admin@example.com
URI.1 = https://example.com/a?b=c
IP.1 = 192.0.2.1
IP.2 = 2001:db8::1
RID.1 = 1.2.3.4
dirName.1 = inner
otherName.1 = 1.3.6.1.4.1.311.20.2.3;UTF8:user@example.com
otherName.2 = 1.2.3.4.5;FORMAT:HEX,OCTETSTRING:00010203
[inner]
C = DE
O = Example
CN = inner
CNF
ec P-256 req
openssl req -new -key "$scratch/req.key" -config "$scratch/all.cnf" -sha256 -out openssl-all.csr.pem
rsa 2048 reqrsa
openssl req -new -key "$scratch/reqrsa.key" -subj "/C=US/O=Example/CN=rsa.example.com" -outform DER -out openssl-rsa.csr.der
openssl req -new -key "$scratch/reqrsa.key" -subj "/CN=pss.example.com" -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest -out openssl-pss.csr.pem
ec P-384 req384
cat > "$scratch/certtool.tmpl" <<'TMPL'
cn = "gnutls.example.com"
organization = "Example"
country = DE
dns_name = "gnutls.example.com"
dns_name = "www.example.com"
ip_address = "192.0.2.7"
email = "a@example.com"
uri = "https://example.com/"
signing_key
encryption_key
tls_www_server
TMPL
certtool --generate-request --load-privkey "$scratch/req384.key" --template "$scratch/certtool.tmpl" --hash SHA384 --outfile certtool.csr.txt 2>/dev/null

# --- a chain of three, with name constraints in the middle -------------------------------------------------------------
cat > "$scratch/ca.cnf" <<'CNF'
[req]
distinguished_name = dn
[dn]
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[sub]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
nameConstraints = critical, permitted;DNS:example.com, permitted;IP:192.0.2.0/255.255.255.0, permitted;email:.example.com, excluded;dirName:bad
certificatePolicies = 1.2.3.4
[bad]
C = XX
[leaf]
basicConstraints = CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:host.example.com, IP:192.0.2.9
[outside]
basicConstraints = CA:FALSE
subjectAltName = DNS:host.example.org
CNF
rsa 2048 root; ec P-256 sub; ec P-256 leaf
dates() { echo "-days 36500"; }
openssl req -new -x509 -key "$scratch/root.key" -subj "/C=DE/O=Example/CN=Test Root" -config "$scratch/ca.cnf" -extensions root $(dates) -sha256 -out chain-root.pem
sign() { # name subject section issuer
    openssl req -new -key "$scratch/$1.key" -subj "$2" -config "$scratch/ca.cnf" -out "$scratch/$1.csr"
    openssl x509 -req -in "$scratch/$1.csr" -CA "chain-$4.pem" -CAkey "$scratch/$4.key" -extfile "$scratch/ca.cnf" -extensions "$3" $(dates) -sha256 -out "chain-$1.pem" 2>/dev/null
}
sign sub "/C=DE/O=Example/CN=Test Sub CA" sub root
sign leaf "/C=DE/O=Example/CN=host.example.com" leaf sub
cp "$scratch/leaf.key" "$scratch/outside.key"
sign outside "/CN=host.example.org" outside sub
openssl crl2pkcs7 -nocrl -certfile chain-leaf.pem -certfile chain-sub.pem -certfile chain-root.pem -out chain.p7b.pem
openssl crl2pkcs7 -nocrl -certfile chain-leaf.pem -certfile chain-sub.pem -certfile chain-root.pem -outform DER -out chain.p7b
openssl x509 -in chain-leaf.pem -outform DER -out chain-leaf.cer

# --- odd ones ---------------------------------------------------------------------------------------------------------
openssl req -new -x509 -key "$scratch/leaf.key" -subj "/CN=negative serial" -set_serial -5 $(dates) -out odd-negative-serial.pem
openssl req -new -x509 -key "$scratch/leaf.key" -subj "/CN=long serial" -set_serial 0x8000000000000000000000000000000000000000000001 $(dates) -out odd-long-serial.pem
openssl req -new -x509 -key "$scratch/leaf.key" -subj "/CN=sha1" -sha1 $(dates) -out odd-sha1.pem
openssl req -new -key "$scratch/leaf.key" -subj "/CN=version one" -out "$scratch/v1.csr"
openssl x509 -req -in "$scratch/v1.csr" -signkey "$scratch/leaf.key" $(dates) -out odd-v1.pem 2>/dev/null
printf '[req]\nprompt=no\ndistinguished_name=dn\nstring_mask=MASK:0x0800\nutf8=yes\n[dn]\nCN=Größe\n' > "$scratch/bmp.cnf"
openssl req -new -x509 -key "$scratch/leaf.key" -config "$scratch/bmp.cnf" $(dates) -out odd-bmpstring.pem
printf '[req]\nprompt=no\ndistinguished_name=dn\nstring_mask=MASK:0x0004\nutf8=yes\n[dn]\nCN=Größe\n' > "$scratch/t61.cnf"
openssl req -new -x509 -key "$scratch/leaf.key" -config "$scratch/t61.cnf" $(dates) -out odd-t61string.pem
openssl genpkey -algorithm ED25519 -out "$scratch/ed.key"
openssl req -new -x509 -key "$scratch/ed.key" -subj "/CN=ed25519" $(dates) -out odd-ed25519.pem
openssl x509 -in chain-leaf.pem -trustout -addtrust serverAuth -out odd-trusted.pem

# --- .NET -------------------------------------------------------------------------------------------------------------
if command -v dotnet >/dev/null; then
    cp dotnet.cs "$scratch/dotnet.cs"
    (cd "$scratch" && dotnet run dotnet.cs -- "$OLDPWD")
fi
