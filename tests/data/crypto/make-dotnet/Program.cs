// Makes the dotnet-* files beside this folder from the keys and certificates that make.sh made:
//   dotnet run --project make-dotnet -- .
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Text;

string folder = args[0];
byte[] Read(string name) => File.ReadAllBytes(Path.Combine(folder, name));
void Write(string name, byte[] bytes) => File.WriteAllBytes(Path.Combine(folder, name), bytes);
static byte[] Bmp(string text)
{
    byte[] units = Encoding.BigEndianUnicode.GetBytes(text);
    return [0x1e, (byte)units.Length, .. units];
}
const string password = "Pa55-word";

using var ec = ECDsa.Create();
ec.ImportFromPem(File.ReadAllText(Path.Combine(folder, "p256.pk8.pem")));
using var rsa = RSA.Create();
rsa.ImportFromPem(File.ReadAllText(Path.Combine(folder, "rsa2048.pk8.pem")));
var root = X509CertificateLoader.LoadCertificate(Read("ca.cer"));
var rsaLeaf = X509CertificateLoader.LoadCertificate(Read("rsa2048.cer")).CopyWithPrivateKey(rsa);
var ecLeaf = X509CertificateLoader.LoadCertificate(Read("p256.cer")).CopyWithPrivateKey(ec);

Write("dotnet-export.pfx", rsaLeaf.Export(X509ContentType.Pfx, password));
Write("dotnet-export-null.pfx", rsaLeaf.Export(X509ContentType.Pfx, (string?)null));
Write("dotnet-export-empty.pfx", rsaLeaf.Export(X509ContentType.Pfx, ""));
Write("dotnet-export-utf8.pfx", rsaLeaf.Export(X509ContentType.Pfx, "Grüße-€-😀"));

// Two keys, three safes (one not encrypted), a safe inside a bag, a secret, a friendly name outside the BMP.
var aes = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA384, 5000);
var keys = new Pkcs12SafeContents();
var nested = new Pkcs12SafeContents();
var certificates = new Pkcs12SafeContents();
var plain = new Pkcs12SafeContents();
var first = keys.AddShroudedKey(rsa, password, aes);
first.Attributes.Add(new Pkcs9LocalKeyId([1]));
first.Attributes.Add(new Pkcs9AttributeObject(new Oid("1.2.840.113549.1.9.20"), Bmp("Schlüssel 😀")));
nested.AddKeyUnencrypted(ec).Attributes.Add(new Pkcs9LocalKeyId([2]));
keys.AddNestedContents(nested);
certificates.AddCertificate(rsaLeaf).Attributes.Add(new Pkcs9LocalKeyId([1]));
certificates.AddCertificate(ecLeaf).Attributes.Add(new Pkcs9LocalKeyId([2]));
plain.AddCertificate(root);
plain.AddSecret(new Oid("1.2.3.4"), new byte[] { 4, 2, 7, 7 });
var builder = new Pkcs12Builder();
builder.AddSafeContentsUnencrypted(keys);
builder.AddSafeContentsEncrypted(certificates, password,
    new PbeParameters(PbeEncryptionAlgorithm.TripleDes3KeyPkcs12, HashAlgorithmName.SHA1, 3000));
builder.AddSafeContentsUnencrypted(plain);
builder.SealWithMac(password, HashAlgorithmName.SHA512, 4000);
Write("dotnet-builder.pfx", builder.Encode());
builder = new Pkcs12Builder();
builder.AddSafeContentsUnencrypted(plain);
builder.SealWithoutIntegrity();
Write("dotnet-unsealed.pfx", builder.Encode());

var signed = new SignedCms(new ContentInfo(Read("message.txt")));
var signer = new CmsSigner(rsaLeaf) { DigestAlgorithm = new Oid("2.16.840.1.101.3.4.2.1") };
signer.SignedAttributes.Add(new Pkcs9SigningTime(new DateTime(2024, 1, 2, 3, 4, 5, DateTimeKind.Utc)));
signed.ComputeSignature(signer);
Write("dotnet-signed.p7", signed.Encode());
var enveloped = new EnvelopedCms(new ContentInfo(Read("message.txt")), new AlgorithmIdentifier(new Oid("2.16.840.1.101.3.4.1.42")));
enveloped.Encrypt(new CmsRecipient(SubjectIdentifierType.SubjectKeyIdentifier,
    X509CertificateLoader.LoadCertificate(Read("rsa2048.cer")), RSAEncryptionPadding.OaepSHA256));
Write("dotnet-enveloped.p7", enveloped.Encode());

Write("dotnet-encrypted.pk8", rsa.ExportEncryptedPkcs8PrivateKey(password,
    new PbeParameters(PbeEncryptionAlgorithm.Aes192Cbc, HashAlgorithmName.SHA512, 2000)));
Write("dotnet-bundle.p7b", new X509Certificate2Collection { rsaLeaf, root }.Export(X509ContentType.Pkcs7)!);
