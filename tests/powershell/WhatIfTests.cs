using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests;

/// <summary>-WhatIf says what would be done, and does nothing.</summary>
public sealed class WhatIfTests(ExampleEngine prepared) : IClassFixture<ExampleEngine>
{
    private readonly Engine engine = prepared.Engine;

    private static readonly string[] Commands =
    [
        "New-CBCertificateRequest -InfPath certreq.ini -OutFile new.csr",
        "New-CBCertificateRequest -Subject 'CN=x' -RequestType Cert",
        "Complete-CBCertificateRequest answer.cer",
        "Request-CBCertificate -Authority lab -Subject 'CN=x' -OutFile x.cer",
        "Request-CBCertificate -Authority lab -RequestPath request.csr",
        "Get-CBCertificateRequest -Subject '*answered*' | Request-CBCertificate -Authority lab",
        "Receive-CBCertificate $pendingId",
        "Receive-CBCertificate -All",
        "Update-CBCertificate $thumbprint -Authority lab",
        "Revoke-CBCertificate $thumbprint -Authority lab -Force",
        "Revoke-CBCertificate -Path server.cer -Authority lab",
        "Import-CBCertificate server.cer -KeyPath server.key",
        "Export-CBCertificate $thumbprint -Path out.cer",
        "Remove-CBCertificate $thumbprint -DeleteKey -Force",
        "Import-CBPfxCertificate server.pfx -Password $password",
        "Export-CBPfxCertificate $thumbprint -Path out.pfx -Password $password",
        "Register-CBAuthority -Name other -Provider local-ca",
        "Set-CBAuthority lab -ValidityDays 3",
        "Set-CBConnectorConfiguration NDESConnector.exe.config -TimeoutMilliseconds 5",
        "Unregister-CBAuthority lab",
        "Approve-CBProvider local-ca -Force",
        "Install-CBTrustedRoot -Path root.cer -Force",
        "Install-CBTrustedRoot -Authority lab",
    ];

    public static TheoryData<string> Changes => [.. Commands];

    [Theory]
    [MemberData(nameof(Changes))]
    public void Nothing_changes(string command)
    {
        int events = Events();
        SortedDictionary<string, string> before = engine.Snapshot();
        Result result = engine.Run(command + " -WhatIf").Good();
        Assert.Empty(result.Output);
        Assert.StartsWith("What if:", result.HostText);
        Assert.Equal(before, engine.Snapshot());
        Assert.Equal(events, Events());
        Assert.Equal("local-ca", engine.Run("Get-CBAuthority lab").One<AuthorityInfo>().Provider);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void WhatIfPreference_means_the_same(string command)
    {
        SortedDictionary<string, string> before = engine.Snapshot();
        Result result = engine.Run($"& {{ $WhatIfPreference = $true; {command} }}").Good();
        Assert.Empty(result.Output);
        Assert.StartsWith("What if:", result.HostText);
        Assert.Equal(before, engine.Snapshot());
    }

    [Fact]
    public void Every_command_that_changes_something_is_tried_here()
    {
        string all = string.Join('\n', Commands);
        foreach (string name in ModuleTests.Promised.Where(name => !name.StartsWith("Find-", StringComparison.Ordinal) && !name.StartsWith("Get-", StringComparison.Ordinal) && !name.StartsWith("Test-", StringComparison.Ordinal)))
        {
            Assert.Contains(name + " ", all);
        }
    }

    private int Events() => engine.Run("Get-CBIssuance -IncludeEvent").All<IssuanceInfo>().Sum(item => item.Events.Length);
}
