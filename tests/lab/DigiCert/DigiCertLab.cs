using System.Security.Cryptography;
using System.Text.Json;
using CertBroker.Lab.Common;

namespace CertBroker.Lab.DigiCert;

/// <summary>The running DigiCert lab: server, double, control interface, and the files its users need.</summary>
internal sealed class DigiCertLab : IAsyncDisposable
{
    private readonly LabServer server;

    private DigiCertLab(LabServer server, Credentials credentials, DigiCertDouble services, string pfxPassword) =>
        (this.server, Credentials, Services, PfxPassword) = (server, credentials, services, pfxPassword);

    public int Port => server.Port;
    public int ControlPort => server.ControlPort;
    public Credentials Credentials { get; }
    public DigiCertDouble Services { get; }
    public string PfxPassword { get; }

    public static async Task<DigiCertLab> Start(Options options)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        Account account = Account.Read(options.Profiles);
        var credentials = new Credentials(now);
        var recorder = new Recorder(options.Record);
        var scenarios = new ScenarioQueue();
        var services = new DigiCertDouble(account, new Cas(account, now), recorder, scenarios);
        var server = new LabServer(credentials, recorder, scenarios) { Tls = options.Tls };
        var control = new Control(recorder, scenarios);
        control.AddCommon();
        DigiCertControl.Add(control, services, credentials);
        control.OnReset(() => server.Tls = options.Tls);
        control.Command("tls", body =>
        {
            TlsSettings tls = server.Tls;
            server.Tls = new TlsSettings(
                body["certificate"] is { } certificate ? Options.ParseCertificate(certificate.ToString()) : tls.Certificate,
                body["versions"] is { } versions ? Options.ParseTls(versions.ToString()) : tls.Versions,
                body["clients"] is { } clients ? Options.ParseClients(clients.ToString()) : tls.Clients);
            server.CloseConnections();
            return new { };
        });
        control.Command("close-connections", _ =>
        {
            server.CloseConnections();
            return new { };
        });
        var lab = new DigiCertLab(server, credentials, services, Convert.ToHexString(RandomNumberGenerator.GetBytes(8)));
        await server.Start(options.Port, options.ControlPort, services.Handle, control.Handle);
        lab.WriteFiles(options.Folder);
        return lab;
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private void WriteFiles(string folder)
    {
        Directory.CreateDirectory(folder);
        void Write(string name, byte[] content) => File.WriteAllBytes(Path.Combine(folder, name), content);
        Write("root.pem", System.Text.Encoding.ASCII.GetBytes(Credentials.ServerRoot.Certificate.ExportCertificatePem() + "\n"));
        Write("ca-root.cer", Services.Cas.Root.Der);
        foreach ((string id, TestCa ca) in Services.Cas.Issuing)
        {
            Write($"ca-{id}.cer", ca.Der);
        }
        Write("ra-ca.cer", Credentials.RaCa.Der);
        Write("ra-root.cer", Credentials.RaRoot.Der);
        foreach ((string name, Credential credential) in new[] { ("ra", Credentials.Ra), ("ra-expired", Credentials.ExpiredRa), ("ra-foreign", Credentials.ForeignRa) })
        {
            Write(name + ".cer", credential.Der);
            WriteSecret(Path.Combine(folder, name + ".pem"), System.Text.Encoding.ASCII.GetBytes(credential.Pem()));
            WriteSecret(Path.Combine(folder, name + ".pfx"), credential.Pfx(PfxPassword));
        }
        var ready = new
        {
            provider = "digicert",
            port = Port,
            control = ControlPort,
            process = Environment.ProcessId,
            folder,
            pfxPassword = PfxPassword,
            ra = Credentials.Ra.Thumbprint,
            raExpired = Credentials.ExpiredRa.Thumbprint,
            raForeign = Credentials.ForeignRa.Thumbprint,
            profiles = Services.Account.Profiles.Select(profile => new { profile.Oid, profile.Name, profile.Why }),
        };
        // Last, and by renaming: whoever sees it sees all the others, whole.
        string path = Path.Combine(folder, "ready.json");
        WriteSecret(path + ".new", JsonSerializer.SerializeToUtf8Bytes(ready, new JsonSerializerOptions(Control.Json) { WriteIndented = true }));
        File.Move(path + ".new", path, overwrite: true);
    }

    private static void WriteSecret(string path, byte[] content)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            File.Delete(path);
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        using var file = new FileStream(path, options);
        file.Write(content);
    }
}
