using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CertBroker.Lab.Common;

namespace CertBroker.Lab.MicrosoftCa;

/// <summary>The running lab of a Microsoft CA: server, services, control interface, and the files its users need.</summary>
internal sealed class MicrosoftCaLab : IAsyncDisposable
{
    private readonly LabServer server;
    private readonly Credentials credentials;
    private readonly Dictionary<string, ClientCredential> clients;

    private MicrosoftCaLab(LabServer server, Credentials credentials, MicrosoftCaDouble services, Dictionary<string, ClientCredential> clients) =>
        (this.server, this.credentials, Services, this.clients) = (server, credentials, services, clients);

    public int Port => server.Port;
    public int ControlPort => server.ControlPort;
    public MicrosoftCaDouble Services { get; }
    public string PfxPassword { get; } = Convert.ToHexString(RandomNumberGenerator.GetBytes(8));
    public string Host => $"https://localhost:{Port}";
    public ClientCredential this[string client] => clients[client];

    public static async Task<MicrosoftCaLab> Start(Options options)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        var credentials = new Credentials(now);
        var ca = new EnterpriseCa(now);
        var accounts = new Accounts(ca);
        credentials.ClientCas.AddRange([ca.Root.RawData, ca.Certificate.RawData]);
        var recorder = new Recorder(options.Record);
        var scenarios = new ScenarioQueue(MicrosoftCaScenarios.Known);
        var services = new MicrosoftCaDouble(new CertificationAuthority(ca, accounts, new Ledger()), recorder, scenarios);
        TlsSettings tls = options.Tls with { Clients = ClientCertificates.Accept };
        var server = new LabServer(credentials, recorder, scenarios) { Tls = tls };
        var control = new Control(recorder, scenarios);
        control.AddCommon();
        MicrosoftCaControl.Add(control, services);
        control.OnReset(() => server.Tls = tls);
        control.Command("tls", body =>
        {
            server.Tls = new TlsSettings(
                body["certificate"] is { } certificate ? Options.ParseCertificate(certificate.ToString()) : server.Tls.Certificate,
                body["versions"] is { } versions ? Options.ParseTls(versions.ToString()) : server.Tls.Versions,
                body["clients"] is { } clients ? Options.ParseClients(clients.ToString()) : server.Tls.Clients);
            server.CloseConnections();
            return new { };
        });
        control.Command("close-connections", _ =>
        {
            server.CloseConnections();
            return new { };
        });
        var lab = new MicrosoftCaLab(server, credentials, services, Clients(ca, accounts, now));
        await server.Start(options.Port, options.ControlPort, services.Handle, control.Handle);
        lab.WriteFiles(options.Folder);
        return lab;
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private static Dictionary<string, ClientCredential> Clients(EnterpriseCa ca, Accounts accounts, DateTimeOffset now)
    {
        Account alice = accounts["alice"];
        return new Dictionary<string, ClientCredential>
        {
            ["alice"] = ClientCredential.Make(ca, alice, Oids.ClientAuthentication, now.AddDays(-1), now.AddYears(1)),
            ["expired"] = ClientCredential.Make(ca, alice, Oids.ClientAuthentication, now.AddDays(-300), now.AddDays(-10)),
            ["foreign"] = ClientCredential.Make(new EnterpriseCa(now), alice, Oids.ClientAuthentication, now.AddDays(-1), now.AddYears(1)),
            ["agent"] = ClientCredential.Make(ca, alice, Oids.RequestAgent, now.AddDays(-1), now.AddYears(1)),
        };
    }

    private void WriteFiles(string folder)
    {
        Directory.CreateDirectory(folder);
        string At(string name) => Path.Combine(folder, name);
        EnterpriseCa ca = Services.Authority.Ca;
        File.WriteAllText(At("root.pem"), credentials.ServerRoot.Certificate.ExportCertificatePem() + "\n");
        File.WriteAllText(At("ca-root.pem"), ca.Root.ExportCertificatePem() + "\n");
        File.WriteAllText(At("ca.pem"), ca.Certificate.ExportCertificatePem() + "\n");
        foreach ((string name, ClientCredential client) in clients)
        {
            WriteSecret(At(name + ".pfx"), client.Pfx(PfxPassword));
        }
        var ready = new
        {
            provider = "microsoft-ca",
            port = Port,
            control = ControlPort,
            process = Environment.ProcessId,
            ca = EnterpriseCa.Name,
            policy = new[] { ClientAuthentication.Kerberos, ClientAuthentication.UsernamePassword, ClientAuthentication.Certificate }.ToDictionary(one => one.ToString(), one => Host + MicrosoftCaDouble.PolicyPath(one)),
            enrollment = MicrosoftCaDouble.Endpoints.ToDictionary(one => one.Authentication.ToString(), one => Host + one.Path),
            certsrv = Host + "/certsrv",
            accounts = Services.Authority.Accounts.All.Select(one => new { user = one.FullLogon, upn = one.Upn, password = one.Password, sid = one.Sid }),
            pfxPassword = PfxPassword,
            clients = clients.ToDictionary(one => one.Key, one => one.Value.Thumbprint),
            templates = Templates.All.Select(one => new { one.Name, one.Oid, one.Why }),
        };
        // Last, and by renaming: whoever sees it sees all the others, whole.
        WriteSecret(At("ready.json.new"), JsonSerializer.SerializeToUtf8Bytes(ready, new JsonSerializerOptions(Control.Json) { WriteIndented = true }));
        File.Move(At("ready.json.new"), At("ready.json"), overwrite: true);
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
