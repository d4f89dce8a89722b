using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests.Interop;

/// <summary>Requests that CertBroker makes, as .NET reads them; its signature check runs with every load.</summary>
public sealed class CsrInteropTests(Engine engine) : IClassFixture<Engine>
{
    private CertificateRequest Make(string parameters) => Csr.Load(engine.Run("New-CBCertificateRequest " + parameters).One<CertificateRequestInfo>().Pem!);

    private CertificateRequest FromInf(string text)
    {
        File.WriteAllText(engine.PathOf("interop.ini"), "[Version]\nSignature=\"$Windows NT$\"\n" + text);
        return Make("-InfPath interop.ini");
    }

    [PeerTheory]
    [InlineData("CN=web01.example.com, O=Example, C=US")]
    [InlineData("C=DE, O=\"Muster, AG\", OU=Ü-Stelle, CN=\"a+b\"")]
    [InlineData("CN=web, OU=One, OU=Two, DC=example, DC=com")]
    [InlineData("E=a@example.com, CN=Someone, L=Köln, S=NRW, STREET=Weg 1")]
    public void The_subject_is_dotnets(string subject)
    {
        CertificateRequest csr = Make($"-Subject '{subject}' -KeyAlgorithm ECDSA_P256");
        // Order as typed: .NET keeps the order of its text when it is told not to reverse.
        var expected = new X500DistinguishedName(subject.Replace("E=", "1.2.840.113549.1.9.1=", StringComparison.Ordinal), X500DistinguishedNameFlags.None);
        Assert.Equal(CertificateFacts.Names(expected), CertificateFacts.Names(csr.SubjectName));
    }

    [PeerTheory]
    [InlineData("RSA", 2048)]
    [InlineData("RSA", 3072)]
    [InlineData("ECDSA_P256", 256)]
    [InlineData("ECDSA_P384", 384)]
    [InlineData("ECDSA_P521", 521)]
    public void Every_key_is_read(string algorithm, int bits)
    {
        CertificateRequest csr = Make($"-Subject 'CN=key' -KeyAlgorithm {algorithm} {(algorithm == "RSA" ? $"-KeyLength {bits}" : "")}");
        Assert.Equal(bits, DotnetCrypto.Bits(csr.PublicKey));
    }

    [Fact]
    public void Every_alternative_name_is_read()
    {
        CertificateRequest csr = Make("""
            -Subject 'CN=san' -KeyAlgorithm ECDSA_P256 -DnsName a.example.com, '*.example.com' -EmailAddress a@example.com -Upn user@example.com
            -IPAddress 192.0.2.7, '2001:db8::7' -Uri 'https://example.com/x' -OtherName '1.2.3.4=0c0568656c6c6f' -DirectoryName 'CN=dir' -RegisteredId 1.2.3.4 -Guid 11111111-2222-3333-4444-555555555555
            """.ReplaceLineEndings(" "));
        List<(int Tag, byte[] Value)> names = CertificateFacts.GeneralNames(csr.CertificateExtensions);
        string Text(int tag, int index = 0) => Encoding.ASCII.GetString(names.Where(name => name.Tag == tag).ElementAt(index).Value);
        Assert.Equal("a.example.com", Text(2));
        Assert.Equal("*.example.com", Text(2, 1));
        Assert.Equal("a@example.com", Text(1));
        Assert.Equal("https://example.com/x", Text(6));
        Assert.Equal(IPAddress.Parse("192.0.2.7").GetAddressBytes(), names.First(name => name.Tag == 7).Value);
        Assert.Equal(IPAddress.Parse("2001:db8::7").GetAddressBytes(), names.Last(name => name.Tag == 7).Value);
        Assert.Contains(names, name => name.Tag == 8);
        Assert.Contains(names, name => name.Tag == 4);
        Dictionary<string, byte[]> others = names.Where(name => name.Tag == 0).Select(Other).ToDictionary(pair => pair.Oid, pair => pair.Value);
        Assert.Equal("user@example.com", AsnDecoder.ReadCharacterString(others["1.3.6.1.4.1.311.20.2.3"], AsnEncodingRules.DER, UniversalTagNumber.UTF8String, out _));
        Assert.Equal("hello", AsnDecoder.ReadCharacterString(others["1.2.3.4"], AsnEncodingRules.DER, UniversalTagNumber.UTF8String, out _));
        Assert.Equal(new Guid("11111111-2222-3333-4444-555555555555").ToByteArray(), AsnDecoder.ReadOctetString(others["1.3.6.1.4.1.311.25.1"], AsnEncodingRules.DER, out _));
    }

    [Fact]
    public void Usages_are_read()
    {
        CertificateRequest csr = Make("-Subject 'CN=usage' -KeyAlgorithm ECDSA_P256 -KeyUsage DigitalSignature, KeyAgreement -EnhancedKeyUsage ServerAuthentication, 1.3.6.1.5.5.7.3.2, 1.2.3.4");
        Assert.Equal(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyAgreement, csr.CertificateExtensions.OfType<X509KeyUsageExtension>().Single().KeyUsages);
        Assert.Equal(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "1.2.3.4"],
            csr.CertificateExtensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages.Cast<Oid>().Select(oid => oid.Value));
    }

    [Fact]
    public void An_extension_by_oid_is_read_byte_for_byte()
    {
        CertificateRequest csr = Make("-Subject 'CN=ext' -KeyAlgorithm ECDSA_P256 -Extension '1.2.3.4.5=0401ff', '!1.2.3.4.6=0500'");
        X509Extension plain = csr.CertificateExtensions.Single(extension => extension.Oid?.Value == "1.2.3.4.5");
        X509Extension critical = csr.CertificateExtensions.Single(extension => extension.Oid?.Value == "1.2.3.4.6");
        Assert.Equal([0x04, 0x01, 0xff], plain.RawData);
        Assert.False(plain.Critical);
        Assert.Equal([0x05, 0x00], critical.RawData);
        Assert.True(critical.Critical);
    }

    [Fact]
    public void An_inf_files_extensions_are_read()
    {
        CertificateRequest csr = FromInf("""
            [NewRequest]
            Subject = "CN=inf.example.com"
            KeyAlgorithm = ECDSA_P256
            KeyUsage = "CERT_DIGITAL_SIGNATURE_KEY_USAGE | CERT_KEY_ENCIPHERMENT_KEY_USAGE"
            HashAlgorithm = SHA256
            [EnhancedKeyUsageExtension]
            OID = 1.3.6.1.5.5.7.3.1
            OID = 1.3.6.1.5.5.7.3.2
            [Extensions]
            2.5.29.17 = "{text}"
            _continue_ = "dns=one.example.com&"
            _continue_ = "dns=two.example.com&ipaddress=192.0.2.1&upn=u@example.com"
            Critical = 2.5.29.17
            """);
        Assert.Equal(["dns=one.example.com", "dns=two.example.com", "ipaddress=192.0.2.1"], CertificateFacts.AlternativeNames(csr.CertificateExtensions));
        Assert.True(csr.CertificateExtensions.Single(extension => extension.Oid?.Value == "2.5.29.17").Critical);
        Assert.Equal(2, csr.CertificateExtensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages.Count);
        Assert.Equal(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, csr.CertificateExtensions.OfType<X509KeyUsageExtension>().Single().KeyUsages);
    }

    [Fact]
    public void An_empty_subject_is_read()
    {
        CertificateRequest csr = Make("-Subject '' -DnsName nosubject.example.com -KeyAlgorithm ECDSA_P256");
        Assert.Empty(CertificateFacts.Names(csr.SubjectName));
        Assert.Equal(["dns=nosubject.example.com"], CertificateFacts.AlternativeNames(csr.CertificateExtensions));
    }

    [PeerFact]
    public void The_certificate_dotnet_issues_for_it_is_completed_and_used()
    {
        var request = engine.Run("New-CBCertificateRequest -Subject 'CN=roundtrip' -DnsName roundtrip.example.com -EnhancedKeyUsage ServerAuthentication -KeyAlgorithm ECDSA_P384 -Exportable").One<CertificateRequestInfo>();
        using X509Certificate2 ca = Csr.NewCa("CN=Round CA");
        using X509Certificate2 leaf = Csr.Issue(request.Pem!, ca);
        File.WriteAllText(engine.PathOf("round.cer"), leaf.ExportCertificatePem());
        var installed = engine.Run("Complete-CBCertificateRequest round.cer").One<CertificateInfo>();
        CertificateFacts.Same(leaf, installed);
        engine.Run("Export-CBPfxCertificate $t -Path round.pfx -Password $p", ("t", leaf.Thumbprint), ("p", Inputs.Secure("pw"))).Good();
        using X509Certificate2 read = X509CertificateLoader.LoadPkcs12FromFile(engine.PathOf("round.pfx"), "pw");
        using ECDsa key = read.GetECDsaPrivateKey()!;
        using ECDsa publicKey = leaf.GetECDsaPublicKey()!;
        byte[] data = [1, 2, 3];
        Assert.True(publicKey.VerifyData(data, key.SignData(data, HashAlgorithmName.SHA256), HashAlgorithmName.SHA256));
    }

    [PeerTheory]
    [InlineData(true, "pem")]
    [InlineData(false, "pem")]
    [InlineData(true, "der")]
    public void Requests_that_dotnet_makes_are_taken_and_issued_as_asked(bool ecdsa, string form)
    {
        if (engine.Run("Get-CBAuthority -Name interop* -WarningAction Ignore").Output.Count == 0)
        {
            engine.WithLab("interop");
        }
        using AsymmetricAlgorithm key = ecdsa ? ECDsa.Create(ECCurve.NamedCurves.nistP384) : RSA.Create(2048);
        CertificateRequest request = ecdsa ? new CertificateRequest("CN=made by .NET", (ECDsa)key, HashAlgorithmName.SHA384)
            : new CertificateRequest("CN=made by .NET", (RSA)key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("net.example.com");
        names.AddIpAddress(IPAddress.Parse("192.0.2.9"));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        File.WriteAllBytes(engine.PathOf("net.csr"), form == "der" ? request.CreateSigningRequest() : Encoding.ASCII.GetBytes(request.CreateSigningRequestPem()));
        var result = engine.Run("Request-CBCertificate -Authority interop -RequestPath net.csr -NoInstall -OutFile net.cer -Force").One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Issued, result.Status);
        using X509Certificate2 issued = X509CertificateLoader.LoadCertificateFromFile(engine.PathOf("net.cer"));
        Assert.Equal(request.PublicKey.ExportSubjectPublicKeyInfo(), issued.PublicKey.ExportSubjectPublicKeyInfo());
        Assert.Equal(["dns=net.example.com", "ipaddress=192.0.2.9"], CertificateFacts.AlternativeNames(issued.Extensions));
        Assert.Equal("1.3.6.1.5.5.7.3.1", issued.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages[0].Value);

        // .NET builds and trusts the chain to the lab's root.
        var root = (TrustedRoot)engine.Run("Get-CBTrustedRoot -Authority interop").Good().Output.Single().BaseObject;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificate(root.RawData));
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        Assert.True(chain.Build(issued), string.Join(", ", chain.ChainStatus.Select(status => status.StatusInformation)));
    }

    [Fact]
    public void A_damaged_request_is_refused()
    {
        using ECDsa key = DotnetCrypto.NewEcdsa();
        byte[] der = new CertificateRequest("CN=damaged", key, HashAlgorithmName.SHA256).CreateSigningRequest();
        der[^1] ^= 1;
        File.WriteAllBytes(engine.PathOf("damaged.csr"), der);
        if (engine.Run("Get-CBAuthority -Name interop* -WarningAction Ignore").Output.Count == 0)
        {
            engine.WithLab("interop");
        }
        engine.Run("Request-CBCertificate -Authority interop -RequestPath damaged.csr -NoInstall").Failed("Csr.Signature", System.Management.Automation.ErrorCategory.InvalidData);
    }

    private static (string Oid, byte[] Value) Other((int Tag, byte[] Value) name)
    {
        var reader = new AsnReader(name.Value, AsnEncodingRules.DER);
        string oid = reader.ReadObjectIdentifier();
        return (oid, reader.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadEncodedValue().ToArray());
    }
}
