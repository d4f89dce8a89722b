using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CertBroker.Lab.Common;

/// <summary>What a certificate shall be; the CA adds who signs it and the key identifiers.</summary>
internal sealed record Wish(X500DistinguishedName Subject, PublicKey Key, DateTimeOffset From, DateTimeOffset To)
{
    public byte[] Serial { get; init; } = TestCa.NewSerial();
    public bool IsCa { get; init; }
    public X509KeyUsageFlags Usage { get; init; } = X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment;
    public IReadOnlyList<string> ExtendedUsage { get; init; } = [ClientAuthentication];
    public IReadOnlyList<X509Extension> Extensions { get; init; } = [];

    public const string ClientAuthentication = "1.3.6.1.5.5.7.3.2", ServerAuthentication = "1.3.6.1.5.5.7.3.1", EmailProtection = "1.3.6.1.5.5.7.3.4";
}

/// <summary>A certification authority with a P-256 key, made when the lab starts and gone with it.</summary>
internal sealed class TestCa
{
    private static long serials;

    // One generator a thread: the framework promises nothing for a key that two threads sign with.
    private readonly ThreadLocal<X509SignatureGenerator> signer;
    private readonly X509Extension authorityKey;

    private TestCa(ECDsa key, X509Certificate2 certificate, TestCa? parent)
    {
        ECParameters parameters = key.ExportParameters(includePrivateParameters: true);
        signer = new ThreadLocal<X509SignatureGenerator>(() => X509SignatureGenerator.CreateForECDsa(ECDsa.Create(parameters)));
        Certificate = certificate;
        Parent = parent;
        Der = certificate.RawData;
        authorityKey = X509AuthorityKeyIdentifierExtension.CreateFromCertificate(certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false);
    }

    public X509Certificate2 Certificate { get; }
    public byte[] Der { get; }
    public TestCa? Parent { get; }
    public string IssuerName => Certificate.Subject;
    public TestCa Root => Parent?.Root ?? this;

    public static TestCa CreateRoot(string name, DateTimeOffset now) => Create(CertificateText.Name(("O", "CertBroker Lab"), ("CN", name)), now, parent: null);

    public static TestCa CreateRoot(X500DistinguishedName name, DateTimeOffset now) => Create(name, now, parent: null);

    public TestCa CreateSubordinate(X500DistinguishedName name, DateTimeOffset now) => Create(name, now, this);

    private static TestCa Create(X500DistinguishedName name, DateTimeOffset now, TestCa? parent)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var wish = new Wish(name, new PublicKey(key), now.AddDays(-30), now.AddYears(parent is null ? 20 : 10))
        {
            IsCa = true, Usage = X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, ExtendedUsage = [],
        };
        byte[] der = parent is null
            ? Sign(wish, name, X509SignatureGenerator.CreateForECDsa(key), authorityKey: null)
            : parent.Sign(wish);
        return new TestCa(key, X509CertificateLoader.LoadCertificate(der), parent);
    }

    public byte[] Sign(Wish wish) => Sign(wish, Certificate.SubjectName, signer.Value!, authorityKey);

    private static byte[] Sign(Wish wish, X500DistinguishedName issuer, X509SignatureGenerator with, X509Extension? authorityKey)
    {
        var request = new CertificateRequest(wish.Subject, wish.Key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(wish.IsCa, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(wish.Usage, critical: true));
        if (wish.ExtendedUsage.Count > 0)
        {
            var usages = new OidCollection();
            foreach (string usage in wish.ExtendedUsage)
            {
                usages.Add(new Oid(usage));
            }
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(usages, critical: false));
        }
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(wish.Key, critical: false));
        if (authorityKey is not null)
        {
            request.CertificateExtensions.Add(authorityKey);
        }
        foreach (X509Extension extension in wish.Extensions)
        {
            request.CertificateExtensions.Add(extension);
        }
        using X509Certificate2 certificate = request.Create(issuer, with, wish.From, wish.To, wish.Serial);
        return certificate.RawData;
    }

    /// <summary>Sixteen bytes. Every fourth begins with a zero digit, because clients must send serials without leading zeros.</summary>
    public static byte[] NewSerial()
    {
        byte[] serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)(Interlocked.Increment(ref serials) % 4 == 0 ? 0x05 : 0x40 | (serial[0] & 0x3f));
        return serial;
    }
}
