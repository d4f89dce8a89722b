using System.Management.Automation;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests.MicrosoftCa;

/// <summary>What the server refuses: message, ErrorId, remedy, what was sent, and the key is kept.</summary>
public sealed class MicrosoftCaFailureTests(MicrosoftCaFixture fixture) : MicrosoftCaTest(fixture), IClassFixture<MicrosoftCaFixture>
{
    [Theory]
    [InlineData("ces")]
    [InlineData("certsrv")]
    public void A_wrong_password(string transport)
    {
        (string, object?) password = ("password", Inputs.Secure("Wrong-5f2b"));
        if (transport == "ces")
        {
            Fixture.Register("wrong", password);
        }
        else
        {
            Fixture.RegisterPages("wrong-pages", password);
        }
        ErrorRecord error = Failed(Fixture.RequestServer(transport == "ces" ? "wrong" : "wrong-pages", "wrong-" + transport), "MicrosoftCa.Credentials", ErrorCategory.AuthenticationError);
        Assert.Contains("password", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.DoesNotContain("Wrong-5f2b", error.ToString() + error.Exception, StringComparison.Ordinal);
        Assert.Equal(0, Lab.Issued);
    }

    [Theory]
    [InlineData("expired")]
    [InlineData("foreign")]
    public void A_client_certificate_that_is_not_good_enough(string client)
    {
        Fixture.Register("by-" + client, ("url", Fixture.Policy("Certificate")), ("authentication", "certificate"), ("user", null), ("password", null), ("client-certificate-thumbprint", Fixture.Import(client)));
        Result run = Fixture.RequestServer("by-" + client, client);
        ErrorRecord error = Assert.Single(run.Errors);
        Assert.Contains(error.FullyQualifiedErrorId.Split(',')[0], new[] { "CB.MicrosoftCa.ClientCertificate", "CB.MicrosoftCa.Access" });
        Assert.False(string.IsNullOrWhiteSpace(error.ErrorDetails.RecommendedAction));
        Assert.Contains("403", error.ToString(), StringComparison.Ordinal);
        Assert.Empty(Fixture.Orders);
    }

    [Fact]
    public void Negotiate_that_nobody_can_go_through_with_is_told_as_a_matter_of_credentials()
    {
        Fixture.Register("kerberos", ("url", Fixture.Policy("Kerberos")), ("authentication", "negotiate"), ("user", null), ("password", null));
        ErrorRecord error = Failed(Fixture.RequestServer("kerberos", "kerberos"), "MicrosoftCa.Credentials", ErrorCategory.AuthenticationError);
        Assert.Contains("klist", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(Fixture.Orders);
    }

    [Theory]
    [InlineData("LabForbidden", "MicrosoftCa.TemplatePermission", ErrorCategory.PermissionDenied, "certtmpl.msc")]
    [InlineData("LabAgent", "MicrosoftCa.SignatureRequired", ErrorCategory.PermissionDenied, "CMC")]
    [InlineData("LabArchive", "MicrosoftCa.KeyArchival", ErrorCategory.PermissionDenied, "Archive")]
    [InlineData("NoSuchTemplate", "MicrosoftCa.UnknownTemplate", ErrorCategory.ObjectNotFound, "Get-CBCertificateProfile")]
    public void A_template_that_cannot_be_used_is_known_before_anything_is_sent(string template, string id, ErrorCategory category, string remedy)
    {
        ErrorRecord error = Failed(Fixture.Request("ces", template, $"-Subject 'CN=never-{template}'"), id, category, template);
        Assert.Contains(remedy, error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(Fixture.Orders);
        // What an agent's signature would make good is kept for it.
        Assert.Equal(template == "LabAgent" ? 1 : 0, Engine.Run("Get-CBCertificateRequest -Subject $s", ("s", "CN=never-" + template)).Output.Count);
    }

    [Theory]
    [InlineData("direct", "LabForbidden", "0x80094012")]
    [InlineData("direct", "NoSuchTemplate", "0x80094800")]
    [InlineData("direct", "LabMachine", "0x8009480f")]
    [InlineData("certsrv", "LabForbidden", "0x80094012")]
    [InlineData("certsrv", "NoSuchTemplate", "0x80094800")]
    [InlineData("certsrv", "LabMachine", "0x8009480f")]
    public void What_only_the_ca_knows_is_a_denied_request_with_its_code(string authority, string template, string code)
    {
        if (authority == "direct")
        {
            Fixture.Register("direct", ("url", Fixture.Enrollment("UsernamePassword")));
        }
        IssuanceResult denied = Status(Fixture.Request(authority, template, $"-Subject 'CN=denied-{authority}-{template.ToLowerInvariant()}'"), IssuanceStatus.Denied);
        Assert.Contains(code, denied.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Single(Fixture.Orders);
        Assert.Equal(0, Lab.Issued);
    }

    [Theory]
    [InlineData("ces")]
    [InlineData("certsrv")]
    public void The_policy_module_denies_with_its_reason(string authority)
    {
        Lab.Next(authority == "ces" ? "enrollment" : "certsrv", "denied", more: one => one["message"] = "The host is unknown to the inventory.");
        IssuanceResult denied = Status(Fixture.RequestServer(authority, "module-" + authority), IssuanceStatus.Denied);
        Assert.Contains("The host is unknown to the inventory.", denied.Message, StringComparison.Ordinal);
        Assert.Equal(0, Lab.Issued);
        // A new request is no question of the old one.
        Status(Fixture.RequestServer(authority, "module2-" + authority), IssuanceStatus.Issued);
    }

    [Theory]
    [InlineData("as-is", "0x80070005")]
    [InlineData("no-detail", "Something is wrong in there.")]
    [InlineData("other-detail", "Something is wrong in there.")]
    [InlineData("no-code", "Something is wrong in there.")]
    [InlineData("nil-code", "Something is wrong in there.")]
    [InlineData("internal", "unable to process the request due to an internal error")]
    [InlineData("no-reason", "0x80070005")]
    public void A_fault_of_every_shape_says_what_it_knows(string shape, string words)
    {
        Lab.Next("enrollment", "soap-fault", more: one =>
        {
            one["shape"] = shape;
            one["message"] = "Something is wrong in there.";
            one["code"] = unchecked((int)0x80070005);
            one["invalid"] = "false";
        });
        Result run = Fixture.RequestServer("ces", "fault-" + shape);
        string said = run.Errors.Count > 0 ? run.Errors[0].ToString() : run.One<IssuanceResult>().Message!;
        Assert.Contains(words, said, StringComparison.OrdinalIgnoreCase);
        if (run.Errors.Count > 0)
        {
            Assert.Matches("^CB\\.MicrosoftCa\\.(Fault|CaError|Access)", run.Errors[0].FullyQualifiedErrorId);
            Assert.False(string.IsNullOrWhiteSpace(run.Errors[0].ErrorDetails.RecommendedAction));
        }
        Assert.Single(Fixture.Orders);
        Assert.NotEmpty(Engine.Run("Get-CBCertificateRequest -Subject $s", ("s", "CN=fault-" + shape)).Output);
    }

    [Theory]
    [InlineData("html-page", "MicrosoftCa.HttpStatus")]
    [InlineData("unavailable", "MicrosoftCa.HttpStatus")]
    [InlineData("malformed-xml", "MicrosoftCa.Answer")]
    [InlineData("empty", "MicrosoftCa.Answer")]
    [InlineData("dtd", "MicrosoftCa.Answer")]
    [InlineData("deep", "MicrosoftCa.Answer")]
    [InlineData("huge", "MicrosoftCa.Answer")]
    [InlineData("wrong-relates-to", "MicrosoftCa.Correlation")]
    // A server that asked for a certificate and cuts the connection may not have liked that there was none.
    [InlineData("truncated", "MicrosoftCa.ClientCertificate")]
    public void A_policy_service_that_does_not_answer_well_stops_everything_before_a_key_is_made(string scenario, string id)
    {
        Fixture.Register("policy-trouble");
        Lab.Next("policy", scenario, times: -1);
        Result run = Fixture.RequestServer("policy-trouble", "never2");
        ErrorRecord error = Assert.Single(run.Errors);
        // WinHTTP under Wine does not tell that a certificate was asked for.
        string expected = scenario == "truncated" && OperatingSystem.IsWindows() ? "MicrosoftCa.Unreachable" : id;
        Assert.Equal("CB." + expected, error.FullyQualifiedErrorId.Split(',')[0]);
        Assert.False(string.IsNullOrWhiteSpace(error.ErrorDetails.RecommendedAction));
        Assert.Empty(Fixture.Orders);
        Assert.Empty(Engine.Run("Get-CBCertificateRequest -Subject CN=never2").Output);
    }

    [Fact]
    public void No_address_for_the_authentication_is_said_with_those_that_there_are()
    {
        Fixture.Register("nowhere");
        Lab.Next("policy", "no-addresses", times: -1);
        Failed(Fixture.RequestServer("nowhere", "nowhere"), "MicrosoftCa.NoEndpoint", ErrorCategory.PermissionDenied);
        Assert.Empty(Fixture.Orders);
    }

    [Fact]
    public void A_wrong_server_certificate_is_not_talked_to()
    {
        Lab.Tls(certificate: "wrong-name");
        Fixture.Register("tls");
        Fixture.RegisterPages("tls-pages");
        foreach (string authority in new[] { "tls", "tls-pages" })
        {
            ErrorRecord error = Assert.Single(Fixture.RequestServer(authority, "tls").Errors);
            Assert.Equal("CB.MicrosoftCa.SecureChannel", error.FullyQualifiedErrorId.Split(',')[0]);
        }
        // Wine's WinHTTP sends the headers of a request that was closed as it was about to be sent; of the body nothing goes.
        Assert.All(Lab.Requests(), request => Assert.Equal("", request.Body));
        Assert.True(OperatingSystem.IsWindows() || Lab.Requests().Count == 0);
    }
}
