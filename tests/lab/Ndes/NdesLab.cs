using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using CertBroker.Lab.Common;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CertBroker.Lab.Ndes;

/// <summary>The running NDES lab: SCEP by plain HTTP, as it usually is, the challenge page by TLS, the control interface.</summary>
internal sealed class NdesLab : IAsyncDisposable
{
    private const string ScepPath = "/certsrv/mscep/mscep.dll", PagePath = "/certsrv/mscep_admin/", User = "LAB\\ndes-enroll";

    private readonly WebApplication app;
    private readonly ScepService service;
    private readonly Challenges challenges;
    private readonly Control control;
    private readonly string password = Convert.ToHexString(RandomNumberGenerator.GetBytes(12));

    private NdesLab(Options options)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        TestCa ca = TestCa.CreateRoot("NDES Lab CA", now);
        var credentials = new Credentials(now);
        Root = credentials.ServerRoot;
        string thumbprint = Convert.ToHexString(MD5.HashData(ca.Der));
        challenges = new Challenges(User, password, string.Join(' ', Enumerable.Range(0, 4).Select(i => thumbprint.Substring(8 * i, 8))));
        service = new ScepService(ca, challenges, now);
        var recorder = new Recorder(options.Record);
        control = new Control(recorder, new ScenarioQueue());
        control.Command("behave", body => service.Behaviour = service.Behaviour.With(body));
        control.Command("approve", _ => new { decided = service.Decide(approve: true) });
        control.Command("deny", _ => new { decided = service.Decide(approve: false) });
        control.Command("reset", _ =>
        {
            service.Reset();
            return new { };
        });
        control.Question("messages", _ => service.Seen);
        control.Question("challenges", _ => new { count = challenges.Given });
        control.Question("issued", _ => new { count = service.Issued });

        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));
        X509Certificate2 certificate = credentials.Server[ServerCertificate.Good].WithKey();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 4 << 20;
            kestrel.Limits.MaxRequestLineSize = 64 << 10;
            kestrel.Listen(IPAddress.Loopback, options.Port, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, options.ControlPort, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.UseHttps(certificate);
            });
        });
        app = builder.Build();
        app.Run(http => http.Connection.LocalPort == ControlPort ? control.Handle(http) : http.Connection.LocalPort == PagePort ? Page(http) : Scep(http));
    }

    public TestCa Root { get; }
    public int Port { get; private set; }
    public int ControlPort { get; private set; }
    public int PagePort { get; private set; }
    public string ScepUrl => $"http://127.0.0.1:{Port}{ScepPath}";
    public string PageUrl => $"https://localhost:{PagePort}{PagePath}";

    public static async Task<NdesLab> Start(Options options)
    {
        var lab = new NdesLab(options);
        await lab.app.StartAsync();
        int[] ports = [.. lab.app.Urls.Select(url => new Uri(url).Port)]; // in the order of the listeners
        (lab.Port, lab.ControlPort, lab.PagePort) = (ports[0], ports[1], ports[2]);
        lab.WriteFiles(options.Folder);
        return lab;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    private Task Page(HttpContext http)
    {
        if (http.Request.Path == PagePath.TrimEnd('/'))
        {
            http.Response.Redirect(PagePath);
            return Task.CompletedTask;
        }
        if (http.Request.Path == PagePath)
        {
            return challenges.Page(http);
        }
        http.Response.StatusCode = 404;
        return Task.CompletedTask;
    }

    private async Task Scep(HttpContext http)
    {
        HttpRequest request = http.Request;
        string operation = request.Query["operation"].ToString();
        if (request.Path != ScepPath && request.Path != ScepPath + "/pkiclient.exe")
        {
            await Send(http, 404, "text/html", []);
            return;
        }
        switch (operation)
        {
            case "GetCACaps" when HttpMethods.IsGet(request.Method):
                await Send(http, 200, "text/plain", Encoding.ASCII.GetBytes(service.Behaviour.Capabilities));
                break;
            case "GetCACert" when HttpMethods.IsGet(request.Method):
                await Send(http, 200, "application/x-x509-ca-ra-cert", service.Bundle());
                break;
            case "PKIOperation":
                await Operate(http);
                break;
            default:
                await Send(http, 403, "text/html", []);
                break;
        }
    }

    private async Task Operate(HttpContext http)
    {
        byte[] message;
        if (HttpMethods.IsPost(http.Request.Method))
        {
            if (!service.Behaviour.Capabilities.Contains("POST", StringComparison.Ordinal) && !service.Behaviour.Capabilities.Contains("SCEPStandard", StringComparison.Ordinal) ||
                (service.Behaviour.Strict && http.Request.ContentType != "application/x-pki-message"))
            {
                await Send(http, 405, "text/html", []);
                return;
            }
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            message = body.ToArray();
        }
        else
        {
            // A literal '+' has become a blank here, as it does in IIS; that is the client's mistake.
            var decoded = new byte[http.Request.Query["message"].ToString().Length];
            if (!Convert.TryFromBase64String(http.Request.Query["message"].ToString(), decoded, out int size) || size == 0)
            {
                await Send(http, 500, "text/html", []);
                return;
            }
            message = decoded[..size];
        }
        byte[]? answer = service.Answer(message);
        switch (service.Behaviour.Fault)
        {
            case "close":
                http.Abort();
                return;
            case "garbage":
                await Send(http, 200, "text/html", "<html>It works!</html>"u8.ToArray());
                return;
            case "huge":
                http.Response.ContentType = "application/x-pki-message";
                byte[] block = new byte[1 << 20];
                block[0] = 0x30;
                for (int i = 0; i < 64 && !http.RequestAborted.IsCancellationRequested; i++)
                {
                    await http.Response.Body.WriteAsync(block, http.RequestAborted);
                }
                return;
        }
        await Send(http, answer is null ? 500 : 200, answer is null ? "text/html" : "application/x-pki-message", answer ?? []);
    }

    private static async Task Send(HttpContext http, int status, string type, byte[] body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = type;
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body);
    }

    private void WriteFiles(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "root.pem"), Root.Certificate.ExportCertificatePem() + "\n");
        File.WriteAllText(Path.Combine(folder, "ca.pem"), service.Ca.Certificate.ExportCertificatePem() + "\n");
        var ready = new
        {
            provider = "endpoint-protection",
            url = ScepUrl,
            challengeUrl = PageUrl,
            challengeUser = User,
            challengePassword = password,
            fingerprint = Convert.ToHexString(SHA256.HashData(service.Ca.Der)),
            port = Port,
            control = ControlPort,
            process = Environment.ProcessId,
            folder,
        };
        // Last, and by renaming: whoever sees it sees all the others, whole. The password in it is this run's own.
        string path = Path.Combine(folder, "ready.json");
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        File.Delete(path + ".new");
        using (var file = new FileStream(path + ".new", options))
        {
            file.Write(JsonSerializer.SerializeToUtf8Bytes(ready, new JsonSerializerOptions(Control.Json) { WriteIndented = true }));
        }
        File.Move(path + ".new", path, overwrite: true);
    }
}
