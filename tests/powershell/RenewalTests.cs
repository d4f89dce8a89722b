using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests;

/// <summary>What is due for renewal, and what becomes of the old certificate when the new one does not come.</summary>
public sealed class RenewalTests : IDisposable
{
    private readonly Engine engine = new Engine().WithLab();

    public void Dispose() => engine.Dispose();

    private IssuanceResult Issue(string name, string more = "") =>
        engine.Run($"Request-CBCertificate -Authority lab -Subject 'CN={name}' -DnsName {name}.example.com -KeyAlgorithm ECDSA_P256 {more}").One<IssuanceResult>();

    private string[] Names(string script) => [.. engine.Run($"({script}).Subject").Output.Select(item => item?.ToString() ?? "")];

    private CertificateInfo Old(IssuanceResult result) => engine.Run("Get-CBCertificate $t -IncludeArchived", ("t", result.Thumbprint)).One<CertificateInfo>();

    [Fact]
    public void Percent_and_days_say_what_is_due_and_the_last_fifth_is_when_nobody_does()
    {
        Issue("month", "-ValidityDays 30");
        Issue("year", "-ValidityDays 365");
        Assert.Empty(engine.Run("Get-CBCertificate -Renewable").Output);
        Assert.Equal(["CN=month"], Names("Get-CBCertificate -RenewalDays 31"));
        Assert.Equal(["CN=month", "CN=year"], Names("Get-CBCertificate -RenewalDays 366").Order(StringComparer.Ordinal));
        // Both are in their first hundredth.
        Assert.Empty(engine.Run("Get-CBCertificate -RenewalPercent 99").Output);
        CertificateInfo month = engine.Run("Get-CBCertificate -RenewalDays 31").One<CertificateInfo>();
        Assert.Equal(month.NotAfter.AddDays(-31), month.RenewAfter);
        Assert.Null(engine.Run("Get-CBCertificate -Subject month").One<CertificateInfo>().RenewAfter);
        Assert.Contains(engine.Run("Get-CBCertificate $t -Renewable", ("t", month.Thumbprint)).Warnings, warning => warning.Contains("does not match", StringComparison.Ordinal));
    }

    [Fact]
    public void The_cas_own_period_counts_for_certificates_that_were_issued_under_it()
    {
        Issue("before", "-ValidityDays 30");
        engine.Run("Set-CBAuthority -Name lab -Setting @{ 'renewal-period' = '30d' }").Good();
        IssuanceResult result = Issue("after", "-ValidityDays 30");
        Assert.Equal(TimeSpan.FromDays(30), engine.Run("Get-CBIssuance $id", ("id", result.RequestId)).One<IssuanceInfo>().RenewalPeriod);
        CertificateInfo due = engine.Run("Get-CBCertificate -Renewable").One<CertificateInfo>();
        Assert.Equal(("CN=after", result.Certificate!.NotAfter.AddDays(-30)), (due.Subject, due.RenewAfter!.Value));
        Assert.Empty(engine.Run("Get-CBCertificate -Renewable -Authority elsewhere").Output);
        // What is said here wins; a period as long as the life itself is none.
        Assert.Empty(engine.Run("Get-CBCertificate -RenewalDays 1").Output);
        Issue("shorter", "-ValidityDays 5");
        Assert.Equal(["CN=after"], Names("Get-CBCertificate -Renewable"));
        // The renewal knows the period, too, so a scheduled task would take it up: that is what the CA asked for.
        Assert.Equal(IssuanceStatus.Issued, engine.Run("Get-CBCertificate -Renewable | Update-CBCertificate -Authority lab -OrderSetting @{ 'validity-days' = 90 }").One<IssuanceResult>().Status);
        Assert.Empty(engine.Run("Get-CBCertificate -Renewable").Output);
    }

    [Fact]
    public void What_is_due_is_renewed_through_the_pipeline_once()
    {
        IssuanceResult old = Issue("due", "-ValidityDays 3");
        Issue("other", "-ValidityDays 300");
        engine.Run("New-CBCertificateRequest -Subject 'CN=self' -KeyAlgorithm ECDSA_P256 -RequestType Cert").Good();
        IssuanceResult renewed = engine.Run("Get-CBCertificate -RenewalDays 30 -Authority lab | Update-CBCertificate -Authority lab -OrderSetting @{ 'validity-days' = 90 }").One<IssuanceResult>();
        Assert.Equal("CN=due", renewed.Subject);
        Assert.NotEqual(old.Certificate!.KeyId, renewed.Certificate!.KeyId);
        Assert.True(Old(old).Archived);
        Assert.Empty(engine.Run("Get-CBCertificate -RenewalDays 30").Output);
        Assert.Empty(engine.Run("Get-CBCertificate -RenewalDays 400 -Authority elsewhere").Output);
        // Nobody renews what no CA issued.
        Assert.DoesNotContain("CN=self", Names("Get-CBCertificate -RenewalDays 36500"));
    }

    [Fact]
    public void A_renewal_that_is_pending_is_not_asked_for_again_and_the_old_certificate_serves_until_it_is_there()
    {
        IssuanceResult old = Issue("waiting", "-ValidityDays 3");
        IssuanceResult pending = engine.Run("Get-CBCertificate -RenewalDays 30 | Update-CBCertificate -Authority lab -OrderSetting @{ decision = 'pending' }").One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Pending, pending.Status);
        Assert.False(Old(old).Archived);
        Assert.Equal(old.Thumbprint, engine.Run("Get-CBIssuance $id", ("id", pending.RequestId)).One<IssuanceInfo>().Replaces);
        Assert.Empty(engine.Run("Get-CBCertificate -RenewalDays 30").Output);
        IssuanceResult renewed = engine.Run("Receive-CBCertificate $id", ("id", pending.RequestId)).One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Issued, renewed.Status);
        Assert.True(Old(old).Archived);
        Assert.True(renewed.Certificate!.HasPrivateKey);
    }

    [Fact]
    public void A_renewal_that_is_denied_leaves_the_old_certificate_in_its_place_with_what_to_do()
    {
        IssuanceResult old = Issue("denied");
        engine.Run("Revoke-CBCertificate $t -Authority lab -Reason Superseded -Force", ("t", old.Thumbprint)).Good();
        Result run = engine.Run("Update-CBCertificate $t -Authority lab", ("t", old.Thumbprint));
        IssuanceResult denied = run.One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Denied, denied.Status);
        Assert.Equal("The certificate to renew is revoked", denied.Message);
        Assert.Contains("Request-CBCertificate", denied.RecommendedAction);
        Assert.Contains(run.Warnings, warning => warning.Contains(denied.RecommendedAction, StringComparison.Ordinal));
        Assert.False(Old(old).Archived);
        Assert.True(Old(old).HasPrivateKey);
        Assert.Equal(denied.RecommendedAction, engine.Run("Get-CBIssuance $id", ("id", denied.RequestId)).One<IssuanceInfo>().RecommendedAction);
        CertificateRequestInfo listed = engine.Run("Get-CBCertificateRequest $id", ("id", denied.RequestId)).One<CertificateRequestInfo>();
        Assert.Equal(("revoked", denied.RecommendedAction), (listed.Reason, listed.RecommendedAction));
    }

    [Fact]
    public void A_ca_is_left_alone_until_the_time_it_named_unless_somebody_wants_to_know_now()
    {
        IssuanceResult pending = Issue("patient", "-OrderSetting @{ decision = 'pending'; 'pending-for' = '1h' }");
        CertificateRequestInfo listed = engine.Run("Get-CBCertificateRequest -State Pending").One<CertificateRequestInfo>();
        Assert.InRange(listed.NextTry!.Value, DateTime.Now.AddMinutes(58), DateTime.Now.AddMinutes(61));
        Assert.InRange(listed.Sent!.Value, DateTime.Now.AddMinutes(-2), DateTime.Now.AddMinutes(1));
        foreach (string script in (string[])["Receive-CBCertificate -All", "Get-CBCertificateRequest -State Pending | Receive-CBCertificate"])
        {
            Result left = engine.Run(script);
            Assert.Equal(IssuanceStatus.Pending, left.One<IssuanceResult>().Status);
            Assert.Contains(left.Warnings, warning => warning.Contains("left alone until", StringComparison.Ordinal));
        }
        foreach (string script in (string[])["Receive-CBCertificate -All -Now", $"Receive-CBCertificate {pending.RequestId}"])
        {
            Result asked = engine.Run(script);
            Assert.Equal(IssuanceStatus.Pending, asked.One<IssuanceResult>().Status);
            Assert.DoesNotContain(asked.Warnings, warning => warning.Contains("left alone", StringComparison.Ordinal));
        }
        // Waiting does not begin what cannot end in time.
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal(IssuanceStatus.Pending, engine.Run("Receive-CBCertificate -All -WaitSeconds 30").One<IssuanceResult>().Status);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20));
    }
}
