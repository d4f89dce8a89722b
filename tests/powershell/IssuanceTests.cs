using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests;

/// <summary>Request-, Receive-, Update- and Revoke-CBCertificate, and the journal they write.</summary>
public sealed class IssuanceTests : IClassFixture<IssuanceTests.Lab>
{
    private readonly Engine engine;

    public sealed class Lab : IDisposable
    {
        public Engine Engine { get; } = new Engine().WithLab();
        public void Dispose() => Engine.Dispose();
    }

    public IssuanceTests(Lab lab)
    {
        engine = lab.Engine;
    }

    private IssuanceResult Issue(string name, string more = "") =>
        engine.Run($"Request-CBCertificate -Authority lab -Subject 'CN={name}' -DnsName {name}.example.com -KeyAlgorithm ECDSA_P256 {more}").One<IssuanceResult>();

    [Fact]
    public void From_parameters_with_a_template_it_is_issued_and_installed()
    {
        IssuanceResult result = Issue("server1", "-Template server -FriendlyName 'server one' -Exportable");
        Assert.Equal(IssuanceStatus.Issued, result.Status);
        Assert.Equal(40, result.Thumbprint!.Length);
        Assert.Equal(Guid.Parse(result.RequestId), Guid.Parse(result.RequestId));
        Assert.Equal("lab", result.Authority);
        Assert.Equal("server", result.Template);
        CertificateInfo installed = engine.Run("Get-CBCertificate $t", ("t", result.Thumbprint)).One<CertificateInfo>();
        Assert.Equal(result.Certificate!.Thumbprint, installed.Thumbprint);
        Assert.True(installed.HasPrivateKey);
        Assert.Equal("server one", installed.FriendlyName);
        Assert.Contains("1.3.6.1.5.5.7.3.1", installed.EnhancedKeyUsage);
        Assert.Equal(["dns=server1.example.com"], installed.SubjectAlternativeName);
        Assert.Equal("CN=Test Root lab", installed.Issuer);
    }

    [Fact]
    public void From_a_request_object_an_id_and_a_file()
    {
        IssuanceResult piped = engine.Run("New-CBCertificateRequest -Subject 'CN=object' -KeyAlgorithm ECDSA_P256 | Request-CBCertificate -Authority lab").One<IssuanceResult>();
        Assert.Equal((IssuanceStatus.Issued, "CN=object"), (piped.Status, piped.Subject));

        string id = engine.Run("(New-CBCertificateRequest -Subject 'CN=by id' -KeyAlgorithm ECDSA_P256 -OutFile byid.csr).RequestId").One<string>();
        Assert.Equal(IssuanceStatus.Issued, engine.Run("Request-CBCertificate -Authority lab -RequestId $id", ("id", id)).One<IssuanceResult>().Status);

        // A file whose key is here is installed like one made by the command itself.
        engine.Run("New-CBCertificateRequest -Subject 'CN=by file' -KeyAlgorithm ECDSA_P256 -OutFile byfile.csr").Good();
        IssuanceResult file = engine.Run("Request-CBCertificate -Authority lab -RequestPath byfile.csr").One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Issued, file.Status);
        Assert.True(engine.Run("Get-CBCertificate $t", ("t", file.Thumbprint)).One<CertificateInfo>().HasPrivateKey);
    }

    [Fact]
    public void A_request_that_was_issued_is_not_sent_again()
    {
        string id = engine.Run("(New-CBCertificateRequest -Subject 'CN=once' -KeyAlgorithm ECDSA_P256).RequestId").One<string>();
        engine.Run("Request-CBCertificate -Authority lab -RequestId $id", ("id", id)).Good();
        ErrorRecord error = Assert.Single(engine.Run("Request-CBCertificate -Authority lab -RequestId $id").Errors);
        Assert.Equal(id, error.TargetObject);
        Assert.False(string.IsNullOrWhiteSpace(error.ErrorDetails.RecommendedAction));
    }

    [Fact]
    public void NoInstall_leaves_the_store_alone()
    {
        IssuanceResult result = Issue("noinstall", "-NoInstall -OutFile noinstall.cer");
        Assert.Equal(IssuanceStatus.Issued, result.Status);
        Assert.Null(result.StoreName);
        Assert.Single(engine.Run("Get-CBCertificate $t", ("t", result.Thumbprint)).Errors);
        Assert.Equal(result.Thumbprint, X509CertificateLoader.LoadCertificateFromFile(engine.PathOf("noinstall.cer")).Thumbprint);
    }

    [Fact]
    public void Denied_is_an_object_and_a_warning_not_an_error()
    {
        Result run = engine.Run("Request-CBCertificate -Authority lab -Subject 'CN=denied' -KeyAlgorithm ECDSA_P256 -OrderSetting @{ decision = 'deny'; reason = 'because of the test' }");
        IssuanceResult result = run.One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Denied, result.Status);
        Assert.Contains("because of the test", result.Message);
        Assert.Null(result.Thumbprint);
        Assert.Null(result.Certificate);
        Assert.Contains(run.Warnings, warning => warning.Contains("because of the test", StringComparison.Ordinal));
        Assert.Equal(RequestState.Denied, engine.Run("Get-CBIssuance -RequestId $id", ("id", result.RequestId)).One<IssuanceInfo>().State);
    }

    [Fact]
    public void Order_settings_are_parameters_too()
    {
        Assert.Equal(IssuanceStatus.Pending, Issue("dynamic", "-Decision pending -PendingFor 1h").Status);
        Assert.Single(engine.Run("Request-CBCertificate -Authority lab -Subject 'CN=x' -Decision maybe").Errors);
        IssuanceResult shortLived = Issue("short", "-ValidityDays 3");
        Assert.True(shortLived.Certificate!.NotAfter < DateTime.Now.AddDays(4));
    }

    [Fact]
    public void Pending_is_listed_and_received()
    {
        IssuanceResult pending = Issue("pending1", "-OrderSetting @{ decision = 'pending' }");
        Assert.Equal(IssuanceStatus.Pending, pending.Status);
        Assert.Null(pending.Thumbprint);
        CertificateRequestInfo listed = engine.Run("Get-CBCertificateRequest -State Pending -Subject '*pending1*'").One<CertificateRequestInfo>();
        Assert.Equal(pending.RequestId, listed.RequestId);
        IssuanceResult received = engine.Run("Get-CBCertificateRequest -State Pending -Subject '*pending1*' | Receive-CBCertificate -OutFile pending1.cer").One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Issued, received.Status);
        Assert.Equal(pending.RequestId, received.RequestId);
        Assert.Equal(received.Thumbprint, X509CertificateLoader.LoadCertificateFromFile(engine.PathOf("pending1.cer")).Thumbprint);
        Assert.True(engine.Run("Get-CBCertificate $t", ("t", received.Thumbprint)).One<CertificateInfo>().HasPrivateKey);
    }

    [Fact]
    public void Pending_may_end_in_denied()
    {
        IssuanceResult pending = Issue("pending2", "-OrderSetting @{ decision = 'pending'; 'final-decision' = 'deny'; reason = 'no in the end' }");
        Result run = engine.Run("Receive-CBCertificate -RequestId $id", ("id", pending.RequestId));
        Assert.Equal(IssuanceStatus.Denied, run.One<IssuanceResult>().Status);
        Assert.Contains(run.Warnings, warning => warning.Contains("no in the end", StringComparison.Ordinal));
    }

    [Fact]
    public void Pending_survives_into_a_new_process()
    {
        string id = ChildShell.Run(engine.Home, "-Command",
            "(Request-CBCertificate -Authority lab -Subject 'CN=other process' -KeyAlgorithm ECDSA_P256 -OrderSetting @{ decision = 'pending'; 'pending-for' = '1s' }).RequestId").Good();
        Assert.Equal(RequestState.Pending, engine.Run("Get-CBCertificateRequest -RequestId $id", ("id", id)).One<CertificateRequestInfo>().State);
        Thread.Sleep(1100);
        string[] received = ChildShell.Run(engine.Home, "-Command", $"$r = Receive-CBCertificate -RequestId {id}; \"$($r.Status)\"; $r.Thumbprint").Good().Split('\n');
        Assert.Equal("Issued", received[0].Trim());
        Assert.True(engine.Run("Get-CBCertificate $t", ("t", received[1].Trim())).One<CertificateInfo>().HasPrivateKey);
    }

    [Fact]
    public void WaitSeconds_waits_for_the_decision()
    {
        Assert.Equal(IssuanceStatus.Issued, Issue("waited", "-OrderSetting @{ decision = 'pending'; 'pending-for' = '2s' } -WaitSeconds 30").Status);
    }

    [Fact]
    public void Receive_All_takes_everything_that_waits_and_says_when_nothing_does()
    {
        Issue("all1", "-OrderSetting @{ decision = 'pending' }");
        Issue("all2", "-OrderSetting @{ decision = 'pending' }");
        Assert.True(engine.Run("Receive-CBCertificate -All").All<IssuanceResult>().Count(result => result.Status == IssuanceStatus.Issued) >= 2);
        engine.Run("Receive-CBCertificate -RequestId 00000000-0000-0000-0000-000000000000").Failed("Journal.NotFound", ErrorCategory.ObjectNotFound);
    }

    [Fact]
    public void A_renewal_keeps_the_names_makes_a_new_key_and_archives_the_old_one()
    {
        IssuanceResult old = Issue("renew1", "-Template server -FriendlyName 'to renew' -Exportable");
        IssuanceResult renewed = engine.Run("Update-CBCertificate $t -Authority lab", ("t", old.Thumbprint)).One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Issued, renewed.Status);
        Assert.NotEqual(old.Thumbprint, renewed.Thumbprint);
        Assert.NotEqual(old.Certificate!.KeyId, renewed.Certificate!.KeyId);
        Assert.Equal(old.Certificate.SubjectAlternativeName, renewed.Certificate.SubjectAlternativeName);
        Assert.Equal("to renew", renewed.Certificate.FriendlyName);
        Assert.True(engine.Run("Get-CBCertificate $t", ("t", old.Thumbprint)).One<CertificateInfo>().Archived);
        Assert.Equal(renewed.Thumbprint, engine.Run("Get-CBCertificate -Subject renew1").One<CertificateInfo>().Thumbprint);
        Assert.Equal(2, engine.Run("Get-CBCertificate -Subject renew1 -IncludeArchived").Output.Count);
    }

    [Fact]
    public void A_renewal_can_keep_the_key_and_the_old_certificate()
    {
        IssuanceResult old = Issue("renew2");
        IssuanceResult renewed = engine.Run("Get-CBCertificate -Subject renew2 | Update-CBCertificate -Authority lab -ReuseKey -KeepOld").One<IssuanceResult>();
        Assert.Equal(old.Certificate!.KeyId, renewed.Certificate!.KeyId);
        Assert.False(engine.Run("Get-CBCertificate $t", ("t", old.Thumbprint)).One<CertificateInfo>().Archived);
    }

    [Fact]
    public void Revoke_asks_then_tells_the_ca_by_thumbprint_or_file()
    {
        IssuanceResult one = Issue("revoke1", "-OutFile revoke1.cer");
        engine.Host.Answer = "N";
        try
        {
            Assert.Empty(engine.Run("Revoke-CBCertificate $t -Authority lab -PassThru", ("t", one.Thumbprint)).Good().Output);
            Assert.Single(engine.Host.Questions);
        }
        finally
        {
            engine.Host.Answer = null;
        }
        // Nobody there to ask: nothing happens, and it says so.
        Assert.Single(engine.Run("Revoke-CBCertificate $t -Authority lab").Errors);
        engine.Run("Revoke-CBCertificate -Path revoke1.cer -Authority lab -Reason KeyCompromise -Confirm:$false").Good();
        // The CA refuses to renew what it revoked: that is how this test sees that it knows.
        Assert.Equal(IssuanceStatus.Denied, engine.Run("Update-CBCertificate $t -Authority lab").One<IssuanceResult>().Status);
    }

    [Fact]
    public void Revoke_takes_every_reason_by_name()
    {
        foreach (RevocationReason reason in Enum.GetValues<RevocationReason>().Where(reason => reason is not (RevocationReason.RemoveFromCrl or RevocationReason.CertificateHold)))
        {
            IssuanceResult one = Issue("reason-" + reason.ToString().ToLowerInvariant());
            engine.Run($"Revoke-CBCertificate $t -Authority lab -Reason {reason} -Force", ("t", one.Thumbprint)).Good();
            Assert.Equal("revoked", engine.Run("Update-CBCertificate $t -Authority lab", ("t", one.Thumbprint)).One<IssuanceResult>().Reason);
        }
        Assert.Equal(10, Enum.GetValues<RevocationReason>().Length);
        Assert.Single(engine.Run("Revoke-CBCertificate $t -Authority lab -Reason Boredom -Force").Errors);
    }

    [Fact]
    public void Revoke_suspends_and_resumes()
    {
        IssuanceResult one = Issue("hold");
        engine.Run("Revoke-CBCertificate $t -Authority lab -Reason CertificateHold -Force; Revoke-CBCertificate $t -Authority lab -Reason RemoveFromCrl -Force", ("t", one.Thumbprint)).Good();
        Assert.Single(engine.Run("Revoke-CBCertificate $t -Authority lab -Reason RemoveFromCrl -Force").Errors);
        Assert.Equal(one.Thumbprint, engine.Run("Get-CBCertificate $t | Revoke-CBCertificate -Authority lab -Reason Superseded -Force -PassThru").One<CertificateInfo>().Thumbprint);
    }

    [Fact]
    public void Revoke_refuses_a_certificate_of_another_ca()
    {
        using X509Certificate2 foreign = Inputs.SelfSigned("CN=foreign");
        File.WriteAllText(engine.PathOf("foreign.cer"), foreign.ExportCertificatePem());
        ErrorRecord error = Assert.Single(engine.Run("Revoke-CBCertificate -Path foreign.cer -Authority lab -Force").Errors);
        Assert.Equal(ErrorCategory.ObjectNotFound, error.CategoryInfo.Category);
    }

    [Fact]
    public void The_journal_tells_every_story()
    {
        IssuanceResult result = Issue("story");
        IssuanceInfo info = engine.Run("Get-CBIssuance -RequestId $id", ("id", result.RequestId)).One<IssuanceInfo>();
        Assert.Equal((RequestState.Installed, "lab", "local-ca", result.Thumbprint), (info.State, info.Authority, info.Provider, info.Thumbprint));
        Assert.Contains("story", info.Subject);
        RequestState[] states = [.. info.Events.Select(item => item.State)];
        Assert.Equal(RequestState.Prepared, states[0]);
        Assert.Contains(RequestState.Submitting, states);
        Assert.Contains(RequestState.Issued, states);
        Assert.Equal(RequestState.Installed, states[^1]);
        Assert.Equal(info.Events.Select(item => item.Time).Order(), info.Events.Select(item => item.Time));

        Assert.Single(engine.Run("Get-CBIssuance -First 1").Output);
        Assert.Equal(result.RequestId, engine.Run("Get-CBIssuance -Thumbprint $t", ("t", result.Thumbprint!.ToLowerInvariant())).One<IssuanceInfo>().RequestId);
        Assert.Equal(result.RequestId, engine.Run("Get-CBIssuance -Subject '*story*' -Authority LAB -State Installed -After ([DateTime]::Now.AddHours(-1)) -IncludeEvent").One<IssuanceInfo>().RequestId);
        Assert.Empty(engine.Run("Get-CBIssuance -Before ([DateTime]::Now.AddDays(-1))").Output);
        Assert.Empty(engine.Run("Get-CBIssuance -StoreLocation LocalMachine").Output);
        engine.Run("Get-CBIssuance -RequestId 00000000-0000-0000-0000-000000000000").Failed("Module.RequestNotFound", ErrorCategory.ObjectNotFound);
    }

    [Fact]
    public void Templates_must_agree()
    {
        File.WriteAllText(engine.PathOf("template.ini"), Inputs.RealInf("CN=template") + "\n[RequestAttributes]\nCertificateTemplate = server\n");
        engine.Run("Request-CBCertificate -Authority lab -InfPath template.ini -Template client").Failed("Issuance.Template", ErrorCategory.InvalidArgument);
    }

    [Fact]
    public void The_cas_rules_say_no_before_anything_is_made()
    {
        int before = engine.Run("Get-CBCertificateRequest -All").Output.Count;
        engine.Run("Request-CBCertificate -Authority lab -Template server -Subject 'CN=no san' -KeyAlgorithm ECDSA_P256").Failed("Policy.SanRequired", ErrorCategory.PermissionDenied);
        engine.Run("Request-CBCertificate -Authority nobody -Subject 'CN=x'").Failed("Authority.NotFound", ErrorCategory.ObjectNotFound);
        engine.Run("Request-CBCertificate -Authority lab -Subject 'CN=x' -OrderSetting @{ nonsense = 1 }").Failed("Provider.SettingUnknown", ErrorCategory.InvalidArgument);
        Assert.Equal(before, engine.Run("Get-CBCertificateRequest -All").Output.Count);
    }

    [Fact]
    public void TrustRoot_installs_the_cas_root()
    {
        engine.WithLab("trusting");
        engine.Run("Request-CBCertificate -Authority trusting -Subject 'CN=trusted' -KeyAlgorithm ECDSA_P256 -TrustRoot").Good();
        Assert.Single(engine.Run("Get-CBCertificate -StoreName Root -Subject 'Test Root trusting'").Good().Output);
    }

    [Fact]
    public void Verbose_tells_the_steps()
    {
        Result run = engine.Run("Request-CBCertificate -Authority lab -Subject 'CN=verbose' -KeyAlgorithm ECDSA_P256 -Verbose");
        run.Good();
        Assert.True(run.Verbose.Count >= 3, string.Join('\n', run.Verbose));
        Assert.All(run.Verbose, line => Assert.DoesNotContain('\n', line));
    }

    [Fact]
    public void A_hundred_in_one_pipeline()
    {
        IReadOnlyList<IssuanceResult> results = engine.Run("""
            1..100 | ForEach-Object { [pscustomobject]@{ Subject = "CN=batch$_"; DnsName = "batch$_.example.com"; KeyAlgorithm = 'ECDSA_P256'; StoreName = 'Batch' } } |
                Request-CBCertificate -Authority lab -Template server
            """).All<IssuanceResult>();
        Assert.Equal(100, results.Count(result => result.Status == IssuanceStatus.Issued));
        Assert.Equal(100, results.Select(result => result.Thumbprint).Distinct().Count());
        Assert.Equal(100, engine.Run("Get-CBCertificate -StoreName Batch").Output.Count);
    }
}
