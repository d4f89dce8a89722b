using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace CertBroker.Tests.Support;

/// <summary>What the examples in the help start from (powershell/help/examples-setup.md): an authority "lab", an exportable
/// certificate $thumbprint, a pending request $pendingId, $password, and files by the names the examples use.</summary>
public sealed class ExampleEngine : IDisposable
{
    private static readonly Lock Gate = new();
    private static string? template;
    private string? owned;
    private static (string Thumbprint, string PendingId) names;

    public ExampleEngine()
    {
        Engine = new Engine();
        Prepare();
    }

    private ExampleEngine(bool _)
    {
        Engine = new Engine();
        // Making it takes a second, copying it a blink.
        Copy(Path.Combine(template!, "home"), Engine.Home);
        Copy(Path.Combine(template!, "work"), Engine.Folder);
        SetVariables();
    }

    public Engine Engine { get; }

    public static ExampleEngine Again()
    {
        lock (Gate)
        {
            return new ExampleEngine(true);
        }
    }

    private void Prepare()
    {
        Engine.WithLab();
        File.WriteAllText(Engine.PathOf("certreq.ini"), Inputs.RealInf("CN=ra.example.com, O=Example, C=US"));

        File.WriteAllText(Engine.PathOf("NDESConnector.exe.config"), Inputs.ConnectorConfig);

        // answer.cer: a CA's answer for a request that waits here.
        Engine.Run("$waiting = New-CBCertificateRequest -Subject 'CN=answered.example.com' -DnsName answered.example.com -KeyAlgorithm ECDSA_P256 -OutFile answered.csr").Good();
        using (X509Certificate2 root = Issuer())
        {
            CertificateRequest request = Interop.Csr.Load(File.ReadAllBytes(Engine.PathOf("answered.csr")));
            using X509Certificate2 issued = request.Create(root.SubjectName, DotnetCrypto.Generator(root.EcdsaKey()), DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddDays(90), [1, 2, 3, 4]);
            File.WriteAllText(Engine.PathOf("answer.cer"), issued.ExportCertificatePem() + "\n" + root.ExportCertificatePem() + "\n");
        }

        // request.csr: a request made elsewhere.
        using (ECDsa key = DotnetCrypto.NewEcdsa())
        {
            var request = new CertificateRequest("CN=elsewhere.example.com", key, HashAlgorithmName.SHA256);
            File.WriteAllText(Engine.PathOf("request.csr"), request.CreateSigningRequestPem());
        }

        // server.cer, server.key, server.pfx: issued by the lab, so that it can be revoked there; root.cer: the lab's root.
        using (ECDsa key = DotnetCrypto.NewEcdsa())
        {
            var request = new CertificateRequest("CN=server.example.com", key, HashAlgorithmName.SHA256);
            var serverNames = new SubjectAlternativeNameBuilder();
            serverNames.AddDnsName("server.example.com");
            request.CertificateExtensions.Add(serverNames.Build());
            File.WriteAllText(Engine.PathOf("server.csr"), request.CreateSigningRequestPem());
            File.WriteAllText(Engine.PathOf("server.key"), key.ExportPkcs8PrivateKeyPem());
        }
        Engine.Run("$null = Request-CBCertificate -Authority lab -Template server -RequestPath server.csr -NoInstall -OutFile server.cer").Good();
        File.Delete(Engine.PathOf("server.csr"));
        Engine.Run("$server = Import-CBCertificate server.cer -KeyPath server.key -Exportable; $null = Export-CBPfxCertificate -Thumbprint $server.Thumbprint -Path server.pfx -Password $password -IncludeChain:$false", ("password", Inputs.Secure("Example password"))).Good();
        Engine.Run("Remove-CBCertificate -Thumbprint $server.Thumbprint -DeleteKey -Force; $lab = (Get-CBTrustedRoot -Authority lab)[0]; [System.IO.File]::WriteAllBytes($file, $lab.RawData)",
            ("file", Engine.PathOf("root.cer"))).Good();

        string thumbprint = Engine.Run("(Request-CBCertificate -Authority lab -Template server -Subject 'CN=web01.example.com' -DnsName web01.example.com -KeyAlgorithm ECDSA_P256 -Exportable -FriendlyName web01).Thumbprint").One<string>();
        string pending = Engine.Run("(Request-CBCertificate -Authority lab -Subject 'CN=pending.example.com' -KeyAlgorithm ECDSA_P256 -OrderSetting @{ decision = 'pending' }).RequestId").One<string>();
        lock (Gate)
        {
            names = (thumbprint, pending);
            template = owned = Directory.CreateTempSubdirectory("certbroker-examples-").FullName;
            Copy(Engine.Home, Path.Combine(template, "home"));
            Copy(Engine.Folder, Path.Combine(template, "work"));
        }
        SetVariables();
    }

    private void SetVariables() => Engine.Run("$null = 1", ("thumbprint", names.Thumbprint), ("pendingId", names.PendingId), ("password", Inputs.Secure("Example password"))).Good();

    private static X509Certificate2 Issuer() =>
        Inputs.SelfSigned("CN=Some CA", more: request => request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true)));

    private static void Copy(string from, string to)
    {
        foreach (string path in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, path));
            string folder = Path.GetDirectoryName(target)!;
            if (!Directory.Exists(folder))
            {
                Inputs.MakePrivateFolder(folder);
            }
            File.Copy(path, target, overwrite: true);
        }
    }

    public void Dispose()
    {
        Engine.Dispose();
        if (owned is not null)
        {
            Directory.Delete(owned, recursive: true);
        }
    }
}
