using System.Collections;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests.Ndes;

/// <summary>An engine with the authority 'ndes', which leads to the lab's NDES in a process of its own.</summary>
public sealed class NdesFixture : IDisposable
{
    private readonly Process? lab;
    private readonly HttpClient control = new() { Timeout = TimeSpan.FromSeconds(30) };
    private readonly JsonNode ready;

    public NdesFixture()
    {
        // Under Wine the lab is a program of the host, which whoever runs the tests has started (tests/wine/powershell.sh).
        if (Environment.GetEnvironmentVariable("CERTBROKER_TEST_NDES") is { Length: > 0 } running)
        {
            Folder = running;
        }
        else
        {
            Folder = Directory.CreateTempSubdirectory("certbroker-ndes-").FullName;
            var start = new ProcessStartInfo(Path.Combine(Repository.Root, "build", "lab", "certbroker-lab")) { RedirectStandardInput = true, RedirectStandardOutput = true };
            foreach (string word in new[] { "ndes", "--folder", Folder })
            {
                start.ArgumentList.Add(word);
            }
            lab = Process.Start(start)!;
        }
        string path = Path.Combine(Folder, "ready.json");
        for (var clock = Stopwatch.StartNew(); !File.Exists(path); Thread.Sleep(50))
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60) && lab is not { HasExited: true }, "the lab did not start");
        }
        ready = JsonNode.Parse(File.ReadAllText(path))!;
        Engine.Run("Import-CBCertificate -Path $root -StoreLocation CurrentUser -StoreName Root", ("root", Path.Combine(Folder, "ca.pem"))).Good();
        Register("ndes");
    }

    public Engine Engine { get; } = new();
    public string Folder { get; }

    public string this[string name] => ready[name]!.ToString();

    /// <summary>With challenges of the page, unless the settings say otherwise; null takes one of the usual ones away.</summary>
    public void Register(string name, params (string Name, object? Value)[] settings)
    {
        var all = new Hashtable
        {
            ["url"] = this["url"], ["ca-fingerprint"] = this["fingerprint"], ["challenge-url"] = this["challengeUrl"], ["challenge-user"] = this["challengeUser"],
            ["challenge-password"] = Inputs.Secure(this["challengePassword"]), ["server-trust"] = Path.Combine(Folder, "root.pem"),
        };
        foreach ((string setting, object? value) in settings)
        {
            all.Remove(setting);
            if (value is not null)
            {
                all.Add(setting, value);
            }
        }
        Engine.Run("Register-CBAuthority -Name $name -Provider endpoint-protection -Setting $settings", ("name", name), ("settings", all)).Good();
    }

    public JsonNode Control(string name, object body)
    {
        using var content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8);
        using HttpResponseMessage answer = control.PostAsync($"http://127.0.0.1:{this["control"]}/control/{name}", content).GetAwaiter().GetResult();
        Assert.True(answer.IsSuccessStatusCode, $"the lab refused {name}");
        return JsonNode.Parse(answer.Content.ReadAsStringAsync().GetAwaiter().GetResult())!;
    }

    public JsonNode Ask(string question) => JsonNode.Parse(control.GetStringAsync($"http://127.0.0.1:{this["control"]}/control/{question}").GetAwaiter().GetResult())!;

    public int[] Messages => [.. Ask("messages").AsArray().Select(message => message!["type"]!.GetValue<int>())];
    public int Issued => Ask("issued")["count"]!.GetValue<int>();

    public void Dispose()
    {
        Engine.Dispose();
        control.Dispose();
        if (lab is null)
        {
            return;
        }
        lab.StandardInput.Close();
        if (!lab.WaitForExit(TimeSpan.FromSeconds(10)))
        {
            lab.Kill();
        }
        lab.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
