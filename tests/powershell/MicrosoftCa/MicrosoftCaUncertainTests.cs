using System.Management.Automation;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests.MicrosoftCa;

/// <summary>The request left, and its answer was lost, no use or somebody else's: nothing is issued twice, no key is lost.</summary>
public sealed class MicrosoftCaUncertainTests(MicrosoftCaFixture fixture) : MicrosoftCaTest(fixture), IClassFixture<MicrosoftCaFixture>
{
    public static TheoryData<string, string> Lost
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string scenario in new[] { "close-after-processing", "close-after-request", "unavailable-after-processing", "unavailable", "html-page", "truncated", "empty", "huge" })
            {
                data.Add("ces", scenario);
                data.Add("certsrv", scenario);
            }
            foreach (string scenario in new[] { "cut-xml", "malformed-xml", "dtd", "deep", "no-token", "garbage-token", "wrong-relates-to" })
            {
                data.Add("ces", scenario);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Lost))]
    public void Sent_once_and_nobody_knows(string authority, string scenario)
    {
        string name = $"{scenario}-{authority}";
        Lab.Next(authority == "ces" ? "enrollment" : "certsrv", scenario, more: one => one["operation"] = authority == "ces" ? "Issue" : "certfnsh");
        Result run = Fixture.RequestServer(authority, name);
        IssuanceResult lost = Status(run, IssuanceStatus.Uncertain);
        Assert.False(string.IsNullOrWhiteSpace(lost.Message));
        Fixture.Kept(name, RequestState.Uncertain);
        Assert.Single(Fixture.Orders);
        // Asked for again it is either found, or an admin is told where to look; never sent twice.
        Result again = Engine.Run("Receive-CBCertificate -RequestId $id", ("id", lost.RequestId));
        Assert.Single(Fixture.Orders);
        Assert.True(Lab.Issued <= 1);
        if (again.Errors.Count > 0)
        {
            ErrorRecord error = Assert.Single(again.Errors);
            Assert.Equal("CB.MicrosoftCa.NotSettled", error.FullyQualifiedErrorId.Split(',')[0]);
            Assert.Contains("certsrv.msc", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        }
        Fixture.Kept(name, again.Errors.Count == 0 ? again.One<IssuanceResult>().Status switch { IssuanceStatus.Issued => RequestState.Issued, _ => RequestState.Uncertain } : RequestState.Uncertain);
    }
}
