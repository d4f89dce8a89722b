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
    private readonly Process lab;
    private readonly HttpClient control = new() { Timeout = TimeSpan.FromSeconds(30) };
    private readonly JsonNode ready;

    public NdesFixture()
    {
        Folder = Directory.CreateTempSubdirectory("certbroker-ndes-").FullName;
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "build", "lab", "certbroker-lab")) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (string word in new[] { "ndes", "--folder", Folder })
        {
            start.ArgumentList.Add(word);
        }
        lab = Process.Start(start)!;
        string path = Path.Combine(Folder, "ready.json");
        for (var clock = Stopwatch.StartNew(); !File.Exists(path); Thread.Sleep(50))
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60) && !lab.HasExited, "the lab did not start");
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
        lab.StandardInput.Close();
        if (!lab.WaitForExit(TimeSpan.FromSeconds(10)))
        {
            lab.Kill();
        }
        lab.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>Certificates by SCEP from an NDES whose CMS is .NET's, with the cmdlets.</summary>
public sealed class NdesTests : IClassFixture<NdesFixture>
{
    private readonly NdesFixture ndes;

    public NdesTests(NdesFixture fixture)
    {
        ndes = fixture;
        ndes.Control("reset", new { });
    }

    private Engine Engine => ndes.Engine;

    private Result Request(string name, string authority = "ndes") => Engine.Run($"Request-CBCertificate -Authority {authority} -Subject 'CN={name}' -DnsName {name}.example.com");

    [Fact]
    public void A_certificate_is_requested_with_a_challenge_of_the_page_and_renewed_with_the_old_one()
    {
        IssuanceResult first = Request("device").One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Issued, first.Status);
        IssuanceResult second = Engine.Run($"Get-CBCertificate -Thumbprint {first.Thumbprint} | Update-CBCertificate -Authority ndes").One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Issued, second.Status);
        Assert.NotEqual(first.Thumbprint, second.Thumbprint);
        Assert.Equal([19, 17], ndes.Messages);
        Assert.Equal(2, ndes.Issued);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Pending_is_received_when_it_is_decided(bool approve)
    {
        ndes.Control("behave", new { decision = "pending" });
        IssuanceResult pending = Request("pending" + approve).One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Pending, pending.Status);
        Assert.Equal("The CA has not decided yet", pending.Message);
        Assert.Equal(IssuanceStatus.Pending, Engine.Run($"Receive-CBCertificate -RequestId {pending.RequestId}").One<IssuanceResult>().Status);
        ndes.Control(approve ? "approve" : "deny", new { });
        IssuanceResult decided = Engine.Run($"Receive-CBCertificate -RequestId {pending.RequestId}").One<IssuanceResult>();
        Assert.Equal(approve ? IssuanceStatus.Issued : IssuanceStatus.Denied, decided.Status);
        Assert.Equal([19, 20, 20], ndes.Messages);
    }

    [Fact]
    public void A_wrong_challenge_is_a_denied_request_that_says_where_to_look()
    {
        ndes.Register("wrong", ("challenge-url", null), ("challenge-user", null), ("challenge-password", null), ("challenge", Inputs.Secure("0000111122223333")));
        Result run = Request("wrong", "wrong");
        IssuanceResult denied = run.One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Denied, denied.Status);
        Assert.Contains("badRequest", denied.Message);
        Assert.Contains("CERT_E_WRONG_USAGE", denied.Message);
        Assert.DoesNotContain("0000111122223333", denied.Message + string.Join('\n', run.Warnings));
    }

    [Theory]
    [InlineData("nonce", "it repeats another nonce than the request's")]
    [InlineData("transaction", "it belongs to the transaction 'another'")]
    [InlineData("flip", "its signature does not fit")]
    [InlineData("recipient", "its content is not encrypted for this request's key, or is damaged")]
    [InlineData("signer", "neither the CA nor one of its RAs has signed it")]
    [InlineData("garbage", "it is no SCEP message but text/html")]
    [InlineData("huge", "it is larger than")]
    [InlineData("close", "")]
    public void A_tampered_answer_is_not_believed_and_the_certificate_is_asked_for(string fault, string words)
    {
        ndes.Control("behave", new { fault });
        Result run = Request(fault);
        IssuanceResult lost = run.One<IssuanceResult>();
        Assert.Equal(IssuanceStatus.Uncertain, lost.Status);
        Assert.Contains(words, lost.Message);
        Assert.Contains(run.Warnings, warning => warning.Contains("Receive-CBCertificate", StringComparison.Ordinal));
        ndes.Control("behave", new { fault = "" });
        Assert.Equal(IssuanceStatus.Issued, Engine.Run($"Receive-CBCertificate -RequestId {lost.RequestId}").One<IssuanceResult>().Status);
        Assert.Equal(1, ndes.Issued);
    }

    [Theory]
    [InlineData("pinned", "EndpointProtection.Fingerprint", "fingerprint")]
    [InlineData("old", "EndpointProtection.Legacy", "allow-legacy")]
    [InlineData("full", "EndpointProtection.ChallengeCache", "PasswordMax")]
    [InlineData("stranger", "EndpointProtection.ChallengeAccess", "challenge-user")]
    public void What_stops_a_request_before_it_is_sent_has_its_id_and_remedy(string why, string id, string remedy)
    {
        switch (why)
        {
            case "pinned":
                ndes.Register(why, ("ca-fingerprint", new string('0', 64)));
                break;
            case "old":
                ndes.Register(why);
                ndes.Control("behave", new { capabilities = "DES3\nSHA-1\n" });
                break;
            case "full":
                ndes.Register(why);
                for (int i = 0; i < 5; i++)
                {
                    Engine.Run("New-CBCertificateRequest -Authority full -Subject 'CN=taken' -OutFile taken.csr -Force").Good();
                }
                break;
            case "stranger":
                ndes.Register(why, ("challenge-password", Inputs.Secure("wrong")));
                break;
        }
        Result run = Request(why, why);
        System.Management.Automation.ErrorRecord error = Assert.Single(run.Errors);
        Assert.StartsWith("CB." + id + ",", error.FullyQualifiedErrorId);
        Assert.Contains(remedy, error.ErrorDetails.RecommendedAction);
        Assert.Empty(ndes.Messages);
    }

    [Fact]
    public void The_doctor_tells_what_the_server_can_do_and_which_certificate_it_has()
    {
        var checks = Engine.Run("Test-CBAuthority ndes").All<AuthorityCheck>().ToDictionary(check => check.Id);
        foreach (string id in new[] { "scep.capabilities", "scep.ca-certificate", "scep.recipient", "scep.challenge" })
        {
            Assert.Equal("Passed", checks[id].Status);
        }
        Assert.Contains(ndes["fingerprint"], checks["scep.ca-certificate"].Message, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(ndes.Messages);
    }
}
