using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;
using CertBroker.Tests.Interop;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests;

/// <summary>"Install the DigiCert RA certificate" as five commands, and in one.</summary>
public sealed class MainRoadTests(Engine engine) : IClassFixture<Engine>
{
    [Fact]
    public void From_certreq_ini_to_the_thumbprint_of_an_imported_pfx()
    {
        engine.WithLab("main", "LocalMachine");
        File.WriteAllText(engine.PathOf("certreq.ini"), Inputs.RealInf("CN=ra.example.com, O=Example, C=US"));

        // 1. The request, and what the INF asked for in it.
        engine.Run("$request = New-CBCertificateRequest -InfPath certreq.ini -OutFile request.csr -FriendlyName 'RA certificate'").Good();
        CertificateRequest csr = Csr.Load(File.ReadAllBytes(engine.PathOf("request.csr")));
        Assert.Equal(["2.5.4.3=ra.example.com", "2.5.4.10=Example", "2.5.4.6=US"], CertificateFacts.Names(csr.SubjectName));
        Assert.Equal(2048, DotnetCrypto.Bits(csr.PublicKey));
        Assert.Contains(csr.CertificateExtensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages.Cast<System.Security.Cryptography.Oid>(), oid => oid.Value == "1.3.6.1.5.5.7.3.2");
        Assert.Equal(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, csr.CertificateExtensions.OfType<X509KeyUsageExtension>().Single().KeyUsages);

        // 2. Issued by the local CA from the file alone, as a CA that knows nothing of this machine does.
        var issued = engine.Run("Request-CBCertificate -Authority main -RequestPath request.csr -NoInstall -OutFile ra.cer -Confirm:$false").One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Issued, issued.Status);
        Assert.Null(issued.StoreLocation);

        // 3. Paired with its key.
        var installed = engine.Run("Complete-CBCertificateRequest -Path ra.cer").One<CertificateInfo>();
        Assert.Equal(StoreLocation.LocalMachine, installed.StoreLocation);
        Assert.Equal("My", installed.StoreName);
        Assert.Equal("RA certificate", installed.FriendlyName);
        Assert.True(installed.HasPrivateKey);
        Assert.True(installed.Exportable);

        // 4. To a PFX, which .NET reads.
        engine.Run("Install-CBTrustedRoot -Authority main -Force").Good();
        engine.Run("Export-CBPfxCertificate -Thumbprint $t -StoreLocation LocalMachine -Path ra.pfx -Password $p", ("t", installed.Thumbprint), ("p", Inputs.Secure("a Pässword"))).Good();
        if (DotnetCrypto.Broken is null)
        {
            using X509Certificate2 read = X509CertificateLoader.LoadPkcs12FromFile(engine.PathOf("ra.pfx"), "a Pässword");
            Assert.Equal(installed.Thumbprint, read.Thumbprint);
            Assert.True(read.HasPrivateKey);
        }

        // 5. Removed with its key, and back from the PFX.
        engine.Run("Remove-CBCertificate -Thumbprint $t -StoreLocation LocalMachine -DeleteKey -Force").Good();
        Assert.Single(engine.Run("Get-CBCertificate -Thumbprint $t -StoreLocation LocalMachine").Errors);
        var back = engine.Run("Import-CBPfxCertificate -Path ra.pfx -Password $p -StoreLocation LocalMachine").One<CertificateInfo>();
        Assert.Equal(installed.Thumbprint, back.Thumbprint);
        Assert.True(back.HasPrivateKey);
        Assert.False(back.Exportable);
        Assert.Equal(installed.Thumbprint, engine.Run("(Get-CBCertificate -Thumbprint $t -StoreLocation LocalMachine).Thumbprint", ("t", installed.Thumbprint)).One<string>());
        engine.Run("Export-CBPfxCertificate -Thumbprint $t -StoreLocation LocalMachine -Path again.pfx -Password $p").Failed("Crypto.KeyNotExportable", ErrorCategory.PermissionDenied);
    }

    [Fact]
    public void The_whole_road_in_one_command()
    {
        engine.WithLab("short");
        File.WriteAllText(engine.PathOf("short.ini"), Inputs.RealInf("CN=short.example.com"));
        var result = engine.Run("Request-CBCertificate -Authority short -InfPath short.ini -OutFile short.cer").One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Issued, result.Status);
        Assert.Equal(StoreLocation.LocalMachine, result.StoreLocation);
        Assert.Equal(result.Thumbprint, X509CertificateLoader.LoadCertificateFromFile(engine.PathOf("short.cer")).Thumbprint);
        Assert.Equal(result.Thumbprint, engine.Run("(Get-CBCertificate -Thumbprint $t -StoreLocation LocalMachine).Thumbprint", ("t", result.Thumbprint)).One<string>());
    }
}
