using System.Management.Automation;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CertBroker.Tests.Interop;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests;

/// <summary>New-, Test-, Get- and Complete-CBCertificateRequest.</summary>
public sealed class RequestTests(Engine engine) : IClassFixture<Engine>
{
    [Fact]
    public void New_reads_an_inf_file_and_writes_what_certreq_writes()
    {
        File.WriteAllText(engine.PathOf("a.ini"), Inputs.RealInf("CN=a.example.com, O=Example, C=US"));
        var request = engine.Run("New-CBCertificateRequest -InfPath a.ini -OutFile a.csr").One<CertificateRequestInfo>();
        Assert.Equal(RequestState.Prepared, request.State);
        Assert.Equal(StoreLocation.LocalMachine, request.StoreLocation);
        Assert.Equal("My", request.StoreName);
        Assert.Equal(engine.PathOf("a.csr"), request.Path);
        string text = File.ReadAllText(engine.PathOf("a.csr"));
        Assert.StartsWith("-----BEGIN NEW CERTIFICATE REQUEST-----\r\n", text);
        Assert.EndsWith("-----END NEW CERTIFICATE REQUEST-----\r\n", text);
        Assert.Equal(text, request.Pem);
    }

    [Fact]
    public void New_takes_parameters_only()
    {
        var request = engine.Run("New-CBCertificateRequest -Subject 'CN=p.example.com' -DnsName p.example.com -KeyAlgorithm ECDSA_P256").One<CertificateRequestInfo>();
        Assert.Equal("CN=p.example.com", request.Subject);
        Assert.Equal(StoreLocation.CurrentUser, request.StoreLocation);
        Assert.Null(request.Path);
        Assert.Equal(64, request.KeyId.Length);
    }

    [Theory]
    [InlineData("Pem", "-----BEGIN CERTIFICATE REQUEST-----\n")]
    [InlineData("CertReq", "-----BEGIN NEW CERTIFICATE REQUEST-----\r\n")]
    [InlineData("Der", "0\u0082")]
    public void New_writes_every_format(string format, string start)
    {
        engine.Run($"New-CBCertificateRequest -Subject 'CN=format' -KeyAlgorithm ECDSA_P256 -OutFile {format}.csr -Format {format}").Good();
        string text = Encoding.Latin1.GetString(File.ReadAllBytes(engine.PathOf(format + ".csr")));
        Assert.StartsWith(format == "Der" ? "0" : start, text);
        Assert.Equal("CN=format", Csr.Load(File.ReadAllBytes(engine.PathOf(format + ".csr"))).SubjectName.Name);
    }

    [Fact]
    public void New_does_not_overwrite_a_file_unless_forced_and_makes_nothing_then()
    {
        File.WriteAllText(engine.PathOf("there.csr"), "mine");
        int before = engine.Run("Get-CBCertificateRequest -All").Output.Count;
        engine.Run("New-CBCertificateRequest -Subject 'CN=x' -KeyAlgorithm ECDSA_P256 -OutFile there.csr").Failed("Module.FileExists", ErrorCategory.ResourceExists);
        Assert.Equal("mine", File.ReadAllText(engine.PathOf("there.csr")));
        Assert.Equal(before, engine.Run("Get-CBCertificateRequest -All").Output.Count);
        engine.Run("New-CBCertificateRequest -Subject 'CN=x' -KeyAlgorithm ECDSA_P256 -OutFile there.csr -Force").Good();
        Assert.StartsWith("-----BEGIN", File.ReadAllText(engine.PathOf("there.csr")));
    }

    [Fact]
    public void New_with_RequestType_Cert_installs_a_self_signed_certificate_at_once()
    {
        var request = engine.Run("New-CBCertificateRequest -Subject 'CN=self' -DnsName self.example.com -KeyAlgorithm ECDSA_P256 -RequestType Cert").One<CertificateRequestInfo>();
        Assert.Equal(RequestState.Installed, request.State);
        var certificate = engine.Run("Get-CBCertificate -Thumbprint $t", ("t", request.Thumbprint)).One<CertificateInfo>();
        Assert.True(certificate.IsSelfSigned);
        Assert.True(certificate.HasPrivateKey);
        Assert.Equal(certificate.Subject, certificate.Issuer);
    }

    [Fact]
    public void New_asks_the_authoritys_rules_when_one_is_named()
    {
        engine.Run("if (-not (Get-CBAuthority -Name ruled* -WarningAction Ignore)) { Register-CBAuthority -Name ruled -Provider local-ca }").Good();
        // The server profile wants a DNS name.
        ErrorRecord refused = engine.Run("New-CBCertificateRequest -Subject 'CN=x' -KeyAlgorithm ECDSA_P256 -Authority ruled -Template server").Failed("Policy.SanRequired", ErrorCategory.PermissionDenied);
        Assert.Contains("dns", refused.ToString(), StringComparison.OrdinalIgnoreCase);
        engine.Run("New-CBCertificateRequest -Subject 'CN=x' -DnsName x.example.com -KeyAlgorithm ECDSA_P256 -Authority ruled -Template server").Good();
    }

    [Fact]
    public void New_takes_rows_of_a_table_by_property_name()
    {
        var requests = engine.Run("""
            [pscustomobject]@{ Subject = 'CN=row1'; DnsName = 'row1.example.com'; KeyAlgorithm = 'ECDSA_P256' },
            [pscustomobject]@{ Subject = 'CN=row2'; DnsName = 'row2.example.com'; KeyAlgorithm = 'ECDSA_P384' } | New-CBCertificateRequest
            """).All<CertificateRequestInfo>();
        Assert.Equal(["CN=row1", "CN=row2"], requests.Select(request => request.Subject));
    }

    [Fact]
    public void New_takes_files_from_the_pipeline_by_property_name()
    {
        File.WriteAllText(engine.PathOf("one.ini"), Inputs.RealInf("CN=one"));
        File.WriteAllText(engine.PathOf("two.ini"), Inputs.RealInf("CN=two"));
        var requests = engine.Run("[System.IO.FileInfo[]]@(($folder + '/one.ini'), ($folder + '/two.ini')) | New-CBCertificateRequest", ("folder", engine.Folder)).All<CertificateRequestInfo>();
        Assert.Equal(["CN=one", "CN=two"], requests.Select(request => request.Subject));
    }

    [Fact]
    public void The_subject_as_printed_fails_with_file_line_and_remedy()
    {
        File.WriteAllText(engine.PathOf("printed.ini"), Inputs.SeedInf);
        ErrorRecord error = engine.Run("New-CBCertificateRequest -InfPath printed.ini").Failed("Inf.Subject", ErrorCategory.ParserError);
        var exception = (CertBrokerException)error.Exception;
        Assert.Equal("printed.ini", exception.File);
        Assert.Equal(6, exception.Line);
        Assert.True(exception.Column > 0);
        Assert.Contains("printed.ini", error.ToString());
        Assert.Contains("CN=", error.ErrorDetails.RecommendedAction);
        Assert.Empty(engine.Run("Get-CBCertificateRequest -Subject '*CN format*' -All").Output);
    }

    [Fact]
    public void A_subject_without_attributes_fails_as_a_parameter_too()
    {
        ErrorRecord error = Assert.Single(engine.Run("New-CBCertificateRequest -Subject 'web01'").Errors);
        Assert.Contains("CN=", error.ErrorDetails.RecommendedAction);
        Assert.Equal("web01", error.TargetObject);
    }

    [Theory]
    [InlineData("-KeyLength 1024 -Subject 'CN=x'", "Request.KeyLength")]
    [InlineData("-HashAlgorithm SHA1 -Subject 'CN=x' -KeyAlgorithm ECDSA_P256", "Request.WeakHash")]
    [InlineData("-Subject 'CN=x' -IPAddress 1.2.3.999", "San.Value")]
    [InlineData("-Subject 'CN=x' -OtherName '1.2.3=zz'", "Request.Value")]
    [InlineData("-InfPath nowhere.ini", "Module.FileNotFound")]
    public void Wrong_wishes_are_refused_with_id_category_target_and_remedy(string parameters, string id)
    {
        ErrorRecord error = Assert.Single(engine.Run("New-CBCertificateRequest " + parameters).Errors);
        Assert.Equal("CB." + id, error.FullyQualifiedErrorId.Split(',')[0]);
        Assert.NotEqual(ErrorCategory.NotSpecified, error.CategoryInfo.Category);
        Assert.False(string.IsNullOrWhiteSpace(error.ErrorDetails.RecommendedAction));
        Assert.NotNull(error.TargetObject);
    }

    [Fact]
    public void A_weak_hash_needs_its_switch()
    {
        engine.Run("New-CBCertificateRequest -Subject 'CN=weak' -KeyAlgorithm ECDSA_P256 -HashAlgorithm SHA1 -AllowWeakHash").Good();
    }

    [Fact]
    public void Several_items_one_wrong_the_others_still_come()
    {
        Result result = engine.Run("""
            [pscustomobject]@{ Subject = 'CN=good1'; KeyAlgorithm = 'ECDSA_P256' }, [pscustomobject]@{ Subject = 'bad'; KeyAlgorithm = 'ECDSA_P256' },
            [pscustomobject]@{ Subject = 'CN=good2'; KeyAlgorithm = 'ECDSA_P256' } | New-CBCertificateRequest
            """);
        Assert.Single(result.Errors);
        Assert.False(result.Ended);
        Assert.Equal(["CN=good1", "CN=good2"], result.Output.Select(item => ((CertificateRequestInfo)item.BaseObject).Subject));
    }

    [Fact]
    public void ErrorAction_Stop_ends_the_script()
    {
        Result result = engine.Run("New-CBCertificateRequest -InfPath nowhere.ini -ErrorAction Stop; 'not reached'");
        Assert.True(result.Ended);
        Assert.Empty(result.Output);
        Assert.Equal("caught", engine.Run("try { New-CBCertificateRequest -InfPath nowhere.ini -ErrorAction Stop } catch { 'caught' }").One<string>());
    }

    [Fact]
    public void Test_shows_every_problem_with_its_place()
    {
        string inf = Inputs.SeedInf.Replace("KeyLength = 2048", "KeyLength = lots", StringComparison.Ordinal).Replace("SMIME = False", "SMYME = Perhaps", StringComparison.Ordinal);
        File.WriteAllText(engine.PathOf("wrong.ini"), inf);
        IReadOnlyList<Diagnostic> found = engine.Run("Test-CBCertificateRequest -InfPath wrong.ini").All<Diagnostic>();
        Assert.Contains(found, item => item is { Rule: "Inf.Subject", Line: 6, Severity: DiagnosticSeverity.Error });
        Assert.Contains(found, item => item is { Rule: "Inf.Number", Line: 9, Severity: DiagnosticSeverity.Error });
        Assert.Contains(found, item => item is { Line: 12, Severity: DiagnosticSeverity.Warning });
        Assert.All(found, item =>
        {
            Assert.Equal("wrong.ini", item.File);
            Assert.False(string.IsNullOrWhiteSpace(item.Message));
            Assert.True(item.Severity == DiagnosticSeverity.Information || !string.IsNullOrWhiteSpace(item.Remedy), item.ToString());
        });
        Assert.False(engine.Run("Test-CBCertificateRequest -InfPath wrong.ini -Quiet").One<bool>());
    }

    [Fact]
    public void Test_is_quiet_about_a_good_request()
    {
        File.WriteAllText(engine.PathOf("good.ini"), Inputs.RealInf("CN=good.example.com, O=Example, C=US"));
        Assert.DoesNotContain(engine.Run("Test-CBCertificateRequest -InfPath good.ini").All<Diagnostic>(), item => item.Severity == DiagnosticSeverity.Error);
        Assert.True(engine.Run("Test-CBCertificateRequest -InfPath good.ini -Quiet").One<bool>());
        Assert.True(engine.Run("Test-CBCertificateRequest -Subject 'CN=x' -Quiet").One<bool>());
    }

    [Fact]
    public void Test_shows_wrong_parameters_together_and_the_cas_rules()
    {
        engine.Run("if (-not (Get-CBAuthority -Name ruled* -WarningAction Ignore)) { Register-CBAuthority -Name ruled -Provider local-ca }").Good();
        IReadOnlyList<Diagnostic> found = engine.Run("Test-CBCertificateRequest -Subject 'nonsense' -KeyLength 12 -Authority ruled -Template server").All<Diagnostic>();
        Assert.True(found.Count(item => item.Severity == DiagnosticSeverity.Error) >= 2, string.Join('\n', found));
        Assert.Contains(engine.Run("Test-CBCertificateRequest -Subject 'CN=x' -Authority ruled -Template server").All<Diagnostic>(), item => item.Rule == "Policy.SanRequired");
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-8")]
    [InlineData("latin1")]
    public void Files_of_every_encoding_are_read(string encoding)
    {
        string name = $"enc-{encoding}.ini";
        File.WriteAllText(engine.PathOf(name), Inputs.RealInf("CN=Müller, O=Übung"), Encoding.GetEncoding(encoding));
        Result result = engine.Run($"New-CBCertificateRequest -InfPath {name}");
        Assert.Equal("CN=Müller, O=Übung", result.One<CertificateRequestInfo>().Subject);
        Assert.Equal(encoding == "latin1", result.Warnings.Count > 0);
    }

    [Fact]
    public void Get_lists_waiting_requests_newest_first_and_filters()
    {
        engine.Run("New-CBCertificateRequest -Subject 'CN=list-a' -KeyAlgorithm ECDSA_P256; New-CBCertificateRequest -Subject 'CN=list-b' -KeyAlgorithm ECDSA_P256 -StoreLocation LocalMachine").Good();
        Assert.Equal("CN=list-a", engine.Run("Get-CBCertificateRequest -Subject '*list-*' -StoreLocation CurrentUser").One<CertificateRequestInfo>().Subject);
        Assert.Equal(["CN=list-b", "CN=list-a"], engine.Run("Get-CBCertificateRequest -Subject '*list-*'").All<CertificateRequestInfo>().OrderByDescending(item => item.Subject).Select(item => item.Subject));
        Assert.Empty(engine.Run("Get-CBCertificateRequest -State Denied").Output);
        var one = engine.Run("Get-CBCertificateRequest -Subject '*list-a' -IncludePem").One<CertificateRequestInfo>();
        Assert.StartsWith("-----BEGIN NEW CERTIFICATE REQUEST", one.Pem);
        Assert.Equal(one.RequestId, engine.Run("$one | Get-CBCertificateRequest", ("one", one)).One<CertificateRequestInfo>().RequestId);
        Assert.Equal(one.RequestId, engine.Run("$one | Get-CBCertificateRequest", ("one", one.RequestId)).One<CertificateRequestInfo>().RequestId);
        engine.Run("Get-CBCertificateRequest -RequestId 00000000-0000-0000-0000-000000000000").Failed("Module.RequestNotFound", ErrorCategory.ObjectNotFound);
    }

    [Theory]
    [InlineData("leaf.pem")]
    [InlineData("leaf.cer")]
    [InlineData("chain.pem")]
    [InlineData("chain.p7b")]
    public void Complete_finds_the_key_for_every_kind_of_answer(string file)
    {
        string name = "complete-" + file;
        var request = engine.Run($"New-CBCertificateRequest -Subject 'CN={name}' -KeyAlgorithm ECDSA_P256 -FriendlyName 'friend of {name}'").One<CertificateRequestInfo>();
        using X509Certificate2 ca = Csr.NewCa("CN=CA of " + name);
        using X509Certificate2 leaf = Csr.Issue(request.Pem!, ca);
        File.WriteAllBytes(engine.PathOf(file), file switch
        {
            "leaf.cer" => leaf.RawData,
            "leaf.pem" => Encoding.ASCII.GetBytes(leaf.ExportCertificatePem()),
            "chain.pem" => Encoding.ASCII.GetBytes(ca.ExportCertificatePem() + "\n" + leaf.ExportCertificatePem()),
            _ => DotnetCrypto.P7b(ca, leaf),
        });
        var installed = engine.Run($"Complete-CBCertificateRequest -Path {file}").One<CertificateInfo>();
        Assert.Equal(leaf.Thumbprint, installed.Thumbprint);
        Assert.True(installed.HasPrivateKey);
        Assert.Equal("friend of " + name, installed.FriendlyName);
        Assert.Equal(StoreLocation.CurrentUser, installed.StoreLocation);
        // A root is not trusted because it came along.
        Assert.DoesNotContain(engine.Run("Get-CBCertificate -StoreName Root").Output, item => ((CertificateInfo)item.BaseObject).Thumbprint == ca.Thumbprint);
        Assert.Equal(RequestState.Installed, engine.Run("Get-CBCertificateRequest -RequestId $id", ("id", request.RequestId)).One<CertificateRequestInfo>().State);
    }

    [Fact]
    public void Complete_trusts_a_root_only_when_told_and_takes_intermediates_to_CA()
    {
        var request = engine.Run("New-CBCertificateRequest -Subject 'CN=trusting' -KeyAlgorithm ECDSA_P256").One<CertificateRequestInfo>();
        using X509Certificate2 root = Csr.NewCa("CN=Trusting root");
        using X509Certificate2 intermediate = Csr.NewCa("CN=Trusting intermediate", root);
        using X509Certificate2 leaf = Csr.Issue(request.Pem!, intermediate);
        File.WriteAllBytes(engine.PathOf("trusting.p7b"), DotnetCrypto.P7b(root, intermediate, leaf));
        engine.Run("Complete-CBCertificateRequest -Path trusting.p7b -TrustRoot").One<CertificateInfo>();
        Assert.Equal(intermediate.Thumbprint, engine.Run("Get-CBCertificate -StoreName CA -Subject 'Trusting'").One<CertificateInfo>().Thumbprint);
        Assert.Equal(root.Thumbprint, engine.Run("Get-CBCertificate -StoreName Root -Subject 'Trusting'").One<CertificateInfo>().Thumbprint);
    }

    [Fact]
    public void Complete_refuses_a_certificate_nobody_waits_for()
    {
        using X509Certificate2 stranger = Inputs.SelfSigned("CN=stranger");
        File.WriteAllText(engine.PathOf("stranger.cer"), stranger.ExportCertificatePem());
        ErrorRecord error = engine.Run("Complete-CBCertificateRequest -Path stranger.cer").Failed("Issuance.NoRequest", ErrorCategory.ObjectNotFound);
        Assert.Equal(engine.PathOf("stranger.cer"), error.TargetObject);
        File.WriteAllText(engine.PathOf("nothing.cer"), "hello");
        Assert.Single(engine.Run("Complete-CBCertificateRequest -Path nothing.cer").Errors);
    }

    [Fact]
    public void Complete_with_RequestId_refuses_the_certificate_of_another_request()
    {
        var mine = engine.Run("New-CBCertificateRequest -Subject 'CN=mine' -KeyAlgorithm ECDSA_P256").One<CertificateRequestInfo>();
        var other = engine.Run("New-CBCertificateRequest -Subject 'CN=other' -KeyAlgorithm ECDSA_P256").One<CertificateRequestInfo>();
        using X509Certificate2 ca = Csr.NewCa("CN=Mixing CA");
        using X509Certificate2 leaf = Csr.Issue(other.Pem!, ca);
        File.WriteAllText(engine.PathOf("mixed.cer"), leaf.ExportCertificatePem());
        engine.Run("Complete-CBCertificateRequest -Path mixed.cer -RequestId $id", ("id", mine.RequestId)).Failed("Certificate.KeyMismatch", ErrorCategory.InvalidResult);
        Assert.Equal(leaf.Thumbprint, engine.Run("[pscustomobject]@{ RequestId = $id } | Complete-CBCertificateRequest -Path mixed.cer", ("id", other.RequestId)).One<CertificateInfo>().Thumbprint);
    }

    [Fact]
    public void Complete_takes_paths_from_the_pipeline()
    {
        var request = engine.Run("New-CBCertificateRequest -Subject 'CN=piped' -KeyAlgorithm ECDSA_P256").One<CertificateRequestInfo>();
        using X509Certificate2 ca = Csr.NewCa("CN=Piping CA");
        using X509Certificate2 leaf = Csr.Issue(request.Pem!, ca);
        File.WriteAllText(engine.PathOf("piped.cer"), leaf.ExportCertificatePem());
        Assert.Equal(leaf.Thumbprint, engine.Run("'piped.cer' | Complete-CBCertificateRequest -FriendlyName other").One<CertificateInfo>().Thumbprint);
    }
}
