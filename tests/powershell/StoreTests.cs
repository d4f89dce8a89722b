using System.Management.Automation;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CertBroker.Tests.Interop;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests;

/// <summary>Get-, Import-, Export- and Remove-CBCertificate, and thumbprints as people paste them.</summary>
public sealed class StoreTests(Engine engine) : IClassFixture<Engine>
{
    private string Import(string subject, string more = "", bool withKey = true)
    {
        using X509Certificate2 certificate = Inputs.SelfSigned(subject, more: request =>
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(subject[3..].Replace(' ', '-').ToLowerInvariant() + ".example.com");
            request.CertificateExtensions.Add(names.Build());
        });
        string name = Guid.NewGuid().ToString("N");
        File.WriteAllText(engine.PathOf(name + ".cer"), certificate.ExportCertificatePem());
        using ECDsa key = certificate.EcdsaKey();
        File.WriteAllText(engine.PathOf(name + ".key"), key.ExportPkcs8PrivateKeyPem());
        engine.Run($"Import-CBCertificate -Path {name}.cer {(withKey ? $"-KeyPath {name}.key" : "")} {more}").Good();
        return certificate.Thumbprint;
    }

    public static TheoryData<string> Pasted =>
    [
        "{0}", "{0:lower}", "{0:blanks}", "{0:colons}", "  {0:blanks}  ", "\u200e{0:blanks}", "\u200e{0}\u200e", "“{0}”", "\"{0}\"", "'{0}'", "„{0:colons}“", "\u00a0{0}", "{0:lower}\r\n", "\ufeff{0}", "‘{0}’",
    ];

    [Theory]
    [MemberData(nameof(Pasted))]
    public void A_thumbprint_is_taken_as_people_paste_it(string form)
    {
        string thumbprint = Import("CN=Pasted");
        string pasted = form.Replace("{0}", thumbprint, StringComparison.Ordinal)
            .Replace("{0:lower}", thumbprint.ToLowerInvariant(), StringComparison.Ordinal)
            .Replace("{0:blanks}", string.Join(' ', thumbprint.ToLowerInvariant().Chunk(2).Select(pair => new string(pair))), StringComparison.Ordinal)
            .Replace("{0:colons}", string.Join(':', thumbprint.Chunk(2).Select(pair => new string(pair))), StringComparison.Ordinal);
        Assert.Equal(thumbprint, engine.Run("Get-CBCertificate -Thumbprint $t", ("t", pasted)).One<CertificateInfo>().Thumbprint);
        Assert.Equal(thumbprint, engine.Run("$t | Get-CBCertificate", ("t", pasted)).One<CertificateInfo>().Thumbprint);
        engine.Run("Remove-CBCertificate $t", ("t", pasted)).Good();
        Assert.Single(engine.Run("Get-CBCertificate -Thumbprint $t", ("t", thumbprint)).Errors);
    }

    [Theory]
    [InlineData("")]
    [InlineData("EA7A4E0C")]
    [InlineData("EA7A4E0CD1A4F81CF0740527C31A57F6020C17C5FF")]
    [InlineData("not a thumbprint")]
    public void What_is_no_thumbprint_says_so(string text)
    {
        ErrorRecord error = Assert.Single(engine.Run("Get-CBCertificate -Thumbprint $t", ("t", text)).Errors);
        if (text.Length > 0)
        {
            Assert.False(string.IsNullOrWhiteSpace(error.ErrorDetails?.RecommendedAction));
            Assert.Equal(text, error.TargetObject);
        }
    }

    [Fact]
    public void A_thumbprint_that_is_not_there_says_where_it_looked()
    {
        ErrorRecord error = engine.Run("Get-CBCertificate EA7A4E0CD1A4F81CF0740527C31A57F6020C17C5 -StoreLocation LocalMachine").Failed("Module.CertificateNotFound", ErrorCategory.ObjectNotFound);
        Assert.Contains("LocalMachine", error.ToString());
        Assert.Equal("EA7A4E0CD1A4F81CF0740527C31A57F6020C17C5", error.TargetObject);
    }

    [Fact]
    public void Get_filters_by_subject_friendly_name_dns_name_days_and_key()
    {
        string alpha = Import("CN=Alpha", "-FriendlyName First -StoreName Filter");
        string beta = Import("CN=Beta", "-FriendlyName Second -StoreName Filter", withKey: false);
        string[] All(string filter) => [.. engine.Run($"Get-CBCertificate -StoreName Filter {filter} -WarningAction Ignore").All<CertificateInfo>().Select(item => item.Thumbprint)];
        Assert.Equal(2, All("").Length);
        Assert.Equal([alpha], All("-Subject alph"));
        Assert.Equal([beta], All("-Subject *bet*"));
        Assert.Equal([alpha], All("-FriendlyName first"));
        Assert.Equal([beta], All("-FriendlyName Sec*"));
        Assert.Equal([alpha], All("-DnsName alpha.example.com"));
        Assert.Equal(2, All("-DnsName *.example.com").Length);
        Assert.Equal([alpha], All("-HasPrivateKey"));
        Assert.Empty(All("-ExpiringInDays 3"));
        Assert.Equal(2, All("-ExpiringInDays 60").Length);
        Assert.Empty(All("-Subject alpha -FriendlyName Second"));
    }

    [Fact]
    public void An_empty_store_is_a_warning_not_an_error()
    {
        Result result = engine.Run("Get-CBCertificate -StoreName Nobody").Good();
        Assert.Empty(result.Output);
        Assert.Contains("Nobody", Assert.Single(result.Warnings));
    }

    [Fact]
    public void The_object_says_what_dotnet_says()
    {
        using X509Certificate2 rsa = Inputs.SelfSigned("CN=Facts, O=Example, C=US", ecdsa: false, more: request =>
        {
            request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, true));
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.2.3.4.5")], false));
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName("facts.example.com");
            names.AddIpAddress(System.Net.IPAddress.Parse("2001:db8::1"));
            request.CertificateExtensions.Add(names.Build());
        });
        File.WriteAllBytes(engine.PathOf("facts.cer"), rsa.RawData);
        var info = engine.Run("Import-CBCertificate facts.cer").One<CertificateInfo>();
        CertificateFacts.Same(rsa, info);
        using X509Certificate2 round = info.ToX509Certificate2();
        Assert.Equal(rsa.RawData, round.RawData);
        Assert.False(info.HasPrivateKey);
        Assert.Contains("ServerAuthentication", info.EnhancedKeyUsageName);
    }

    [Fact]
    public void Import_pairs_a_key_that_waits_in_the_store()
    {
        string thumbprint = Import("CN=Pairing");
        string file = engine.PathOf("pairing.cer");
        engine.Run("Export-CBCertificate $t -Path pairing.cer; Remove-CBCertificate $t", ("t", thumbprint)).Good();
        Assert.True(File.Exists(file));
        Assert.True(engine.Run("Import-CBCertificate pairing.cer").One<CertificateInfo>().HasPrivateKey);
    }

    [Fact]
    public void Import_refuses_a_key_of_another_certificate()
    {
        using X509Certificate2 certificate = Inputs.SelfSigned("CN=Mismatch");
        using ECDsa key = DotnetCrypto.NewEcdsa();
        File.WriteAllText(engine.PathOf("mismatch.cer"), certificate.ExportCertificatePem());
        File.WriteAllText(engine.PathOf("mismatch.key"), key.ExportPkcs8PrivateKeyPem());
        ErrorRecord error = Assert.Single(engine.Run("Import-CBCertificate mismatch.cer -KeyPath mismatch.key").Errors);
        Assert.Equal(CertBrokerStatus.KeyMismatch, ((CertBrokerException)error.Exception).Status);
        Assert.Single(engine.Run("Get-CBCertificate $t", ("t", certificate.Thumbprint)).Errors);
    }

    [PeerFact]
    public void Import_reads_an_encrypted_key_with_its_password_only()
    {
        using X509Certificate2 certificate = Inputs.SelfSigned("CN=Locked");
        using ECDsa key = certificate.EcdsaKey();
        File.WriteAllText(engine.PathOf("locked.cer"), certificate.ExportCertificatePem());
        File.WriteAllText(engine.PathOf("locked.key"), key.EncryptedPem("right"));
        ErrorRecord error = Assert.Single(engine.Run("Import-CBCertificate locked.cer -KeyPath locked.key -KeyPassword $p", ("p", Inputs.Secure("wrong"))).Errors);
        Assert.Equal(ErrorCategory.AuthenticationError, error.CategoryInfo.Category);
        Assert.Single(engine.Run("Import-CBCertificate locked.cer -KeyPath locked.key").Errors);
        Assert.True(engine.Run("Import-CBCertificate locked.cer -KeyPath locked.key -KeyPassword $p", ("p", Inputs.Secure("right"))).One<CertificateInfo>().HasPrivateKey);
    }

    [Theory]
    [InlineData("Pem")]
    [InlineData("Der")]
    [InlineData("P7b")]
    public void Export_writes_every_format(string format)
    {
        string thumbprint = Import("CN=Format " + format);
        var file = (FileInfo)engine.Run($"Export-CBCertificate $t -Path f.{format} -Format {format}", ("t", thumbprint)).Good().Output.Single().BaseObject;
        byte[] bytes = File.ReadAllBytes(file.FullName);
        Assert.Equal(thumbprint, format == "P7b" ? CertificateFacts.Bundle(bytes).Single().Thumbprint : X509CertificateLoader.LoadCertificate(bytes).Thumbprint);
        engine.Run($"Export-CBCertificate $t -Path f.{format} -Format {format}", ("t", thumbprint)).Failed("Module.FileExists", ErrorCategory.ResourceExists);
        engine.Run($"Export-CBCertificate $t -Path f.{format} -Format {format} -Force", ("t", thumbprint)).Good();
    }

    [Fact]
    public void Export_with_the_chain_puts_the_leaf_first()
    {
        var request = engine.Run("New-CBCertificateRequest -Subject 'CN=Chained' -KeyAlgorithm ECDSA_P256").One<CertificateRequestInfo>();
        using X509Certificate2 root = Csr.NewCa("CN=Chain root");
        using X509Certificate2 middle = Csr.NewCa("CN=Chain middle", root);
        using X509Certificate2 leaf = Csr.Issue(request.Pem!, middle);
        File.WriteAllBytes(engine.PathOf("chained.p7b"), DotnetCrypto.P7b(root, middle, leaf));
        engine.Run("Complete-CBCertificateRequest chained.p7b -TrustRoot").Good();
        engine.Run("Get-CBCertificate $t | Export-CBCertificate -Path chain.pem -IncludeChain", ("t", leaf.Thumbprint)).Good();
        var pem = new X509Certificate2Collection();
        pem.ImportFromPemFile(engine.PathOf("chain.pem"));
        Assert.Equal([leaf.Thumbprint, middle.Thumbprint, root.Thumbprint], pem.Select(item => item.Thumbprint));
        engine.Run("Export-CBCertificate $t -Path chain.p7b -Format P7b -IncludeChain", ("t", leaf.Thumbprint)).Good();
        Assert.Equal(3, CertificateFacts.Bundle(File.ReadAllBytes(engine.PathOf("chain.p7b"))).Count);
        engine.Run("Export-CBCertificate $t -Path chain.der -Format Der -IncludeChain", ("t", leaf.Thumbprint)).Failed("Module.DerChain", ErrorCategory.InvalidArgument);
    }

    [Fact]
    public void Remove_keeps_the_key_unless_told_and_asks_before_it_deletes_one()
    {
        string thumbprint = Import("CN=Removing");
        engine.Host.Answer = "N";
        try
        {
            engine.Run("Remove-CBCertificate $t -DeleteKey", ("t", thumbprint)).Good();
            Assert.Single(engine.Host.Questions);
            engine.Run("Get-CBCertificate $t", ("t", thumbprint)).Good();
            engine.Host.Answer = "Y";
            engine.Run("Remove-CBCertificate $t -DeleteKey", ("t", thumbprint)).Good();
            Assert.Single(engine.Run("Get-CBCertificate $t", ("t", thumbprint)).Errors);
        }
        finally
        {
            engine.Host.Answer = null;
        }
    }

    [PeerFact]
    public void A_store_without_lists_of_accounts_says_so_and_installs_all_the_same()
    {
        using X509Certificate2 certificate = Inputs.SelfSigned("CN=Granted");
        File.WriteAllBytes(engine.PathOf("granted.pfx"), certificate.Pfx("pw"));
        Result import = engine.Run("Import-CBPfxCertificate granted.pfx -Password $p -GrantRead Everyone, Nobody", ("p", Inputs.Secure("pw")));
        Assert.Equal(certificate.Thumbprint, Assert.IsType<CertificateInfo>(Assert.Single(import.Output).BaseObject).Thumbprint);
        Assert.Equal(["CB.Store.NoGrants", "CB.Store.NoGrants"], import.Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]));
        Assert.Equal(["Everyone", "Nobody"], import.Errors.Select(error => error.TargetObject));

        Result access = engine.Run("Get-CBCertificate $t -IncludeKeyAccess", ("t", certificate.Thumbprint));
        access.Failed("Store.NoGrants", ErrorCategory.NotImplemented);
        Assert.Null(((CertificateInfo)Assert.Single(access.Output).BaseObject).KeyReaders);
    }

    [Fact]
    public void Remove_takes_many_from_the_pipeline()
    {
        Import("CN=Many one", "-StoreName Many");
        Import("CN=Many two", "-StoreName Many");
        engine.Run("Get-CBCertificate -StoreName Many | Remove-CBCertificate").Good();
        Assert.Empty(engine.Run("Get-CBCertificate -StoreName Many").Output);
    }
}
