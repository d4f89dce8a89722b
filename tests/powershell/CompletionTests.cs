using System.Management.Automation;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests;

/// <summary>Tab completion answers from the live tables.</summary>
public sealed class CompletionTests : IClassFixture<IssuanceTests.Lab>
{
    private readonly Engine engine;

    public CompletionTests(IssuanceTests.Lab lab)
    {
        engine = lab.Engine;
    }

    [Fact]
    public void Command_names_and_parameters_complete()
    {
        Assert.Contains("New-CBCertificateRequest", engine.Completions("New-CB"));
        Assert.Contains("-InfPath", engine.Completions("New-CBCertificateRequest -Inf"));
    }

    [Theory]
    [InlineData("Register-CBAuthority -Name x -Provider ", "local-ca", "template")]
    [InlineData("Register-CBAuthority -Name x -Provider loc", "local-ca", null)]
    [InlineData("Get-CBProvider tem", "template", null)]
    [InlineData("Request-CBCertificate -Authority ", "lab", null)]
    [InlineData("Get-CBAuthority l", "lab", null)]
    [InlineData("Request-CBCertificate -Authority lab -Template ", "server", "client")]
    [InlineData("Get-CBCertificateProfile -Authority lab -Name ser", "server", "server-client")]
    [InlineData("New-CBCertificateRequest -Subject 'CN=x' -KeyAlgorithm ", "ECDSA_P256", "RSA")]
    [InlineData("New-CBCertificateRequest -Subject 'CN=x' -HashAlgorithm ", "SHA256", "SHA512")]
    [InlineData("New-CBCertificateRequest -Subject 'CN=x' -EnhancedKeyUsage Server", "ServerAuthentication", null)]
    [InlineData("New-CBCertificateRequest -Subject 'CN=x' -KeyUsage Digital", "DigitalSignature", null)]
    [InlineData("Get-CBCertificate -StoreName ", "My", "Root")]
    [InlineData("Get-CBCertificate -StoreLocation ", "LocalMachine", "CurrentUser")]
    [InlineData("Export-CBCertificate -Format ", "P7b", "Der")]
    [InlineData("Export-CBPfxCertificate -CryptoAlgorithmOption ", "TripleDES_SHA1", "AES256_SHA256")]
    [InlineData("Install-CBTrustedRoot -DestinationStore ", "ComputerRoot", "UserIntermediate")]
    [InlineData("Revoke-CBCertificate -Reason Key", "KeyCompromise", null)]
    [InlineData("Register-CBAuthority -Name x -Provider local-ca -Valid", "-ValidityDays", null)]
    [InlineData("Register-CBAuthority -Name x -Provider local-ca -KeyAlgorithm ", "ECDSA_P384", "RSA")]
    [InlineData("Request-CBCertificate -Authority lab -Subject 'CN=x' -Deci", "-Decision", null)]
    [InlineData("Request-CBCertificate -Authority lab -Subject 'CN=x' -Decision ", "pending", "deny")]
    [InlineData("Set-CBAuthority -Name lab -Crl", "-CrlDays", "-CrlUrl")]
    public void Values_complete(string text, string expected, string? also)
    {
        string[] offered = engine.Completions(text);
        Assert.Contains(expected, offered);
        if (also is not null)
        {
            Assert.Contains(also, offered);
        }
    }

    [Fact]
    public void Thumbprints_complete_by_their_start_and_by_the_subject()
    {
        string thumbprint = engine.Run("(Request-CBCertificate -Authority lab -Subject 'CN=completed' -KeyAlgorithm ECDSA_P256).Thumbprint").One<string>();
        Assert.Contains(thumbprint, engine.Completions("Get-CBCertificate -Thumbprint " + thumbprint[..4]));
        Assert.Contains(thumbprint, engine.Completions("Get-CBCertificate -Thumbprint compl"));
        CompletionResult offered = engine.Complete("Remove-CBCertificate ").Single(item => item.ListItemText == thumbprint);
        Assert.Contains("CN=completed", offered.ToolTip);
        Assert.DoesNotContain(thumbprint, engine.Completions("Get-CBCertificate -StoreLocation LocalMachine -Thumbprint "));
    }

    [Fact]
    public void Request_ids_complete()
    {
        string id = engine.Run("(New-CBCertificateRequest -Subject 'CN=waits' -KeyAlgorithm ECDSA_P256).RequestId").One<string>();
        Assert.Contains(id, engine.Completions("Receive-CBCertificate -RequestId "));
        Assert.Contains(id, engine.Completions("Get-CBIssuance -RequestId waits"));
    }

    [Fact]
    public void Every_setting_of_every_provider_completes()
    {
        foreach (ProviderInfo provider in engine.Run("Get-CBProvider").All<ProviderInfo>().Where(provider => provider.Enabled))
        {
            foreach (ProviderSetting setting in engine.Run($"Get-CBProvider {provider.Id} -ListSetting").All<ProviderSetting>().Where(setting => setting.Scope == "Connection"))
            {
                Assert.Contains("-" + setting.Parameter, engine.Completions($"Register-CBAuthority -Name x -Provider {provider.Id} -{setting.Parameter[..2]}"));
                foreach (string choice in setting.Choices)
                {
                    Assert.Contains(choice, engine.Completions($"Register-CBAuthority -Name x -Provider {provider.Id} -{setting.Parameter} "));
                }
            }
        }
    }

    [Fact]
    public void What_cannot_be_completed_is_silent()
    {
        Assert.Empty(engine.Complete("Request-CBCertificate -Authority nobody -Template "));
        Assert.Empty(engine.Complete("Get-CBCertificate -StoreName Nowhere -Thumbprint "));
    }
}
