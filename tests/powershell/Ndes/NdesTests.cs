using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests.Ndes;

/// <summary>Certificates by SCEP from an NDES whose CMS is .NET's, with the cmdlets.</summary>
public sealed class NdesTests : IClassFixture<NdesFixture>
{
    private readonly NdesFixture ndes;

    public NdesTests(NdesFixture fixture)
    {
        ndes = fixture;
        ndes.Control("reset", new { });
    }

    private Engine Engine => ndes.Engine;

    private Result Request(string name, string authority = "ndes") => Engine.Run($"Request-CBCertificate -Authority {authority} -Subject 'CN={name}' -DnsName {name}.example.com");

    /// <summary>Now: NDES names no time, and the provider's minute is nothing that a test waits for.</summary>
    private Result Receive(string request) => Engine.Run($"Receive-CBCertificate -RequestId {request} -Now");

    /// <summary>Nothing was lost on the way: the key that was made first is the certificate's.</summary>
    private void AssertIssuedWithItsKey(IssuanceResult result)
    {
        Assert.Equal(IssuanceStatus.Issued, result.Status);
        Assert.True(Engine.Run($"Get-CBCertificate -Thumbprint {result.Thumbprint}").One<CertificateInfo>().HasPrivateKey);
    }

    [Fact]
    public void A_certificate_is_requested_with_a_challenge_of_the_page_and_renewed_with_the_old_one()
    {
        IssuanceResult first = Request("device").One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Issued, first.Status);
        IssuanceResult second = Engine.Run($"Get-CBCertificate -Thumbprint {first.Thumbprint} | Update-CBCertificate -Authority ndes").One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Issued, second.Status);
        Assert.NotEqual(first.Thumbprint, second.Thumbprint);
        Assert.Equal([19, 17], ndes.Messages);
        Assert.Equal(2, ndes.Issued);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Pending_is_received_when_it_is_decided(bool approve)
    {
        ndes.Control("behave", new { decision = "pending" });
        IssuanceResult pending = Request("pending" + approve).One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Pending, pending.Status);
        Assert.Equal("The CA has not decided yet", pending.Message);
        Assert.Equal(IssuanceStatus.Pending, Receive(pending.RequestId).One<IssuanceResult>().Status);
        ndes.Control(approve ? "approve" : "deny", new { });
        IssuanceResult decided = Receive(pending.RequestId).One<IssuanceResult>();
        Assert.Equal(approve ? IssuanceStatus.Issued : IssuanceStatus.Denied, decided.Status);
        Assert.Equal([19, 20, 20], ndes.Messages);
    }

    [Fact]
    public void A_wrong_challenge_is_a_denied_request_that_says_where_to_look()
    {
        ndes.Register("wrong", ("challenge-url", null), ("challenge-user", null), ("challenge-password", null), ("challenge", Inputs.Secure("0000111122223333")));
        Result run = Request("wrong", "wrong");
        IssuanceResult denied = run.One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Denied, denied.Status);
        Assert.Equal("badRequest", denied.Reason);
        Assert.Contains("badRequest", denied.Message);
        Assert.Contains("CERT_E_WRONG_USAGE", denied.RecommendedAction);
        Assert.DoesNotContain("0000111122223333", denied.Message + denied.RecommendedAction + string.Join('\n', run.Warnings));
        Assert.Equal(0, ndes.Issued);
    }

    [Fact]
    public void What_the_ca_denies_at_once_is_denied_and_says_so()
    {
        ndes.Control("behave", new { decision = "deny" });
        IssuanceResult denied = Request("denied").One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Denied, denied.Status);
        Assert.Equal("badRequest", denied.Reason);
        Assert.NotEmpty(denied.RecommendedAction);
        Assert.Equal([19], ndes.Messages);
        Assert.Equal(0, ndes.Issued);
    }

    [Theory]
    [InlineData("nonce", "EndpointProtection.Nonce", "a proxy keeps answers")]
    [InlineData("transaction", "EndpointProtection.Transaction", "a proxy keeps answers")]
    [InlineData("flip", "EndpointProtection.Signature", "Try again")]
    [InlineData("recipient", "EndpointProtection.Recipient", "the certificate that signed the request")]
    [InlineData("signer", "EndpointProtection.Signer", "something else answers at this address")]
    [InlineData("garbage", "EndpointProtection.Answer", "no proxy answers in its stead")]
    [InlineData("huge", "Http.TooLarge", "")]
    [InlineData("close", "Http.", "")]
    public void A_tampered_answer_to_a_poll_is_an_error_with_its_id_and_remedy_and_the_key_waits(string fault, string id, string remedy)
    {
        ndes.Control("behave", new { decision = "pending" });
        IssuanceResult pending = Request("poll" + fault).One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Pending, pending.Status);
        ndes.Control("approve", new { });
        ndes.Control("behave", new { fault });
        Result run = Receive(pending.RequestId);
        System.Management.Automation.ErrorRecord error = Assert.Single(run.Errors);
        Assert.StartsWith("CB." + id, error.FullyQualifiedErrorId);
        Assert.NotEmpty(error.ErrorDetails.RecommendedAction);
        Assert.Contains(remedy, error.ErrorDetails.RecommendedAction);
        ndes.Control("behave", new { fault = "" });
        AssertIssuedWithItsKey(Receive(pending.RequestId).One<IssuanceResult>());
        Assert.Equal(1, ndes.Issued);
    }

    [Theory]
    [InlineData("nonce", "it repeats another nonce than the request's")]
    [InlineData("transaction", "it belongs to the transaction 'another'")]
    [InlineData("flip", "its signature does not fit")]
    [InlineData("recipient", "its content is not encrypted for this request's key, or is damaged")]
    [InlineData("signer", "neither the CA nor one of its RAs has signed it")]
    [InlineData("garbage", "it is no SCEP message but text/html")]
    [InlineData("huge", "it is larger than")]
    [InlineData("close", "")]
    public void A_tampered_answer_is_not_believed_and_the_certificate_is_asked_for(string fault, string words)
    {
        ndes.Control("behave", new { fault });
        Result run = Request(fault);
        IssuanceResult lost = run.One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Uncertain, lost.Status);
        Assert.Contains(words, lost.Message);
        Assert.Contains(run.Warnings, warning => warning.Contains("Receive-CBCertificate", StringComparison.Ordinal));
        ndes.Control("behave", new { fault = "" });
        AssertIssuedWithItsKey(Receive(lost.RequestId).One<IssuanceResult>());
        Assert.Equal(1, ndes.Issued);
    }

    [Theory]
    [InlineData("pinned", "EndpointProtection.Fingerprint", "fingerprint")]
    [InlineData("old", "EndpointProtection.Legacy", "allow-legacy")]
    [InlineData("full", "EndpointProtection.ChallengeCache", "PasswordMax")]
    [InlineData("stranger", "EndpointProtection.ChallengeAccess", "challenge-user")]
    public void What_stops_a_request_before_it_is_sent_has_its_id_and_remedy(string why, string id, string remedy)
    {
        switch (why)
        {
            case "pinned":
                ndes.Register(why, ("ca-fingerprint", new string('0', 64)));
                break;
            case "old":
                ndes.Register(why);
                ndes.Control("behave", new { capabilities = "DES3\nSHA-1\n" });
                break;
            case "full":
                ndes.Register(why);
                for (int i = 0; i < 5; i++)
                {
                    Engine.Run("New-CBCertificateRequest -Authority full -Subject 'CN=taken' -OutFile taken.csr -Force").Good();
                }
                break;
            case "stranger":
                ndes.Register(why, ("challenge-password", Inputs.Secure("wrong")));
                break;
        }
        Result run = Request(why, why);
        System.Management.Automation.ErrorRecord error = Assert.Single(run.Errors);
        Assert.StartsWith("CB." + id + ",", error.FullyQualifiedErrorId);
        Assert.Contains(remedy, error.ErrorDetails.RecommendedAction);
        Assert.Empty(ndes.Messages);
    }

    [Fact]
    public void Who_only_looks_or_renews_takes_no_challenge_from_the_page()
    {
        IssuanceResult first = Request("sparing").One<IssuanceResult>();
        int taken = Challenges;
        Assert.Equal(1, taken);
        Engine.Run("Test-CBCertificateRequest -Authority ndes -Subject 'CN=sparing' -DnsName sparing.example.com").Good();
        Engine.Run("Test-CBAuthority ndes").Good();
        Assert.Equal(IssuanceStatus.Issued, Engine.Run($"Get-CBCertificate -Thumbprint {first.Thumbprint} | Update-CBCertificate -Authority ndes").One<IssuanceResult>().Status);
        Assert.Equal(taken, Challenges);
        Engine.Run("New-CBCertificateRequest -Authority ndes -Subject 'CN=sparing' -OutFile sparing.csr -Force").Good();
        Assert.Equal(taken + 1, Challenges);
    }

    /// <summary>How many passwords the page has handed out.</summary>
    private int Challenges => ndes.Ask("challenges")["count"]!.GetValue<int>();

    [Fact]
    public void A_certificate_of_the_ca_is_found_by_its_serial_number_and_by_nothing_else()
    {
        CertificateInfo certificate = Request("found").One<IssuanceResult>().Certificate!;
        var found = Engine.Run("Find-CBCertificate -Authority ndes -SerialNumber $serial", ("serial", certificate.SerialNumber)).One<FoundCertificate>();
        Assert.Equal(certificate.Subject, found.Subject);
        Assert.Equal([19, 21], ndes.Messages);
        Assert.Empty(Engine.Run("Find-CBCertificate -Authority ndes -SerialNumber 0BADCAFE").All<FoundCertificate>());
        Result other = Engine.Run("Find-CBCertificate -Authority ndes -Subject found");
        System.Management.Automation.ErrorRecord error = Assert.Single(other.Errors);
        Assert.StartsWith("CB.EndpointProtection.Search,", error.FullyQualifiedErrorId);
        Assert.Contains("-SerialNumber", error.ErrorDetails.RecommendedAction);
    }

    [Fact]
    public void The_doctor_tells_what_the_server_can_do_and_which_certificate_it_has()
    {
        var checks = Engine.Run("Test-CBAuthority ndes").All<AuthorityCheck>().ToDictionary(check => check.Id);
        foreach (string id in new[] { "scep.capabilities", "scep.ca-certificate", "scep.recipient", "scep.challenge" })
        {
            Assert.Equal("Passed", checks[id].Status);
        }
        Assert.Contains(ndes["fingerprint"], checks["scep.ca-certificate"].Message, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(ndes.Messages);
    }
}
