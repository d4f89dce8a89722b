using System.Management.Automation;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests.DigiCert;

/// <summary>Cases F-T8 (a) to (k) and F-T9: request and profile against each other, before anything is sent.</summary>
public sealed class DigiCertVerificationTests : DigiCertTest, IClassFixture<DigiCertFixture>
{
    private const string ConnectorsSentence = "The attribute doesn't fall under the DigiCert supported certificate template attributes list.";

    public DigiCertVerificationTests(DigiCertFixture fixture)
        : base(fixture)
    {
        fixture.Register("loose", ("strict-policy", "false"));
        fixture.Register("hextext", ("other-name-encoding", "hex-text"));
    }

    private Dictionary<string, string> Pairs => DigiCertFixture.PairsOf(Assert.Single(Lab.Requests("enrollment")));

    private Dictionary<string, string> Issued(string profile, string what, string authority = "digicert")
    {
        Assert.Equal(IssuanceStatus.Issued, Fixture.Request(profile, what, authority).One<IssuanceResult>().Status);
        return Pairs;
    }

    /// <summary>Stopped with the connector page's words, the attribute, the profile and the cure; nothing was sent.</summary>
    private void Stopped(Result result, string id, string profile, params string[] parts)
    {
        ErrorRecord error = Failed(result, id, ErrorCategory.PermissionDenied, ["Policy verification failed", profile, .. parts]);
        if (id == "DigiCert.PolicyVerification")
        {
            Assert.StartsWith(ConnectorsSentence, error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        }
        NothingWasEnrolled();
    }

    [Fact]
    public void A_name_of_a_form_that_the_profile_has_not()
    {
        const string what = "-Subject 'CN=a' -EmailAddress a@example.test -Upn a@example.test -KeyLength 2048";
        Stopped(Fixture.Request(DigiCertFixture.CommonNameAndUpn, what), "Policy.SanNotAllowed", DigiCertFixture.CommonNameAndUpn, "email");
        // The rule was known before a key was made.
        Assert.Empty(Engine.Run("Get-CBCertificateRequest -Subject '*CN=a*'").Output);
        Lab.Reset();
        // Sent all the same, the certificate comes without the name, and is taken only by who says so.
        ErrorRecord lacks = Failed(Fixture.Request(DigiCertFixture.CommonNameAndUpn, what, "loose"), "Certificate.Names", ErrorCategory.InvalidData, "email=a@example.test");
        Assert.Contains("-AllowDifferences", lacks.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Lab.Reset();
        Dictionary<string, string> pairs = Issued(DigiCertFixture.CommonNameAndUpn, what + " -AllowDifferences", "loose");
        Assert.DoesNotContain("mail_email", pairs.Keys);
    }

    [Fact]
    public void B_mandatory_variable_that_nothing_fills()
    {
        Stopped(Fixture.Request(DigiCertFixture.JobTitle, "-Subject 'CN=b'"), "DigiCert.PolicyVerification", DigiCertFixture.JobTitle, "'jobTitle'");
        // The key was made, and the request can be sent once the order has what it lacked.
        CertificateRequestInfo kept = Fixture.Kept("b", RequestState.Failed);
        IssuanceResult again = Engine.Run("Request-CBCertificate -Authority digicert -RequestId $id -Template $t -OrderSetting @{ attribute = 'jobTitle=Clerk' }", ("id", kept.RequestId), ("t", DigiCertFixture.JobTitle)).One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Issued, again.Status);
        Assert.Equal("Clerk", Pairs["jobTitle"]);
    }

    [Fact]
    public void C_optional_variable_that_nothing_fills() =>
        Assert.Equal(["common_name", "seat_id"], Issued(DigiCertFixture.Optional, "-Subject 'CN=c'").Keys.Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("-Subject 'CN=d' -Upn d@example.test", "d@example.test")]
    [InlineData("-Subject 'CN=e' -EmailAddress e@example.test", "e@example.test")]
    [InlineData("-Subject 'CN=f@example.test'", "f@example.test")]
    [InlineData("-Subject 'CN=f2,E=f2@example.test'", "f2@example.test")]
    public void D_e_f_mail_and_upn_stand_in_for_each_other_and_the_subject_for_both(string what, string value)
    {
        Dictionary<string, string> pairs = Issued(DigiCertFixture.User, what);
        Assert.Equal((value, value), (pairs["mail_email"], pairs["otherNameUPN"]));
    }

    [Fact]
    public void G_nothing_that_looks_like_an_address() =>
        Stopped(Fixture.Request(DigiCertFixture.User, "-Subject 'CN=g'"), "DigiCert.PolicyVerification", DigiCertFixture.User, "'mail_email'");

    [Fact]
    public void H_other_name_missing() =>
        Stopped(Fixture.Request(DigiCertFixture.ObjectGuid, "-Subject 'CN=h'"), "DigiCert.PolicyVerification", DigiCertFixture.ObjectGuid, "'otherName'");

    [Fact]
    public void H_other_name_goes_as_base64_of_its_bytes_or_of_its_text()
    {
        // The connector page's sample. base64 of its bytes and of its text stand in the protocol file.
        const string other = "-Subject 'CN=h' -OtherName '1.3.6.1.4.1.311.25.1=0412b8ba6541f2d40741a9f74708f3e4285cef2c'";
        Assert.Equal("BBK4umVB8tQHQan3Rwjz5Chc7yw=", Issued(DigiCertFixture.ObjectGuid, other)["otherName"]);
        Lab.Reset();
        Assert.Equal("MDQgMTIgYjggYmEgNjUgNDEgZjIgZDQgMDcgNDEgYTkgZjcgNDcgMDggZjMgZTQgMjggNWMgZWYgMmM=", Issued(DigiCertFixture.ObjectGuidHex, other, "hextext")["otherName"]);
    }

    [Fact]
    public void I_fixed_values_want_nothing_from_the_request()
    {
        Assert.Equal(["common_name", "seat_id"], Issued(DigiCertFixture.Fixed, "-Subject 'CN=i'").Keys.Order(StringComparer.Ordinal));
        Assert.NotEmpty(Engine.Run("Get-CBCertificate -Subject '*Devices, leased*'").Good().Output);
    }

    [Fact]
    public void J_mandatory_is_read_from_the_property_too() =>
        Stopped(Fixture.Request(DigiCertFixture.InProperty, "-Subject 'CN=j'"), "DigiCert.PolicyVerification", DigiCertFixture.InProperty, "'mail_email'");

    [Fact]
    public void K_nothing_listed_means_nothing_to_verify() =>
        Assert.Equal(["seat_id"], Issued(DigiCertFixture.NotListed, "-Subject 'CN=k' -EmailAddress k@example.test -AllowDifferences").Keys);

    [Fact]
    public void T9_special_characters_in_first_and_last_names_are_told_with_the_connectors_cure()
    {
        Result run = Fixture.Request(DigiCertFixture.PersonName, "-Subject 'CN=global_admin@intune.onmicrosoft.test'");
        Stopped(run, "DigiCert.NameCharacters", DigiCertFixture.PersonName, "'global_admin'", "mail_firstName", "'_'");
        string cure = Assert.Single(run.Errors).ErrorDetails.RecommendedAction;
        foreach (string word in new[] { "Manage Certificate Profiles", "Customize options", "Advanced options", "Common Name (CN)", "CN=<upn>" })
        {
            Assert.Contains(word, cure, StringComparison.Ordinal);
        }
        // The same user with the profile that the cure makes, and other names by the order.
        Assert.Equal("global_admin@intune.onmicrosoft.test", Issued(DigiCertFixture.CommonNameOnly, "-Subject 'CN=global_admin@intune.onmicrosoft.test'")["common_name"]);
        Lab.Reset();
        Dictionary<string, string> pairs = Issued(DigiCertFixture.PersonName, "-Subject 'CN=global_admin@intune.onmicrosoft.test' -OrderSetting @{ 'first-name' = 'Global'; 'last-name' = 'Admin' }");
        Assert.Equal(("Global", "Admin"), (pairs["mail_firstName"], pairs["mail_lastName"]));
    }

    [Fact]
    public void T9_when_the_check_is_off_the_service_refuses_and_the_cure_is_told_all_the_same()
    {
        Result run = Fixture.Request(DigiCertFixture.PersonName, "-Subject 'CN=x' -OrderSetting @{ 'first-name' = 'global_admin'; 'last-name' = 'x' }", "loose");
        ErrorRecord error = Failed(run, "DigiCert.NameCharacters", ErrorCategory.PermissionDenied, "Invalid value for mail_firstName", "TD-NAME");
        Assert.Contains("Manage Certificate Profiles", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal("global_admin", Pairs["mail_firstName"]);
        Assert.Equal(0, Lab.Issued);
    }

    [Theory]
    [InlineData("-Subject 'CN=First Last'", "First", "Last")]
    [InlineData("-Subject 'CN=Anna Maria de la Cruz'", "Anna Maria de la", "Cruz")]
    [InlineData("-Subject 'CN=first.last@example.test'", "first", "last")]
    public void First_and_last_names_come_from_the_common_name(string what, string first, string last)
    {
        Dictionary<string, string> pairs = Issued(DigiCertFixture.PersonName, what);
        Assert.Equal((first, last), (pairs["mail_firstName"], pairs["mail_lastName"]));
    }

    [Fact]
    public void The_key_must_fit()
    {
        Stopped(Fixture.Request(DigiCertFixture.Rsa3072, "-Subject 'CN=short' -KeyLength 2048"), "Policy.KeyLength", DigiCertFixture.Rsa3072, "2048");
        Stopped(Fixture.Request(DigiCertFixture.CommonNameOnly, "-Subject 'CN=curve' -KeyAlgorithm ECDSA_P256"), "Policy.KeyAlgorithm", DigiCertFixture.CommonNameOnly, "ECDSA_P256");
        // A request that exists already is measured as well.
        Engine.Run("New-CBCertificateRequest -Subject 'CN=made before' -KeyAlgorithm ECDSA_P256 -OutFile before.csr").Good();
        Result run = Engine.Run("Request-CBCertificate -Authority digicert -Template $t -RequestPath before.csr", ("t", DigiCertFixture.CommonNameOnly));
        Assert.Contains("Policy verification failed", Assert.Single(run.Errors).ToString(), StringComparison.Ordinal);
        NothingWasEnrolled();
    }

    [Fact]
    public void A_profile_whose_key_the_server_makes_is_refused()
    {
        Failed(Fixture.Request(DigiCertFixture.Escrowed, "-Subject 'CN=escrow'"), "DigiCert.ServerKey", ErrorCategory.NotImplemented, "Policy verification failed", DigiCertFixture.Escrowed);
        NothingWasEnrolled();
    }

    [Theory]
    [InlineData("", "none was named")]
    [InlineData("-Template ''", "none was named")]
    [InlineData("-Template 'User'", "'User' is no OID")]
    public void The_template_is_an_oid(string template, string why)
    {
        Failed(Engine.Run($"Request-CBCertificate -Authority digicert {template} -Subject 'CN=x'"), "DigiCert.ProfileMissing", ErrorCategory.InvalidArgument, why);
        Assert.Empty(Lab.Requests());
    }
}
