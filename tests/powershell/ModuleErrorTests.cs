using System.Management.Automation;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests;

/// <summary>The module's own errors (powershell/src/errors.def): each is provoked once, and names what it is about.</summary>
public sealed class ModuleErrorTests(Engine engine) : IClassFixture<Engine>
{
    private const string Request = "New-CBCertificateRequest -Subject 'CN=x' -KeyAlgorithm ECDSA_P256";

    [Theory]
    [InlineData("Import-CBCertificate Env:/PATH", "Module.Path", ErrorCategory.InvalidArgument)]
    [InlineData("Import-CBCertificate Nowhere:/x.cer", "Module.Path", ErrorCategory.InvalidArgument)]
    [InlineData("Import-CBPfxCertificate nowhere.pfx", "Module.FileNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Import-CBPfxCertificate .", "Module.FileNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData(Request + " -OutFile .", "Module.FileWrite", ErrorCategory.WriteError)]
    [InlineData(Request + " -OutFile nowhere/x.csr", "Module.FolderNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Get-CBCertificate 0000000000000000000000000000000000000000", "Module.CertificateNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Get-CBCertificateRequest nobody", "Module.RequestNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Get-CBIssuance nobody", "Module.RequestNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Get-CBProvider nobody", "Module.ProviderNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Get-CBAuthority nobody", "Module.AuthorityNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Set-CBAuthority nobody -Setting @{ a = 'b' }", "Module.AuthorityNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Export-CBCertificate 00 -Path x.cer -Format Der -IncludeChain", "Module.DerChain", ErrorCategory.InvalidArgument)]
    [InlineData("Register-CBAuthority -Name x -Provider template -Setting @{ url = 'https://ca.example.com'; 'api-key' = 'plain' }", "Module.PlainSecret", ErrorCategory.InvalidArgument)]
    public void What_cannot_be_done_is_said_with_what_to_do(string script, string id, ErrorCategory category)
    {
        engine.Run(script).Failed(id, category);
    }

    [Fact]
    public void A_file_that_cannot_be_read_says_so()
    {
        string path = OperatingSystem.IsWindows() ? engine.PathOf("locked.cer") : "/proc/self/mem";
        using FileStream? locked = OperatingSystem.IsWindows() ? new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None) : null;
        locked?.WriteByte(0x30);
        locked?.Flush();
        engine.Run("Import-CBCertificate $path", ("path", path)).Failed("Module.FileRead", ErrorCategory.WriteError);
    }

    [Fact]
    public void A_file_that_is_there_stays_and_one_that_is_too_large_is_not_read()
    {
        File.WriteAllText(engine.PathOf("there.csr"), "mine");
        engine.Run(Request + " -OutFile there.csr").Failed("Module.FileExists", ErrorCategory.ResourceExists);
        Assert.Equal("mine", File.ReadAllText(engine.PathOf("there.csr")));

        using (FileStream large = File.Create(engine.PathOf("large.cer")))
        {
            large.SetLength(100L << 20); // a hole: nothing is written
        }
        engine.Run("Import-CBCertificate large.cer").Failed("Module.FileTooLarge", ErrorCategory.InvalidData);
    }

    [Fact]
    public void A_file_that_may_not_be_written_says_so_and_the_request_is_kept()
    {
        // Nobody, root and administrators included, writes here.
        string path = OperatingSystem.IsWindows() ? engine.PathOf("readonly.csr") : "/sys/kernel/x.csr";
        if (OperatingSystem.IsWindows())
        {
            File.WriteAllText(path, "");
            File.SetAttributes(path, FileAttributes.ReadOnly);
        }
        Result result = engine.Run(Request + " -OutFile $path -Force", ("path", path));
        Assert.Contains("Get-CBCertificateRequest", result.Failed("Module.FileAccess", ErrorCategory.PermissionDenied).ErrorDetails.RecommendedAction);
        var request = (CertificateRequestInfo)Assert.Single(result.Output).BaseObject;
        Assert.Null(request.Path);
        Assert.Equal(request.Pem, engine.Run($"(Get-CBCertificateRequest {request.RequestId}).Pem").One<string>());
    }

    [Fact]
    public void A_text_that_is_no_text_is_refused()
    {
        engine.Run(Request + " -FriendlyName $t", ("t", "a\0b")).Failed("Module.Text", ErrorCategory.InvalidData);
        engine.Run(Request + " -FriendlyName $t", ("t", "half a \ud83d")).Failed("Module.Text", ErrorCategory.InvalidData);
    }

    [Fact]
    public void A_certificate_that_is_no_root_does_not_become_one()
    {
        using var root = Interop.Csr.NewCa("CN=Above");
        using var middle = Interop.Csr.NewCa("CN=Below", root);
        File.WriteAllText(engine.PathOf("below.cer"), middle.ExportCertificatePem());
        engine.Run("Install-CBTrustedRoot below.cer ComputerRoot -Force").Failed("Module.NoFittingRoot", ErrorCategory.InvalidData);
    }

    [Fact]
    public void An_unknown_template_is_named_with_its_authority()
    {
        engine.WithLab("templates");
        engine.Run("Get-CBCertificateProfile templates nobody").Failed("Module.ProfileNotFound", ErrorCategory.ObjectNotFound);
    }

    [Fact]
    public void A_relative_home_is_refused()
    {
        ChildShell.Ended ended = ChildShell.Run("some/folder", "-Command", "try { Get-CBCertificate } catch { $_.FullyQualifiedErrorId }");
        Assert.Equal("CB.Module.Home", ended.Good().Split(',')[0]);
    }

    [Theory]
    [InlineData(null, "CB.Module.NativeMissing")]
    [InlineData("not a library", "CB.Module.NativeBroken")]
    public void A_module_without_its_library_says_so_in_one_sentence_and_can_still_be_imported(string? content, string id)
    {
        string copy = Path.Combine(engine.Root, Guid.NewGuid().ToString("N"), "CertBroker");
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(copy, Repository.Library))!);
        foreach (string file in Directory.GetFiles(Repository.ModuleFolder))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }
        if (content is not null)
        {
            File.WriteAllText(Path.Combine(copy, Repository.Library), content);
        }
        string said = ChildShell.Run(engine.Home, "-NoModule", "-Command",
            $"Import-Module '{Path.Combine(copy, "CertBroker.psd1")}'; foreach ($i in 1..2) {{ try {{ Get-CBCertificate }} catch {{ $_.FullyQualifiedErrorId; $_.ToString() }} }}").Good();
        string[] lines = said.Split('\n', StringSplitOptions.TrimEntries);
        Assert.Equal(4, lines.Length);
        Assert.Equal(id, lines[0].Split(',')[0]);
        Assert.Contains(Path.GetFileName(Repository.Library), lines[1]);
        Assert.Equal(id, lines[2].Split(',')[0]);
    }
}
