using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CertBroker.Tests.Support;

namespace CertBroker.Tests.Interop;

/// <summary>.NET's own request and certificate classes, as a CA and as a reader.</summary>
internal static class Csr
{
    private static int serial;

    /// <summary>Loads a request as .NET reads it: certreq's PEM, standard PEM, or DER. Its signature is verified.</summary>
    public static CertificateRequest Load(byte[] bytes)
    {
        CertificateRequestLoadOptions options = CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions |
            (DotnetCrypto.Broken is null ? CertificateRequestLoadOptions.Default : CertificateRequestLoadOptions.SkipSignatureValidation);
        if (bytes[0] == 0x30)
        {
            return CertificateRequest.LoadSigningRequest(bytes, HashAlgorithmName.SHA256, options, RSASignaturePadding.Pkcs1);
        }
        string pem = Encoding.ASCII.GetString(bytes).Replace("NEW CERTIFICATE REQUEST", "CERTIFICATE REQUEST", StringComparison.Ordinal);
        return CertificateRequest.LoadSigningRequestPem(pem, HashAlgorithmName.SHA256, options, RSASignaturePadding.Pkcs1);
    }

    public static CertificateRequest Load(string pem) => Load(Encoding.ASCII.GetBytes(pem));

    /// <summary>A CA certificate with its key: a root, or an intermediate below an issuer.</summary>
    public static X509Certificate2 NewCa(string subject, X509Certificate2? issuer = null)
    {
        ECDsa key = DotnetCrypto.NewEcdsa();
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        DateTimeOffset start = DateTimeOffset.UtcNow.AddMinutes(-10);
        using X509Certificate2 bare = request.Create(issuer?.SubjectName ?? request.SubjectName, DotnetCrypto.Generator(issuer?.EcdsaKey() ?? key), start, start.AddDays(issuer is null ? 365 : 300), NextSerial());
        return bare.With(key);
    }

    /// <summary>Issues what a request asks for, extensions included.</summary>
    public static X509Certificate2 Issue(string requestPem, X509Certificate2 issuer)
    {
        CertificateRequest request = Load(requestPem);
        return request.Create(issuer.SubjectName, DotnetCrypto.Generator(issuer.EcdsaKey()),
            DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddDays(90), NextSerial());
    }

    private static byte[] NextSerial() => [1, .. BitConverter.GetBytes(Interlocked.Increment(ref serial)), .. RandomNumberGenerator.GetBytes(8)];
}
