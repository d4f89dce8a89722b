using System.Management.Automation;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests.DigiCert;

/// <summary>The request for a certificate left, and its answer was lost or no use: nothing is issued twice, no key is lost.</summary>
public sealed class DigiCertUncertainTests(DigiCertFixture fixture) : DigiCertTest(fixture), IClassFixture<DigiCertFixture>
{
    private Sent[] Enrolments => [.. Lab.Requests("enrollment").Where(request => !request.Body.Contains("QueryTokenStatus", StringComparison.Ordinal))];

    [Theory]
    [InlineData("close-after-processing")]
    [InlineData("unavailable-after-processing")]
    [InlineData("truncated")]
    [InlineData("cut-xml")]
    [InlineData("garbage-token")]
    [InlineData("cas-only")]
    [InlineData("processing-instructions")]
    public void Issued_but_the_answer_was_lost(string scenario)
    {
        Lab.Next("enrollment", scenario);
        Result run = Fixture.RequestDevice(scenario);
        IssuanceResult lost = run.One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Uncertain, lost.Status);
        Assert.Single(run.Warnings, warning => warning.Contains("Receive-CBCertificate", StringComparison.Ordinal));
        Fixture.Kept(scenario, RequestState.Uncertain);
        Received(lost.RequestId);
    }

    [Theory]
    [InlineData("never-answer-after-processing")]
    [InlineData("stall-mid-body")]
    public void Issued_but_the_answer_came_too_late(string scenario)
    {
        Lab.Next("enrollment", scenario);
        Result run = Fixture.RequestDevice(scenario);
        string id = Fixture.Kept(scenario, RequestState.Uncertain).RequestId;
        if (run.Errors.Count > 0)
        {
            ErrorRecord error = Failed(run, "DigiCert.Timeout", ErrorCategory.OperationTimeout, "The operation has timed out", DigiCertFixture.TimeOut + " ms");
            Assert.Contains("Receive-CBCertificate", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
            Assert.Contains(id, error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        }
        Received(id);
    }

    [Theory]
    [InlineData("close-after-request")]
    [InlineData("unavailable")]
    [InlineData("html-page")]
    [InlineData("malformed-xml")]
    [InlineData("empty")]
    [InlineData("dtd")]
    [InlineData("deep")]
    [InlineData("huge")]
    public void Not_issued_and_nobody_knows(string scenario)
    {
        Lab.Next("enrollment", scenario);
        IssuanceResult lost = Fixture.RequestDevice(scenario).One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Uncertain, lost.Status);
        Fixture.Kept(scenario, RequestState.Uncertain);
        Assert.Single(Enrolments);
        Assert.Equal(0, Lab.Issued);
        // It asks first, and only what the CA does not know is sent again: the same request, under the same transaction id.
        IssuanceResult received = Engine.Run("Receive-CBCertificate -RequestId $id", ("id", lost.RequestId)).One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Issued, received.Status);
        Assert.True(Engine.Run("Get-CBCertificate $t", ("t", received.Thumbprint)).One<CertificateInfo>().HasPrivateKey);
        string[] order = [.. Lab.Requests().Where(request => request.Service != "policy").Select(request => request.Service).Distinct()];
        Assert.Equal(["enrollment", "management"], order);
        Assert.Equal("enrollment", Lab.Requests()[^1].Service);
        Assert.Equal(2, Enrolments.Length);
        Assert.Equal(Enrolments[0].Body, Enrolments[1].Body);
        Assert.Equal(1, Lab.Issued);
    }

    [Fact]
    public void What_the_search_does_not_show_yet_is_not_sent_again_before_its_time()
    {
        Fixture.Register("lagging", ("search-lag", "1h"));
        Lab.Next("enrollment", "close-after-request");
        IssuanceResult lost = Fixture.RequestDevice("lagging", "lagging").One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Uncertain, lost.Status);
        Result run = Engine.Run("Receive-CBCertificate -RequestId $id", ("id", lost.RequestId));
        IssuanceResult still = run.One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Uncertain, still.Status);
        Assert.InRange(still.NextTry!.Value, DateTime.Now.AddMinutes(58), DateTime.Now.AddMinutes(61));
        Assert.Contains(run.Warnings, warning => warning.Contains("nothing is sent again before", StringComparison.Ordinal));
        Assert.Single(Enrolments);
        Assert.Equal(still.NextTry, Engine.Run("Get-CBCertificateRequest $id", ("id", lost.RequestId)).One<CertificateRequestInfo>().NextTry);
        // An hour that is not waited for here: the same authority with a shorter lag.
        Engine.Run("Set-CBAuthority -Name lagging -Setting @{ 'search-lag' = 0 }").Good();
        Assert.Equal(IssuanceStatus.Issued, Engine.Run("Receive-CBCertificate -RequestId $id", ("id", lost.RequestId)).One<IssuanceResult>().Status);
        Assert.Equal(2, Enrolments.Length);
        Assert.Equal(1, Lab.Issued);
    }

    [Theory]
    [InlineData("throttled", "DigiCert.HttpStatus", "HTTP status 429")]
    [InlineData("redirect", "DigiCert.HttpStatus", "HTTP status 302")]
    [InlineData("fault", "DigiCert.Fault", "TD-ASKED-FOR")]
    public void Refused_and_can_be_sent_again(string scenario, string id, string part)
    {
        Lab.Next("enrollment", scenario);
        ErrorRecord error = Failed(Fixture.RequestDevice(scenario), id, ErrorCategory.ConnectionError, part);
        CertificateRequestInfo kept = Fixture.Kept(scenario, RequestState.Failed);
        Assert.Contains(kept.RequestId, error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        IssuanceResult again = Engine.Run("Request-CBCertificate -Authority digicert -RequestId $id -Template $t", ("id", kept.RequestId), ("t", DigiCertFixture.Device)).One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Issued, again.Status);
        Assert.True(Engine.Run("Get-CBCertificate $t", ("t", again.Thumbprint)).One<CertificateInfo>().HasPrivateKey);
        Assert.Equal(1, Lab.Issued);
    }

    [Theory]
    [InlineData("full", 500)]
    [InlineData("full", 200)]
    [InlineData("no-detail", 500)]
    [InlineData("no-namespace", 500)]
    [InlineData("capital", 500)]
    [InlineData("prefixed", 500)]
    [InlineData("string-only", 500)]
    [InlineData("message-only", 500)]
    public void A_fault_of_any_shape_is_told_with_its_words(string shape, int status)
    {
        Lab.Next("enrollment", "fault", more: scenario =>
        {
            scenario["shape"] = shape;
            scenario["status"] = status;
            scenario["message"] = "No seats are left.";
            scenario["code"] = "E-77";
        });
        string name = $"fault-{shape}-{status}";
        ErrorRecord error = Failed(Fixture.RequestDevice(name), "DigiCert.Fault", ErrorCategory.ConnectionError, "No seats are left.", DigiCertFixture.Device);
        if (shape is not ("no-detail" or "string-only"))
        {
            Assert.Contains("E-77", error.ToString(), StringComparison.Ordinal);
        }
        // The transaction id is what DigiCert's support asks for.
        Assert.Contains(Fixture.Kept(name, RequestState.Failed).RequestId, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_for_another_key_is_not_taken_for_ours()
    {
        Lab.Next("enrollment", "wrong-key");
        Failed(Fixture.RequestDevice("wrong-key"), "Certificate.KeyMismatch", ErrorCategory.InvalidResult);
        Fixture.Kept("wrong-key", RequestState.Uncertain);
        Assert.Empty(Engine.Run("Get-CBCertificate -Subject '*wrong-key*'").Output);
    }

    [Fact]
    public void A_private_key_from_the_server_is_not_taken()
    {
        Lab.Next("enrollment", "pkcs12");
        Result run = Fixture.RequestDevice("pkcs12");
        // The server did issue something, so it is neither sent again nor searched for.
        Assert.Equal(IssuanceStatus.Denied, run.One<IssuanceResult>().Status);
        Assert.StartsWith("Choose a profile", run.One<IssuanceResult>().RecommendedAction);
        Assert.Contains(run.Warnings, warning => warning.Contains("PKCS#12", StringComparison.Ordinal) && warning.Contains("Choose a profile", StringComparison.Ordinal));
        Assert.Empty(Engine.Run("Get-CBCertificate -Subject '*pkcs12*'").Output);
    }

    [Fact]
    public void No_token_but_a_reason_is_a_denial()
    {
        Lab.Next("enrollment", "no-token", more: scenario => scenario["disposition"] = "The user left the company.");
        Result run = Fixture.RequestDevice("left");
        Assert.Equal((IssuanceStatus.Denied, "The user left the company."), (run.One<IssuanceResult>().Status, run.One<IssuanceResult>().Message));
        Assert.Contains(run.Warnings, warning => warning.Contains("The user left the company.", StringComparison.Ordinal));
    }

    [Fact]
    public void An_expired_certificate_is_told()
    {
        Lab.Next("enrollment", "expired-certificate");
        Result run = Fixture.RequestDevice("expired");
        Failed(run, "Certificate.Validity", ErrorCategory.InvalidData, "expired");
        CertificateRequestInfo kept = Fixture.Kept("expired", RequestState.Issued);
        Result taken = Engine.Run("Receive-CBCertificate -RequestId $id -AllowDifferences", ("id", kept.RequestId));
        Assert.Equal(IssuanceStatus.Issued, taken.One<IssuanceResult>().Status);
        Assert.Contains(taken.Warnings, warning => warning.Contains("expired", StringComparison.Ordinal));
    }

    [Fact]
    public void A_process_that_ends_while_it_waits_loses_nothing()
    {
        Lab.Next("enrollment", "never-answer-after-processing");
        using System.Diagnostics.Process child = ChildShell.Start(Engine.Home, "-Command", $"Request-CBCertificate -Authority digicert -Template {DigiCertFixture.Device} -Subject 'CN=killed'");
        for (int i = 0; i < 300 && Lab.Issued == 0; i++)
        {
            Thread.Sleep(50);
        }
        child.Kill(entireProcessTree: true);
        child.WaitForExit();
        Assert.Equal(1, Lab.Issued);
        CertificateRequestInfo kept = Engine.Run("Get-CBCertificateRequest -Subject '*killed*'").One<CertificateRequestInfo>();
        Received(kept.RequestId);
    }

    /// <summary>Receive-CBCertificate finds what was issued by searching; no second one is asked for.</summary>
    private void Received(string id)
    {
        IssuanceResult found = Engine.Run("Receive-CBCertificate -RequestId $id", ("id", id)).One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Issued, found.Status);
        Assert.True(Engine.Run("Get-CBCertificate $t", ("t", found.Thumbprint)).One<CertificateInfo>().HasPrivateKey);
        Assert.Single(Enrolments);
        Assert.Equal(1, Lab.Issued);
        Assert.Equal(found.Thumbprint, Lab.Ask("certificates")[0]!["thumbprint"]!.ToString());
    }
}
