using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CertBroker.Lab.Common;

/// <summary>A key with its certificate, as the lab writes it for its users.</summary>
internal sealed record Credential(ECDsa Key, byte[] Der, TestCa Issuer)
{
    public string Thumbprint { get; } = Convert.ToHexString(SHA1.HashData(Der));

    public X509Certificate2 WithKey()
    {
        using X509Certificate2 plain = X509CertificateLoader.LoadCertificate(Der);
        return plain.CopyWithPrivateKey(Key);
    }

    /// <summary>Key, certificate and issuer, in the order that OpenSSL's and curl's --cert read.</summary>
    public string Pem() => Key.ExportPkcs8PrivateKeyPem() + "\n" + PemEncoding.WriteString("CERTIFICATE", Der) + "\n" + Issuer.Certificate.ExportCertificatePem() + "\n";

    public byte[] Pfx(string password)
    {
        using X509Certificate2 certificate = WithKey();
        var all = new X509Certificate2Collection { certificate, Issuer.Certificate };
        // Few iterations: this file is opened by every test class and guards nothing.
        return all.ExportPkcs12(new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 2000), password);
    }
}

internal enum ServerCertificate
{
    Good,
    WrongName,
    Expired,
    Untrusted,
}

/// <summary>Everything that is about who may connect and whom clients connect to; the certificates that are sold come from elsewhere.</summary>
internal sealed class Credentials
{
    private readonly DateTimeOffset now;

    public Credentials(DateTimeOffset now)
    {
        this.now = now;
        ServerRoot = TestCa.CreateRoot("CertBroker Lab Web Root", now);
        RaRoot = TestCa.CreateRoot("CertBroker Lab RA Root", now);
        RaCa = RaRoot.CreateSubordinate(CertificateText.Name(("O", "CertBroker Lab"), ("CN", "CertBroker Lab RA Intermediate CA")), now);
        ClientCas.AddRange([RaRoot.Der, RaCa.Der]);
        TestCa foreign = TestCa.CreateRoot("Somebody Else's RA CA", now);
        Ra = MakeRa(RaCa, "pki_ra", now.AddDays(-1), now.AddYears(1));
        ExpiredRa = MakeRa(RaCa, "pki_ra_expired", now.AddYears(-2), now.AddDays(-10));
        ForeignRa = MakeRa(foreign, "pki_ra_foreign", now.AddDays(-1), now.AddYears(1));

        string[] names = ["localhost", "pki-ws.lab.example"];
        Server[ServerCertificate.Good] = MakeServer(ServerRoot, names, now.AddDays(-1), now.AddYears(1));
        Server[ServerCertificate.WrongName] = MakeServer(ServerRoot, ["pki-ws.elsewhere.example"], now.AddDays(-1), now.AddYears(1), withAddress: false);
        Server[ServerCertificate.Expired] = MakeServer(ServerRoot, names, now.AddYears(-2), now.AddDays(-10));
        Server[ServerCertificate.Untrusted] = MakeServer(TestCa.CreateRoot("Unknown Web Root", now), names, now.AddDays(-1), now.AddYears(1));
    }

    public TestCa ServerRoot { get; }
    public TestCa RaRoot { get; }
    public TestCa RaCa { get; }
    public Credential Ra { get; }
    public Credential ExpiredRa { get; }
    public Credential ForeignRa { get; }
    public Dictionary<ServerCertificate, Credential> Server { get; } = [];

    /// <summary>Whose certificates clients may show. What is added must be there before the first connection.</summary>
    public List<byte[]> ClientCas { get; } = [];

    /// <summary>What the portal's task "Get an RA Cert" does: the key of the request, a name of the portal's.</summary>
    public byte[] SignRa(string request, string friendlyName) =>
        RaCa.Sign(RaWish(CertificateText.ReadRequest(request).PublicKey, friendlyName, now.AddDays(-1), now.AddYears(1)));

    private static Wish RaWish(PublicKey key, string name, DateTimeOffset from, DateTimeOffset to) =>
        new(CertificateText.Name(("O", "CertBroker Lab"), ("CN", name)), key, from, to);

    private static Credential MakeRa(TestCa issuer, string name, DateTimeOffset from, DateTimeOffset to)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new Credential(key, issuer.Sign(RaWish(new PublicKey(key), name, from, to)), issuer);
    }

    private static Credential MakeServer(TestCa issuer, string[] names, DateTimeOffset from, DateTimeOffset to, bool withAddress = true)
    {
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (string name in names)
        {
            alternatives.AddDnsName(name);
        }
        if (withAddress)
        {
            alternatives.AddIpAddress(System.Net.IPAddress.Loopback);
        }
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var wish = new Wish(CertificateText.Name(("O", "CertBroker Lab"), ("CN", names[0])), new PublicKey(key), from, to)
        {
            Usage = X509KeyUsageFlags.DigitalSignature, ExtendedUsage = [Wish.ServerAuthentication], Extensions = [alternatives.Build()],
        };
        return new Credential(key, issuer.Sign(wish), issuer);
    }
}
