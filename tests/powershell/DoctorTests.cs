using System.Management.Automation;
using System.Reflection;
using System.Security.Cryptography.X509Certificates;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests;

/// <summary>Test-CBAuthority's checks and report; what a CA has issued.</summary>
public sealed class DoctorTests(Engine engine) : IClassFixture<Engine>
{
    [Fact]
    public void Names_are_held_against_the_template_and_nothing_is_ordered()
    {
        engine.WithLab("doctor");
        int before = engine.Run("Get-CBIssuance").Output.Count;
        string script = "Test-CBAuthority doctor -Template server -Subject 'CN=web01.example.com' -DnsName web01.example.com";
        IReadOnlyList<AuthorityCheck> checks = engine.Run(script).All<AuthorityCheck>();
        Assert.Equal(["settings", "template", "template.request", "root-valid", "root-key", "store"], checks.Select(check => check.Id));
        Assert.All(checks, check => Assert.Equal("Passed", check.Status));
        AuthorityCheck unfit = engine.Run("Test-CBAuthority doctor -Template server -Subject 'CN=web01'").All<AuthorityCheck>().Single(check => check.Id == "template.request");
        Assert.Equal(("Failed", "Policy.SanRequired"), (unfit.Status, unfit.Cause));
        Assert.Contains("Add one", unfit.RecommendedAction);
        Assert.Contains("Policy verification failed", unfit.ConnectorMessage);
        AuthorityCheck unknown = engine.Run("Test-CBAuthority doctor -Template nonsense").All<AuthorityCheck>().Single(check => check.Id == "template");
        Assert.Equal("Failed", unknown.Status);
        Assert.False(engine.Run("Test-CBAuthority doctor -Template nonsense -Quiet").One<bool>());
        Assert.Equal(before, engine.Run("Get-CBIssuance").Output.Count);
    }

    [Fact]
    public void A_wrong_name_is_an_error_and_not_a_row()
    {
        engine.WithLab("doctor2");
        engine.Run("Test-CBAuthority doctor2 -Subject 'no name'").Failed("Name.Syntax", ErrorCategory.ParserError);
    }

    [Fact]
    public void The_store_for_certificates_is_tried_out_and_left_as_it_was()
    {
        engine.WithLab("stored");
        engine.Run("Test-CBAuthority stored").Good(); // makes the root
        SortedDictionary<string, string> before = engine.Snapshot();
        AuthorityCheck store = engine.Run("Test-CBAuthority stored -StoreLocation LocalMachine -StoreName Web").All<AuthorityCheck>().Single(check => check.Id == "store");
        Assert.Equal("Passed", store.Status);
        Assert.Contains("LocalMachine/Web", store.Message);
        Assert.Empty(engine.Run("Get-CBCertificate -StoreLocation LocalMachine -StoreName Web").Output);
        Assert.Equal(before.Keys, engine.Snapshot().Keys);
    }

    [Fact]
    public void The_report_is_a_page_that_holds_every_row_and_runs_nothing()
    {
        engine.WithLab("reported");
        engine.Run("Test-CBAuthority reported -Template '<script>alert(1)</script>' -ReportPath report.html").Good();
        string page = File.ReadAllText(engine.PathOf("report.html"));
        Assert.StartsWith("<!DOCTYPE html>", page);
        foreach (string part in new[] { "settings", "template", "store", "root-key", "Failed", "Get-CBCertificateProfile" })
        {
            Assert.Contains(part, page);
        }
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("http:", page, StringComparison.OrdinalIgnoreCase);
        engine.Run("Test-CBAuthority reported -ReportPath report.html").Failed("Module.FileExists", ErrorCategory.ResourceExists);
        engine.Run("Test-CBAuthority reported -ReportPath report.html -Force").Good();
        Assert.DoesNotContain("nonsense", File.ReadAllText(engine.PathOf("report.html")));
    }

    [Fact]
    public void What_a_CA_issued_is_found_revoked_from_the_pipeline_and_found_revoked()
    {
        engine.WithLab("searched");
        engine.Run("1..3 | ForEach-Object { [pscustomobject]@{ Subject = \"CN=found$_\" } } | Request-CBCertificate -Authority searched -Template user -KeyAlgorithm ECDSA_P256").Good();
        IReadOnlyList<FoundCertificate> all = engine.Run("Find-CBCertificate -Authority searched").All<FoundCertificate>();
        Assert.Equal(["found1", "found2", "found3"], all.Select(found => found.Owner).Order());
        Assert.All(all, found =>
        {
            Assert.Equal(("searched", "Valid", "user"), (found.Authority, found.Status, found.Template));
            using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(found.RawData);
            Assert.Equal(certificate.Thumbprint, found.Thumbprint);
            Assert.Equal(certificate.Subject, found.Subject);
            Assert.Equal(certificate.NotAfter, found.NotAfter);
        });
        Assert.Single(engine.Run("Find-CBCertificate searched -Subject FOUND2").All<FoundCertificate>());
        Assert.Empty(engine.Run("Find-CBCertificate searched -Subject found2 -Status Revoked").Output);
        engine.Run("Find-CBCertificate searched found2 | Revoke-CBCertificate -Reason Superseded -Force").Good();
        var revoked = engine.Run("Find-CBCertificate searched -Status Revoked").One<FoundCertificate>();
        Assert.Equal(("found2", RevocationReason.Superseded), (revoked.Owner, revoked.RevocationReason!.Value));
        Assert.NotNull(revoked.RevokedAt);
        Assert.Equal(revoked.SerialNumber, engine.Run("Find-CBCertificate searched -SerialNumber $s", ("s", revoked.SerialNumber)).One<FoundCertificate>().SerialNumber);
        engine.Run("Find-CBCertificate searched | Revoke-CBCertificate -WhatIf").Good();
        Assert.Equal(2, engine.Run("Find-CBCertificate searched -Status Valid").All<FoundCertificate>().Count);
    }

    [Fact]
    public void A_certificate_that_the_CA_only_lists_is_not_revoked_blindly()
    {
        engine.WithLab("listing");
        var bare = new FoundCertificate();
        typeof(FoundCertificate).GetProperty(nameof(FoundCertificate.Authority))!.SetMethod!.Invoke(bare, ["listing"]);
        engine.Run("$bare | Revoke-CBCertificate -Force", ("bare", bare)).Failed("Module.NoCertificate", ErrorCategory.ObjectNotFound);
    }

    [Fact]
    public void Several_requests_on_their_way_at_once_come_back_in_order_and_a_failure_stays_alone()
    {
        engine.WithLab("lanes");
        Result result = engine.Run("1..12 | ForEach-Object { [pscustomobject]@{ Subject = if ($_ -eq 5) { 'nonsense' } else { \"CN=lane$_\" } } } | Request-CBCertificate -Authority lanes -Template user -KeyAlgorithm ECDSA_P256 -ThrottleLimit 4");
        Assert.Equal("CB.Name.Syntax", Assert.Single(result.Errors).FullyQualifiedErrorId.Split(',')[0]);
        string[] subjects = [.. result.Output.Select(item => Assert.IsType<IssuanceResult>(item.BaseObject)).Select(issued => issued.Subject)];
        Assert.Equal(Enumerable.Range(1, 12).Where(number => number != 5).Select(number => $"CN=lane{number}"), subjects);
        Assert.Equal(11, engine.Run("Get-CBCertificate -Subject CN=lane").All<CertificateInfo>().Count);

        Result refused = engine.Run("1..6 | ForEach-Object { [pscustomobject]@{ Subject = \"CN=refused$_\" } } | Request-CBCertificate -Authority lanes -Template nowhere -KeyAlgorithm ECDSA_P256 -ThrottleLimit 3");
        Assert.Equal(6, refused.Errors.Count);
        Assert.Equal(Enumerable.Range(1, 6).Select(number => $"CN=refused{number}"), refused.Errors.Select(error => error.TargetObject?.ToString()));

        // Whoever takes only the first leaves nothing half-way: what was sent arrived.
        engine.Run("function one { process { $_; break } }; while ($true) { 1..6 | ForEach-Object { [pscustomobject]@{ Subject = \"CN=first$_\" } } | Request-CBCertificate -Authority lanes -Template user -KeyAlgorithm ECDSA_P256 -ThrottleLimit 3 | one }").Good();
        IssuanceInfo[] taken = [.. engine.Run("Get-CBIssuance").All<IssuanceInfo>().Where(info => info.Subject.StartsWith("CN=first", StringComparison.Ordinal))];
        Assert.NotEmpty(taken);
        Assert.All(taken, info => Assert.Equal(RequestState.Installed, info.State));
    }

    [Fact]
    public void Each_of_many_gets_a_PFX_file_of_its_own_in_a_folder()
    {
        engine.WithLab("many");
        Directory.CreateDirectory(engine.PathOf("pfx"));
        string script = "1..3 | ForEach-Object { [pscustomobject]@{ Subject = 'CN=a/b' } } | Request-CBCertificate -Authority many -Template user -KeyAlgorithm ECDSA_P256 -Exportable | Export-CBPfxCertificate -Path pfx -Password $password";
        IReadOnlyList<FileInfo> files = engine.Run(script, ("password", Inputs.Secure("many"))).All<FileInfo>();
        Assert.Equal(3, files.Select(file => file.Name).Distinct().Count());
        Assert.All(files, file =>
        {
            Assert.Matches("^a_b-[0-9A-F]{40}\\.pfx$", file.Name);
            Assert.True(engine.Run("Import-CBPfxCertificate -Path $file -Password $password -StoreName Many", ("file", file.FullName)).One<CertificateInfo>().HasPrivateKey);
        });
    }

    [Fact]
    public void A_batch_makes_RSA_keys_ahead_and_warns_once_of_an_untrusted_root()
    {
        engine.WithLab("batch");
        Result result = engine.Run("1..5 | ForEach-Object { [pscustomobject]@{ Subject = \"CN=batch$_\" } } | Request-CBCertificate -Authority batch -Template user");
        Assert.Equal(5, result.All<IssuanceResult>().Count);
        Assert.Single(result.Warnings);
        Assert.Equal(5, engine.Run("Get-CBCertificate").All<CertificateInfo>().Count(entry => entry.Subject.StartsWith("CN=batch", StringComparison.Ordinal) && entry is { HasPrivateKey: true, KeyAlgorithm: "RSA" }));
    }
}
