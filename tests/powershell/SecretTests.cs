using System.Diagnostics;
using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests;

/// <summary>Passwords and keys given to the module are found nowhere afterwards.</summary>
public sealed class SecretTests(Engine engine) : IClassFixture<Engine>
{
    private readonly string canary = "Canary-" + Guid.NewGuid().ToString("N") + "-ü";

    [PeerFact]
    public void Passwords_of_PFX_and_key_files_leave_no_trace()
    {
        using X509Certificate2 certificate = Inputs.SelfSigned("CN=canary");
        File.WriteAllBytes(engine.PathOf("canary.pfx"), certificate.Pfx(canary));
        using System.Security.Cryptography.ECDsa key = certificate.EcdsaKey();
        File.WriteAllText(engine.PathOf("canary.cer"), certificate.ExportCertificatePem());
        File.WriteAllText(engine.PathOf("canary.key"), key.EncryptedPem(canary));
        var said = new StringBuilder();
        foreach (string script in new[]
        {
            "Import-CBPfxCertificate canary.pfx -Password $p -Exportable -Verbose -Debug",
            "Export-CBPfxCertificate $t -Path out.pfx -Password $p -Force -Verbose -Debug",
            "Import-CBPfxCertificate canary.key -Password $p -Verbose -Debug",
            "Import-CBCertificate canary.cer -KeyPath canary.key -KeyPassword $p -Verbose -Debug",
            "Import-CBCertificate canary.cer -KeyPath canary.pfx -KeyPassword $p -Verbose -Debug",
            "Export-CBPfxCertificate $t -Path nowhere/out.pfx -Password $p -Verbose -Debug",
            "Export-CBPfxCertificate $t -Path out.pfx -Password $p -WhatIf",
        })
        {
            said.AppendLine(engine.Run(script, ("p", Inputs.Secure(canary)), ("t", certificate.Thumbprint)).Everything);
        }
        // A wrong password is a secret too: it is often the right one of something else.
        said.AppendLine(engine.Run("Import-CBPfxCertificate canary.pfx -Password $p -Verbose -Debug", ("p", Inputs.Secure(canary + "-wrong"))).Everything);
        Assert.DoesNotContain(canary, said.ToString());
        AssertNowhere(canary);
    }

    [PeerFact]
    public void An_authoritys_secret_stays_in_an_owner_only_file_and_is_not_told_to_a_stranger()
    {
        using var stranger = new UntrustedCa();
        Result registered = engine.Run("Register-CBAuthority -Name stranger -Provider template -Setting @{ url = $url; 'api-key' = $key } -Verbose -Debug", ("url", stranger.Url), ("key", Inputs.Secure(canary)));
        var authority = registered.One<AuthorityInfo>();
        Assert.Equal(["api-key"], authority.SecretSetting);
        Assert.False(authority.Setting.ContainsKey("api-key"));
        Result asDynamic = engine.Run("Register-CBAuthority -Name stranger2 -Provider template -Url $url -ApiKey $key -Verbose -Debug");
        Assert.Equal(["api-key"], asDynamic.One<AuthorityInfo>().SecretSetting);

        Result requested = engine.Run("Request-CBCertificate -Authority stranger -Subject 'CN=to a stranger' -KeyAlgorithm ECDSA_P256 -Comment please -Verbose -Debug");
        ErrorRecord error = Assert.Single(requested.Errors);
        Assert.Equal(ErrorCategory.SecurityError, error.CategoryInfo.Category);
        Assert.True(stranger.Connections > 0);
        Assert.DoesNotContain(canary, stranger.Seen);
        Assert.DoesNotContain("Bearer", stranger.Seen);

        Result after = engine.Run("Get-CBAuthority; Get-CBIssuance -IncludeEvent; Get-CBCertificateRequest; Set-CBAuthority stranger -Setting @{ 'api-key' = $key } -Verbose; Unregister-CBAuthority stranger2 -Verbose");
        foreach (Result result in new[] { registered, asDynamic, requested, after })
        {
            Assert.DoesNotContain(canary, result.Everything);
        }
        AssertNowhere(canary, except: path => path.EndsWith(".secrets", StringComparison.Ordinal) && Inputs.IsPrivate(path));
        engine.Run("Unregister-CBAuthority stranger").Good();
        AssertNowhere(canary);
    }

    [UnixFact("file modes are Unix's; tests/unit/base/file_windows.test.cpp reads the access control lists")]
    public void Private_keys_in_the_store_are_readable_by_their_owner_only()
    {
        engine.Run("New-CBCertificateRequest -Subject 'CN=modes' -KeyAlgorithm ECDSA_P256; New-CBCertificateRequest -Subject 'CN=modes' -KeyAlgorithm ECDSA_P256 -StoreLocation LocalMachine").Good();
        string[] keys = [.. Directory.GetFiles(engine.Home, "*", SearchOption.AllDirectories).Where(path => path.Contains("key", StringComparison.OrdinalIgnoreCase) && !path.EndsWith(".lock", StringComparison.Ordinal))];
        Assert.True(keys.Length >= 2);
        Assert.All(keys, path =>
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(path)!));
        });
    }

    [UnixFact("the command line of another process is read from /proc")]
    public void The_command_line_of_a_process_that_works_with_a_password_has_none()
    {
        using X509Certificate2 certificate = Inputs.SelfSigned("CN=command line");
        File.WriteAllBytes(engine.PathOf("line.pfx"), certificate.Pfx(canary));
        string script = engine.PathOf("line.ps1");
        File.WriteAllText(script, """
            param($Pfx)
            $p = [System.Security.SecureString]::new()
            foreach ($c in [Console]::In.ReadLine().ToCharArray()) { $p.AppendChar($c) }
            (Import-CBPfxCertificate $Pfx -Password $p -Verbose).Thumbprint
            'waiting'
            $null = [Console]::In.ReadLine()
            """);
        using Process process = ChildShell.Start(engine.Home, "-File", script, engine.PathOf("line.pfx"));
        process.StandardInput.WriteLine(canary);
        string? line;
        while ((line = process.StandardOutput.ReadLine()) is not null && line != "waiting")
        {
            Assert.Equal(certificate.Thumbprint, line);
        }
        Assert.Equal("waiting", line);
        foreach (string file in new[] { "cmdline", "environ" })
        {
            Assert.DoesNotContain(canary, Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{process.Id}/{file}")));
        }
        process.StandardInput.WriteLine();
        ChildShell.Ended ended = ChildShell.Finish(process);
        Assert.Equal(0, ended.ExitCode);
        Assert.DoesNotContain(canary, ended.Errors);
    }

    /// <summary>In no encoding, in no file below the home or the working folder.</summary>
    private void AssertNowhere(string secret, Func<string, bool>? except = null)
    {
        byte[][] forms =
        [
            Encoding.UTF8.GetBytes(secret), Encoding.Unicode.GetBytes(secret), Encoding.BigEndianUnicode.GetBytes(secret), Encoding.Latin1.GetBytes(secret),
            Encoding.ASCII.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)).TrimEnd('=')[..^2]), Encoding.ASCII.GetBytes(Convert.ToHexString(Encoding.UTF8.GetBytes(secret))),
            Encoding.ASCII.GetBytes(Convert.ToHexStringLower(Encoding.UTF8.GetBytes(secret))),
        ];
        foreach (string path in Directory.GetFiles(engine.Root, "*", SearchOption.AllDirectories))
        {
            byte[] bytes = File.ReadAllBytes(path);
            foreach (byte[] form in forms)
            {
                Assert.True(bytes.AsSpan().IndexOf(form) < 0 || except?.Invoke(path) == true, $"the secret is in {path}");
            }
        }
    }
}
