using System.Management.Automation;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using CertBroker.Tests.Interop;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests;

/// <summary>Requests in PKCS#7 and CMC messages, read by .NET's SignedCms; SIDs for strong mapping.</summary>
public sealed class RequestMessageTests(Engine engine) : IClassFixture<Engine>
{
    private const string Sid = "S-1-5-21-1004336348-1177238915-682003330-1104";

    private CertificateRequestInfo SelfSigned(string subject, string more = "") =>
        engine.Run($"New-CBCertificateRequest -Subject '{subject}' -KeyAlgorithm ECDSA_P256 -RequestType Cert {more}").One<CertificateRequestInfo>();

    private CertificateRequestInfo Agent(string subject) => SelfSigned(subject, "-EnhancedKeyUsage 1.3.6.1.4.1.311.20.2.1");

    private SignedCms Decode(string file)
    {
        var cms = new SignedCms();
        cms.Decode(File.ReadAllBytes(engine.PathOf(file)));
        return cms;
    }

    [PeerFact]
    public void RenewalCert_makes_a_pkcs7_request_that_dotnet_verifies()
    {
        CertificateRequestInfo old = SelfSigned("CN=renewal.example.com", "-DnsName renewal.example.com");
        File.WriteAllText(engine.PathOf("renewal.ini"), $"[NewRequest]\nRequestType=PKCS7\nRenewalCert={old.Thumbprint}\n");
        CertificateRequestInfo request = engine.Run("New-CBCertificateRequest -InfPath renewal.ini -OutFile renewal.p7 -Format Der").One<CertificateRequestInfo>();
        Assert.Equal("PKCS7", request.RequestType);
        Assert.Equal(old.Thumbprint, request.RenewalCertificate);
        Assert.Equal(["CN=renewal.example.com"], request.SignedBy);
        Assert.StartsWith("-----BEGIN NEW CERTIFICATE REQUEST-----\r\n", request.Pem);

        SignedCms cms = Decode("renewal.p7");
        Assert.Equal(1, cms.Version);
        Assert.Equal("1.2.840.113549.1.7.1", cms.ContentInfo.ContentType.Value);
        SignerInfo signer = Assert.Single(cms.SignerInfos.Cast<SignerInfo>());
        Assert.Equal(SubjectIdentifierType.IssuerAndSerialNumber, signer.SignerIdentifier.Type);
        Assert.Empty(signer.SignedAttributes);
        Assert.Equal("2.16.840.1.101.3.4.2.1", signer.DigestAlgorithm.Value);
        Assert.Equal(old.Thumbprint, signer.Certificate!.Thumbprint);
        signer.CheckSignature(verifySignatureOnly: true);
        CertificateRequest inner = Csr.Load(cms.ContentInfo.Content);
        Assert.Equal("CN=renewal.example.com", inner.SubjectName.Name);
        Assert.Contains(inner.OtherRequestAttributes, attribute => attribute.Oid!.Value == "1.3.6.1.4.1.311.13.1");
    }

    [PeerFact]
    public void An_enrolment_agent_signs_a_cmc_request_for_somebody_else()
    {
        CertificateRequestInfo agent = Agent("CN=agent one");
        CertificateRequestInfo request = engine.Run(
            "New-CBCertificateRequest -Subject 'CN=jane' -KeyAlgorithm ECDSA_P256 -RequestType CMC -RequesterName 'EXAMPLE\\jane' -SigningCertificate (Get-CBCertificate -Thumbprint $t) -OutFile jane.cmc -Format Der",
            ("t", agent.Thumbprint)).One<CertificateRequestInfo>();
        Assert.Equal("EXAMPLE\\jane", request.RequesterName);
        Assert.Equal(2, request.SignedBy.Length);

        SignedCms cms = Decode("jane.cmc");
        Assert.Equal(3, cms.Version);
        Assert.Equal("1.3.6.1.5.5.7.12.2", cms.ContentInfo.ContentType.Value);
        SignerInfo byAgent = Assert.Single(cms.SignerInfos.Cast<SignerInfo>(), signer => signer.SignerIdentifier.Type == SubjectIdentifierType.IssuerAndSerialNumber);
        byAgent.CheckSignature(verifySignatureOnly: true);
        Assert.Equal(agent.Thumbprint, byAgent.Certificate!.Thumbprint);
        SignerInfo byKey = Assert.Single(cms.SignerInfos.Cast<SignerInfo>(), signer => signer.SignerIdentifier.Type == SubjectIdentifierType.SubjectKeyIdentifier);
        Assert.Equal(["1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"], byKey.SignedAttributes.Cast<CryptographicAttributeObject>().Select(attribute => attribute.Oid.Value).Order());

        CertificateRequestInfo read = engine.Run("Get-CBCertificateRequest -RequestPath jane.cmc").One<CertificateRequestInfo>();
        Assert.Equal("CMC", read.RequestType);
        Assert.Equal("CN=jane", read.Subject);
        Assert.Equal("EXAMPLE\\jane", read.RequesterName);
        Assert.Contains("CN=agent one", read.SignedBy);
        Assert.Equal(RequestState.Unknown, read.State);
        CertificateRequestInfo kept = engine.Run("Get-CBCertificateRequest -RequestId $id", ("id", request.RequestId)).One<CertificateRequestInfo>();
        Assert.Equal(read.Pem, kept.Pem);
        Assert.Equal("CMC", kept.RequestType);
    }

    [Fact]
    public void A_message_that_was_changed_is_refused()
    {
        CertificateRequestInfo agent = Agent("CN=agent two");
        engine.Run("New-CBCertificateRequest -Subject 'CN=changed' -KeyAlgorithm ECDSA_P256 -RequestType CMC -SigningCertificate $t -OutFile changed.cmc -Format Der", ("t", agent.Thumbprint)).Good();
        byte[] bytes = File.ReadAllBytes(engine.PathOf("changed.cmc"));
        bytes[^1] ^= 1;
        File.WriteAllBytes(engine.PathOf("changed.cmc"), bytes);
        engine.Run("Get-CBCertificateRequest -RequestPath changed.cmc").Failed("RequestMessage.Signature", ErrorCategory.InvalidData);
        File.WriteAllBytes(engine.PathOf("cut.cmc"), bytes[..^40]);
        engine.Run("Get-CBCertificateRequest -RequestPath cut.cmc").Failed("RequestMessage.Format", ErrorCategory.ParserError);
    }

    [Theory]
    [InlineData("-RequestType CMC -RequesterName 'EXAMPLE\\jane'", "Issuance.SignerNeeded")]
    [InlineData("-RequestType PKCS7", "Issuance.SignerNeeded")]
    [InlineData("-RequestType CMC -SigningCertificate 0123456789012345678901234567890123456789", "Issuance.SignerMissing")]
    [InlineData("-SigningCertificate 0123456789012345678901234567890123456789", "Issuance.SignerUnused")]
    public void Without_the_right_signer_nothing_is_made(string parameters, string id)
    {
        int before = engine.Run("Get-CBCertificateRequest -All").Output.Count;
        Result refused = engine.Run("New-CBCertificateRequest -Subject 'CN=none' -KeyAlgorithm ECDSA_P256 " + parameters);
        ErrorRecord error = Assert.Single(refused.Errors);
        Assert.StartsWith("CB." + id, error.FullyQualifiedErrorId);
        Assert.NotEmpty(error.ErrorDetails.RecommendedAction);
        Assert.Equal(before, engine.Run("Get-CBCertificateRequest -All").Output.Count);
    }

    [Fact]
    public void PrivateKeyArchive_is_refused_at_its_line()
    {
        File.WriteAllText(engine.PathOf("archive.ini"), "[NewRequest]\nSubject=\"CN=a\"\nRequestType=CMC\nPrivateKeyArchive=TRUE\n");
        Diagnostic found = engine.Run("Test-CBCertificateRequest -InfPath archive.ini").One<Diagnostic>();
        Assert.Equal("Request.Unsupported", found.Rule);
        Assert.Equal(4, found.Line);
        Assert.Contains("Export-CBPfxCertificate", found.Remedy);
    }

    [Fact]
    public void A_SID_becomes_the_extension_and_is_shown()
    {
        CertificateRequestInfo request = engine.Run($"New-CBCertificateRequest -Subject 'CN=sid' -KeyAlgorithm ECDSA_P256 -SecurityIdentifier {Sid.ToLowerInvariant()} -OutFile sid.csr -Format Der").One<CertificateRequestInfo>();
        Assert.Equal([Sid], request.SecurityIdentifier);
        X509Extension extension = Assert.Single(Csr.Load(File.ReadAllBytes(engine.PathOf("sid.csr"))).CertificateExtensions, item => item.Oid!.Value == "1.3.6.1.4.1.311.25.2");
        Assert.False(extension.Critical);
        Assert.EndsWith(Sid, System.Text.Encoding.ASCII.GetString(extension.RawData));
        CertificateRequestInfo self = SelfSigned("CN=sid2", $"-SecurityIdentifier {Sid} -Uri 'tag:microsoft.com,2022-09-14:sid:{Sid}'");
        Assert.Equal([Sid], engine.Run("Get-CBCertificate -Thumbprint $t", ("t", self.Thumbprint)).One<CertificateInfo>().SecurityIdentifier);
    }

    [Fact]
    public void SIDs_that_are_none_or_disagree_are_refused()
    {
        engine.Run("New-CBCertificateRequest -Subject 'CN=sid' -SecurityIdentifier 'EXAMPLE\\jane'").Failed("Sid.Value", ErrorCategory.InvalidData);
        engine.Run($"New-CBCertificateRequest -Subject 'CN=sid' -Uri 'tag:microsoft.com,2022-09-14:sid:jane'").Failed("Sid.Value", ErrorCategory.InvalidData);
        File.WriteAllText(engine.PathOf("sid.ini"), $"[NewRequest]\nSubject=\"CN=a\"\n[Extensions]\n1.3.6.1.4.1.311.25.2=\"{{text}}{Sid}\"\n2.5.29.17=\"{{text}}url=tag:microsoft.com,2022-09-14:sid:S-1-5-18\"\n");
        Diagnostic conflict = engine.Run("Test-CBCertificateRequest -InfPath sid.ini").One<Diagnostic>();
        Assert.Equal("Sid.Conflict", conflict.Rule);
        Assert.Equal(4, conflict.Line);
        File.WriteAllText(engine.PathOf("nosid.ini"), "[NewRequest]\nSubject=\"CN=a\"\n[Extensions]\n1.3.6.1.4.1.311.25.2=\"{text}S-1-5\"\n");
        Diagnostic malformed = engine.Run("Test-CBCertificateRequest -InfPath nosid.ini").One<Diagnostic>();
        Assert.Equal("Inf.Extension", malformed.Rule);
        Assert.Equal((4, 29), (malformed.Line, malformed.Column));
    }

    [Fact]
    public void A_provider_without_messages_refuses_before_anything_is_sent()
    {
        engine.Run("Register-CBAuthority -Name messages -Provider local-ca").Good();
        CertificateRequestInfo agent = Agent("CN=agent three");
        Result refused = engine.Run("Request-CBCertificate -Authority messages -Subject 'CN=jane' -KeyAlgorithm ECDSA_P256 -RequestType CMC -SigningCertificate $t", ("t", agent.Thumbprint));
        refused.Failed("Provider.NoMessages", ErrorCategory.NotImplemented);
    }
}
