using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests.DigiCert;

/// <summary>One request as the lab wrote it down.</summary>
internal sealed record Sent(string Service, string? Operation, string Body, int Status, string? Fault, string? SoapAction, string Connection, string? Certificate, long Bytes);

/// <summary>A lab (tests/lab) in a process of its own, and its control interface. Under Wine it runs on the host: CERTBROKER_TEST_LAB (or another
/// variable for another kind) names the folder with its ready.json, and one lab serves all classes.</summary>
internal sealed class LabProcess : IDisposable
{
    private readonly Process? process;
    private readonly HttpClient control = new() { Timeout = TimeSpan.FromSeconds(30) };

    public LabProcess(string kind = "digicert", string variable = "CERTBROKER_TEST_LAB")
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } running)
        {
            Folder = running;
        }
        else
        {
            Folder = Directory.CreateTempSubdirectory("certbroker-lab-").FullName;
            string program = Path.Combine(Repository.Root, "build", "lab", "certbroker-lab");
            var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true };
            foreach (string word in new[] { kind, "--folder", Folder })
            {
                start.ArgumentList.Add(word);
            }
            process = Process.Start(start)!;
        }
        Ready = WaitForIt();
        Port = Ready["port"]!.GetValue<int>();
        ControlAddress = $"http://127.0.0.1:{Ready["control"]}/control/";
        PfxPassword = Ready["pfxPassword"]!.GetValue<string>();
    }

    /// <summary>What ready.json says.</summary>
    public JsonNode Ready { get; }

    public string Folder { get; }
    public int Port { get; }
    public string ControlAddress { get; }
    public string PfxPassword { get; }

    /// <summary>The thumbprint of ra.pfx. Which one a fixture uses, its own Ra tells.</summary>
    public string Ra => Ready["ra"]!.GetValue<string>();

    public string RaExpired => Ready["raExpired"]!.GetValue<string>();
    public string RaForeign => Ready["raForeign"]!.GetValue<string>();

    public string PathOf(string name) => Path.Combine(Folder, name);

    public JsonNode Command(string name, object? body = null)
    {
        using var content = new StringContent(JsonSerializer.Serialize(body ?? new { }), Encoding.UTF8);
        using HttpResponseMessage answer = control.PostAsync(ControlAddress + name, content).GetAwaiter().GetResult();
        string text = answer.Content.ReadAsStringAsync().GetAwaiter().GetResult();
        Assert.True(answer.IsSuccessStatusCode, $"the lab refused {name}: {text}");
        return JsonNode.Parse(text)!;
    }

    public JsonNode Ask(string question) => JsonNode.Parse(control.GetStringAsync(ControlAddress + question).GetAwaiter().GetResult())!;

    public void Reset() => Command("reset");

    /// <summary>What the next requests to a service meet; times negative: all of them.</summary>
    public void Next(string service, string name, int times = 1, Action<JsonObject>? more = null)
    {
        var scenario = new JsonObject { ["service"] = service, ["name"] = name, ["times"] = times };
        more?.Invoke(scenario);
        Command("scenario", scenario);
    }

    public void Tls(string? certificate = null, string? versions = null, string? clients = null)
    {
        var settings = new JsonObject();
        foreach ((string name, string? value) in new[] { ("certificate", certificate), ("versions", versions), ("clients", clients) })
        {
            if (value is not null)
            {
                settings[name] = value;
            }
        }
        Command("tls", settings);
    }

    public IReadOnlyList<Sent> Requests(string service = "")
    {
        static string? Text(JsonNode one, string name) => one[name]?.ToString();
        return [.. Ask("requests" + (service.Length > 0 ? "?service=" + service : "")).AsArray().Select(one => new Sent(
            Text(one!, "service")!, Text(one!, "operation"), Text(one!, "body")!, one!["status"]!.GetValue<int>(), Text(one!, "faultMessage"), Text(one!, "soapAction"),
            Text(one!, "connection")!, Text(one!, "clientCertificate"), one!["bytesSent"]!.GetValue<long>()))];
    }

    public int Issued => Ask("certificates").AsArray().Count;

    public long Connections => Ask("connections")["accepted"]!.GetValue<long>();

    public void Dispose()
    {
        control.Dispose();
        if (process is not null)
        {
            process.StandardInput.Close();
            if (!process.WaitForExit(TimeSpan.FromSeconds(10)))
            {
                process.Kill();
            }
            process.Dispose();
            Directory.Delete(Folder, recursive: true);
        }
    }

    private JsonNode WaitForIt()
    {
        string path = PathOf("ready.json");
        for (DateTime end = DateTime.UtcNow.AddSeconds(90); !File.Exists(path); Thread.Sleep(20))
        {
            Assert.True(process is not { HasExited: true }, "the lab ended at its start; is it built (tests/lab/build.sh)?");
            Assert.True(DateTime.UtcNow < end, "the lab did not start within 90 s");
        }
        return JsonNode.Parse(File.ReadAllText(path))!;
    }
}
