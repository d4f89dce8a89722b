using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml;
using System.Xml.Linq;
using CertBroker.Lab.DigiCert;

namespace CertBroker.Lab.SelfTest;

internal sealed record Answer(int Status, string Text, HttpResponseMessage Message)
{
    /// <summary>The element of the SOAP body.</summary>
    public XElement Body => XElement.Parse(Text).Element(Wire.Soap + "Body")!.Elements().Single();

    public string? Fault => Text.Contains("Fault>", StringComparison.Ordinal) ? Value("faultstring") + " " + Value("errorcode") : null;

    /// <summary>The text of the only element with this local name, or null.</summary>
    public string? Value(string name) => Body.DescendantsAndSelf().FirstOrDefault(one => one.Name.LocalName == name)?.Value;

    public XElement[] Elements(string name) => [.. Body.Descendants().Where(one => one.Name.LocalName == name)];
}

/// <summary>A client with the RA certificate, and the control interface.</summary>
internal sealed class Client : IDisposable
{
    public const string Policy = "policyService", Enrollment = "enrollmentService", Management = "certificateManagementService", Users = "userManagementService";
    public const string Main = "2.16.840.1.113733.1.16.1.2.3.1.1.47196109", Arc = "2.16.840.1.113733.1.16.1.2.3.1.1.";

    public static readonly RSA Key = RSA.Create(2048);

    private readonly HttpClient soap, plain = new();

    public Client(DigiCertLab lab, string folder)
    {
        (Lab, Folder) = (lab, folder);
        soap = Connect(lab.Credentials.Ra.WithKey());
    }

    public DigiCertLab Lab { get; }
    public string Folder { get; }

    public HttpClient Connect(X509Certificate2? certificate)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, MaxResponseHeadersLength = 64 };
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(Path.Combine(Folder, "root.pem")));
        handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        if (certificate is not null)
        {
            handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true);
        }
        return new HttpClient(handler) { BaseAddress = new Uri($"https://localhost:{Lab.Port}/pki-ws/"), Timeout = TimeSpan.FromSeconds(20) };
    }

    public static string Envelope(string body) =>
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>" + body + "</s:Body></s:Envelope>";

    public Task<Answer> Post(string service, string? action, string body, string contentType = "text/xml; charset=utf-8", CancellationToken cancel = default) =>
        PostRaw(soap, service, action, Envelope(body), contentType, cancel);

    public async Task<Answer> PostRaw(HttpClient client, string service, string? action, string text, string contentType = "text/xml; charset=utf-8", CancellationToken cancel = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, service) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(text)) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        if (action is not null)
        {
            request.Headers.TryAddWithoutValidation("SOAPAction", action);
        }
        HttpResponseMessage response = await client.SendAsync(request, cancel);
        return new Answer((int)response.StatusCode, await response.Content.ReadAsStringAsync(cancel), response);
    }

    public async Task<Stream> Open(string service, string action, string body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, service) { Content = new StringContent(Envelope(body), Encoding.UTF8, "text/xml") };
        request.Headers.TryAddWithoutValidation("SOAPAction", action);
        return await (await soap.SendAsync(request, HttpCompletionOption.ResponseHeadersRead)).Content.ReadAsStreamAsync();
    }

    public Task<HttpResponseMessage> Get(string path) => soap.GetAsync(path);

    public async Task<JsonNode> Control(string command, string json)
    {
        HttpResponseMessage response = await plain.PostAsync($"http://127.0.0.1:{Lab.ControlPort}/control/{command}", new StringContent(json));
        string text = await response.Content.ReadAsStringAsync();
        Suite.Check(response.IsSuccessStatusCode, $"control {command}: {text}");
        return JsonNode.Parse(text)!;
    }

    public async Task<JsonNode> Ask(string question) => JsonNode.Parse(await plain.GetStringAsync($"http://127.0.0.1:{Lab.ControlPort}/control/{question}"))!;

    public Task Next(string service, string name, string more = "") => Control("scenario", $$"""{"service":"{{service}}","name":"{{name}}"{{(more.Length > 0 ? "," + more : "")}}}""");

    public async Task<int> Issued() => (await Ask("certificates")).AsArray().Count;

    // The requests, written by hand.

    public const string PolicyAction = "\"http://schemas.verisign.com/pkiservices/2009/07/policy/requestPolicies\"";
    public const string EnrollAction = "\"http://schemas.verisign.com/pkiservices/2009/07/enrollment/requestSecurityToken\"";

    public static string ManagementAction(string operation) => $"\"http://schemas.verisign.com/pkiservices/2009/07/management/{operation}\"";

    public static string PolicyBody(string? oid) =>
        "<getPolicies xmlns=\"http://schemas.verisign.com/pkiservices/2009/07/policy\" xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\"><version>2.0</version>" +
        "<clientTransactionID>t-0001</clientTransactionID>" +
        (oid is null ? "<requestFilter i:nil=\"true\"/>" : $"<requestFilter><policyIDs><oid>{oid}</oid></policyIDs></requestFilter>") + "</getPolicies>";

    public Task<Answer> GetPolicy(string? oid) => Post(Policy, PolicyAction, PolicyBody(oid));

    public static string Csr(AsymmetricAlgorithm key) =>
        Convert.ToBase64String((key is RSA rsa
            ? new CertificateRequest("CN=ignored,O=also ignored", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest("CN=ignored", (ECDsa)key, HashAlgorithmName.SHA256)).CreateSigningRequest());

    public static string Token(string csr, string type = Wire.Pkcs10) => $"<binarySecurityToken ValueType=\"{type}\">{csr}</binarySecurityToken>";

    public static string Pairs(params string[] namesAndValues) =>
        string.Concat(namesAndValues.Chunk(2).Select(pair => $"<nameValuePair><name>{pair[0]}</name><value>{pair[1]}</value></nameValuePair>"));

    public static string EnrollBody(string oid, string tokens, string pairs, string tokenType = Wire.Pkcs7, string requestType = Wire.Issue, string reference = "") =>
        "<wst:RequestSecurityToken xmlns:wst=\"http://docs.oasis-open.org/ws-sx/ws-trust/200512/\"><requestVSSecurityToken xmlns=\"http://schemas.verisign.com/pkiservices/2009/07/enrollment\" preferredLanguage=\"en-US\">" +
        $"<certificateProfileID>{oid}</certificateProfileID><clientTransactionID>t-0002</clientTransactionID><tokenType>{tokenType}</tokenType><requestType>{requestType}</requestType>" +
        tokens + (reference.Length > 0 ? $"<pendingTokenReferenceID>{reference}</pendingTokenReferenceID>" : "") + pairs +
        "<version>2.0</version></requestVSSecurityToken></wst:RequestSecurityToken>";

    public static string MainPairs(string who = "iwuser0") =>
        Pairs("seat_id", who + "@example.test", "common_name", who, "mail_email", who + "@example.test", "otherNameUPN", who + "@example.test");

    public Task<Answer> Enroll(string body) => Post(Enrollment, EnrollAction, body);

    public Task<Answer> EnrollMain(string who = "iwuser0") => Enroll(EnrollBody(Main, Token(Csr(Key)), MainPairs(who)));

    /// <summary>A profile that wants a common name and a seat.</summary>
    public Task<Answer> EnrollSimple(string last, AsymmetricAlgorithm? key = null, string tokenType = Wire.Pkcs7, params string[] more) =>
        Enroll(EnrollBody(Arc + last, Token(Csr(key ?? Key)), Pairs(["common_name", "Some Body", "seat_id", "seat1", .. more]), tokenType));

    /// <summary>All certificates of the answer's token, in its order.</summary>
    public static X509Certificate2[] Certificates(Answer answer)
    {
        Suite.Check(answer.Status == 200 && answer.Fault is null, "enrol was refused: " + answer.Text);
        byte[] token = Convert.FromBase64String(answer.Value("binarySecurityToken") ?? throw new Failed("no token: " + answer.Text));
        var all = new X509Certificate2Collection();
#pragma warning disable SYSLIB0057 // the framework's new loader does not read a bare PKCS#7
        all.Import(token);
#pragma warning restore SYSLIB0057
        return [.. all];
    }

    public static X509Certificate2 Leaf(Answer answer) =>
        Certificates(answer).Single(one => !one.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);

    public Task<Answer> Update(string operation, string what, string reason = "") => Post(Management, ManagementAction("updateCertificateStatus"),
        $"<updateCertificateStatusRequest xmlns=\"http://schemas.verisign.com/pkiservices/2009/07/management\"><clientTransactionID>t-0003</clientTransactionID><version>1.0</version>{reason}{what}<operationType>{operation}</operationType></updateCertificateStatusRequest>");

    public Task<Answer> Search(string filters, int start = 0) => Post(Management, ManagementAction("searchCertificate"),
        $"<searchCertificateRequest xmlns=\"http://schemas.verisign.com/pkiservices/2009/07/management\"><clientTransactionID>t-0004</clientTransactionID>{filters}<startIndex>{start}</startIndex><version>1.0</version></searchCertificateRequest>");

    public Task<Answer> User(string element, string content) => Post(Users, "\"\"",
        $"<{element} xmlns=\"http://schemas.verisign.com/pkiservices/2011/08/usermanagement\">{content}<version>1.0</version></{element}>");

    /// <summary>Whether the text is XML that a careful reader takes.</summary>
    public static bool IsXml(string text)
    {
        try
        {
            XElement.Parse(text);
            return true;
        }
        catch (XmlException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        soap.Dispose();
        plain.Dispose();
    }
}
