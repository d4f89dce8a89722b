// dotnet run make.cs -- rsa.pem rsa.key ec.pem ec.key chain.pem folder unicode-password
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

X509Certificate2Collection With(string certificate, string key)
{
    var all = new X509Certificate2Collection { X509Certificate2.CreateFromPemFile(certificate, key) };
    all.ImportFromPemFile(args[4]);
    return all;
}

var rsa = With(args[0], args[1]);
var ec = With(args[2], args[3]);
void Write(string name, byte[] bytes) => File.WriteAllBytes(Path.Combine(args[5], name), bytes);

Write("dotnet-pfx.p12", rsa.Export(X509ContentType.Pfx, "secret")!);
Write("dotnet-aes256.p12", rsa.ExportPkcs12(Pkcs12ExportPbeParameters.Pbes2Aes256Sha256, "secret"));
Write("dotnet-3des.p12", ec.ExportPkcs12(Pkcs12ExportPbeParameters.Pkcs12TripleDesSha1, "secret"));
Write("dotnet-aes192-sha384.p12", ec.ExportPkcs12(new PbeParameters(PbeEncryptionAlgorithm.Aes192Cbc, HashAlgorithmName.SHA384, 50_000), "secret"));
Write("dotnet-empty-password.p12", ec.ExportPkcs12(Pkcs12ExportPbeParameters.Pbes2Aes256Sha256, ""));
Write("dotnet-null-password.p12", ec.ExportPkcs12(Pkcs12ExportPbeParameters.Pbes2Aes256Sha256, null));
Write("dotnet-unicode.p12", ec.ExportPkcs12(Pkcs12ExportPbeParameters.Pbes2Aes256Sha256, args[6]));
Write("dotnet-unicode-3des.p12", ec.ExportPkcs12(Pkcs12ExportPbeParameters.Pkcs12TripleDesSha1, args[6]));
