using System.Management.Automation;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests;

/// <summary>What a CA answered is held against what was asked for: a certificate for somebody else is kept and not installed, until an admin takes it.</summary>
public sealed class AnswerTests : IDisposable
{
    private readonly Engine engine = new Engine().WithLab();

    public void Dispose() => engine.Dispose();

    /// <summary>Makes a request, and a foreign CA's answer to it in answer.cer; gives the request's id.</summary>
    private string Answered(string subject, Action<CertificateRequest>? change = null, bool sha1 = false, double days = 30)
    {
        CertificateRequestInfo waiting = engine.Run("New-CBCertificateRequest -Subject 'CN=web01.example.com, O=Example' -DnsName web01.example.com -KeyAlgorithm ECDSA_P256 -OutFile web01.csr -Force")
            .One<CertificateRequestInfo>();
        using X509Certificate2 ca = Inputs.SelfSigned("CN=Some CA", ecdsa: !sha1, more: request => request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true)));
        CertificateRequest asked = Interop.Csr.Load(File.ReadAllBytes(engine.PathOf("web01.csr")));
        var answer = new CertificateRequest(new X500DistinguishedName(subject), asked.PublicKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("web01.example.com");
        answer.CertificateExtensions.Add(names.Build());
        change?.Invoke(answer);
        X509SignatureGenerator generator = sha1 ? new Sha1(ca.GetRSAPrivateKey()!) : DotnetCrypto.Generator(ca.EcdsaKey());
        DateTimeOffset from = DateTimeOffset.UtcNow.AddDays(days < 0 ? days - 30 : 0).AddMinutes(-5);
        using X509Certificate2 issued = answer.Create(ca.SubjectName, generator, from, DateTimeOffset.UtcNow.AddDays(days), [1, .. RandomNumberGenerator.GetBytes(8)]);
        File.WriteAllText(engine.PathOf("answer.cer"), issued.ExportCertificatePem() + "\n" + ca.ExportCertificatePem() + "\n");
        return waiting.RequestId;
    }

    private ErrorRecord Refused(string request, string id, ErrorCategory category = ErrorCategory.InvalidData)
    {
        ErrorRecord error = engine.Run("Complete-CBCertificateRequest -Path answer.cer").Failed(id, category);
        Assert.Contains(request, error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(engine.Run("Get-CBCertificate").Output);
        CertificateRequestInfo kept = engine.Run("Get-CBCertificateRequest -RequestId $id", ("id", request)).One<CertificateRequestInfo>();
        Assert.Equal(RequestState.Issued, kept.State);
        Assert.Equal(40, kept.Thumbprint.Length);
        return error;
    }

    [Fact]
    public void A_certificate_for_another_host_is_kept_until_it_is_received_with_AllowDifferences()
    {
        string request = Answered("CN=evil.example.net, O=Example");
        ErrorRecord error = Refused(request, "Certificate.Names");
        Assert.Contains("CN=evil.example.net", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("CN=web01.example.com", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("-AllowDifferences", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        engine.Run("Receive-CBCertificate -RequestId $id", ("id", request)).Failed("Certificate.Names", ErrorCategory.InvalidData);
        Result taken = engine.Run("Receive-CBCertificate -RequestId $id -AllowDifferences");
        IssuanceResult result = taken.One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Issued, result.Status);
        Assert.Contains(result.Warnings, warning => warning.Contains("another person or host", StringComparison.Ordinal));
        Assert.Contains(taken.Warnings, warning => warning.Contains("another person or host", StringComparison.Ordinal));
        Assert.True(engine.Run("Get-CBCertificate").One<CertificateInfo>().HasPrivateKey);
    }

    [Fact]
    public void The_same_by_Complete()
    {
        string request = Answered("CN=evil.example.net");
        Refused(request, "Certificate.Names");
        Result taken = engine.Run("Complete-CBCertificateRequest -Path answer.cer -AllowDifferences");
        Assert.Equal("CN=evil.example.net", taken.One<CertificateInfo>().Subject);
        Assert.Contains(taken.Warnings, warning => warning.Contains("another person or host", StringComparison.Ordinal));
    }

    [Fact]
    public void A_ca_certificate_nobody_asked_for_and_one_that_has_expired_are_refused()
    {
        string request = Answered("CN=web01.example.com, O=Example", answer => answer.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true)));
        Refused(request, "Certificate.Purpose");
        request = Answered("CN=web01.example.com, O=Example", days: -1);
        Refused(request, "Certificate.Validity");
    }

    [PeerFact]
    public void A_weak_signature_is_refused_unless_it_is_allowed_by_name()
    {
        string request = Answered("CN=web01.example.com, O=Example", sha1: true);
        ErrorRecord error = Refused(request, "Certificate.WeakSignature");
        Assert.Contains("sha1RSA", error.ToString(), StringComparison.Ordinal);
        engine.Run("Complete-CBCertificateRequest -Path answer.cer -AllowDifferences").Failed("Certificate.WeakSignature", ErrorCategory.InvalidData);
        Result taken = engine.Run("Complete-CBCertificateRequest -Path answer.cer -AllowWeakSignature");
        Assert.True(taken.One<CertificateInfo>().HasPrivateKey);
        Assert.Contains(taken.Warnings, warning => warning.Contains("too weak", StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_ca_may_well_change_is_a_warning_that_names_both()
    {
        Answered("CN=web01.example.com");
        Result run = engine.Run("Complete-CBCertificateRequest -Path answer.cer");
        Assert.Equal("CN=web01.example.com", run.One<CertificateInfo>().Subject);
        Assert.Contains(run.Warnings, warning => warning.Contains("'CN=web01.example.com'", StringComparison.Ordinal) && warning.Contains("'CN=web01.example.com, O=Example'", StringComparison.Ordinal));
    }

    [Fact]
    public void An_end_that_is_asked_for_reaches_the_ca()
    {
        IssuanceResult result = engine.Run("Request-CBCertificate -Authority lab -Subject 'CN=short' -KeyAlgorithm ECDSA_P256 -NotAfter ([DateTime]::Now.AddDays(7))").One<IssuanceResult>();
        Assert.InRange(result.Certificate!.NotAfter, DateTime.Now.AddDays(5), DateTime.Now.AddDays(8));
        Assert.DoesNotContain(result.Warnings, warning => warning.Contains("asked for", StringComparison.Ordinal));
        // No CA gives what lasts longer than itself.
        Result late = engine.Run("Request-CBCertificate -Authority lab -Subject 'CN=longer' -KeyAlgorithm ECDSA_P256 -NotAfter ([DateTime]::Now.AddYears(30))");
        Assert.Contains(late.One<IssuanceResult>().Warnings, warning => warning.Contains("earlier than asked for", StringComparison.Ordinal));
    }

    [Fact]
    public void Exact_and_AllowDifferences_exclude_each_other()
    {
        engine.Run("Request-CBCertificate -Authority lab -Subject 'CN=both' -KeyAlgorithm ECDSA_P256 -Exact -AllowDifferences").Failed("Base.Argument", ErrorCategory.InvalidArgument);
    }

    /// <summary>Signs as old CAs do; .NET's own generator no longer does.</summary>
    private sealed class Sha1(RSA key) : X509SignatureGenerator
    {
        // AlgorithmIdentifier sha1WithRSAEncryption, NULL (RFC 3279 section 2.2.1).
        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm) => Convert.FromHexString("300d06092a864886f70d0101050500");

        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) => key.SignData(data, HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1);

        protected override PublicKey BuildPublicKey() => new(key);
    }
}
