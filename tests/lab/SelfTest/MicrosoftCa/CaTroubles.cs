using System.Reflection;
using System.Security.Cryptography.X509Certificates;
using CertBroker.Lab.MicrosoftCa;
using static CertBroker.Lab.SelfTest.MicrosoftCa.CaClient;
using static CertBroker.Lab.SelfTest.Suite;

namespace CertBroker.Lab.SelfTest.MicrosoftCa;

/// <summary>What is not exactly right is refused; every scenario does what its line in the table says.</summary>
internal static class CaTroubles
{
    private static readonly Dictionary<string, Func<CaClient, string, Task>> Scenarios = new()
    {
        ["denied"] = async (client, name) =>
        {
            await client.Next("enrollment", name, $"\"code\":{Code.NoPermission},\"message\":\"No.\"");
            CaAnswer answer = await client.EnrollServer();
            Same("500 Receiver 80094012 true", answer.Fault, name);
            Check(answer.Value("Text")!.StartsWith("No. ", StringComparison.Ordinal), answer.Text);
        },
        ["approved"] = async (client, name) =>
        {
            string id = (await client.Enroll(IssueBody(Csr("CN=a", "LabPending")))).Value("RequestID")!;
            await client.Next("enrollment", name);
            Same("CN=a", (await client.Enroll(QueryBody(id))).Certificate.Subject, name);
        },
        ["subject-rewritten"] = async (client, name) => Same("CN=somebody.else.example, O=Somebody Else", (await Meet(client, name)).Certificate.Subject, name),
        ["san-dropped"] = async (client, name) => Check((await Meet(client, name)).Certificate.Extensions[Oids.AlternativeNames] is null, name),
        ["eku-dropped"] = async (client, name) => Check((await Meet(client, name)).Certificate.Extensions[Oids.ExtendedUsage] is null, name),
        ["short-validity"] = async (client, name) => Check((await Meet(client, name)).Certificate.NotAfter < DateTime.Now.AddMinutes(61), name),
        ["sha1-signature"] = async (client, name) => Same("1.2.840.113549.1.1.5", (await Meet(client, name)).Certificate.SignatureAlgorithm.Value, name),
        ["long-serial"] = async (client, name) => Same(21, (await Meet(client, name)).Certificate.SerialNumberBytes.Length, name),
        ["soap-fault"] = FaultShapes,
        ["fault-shape"] = async (client, name) =>
        {
            await client.Next("enrollment", name, "\"shape\":\"no-detail\",\"status\":200");
            CaAnswer answer = await client.Enroll(IssueBody(Csr("CN=a", "NoSuch")));
            Check(answer.Status == 200 && answer.Find("Detail") is null && answer.Value("Text")!.Contains("0x80094800", StringComparison.Ordinal), answer.Text);
        },
        ["wrong-relates-to"] = async (client, name) => Check(await Meet(client, name) is var answer && answer.Certificate is not null && answer.Value("RelatesTo") != "urn:uuid:7c9a0a4e-5b4c-4f0e-9d55-0a1b2c3d4e5f", name),
        ["no-relates-to"] = async (client, name) => Check((await Meet(client, name)).Find("RelatesTo") is null, name),
        ["wrong-request-id"] = async (client, name) => Check((await Meet(client, name)).Value("RequestID") is string id && (await client.Ask("submissions"))[0]!["id"]!.ToString() != id, name),
        ["garbage-token"] = async (client, name) => Check((await Meet(client, name)).Token("#X509v3")[0] == 'T', name),
        ["no-token"] = async (client, name) => Check(await Meet(client, name) is var answer && answer.Find("RequestedSecurityToken") is null && answer.Find("BinarySecurityToken") is not null, name),
        ["no-cmc"] = async (client, name) => Same(1, (await Meet(client, name)).All("BinarySecurityToken").Length, name),
        ["no-chain"] = async (client, name) => Same(0, (await Meet(client, name)).FullResponse.Certificates.Count, name),
        ["out-of-order"] = async (client, name) => Check((await Meet(client, name)) is var answer && answer.Token("#PKCS7") is var cms
            && cms.AsSpan().IndexOf(answer.Certificate.RawData) < cms.AsSpan().IndexOf(client.Lab.Services.Authority.Ca.Root.RawData) && answer.FullResponse.Certificates.Count == 4, name),
        ["one-line"] = async (client, name) => Check(!(await Meet(client, name)).Text.Contains('\n'), name),
        ["unknown-elements"] = async (client, name) => Check(await Meet(client, name) is var answer && answer.All("later").Length > 2 && answer.Certificate is not null, name),
        ["not-changed"] = async (client, name) => Check(await MeetPolicy(client, name) is var answer && answer.Value("policiesNotChanged") == "true" && answer.All("policy").Length == 0, name),
        ["nil-false"] = async (client, name) => Check((await MeetPolicy(client, name)).Text.Contains("nil=\"false\">", StringComparison.Ordinal), name),
        ["long-lived"] = async (client, name) => Same("4294967295", (await MeetPolicy(client, name)).Value("nextUpdateHours"), name),
        ["dead-address"] = async (client, name) => Same(8, (await MeetPolicy(client, name)).All("cAURI").Length, name),
        ["no-addresses"] = async (client, name) => Same(0, (await MeetPolicy(client, name)).All("cAURI").Length, name),
    };

    /// <summary>What is changed in a right enrolment, and the fault that it must meet.</summary>
    private static readonly (string Name, string From, string To, string Fault)[] Refused =
    [
        ("SOAP 1.1", Wire.Soap.NamespaceName, "http://schemas.xmlsoap.org/soap/envelope/", "500 Sender - -"),
        ("no Action", "<a:Action s:mustUnderstand=\"1\">" + Wire.RequestToken + "</a:Action>", "", "500 Sender - -"),
        ("an Action that need not be understood", "<a:Action s:mustUnderstand=\"1\">", "<a:Action>", "500 Sender - -"),
        ("another Action", Wire.RequestToken, Wire.RequestToken + "2", "500 Sender - -"),
        ("no UUID", "urn:uuid:", "urn:", "500 Sender - -"),
        ("a UUID of another version", "-4f0e-", "-1f0e-", "500 Sender - -"),
        ("To another service", "<a:MessageID>", "<a:To s:mustUnderstand=\"1\">https://localhost/other</a:To><a:MessageID>", "500 DestinationUnreachable - -"),
        ("ReplyTo somebody", "<a:MessageID>", "<a:ReplyTo><a:Address>https://elsewhere.example</a:Address></a:ReplyTo><a:MessageID>", "500 Sender - -"),
        ("an unknown header", "<a:MessageID>", "<x/><a:MessageID>", "500 Sender - -"),
        ("a header twice", "<a:MessageID>", "<a:MessageID>urn:uuid:7c9a0a4e-5b4c-4f0e-9d55-0a1b2c3d4e50</a:MessageID><a:MessageID>", "500 Sender - -"),
        ("no XML", "</s:Envelope>", "", "500 Sender - -"),
        ("a DTD", "<s:Envelope", "<!DOCTYPE a [<!ENTITY b \"c\">]><s:Envelope", "500 Sender - -"),
        ("no Timestamp", "Timestamp", "Time", "500 InvalidSecurity - -"),
        ("another token type", "<TokenType>" + Wire.X509v3, "<TokenType>" + Wire.X509v3 + "x", "500 Sender - -"),
        ("RequestType first", "<TokenType>" + Wire.X509v3 + "</TokenType><RequestType>" + Wire.Issue + "</RequestType>", "<RequestType>" + Wire.Issue + "</RequestType><TokenType>" + Wire.X509v3 + "</TokenType>", "500 Sender - -"),
        ("an unknown request type", Wire.Issue, Wire.Issue + "d", "500 Sender - -"),
        ("an unknown element", "<RequestID", "<More/><RequestID", "500 Sender - -"),
        ("another value type", "#PKCS7", "#PKCS6", "500 Receiver 80070057 false"),
        ("another encoding", "#base64binary", "#Base64Binary", "500 Receiver 80070057 false"),
        ("no base64", "\">MII", "\">!MII", "500 Receiver 8007000d false"),
    ];

    public static readonly (string, Func<CaClient, Task>)[] All =
    [
        .. Scenarios.Select(one => ("scenario: " + one.Key, (Func<CaClient, Task>)(client => one.Value(client, one.Key)))),
        .. Refused.Select(one => ("refused: " + one.Name, (Func<CaClient, Task>)(client => Changed(client, one.From, one.To, one.Fault)))),
        ("every scenario is tested, and stands in README.md", Documented),
        ("refused: another content type, another method", OtherHttp),
        ("refused: a user name token where none belongs", TokenElsewhere),
        ("troubles of HTTP and XML have this service's content type", CommonTroubles),
    ];

    private static async Task<CaAnswer> Meet(CaClient client, string name)
    {
        await client.Next("enrollment", name);
        return await client.EnrollServer();
    }

    private static async Task<CaAnswer> MeetPolicy(CaClient client, string name)
    {
        await client.Next("policy", name);
        return await client.Policies();
    }

    private static async Task Changed(CaClient client, string from, string to, string fault)
    {
        string right = Envelope(Wire.RequestToken, IssueBody(Csr("CN=a", "WebServer")), UserToken(client.Alice));
        Check(right.Contains(from, StringComparison.Ordinal), "nothing is changed");
        string path = MicrosoftCaDouble.EnrollmentPath(ClientAuthentication.UsernamePassword);
        Same(fault, (await client.Post(path, right.Replace(from, to, StringComparison.Ordinal))).Fault, from);
        Same(0, await client.Issued(), "issued");
        Same(200, (await client.Post(path, right)).Status, "the right one");
    }

    private static async Task OtherHttp(CaClient client)
    {
        string path = MicrosoftCaDouble.PolicyPath(ClientAuthentication.UsernamePassword), text = Envelope(Wire.GetPolicies, PoliciesBody(), UserToken(client.Alice));
        Same(415, (await client.Post(path, text, contentType: "text/xml; charset=utf-8")).Status, "text/xml");
        Same(405, (await client.Get(path)).Status, "GET");
        Same(404, (await client.Get("/other")).Status, "another path");
        Same(200, (await client.Post(path, text)).Status, "the right one");
    }

    private static async Task TokenElsewhere(CaClient client) =>
        Same("500 Sender - -", (await client.Post(MicrosoftCaDouble.PolicyPath(ClientAuthentication.Kerberos), Envelope(Wire.GetPolicies, PoliciesBody(), UserToken(client.Alice)), authorization: Basic(client.Alice))).Fault, "both");

    private static async Task CommonTroubles(CaClient client)
    {
        foreach ((string name, string type, int status) in new[] { ("malformed-xml", "application/soap+xml", 200), ("html-page", "text/html", 500), ("empty", "application/soap+xml", 200), ("unavailable", "text/plain", 503), ("cut-xml", "application/soap+xml", 200), ("wrong-content-type", "application/octet-stream", 200) })
        {
            Same($"{status} {type}", await Meet(client, name) is var answer ? $"{answer.Status} {answer.Type}" : "", name);
        }
        await client.Next("certsrv", "close-after-processing");
        try
        {
            await client.Submit(Pem(Csr("CN=lost", null)), "CertificateTemplate:WebServer\r\n");
            throw new Failed("an answer came");
        }
        catch (HttpRequestException)
        {
        }
        Check((await client.Ask("certificates")).AsArray().Any(one => X509CertificateLoader.LoadCertificate(Convert.FromBase64String(one!["certificate"]!.ToString())).Subject == "CN=lost"), "not issued");
    }

    private static async Task FaultShapes(CaClient client, string name)
    {
        foreach ((string shape, string holds, string lacks) in new[]
        {
            ("as-is", "<ErrorCode>-2146877420</ErrorCode>", "Subcode"), ("internal", "InternalServiceFault", "Detail>"), ("no-detail", "<s:Reason>", "<s:Detail"), ("other-detail", "ExceptionDetail", "ErrorCode"),
            ("no-code", "<InvalidRequest>true", "ErrorCode"), ("nil-code", "<ErrorCode p", "-2146877420"), ("no-reason", "Detail", "Reason"), ("soap11", ">no</faultstring>", "soap-envelope"), ("empty", "<s:Fault />", "Reason"),
        })
        {
            await client.Next("enrollment", name, $"\"shape\":\"{shape}\",\"message\":\"no\",\"code\":{Code.DeniedByAdministrator},\"invalid\":\"true\",\"status\":{(shape == "empty" ? 200 : 500)}");
            CaAnswer answer = await client.EnrollServer();
            Check(answer.Status == (shape == "empty" ? 200 : 500) && answer.Text.Contains(holds, StringComparison.Ordinal) && !answer.Text.Contains(lacks, StringComparison.Ordinal), $"{shape}: {answer.Text}");
        }
        Same(0, await client.Issued(), "issued");
    }

    private static async Task Documented(CaClient client)
    {
        await Task.Yield();
        Same(string.Join(' ', MicrosoftCaScenarios.Own.Keys), string.Join(' ', Scenarios.Keys.Order(StringComparer.Ordinal)), "tested scenarios");
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream("README.md")!);
        string readme = await reader.ReadToEndAsync();
        foreach ((string name, string what) in MicrosoftCaScenarios.Own)
        {
            Check(readme.Contains($"| `{name}` | {what.Replace("|", "\\|", StringComparison.Ordinal)} |", StringComparison.Ordinal), $"README.md has no line | `{name}` | {what} |");
        }
    }
}
