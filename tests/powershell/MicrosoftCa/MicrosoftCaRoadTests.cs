using System.Text.Json.Nodes;
using CertBroker.Tests.DigiCert;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests.MicrosoftCa;

/// <summary>What goes well: templates, requests, pending ones, renewals, by every way to show who one is.</summary>
public sealed class MicrosoftCaRoadTests(MicrosoftCaFixture fixture) : MicrosoftCaTest(fixture), IClassFixture<MicrosoftCaFixture>
{
    [Theory]
    [InlineData("ces")]
    [InlineData("certsrv")]
    public void A_certificate_with_the_names_of_the_request(string authority)
    {
        string name = "road-" + authority;
        IssuanceResult issued = Status(Fixture.RequestServer(authority, name), IssuanceStatus.Issued);
        CertificateInfo certificate = Installed(issued);
        Assert.Equal("CN=" + name, certificate.Subject);
        JsonNode seen = Assert.Single(Fixture.Submissions);
        Assert.Equal(("pkcs10", "WebServer", "LAB\\alice"), (seen["kind"]!.ToString(), seen["template"]!.ToString(), seen["requester"]!.ToString()));
        Assert.Contains("2.5.29.17", seen["extensions"]!.AsArray().Select(one => one!.ToString()));
        Assert.Single(Fixture.Orders);
        // The pages have nothing that names templates to a machine; the request says it as the services' policy wants it.
        Assert.Equal(authority == "ces" ? ["extension 20.2", "attribute"] : ["attribute"], seen["templates"]!.AsArray().Select(one => one!.ToString()));
    }

    [Fact]
    public void Who_asks_is_shown_by_a_password_of_the_transport() => Shown_by("Kerberos", "basic");

    [UnixFact("Wine's TLS shows no certificates with keys of elliptic curves, and the lab's have such")]
    public void Who_asks_is_shown_by_a_client_certificate() => Shown_by("Certificate", "certificate");

    private void Shown_by(string service, string authentication)
    {
        string? thumbprint = authentication == "certificate" ? Fixture.Import("alice") : null;
        (string, object?)[] nobody = authentication == "certificate" ? [("user", null), ("password", null), ("client-certificate-thumbprint", thumbprint)] : [];
        Fixture.Register("other", [("url", Fixture.Policy(service)), ("authentication", authentication), .. nobody]);
        Status(Fixture.RequestServer("other", "by-" + authentication), IssuanceStatus.Issued);
        Sent order = Assert.Single(Fixture.Orders);
        Assert.DoesNotContain("UsernameToken", order.Body, StringComparison.Ordinal);
        Assert.Equal(thumbprint, order.Certificate);
        Assert.Equal("LAB\\alice", Fixture.Submissions[0]["requester"]!.ToString());
    }

    [Fact]
    public void The_enrolment_service_itself_can_be_the_address()
    {
        Fixture.Register("direct", ("url", Fixture.Enrollment("UsernamePassword")));
        Status(Fixture.RequestServer("direct", "direct"), IssuanceStatus.Issued);
        Assert.Empty(Lab.Requests("policy"));
        Assert.Equal("WebServer", Fixture.Submissions[0]["template"]!.ToString());
    }

    [Fact]
    public void Templates_are_listed_with_what_they_allow_and_chosen_by_name_or_oid()
    {
        var all = Engine.Run("Get-CBCertificateProfile -Authority ces").All<CertificateProfile>().ToDictionary(one => one.Name);
        Assert.Equal(Lab.Ready["templates"]!.AsArray().Select(one => one!["name"]!.ToString()).Order(), all.Keys.Order());
        Assert.Equal(("true", "false"), (all["WebServer"].Attributes["enrolleeSuppliesSubject"], all["WebServer"].Attributes["managerApproval"]));
        Assert.Equal("true", all["LabPending"].Attributes["managerApproval"]);
        Assert.Equal("false", all["LabForbidden"].Attributes["enroll"]);
        Assert.Equal("1", all["LabAgent"].Attributes["authorizedSignatures"]);
        Assert.Equal("3072", all["LabLongKey"].Attributes["minimalKeyLength"]);
        string oid = all["LabLongKey"].Attributes["oid"];
        Status(Fixture.Request("ces", oid, "-Subject 'CN=by-oid'"), IssuanceStatus.Issued);
        Assert.Equal("LabLongKey", Fixture.Submissions[0]["template"]!.ToString());
        // The key is as long as the template wants it, and nobody had to say so.
        Assert.Equal(3072, Engine.Run("Get-CBCertificate -Subject by-oid").One<CertificateInfo>().KeyLength);
    }

    [Fact]
    public void A_template_for_elliptic_curves_gets_one()
    {
        Status(Fixture.Request("ces", "LabCurve", "-Subject 'CN=curve'"), IssuanceStatus.Issued);
        Assert.Equal("ECDSA_P256", Engine.Run("Get-CBCertificate -Subject curve").One<CertificateInfo>().KeyAlgorithm.ToString());
    }

    [Fact]
    public void A_subject_of_the_directory_is_taken_only_by_who_says_so()
    {
        System.Management.Automation.ErrorRecord error = Failed(Engine.Run("Request-CBCertificate -Authority ces -Template User -Subject 'CN=anything'"), "Certificate.Names", System.Management.Automation.ErrorCategory.InvalidData, "CN=Alice Example", "CN=anything");
        Assert.Contains("-AllowDifferences", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        IssuanceResult issued = Status(Engine.Run("Request-CBCertificate -Authority ces -Template User -Subject 'CN=anything' -AllowDifferences"), IssuanceStatus.Issued);
        Assert.Contains("CN=Alice Example", Installed(issued).Subject, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ces", true)]
    [InlineData("ces", false)]
    [InlineData("certsrv", true)]
    [InlineData("certsrv", false)]
    public void Pending_is_received_when_a_manager_has_decided(string authority, bool approve)
    {
        string name = $"pending-{authority}-{approve}".ToLowerInvariant();
        IssuanceResult pending = Status(Fixture.Request(authority, "LabPending", $"-Subject 'CN={name}'"), IssuanceStatus.Pending);
        Fixture.Kept(name, RequestState.Pending);
        Received(pending.RequestId, IssuanceStatus.Pending);
        if (approve)
        {
            Lab.Command("approve");
            Assert.Equal("CN=" + name, Installed(Received(pending.RequestId, IssuanceStatus.Issued)).Subject);
        }
        else
        {
            Lab.Command("deny", new { message = "Not for this host." });
            IssuanceResult denied = Received(pending.RequestId, IssuanceStatus.Denied);
            Assert.Contains("Not for this host.", denied.Message, StringComparison.Ordinal);
            Assert.Contains("0x80094014", denied.Message, StringComparison.OrdinalIgnoreCase);
        }
        Assert.Single(Fixture.Orders);
        Assert.Equal("LAB\\alice", Fixture.Submissions[0]["requester"]!.ToString());
    }

    [Theory]
    [InlineData("ces")]
    [InlineData("certsrv")]
    public void Pending_is_read_in_every_language(string authority)
    {
        foreach (string language in new[] { "de", "fr", "ja" })
        {
            Lab.Command("language", new { language });
            string name = $"{language}-{authority}";
            IssuanceResult pending = Status(Fixture.Request(authority, "LabPending", $"-Subject 'CN={name}'"), IssuanceStatus.Pending);
            Lab.Command("approve");
            Received(pending.RequestId, IssuanceStatus.Issued);
        }
    }

    [Fact]
    public void A_renewal_has_a_new_key_and_is_signed_with_the_old_certificate()
    {
        IssuanceResult first = Status(Fixture.RequestServer("ces", "renewed"), IssuanceStatus.Issued);
        IssuanceResult second = Status(Engine.Run($"Get-CBCertificate -Thumbprint {first.Thumbprint} | Update-CBCertificate -Authority ces -Template WebServer"), IssuanceStatus.Issued);
        Assert.NotEqual(first.Thumbprint, second.Thumbprint);
        Assert.Equal("CN=renewed", Installed(second).Subject);
        JsonNode seen = Fixture.Submissions[1];
        Assert.Equal(("pkcs7", first.Thumbprint, first.Thumbprint), (seen["kind"]!.ToString(), seen["renews"]?.ToString(), seen["signers"]!.AsArray().FirstOrDefault()?.ToString()));
    }

    [Fact]
    public void A_dead_address_of_the_enrolment_service_is_no_obstacle()
    {
        Fixture.Register("dead");
        Lab.Next("policy", "dead-address", times: -1);
        Status(Fixture.RequestServer("dead", "dead"), IssuanceStatus.Issued);
        Assert.Single(Fixture.Orders);
    }

    [Theory]
    [InlineData("other-prefixes")]
    [InlineData("default-namespaces")]
    [InlineData("comments")]
    [InlineData("unknown-elements")]
    [InlineData("one-line")]
    [InlineData("no-cmc")]
    [InlineData("no-chain")]
    [InlineData("out-of-order")]
    public void A_right_answer_in_another_shape_is_a_right_answer(string scenario)
    {
        Lab.Next("enrollment", scenario);
        Status(Fixture.RequestServer("ces", "shape-" + scenario), IssuanceStatus.Issued);
    }

    [Theory]
    [InlineData("nil-false")]
    [InlineData("long-lived")]
    [InlineData("unknown-elements")]
    [InlineData("other-prefixes")]
    [InlineData("comments")]
    public void A_right_policy_in_another_shape_is_a_right_policy(string scenario)
    {
        Fixture.Register("shapes");
        Lab.Next("policy", scenario, times: -1);
        Assert.Equal(11, Engine.Run("Get-CBCertificateProfile -Authority shapes").All<CertificateProfile>().Count);
    }

    [Fact]
    public void The_doctor_looks_at_the_services_and_asks_for_no_certificate()
    {
        var checks = Engine.Run("Test-CBAuthority ces -Template WebServer").All<AuthorityCheck>();
        Assert.DoesNotContain(checks, check => check.Status == "Failed");
        Assert.Empty(Fixture.Orders);
        checks = Engine.Run("Test-CBAuthority certsrv").All<AuthorityCheck>();
        Assert.DoesNotContain(checks, check => check.Status == "Failed");
        Assert.Empty(Fixture.Orders);
    }

    [Fact]
    public void A_template_by_which_anybody_can_be_somebody_else_is_named()
    {
        Result run = Engine.Run("Test-CBTemplate -Authority ces");
        Assert.Contains("LabVulnerable", run.Everything + string.Join(' ', run.Output.Select(one => string.Join(' ', one.Properties.Select(property => property.Value?.ToString())))), StringComparison.Ordinal);
    }
}
