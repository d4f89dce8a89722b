using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CertBroker.Lab.MicrosoftCa;
using static CertBroker.Lab.SelfTest.MicrosoftCa.CaClient;
using static CertBroker.Lab.SelfTest.Suite;

namespace CertBroker.Lab.SelfTest.MicrosoftCa;

/// <summary>What goes well, and what the CA refuses, service by service.</summary>
internal static class CaRoads
{
    public static readonly (string, Func<CaClient, Task>)[] All =
    [
        ("policy: every authentication", EveryAuthentication),
        ("policy: templates, CA and OIDs refer to each other", PolicyTree),
        ("policy: filters, and not changed", PolicyFilters),
        ("enrol: the answer is what MS-WSTEP shows", Enrol),
        ("enrol: names of the directory, or of the request", Names),
        ("enrol: what the CA denies, with its code", Denied),
        ("pending: approved, denied, at the second poll", Pending),
        ("pending: another account does not learn of it", ForeignPoll),
        ("renewal: PKCS#7 signed with the old certificate, and what is none", Renewals),
        ("renewal: with the old certificate alone, and without authentication", KeyBased),
        ("CMC: signed by the request's key, by an agent", Cmc),
        ("a CA exchange certificate is refused by a fault", KeyExchange),
        ("certsrv: issued, retrieved, chain, CA, revocation list", Pages),
        ("certsrv: pending and denied in every language", Languages),
        ("certsrv: who does not call himself Mozilla gets other types", Agent),
        ("many at once are each served", ManyAtOnce),
    ];

    private static async Task EveryAuthentication(CaClient client)
    {
        string plain = Envelope(Wire.GetPolicies, PoliciesBody());
        string kerberos = MicrosoftCaDouble.PolicyPath(ClientAuthentication.Kerberos), certificate = MicrosoftCaDouble.PolicyPath(ClientAuthentication.Certificate);
        CaAnswer refused = await client.Post(kerberos, plain);
        Same("401 Negotiate, Basic realm=\"localhost\"", $"{refused.Status} {string.Join(", ", refused.Message.Headers.WwwAuthenticate)}", "without");
        Same("text/html", refused.Type, "type");
        Same(200, (await client.Post(kerberos, plain, authorization: Basic(client.Alice))).Status, "Basic");
        Same(200, (await client.Policies()).Status, "UsernameToken");
        using HttpClient alice = client.Connect(client.Lab["alice"].WithKey), expired = client.Connect(client.Lab["expired"].WithKey), foreign = client.Connect(client.Lab["foreign"].WithKey);
        Same(200, (await client.Post(certificate, plain, alice)).Status, "certificate");
        foreach ((HttpClient? http, string title) in new[] { (null, "403.7"), (expired, "403.17"), ((HttpClient?)foreign, "403.16") })
        {
            CaAnswer answer = await client.Post(certificate, plain, http);
            Check(answer.Status == 403 && answer.Text.Contains(title, StringComparison.Ordinal), answer.Text);
        }
        string user = MicrosoftCaDouble.PolicyPath(ClientAuthentication.UsernamePassword);
        Task<CaAnswer> With(string security) => client.Post(user, Envelope(Wire.GetPolicies, PoliciesBody(), security));
        Same("500 InvalidSecurity - -", (await With("")).Fault, "no token");
        Same("500 FailedAuthentication - -", (await With(UserToken("LAB\\alice", "wrong"))).Fault, "wrong password");
        Same("500 FailedAuthentication - -", (await With(UserToken("LAB\\nobody", ""))).Fault, "nobody");
        Same(200, (await With(UserToken(client.Alice.Upn, client.Alice.Password, -8))).Status, "UPN, and a clock that is 8 minutes off");
        Same("500 InvalidSecurity - -", (await With(UserToken("LAB\\alice", client.Alice.Password, -11))).Fault, "11 minutes off");
        Same("500 InvalidSecurity - -", (await With(UserToken("LAB\\alice", client.Alice.Password, 6))).Fault, "6 minutes ahead");
    }

    private static async Task PolicyTree(CaClient client)
    {
        CaAnswer answer = await client.Policies();
        Same(Wire.ContentType, answer.Message.Content.Headers.ContentType!.ToString(), "type");
        Same(Wire.GetPolicies + "Response", answer.Value("Action"), "action");
        Same("urn:uuid:7c9a0a4e-5b4c-4f0e-9d55-0a1b2c3d4e5f", answer.Value("RelatesTo"), "RelatesTo");
        Same("commonName policySchema certificateValidity permission privateKeyAttributes revision supersededPolicies privateKeyFlags subjectNameFlags enrollmentFlags generalFlags hashAlgorithmOIDReference rARequirements keyArchivalAttributes extensions",
            string.Join(' ', answer.Find("attributes")!.Elements().Select(one => one.Name.LocalName)), "order");
        Dictionary<string, string> oids = answer.All("oID").ToDictionary(one => one.Element(Wire.Policy + "oIDReferenceID")!.Value, one => one.Element(Wire.Policy + "value")!.Value);
        foreach ((Template template, var policy) in Templates.All.Zip(answer.All("policy")))
        {
            Same(template.Name, policy.Descendants(Wire.Policy + "commonName").First().Value, "name");
            Same(template.Oid, oids[policy.Element(Wire.Policy + "policyOIDReference")!.Value], "OID");
            Check(policy.Descendants(Wire.Policy + "oIDReference").All(one => oids.ContainsKey(one.Value)), "a reference leads nowhere");
        }
        Same("1 2 4 8", string.Join(' ', answer.All("clientAuthentication").Select(one => one.Value)), "addresses");
        Same("true false false false", string.Join(' ', answer.All("renewalOnly").Select(one => one.Value)), "renewalOnly");
        Check(answer.All("enroll").Select(one => one.Value).Distinct().Count() == 2, "permissions");
        Check((await client.Policies(account: client.Eve)).All("enroll").All(one => one.Value == "false"), "Eve may enrol");
    }

    private static async Task PolicyFilters(CaClient client)
    {
        string curve = Templates.Find("LabCurve")!.Oid;
        string Filter(string oids, int clientVersion) => $"<requestFilter>{oids}<clientVersion>{clientVersion}</clientVersion><serverVersion xsi:nil=\"true\"/></requestFilter>";
        Same("LabCurve", (await client.Policies(PoliciesBody(Filter($"<policyOIDs><oid>{curve}</oid></policyOIDs>", 0)))).Value("commonName"), "by OID");
        Check(!(await client.Policies(PoliciesBody(Filter("<policyOIDs xsi:nil=\"true\"/>", 4)))).Text.Contains("LabCurve", StringComparison.Ordinal), "client version 4");
        string now = DateTimeOffset.UtcNow.ToString("O");
        Same("true", (await client.Policies(PoliciesBody(last: $"<lastUpdate>{now}</lastUpdate>"))).Value("policiesNotChanged"), "since now");
        await client.Control("change-templates");
        Same("", (await client.Policies(PoliciesBody(last: $"<lastUpdate>{now}</lastUpdate>"))).Value("policiesNotChanged"), "after a change");
    }

    private static async Task Enrol(CaClient client)
    {
        CaAnswer answer = await client.EnrollServer();
        Same(200, answer.Status, answer.Text);
        Same(Wire.RequestTokenResponse, answer.Value("Action"), "action");
        Same("TokenType DispositionMessage BinarySecurityToken RequestedSecurityToken RequestID", string.Join(' ', answer.Find("RequestSecurityTokenResponse")!.Elements().Select(one => one.Name.LocalName)), "order");
        Same("Issued", answer.Value("DispositionMessage"), "disposition");
        Check(answer.Text.Contains("&#xD;", StringComparison.Ordinal), "lines end with CR LF, and the writer escapes the CR");
        X509Certificate2 leaf = answer.Certificate;
        Check(client.Lab.Services.Authority.Ca.WhyNot(leaf, DateTimeOffset.UtcNow) is null, "chain");
        Same("CN=www.lab.example", leaf.Subject, "subject");
        Check(leaf.PublicKey.EncodedKeyValue.RawData.AsSpan().SequenceEqual(Key.ExportRSAPublicKey()), "key");
        SignedCms cms = answer.FullResponse;
        Same(3, cms.Certificates.Count, "certificates");
        cms.CheckSignature(cms.Certificates, verifySignatureOnly: true);
        Same(EnterpriseCa.Name, cms.SignerInfos[0].Certificate!.GetNameInfo(X509NameType.SimpleName, forIssuer: false), "signer");
        Same(Oids.PkiResponse, cms.ContentInfo.ContentType.Value, "content");
        Check(cms.ContentInfo.Content.AsSpan().IndexOf(SHA1.HashData(leaf.RawData)) > 0, "the hash of the certificate");
        JsonNode seen = (await client.Ask("submissions"))[0]!;
        Same("pkcs10 WebServer LAB\\alice extension 20.2", $"{seen["kind"]} {seen["template"]} {seen["requester"]} {seen["templates"]![0]}", "seen");
        Same("Issue 200 enrollment", (await client.Ask("requests"))[0] is JsonNode one ? $"{one["operation"]} {one["status"]} {one["service"]}" : "", "recorded");
    }

    private static async Task Names(CaClient client)
    {
        X509Certificate2 user = (await client.Enroll(IssueBody(Csr("CN=ignored", "User")))).Certificate;
        Check(user.Subject.Contains("CN=Alice Example", StringComparison.Ordinal), user.Subject);
        Same(client.Alice.Upn, user.GetNameInfo(X509NameType.UpnName, forIssuer: false), "UPN");
        Check(Encoding.ASCII.GetString(user.Extensions[Oids.Sid]!.RawData).EndsWith(client.Alice.Sid, StringComparison.Ordinal), "SID");
        X509Certificate2 machine = (await client.Enroll(IssueBody(Csr("", "LabMachine")), client.Machine)).Certificate;
        Same("CN=pc7.lab.example", machine.Subject, "machine");
        Check(machine.Extensions[Oids.Template] is not null && machine.Extensions[Oids.ApplicationPolicies] is not null, "version 2's extensions");
        X509Certificate2 context = (await client.Enroll(IssueBody(Csr("CN=by.context", null), "WebServer", Wire.Pkcs10))).Certificate;
        Same("CN=by.context", context.Subject, "template by AdditionalContext");
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Check((await client.Enroll(IssueBody(Csr("CN=curve", "LabCurve", curve)))).Certificate.GetECDsaPublicKey() is not null, "curve");
    }

    private static async Task Denied(CaClient client)
    {
        using RSA small = RSA.Create(1024);
        foreach ((byte[] request, string? context, Account account, string fault) in new (byte[], string?, Account, string)[]
        {
            (Csr("CN=a", "LabForbidden"), null, client.Alice, "80094012 true"), (Csr("CN=a", "WebServer"), null, client.Eve, "80094012 true"), (Csr("CN=a", "NoSuch"), null, client.Alice, "80094800 true"),
            (Csr("CN=a", null), null, client.Alice, "80094801 true"), (Csr("CN=a", "WebServer"), "User", client.Alice, "80094802 true"), (Csr("CN=a", "WebServer", small), null, client.Alice, "80094811 true"),
            (Csr("CN=a", "LabLongKey"), null, client.Alice, "80094811 true"), (Csr("CN=a", "LabCurve"), null, client.Alice, "80094811 true"), (Csr("CN=a", "LabArchive"), null, client.Alice, "80094804 true"),
            (Csr("CN=a", "LabAgent"), null, client.Alice, "80094809 true"), (Csr("CN=a", "LabMachine"), null, client.Alice, "8009480f true"), (Csr("", "WebServer"), null, client.Alice, "80094001 true"),
            (Encoding.ASCII.GetBytes("nothing"), null, client.Alice, "80093102 false"), (Broken(), null, client.Alice, "80090006 false"),
        })
        {
            CaAnswer answer = await client.Enroll(IssueBody(request, context), account);
            Same($"500 Receiver {fault}", answer.Fault, answer.Text);
            Same(Wire.EnrollmentFault, answer.Value("Action"), "action");
            Check(answer.Value("RequestID")!.Length > 0 == fault.EndsWith("true", StringComparison.Ordinal), "RequestID");
        }
        Same(0, await client.Issued(), "issued");
    }

    private static byte[] Broken()
    {
        byte[] csr = Csr("CN=a", "WebServer");
        csr[^1] ^= 1;
        return csr;
    }

    private static async Task Pending(CaClient client)
    {
        async Task<(CaAnswer, string)> Submit()
        {
            CaAnswer answer = await client.Enroll(IssueBody(Csr("CN=waits", "LabPending")));
            Same("200 Taken Under Submission", $"{answer.Status} {answer.Value("DispositionMessage")}", "submitted");
            Same(client.Lab.Host + MicrosoftCaDouble.EnrollmentPath(ClientAuthentication.UsernamePassword), answer.Find("Reference")!.Attribute("URI")!.Value, "where to ask");
            Check(answer.FullResponse.ContentInfo.ContentType.Value == Oids.PkiResponse, "CMC of a pending request");
            return (answer, answer.Value("RequestID")!);
        }
        (_, string id) = await Submit();
        Check((await client.Enroll(QueryBody(id))).Find("Reference") is not null, "not yet");
        await client.Control("approve", $$"""{"id":{{id}}}""");
        CaAnswer approved = await client.Enroll(QueryBody(id));
        Same("CN=waits " + id, $"{approved.Certificate.Subject} {approved.Value("RequestID")}", "approved");
        (_, id) = await Submit();
        await client.Control("deny", """{"message":"Not you."}""");
        CaAnswer denied = await client.Enroll(QueryBody(id));
        Same("500 Receiver 80094014 true", denied.Fault, "denied");
        Check(denied.Value("Text")!.StartsWith("Not you. The request was denied by a certificate manager", StringComparison.Ordinal), denied.Value("Text")!);
        await client.Next("enrollment", "pending", "\"polls\":2");
        id = (await client.EnrollServer()).Value("RequestID")!;
        Check((await client.Enroll(QueryBody(id))).Find("Reference") is not null && (await client.Enroll(QueryBody(id))).Certificate is not null, "second poll");
        Same("500 Receiver 80094002 false", (await client.Enroll(QueryBody("4711"))).Fault, "unknown");
        Same("500 Receiver 80070057 false", (await client.Enroll(QueryBody(""))).Fault, "empty");
    }

    private static async Task ForeignPoll(CaClient client)
    {
        string id = (await client.Enroll(IssueBody(Csr("CN=waits", "LabPending")))).Value("RequestID")!;
        Same("500 Receiver 80070005 false", (await client.Enroll(QueryBody(id), client.Eve)).Fault, "Eve");
    }

    private static async Task<X509Certificate2> Old(CaClient client, string template, string subject)
    {
        X509Certificate2 plain = (await client.Enroll(IssueBody(Csr(subject, template, dns: "old.lab.example")))).Certificate;
        return plain.CopyWithPrivateKey(Key);
    }

    private static async Task Renewals(CaClient client)
    {
        using X509Certificate2 old = await Old(client, "WebServer", "CN=old.lab.example");
        CaAnswer renewed = await client.Enroll(IssueBody(Renewal(Request("CN=old.lab.example", "WebServer", OtherKey), old)));
        Check(renewed.Certificate.PublicKey.EncodedKeyValue.RawData.AsSpan().SequenceEqual(OtherKey.ExportRSAPublicKey()), renewed.Text);
        JsonNode seen = (await client.Ask("submissions"))[1]!;
        Same($"pkcs7 {old.Thumbprint} {old.Thumbprint}", $"{seen["kind"]} {seen["renews"]} {seen["signers"]![0]}", "seen");
        Same("500 Receiver 8009400e true", (await client.Enroll(IssueBody(Renewal(Request("CN=old.lab.example", "WebServer", OtherKey), old, client.Lab["alice"].WithKey)))).Fault, "signed by another");
        Same("500 Receiver 80094806 true", (await client.Enroll(IssueBody(Renewal(Request("CN=new.lab.example", "WebServer", OtherKey), old)))).Fault, "another subject");
        X509Certificate2 stranger = client.Lab["alice"].WithKey;
        Same("500 Receiver 8009400e true", (await client.Enroll(IssueBody(Renewal(Request("CN=x", "WebServer", OtherKey), stranger)))).Fault, "not of this template");
        byte[] broken = Renewal(Request("CN=old.lab.example", "WebServer", OtherKey), old);
        broken[^1] ^= 1;
        Same("500 Receiver 80090006 false", (await client.Enroll(IssueBody(broken))).Fault, "flipped");
        await client.Next("enrollment", "expired-certificate");
        using X509Certificate2 expired = await Old(client, "WebServer", "CN=expired.lab.example");
        Same("500 Receiver 8009400e true", (await client.Enroll(IssueBody(Renewal(Request("CN=expired.lab.example", "WebServer", OtherKey), expired)))).Fault, "expired");
    }

    private static async Task KeyBased(CaClient client)
    {
        using X509Certificate2 old = await Old(client, "LabKeyBased", "CN=kept.lab.example"), other = await Old(client, "LabKeyBased", "CN=other.lab.example");
        using HttpClient http = client.Connect(old);
        string path = MicrosoftCaDouble.EnrollmentPath(ClientAuthentication.Certificate);
        CaAnswer renewed = await client.Post(path, Envelope(Wire.RequestToken, IssueBody(Renewal(Request("", "LabKeyBased", OtherKey), old))), http);
        Same("CN=kept.lab.example", renewed.Certificate.Subject, renewed.Text);
        Check(renewed.Certificate.Extensions[Oids.AlternativeNames]!.RawData.AsSpan().SequenceEqual(old.Extensions[Oids.AlternativeNames]!.RawData), "names");
        Same("500 Receiver 80094012 true", (await client.Post(path, Envelope(Wire.RequestToken, IssueBody(Renewal(Request("", "LabKeyBased", OtherKey), other))), http)).Fault, "another one's");
        Same("500 Receiver 80094012 true", (await client.Post(path, Envelope(Wire.RequestToken, IssueBody(Csr("CN=fresh", "WebServer"))), http)).Fault, "a fresh one");
        string anonymous = MicrosoftCaDouble.EnrollmentPath(ClientAuthentication.Anonymous);
        Same("CN=kept.lab.example", (await client.Post(anonymous, Envelope(Wire.RequestToken, IssueBody(Renewal(Request("", "LabKeyBased", OtherKey), old))))).Certificate.Subject, "anonymous");
        Same("500 Receiver 80070005 false", (await client.Post(anonymous, Envelope(Wire.RequestToken, IssueBody(Csr("CN=fresh", "WebServer"))))).Fault, "anonymous, fresh");
    }

    private static async Task Cmc(CaClient client)
    {
        Same("CN=cmc", (await client.Enroll(IssueBody(CaClient.Cmc(Csr("CN=cmc", null), "CertificateTemplate=WebServer")))).Certificate.Subject, "by its key");
        byte[] agent = CaClient.Cmc(Csr("CN=ignored", "LabAgent"), "requestername=LAB%5Ceve", client.Lab["agent"].WithKey);
        Check((await client.Enroll(IssueBody(agent))).Certificate.Subject.Contains("CN=Eve Example", StringComparison.Ordinal), "on behalf");
        byte[] noAgent = CaClient.Cmc(Csr("CN=ignored", "LabAgent"), "requestername=LAB%5Ceve", client.Lab["alice"].WithKey);
        Same("500 Receiver 8009480a true", (await client.Enroll(IssueBody(noAgent))).Fault, "no agent");
        Same("500 Receiver 80090006 false", (await client.Enroll(IssueBody(CaClient.Cmc(Csr("CN=cmc", "WebServer", OtherKey), "a=b")))).Fault, "by another key");
    }

    private static async Task KeyExchange(CaClient client)
    {
        string body = TokenBody(Wire.Ket, "<RequestKET/>");
        string path = MicrosoftCaDouble.EnrollmentPath(ClientAuthentication.UsernamePassword);
        Same("500 Receiver 80070057 false", (await client.Post(path, Envelope(Wire.KeyExchange, body, UserToken(client.Alice)))).Fault, "KET");
        Same("500 Sender - -", (await client.Enroll(body)).Fault, "with the action of an enrolment");
    }

    private static async Task Pages(CaClient client)
    {
        Same(401, (await client.Post("/certsrv/certfnsh.asp", "", contentType: "application/x-www-form-urlencoded")).Status, "without a name");
        Same(200, (await client.Get("/certsrv/")).Status, "the first page");
        Same(404, (await client.Get("/certsrv/other.asp")).Status, "another page");
        CaAnswer answer = await client.Submit(Pem(Csr("CN=page", null)), "CertificateTemplate:WebServer\r\nUserAgent:test\r\n");
        string id = Regex.Match(answer.Text, @"certnew\.cer\?ReqID=(\d+)&").Groups[1].Value;
        Check(id.Length > 0, answer.Text);
        CaAnswer binary = await client.Get($"/certsrv/certnew.cer?ReqID={id}&Enc=bin"), text = await client.Get($"/certsrv/certnew.cer?ReqID={id}&Enc=b64");
        Same("application/pkix-cert CN=page", $"{binary.Type} {X509CertificateLoader.LoadCertificate(binary.Bytes).Subject}", "binary");
        Same("CN=page", X509Certificate2.CreateFromPem(text.Text).Subject, "text");
        Same("CN=page", (await client.Get($"/certsrv/certnew.cer?ReqID={id}&Enc=b64", account: client.Alice)) is { } again ? X509Certificate2.CreateFromPem(again.Text).Subject : "", "again");
        var chain = new SignedCms();
        CaAnswer p7b = await client.Get($"/certsrv/certnew.p7b?ReqID={id}&Enc=bin");
        chain.Decode(p7b.Bytes);
        Same("application/x-pkcs7-certificates 3", $"{p7b.Type} {chain.Certificates.Count}", "chain");
        Check((await client.Get("/certsrv/certcarc.asp")).Text.Contains("var nRenewals=0;", StringComparison.Ordinal), "renewals");
        Same(client.Lab.Services.Authority.Ca.Certificate.Thumbprint, X509CertificateLoader.LoadCertificate((await client.Get("/certsrv/certnew.cer?ReqID=CACert&Renewal=0&Enc=bin")).Bytes).Thumbprint, "CA");
        CaAnswer list = await client.Get("/certsrv/certcrl.crl?Type=base&Renewal=0&Enc=bin");
        CertificateRevocationListBuilder.Load(list.Bytes, out System.Numerics.BigInteger number);
        Check(list.Type == "application/pkix-crl" && number > 0, "revocation list");
        foreach ((string request, string attributes, string says) in new[]
        {
            (Pem(Csr("CN=page", null)), "CertificateTemplate=WebServer", "is not Name:Value"), ("!", "CertificateTemplate:WebServer", "no base64"), (Pem(Csr("CN=page", null)), "", "0x80094801"),
        })
        {
            CaAnswer error = await client.Submit(request, attributes);
            Check(error.Status == 200 && Regex.IsMatch(error.Text, "The disposition message is \"[^\"]+") && error.Text.Contains(says, StringComparison.Ordinal), error.Text);
        }
        Same(1, await client.Issued(), "issued");
        JsonNode seen = (await client.Ask("submissions"))[0]!;
        Same("attribute UserAgent=test", $"{seen["templates"]![0]} {seen["attributes"]![1]}", "seen");
        Same("certnew certsrv", (await client.Ask("requests?operation=certnew"))[0] is JsonNode one ? $"{one["operation"]} {one["service"]}" : "", "recorded");
    }

    private static async Task Languages(CaClient client)
    {
        foreach ((string language, string charset, string pending, string denied) in new[]
        {
            ("en", "utf-8", "Your Request Id is {0}.", "The disposition message is \""), ("de", "iso-8859-1", "Die Anforderungs-ID lautet {0}.", "Die Dispositionsmeldung lautet \""),
            ("fr", "utf-8", "Votre ID de demande est {0}.", "Le message de disposition est \""), ("ja", "utf-8", "要求 ID は {0} です。", "処理メッセージは \""),
        })
        {
            await client.Control("language", $$"""{"language":"{{language}}"}""");
            CaAnswer answer = await client.Submit(Pem(Csr("CN=page", null)), "CertificateTemplate:LabPending\r\n");
            string id = (await client.Ask("pending")).AsArray()[^1]!["id"]!.ToString();
            Same(charset, answer.Message.Content.Headers.ContentType!.CharSet, language);
            Check(System.Net.WebUtility.HtmlDecode(answer.Text).Contains(string.Format(System.Globalization.CultureInfo.InvariantCulture, pending, id), StringComparison.Ordinal), answer.Text);
            CaAnswer waiting = await client.Get($"/certsrv/certnew.cer?ReqID={id}&Enc=b64");
            Check(waiting.Type == "text/html" && Regex.IsMatch(waiting.Text, @"Disposition message:[^\t]+\t\t([^\r\n]+)") | Regex.IsMatch(waiting.Text, @"Disposition message:\t\t([^\r\n]+)"), waiting.Text);
            CaAnswer refused = await client.Submit(Pem(Csr("CN=page", null)), "CertificateTemplate:LabForbidden\r\n");
            Check(System.Net.WebUtility.HtmlDecode(refused.Text).Contains(denied + "Denied by Policy Module", StringComparison.Ordinal), refused.Text);
            Check((await client.Enroll(IssueBody(Csr("CN=a", "WebServer")))).Find("DispositionMessage")!.Attribute(System.Xml.Linq.XNamespace.Xml + "lang")!.Value.StartsWith(language, StringComparison.Ordinal), "CES");
        }
    }

    private static async Task Agent(CaClient client)
    {
        Same("text/html", (await client.Get("/certsrv/certnew.cer?ReqID=CACert&Renewal=0&Enc=bin", agent: "curl/8")).Type, "curl");
        Same("application/pkix-cert", (await client.Get("/certsrv/certnew.cer?ReqID=CACert&Renewal=0&Enc=bin")).Type, "Mozilla");
    }

    private static async Task ManyAtOnce(CaClient client)
    {
        CaAnswer[] answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(number => client.EnrollServer($"n{number}.lab.example")));
        Check(answers.Select((answer, number) => answer.Certificate.Subject == $"CN=n{number}.lab.example").All(right => right), "mixed up");
        Same(24, await client.Issued(), "issued");
    }
}
