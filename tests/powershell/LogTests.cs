using System.Globalization;
using System.Management.Automation;
using System.Text.Json;
using System.Text.RegularExpressions;
using CertBroker.Tests.Support;
using Xunit;

namespace CertBroker.Tests;

/// <summary>The log that certbroker.ini switches on, read by a parser that is not ours; the journal's memory of PFX files;
/// what -Trace shows and does not show.</summary>
public sealed class LogTests(Engine engine) : IClassFixture<Engine>
{
    private readonly string canary = "Canary-" + Guid.NewGuid().ToString("N");

    [Fact]
    public void A_second_PFX_of_a_certificate_is_a_second_delivery_and_no_second_request()
    {
        engine.WithLab("delivery");
        var issued = engine.Run("Request-CBCertificate -Authority delivery -Subject 'CN=delivered' -KeyAlgorithm ECDSA_P256 -Exportable").One<IssuanceResult>();
        engine.Run("1..2 | ForEach-Object { Export-CBPfxCertificate -Thumbprint $t -Path \"delivered-$_.pfx\" -Password $p }", ("t", issued.Thumbprint), ("p", Inputs.Secure(canary))).Good();
        var known = engine.Run("Get-CBIssuance -Thumbprint $t -IncludeEvent", ("t", issued.Thumbprint)).One<IssuanceInfo>();
        Assert.Equal(issued.RequestId, known.RequestId);
        Assert.Equal(RequestState.Installed, known.State);
        Assert.Equal(2, known.Events.Count(item => item.Message == "Exported as PFX"));
        Assert.All(known.Events.TakeLast(2), item => Assert.Equal(RequestState.Installed, item.State));
        // Without the key it is no delivery.
        engine.Run("Export-CBCertificate -Thumbprint $t -Path delivered.cer", ("t", issued.Thumbprint)).Good();
        Assert.Equal(2, engine.Run("Get-CBIssuance -Thumbprint $t -IncludeEvent", ("t", issued.Thumbprint)).One<IssuanceInfo>().Events.Count(item => item.Message.StartsWith("Exported", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_log_that_certbroker_ini_switches_on_is_JSON_and_nobody_forges_a_line_of_it()
    {
        string before = Environment.GetEnvironmentVariable("CERTBROKER_HOME")!;
        string home = Path.Combine(engine.Root, "with-log");
        string log = Path.Combine(home, "CurrentUser", "events.jsonl");
        Directory.CreateDirectory(Path.GetDirectoryName(log)!);
        File.WriteAllText(Path.Combine(home, "CurrentUser", "certbroker.ini"), "[log]\nfile = events.jsonl\nformat = json\nlevel = debug\n");
        try
        {
            Environment.SetEnvironmentVariable("CERTBROKER_HOME", home);
            engine.WithLab("logged");
            const string subject = "CN=\"Quote\"\" \\ back, \u202Eslash\",O=Bücher 🔑";
            var issued = engine.Run("Request-CBCertificate -Authority logged -Subject $s -KeyAlgorithm ECDSA_P256 -Exportable", ("s", subject)).One<IssuanceResult>();
            engine.Run("Export-CBPfxCertificate -Thumbprint $t -Path logged.pfx -Password $p", ("t", issued.Thumbprint), ("p", Inputs.Secure(canary))).Good();
            Result denied = engine.Run("Request-CBCertificate -Authority logged -Subject CN=refused -KeyAlgorithm ECDSA_P256 -Template nothing-like-this");
            Assert.NotEmpty(denied.Errors);

            List<JsonElement> lines = [.. ReadShared(log).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
            Assert.All(lines, line =>
            {
                Assert.Equal(JsonValueKind.Object, line.ValueKind);
                Assert.Matches("^(trace|debug|info|warning|error)$", line.GetProperty("level").GetString());
                Assert.True(DateTime.TryParseExact(line.GetProperty("time").GetString(), "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime time));
                Assert.InRange(time, DateTime.UtcNow.AddMinutes(-10), DateTime.UtcNow.AddMinutes(1));
            });
            string[] told = [.. lines.Where(line => line.TryGetProperty("event", out _)).Select(line => line.GetProperty("event").GetString()!)];
            Assert.Contains("AuthorityRegistered", told);
            Assert.Equal(["RequestSubmitted", "CertificateIssued", "CertificateInstalled", "PfxExported"], told.Where(name => name is "RequestSubmitted" or "CertificateIssued" or "CertificateInstalled" or "PfxExported"));
            JsonElement installed = lines.Single(line => line.TryGetProperty("eventId", out JsonElement id) && id.GetInt32() == 1005);
            Assert.Equal(issued.RequestId, installed.GetProperty("requestId").GetString());
            Assert.Equal(issued.Thumbprint, installed.GetProperty("thumbprint").GetString());
            Assert.Equal(issued.Subject, installed.GetProperty("subject").GetString());
            Assert.Contains("Bücher 🔑", installed.GetProperty("subject").GetString(), StringComparison.Ordinal);
            Assert.Contains("RequestFailed", told);
            Assert.DoesNotContain(canary, ReadShared(log), StringComparison.Ordinal);
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(log));
            }
        }
        finally
        {
            Environment.SetEnvironmentVariable("CERTBROKER_HOME", before);
        }
    }

    [Fact]
    public void A_mistake_in_certbroker_ini_is_told_with_its_line()
    {
        string before = Environment.GetEnvironmentVariable("CERTBROKER_HOME")!;
        string home = Path.Combine(engine.Root, "with-mistake");
        Directory.CreateDirectory(Path.Combine(home, "CurrentUser"));
        File.WriteAllText(Path.Combine(home, "CurrentUser", "certbroker.ini"), "[log]\nfile = a.log\nformat = xml\n");
        try
        {
            Environment.SetEnvironmentVariable("CERTBROKER_HOME", home);
            ErrorRecord error = Assert.Single(engine.Run("Get-CBAuthority").Errors);
            Assert.Equal("CB.Base.LogSettings", error.FullyQualifiedErrorId.Split(',')[0]);
            Assert.Contains("certbroker.ini", error.ToString(), StringComparison.Ordinal);
            Assert.Contains("text or json, not 'xml'", error.ToString(), StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("CERTBROKER_HOME", before);
        }
    }

    [PeerFact]
    public void A_trace_is_on_the_screen_and_on_the_Information_stream_and_has_no_secret()
    {
        using var stranger = new UntrustedCa();
        engine.Run("Register-CBAuthority -Name traced -Provider template -Setting @{ url = $url; 'api-key' = $key }", ("url", stranger.Url), ("key", Inputs.Secure(canary))).Good();
        const string ask = "Request-CBCertificate -Authority traced -Subject 'CN=traced' -KeyAlgorithm ECDSA_P256 -Comment please";
        Result shown = engine.Run(ask + " -Trace -InformationVariable trace -ErrorAction SilentlyContinue");
        InformationRecord record = Assert.IsType<InformationRecord>(Assert.Single(engine.Run("$trace").Good().Output).BaseObject);
        Assert.Contains("CBTrace", record.Tags);
        string text = Assert.IsType<string>(record.MessageData is PSObject wrapped ? wrapped.BaseObject : record.MessageData);
        string[] lines = text.Split('\n');
        Assert.StartsWith("> POST " + stranger.Url, lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, line => Regex.IsMatch(line, @"^> Authorization: \w+ \*\*\*$"));
        Assert.Contains(lines, line => Regex.IsMatch(line, @"^< no answer after \d+ ms: .*trust"));
        Assert.All(lines, line => Assert.Matches("^[<>] ", line + " "));
        Assert.Contains(lines[0], shown.HostText, StringComparison.Ordinal);
        Assert.DoesNotContain(canary, text + shown.Everything, StringComparison.Ordinal);

        Result silent = engine.Run("$trace = $null; " + ask + " -Trace -InformationAction Ignore -ErrorAction SilentlyContinue");
        Assert.DoesNotContain("> POST", silent.HostText, StringComparison.Ordinal);
        Result without = engine.Run(ask + " -InformationVariable trace -Debug -ErrorAction SilentlyContinue; $trace.Count");
        Assert.DoesNotContain("> POST", without.Everything, StringComparison.Ordinal);
        Assert.Equal(0, Assert.Single(without.Output, item => item.BaseObject is int).BaseObject);
        engine.Run("Unregister-CBAuthority traced").Good();
    }

    [Theory]
    [InlineData("Request-CBCertificate")]
    [InlineData("Receive-CBCertificate")]
    [InlineData("Update-CBCertificate")]
    [InlineData("Revoke-CBCertificate")]
    [InlineData("Find-CBCertificate")]
    [InlineData("Test-CBAuthority")]
    [InlineData("Get-CBCertificateProfile")]
    [InlineData("Get-CBTrustedRoot")]
    public void Commands_that_talk_to_a_CA_can_be_traced(string command) =>
        Assert.True(engine.Run("(Get-Command $c).Parameters.ContainsKey('Trace')", ("c", command)).One<bool>());

    private static string ReadShared(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
