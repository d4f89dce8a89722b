using System.Management.Automation;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests.MicrosoftCa;

/// <summary>The CA issues something else than what was asked for: what cannot be used is refused and kept, the rest is told.</summary>
public sealed class MicrosoftCaAnswerTests(MicrosoftCaFixture fixture) : MicrosoftCaTest(fixture), IClassFixture<MicrosoftCaFixture>
{
    [Theory]
    [InlineData("wrong-key", "Certificate.KeyMismatch", "the request's key is", ErrorCategory.InvalidResult)]
    [InlineData("subject-rewritten", "Certificate.Names", "CN=somebody.else.example")]
    [InlineData("san-dropped", "Certificate.Names", "lacks the name dns=san-dropped.example.com")]
    [InlineData("expired-certificate", "Certificate.Validity", "has expired already")]
    [InlineData("sha1-signature", "Certificate.WeakSignature", "sha1RSA")]
    public void What_cannot_be_taken_is_refused_and_its_key_kept(string scenario, string id, string words, ErrorCategory category = ErrorCategory.InvalidData)
    {
        Lab.Next("enrollment", scenario);
        ErrorRecord error = Failed(Fixture.RequestServer("ces", scenario), id, category, words);
        Assert.False(string.IsNullOrWhiteSpace(error.ErrorDetails.RecommendedAction));
        Assert.Equal(1, Lab.Issued);
        Assert.Single(Fixture.Orders);
        // Nothing of it is installed as if it were right.
        Assert.Empty(Engine.Run("Get-CBCertificate -Subject $s", ("s", scenario)).Output);
        Fixture.Kept(scenario, RequestState.Issued, RequestState.Uncertain); // not Installed
    }

    [Theory]
    [InlineData("eku-dropped", "may be used for every purpose")]
    [InlineData("long-serial", "longer than 20 octets")]
    public void What_is_odd_is_told_and_installed(string scenario, string words)
    {
        Lab.Next("enrollment", scenario);
        Result run = Fixture.RequestServer("ces", scenario);
        Installed(Status(run, IssuanceStatus.Issued));
        Assert.Contains(words, Assert.Single(run.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_shorter_life_than_the_templates_is_the_cas_right()
    {
        Lab.Next("enrollment", "short-validity");
        CertificateInfo certificate = Installed(Status(Fixture.RequestServer("ces", "short"), IssuanceStatus.Issued));
        Assert.InRange(certificate.NotAfter, DateTime.Now, DateTime.Now.AddMinutes(61));
    }
}
