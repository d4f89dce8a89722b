using System.Management.Automation;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests;

/// <summary>Test-CBTemplate with a CA that tells rules and no attributes; the advisories are judged in tests/unit/issuance/template_check.test.cpp.</summary>
public sealed class TemplateTests(IssuanceTests.Lab lab) : IClassFixture<IssuanceTests.Lab>
{
    private readonly Engine engine = lab.Engine;

    [Fact]
    public void Every_template_of_the_ca_has_a_row_with_cause_and_cure()
    {
        IReadOnlyList<AuthorityCheck> rows = engine.Run("Test-CBTemplate -Authority lab").All<AuthorityCheck>();
        string[] templates = [.. engine.Run("(Get-CBCertificateProfile -Authority lab).Name").All<string>()];
        Assert.Equal(templates, rows.Select(row => row.Template));
        Assert.All(rows, row => Assert.Equal(("lab", "template.names"), (row.Authority, row.Id)));
        AuthorityCheck client = rows.Single(row => row.Template == "client");
        Assert.Equal("Warning", client.Status);
        Assert.Contains("Client Authentication", client.Cause);
        Assert.NotEmpty(client.RecommendedAction);
        Assert.StartsWith("'client': ", client.Message);
        Assert.Equal("Passed", rows.Single(row => row.Template == "code-signing").Status);
        // What a certificate of this one may be used for, the request says.
        Assert.Equal("Skipped", rows.Single(row => row.Template == "as-requested").Status);
    }

    [Fact]
    public void Some_templates_can_be_named_and_a_script_can_decide()
    {
        Assert.Equal(["client", "server"], engine.Run("(Test-CBTemplate lab -Template client, server).Template").All<string>());
        Assert.False(engine.Run("Test-CBTemplate lab client -Quiet").One<bool>());
        Assert.True(engine.Run("Test-CBTemplate lab server, code-signing -Quiet").One<bool>());
        Assert.Equal(["client"], engine.Run("Get-CBCertificateProfile lab client | Test-CBTemplate | ForEach-Object { $_.Template }").All<string>());
        AuthorityCheck unknown = engine.Run("Test-CBTemplate lab nonsense").One<AuthorityCheck>();
        Assert.Equal(("template", "Failed", "nonsense"), (unknown.Id, unknown.Status, unknown.Template));
        Assert.NotEmpty(unknown.RecommendedAction);
        Assert.False(engine.Run("Test-CBTemplate lab nonsense -Quiet").One<bool>());
        engine.Run("Test-CBTemplate nobody").Failed("Authority.NotFound", ErrorCategory.ObjectNotFound);
    }

    [Fact]
    public void The_result_can_be_a_page()
    {
        engine.Run("Test-CBTemplate lab -ReportPath templates.html").Good();
        string page = File.ReadAllText(engine.PathOf("templates.html"));
        Assert.Contains("template.names", page);
        Assert.Contains("&#39;client&#39;", page);
        engine.Run("Test-CBTemplate lab -ReportPath templates.html").Failed("Module.FileExists", ErrorCategory.ResourceExists);
        engine.Run("Test-CBTemplate lab -ReportPath templates.html -Force").Good();
    }
}
