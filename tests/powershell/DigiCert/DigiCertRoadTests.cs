using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests.DigiCert;

/// <summary>What goes well: from the RA certificate to issued, found and revoked certificates.</summary>
public sealed class DigiCertRoadTests(DigiCertFixture fixture) : DigiCertTest(fixture), IClassFixture<DigiCertFixture>
{
    [Fact]
    public void The_ra_certificate_comes_from_the_portal_by_the_connectors_steps()
    {
        string thumbprint = Fixture.RaFromPortal();
        Lab.Command("close-connections"); // Wine's sessions share theirs
        Fixture.Register("portal", ("ra-certificate-thumbprint", thumbprint));
        Assert.Equal(IssuanceStatus.Issued, Fixture.RequestDevice("by-portal", "portal").One<IssuanceResult>().Status);
        Assert.All(Lab.Requests(), request => Assert.Equal(thumbprint, request.Certificate));
    }

    [Fact]
    public void A_user_gets_a_certificate_and_a_pfx_and_the_pfx_again_without_a_request()
    {
        IssuanceResult result = Fixture.Request(DigiCertFixture.User, "-Subject 'CN=IWUser0' -EmailAddress iwuser0@example.test -Upn iwuser0@example.test -Exportable").One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Issued, result.Status);
        Assert.Equal("CN=IWUser0, E=iwuser0@example.test, O=Example Corp", result.Subject);
        CertificateInfo installed = Engine.Run("Get-CBCertificate $t", ("t", result.Thumbprint)).One<CertificateInfo>();
        Assert.True(installed.HasPrivateKey);
        Assert.Equal(["email=iwuser0@example.test", "upn=iwuser0@example.test"], installed.SubjectAlternativeName.Order(StringComparer.Ordinal));
        Sent enrolled = Assert.Single(Lab.Requests("enrollment"));
        Assert.Equal(
            [("common_name", "IWUser0"), ("mail_email", "iwuser0@example.test"), ("otherNameUPN", "iwuser0@example.test"), ("seat_id", "iwuser0@example.test")],
            DigiCertFixture.PairsOf(enrolled).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key, pair.Value)));
        Assert.DoesNotContain("-----BEGIN", enrolled.Body, StringComparison.Ordinal);

        int requests = Lab.Requests().Count;
        for (int time = 0; time < 2; time++)
        {
            Engine.Run("Export-CBPfxCertificate -Thumbprint $t -Path user.pfx -Password $p -Force", ("t", result.Thumbprint), ("p", Inputs.Secure("for the device"))).Good();
        }
        Assert.Equal(requests, Lab.Requests().Count);
        Assert.Equal(1, Lab.Issued);
    }

    [Fact]
    public void The_profile_says_how_long_before_its_end_a_certificate_is_to_be_renewed()
    {
        IssuanceResult result = Fixture.RequestDevice("to-be-renewed").One<IssuanceResult>();
        Assert.Equal(TimeSpan.FromDays(30), Engine.Run("Get-CBIssuance $id", ("id", result.RequestId)).One<IssuanceInfo>().RenewalPeriod);
        Assert.Contains(Engine.Run("Get-CBCertificateProfile digicert $p -ListRule", ("p", DigiCertFixture.Device)).All<ProfileRule>(), rule => (rule.Rule, rule.Value) == ("RenewalSeconds", "2592000"));
    }

    [Fact]
    public void Many_users_come_from_the_pipeline_over_one_connection_and_one_policy()
    {
        Result run = Engine.Run($"1..12 | ForEach-Object {{ [pscustomobject]@{{ Subject = \"CN=pipe$_\" }} }} | Request-CBCertificate -Authority digicert -Template {DigiCertFixture.Device} -KeyAlgorithm ECDSA_P256");
        Assert.All(run.All<IssuanceResult>(), result => Assert.Equal(IssuanceStatus.Issued, result.Status));
        Assert.Equal(12, Lab.Issued);
        Assert.Single(Lab.Requests("policy"));
        Assert.Single(Lab.Requests().Select(request => request.Connection).Distinct());
    }

    [Theory]
    [InlineData("lower-case-response")]
    [InlineData("other-prefixes")]
    [InlineData("default-namespaces")]
    [InlineData("comments")]
    [InlineData("line-breaks")]
    [InlineData("ca-first")]
    [InlineData("with-root")]
    [InlineData("leaf-only")]
    [InlineData("x509v3")]
    [InlineData("no-transaction-id")]
    [InlineData("wrong-content-type")]
    [InlineData("clock-skew")]
    [InlineData("delay")]
    public void Answers_in_another_manner_are_understood(string scenario)
    {
        Lab.Next("enrollment", scenario);
        IssuanceResult result = Fixture.RequestDevice(scenario).One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Issued, result.Status);
        Assert.True(Engine.Run("Get-CBCertificate $t", ("t", result.Thumbprint)).One<CertificateInfo>().HasPrivateKey);
        // Whatever came, the chain is whole: what the answer lacks, the policy has.
        using X509Certificate2 leaf = X509CertificateLoader.LoadCertificate(result.Certificate!.RawData);
        Assert.Equal("CN=CertBroker Lab Device CA, O=CertBroker Lab", leaf.Issuer);
        Assert.NotEmpty(Engine.Run("Get-CBCertificate -StoreName CA -Subject '*Device CA*'").Good().Output);
    }

    [Theory]
    [InlineData("other-prefixes")]
    [InlineData("default-namespaces")]
    [InlineData("comments")]
    [InlineData("line-breaks")]
    public void Policies_in_another_manner_are_understood(string scenario)
    {
        Lab.Next("policy", scenario);
        Assert.Equal(IssuanceStatus.Issued, Fixture.RequestDevice("policy-" + scenario).One<IssuanceResult>().Status);
    }

    [Fact]
    public void A_foreign_transaction_id_is_a_warning()
    {
        Lab.Next("enrollment", "other-transaction-id");
        Result run = Fixture.RequestDevice("echo");
        Assert.Equal(IssuanceStatus.Issued, run.One<IssuanceResult>().Status);
        Assert.Contains(run.Warnings, warning => warning.Contains("somebody-elses", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_delivery_format_and_key_that_can_be_used_is_used()
    {
        Assert.Equal(IssuanceStatus.Issued, Fixture.Request(DigiCertFixture.X509, "-Subject 'CN=x509'").One<IssuanceResult>().Status);
        IssuanceResult large = Fixture.Request(DigiCertFixture.Rsa3072, "-Subject 'CN=large'").One<IssuanceResult>();
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(large.Certificate!.RawData);
        // SubjectPublicKeyInfo of a 3072 bit key; no object of the cryptography library is needed to see that.
        Assert.InRange(certificate.PublicKey.EncodedKeyValue.RawData.Length, 384, 400);
    }

    [Fact]
    public void An_order_adds_what_the_request_has_not()
    {
        IssuanceResult result = Fixture.Request(DigiCertFixture.JobTitle, "-Subject 'CN=boss' -OrderSetting @{ seat = 'seat-7'; attribute = 'jobTitle=Head of <IT> & more' }").One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Issued, result.Status);
        Dictionary<string, string> pairs = DigiCertFixture.PairsOf(Assert.Single(Lab.Requests("enrollment")));
        Assert.Equal(("Head of <IT> & more", "seat-7"), (pairs["jobTitle"], pairs["seat_id"]));
    }

    [Fact]
    public void Names_of_all_scripts_and_special_characters_arrive()
    {
        const string name = "Jörg <&> Müller, \"x\" ☃";
        IssuanceResult result = Fixture.Request(DigiCertFixture.Device, "-Subject 'CN=\"Jörg <&> Müller, \"\"x\"\" ☃\"'").One<IssuanceResult>();
        Assert.Equal(name, DigiCertFixture.PairsOf(Assert.Single(Lab.Requests("enrollment")))["common_name"]);
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(result.Certificate!.RawData);
        Assert.Contains(Encoding.UTF8.GetBytes(name), new[] { certificate.SubjectName.RawData }, new Inside());
    }

    [Fact]
    public void A_registered_user_is_made_first_where_the_profile_wants_it()
    {
        Assert.Equal(IssuanceStatus.Issued, Fixture.Request(DigiCertFixture.Registered, "-Subject 'CN=Some Body' -OrderSetting @{ seat = 'seat-8' }").One<IssuanceResult>().Status);
        Sent user = Assert.Single(Lab.Requests("users"));
        Assert.Equal(("createOrUpdateUserRequest", "\"\""), (user.Operation, user.SoapAction));
        Assert.Equal("seat-8", Lab.Ask("users")[0]!["seat"]!.ToString());
    }

    [Fact]
    public void Pending_is_received_when_it_was_approved_and_not_before()
    {
        IssuanceResult pending = Fixture.Request(DigiCertFixture.Approval, "-Subject 'CN=wait for me'").One<IssuanceResult>();
        Assert.Equal((IssuanceStatus.Pending, "Waiting for approval"), (pending.Status, pending.Message));
        Fixture.Kept("wait for me", RequestState.Pending);
        Assert.Equal(IssuanceStatus.Pending, Engine.Run("Receive-CBCertificate -RequestId $id", ("id", pending.RequestId)).One<IssuanceResult>().Status);
        Lab.Command("approve");
        IssuanceResult received = Engine.Run("Receive-CBCertificate -RequestId $id", ("id", pending.RequestId)).One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Issued, received.Status);
        Assert.True(Engine.Run("Get-CBCertificate $t", ("t", received.Thumbprint)).One<CertificateInfo>().HasPrivateKey);
        Assert.Equal(1, Lab.Issued);
    }

    [Fact]
    public void Pending_survives_into_a_new_process()
    {
        IssuanceResult pending = Fixture.Request(DigiCertFixture.SecondPoll, "-Subject 'CN=other process'").One<IssuanceResult>();
        string[] polls = [.. Enumerable.Range(0, 2).Select(_ => ChildShell.Run(Engine.Home, "-Command", $"(Receive-CBCertificate -RequestId {pending.RequestId}).Status").Good())];
        Assert.Equal(["Pending", "Issued"], polls);
    }

    [Theory]
    [InlineData("disposition")]
    [InlineData("fault")]
    public void Denied_in_the_end_is_told_with_its_reason(string told)
    {
        IssuanceResult pending = Fixture.Request(DigiCertFixture.Approval, $"-Subject 'CN=denied by {told}'").One<IssuanceResult>();
        Lab.Command("deny", new { @as = told, message = "not this user" });
        Result run = Engine.Run("Receive-CBCertificate -RequestId $id", ("id", pending.RequestId));
        if (told == "disposition")
        {
            Assert.Equal(IssuanceStatus.Denied, run.One<IssuanceResult>().Status);
            Assert.Contains(run.Warnings, warning => warning.Contains("not this user", StringComparison.Ordinal));
        }
        else
        {
            // A fault may also be a passing trouble, so the request stays as it is.
            Failed(run, "DigiCert.Fault", ErrorCategory.ConnectionError, "not this user", "TD-DENIED");
            Fixture.Kept("denied by fault", RequestState.Pending);
        }
        Assert.Equal(0, Lab.Issued);
    }

    [Fact]
    public void The_cas_of_a_profile_are_its_trusted_roots()
    {
        TrustedRoot[] roots = [.. Engine.Run("Get-CBTrustedRoot -Authority digicert -Template $t", ("t", DigiCertFixture.Device)).All<TrustedRoot>()];
        Assert.Equal(
            ["CN=CertBroker Lab Device CA", "CN=CertBroker Lab Intermediate CA", "CN=CertBroker Lab Root"],
            roots.Select(root => root.Subject.Split(", ").Single(part => part.StartsWith("CN=", StringComparison.Ordinal))).Order(StringComparer.Ordinal));
        // Without a profile it cannot be known which of the two CAs is meant.
        Engine.Run("Get-CBTrustedRoot -Authority digicert").Failed("DigiCert.SeveralAuthorities", ErrorCategory.InvalidArgument);
    }

    [Fact]
    public void Profiles_are_listed_with_their_names()
    {
        IReadOnlyList<CertificateProfile> profiles = Engine.Run("Get-CBCertificateProfile -Authority digicert").All<CertificateProfile>();
        Assert.Contains(profiles, profile => profile.Name == DigiCertFixture.User && profile.Title == "Intune user profile");
        Assert.Contains(profiles, profile => profile.Name == "1.3.6.1.4.1.55555.1.1");
        Assert.Equal(22, profiles.Count);
    }

    [Theory]
    [InlineData("https://LOCALHOST:{0}/")]
    [InlineData("  localhost:{0}/pki-ws/ ")]
    [InlineData("https://localhost:{0}/pki-ws/policyService")]
    public void What_people_paste_as_service_name_is_understood(string pasted)
    {
        Fixture.Register("pasted", ("service-fqdn", string.Format(System.Globalization.CultureInfo.InvariantCulture, pasted, Lab.Port)));
        Assert.Single(Engine.Run("Get-CBCertificateProfile -Authority pasted -Name $t", ("t", DigiCertFixture.User)).Good().Output);
    }

    private sealed class Inside : IEqualityComparer<byte[]>
    {
        public bool Equals(byte[]? part, byte[]? whole) => whole!.AsSpan().IndexOf(part) >= 0 || part!.AsSpan().IndexOf(whole) >= 0;
        public int GetHashCode(byte[] bytes) => 0;
    }
}
