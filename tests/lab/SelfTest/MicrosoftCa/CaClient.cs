using System.Formats.Asn1;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using CertBroker.Lab.MicrosoftCa;

namespace CertBroker.Lab.SelfTest.MicrosoftCa;

internal sealed record CaAnswer(int Status, byte[] Bytes, HttpResponseMessage Message)
{
    public string Text => Encoding.UTF8.GetString(Bytes);
    public string? Type => Message.Content.Headers.ContentType?.MediaType;
    public XElement Envelope => XElement.Parse(Text);
    public XElement? Find(string name) => Envelope.Descendants().FirstOrDefault(one => one.Name.LocalName == name);
    public string? Value(string name) => Find(name)?.Value;
    public XElement[] All(string name) => [.. Envelope.Descendants().Where(one => one.Name.LocalName == name)];

    /// <summary>HTTP status, subcode or code, HRESULT, InvalidRequest.</summary>
    public string Fault => $"{Status} {Find("Subcode")?.Value.Split(':')[^1] ?? Find("Code")?.Value.Split(':')[^1]} {(Value("ErrorCode") is { Length: > 0 } code ? $"{int.Parse(code, CultureInfo.InvariantCulture):x8}" : "-")} {Value("InvalidRequest") ?? "-"}";

    public byte[] Token(string suffix) => Convert.FromBase64String(All("BinarySecurityToken").FirstOrDefault(one => one.Attribute("ValueType")!.Value.EndsWith(suffix, StringComparison.Ordinal))?.Value ?? throw new Failed($"no {suffix}: {Text}"));
    public X509Certificate2 Certificate => X509CertificateLoader.LoadCertificate(Token("#X509v3"));

    public SignedCms FullResponse
    {
        get
        {
            var cms = new SignedCms();
            cms.Decode(Token("#PKCS7"));
            return cms;
        }
    }
}

/// <summary>A client of these services with hand-written XML, and requests made by the framework.</summary>
internal sealed class CaClient : IDisposable
{
    public static readonly RSA Key = RSA.Create(2048), OtherKey = RSA.Create(2048);
    private readonly HttpClient plain = new();
    private readonly string folder;

    public CaClient(MicrosoftCaLab lab, string folder)
    {
        (Lab, this.folder) = (lab, folder);
        Http = Connect(null);
    }

    public MicrosoftCaLab Lab { get; }
    public HttpClient Http { get; }
    public Account Alice => Lab.Services.Authority.Accounts["alice"];
    public Account Eve => Lab.Services.Authority.Accounts["eve"];
    public Account Machine => Lab.Services.Authority.Accounts["PC7$"];

    public HttpClient Connect(X509Certificate2? certificate)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder, "root.pem")));
        handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        if (certificate is not null)
        {
            handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true);
        }
        return new HttpClient(handler) { BaseAddress = new Uri(Lab.Host), Timeout = TimeSpan.FromSeconds(20) };
    }

    public static AuthenticationHeaderValue Basic(Account account) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{account.FullLogon}:{account.Password}")));

    // SOAP

    public static string UserToken(string user, string password, int minutes = 0)
    {
        string At(int more) => DateTimeOffset.UtcNow.AddMinutes(minutes + more).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        return $"<o:Security s:mustUnderstand=\"1\" xmlns:o=\"{Wire.Security}\"><u:Timestamp u:Id=\"_0\" xmlns:u=\"{Wire.Utility}\"><u:Created>{At(0)}</u:Created><u:Expires>{At(5)}</u:Expires></u:Timestamp>" +
            $"<o:UsernameToken><o:Username>{user}</o:Username><o:Password Type=\"{Wire.PasswordText}\">{System.Security.SecurityElement.Escape(password)}</o:Password></o:UsernameToken></o:Security>";
    }

    public static string UserToken(Account account) => UserToken(account.FullLogon, account.Password);

    public static string Envelope(string action, string body, string security = "", string id = "urn:uuid:7c9a0a4e-5b4c-4f0e-9d55-0a1b2c3d4e5f") =>
        $"<s:Envelope xmlns:s=\"{Wire.Soap}\" xmlns:a=\"{Wire.Addressing}\"><s:Header><a:Action s:mustUnderstand=\"1\">{action}</a:Action><a:MessageID>{id}</a:MessageID>{security}</s:Header><s:Body>{body}</s:Body></s:Envelope>";

    public static string PoliciesBody(string filter = "<requestFilter xsi:nil=\"true\"/>", string last = "<lastUpdate xsi:nil=\"true\"/>") =>
        $"<GetPolicies xmlns=\"{Wire.Policy}\" xmlns:xsi=\"{Wire.Instance}\"><client>{last}<preferredLanguage>en-US</preferredLanguage></client>{filter}</GetPolicies>";

    public static string TokenBody(string requestType, string content) =>
        $"<RequestSecurityToken xmlns=\"{Wire.Trust}\"><TokenType>{Wire.X509v3}</TokenType><RequestType>{requestType}</RequestType>{content}</RequestSecurityToken>";

    public static string IssueBody(byte[] request, string? template = null, string? type = null) => TokenBody(Wire.Issue,
        $"<o:BinarySecurityToken xmlns:o=\"{Wire.Security}\" ValueType=\"{type ?? Wire.Pkcs7}\" EncodingType=\"{Wire.Base64Encoding}\">{Convert.ToBase64String(request, Base64FormattingOptions.InsertLineBreaks)}</o:BinarySecurityToken>" +
        (template is null ? "" : $"<AdditionalContext xmlns=\"{Wire.Authorization}\"><ContextItem Name=\"CertificateTemplate\"><Value>{template}</Value></ContextItem></AdditionalContext>") +
        $"<RequestID xsi:nil=\"true\" xmlns:xsi=\"{Wire.Instance}\" xmlns=\"{Wire.Enrollment}\"/>");

    public static string QueryBody(string id) => TokenBody(Wire.QueryTokenStatus, $"<RequestID xmlns=\"{Wire.Enrollment}\">{id}</RequestID>");

    public async Task<CaAnswer> Post(string path, string text, HttpClient? client = null, AuthenticationHeaderValue? authorization = null, string contentType = Wire.ContentType, CancellationToken cancel = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(text)) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        request.Headers.Authorization = authorization;
        return await Read(await (client ?? Http).SendAsync(request, cancel), cancel);
    }

    public Task<CaAnswer> Policies(string? body = null, Account? account = null) =>
        Post(MicrosoftCaDouble.PolicyPath(ClientAuthentication.UsernamePassword), Envelope(Wire.GetPolicies, body ?? PoliciesBody(), UserToken(account ?? Alice)));

    public Task<CaAnswer> Enroll(string body, Account? account = null, CancellationToken cancel = default) =>
        Post(MicrosoftCaDouble.EnrollmentPath(ClientAuthentication.UsernamePassword), Envelope(Wire.RequestToken, body, UserToken(account ?? Alice)), cancel: cancel);

    public Task<CaAnswer> EnrollServer(string name = "www.lab.example", CancellationToken cancel = default) => Enroll(IssueBody(Csr("CN=" + name, "WebServer", dns: name)), cancel: cancel);

    // certsrv

    public async Task<CaAnswer> Submit(string request, string attributes, Account? account = null, string? body = null)
    {
        body ??= string.Join('&', new (string, string)[] { ("Mode", "newreq"), ("CertRequest", request), ("CertAttrib", attributes), ("FriendlyType", "Saved-Request Certificate"), ("TargetStoreFlags", "0"), ("SaveCert", "yes") }
            .Select(one => one.Item1 + "=" + Uri.EscapeDataString(one.Item2)));
        return await Post("/certsrv/certfnsh.asp", body, authorization: Basic(account ?? Alice), contentType: "application/x-www-form-urlencoded");
    }

    public async Task<CaAnswer> Get(string path, string agent = "Mozilla/5.0 (test)", Account? account = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("User-Agent", agent);
        request.Headers.Authorization = Basic(account ?? Alice);
        return await Read(await Http.SendAsync(request), default);
    }

    private static async Task<CaAnswer> Read(HttpResponseMessage message, CancellationToken cancel) => new((int)message.StatusCode, await message.Content.ReadAsByteArrayAsync(cancel), message);

    // control

    public async Task<JsonNode> Control(string command, string json = "{}")
    {
        HttpResponseMessage response = await plain.PostAsync($"http://127.0.0.1:{Lab.ControlPort}/control/{command}", new StringContent(json));
        string text = await response.Content.ReadAsStringAsync();
        Suite.Check(response.IsSuccessStatusCode, $"control {command}: {text}");
        return JsonNode.Parse(text)!;
    }

    public async Task<JsonNode> Ask(string question) => JsonNode.Parse(await plain.GetStringAsync($"http://127.0.0.1:{Lab.ControlPort}/control/{question}"))!;

    public Task Next(string service, string name, string more = "") => Control("scenario", $$"""{"service":"{{service}}","name":"{{name}}"{{(more.Length > 0 ? "," + more : "")}}}""");

    public async Task<int> Issued() => (await Ask("certificates")).AsArray().Count;

    // requests

    public static CertificateRequest Request(string subject, string? template, AsymmetricAlgorithm? key = null, string? dns = null)
    {
        var request = (key ?? Key) is RSA rsa ? new CertificateRequest(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1) : new CertificateRequest(subject, (ECDsa)key!, HashAlgorithmName.SHA256);
        if (template is not null)
        {
            request.CertificateExtensions.Add(Templates.Find(template)?.Extensions().First() ?? Name(template));
        }
        if (dns is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(dns);
            request.CertificateExtensions.Add(names.Build());
        }
        return request;
    }

    public static byte[] Csr(string subject, string? template, AsymmetricAlgorithm? key = null, string? dns = null) => Request(subject, template, key, dns).CreateSigningRequest();

    public static string Pem(byte[] csr) => PemEncoding.WriteString("CERTIFICATE REQUEST", csr);

    /// <summary>PKCS#7 renewal: the old certificate signs.</summary>
    public static byte[] Renewal(CertificateRequest request, X509Certificate2 old, X509Certificate2? signer = null)
    {
        request.OtherRequestAttributes.Add(new AsnEncodedData(new Oid(Oids.RenewalCertificate), old.RawData));
        var cms = new SignedCms(new ContentInfo(request.CreateSigningRequest()));
        cms.ComputeSignature(new CmsSigner(SubjectIdentifierType.IssuerAndSerialNumber, signer ?? old) { IncludeOption = X509IncludeOption.EndCertOnly, DigestAlgorithm = new Oid(Oids.Sha256) });
        return cms.Encode();
    }

    /// <summary>CMC: signed by the request's key, named by its identifier, or by an agent.</summary>
    public static byte[] Cmc(byte[] csr, string pairs, X509Certificate2? signer = null)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            using (writer.PushSequence())
            {
                writer.WriteInteger(2);
                writer.WriteObjectIdentifier(Oids.RegInfo);
                using (writer.PushSetOf())
                {
                    writer.WriteOctetString(Encoding.UTF8.GetBytes(pairs));
                }
            }
            using (writer.PushSequence())
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true)))
            {
                writer.WriteInteger(1);
                writer.WriteEncodedValue(csr);
            }
            writer.PushSequence().Dispose();
            writer.PushSequence().Dispose();
        }
        var cms = new SignedCms(new ContentInfo(new Oid(Oids.PkiData), writer.Encode()));
        CertificateRequest holder = Request("CN=self", null);
        holder.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(holder.PublicKey, critical: false));
        using X509Certificate2 self = holder.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        cms.ComputeSignature(signer is null
            ? new CmsSigner(SubjectIdentifierType.SubjectKeyIdentifier, self) { IncludeOption = X509IncludeOption.None, DigestAlgorithm = new Oid(Oids.Sha256) }
            : new CmsSigner(SubjectIdentifierType.IssuerAndSerialNumber, signer) { IncludeOption = X509IncludeOption.EndCertOnly, DigestAlgorithm = new Oid(Oids.Sha256) });
        return cms.Encode();
    }

    private static X509Extension Name(string template)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteCharacterString(UniversalTagNumber.BMPString, template);
        return new X509Extension(Oids.TemplateName, writer.Encode(), critical: false);
    }

    public void Dispose()
    {
        Http.Dispose();
        plain.Dispose();
    }
}
