using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests;

/// <summary>Providers, authorities, profiles and roots.</summary>
public sealed class AuthorityTests(Engine engine) : IClassFixture<Engine>
{
    [Fact]
    public void Providers_are_listed_with_what_they_can_do()
    {
        IReadOnlyList<ProviderInfo> all = engine.Run("Get-CBProvider").All<ProviderInfo>();
        ProviderInfo local = all.Single(provider => provider.Id == "local-ca");
        Assert.True(local.Enabled, local.DisabledReason);
        Assert.Equal("Shipped", local.Trust);
        Assert.Equal(64, local.Hash.Length);
        Assert.Contains("Revoke", local.Capabilities);
        Assert.Contains("Renew", local.Capabilities);
        Assert.Contains(all, provider => provider.Id == "template");
        Assert.Equal("local-ca", engine.Run("Get-CBProvider loc*").One<ProviderInfo>().Id);
        Assert.Equal("local-ca", engine.Run("'local-ca' | Get-CBProvider").One<ProviderInfo>().Id);
        engine.Run("Get-CBProvider nobody").Failed("Module.ProviderNotFound", ErrorCategory.ObjectNotFound);
    }

    [Fact]
    public void Every_usable_provider_lists_settings_that_are_complete()
    {
        foreach (ProviderInfo provider in engine.Run("Get-CBProvider").All<ProviderInfo>().Where(provider => provider.Enabled))
        {
            IReadOnlyList<ProviderSetting> settings = engine.Run($"Get-CBProvider {provider.Id} -ListSetting").All<ProviderSetting>();
            Assert.NotEmpty(settings);
            Assert.All(settings, setting =>
            {
                Assert.Equal(provider.Id, setting.Provider);
                Assert.Matches("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", setting.Name);
                Assert.Matches("^[A-Z][A-Za-z0-9]*$", setting.Parameter);
                Assert.False(string.IsNullOrWhiteSpace(setting.Summary), setting.Name);
                Assert.Contains(setting.Scope, new[] { "Connection", "Order" });
                Assert.Equal(setting.Type == "Secret", setting.IsSecret);
            });
        }
    }

    [Fact]
    public void Every_providers_connection_settings_are_parameters_of_Register_and_secrets_are_SecureStrings()
    {
        foreach (ProviderInfo provider in engine.Run("Get-CBProvider").All<ProviderInfo>().Where(provider => provider.Enabled))
        {
            Dictionary<string, ParameterMetadata> parameters = engine.Run($"Get-Command Register-CBAuthority -ArgumentList 'n', '{provider.Id}'").One<CmdletInfo>().Parameters;
            foreach (ProviderSetting setting in engine.Run($"Get-CBProvider {provider.Id} -ListSetting").All<ProviderSetting>().Where(setting => setting.Scope == "Connection"))
            {
                Assert.True(parameters.TryGetValue(setting.Parameter, out ParameterMetadata? parameter), $"{provider.Id}: -{setting.Parameter}");
                Assert.True(parameter.IsDynamic);
                Assert.Equal(setting.IsSecret, parameter.ParameterType == typeof(System.Security.SecureString));
                Assert.Equal(setting.Required && setting.Default.Length == 0, parameter.ParameterSets.Values.All(set => set.IsMandatory));
                Assert.Contains(setting.Summary, parameter.ParameterSets.Values.First().HelpMessage);
            }
        }
    }

    [Fact]
    public void An_authority_lives_from_Register_to_Unregister()
    {
        var made = engine.Run("Register-CBAuthority -Name life -Provider local-ca -Setting @{ 'validity-days' = 30; subject = 'CN=Life' }").One<AuthorityInfo>();
        Assert.Equal(("life", "local-ca", StoreLocation.CurrentUser), (made.Name, made.Provider, made.StoreLocation));
        Assert.Equal("30", made.Setting["validity-days"]);
        Assert.Equal("CN=Life", made.Setting["subject"]);

        Assert.Equal("life", engine.Run("Get-CBAuthority -Name li*").One<AuthorityInfo>().Name);
        var changed = engine.Run("Set-CBAuthority -Name life -ValidityDays 60").One<AuthorityInfo>();
        Assert.Equal("60", changed.Setting["validity-days"]);
        Assert.Equal("CN=Life", changed.Setting["subject"]);
        Assert.False(engine.Run("Set-CBAuthority -Name life -RemoveSetting validity-days").One<AuthorityInfo>().Setting.ContainsKey("validity-days"));

        engine.Run("Register-CBAuthority -Name life -Provider local-ca").Failed("Authority.Exists", ErrorCategory.ResourceExists);
        engine.Run("Get-CBAuthority -Name life | Unregister-CBAuthority").Good();
        engine.Run("Get-CBAuthority -Name life").Failed("Module.AuthorityNotFound", ErrorCategory.ObjectNotFound);
        engine.Run("Unregister-CBAuthority -Name life").Failed("Authority.NotFound", ErrorCategory.ObjectNotFound);
    }

    [Fact]
    public void The_machine_and_the_user_have_authorities_of_their_own()
    {
        engine.Run("Register-CBAuthority -Name both -Provider local-ca -ValidityDays 10; Register-CBAuthority -Name both -Provider local-ca -ValidityDays 20 -StoreLocation LocalMachine").Good();
        Assert.Equal("20", engine.Run("Get-CBAuthority both -StoreLocation LocalMachine").One<AuthorityInfo>().Setting["validity-days"]);
        Assert.Equal("10", engine.Run("Get-CBAuthority both -StoreLocation CurrentUser").One<AuthorityInfo>().Setting["validity-days"]);
        engine.Run("Unregister-CBAuthority both -StoreLocation LocalMachine; Unregister-CBAuthority both").Good();
    }

    [Theory]
    [InlineData("-Provider nobody", "Provider.Unknown")]
    [InlineData("-Provider local-ca -Setting @{ 'validity-dais' = 1 }", "Provider.SettingUnknown")]
    [InlineData("-Provider local-ca -Setting @{ 'validity-days' = 'many' }", "Provider.SettingValue")]
    [InlineData("-Provider local-ca -Setting @{ 'validity-days' = 99999 }", "Provider.SettingValue")]
    [InlineData("-Provider local-ca -Setting @{ 'key-algorithm' = 'DSA' }", "Provider.SettingValue")]
    [InlineData("-Provider template -Setting @{ 'url' = 'https://ca.example.com'; 'api-key' = 'plain text' }", "Module.PlainSecret")]
    public void Wrong_settings_are_refused_by_name(string parameters, string id)
    {
        ErrorRecord error = Assert.Single(engine.Run("Register-CBAuthority -Name wrong " + parameters).Errors);
        Assert.Equal("CB." + id, error.FullyQualifiedErrorId.Split(',')[0]);
        Assert.False(string.IsNullOrWhiteSpace(error.ErrorDetails.RecommendedAction));
        Assert.Equal("wrong", error.TargetObject);
        Assert.Empty(engine.Run("Get-CBAuthority wrong*").Output);
    }

    [Fact]
    public void An_unknown_setting_is_answered_with_the_nearest_one()
    {
        ErrorRecord error = Assert.Single(engine.Run("Register-CBAuthority -Name near -Provider local-ca -Setting @{ 'validity-dais' = 1 }").Errors);
        Assert.Contains("validity-days", error + error.ErrorDetails.RecommendedAction);
    }

    [Fact]
    public void A_parameter_out_of_range_never_reaches_the_provider()
    {
        Assert.Single(engine.Run("Register-CBAuthority -Name range -Provider local-ca -ValidityDays 99999").Errors);
        Assert.Single(engine.Run("Register-CBAuthority -Name choice -Provider local-ca -KeyAlgorithm DSA").Errors);
    }

    [Fact]
    public void Test_checks_the_connection()
    {
        engine.WithLab("checked");
        IReadOnlyList<AuthorityCheck> checks = engine.Run("Get-CBAuthority checked | Test-CBAuthority").All<AuthorityCheck>();
        Assert.NotEmpty(checks);
        Assert.All(checks, check =>
        {
            Assert.Equal("checked", check.Authority);
            Assert.Equal(check.Id == "template" ? "Skipped" : "Passed", check.Status);
            Assert.NotEmpty(check.Name);
        });
        Assert.True(engine.Run("Test-CBAuthority checked -Quiet").One<bool>());
        Assert.Single(engine.Run("Test-CBAuthority nobody").Errors);
    }

    [Fact]
    public void Profiles_and_their_rules_are_listed()
    {
        engine.WithLab("profiled");
        IReadOnlyList<CertificateProfile> all = engine.Run("Get-CBCertificateProfile -Authority profiled").All<CertificateProfile>();
        Assert.Contains(all, profile => profile.Name == "server");
        Assert.All(all, profile => Assert.NotEmpty(profile.Title));
        Assert.Equal("server", engine.Run("Get-CBCertificateProfile profiled serve?").One<CertificateProfile>().Name);
        Assert.Contains(engine.Run("Get-CBCertificateProfile profiled server -ListRule").All<ProfileRule>(), rule => rule is { Template: "server", Authority: "profiled" });
        engine.Run("Get-CBCertificateProfile profiled nobody").Failed("Module.ProfileNotFound", ErrorCategory.ObjectNotFound);
    }

    [Fact]
    public void A_cas_root_is_read_written_and_installed()
    {
        engine.WithLab("rooted");
        var root = engine.Run("Get-CBTrustedRoot -Authority rooted -Path .").One<TrustedRoot>();
        Assert.Equal(("Root", "CN=Test Root rooted"), (root.Kind, root.Subject));
        using X509Certificate2 file = X509CertificateLoader.LoadCertificateFromFile(root.Path!);
        Assert.Equal(root.Thumbprint, file.Thumbprint);
        Assert.Equal("CN=Test Root rooted", file.Subject);

        var installed = engine.Run("'rooted' | Get-CBTrustedRoot | Install-CBTrustedRoot -Force").One<CertificateInfo>();
        Assert.Equal((StoreLocation.LocalMachine, "Root"), (installed.StoreLocation!.Value, installed.StoreName));
        Assert.Equal(root.Thumbprint, engine.Run("Get-CBCertificate $t -StoreLocation LocalMachine -StoreName Root", ("t", root.Thumbprint)).One<CertificateInfo>().Thumbprint);
        engine.Run("Install-CBTrustedRoot -Path $f -DestinationStore ComputerIntermediate -Force", ("f", root.Path)).Failed("Module.NoFittingRoot", ErrorCategory.InvalidData);
        engine.Run("Install-CBTrustedRoot -Authority rooted -DestinationStore ComputerRoot -Confirm:$false").Good();
    }

    [Theory]
    [InlineData("ComputerIntermediate", StoreLocation.LocalMachine)]
    [InlineData("UserIntermediate", StoreLocation.CurrentUser)]
    public void An_intermediate_goes_where_intune_would_put_it(string destination, StoreLocation location)
    {
        using X509Certificate2 root = Interop.Csr.NewCa("CN=Destination root");
        using X509Certificate2 middle = Interop.Csr.NewCa("CN=Destination " + destination, root);
        File.WriteAllText(engine.PathOf("middle.cer"), middle.ExportCertificatePem());
        var installed = engine.Run($"Install-CBTrustedRoot middle.cer {destination} -Force").One<CertificateInfo>();
        Assert.Equal((location, "CA", middle.Thumbprint), (installed.StoreLocation!.Value, installed.StoreName, installed.Thumbprint));
    }

    [Fact]
    public void Trusting_a_root_asks_first()
    {
        engine.WithLab("asking");
        engine.Host.Answer = "N";
        try
        {
            Assert.Empty(engine.Run("Install-CBTrustedRoot -Authority asking").Good().Output);
            Assert.Contains("SHA-256", Assert.Single(engine.Host.Questions));
        }
        finally
        {
            engine.Host.Answer = null;
        }
    }

    [Fact]
    public void Approve_pins_only_the_hash_it_was_given()
    {
        engine.Run("Approve-CBProvider -Id local-ca -Hash ('0' * 64) -Force").Failed("Provider.HashMismatch", ErrorCategory.SecurityError);
        engine.Run("Approve-CBProvider -Id nobody -Force").Failed("Module.ProviderNotFound", ErrorCategory.ObjectNotFound);
        Assert.Equal("local-ca", engine.Run("Get-CBProvider local-ca | Approve-CBProvider -Force -PassThru").One<ProviderInfo>().Id);
    }
}
