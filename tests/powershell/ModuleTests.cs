using System.Management.Automation;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests;

/// <summary>The module as a whole: what it exports, and how its commands are named.</summary>
public sealed class ModuleTests(Engine engine) : IClassFixture<Engine>
{
    /// <summary>Scripts rely on these names.</summary>
    public static readonly string[] Promised =
    [
        "Approve-CBProvider", "Complete-CBCertificateRequest", "Export-CBCertificate", "Export-CBPfxCertificate", "Find-CBCertificate", "Get-CBAuthority",
        "Get-CBCertificate", "Get-CBCertificateProfile", "Get-CBCertificateRequest", "Get-CBConnectorConfiguration", "Get-CBIssuance", "Get-CBProvider", "Get-CBTrustedRoot",
        "Import-CBCertificate", "Import-CBPfxCertificate", "Install-CBTrustedRoot", "New-CBCertificateRequest", "Receive-CBCertificate",
        "Register-CBAuthority", "Remove-CBCertificate", "Request-CBCertificate", "Revoke-CBCertificate", "Set-CBAuthority", "Set-CBConnectorConfiguration",
        "Test-CBAuthority", "Test-CBCertificateRequest", "Test-CBConnector", "Test-CBTemplate", "Unregister-CBAuthority", "Update-CBCertificate",
    ];

    [Fact]
    public void The_module_exports_the_promised_commands_and_nothing_else()
    {
        PSModuleInfo module = engine.Run("Get-Module CertBroker").One<PSModuleInfo>();
        Assert.Equal(Promised, module.ExportedCmdlets.Keys.Order(StringComparer.Ordinal));
        Assert.Empty(module.ExportedFunctions);
        Assert.Empty(module.ExportedVariables);
        Assert.Empty(module.ExportedAliases);
    }

    [Fact]
    public void The_manifest_lists_exactly_the_commands_of_the_assembly()
    {
        string[] listed = [.. engine.Run("(Test-ModuleManifest -Path $path).ExportedCmdlets.Keys", ("path", Repository.Module)).Good()
            .Output.Select(name => name.ToString()).Order(StringComparer.Ordinal)];
        string[] written = [.. Commands().Select(type => type.GetCustomAttributes(typeof(CmdletAttribute), false).Cast<CmdletAttribute>().Single())
            .Select(attribute => $"{attribute.VerbName}-{attribute.NounName}").Order(StringComparer.Ordinal)];
        Assert.Equal(written, listed);
    }

    [Fact]
    public void The_manifest_says_what_a_gallery_needs()
    {
        PSModuleInfo module = engine.Run("Test-ModuleManifest -Path $path", ("path", Repository.Module)).One<PSModuleInfo>();
        Assert.Contains("Desktop", module.CompatiblePSEditions);
        Assert.Contains("Core", module.CompatiblePSEditions);
        Assert.NotEqual(new Version(0, 0), module.Version);
        Assert.NotEqual(Guid.Empty, module.Guid);
        Assert.False(string.IsNullOrWhiteSpace(module.Description));
        Assert.False(string.IsNullOrWhiteSpace(module.Author));
        Assert.NotNull(module.LicenseUri);
    }

    [Fact]
    public void Every_command_has_an_approved_verb_and_the_noun_prefix()
    {
        string[] approved = [.. new[] { typeof(VerbsCommon), typeof(VerbsData), typeof(VerbsLifecycle), typeof(VerbsDiagnostic), typeof(VerbsCommunications), typeof(VerbsSecurity), typeof(VerbsOther) }
            .SelectMany(type => type.GetFields()).Select(field => (string)field.GetValue(null)!)];
        foreach (string name in Promised)
        {
            string[] parts = name.Split('-');
            Assert.Contains(parts[0], approved);
            Assert.StartsWith("CB", parts[1]);
            Assert.False(parts[1].EndsWith('s'), $"{name}: nouns are singular");
        }
    }

    [Fact]
    public void Every_command_that_changes_something_supports_ShouldProcess_and_no_other_does()
    {
        foreach (Type type in Commands())
        {
            var cmdlet = (CmdletAttribute)type.GetCustomAttributes(typeof(CmdletAttribute), false).Single();
            bool changes = cmdlet.VerbName is not ("Find" or "Get" or "Test");
            Assert.True(cmdlet.SupportsShouldProcess == changes, $"{cmdlet.VerbName}-{cmdlet.NounName}");
        }
    }

    [Fact]
    public void What_cannot_be_taken_back_asks_first()
    {
        foreach (string name in new[] { "Revoke-CBCertificate", "Approve-CBProvider", "Install-CBTrustedRoot" })
        {
            Type type = engine.Run($"Get-Command {name}").One<CmdletInfo>().ImplementingType;
            Assert.Equal(ConfirmImpact.High, ((CmdletAttribute)type.GetCustomAttributes(typeof(CmdletAttribute), false).Single()).ConfirmImpact);
        }
    }

    [Fact]
    public void Every_command_says_what_it_gives()
    {
        foreach (string name in Promised.Where(name => !name.StartsWith("Remove-", StringComparison.Ordinal) && !name.StartsWith("Unregister-", StringComparison.Ordinal)))
        {
            Assert.NotEmpty(engine.Run($"Get-Command {name}").One<CmdletInfo>().OutputType);
        }
    }

    [Fact]
    public void Every_password_is_a_SecureString()
    {
        foreach (Type type in Commands())
        {
            foreach (System.Reflection.PropertyInfo property in type.GetProperties().Where(property => property.IsDefined(typeof(ParameterAttribute), true)))
            {
                bool secret = property.Name.EndsWith("Password", StringComparison.Ordinal) && property.Name != "NoPassword";
                Assert.True(!secret || property.PropertyType == typeof(System.Security.SecureString), $"{type.Name} -{property.Name}");
            }
        }
    }

    [Fact]
    public void The_names_that_scripts_use_are_there()
    {
        string[] request = ["InfPath", "Subject", "DnsName", "EmailAddress", "Upn", "IPAddress", "Uri", "OtherName", "KeyAlgorithm", "KeyLength", "HashAlgorithm",
            "KeyUsage", "EnhancedKeyUsage", "FriendlyName", "Exportable", "StoreLocation", "StoreName"];
        foreach (string name in new[] { "New-CBCertificateRequest", "Test-CBCertificateRequest", "Request-CBCertificate" })
        {
            Has(name, request);
        }
        Has("New-CBCertificateRequest", "OutFile");
        Has("Request-CBCertificate", "Authority", "Template", "OrderSetting", "NoInstall", "RequestPath", "OutFile");
        Has("Register-CBAuthority", "Name", "Provider", "Setting");
        Has("Complete-CBCertificateRequest", "TrustRoot", "StoreLocation", "StoreName");
        Has("Import-CBPfxCertificate", "Path", "Password", "Exportable", "StoreLocation", "StoreName");
        Has("Export-CBPfxCertificate", "Path", "Password", "Thumbprint", "CryptoAlgorithmOption", "StoreLocation", "StoreName");
        Has("Export-CBCertificate", "Path", "Thumbprint", "Format", "IncludeChain", "StoreLocation", "StoreName");
        Has("Install-CBTrustedRoot", "DestinationStore");
        Has("Get-CBProvider", "ListSetting");
        Has("Test-CBCertificateRequest", "Quiet");
    }

    [Fact]
    public void The_module_can_be_imported_from_a_copied_folder_and_removed_again()
    {
        string copy = Path.Combine(engine.Root, "modules", "CertBroker");
        Copy(Repository.ModuleFolder, copy);
        string answer = ChildShell.Run(engine.Home, "-NoModule", "-Command",
            $"Import-Module '{Path.Combine(copy, "CertBroker.psd1")}'; (Get-CBProvider local-ca).Path; Remove-Module CertBroker; (Get-Module).Count").Good();
        Assert.Contains(copy, answer);
    }

    [Fact]
    public void The_commands_objects_have_views()
    {
        string format = File.ReadAllText(Path.Combine(Repository.ModuleFolder, "CertBroker.format.ps1xml"));
        foreach (string type in new[] { "CertificateInfo", "CertificateRequestInfo", "IssuanceResult", "IssuanceInfo", "AuthorityInfo", "AuthorityCheck", "Diagnostic", "ProviderInfo", "ProviderSetting", "CertificateProfile", "ProfileRule", "TrustedRoot" })
        {
            Assert.Contains($"CertBroker.{type}<", format);
        }
        string shown = ChildShell.Run(engine.Home, "-Command", "Get-CBProvider").Good();
        Assert.Contains("local-ca", shown);
        Assert.Contains("Id", shown.Split('\n')[0]);
    }

    private void Has(string command, params string[] parameters)
    {
        CmdletInfo info = engine.Run($"Get-Command {command}").One<CmdletInfo>();
        foreach (string parameter in parameters)
        {
            Assert.True(info.Parameters.ContainsKey(parameter), $"{command} -{parameter}");
        }
    }

    private IEnumerable<Type> Commands() =>
        engine.Run("Get-Command New-CBCertificateRequest").One<CmdletInfo>().ImplementingType.Assembly.GetTypes()
            .Where(type => type.IsDefined(typeof(CmdletAttribute), false));

    private static void Copy(string from, string to)
    {
        foreach (string path in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
        }
    }
}
