using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CertBroker.Lab.Common;

namespace CertBroker.Lab.MicrosoftCa;

/// <summary>A root and the CA below it, with RSA keys as Windows' CAs have them; made when the lab starts and gone with it.</summary>
internal sealed class EnterpriseCa
{
    public const string Name = "Lab Issuing CA";

    private readonly RSA key = RSA.Create(2048);
    private readonly Lock gate = new();

    public EnterpriseCa(DateTimeOffset now)
    {
        using RSA rootKey = RSA.Create(2048);
        X500DistinguishedName rootName = Named("Lab Root CA");
        Root = SelfSigned(rootKey, rootName, now);
        Certificate = Authority(key, Named(Name), Root, rootKey, now).CopyWithPrivateKey(key);
        using RSA exchangeKey = RSA.Create(2048);
        Exchange = Sign(Request(CertificateText.Name(("CN", Name + "-Xchg")), new PublicKey(exchangeKey),
            [new X509KeyUsageExtension(X509KeyUsageFlags.KeyEncipherment, critical: true), Usage(Oids.CaExchange)]), now.AddMinutes(-10), now.AddDays(7), NewSerial());
    }

    public X509Certificate2 Root { get; }

    /// <summary>With its key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>What clients would encrypt keys to archive for.</summary>
    public byte[] Exchange { get; }

    public byte[] Sign(CertificateRequest request, DateTimeOffset from, DateTimeOffset to, byte[] serial, bool sha1 = false)
    {
        lock (gate)
        {
            X509SignatureGenerator generator = X509SignatureGenerator.CreateForRSA(key, RSASignaturePadding.Pkcs1);
            using X509Certificate2 made = request.Create(Certificate.SubjectName, sha1 ? new Sha1Generator(key, generator) : generator, from, to, serial);
            return made.RawData;
        }
    }

    /// <summary>A request without the signature that request.Create does not look at; the CA's key identifier is added.</summary>
    public CertificateRequest Request(X500DistinguishedName subject, PublicKey publicKey, IEnumerable<X509Extension> extensions)
    {
        var request = new CertificateRequest(subject, publicKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(publicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        foreach (X509Extension extension in extensions)
        {
            request.CertificateExtensions.Add(extension);
        }
        return request;
    }

    /// <summary>An empty one, of today.</summary>
    public byte[] RevocationList(int number, DateTimeOffset now)
    {
        lock (gate)
        {
            return new CertificateRevocationListBuilder().Build(Certificate, number, now.AddDays(7), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
    }

    /// <summary>Is it of this CA, in date at that moment, and rightly signed?</summary>
    public string? WhyNot(X509Certificate2 certificate, DateTimeOffset at)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(Root);
        chain.ChainPolicy.ExtraStore.Add(X509CertificateLoader.LoadCertificate(Certificate.RawData));
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = at.UtcDateTime;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        return chain.Build(certificate) ? null : string.Join(' ', chain.ChainStatus.Select(status => status.Status.ToString()));
    }

    public static X509Extension Usage(params string[] usages)
    {
        var all = new OidCollection();
        foreach (string usage in usages)
        {
            all.Add(new Oid(usage));
        }
        return new X509EnhancedKeyUsageExtension(all, critical: false);
    }

    /// <summary>As Windows' CAs number: ten octets behind a small one.</summary>
    public static byte[] NewSerial() => [0x1a, .. RandomNumberGenerator.GetBytes(18)];

    private static X500DistinguishedName Named(string name) => CertificateText.Name(("O", "CertBroker Lab"), ("CN", name));

    private static X509Certificate2 SelfSigned(RSA key, X500DistinguishedName name, DateTimeOffset now) => CaRequest(name, key).CreateSelfSigned(now.AddYears(-1), now.AddYears(20));

    private static X509Certificate2 Authority(RSA key, X500DistinguishedName name, X509Certificate2 root, RSA rootKey, DateTimeOffset now)
    {
        CertificateRequest request = CaRequest(name, key);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        return request.Create(root.SubjectName, X509SignatureGenerator.CreateForRSA(rootKey, RSASignaturePadding.Pkcs1), now.AddYears(-1).AddDays(1), now.AddYears(10), NewSerial());
    }

    private static CertificateRequest CaRequest(X500DistinguishedName name, RSA key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign | X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }

    /// <summary>The framework signs no certificate with SHA-1; old CAs do.</summary>
    private sealed class Sha1Generator(RSA key, X509SignatureGenerator inner) : X509SignatureGenerator
    {
        private static readonly byte[] sha1WithRsa = [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05, 0x05, 0x00];

        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm) => sha1WithRsa;

        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) => key.SignData(data, HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1);

        protected override PublicKey BuildPublicKey() => inner.PublicKey;
    }
}
