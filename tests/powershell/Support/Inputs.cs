using System.Diagnostics;
using System.Net;
using System.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CertBroker.Tests.Support;

/// <summary>Things that tests need often.</summary>
internal static class Inputs
{
    /// <summary>The INF snippet as Microsoft's page prints it; its Subject is not made real yet.</summary>
    public static string SeedInf { get; } = File.ReadAllText(Repository.TestData("powershell", "data", "certreq-as-printed.ini"));

    public const string SeedSubject = "Subject Name in CN format";

    public static string RealInf(string subject) => SeedInf.Replace(SeedSubject, subject, StringComparison.Ordinal);

    public static SecureString Secure(string text) => new NetworkCredential("", text).SecurePassword;

    /// <summary>A self-signed certificate with its key, made by .NET.</summary>
    public static X509Certificate2 SelfSigned(string subject, bool ecdsa = true, int rsaBits = 2048, Action<CertificateRequest>? more = null)
    {
        AsymmetricAlgorithm key = ecdsa ? DotnetCrypto.NewEcdsa() : DotnetCrypto.NewRsa(rsaBits);
        CertificateRequest request = key is RSA rsa
            ? new CertificateRequest(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(subject, (ECDsa)key, HashAlgorithmName.SHA256);
        more?.Invoke(request);
        using X509Certificate2 bare = request.Create(request.SubjectName, DotnetCrypto.Generator(key), DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddDays(30), Serial());
        return bare.With(key);
    }

    /// <summary>For its owner only; on Windows what is above it decides.</summary>
    public static void MakePrivateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>A connector's configuration, with the thumbprint of Microsoft's page and the line ends of Windows.</summary>
    public static string ConnectorConfig { get; } = """
        <?xml version="1.0" encoding="utf-8"?>
        <configuration>
          <startup><supportedRuntime version="v4.0" sku=".NETFramework,Version=v4.7.2" /></startup>
          <appSettings>
            <!-- Update these. -->
            <add key="RACertThumbprint"
            value="EA7A4E0CD1A4F81CF0740527C31A57F6020C17C5"/>
            <add key="CloudCAConnTimeoutInMilliseconds" value="30000"/>
            <add key="BaseServiceAddress" value="https://manage.microsoft.com/"/>
          </appSettings>
        </configuration>
        """.ReplaceLineEndings("\r\n");

    /// <summary>Whether a file is its owner's only. Windows has lists in place of modes; the native tests read them.</summary>
    public static bool IsPrivate(string path) =>
        OperatingSystem.IsWindows() || File.GetUnixFileMode(path) == (UnixFileMode.UserRead | UnixFileMode.UserWrite);

    private static byte[] Serial() => [1, .. RandomNumberGenerator.GetBytes(8)];

    /// <summary>Runs a tool; false when it is not installed.</summary>
    public static bool TryTool(string tool, out string output, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"{tool} {string.Join(' ', arguments)}: exit code {process.ExitCode}: {errors.Result}");
            }
            return true;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            output = "";
            return false;
        }
    }
}
