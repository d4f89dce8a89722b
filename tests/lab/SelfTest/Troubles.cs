using System.Diagnostics;
using System.Reflection;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using CertBroker.Lab.Common;
using CertBroker.Lab.DigiCert;
using static CertBroker.Lab.SelfTest.Client;
using static CertBroker.Lab.SelfTest.Suite;

namespace CertBroker.Lab.SelfTest;

/// <summary>Every scenario does what its line in the table says, once, and to the service it was asked for.</summary>
internal static class Troubles
{
    private static readonly Dictionary<string, Func<Client, string, Task>> Scenarios = new()
    {
        ["close"] = async (client, name) => await Cut(client, "connection", name, issued: 0),
        ["stall"] = async (client, name) => await Silent(client, "connection", name, issued: 0),
        ["delay"] = async (client, name) =>
        {
            await client.Next("enrollment", name, "\"ms\":400");
            var watch = Stopwatch.StartNew();
            Leaf(await client.EnrollMain());
            Check(watch.ElapsedMilliseconds is >= 390 and < 5000, $"took {watch.ElapsedMilliseconds} ms");
        },
        ["never-answer"] = async (client, name) => await Silent(client, "enrollment", name, issued: 0),
        ["close-after-request"] = async (client, name) => await Cut(client, "enrollment", name, issued: 0),
        ["close-after-processing"] = async (client, name) => await Cut(client, "enrollment", name, issued: 1),
        ["never-answer-after-processing"] = async (client, name) => await Silent(client, "enrollment", name, issued: 1),
        ["unavailable-after-processing"] = async (client, name) => Same("503 1", $"{(await Meet(client, name)).Status} {await client.Issued()}", name),
        ["unavailable"] = async (client, name) => Same("503 0", $"{(await Meet(client, name)).Status} {await client.Issued()}", name),
        ["throttled"] = async (client, name) => Same("429 7", await Meet(client, name, "\"seconds\":7") is var answer ? $"{answer.Status} {answer.Message.Headers.RetryAfter}" : "", name),
        ["redirect"] = async (client, name) => Same("302 https://pki-ws.elsewhere.example/pki-ws/policyService", await Meet(client, name) is var answer ? $"{answer.Status} {answer.Message.Headers.Location}" : "", name),
        ["html-page"] = async (client, name) =>
        {
            Answer answer = await Meet(client, name, "\"status\":200");
            Check(answer.Status == 200 && answer.Text.Contains("<h1>", StringComparison.Ordinal) && !IsXml(answer.Text), answer.Text);
            Same(500, (await Meet(client, name)).Status, "without a status");
        },
        ["malformed-xml"] = async (client, name) => Check(await Meet(client, name) is { Status: 200 } answer && !IsXml(answer.Text), name),
        ["empty"] = async (client, name) => Check(await Meet(client, name) is { Status: 200, Text: "" }, name),
        ["wrong-content-type"] = async (client, name) => Same("application/octet-stream", (await Meet(client, name)).Message.Content.Headers.ContentType!.MediaType, name),
        ["fault"] = FaultShapes,
        ["fault-shape"] = async (client, name) =>
        {
            await client.Next("policy", name, "\"shape\":\"no-detail\",\"status\":200");
            Answer answer = await client.GetPolicy(Main + "0");
            Check(answer.Status == 200 && answer.Value("faultstring") == Wire.NotUnderstood && answer.Value("detail") is null, answer.Text);
        },
        ["huge"] = Huge,
        ["deep"] = async (client, name) => Check((await Meet(client, name, "\"depth\":5000")).Text.Split("<a>").Length == 5001, name),
        ["dtd"] = async (client, name) =>
        {
            foreach (string kind in new[] { "plain", "entities", "external" })
            {
                string text = (await Meet(client, name, $"\"kind\":\"{kind}\"")).Text;
                Check(text.Contains("<!DOCTYPE", StringComparison.Ordinal) && text.Contains(kind switch { "entities" => "&x8;", "external" => "SYSTEM", _ => "&x;" }, StringComparison.Ordinal), text);
            }
        },
        ["stall-mid-body"] = async (client, name) =>
        {
            await client.Next("policy", name);
            Stream body = await client.Open(Policy, PolicyAction, PolicyBody(Main));
            Check(await body.ReadAsync(new byte[100]) > 0, "nothing came");
            await Gone<OperationCanceledException>(async () =>
            {
                using var enough = new CancellationTokenSource(500);
                while (await body.ReadAsync(new byte[4096], enough.Token) > 0)
                {
                }
            });
        },
        ["truncated"] = async (client, name) =>
        {
            await client.Next("enrollment", name);
            await Gone<HttpRequestException>(() => client.EnrollMain());
            Same(1, await client.Issued(), "issued");
        },
        ["cut-xml"] = async (client, name) => Check(await Meet(client, name) is { Status: 200 } answer && answer.Text.Length > 100 && !IsXml(answer.Text), name),
        ["clock-skew"] = async (client, name) => Check(Math.Abs(((await Meet(client, name, "\"hours\":-3")).Message.Headers.Date!.Value - DateTimeOffset.UtcNow).TotalHours + 3) < 0.1, name),
        ["lower-case-response"] = async (client, name) => Same(1, (await Meet(client, name)).Elements("requestVSSecurityTokenResponse").Length, name),
        ["other-prefixes"] = async (client, name) => Check((await Meet(client, name)).Text.Contains("<SOAP-ENV:Body><ns2:RequestSecurityTokenResponse><ns3:RequestVS", StringComparison.Ordinal), name),
        ["default-namespaces"] = async (client, name) => Check((await Meet(client, name)).Text.Contains("<Body><RequestSecurityTokenResponse xmlns=", StringComparison.Ordinal), name),
        ["line-breaks"] = async (client, name) => Check((await Meet(client, name)).Value("binarySecurityToken")!.Split('\n').Length > 10, name),
        ["other-transaction-id"] = async (client, name) => Same("somebody-elses", (await Meet(client, name)).Value("clientTransactionID"), name),
        ["no-transaction-id"] = async (client, name) => Same(null, (await Meet(client, name)).Value("clientTransactionID"), name),
        ["comments"] = async (client, name) => Check(await Meet(client, name) is var answer && answer.Text.Contains("<!--", StringComparison.Ordinal) && Leaf(answer) is not null, name),
        ["processing-instructions"] = async (client, name) => Check(await Meet(client, name) is var answer && answer.Text.Contains("<?lab", StringComparison.Ordinal) && Leaf(answer) is not null, name),
        ["ca-first"] = async (client, name) => Check(Certificates(await Meet(client, name))[0].Subject.Contains("User CA", StringComparison.Ordinal), name),
        ["with-root"] = async (client, name) => Same(3, Certificates(await Meet(client, name)).Length, name),
        ["leaf-only"] = async (client, name) => Same(1, Certificates(await Meet(client, name)).Length, name),
        ["cas-only"] = async (client, name) => Check(Certificates(await Meet(client, name)).All(one => one.Subject.Contains(" CA", StringComparison.Ordinal)), name),
        ["x509v3"] = async (client, name) => Same(Wire.X509v3, (await Meet(client, name)).Elements("binarySecurityToken")[0].Attribute("ValueType")!.Value, name),
        ["pkcs12"] = async (client, name) => Check((await Meet(client, name)).Value("pKCS12Password") is not null, name),
        ["wrong-key"] = async (client, name) => Check(Leaf(await Meet(client, name)).GetECDsaPublicKey() is not null, name),
        ["expired-certificate"] = async (client, name) => Check(Leaf(await Meet(client, name)).NotAfter < DateTime.Now, name),
        ["garbage-token"] = async (client, name) => Check(Convert.FromBase64String((await Meet(client, name)).Value("binarySecurityToken")!)[0] == 'T', name),
        ["no-token"] = async (client, name) => Same("null no", await Meet(client, name, "\"disposition\":\"no\"") is var answer ? $"{answer.Value("requestedVSSecurityToken") ?? "null"} {answer.Value("dispositionMessage")}" : "", name),
        ["pending"] = async (client, name) =>
        {
            string reference = (await Meet(client, name, "\"polls\":1")).Value("pendingTokenReferenceID")!;
            Leaf(await client.Enroll(EnrollBody(Main, "", "", requestType: Wire.QueryTokenStatus, reference: reference)));
        },
        ["not-changed"] = async (client, name) => Same("true", (await MeetPolicy(client, name)).Value("policiesNotChanged"), name),
        ["nil-oids"] = async (client, name) => Same(0, (await MeetPolicy(client, name)).Elements("oID").Length, name),
        ["success-code"] = async (client, name) =>
        {
            Leaf(await client.EnrollMain());
            await client.Next("management", name, "\"code\":-7,\"message\":\"no\"");
            Answer answer = await client.Update("Revoke", "<seatId>iwuser0@example.test</seatId>");
            Same("-7 no 0", $"{answer.Value("successCode")} {answer.Value("successMsg")} {answer.Value("revocationCount")}", name);
            Same("VALID", (await client.Ask("certificates"))[0]!["status"]!.ToString(), "status");
        },
        ["search-pkcs7"] = async (client, name) => Check(Convert.FromBase64String((await Found(client, name)).Value("certificate")!).AsSpan().IndexOf(new byte[] { 0x86, 0xf7, 0x0d, 1, 7, 2 }) is > 0 and < 16, name),
        ["search-without-more"] = async (client, name) => Same(null, (await Found(client, name)).Value("moreCertificateAvailable"), name),
        ["search-endless"] = async (client, name) => Check(await Found(client, name) is var answer && answer.Value("moreCertificateAvailable") == "true" && answer.Elements("certificate").Length == 0, name),
        ["wrong-serial"] = async (client, name) => Same("5a17c3", (await Found(client, name)).Value("serialNumber"), name),
    };

    public static readonly (string, Func<Client, Task>)[] All =
    [
        .. Scenarios.Select(one => ("scenario: " + one.Key, (Func<Client, Task>)(client => one.Value(client, one.Key)))),
        ("every scenario is tested, and stands in README.md", Documented),
        ("scenarios: times, skip, operation, and several together", Queueing),
        ("TLS: clients without the right certificate are refused, by both versions", RefusedClients),
        ("TLS: the server's other certificates", OtherServerCertificates),
        ("TLS: no certificate is good enough, or none is asked for", RejectAndIgnore),
    ];

    private static async Task<Answer> Meet(Client client, string name, string more = "")
    {
        await client.Next("enrollment", name, more);
        return await client.EnrollMain();
    }

    private static async Task<Answer> MeetPolicy(Client client, string name)
    {
        await client.Next("policy", name);
        return await client.GetPolicy(Main);
    }

    private static async Task<Answer> Found(Client client, string name)
    {
        Leaf(await client.EnrollMain());
        await client.Next("management", name);
        return await client.Search("");
    }

    private static async Task Gone<T>(Func<Task> action) where T : Exception
    {
        try
        {
            await action();
        }
        catch (T)
        {
            return;
        }
        throw new Failed($"no {typeof(T).Name} came");
    }

    private static async Task Cut(Client client, string service, string name, int issued)
    {
        await client.Next(service, name);
        await Gone<HttpRequestException>(() => client.EnrollMain());
        Same(issued, await client.Issued(), "issued");
        Leaf(await client.EnrollMain()); // the next one meets nothing
    }

    private static async Task Silent(Client client, string service, string name, int issued)
    {
        await client.Next(service, name);
        using var enough = new CancellationTokenSource(700);
        await Gone<OperationCanceledException>(() => client.Post(Enrollment, EnrollAction, EnrollBody(Main, Token(Csr(Key)), MainPairs()), cancel: enough.Token));
        Same(issued, await client.Issued(), "issued");
    }

    private static async Task FaultShapes(Client client, string name)
    {
        foreach ((string shape, string holds, string lacks) in new[]
        {
            ("full", "<d:errorcode", "errorCode"), ("no-detail", "<faultcode>", "detail"), ("no-namespace", "<errorcode>", "xmlns:d"), ("capital", "<errorCode ", "errorcode"),
            ("string-only", "<faultstring>no</faultstring>", "faultcode"), ("prefixed", "<d:serviceFault", "errorCode"), ("message-only", "<faultstring></faultstring>", ">no</faultstring>"),
        })
        {
            Answer answer = await Meet(client, name, $"\"shape\":\"{shape}\",\"message\":\"no\",\"code\":\"X-1\",\"status\":{(shape == "full" ? 200 : 500)}");
            Check(answer.Status == (shape == "full" ? 200 : 500) && answer.Text.Contains(holds, StringComparison.Ordinal) && !answer.Text.Contains(lacks, StringComparison.Ordinal), $"{shape}: {answer.Text}");
        }
        Same(0, await client.Issued(), "issued");
    }

    private static async Task Huge(Client client, string name)
    {
        foreach (string kind in new[] { "text", "elements", "attributes" })
        {
            await client.Next("policy", name, $"\"megabytes\":24,\"kind\":\"{kind}\"");
            Stream body = await client.Open(Policy, PolicyAction, PolicyBody(Main));
            long length = 0;
            byte[] piece = new byte[1 << 16];
            for (int read; (read = await body.ReadAsync(piece)) > 0;)
            {
                length += read;
            }
            Check(length > 23 << 20, $"{kind}: {length} bytes came");
        }
        // A client that has had enough ends it: what was sent is what it took and what the network held.
        await client.Next("policy", name, "\"megabytes\":1000");
        using (Stream some = await client.Open(Policy, PolicyAction, PolicyBody(Main)))
        {
            await some.ReadAtLeastAsync(new byte[1 << 20], 1 << 20);
        }
        await Task.Delay(300);
        Check((await client.Ask("requests")).AsArray()[^1]!["bytesSent"]!.GetValue<long>() < 100 << 20, "sent to nobody");
    }

    private static async Task Documented(Client client)
    {
        await Task.Yield();
        Same(string.Join(' ', ScenarioNames.Known.Keys), string.Join(' ', Scenarios.Keys.Order(StringComparer.Ordinal)), "tested scenarios");
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream("README.md")!);
        string readme = await reader.ReadToEndAsync();
        foreach ((string name, string what) in ScenarioNames.Known)
        {
            Check(readme.Contains($"| `{name}` | {what.Replace("|", "\\|", StringComparison.Ordinal)} |", StringComparison.Ordinal), $"README.md has no line | `{name}` | {what} |");
        }
    }

    private static async Task Queueing(Client client)
    {
        await client.Next("any", "unavailable", "\"times\":2,\"skip\":1,\"operation\":\"RequestSecurityToken\"");
        Same(200, (await client.GetPolicy(Main)).Status, "another operation");
        int[] statuses = [(await client.EnrollMain()).Status, (await client.EnrollMain()).Status, (await client.EnrollMain()).Status, (await client.EnrollMain()).Status];
        Same("200 503 503 200", string.Join(' ', statuses), "skip 1, twice");
        Answer both = await Meet(client, "ca-first+line-breaks");
        Check(both.Value("binarySecurityToken")!.Contains('\n', StringComparison.Ordinal) && Certificates(both)[0].Subject.Contains("User CA", StringComparison.Ordinal), "not both");
        Same("ca-first+line-breaks", (await client.Ask("requests")).AsArray()[^1]!["scenario"]!.ToString(), "recorded");
    }

    private static async Task RefusedClients(Client client)
    {
        foreach (string versions in new[] { "1.2", "1.3" })
        {
            await client.Control("tls", $$"""{"versions":"{{versions}}"}""");
            foreach (X509Certificate2? certificate in new[] { null, client.Lab.Credentials.ExpiredRa.WithKey(), client.Lab.Credentials.ForeignRa.WithKey() })
            {
                using HttpClient http = client.Connect(certificate);
                await Gone<HttpRequestException>(() => client.PostRaw(http, Policy, PolicyAction, Envelope(PolicyBody(Main))));
            }
            using HttpClient good = client.Connect(client.Lab.Credentials.Ra.WithKey());
            Same(200, (await client.PostRaw(good, Policy, PolicyAction, Envelope(PolicyBody(Main)))).Status, versions);
        }
        JsonNode connections = await client.Ask("connections");
        Same("2|6", $"{connections["handshakesDone"]}|{connections["handshakesFailed"]}", "handshakes");
        Same(2, (await client.Ask("requests")).AsArray().Count, "requests");
    }

    private static async Task OtherServerCertificates(Client client)
    {
        foreach (string kind in new[] { "wrong-name", "expired", "untrusted" })
        {
            await client.Control("tls", $$"""{"certificate":"{{kind}}"}""");
            using HttpClient http = client.Connect(client.Lab.Credentials.Ra.WithKey());
            await Gone<HttpRequestException>(() => client.PostRaw(http, Policy, PolicyAction, Envelope(PolicyBody(Main))));
        }
        await client.Control("reset", "{}");
        Same(200, (await client.GetPolicy(Main)).Status, "after the reset");
    }

    private static async Task RejectAndIgnore(Client client)
    {
        await client.Control("tls", """{"clients":"reject"}""");
        await Gone<HttpRequestException>(() => client.GetPolicy(Main));
        Check((await client.Ask("connections"))["lastFailure"]!.ToString().Contains("verify failed", StringComparison.Ordinal), "why");
        await client.Control("tls", """{"clients":"ignore"}""");
        using HttpClient http = client.Connect(null);
        Same(200, (await client.PostRaw(http, Policy, PolicyAction, Envelope(PolicyBody(Main)))).Status, "ignore");
    }
}
