#!/bin/sh
# Makes the files of this folder again, by OpenSSL 3.0 and GnuTLS. The keys are worthless: they protect nothing.
set -eu
cd "$(dirname "$0")"
pw='Pa55-word'

# Keys in every form import_key reads.
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out p256.pk8.pem
openssl pkcs8 -topk8 -nocrypt -in p256.pk8.pem -outform DER -out p256.pk8.der
openssl ec -in p256.pk8.pem -out p256.sec1.pem
openssl ec -in p256.pk8.pem -outform DER -out p256.sec1.der
openssl ec -in p256.pk8.pem -no_public -outform DER -out p256.sec1-nopub.der
openssl ecparam -name prime256v1 > p256.with-params.pem
cat p256.sec1.pem >> p256.with-params.pem
openssl ec -in p256.pk8.pem -conv_form compressed -outform DER -out p256.sec1-compressed.der
openssl pkcs8 -topk8 -in p256.pk8.pem -v2 aes-256-cbc -passout "pass:$pw" -out p256.enc-aes.pem
openssl pkcs8 -topk8 -in p256.pk8.pem -v2 des3 -v2prf hmacWithSHA1 -passout "pass:$pw" -outform DER -out p256.enc-des3.der
openssl pkcs8 -topk8 -in p256.pk8.pem -v1 PBE-MD5-DES -provider default -provider legacy -passout "pass:$pw" -outform DER -out p256.enc-des.der
openssl pkcs8 -topk8 -in p256.pk8.pem -scrypt -passout "pass:$pw" -out p256.enc-scrypt.pem
openssl ec -in p256.pk8.pem -aes128 -passout "pass:$pw" -out p256.enc-rfc1421.pem
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out p384.pk8.pem
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521 -out p521.pk8.pem
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 -out secp256k1.pk8.pem
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit -out explicit.pk8.pem
openssl genpkey -algorithm ED25519 -out ed25519.pk8.pem
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa2048.pk8.pem
openssl pkcs8 -topk8 -nocrypt -in rsa2048.pk8.pem -outform DER -out rsa2048.pk8.der
openssl rsa -in rsa2048.pk8.pem -traditional -out rsa2048.pkcs1.pem
openssl rsa -in rsa2048.pk8.pem -traditional -outform DER -out rsa2048.pkcs1.der
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out rsa1024.pk8.pem
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_primes:3 -out rsa-3primes.pk8.pem
for k in p256.pk8 p384.pk8 p521.pk8 secp256k1.pk8 ed25519.pk8 rsa2048.pk8 rsa1024.pk8; do
  openssl pkey -in $k.pem -pubout -outform DER -out "${k%.pk8}.spki.der"
done

# Certificates: a root, an RSA and a P-256 leaf.
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key.pem -subj '/CN=Test root/O=Example' -days 36500 -out ca.pem
printf 'subjectKeyIdentifier=hash\n' > leaf.ext
openssl req -new -key rsa2048.pk8.pem -subj '/CN=rsa.example.com' -out leaf.csr
openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key.pem -set_serial 0x1001 -days 36500 -extfile leaf.ext -outform DER -out rsa2048.cer
openssl req -new -key p256.pk8.pem -subj '/CN=p256.example.com' -out leaf.csr
openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key.pem -set_serial 0x1002 -days 36500 -extfile leaf.ext -outform DER -out p256.cer
openssl x509 -in rsa2048.cer -inform DER -out rsa2048.cert.pem
openssl x509 -in p256.cer -inform DER -out p256.cert.pem
openssl x509 -in ca.pem -outform DER -out ca.cer
rm leaf.csr leaf.ext

# Signatures of message.txt.
printf 'The quick brown fox jumps over the lazy dog\n' > message.txt
openssl dgst -sha256 -sign rsa2048.pk8.pem -out sig.rsa-sha256 message.txt
openssl dgst -sha1 -sign rsa2048.pk8.pem -out sig.rsa-sha1 message.txt
openssl dgst -sha384 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:20 -sign rsa2048.pk8.pem -out sig.pss-sha384-salt20 message.txt
openssl dgst -sha512 -sign p521.pk8.pem -out sig.p521-sha512 message.txt
openssl dgst -sha256 -sign secp256k1.pk8.pem -out sig.secp256k1-sha256 message.txt
openssl pkeyutl -sign -inkey ed25519.pk8.pem -rawin -in message.txt -out sig.ed25519

# RSA ciphertexts.
for o in pkcs1 sha1 sha256; do
  case $o in pkcs1) opt='-pkeyopt rsa_padding_mode:pkcs1' ;; *) opt="-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:$o" ;; esac
  # shellcheck disable=SC2086
  openssl pkeyutl -encrypt -inkey rsa2048.pk8.pem $opt -in message.txt -out cipher.$o
done

# CMS.
sign() { openssl cms -sign -binary -nodetach -in message.txt -outform DER "$@"; }
sign -signer rsa2048.cert.pem -inkey rsa2048.pk8.pem -certfile ca.pem -out signed.rsa-sha256.p7
sign -signer rsa2048.cert.pem -inkey rsa2048.pk8.pem -md sha1 -out signed.rsa-sha1.p7
sign -signer rsa2048.cert.pem -inkey rsa2048.pk8.pem -keyopt rsa_padding_mode:pss -out signed.rsa-pss.p7
sign -signer p256.cert.pem -inkey p256.pk8.pem -md sha384 -keyid -out signed.p256-sha384.p7
sign -signer p256.cert.pem -inkey p256.pk8.pem -nocerts -out signed.nocerts.p7
sign -signer p256.cert.pem -inkey p256.pk8.pem -noattr -out signed.noattr.p7
sign -signer p256.cert.pem -inkey p256.pk8.pem -stream -out signed.ber.p7
sign -signer p256.cert.pem -inkey p256.pk8.pem -signer rsa2048.cert.pem -inkey rsa2048.pk8.pem -out signed.two.p7
openssl cms -sign -binary -in message.txt -outform DER -signer p256.cert.pem -inkey p256.pk8.pem -out signed.detached.p7
openssl cms -sign -binary -in /dev/null -outform DER -signer rsa2048.cert.pem -inkey rsa2048.pk8.pem -out signed.lacking.p7
encrypt() { openssl cms -encrypt -binary -in message.txt -outform DER "$@"; }
encrypt -aes128 -out enveloped.aes128.p7 rsa2048.cert.pem
encrypt -aes-256-cbc -recip rsa2048.cert.pem -keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256 -out enveloped.oaep.p7
encrypt -aes-256-gcm -out enveloped.gcm.p7 rsa2048.cert.pem
encrypt -des3 -out enveloped.des3.p7 rsa2048.cert.pem
encrypt -provider default -provider legacy -des -out enveloped.des.p7 rsa2048.cert.pem
encrypt -provider default -provider legacy -rc2-128 -out enveloped.rc2.p7 rsa2048.cert.pem
encrypt -aes128 -stream -out enveloped.ber.p7 rsa2048.cert.pem
encrypt -aes128 -out enveloped.other.p7 ca.pem
encrypt -aes128 -keyid -out enveloped.keyid.p7 rsa2048.cert.pem
encrypt -aes128 -out enveloped.several.p7 ca.pem p256.cert.pem rsa2048.cert.pem

# Bundles.
cat rsa2048.cert.pem ca.pem > bundle.pem
openssl crl2pkcs7 -nocrl -certfile bundle.pem -outform DER -out bundle.p7b
: > index.txt
openssl ca -config crl.cnf -gencrl -keyfile ca.key.pem -cert ca.pem -md sha256 -crldays 36500 -out ca.crl.pem 2> /dev/null
openssl crl2pkcs7 -in ca.crl.pem -certfile bundle.pem -outform DER -out bundle-crl.p7b
certtool --p7-sign --p7-include-cert --load-certificate rsa2048.cert.pem --load-privkey rsa2048.pk8.pem --infile message.txt --outder --outfile certtool-signed.p7 2> /dev/null
rm -f index.txt* bundle.pem

# PFX files.
pfx() { openssl pkcs12 -export -inkey rsa2048.pk8.pem -in rsa2048.cert.pem -certfile ca.pem -name 'Web server' "$@"; }
pfx -passout "pass:$pw" -out openssl-modern.pfx
pfx -passout "pass:$pw" -legacy -out openssl-legacy.pfx
pfx -passout "pass:$pw" -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1 -out openssl-3des.pfx
pfx -passout "pass:$pw" -keypbe NONE -certpbe NONE -out openssl-plain-bags.pfx
pfx -passout "pass:$pw" -nomac -out openssl-nomac.pfx
pfx -passout pass: -out openssl-empty.pfx
pfx -passout pass: -legacy -out openssl-empty-legacy.pfx
pfx -passout pass: -nomac -legacy -out openssl-empty-legacy-nomac.pfx
pfx -passout 'pass:Grüße-€-😀' -out openssl-utf8.pfx
pfx -passout 'pass:Grüße-€-😀' -legacy -out openssl-utf8-legacy.pfx
# What OpenSSL before 1.1 did with a non-ASCII password: every octet of its UTF-8 taken as one Latin-1 character.
pfx -passout "pass:$(printf 'Gr\303\274\303\237e' | iconv -f latin1 -t utf8)" -legacy -out openssl-widened.pfx
openssl pkcs12 -export -nokeys -in ca.pem -passout "pass:$pw" -out openssl-certs-only.pfx
openssl pkcs12 -export -nocerts -inkey p256.pk8.pem -passout "pass:$pw" -out openssl-key-only.pfx
certtool --to-p12 --load-privkey p256.pk8.pem --load-certificate p256.cert.pem --p12-name 'From GnuTLS' --password "$pw" --outder --outfile certtool.pfx 2> /dev/null
rm -f ca.crl.pem
python3 make-pbmac1.py
