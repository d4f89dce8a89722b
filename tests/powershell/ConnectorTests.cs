using System.Management.Automation;
using System.Text;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests;

/// <summary>Get- and Set-CBConnectorConfiguration, and authorities from a connector's file.</summary>
public sealed class ConnectorTests(Engine engine) : IClassFixture<Engine>
{
    private const string Thumbprint = "EA7A4E0CD1A4F81CF0740527C31A57F6020C17C5";
    private const string Other = "0123456789ABCDEF0123456789ABCDEF01234567";

    private static readonly string[] Three =
    [
        "Microsoft.Intune.ConnectorsPkiCreate.exe.config", "Microsoft.Intune.ConnectorsPkiCreateLegacy.exe.config", "Microsoft.Intune.ConnectorsPkiRevoke.exe.config",
    ];

    private string Install(string folder, params string[] files)
    {
        string path = Directory.CreateDirectory(engine.PathOf(folder)).FullName;
        foreach (string file in files.Length == 0 ? ["NDESConnector.exe.config"] : files)
        {
            File.WriteAllText(Path.Combine(path, file), Inputs.ConnectorConfig, new UTF8Encoding(true));
        }
        return path;
    }

    private string[] Backups(string folder) => Directory.GetFiles(engine.PathOf(folder), "*.bak");

    [Fact]
    public void Get_shows_the_settings_of_a_file_and_of_a_folder()
    {
        string folder = Install("get");
        var file = engine.Run("Get-CBConnectorConfiguration -Path get/NDESConnector.exe.config").One<ConnectorConfiguration>();
        Assert.Equal(Path.Combine(folder, "NDESConnector.exe.config"), file.Path);
        Assert.Equal(Thumbprint, file.RACertThumbprint);
        Assert.Equal(30000, file.TimeoutMilliseconds);
        Assert.Equal("https://manage.microsoft.com/", file.BaseServiceAddress);
        Assert.Equal(3, file.Setting.Count);
        Assert.Equal("30000", file.Setting["cloudcaconntimeoutinmilliseconds"]);
        Assert.Empty(file.Warning);
        Assert.Equal(file.Path, engine.Run("Get-CBConnectorConfiguration get").One<ConnectorConfiguration>().Path);
        Assert.Equal(file.Path, engine.Run("[System.IO.FileInfo]$f | Get-CBConnectorConfiguration", ("f", file.Path)).One<ConnectorConfiguration>().Path);
    }

    [Fact]
    public void Set_changes_the_values_and_no_other_byte()
    {
        string path = Path.Combine(Install("set"), "NDESConnector.exe.config");
        byte[] before = File.ReadAllBytes(path);
        Result result = engine.Run("Set-CBConnectorConfiguration set/NDESConnector.exe.config -RACertThumbprint $t -TimeoutMilliseconds 60000 -PassThru",
            ("t", "\u200e“01 23 45 67 89 ab cd ef 01 23 45 67 89 ab cd ef 01 23 45 67”"));
        var file = result.One<ConnectorConfiguration>();
        Assert.Equal(Other, file.RACertThumbprint);
        Assert.Equal(60000, file.TimeoutMilliseconds);
        Assert.Single(result.Warnings, warning => warning.Contains("restart 'Intune Connector Service'"));
        Assert.Equal(before, File.ReadAllBytes(file.Backup!));
        Assert.Matches(@"NDESConnector\.exe\.config\.\d{8}-\d{6}\.bak$", file.Backup);
        string expected = Encoding.UTF8.GetString(before).Replace(Thumbprint, Other).Replace("30000", "60000");
        Assert.Equal(Encoding.UTF8.GetBytes(expected), File.ReadAllBytes(path));

        // The second time there is nothing to do, to back up, or to restart.
        Result again = engine.Run("Set-CBConnectorConfiguration set -TimeoutMilliseconds 60000 -PassThru");
        Assert.Null(again.One<ConnectorConfiguration>().Backup);
        Assert.Empty(again.Warnings);
        Assert.Single(Backups("set"));
    }

    [Fact]
    public void The_files_of_the_newer_connector_are_changed_together_or_not_at_all()
    {
        string folder = Install("three", Three);
        Result run = engine.Run($"Set-CBConnectorConfiguration three -RACertThumbprint {Other} -PassThru");
        Assert.Contains("restart PkiCreateConnectorSvc, PkiRevokeConnectorSvc, PfxCreateLegacyConnectorSvc.", Assert.Single(run.Warnings));
        var changed = run.All<ConnectorConfiguration>();
        Assert.Equal(Three, changed.Select(file => Path.GetFileName(file.Path)).Order());
        Assert.All(changed, file => Assert.Equal(Other, file.RACertThumbprint));
        Assert.Equal(3, Backups("three").Length);

        File.WriteAllText(Path.Combine(folder, Three[2]), "<configuration>\n  <appSettings>");
        ErrorRecord broken = engine.Run($"Set-CBConnectorConfiguration three -RACertThumbprint {Thumbprint}").Failed("Connector.Xml", ErrorCategory.ParserError);
        Assert.Contains(Three[2] + "(2,3)", broken.ToString());
        Assert.Contains(Other, File.ReadAllText(Path.Combine(folder, Three[0])));
        Assert.Equal(3, Backups("three").Length);
        File.Delete(Path.Combine(folder, Three[2]));
        Assert.Contains(Three[2], engine.Run("Get-CBConnectorConfiguration three").Failed("Connector.NoFile", ErrorCategory.ObjectNotFound).ToString());
    }

    [Fact]
    public void Differences_and_malformed_values_come_as_warnings()
    {
        string folder = Install("differ", Three);
        File.WriteAllText(Path.Combine(folder, Three[0]), Inputs.ConnectorConfig.Replace(Thumbprint, "soon"));
        Result result = engine.Run("Get-CBConnectorConfiguration differ");
        Assert.Equal(3, result.All<ConnectorConfiguration>().Count);
        Assert.Contains(result.Warnings, warning => warning.Contains("not a thumbprint") && warning.Contains(Three[0]) && warning.Contains("line 6"));
        Assert.Contains(result.Warnings, warning => warning.Contains("differs from") && warning.Contains(Three[1]));
        // Setting it everywhere makes them one again.
        engine.Run($"Set-CBConnectorConfiguration differ -RACertThumbprint {Thumbprint} -WarningAction Ignore").Good();
        Assert.Empty(engine.Run("Get-CBConnectorConfiguration differ").Good().Warnings);
    }

    [Fact]
    public void Wrong_values_and_paths_are_told_and_change_nothing()
    {
        string path = Path.Combine(Install("wrong"), "NDESConnector.exe.config");
        byte[] before = File.ReadAllBytes(path);
        Assert.Contains("'EA7A'", engine.Run("Set-CBConnectorConfiguration wrong -RACertThumbprint EA7A").Failed("Connector.Thumbprint", ErrorCategory.InvalidData).ToString());
        engine.Run("Set-CBConnectorConfiguration wrong").Failed("Module.NothingToSet", ErrorCategory.InvalidArgument);
        Assert.NotEmpty(engine.Run("Set-CBConnectorConfiguration wrong -TimeoutMilliseconds 0").Errors);
        engine.Run("Get-CBConnectorConfiguration nowhere.config").Failed("Base.FileMissing", ErrorCategory.ObjectNotFound);
        Directory.CreateDirectory(engine.PathOf("empty"));
        engine.Run("Get-CBConnectorConfiguration empty").Failed("Connector.NoFile", ErrorCategory.ObjectNotFound);
        File.WriteAllText(engine.PathOf("web.config"), "<configuration/>");
        engine.Run("Get-CBConnectorConfiguration web.config").Failed("Connector.NoSettings", ErrorCategory.ParserError);
        File.WriteAllText(engine.PathOf("doctype.config"), "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><configuration>&b;</configuration>");
        engine.Run("Get-CBConnectorConfiguration doctype.config").Failed("Connector.Xml", ErrorCategory.ParserError);
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Empty(Backups("wrong"));
    }

    [UnixFact("a Windows computer may have a connector")]
    public void Without_a_path_the_installed_connector_is_meant_and_there_is_none_here()
    {
        engine.Run("Get-CBConnectorConfiguration").Failed("Module.NoConnector", ErrorCategory.ObjectNotFound);
    }

    [Fact]
    public void An_authority_takes_thumbprint_and_time_out_from_the_file()
    {
        Install("authority");
        Result result = engine.Run("Register-CBAuthority -Name dc1 -ConfigurationPath authority/NDESConnector.exe.config -ServiceFqdn pki-ws.example.test");
        var authority = result.One<AuthorityInfo>();
        Assert.Equal("digicert", authority.Provider);
        Assert.Equal(Thumbprint, authority.Setting["ra-certificate-thumbprint"]);
        Assert.Equal("30000", authority.Setting["timeout-ms"]);
        Assert.Equal("pki-ws.example.test", authority.Setting["service-fqdn"]);
    }

    [Fact]
    public void Settings_that_are_given_win_over_the_file()
    {
        Install("given");
        var authority = engine.Run("Register-CBAuthority -Name dc2 -ConfigurationPath given -Setting @{ 'service-fqdn' = 'pki-ws.example.test'; RaCertificateThumbprint = $t } -TimeoutMs 5000",
            ("t", Other)).One<AuthorityInfo>();
        Assert.Equal(Other, authority.Setting["ra-certificate-thumbprint"]);
        Assert.Equal("5000", authority.Setting["timeout-ms"]);
    }

    [Fact]
    public void The_thumbprint_completes_from_the_computers_store()
    {
        string thumbprint = engine.Run("(New-CBCertificateRequest -Subject 'CN=ra' -KeyAlgorithm ECDSA_P256 -RequestType Cert -StoreLocation LocalMachine).Thumbprint").One<string>();
        string other = engine.Run("(New-CBCertificateRequest -Subject 'CN=user' -KeyAlgorithm ECDSA_P256 -RequestType Cert).Thumbprint").One<string>();
        string[] offered = engine.Completions("Set-CBConnectorConfiguration x -RACertThumbprint ");
        Assert.Contains(thumbprint, offered);
        Assert.DoesNotContain(other, offered);
    }

    [Fact]
    public void The_view_shows_what_counts()
    {
        Install("view");
        string text = ChildShell.Run(engine.Home, "-Command", $"Get-CBConnectorConfiguration '{engine.PathOf("view")}'").Good();
        Assert.Contains(Thumbprint, text);
        Assert.Contains("30000 ms", text);
    }

    [Fact]
    public void Files_that_differ_are_no_authority()
    {
        string folder = Install("disagree", Three);
        File.WriteAllText(Path.Combine(folder, Three[1]), Inputs.ConnectorConfig.Replace(Thumbprint, Other));
        engine.Run("Register-CBAuthority -Name dc3 -ConfigurationPath disagree -ServiceFqdn pki-ws.example.test")
            .Failed("Module.ConnectorsDiffer", ErrorCategory.InvalidData);
        Assert.Empty(engine.Run("Get-CBAuthority -Name dc3* -WarningAction Ignore").Output);
    }
}
