using System.Management.Automation;
using System.Text.Json.Nodes;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests.DigiCert;

/// <summary>Certificates that exist: revoked, suspended, resumed, found.</summary>
public sealed class DigiCertManagementTests(DigiCertFixture fixture) : DigiCertTest(fixture), IClassFixture<DigiCertFixture>
{
    private JsonNode OfLab(string thumbprint) => Lab.Ask("certificates").AsArray().Single(one => one!["thumbprint"]!.ToString() == thumbprint)!;

    private Result Revoke(string thumbprint, string reason) =>
        Engine.Run($"Revoke-CBCertificate $t -Authority digicert -Reason {reason} -Force", ("t", thumbprint));

    [Theory]
    [InlineData("Unspecified", "Unspecified")]
    [InlineData("KeyCompromise", "KeyCompromise")]
    [InlineData("CACompromise", "CACompromise")]
    [InlineData("AffiliationChanged", "AffiliationChanged")]
    [InlineData("Superseded", "Superseded")]
    [InlineData("CessationOfOperation", "CessationOfOperation")]
    [InlineData("PrivilegeWithdrawn", "PrivilegeWithdrawn")]
    [InlineData("AACompromise", "AACompromise")]
    public void Revoked_with_every_reason(string reason, string wire)
    {
        string thumbprint = Fixture.RequestDevice("revoke-" + reason).One<IssuanceResult>().Thumbprint!;
        Revoke(thumbprint, reason).Good();
        Assert.Equal(("REVOKED", wire), (OfLab(thumbprint)["status"]!.ToString(), OfLab(thumbprint)["reason"]!.ToString()));
        // What is revoked stays so: a second time is no failure, suspending it is one.
        Revoke(thumbprint, reason).Good();
        Failed(Revoke(thumbprint, "CertificateHold"), "DigiCert.NotRevoked", ErrorCategory.ConnectionError);
        Assert.Equal(("REVOKED", wire), (OfLab(thumbprint)["status"]!.ToString(), OfLab(thumbprint)["reason"]!.ToString()));
    }

    [Theory]
    [InlineData("both")]
    [InlineData("older")]
    [InlineData("newer")]
    public void Suspended_and_resumed_under_each_revision_of_the_schema(string revision)
    {
        Lab.Command("management-schema", new { revision });
        string thumbprint = Fixture.RequestDevice("suspend-" + revision).One<IssuanceResult>().Thumbprint!;
        Revoke(thumbprint, "CertificateHold").Good();
        Assert.Equal("SUSPENDED", OfLab(thumbprint)["status"]!.ToString());
        Assert.Equal("Suspended", Engine.Run("Find-CBCertificate digicert $n", ("n", "suspend-" + revision)).One<FoundCertificate>().Status.ToString());
        Revoke(thumbprint, "RemoveFromCrl").Good();
        Assert.Equal("VALID", OfLab(thumbprint)["status"]!.ToString());
        Failed(Revoke(thumbprint, "RemoveFromCrl"), "DigiCert.NotRevoked", ErrorCategory.ConnectionError);
    }

    [Fact]
    public void Serial_numbers_go_without_leading_zeros()
    {
        // Every fourth serial number of the lab begins with a zero.
        for (int number = 1; number <= 4; number++)
        {
            Revoke(Fixture.RequestDevice("serial" + number).One<IssuanceResult>().Thumbprint!, "Superseded").Good();
        }
        Assert.All(Lab.Ask("certificates").AsArray(), one => Assert.Equal("REVOKED", one!["status"]!.ToString()));
        Assert.Contains(Lab.Ask("certificates").AsArray(), one => one!["serial"]!.ToString().Length == 31);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-7)]
    public void A_success_code_other_than_0_is_a_failure(int code)
    {
        string thumbprint = Fixture.RequestDevice("code" + code).One<IssuanceResult>().Thumbprint!;
        Lab.Next("management", "success-code", more: scenario =>
        {
            scenario["code"] = code;
            scenario["message"] = "Not today";
        });
        Failed(Revoke(thumbprint, "Superseded"), "DigiCert.NotRevoked", ErrorCategory.ConnectionError, "Not today", code.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal("VALID", OfLab(thumbprint)["status"]!.ToString());
    }

    [Fact]
    public void What_the_ca_does_not_know_it_does_not_revoke()
    {
        string thumbprint = Fixture.RequestDevice("forgotten").One<IssuanceResult>().Thumbprint!;
        Lab.Reset();
        ErrorRecord error = Assert.Single(Revoke(thumbprint, "Superseded").Errors);
        Assert.StartsWith("CB.DigiCert.", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("There is no certificate with the serial number", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_revocation_whose_answer_is_lost_is_not_repeated_blindly()
    {
        string thumbprint = Fixture.RequestDevice("lost answer").One<IssuanceResult>().Thumbprint!;
        Lab.Next("management", "close-after-processing");
        Assert.Single(Revoke(thumbprint, "Superseded").Errors);
        Assert.Single(Lab.Requests("management"));
        Assert.Equal("REVOKED", OfLab(thumbprint)["status"]!.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("search-pkcs7")]
    [InlineData("line-breaks")]
    [InlineData("other-prefixes")]
    public void A_hundred_and_twenty_certificates_are_found_page_by_page(string scenario)
    {
        Lab.Command("issue", new { profile = DigiCertFixture.User, count = 120, name = "page" });
        if (scenario.Length > 0)
        {
            Lab.Next("management", scenario, times: -1);
        }
        IReadOnlyList<FoundCertificate> found = Engine.Run("Find-CBCertificate -Authority digicert -Template $t", ("t", DigiCertFixture.User)).All<FoundCertificate>();
        Assert.Equal(120, found.Count);
        Assert.Equal(Enumerable.Range(1, 120).Select(number => $"page{number}@example.test"), found.Select(one => one.EmailAddress));
        Assert.Equal(120, found.Select(one => one.SerialNumber).Distinct().Count());
        Assert.Equal(3, Lab.Requests("management").Count);
    }

    [Fact]
    public void Whoever_has_enough_asks_for_no_more_pages()
    {
        Lab.Command("issue", new { profile = DigiCertFixture.User, count = 120, name = "page" });
        Engine.Run("try { Find-CBCertificate -Authority digicert -Template $t | ForEach-Object { throw 'enough' } } catch { }", ("t", DigiCertFixture.User));
        Assert.Single(Lab.Requests("management"));
    }

    [Fact]
    public void A_list_that_promises_more_and_gives_nothing_comes_to_an_end()
    {
        Lab.Command("issue", new { profile = DigiCertFixture.User, count = 2 });
        Lab.Next("management", "search-endless", times: -1);
        Engine.Run("Find-CBCertificate -Authority digicert -Template $t", ("t", DigiCertFixture.User));
        Assert.InRange(Lab.Requests("management").Count, 1, 3);
    }

    [Fact]
    public void A_list_that_does_not_say_whether_there_is_more()
    {
        Lab.Command("issue", new { profile = DigiCertFixture.User, count = 60 });
        Lab.Next("management", "search-without-more", times: -1);
        Assert.Equal(60, Engine.Run("Find-CBCertificate -Authority digicert -Template $t", ("t", DigiCertFixture.User)).All<FoundCertificate>().Count);
    }

    [Theory]
    [InlineData("-Subject find2")]
    [InlineData("-EmailAddress find2@example.test")]
    [InlineData("-Owner find2@example.test")]
    public void Found_by(string term)
    {
        Lab.Command("issue", new { profile = DigiCertFixture.User, count = 3, name = "find" });
        FoundCertificate found = Engine.Run("Find-CBCertificate -Authority digicert " + term).One<FoundCertificate>();
        Assert.Equal(("find2@example.test", "Valid", DigiCertFixture.User), (found.Owner, found.Status.ToString(), found.Template));
        Assert.Equal(found.Thumbprint, Lab.Ask("certificates")[1]!["thumbprint"]!.ToString());
        FoundCertificate bySerial = Engine.Run("Find-CBCertificate -Authority digicert -SerialNumber $s", ("s", found.SerialNumber)).One<FoundCertificate>();
        Assert.Equal(found.Thumbprint, bySerial.Thumbprint);
    }

    [Fact]
    public void Found_and_revoked_in_one_line()
    {
        Lab.Command("issue", new { profile = DigiCertFixture.User, count = 3, name = "leaver" });
        Engine.Run("Find-CBCertificate -Authority digicert -Subject leaver2 | Revoke-CBCertificate -Reason CessationOfOperation -Force").Good();
        Assert.Equal(["VALID", "REVOKED", "VALID"], Lab.Ask("certificates").AsArray().Select(one => one!["status"]!.ToString()));
        FoundCertificate revoked = Engine.Run("Find-CBCertificate -Authority digicert -Status Revoked").One<FoundCertificate>();
        Assert.Equal("CessationOfOperation", revoked.RevocationReason?.ToString());
        Assert.NotNull(revoked.RevokedAt);
    }

    [Theory]
    [InlineData("never-answer", "DigiCert.Timeout", ErrorCategory.OperationTimeout)]
    [InlineData("malformed-xml", "DigiCert.Answer", ErrorCategory.ProtocolError)]
    [InlineData("unavailable", "DigiCert.HttpStatus", ErrorCategory.ConnectionError)]
    [InlineData("fault", "DigiCert.Fault", ErrorCategory.ConnectionError)]
    [InlineData("huge", "DigiCert.Answer", ErrorCategory.ProtocolError)]
    public void Searches_fail_like_everything_else(string scenario, string id, ErrorCategory category)
    {
        Lab.Next("management", scenario, times: -1);
        Failed(Engine.Run("Find-CBCertificate -Authority digicert -Subject x"), id, category);
    }
}
