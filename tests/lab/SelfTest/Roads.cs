using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using CertBroker.Lab.DigiCert;
using static CertBroker.Lab.SelfTest.Client;
using static CertBroker.Lab.SelfTest.Suite;

namespace CertBroker.Lab.SelfTest;

/// <summary>What goes well, service by service.</summary>
internal static class Roads
{
    public static readonly (string, Func<Client, Task>)[] All =
    [
        ("policy of one profile", PolicyOfOne),
        ("policy of all profiles", PolicyOfAll),
        ("enrol: subject and names from the pairs, key from the request", EnrolMain),
        ("enrol: a request with armour", EnrolArmoured),
        ("enrol: other names as bytes and as hex text", EnrolOtherNames),
        ("enrol: every delivery format and key", EnrolFormats),
        ("enrol: a collection is answered to RequestSecurityToken2", EnrolCollection),
        ("enrol: registered users only", EnrolRegistered),
        ("enrol: one certificate a seat", EnrolDuplicate),
        ("enrol: renewal in its window", Renew),
        ("pending: approved by an administrator", PendingApproved),
        ("pending: denied, told as a fault and as a disposition", PendingDenied),
        ("pending: issued at the second poll", PendingPolls),
        ("management: revoke, suspend, resume", Revoke),
        ("management: revoke all of a seat, and in bulk", RevokeSeat),
        ("management: pages of a search", SearchPages),
        ("management: what a search filters by", SearchFilters),
        ("management: both revisions of the schema", Revisions),
        ("management: an escrowed key is recovered", Recover),
        ("users: made, read, deleted", UserRoad),
        ("users: passcodes", PasscodeRoad),
        ("control: an RA certificate from the portal connects", RaFromPortal),
        ("control: requests and connections are recorded", Recorded),
        ("many at once are each served, over many connections", ManyAtOnce),
        ("wsdl is answered with the RA certificate", Wsdl),
    ];

    private static async Task PolicyOfOne(Client client)
    {
        Answer answer = await client.GetPolicy(Main);
        Same(200, answer.Status, "status");
        Same("t-0001", answer.Value("clientTransactionID"), "echo");
        Dictionary<string, string> oids = answer.Elements("oID").ToDictionary(one => one.Element(Wire.Policy + "oIDReferenceID")!.Value, one => one.Element(Wire.Policy + "value")!.Value);
        Same(Main, oids[answer.Value("policyOIDReference")!], "profile OID");
        Same("2.5.29.17", oids[answer.Value("extensionOIDReference")!], "extension OID");
        Same("$common_name|$mail_email|Example Corp|$mail_email|$otherNameUPN|$seat_id", string.Join('|', answer.Elements("attributeNameValue").Select(one => one.Value)), "attributes");
        using X509Certificate2 ca = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(answer.Value("certificate")!));
        Same(answer.Value("cAIssuerName"), ca.Subject, "CA");
        Answer unknown = await client.GetPolicy(Main + "0");
        Same(500, unknown.Status, "status of an unknown OID");
        Same("A request element is not understood. TD-OID-UNKNOWN", unknown.Fault, "fault of an unknown OID");
    }

    private static async Task PolicyOfAll(Client client)
    {
        Answer answer = await client.GetPolicy(null);
        Same(client.Lab.Services.Account.Profiles.Length, answer.Elements("policy").Length, "policies");
        Same(2, answer.Elements("cA").Length, "CAs");
        Same(1, answer.Elements("intermediateCACertificates").Length, "intermediates");
        Answer listed = await client.GetPolicy(Arc + "47000008");
        Check(listed.Elements("subjectNameInfo").Single().Attribute(Wire.Instance + "nil") is not null && listed.Elements("extensions").Single().Attribute(Wire.Instance + "nil") is not null, "k is not nil");
        Answer property = await client.GetPolicy(Arc + "47000007");
        Check(property.Elements("attributeNameValue").All(one => one.Attribute("mandatory") is null), "j has the attribute");
        Same("true|true|true", string.Join('|', property.Elements("mandatory").Select(one => one.Value)), "j's property");
    }

    private static async Task EnrolMain(Client client)
    {
        Answer answer = await client.EnrollMain();
        X509Certificate2[] all = Certificates(answer);
        Same(2, all.Length, "certificates");
        X509Certificate2 leaf = Leaf(answer);
        Same(all[0].Thumbprint, leaf.Thumbprint, "the first one");
        Same("CN=iwuser0, E=iwuser0@example.test, O=Example Corp", string.Join(", ", leaf.SubjectName.EnumerateRelativeDistinguishedNames(false).Select(part => $"{(part.GetSingleElementType().Value == "2.5.4.3" ? "CN" : part.GetSingleElementType().Value == "2.5.4.10" ? "O" : "E")}={part.GetSingleElementValue()}")), "subject");
        Check(leaf.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(Key.ExportSubjectPublicKeyInfo()), "the key is another one");
        string names = leaf.Extensions["2.5.29.17"]!.Format(false);
        Check(names.Contains("email:iwuser0@example.test", StringComparison.Ordinal), names);
        Check(leaf.Extensions["2.5.29.17"]!.RawData.AsSpan().IndexOf(new byte[] { 0x2b, 6, 1, 4, 1, 0x82, 0x37, 0x14, 2, 3 }) > 0, "no UPN");
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(Path.Combine(client.Folder, "ca-root.cer")));
        chain.ChainPolicy.ExtraStore.Add(all[1]);
        Check(chain.Build(leaf), "the chain does not build: " + string.Join(", ", chain.ChainStatus.Select(one => one.StatusInformation)));
    }

    private static async Task EnrolArmoured(Client client)
    {
        foreach (string label in new[] { "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST" })
        {
            string pem = PemEncoding.WriteString(label, Convert.FromBase64String(Csr(Key))).Replace("\n", "\r\n", StringComparison.Ordinal);
            Leaf(await client.Enroll(EnrollBody(Main, Token(pem), MainPairs())));
        }
    }

    private static async Task EnrolOtherNames(Client client)
    {
        const string hex = "04 12 b8 ba 65 41 f2 d4 07 41 a9 f7 47 08 f3 e4 28 5c ef 2c";
        byte[] bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        foreach ((string last, byte[] sent) in new[] { ("47000004", bytes), ("47000005", Encoding.ASCII.GetBytes(hex)) })
        {
            X509Certificate2 leaf = Leaf(await client.EnrollSimple(last, more: ["otherName", Convert.ToBase64String(sent)]));
            Check(leaf.Extensions["2.5.29.17"]!.RawData.AsSpan().IndexOf(bytes) > 0, $"{last}: the bytes are not in the certificate");
        }
        Check((await client.EnrollSimple("47000005", more: ["otherName", Convert.ToBase64String(bytes)])).Fault!.Contains("TD-OTHER-NAME", StringComparison.Ordinal), "the other encoding was taken");
        Check((await client.EnrollSimple("47000004", more: ["otherName", "04:12"])).Fault?.Contains("TD-OTHER-NAME", StringComparison.Ordinal) == true, "what is no base64 was taken");
    }

    private static async Task EnrolFormats(Client client)
    {
        Answer single = await client.EnrollSimple("47000014", tokenType: Wire.X509v3);
        Same(Wire.X509v3, single.Elements("binarySecurityToken").Single().Attribute("ValueType")!.Value, "type");
        Same(1, Certificates(single).Length, "certificates");
        Answer escrowed = await client.Enroll(EnrollBody(Arc + "47000013", "", Pairs("common_name", "Some Body", "seat_id", "seat1"), Wire.Pkcs12));
        using X509Certificate2 whole = X509CertificateLoader.LoadPkcs12(Convert.FromBase64String(escrowed.Value("binarySecurityToken")!), escrowed.Value("pKCS12Password"));
        Check(whole.HasPrivateKey, "no key in the PKCS#12");
        Check((await client.EnrollSimple("47000015")).Fault!.Contains("TD-KEY-SIZE", StringComparison.Ordinal), "2048 bits were enough for 3072");
        using RSA large = RSA.Create(3072);
        Leaf(await client.EnrollSimple("47000015", large));
        using ECDsa curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Check((await client.EnrollSimple("47000014", curve, Wire.X509v3)).Fault!.Contains("TD-KEY-TYPE", StringComparison.Ordinal), "P-256 was taken for RSA");
        Answer device = await client.EnrollSimple("47000016", curve, more: ["dnsName", "pc1.example.test"]);
        Same(3, Certificates(device).Length, "certificates with an intermediate");
    }

    private static async Task EnrolCollection(Client client)
    {
        Answer answer = await client.Post(Enrollment, EnrollAction.Insert(EnrollAction.Length - 1, "2"), EnrollBody(Main, Token(Csr(Key)), MainPairs()));
        Same(Wire.Trust + "RequestSecurityTokenResponseCollection", answer.Body.Name, "element");
        Leaf(answer);
    }

    private static async Task EnrolRegistered(Client client)
    {
        Check((await client.EnrollSimple("47000012")).Fault!.Contains("TD-USER-UNKNOWN", StringComparison.Ordinal), "an unknown user was taken");
        Same("0", (await client.User("createOrUpdateUserRequest", "<userInformation><seatId>seat1</seatId></userInformation>")).Value("statusCode"), "status");
        Leaf(await client.EnrollSimple("47000012"));
    }

    private static async Task EnrolDuplicate(Client client)
    {
        Leaf(await client.EnrollSimple("47000018"));
        Check((await client.EnrollSimple("47000018")).Fault!.Contains("TD-DUPLICATE", StringComparison.Ordinal), "a second one was issued");
        await client.Update("Revoke", "<seatId>seat1</seatId>");
        Leaf(await client.EnrollSimple("47000018"));
    }

    private static async Task Renew(Client client)
    {
        Task<Answer> Again(X509Certificate2 old) => client.Enroll(EnrollBody(Arc + "47000017",
            Token(Csr(Key)) + Token(Convert.ToBase64String(old.RawData), Wire.X509v3), Pairs("common_name", "Some Body", "seat_id", "seat1"), requestType: Wire.Renew));
        X509Certificate2 young = Leaf(await client.EnrollSimple("47000017"));
        Check((await Again(young)).Fault!.Contains("TD-RENEWAL-WINDOW", StringComparison.Ordinal), "renewed too early");
        X509Certificate2 old = Leaf(await client.EnrollSimple("47000017", more: ["overrideValidityDays", "20"]));
        Check(old.NotAfter < DateTime.Now.AddDays(21), "the validity was not overridden");
        Leaf(await Again(old));
        Check((await client.Enroll(EnrollBody(Main, Token(Csr(Key)), MainPairs(), requestType: Wire.Renew))).Fault!.Contains("TD-RENEWAL", StringComparison.Ordinal), "renewed nothing");
    }

    private static Task<Answer> Poll(Client client, string last, string reference) => client.Enroll(EnrollBody(Arc + last, "", "", requestType: Wire.QueryTokenStatus, reference: reference));

    private static async Task PendingApproved(Client client)
    {
        Answer waiting = await client.EnrollSimple("47000010");
        string reference = waiting.Value("pendingTokenReferenceID")!;
        Same("Waiting for approval", waiting.Value("dispositionMessage"), "disposition");
        Same(reference, (await Poll(client, "47000010", reference)).Value("pendingTokenReferenceID"), "reference");
        Same(0, await client.Issued(), "issued before approval");
        await client.Control("approve", $$"""{"id":"{{reference}}"}""");
        X509Certificate2 leaf = Leaf(await Poll(client, "47000010", reference));
        Same(leaf.Thumbprint, Leaf(await Poll(client, "47000010", reference)).Thumbprint, "the same at the next poll");
        Same(1, await client.Issued(), "issued");
        Check((await Poll(client, "47000011", reference)).Fault!.Contains("TD-REFERENCE", StringComparison.Ordinal), "another profile's poll was answered");
    }

    private static async Task PendingDenied(Client client)
    {
        string first = (await client.EnrollSimple("47000010")).Value("pendingTokenReferenceID")!;
        await client.Control("deny", $$"""{"id":"{{first}}","message":"not you"}""");
        Same("not you TD-DENIED", (await Poll(client, "47000010", first)).Fault, "fault");
        string second = (await client.EnrollSimple("47000010")).Value("pendingTokenReferenceID")!;
        await client.Control("deny", """{"as":"disposition"}""");
        Answer answer = await Poll(client, "47000010", second);
        Check(answer.Status == 200 && answer.Value("requestedVSSecurityToken") is null && answer.Value("dispositionMessage") is not null, answer.Text);
    }

    private static async Task PendingPolls(Client client)
    {
        string reference = (await client.EnrollSimple("47000011")).Value("pendingTokenReferenceID")!;
        Check((await Poll(client, "47000011", reference)).Value("pendingTokenReferenceID") is not null, "issued at the first poll");
        Leaf(await Poll(client, "47000011", reference));
    }

    private static string SerialOf(X509Certificate2 certificate) => $"<certificateSerialNumber>{certificate.SerialNumber.TrimStart('0').ToLowerInvariant()}</certificateSerialNumber>";

    private static async Task Revoke(Client client)
    {
        X509Certificate2[] leaves = [Leaf(await client.EnrollMain()), Leaf(await client.EnrollMain()), Leaf(await client.EnrollMain()), Leaf(await client.EnrollMain())];
        string serial = SerialOf(leaves[0]);
        Same("0", (await client.Update("Suspend", serial)).Value("successCode"), "suspend");
        Same("0", (await client.Update("Resume", serial)).Value("successCode"), "resume");
        Check((await client.Update("Resume", serial)).Value("successCode") != "0", "resumed twice");
        Answer revoked = await client.Update("Revoke", serial, "<revocationReason>KeyCompromise</revocationReason><comment>lost</comment>");
        Same("0|1", revoked.Value("successCode") + "|" + revoked.Value("revocationCount"), "revoke");
        Check((await client.Update("Revoke", serial)).Value("successCode") != "0", "revoked twice");
        X509Certificate2 zero = leaves.Single(one => one.SerialNumber.StartsWith("05", StringComparison.Ordinal));
        Check((await client.Update("Revoke", $"<certificateSerialNumber>{zero.SerialNumber}</certificateSerialNumber>")).Fault!.Contains("TD-SERIAL", StringComparison.Ordinal), "a leading zero was taken");
        Check((await client.Update("Revoke", "<certificateSerialNumber>99</certificateSerialNumber>")).Fault!.Contains("TD-SERIAL", StringComparison.Ordinal), "an unknown serial was taken");
        JsonNode ledger = (await client.Ask("certificates"))[0]!;
        Same("REVOKED|KeyCompromise|lost", $"{ledger["status"]}|{ledger["reason"]}|{ledger["comment"]}", "ledger");
    }

    private static async Task RevokeSeat(Client client)
    {
        Leaf(await client.EnrollMain("a"));
        Leaf(await client.EnrollMain("a"));
        X509Certificate2 other = Leaf(await client.EnrollMain("b"));
        Same("2", (await client.Update("Revoke", "<seatId>a@example.test</seatId>")).Value("revocationCount"), "of the seat");
        Answer bulk = await client.Post(Management, ManagementAction("bulkUpdateCertificateStatus"),
            $"<bulkUpdateCertificateStatusRequest xmlns=\"http://schemas.verisign.com/pkiservices/2009/07/management\"><version>1.0</version>{SerialOf(other)}<operationType>Revoke</operationType></bulkUpdateCertificateStatusRequest>");
        Same("1", bulk.Value("revocationCount"), "in bulk");
    }

    private static async Task SearchPages(Client client)
    {
        await client.Control("issue", $$"""{"profile":"{{Main}}","count":120}""");
        var seen = new HashSet<string>();
        foreach ((int start, int length, string more) in new[] { (0, 50, "true"), (50, 50, "true"), (100, 20, "false"), (120, 0, "false") })
        {
            Answer page = await client.Search($"<profileOID>{Main}</profileOID><status>VALID</status>", start);
            Same("120", page.Value("certificateCount"), "count");
            Same(length, page.Elements("certificateInformation").Length, $"page at {start}");
            Same(more, page.Value("moreCertificateAvailable"), $"more at {start}");
            seen.UnionWith(page.Elements("serialNumber").Select(one => one.Value));
        }
        Same(120, seen.Count, "different ones");
    }

    private static async Task SearchFilters(Client client)
    {
        X509Certificate2 leaf = Leaf(await client.EnrollMain("one"));
        Leaf(await client.EnrollMain("two"));
        await client.Update("Revoke", "<seatId>two@example.test</seatId>");
        string serial = leaf.SerialNumber.TrimStart('0').ToLowerInvariant();
        foreach (string filter in new[] { "<seatId>one@example.test</seatId>", "<commonName>ONE</commonName>", "<status>VALID</status>", "<emailAddress>one@example.test</emailAddress>", $"<serialNumber>{serial}</serialNumber>" })
        {
            Answer found = await client.Search(filter);
            Same(serial, string.Join(',', found.Elements("serialNumber").Select(one => one.Value)), filter);
            Check(Convert.FromBase64String(found.Value("certificate")!).AsSpan().SequenceEqual(leaf.RawData), "another certificate");
        }
        Same("REVOKED", (await client.Search("<status>REVOKED</status>")).Value("status"), "status");
        Same("0", (await client.Search("<commonName>nobody</commonName>")).Value("certificateCount"), "nobody");
    }

    private static async Task Revisions(Client client)
    {
        string serial = SerialOf(Leaf(await client.EnrollMain()));
        const string hold = "<revocationReason>CertificateHold</revocationReason>";
        Check((await client.Update("Suspend", serial, hold)).Fault!.Contains("TD-SCHEMA", StringComparison.Ordinal), "not valid under both");
        await client.Control("management-schema", """{"revision":"newer"}""");
        Same("0", (await client.Update("Suspend", serial, hold)).Value("successCode"), "newer");
        Check((await client.Search("")).Elements("enrollmentNotes").Length == 1, "the newer answer lacks enrollmentNotes");
        await client.Control("management-schema", """{"revision":"older"}""");
        Check((await client.Search("")).Elements("enrollmentNotes").Length == 0, "the older answer has enrollmentNotes");
    }

    private static async Task Recover(Client client)
    {
        Task<Answer> Ask(string serial) => client.Post(Management, ManagementAction("keyRecovery"),
            $"<requestKeyRecoveryMessage xmlns=\"http://schemas.verisign.com/pkiservices/2009/07/management\"><certificateSerialNumber>{serial}</certificateSerialNumber><certificateIssuer>any</certificateIssuer><adminID>me</adminID><version>1.0</version></requestKeyRecoveryMessage>");
        await client.Enroll(EnrollBody(Arc + "47000013", "", Pairs("common_name", "Some Body", "seat_id", "seat1"), Wire.Pkcs12));
        Answer recovered = await Ask((await client.Ask("certificates"))[0]!["serial"]!.ToString());
        using X509Certificate2 whole = X509CertificateLoader.LoadPkcs12(Convert.FromBase64String(recovered.Value("pKCS12Message")!), recovered.Value("pKCS12Password"));
        Check(whole.HasPrivateKey, "no key");
        await client.EnrollMain();
        Check((await Ask((await client.Ask("certificates"))[1]!["serial"]!.ToString())).Fault!.Contains("TD-NOT-ESCROWED", StringComparison.Ordinal), "a key that nobody escrowed");
    }

    private static async Task UserRoad(Client client)
    {
        await client.User("createOrUpdateUserRequest", "<userInformation><seatId>s1</seatId><firstName>A</firstName><emailAddress>a@example.test</emailAddress><userAttribute><name>uniqueIdentifier</name><value>7</value></userAttribute></userInformation>");
        Answer read = await client.User("getUserInformationRequest", "<seatId>s1</seatId><getUserCertificate>true</getUserCertificate>");
        Same("A|a@example.test|7", $"{read.Value("firstName")}|{read.Value("emailAddress")}|{read.Value("value")}", "user");
        Same("SUCCESS", (await client.User("deleteUserRequest", "<seatId>s1</seatId>")).Value("status"), "delete");
        Check((await client.User("getUserInformationRequest", "<seatId>s1</seatId>")).Fault!.Contains("TD-USER-UNKNOWN", StringComparison.Ordinal), "still there");
        Same(2, (await client.User("bulkDeleteUserRequest", "<seatId>x</seatId><seatId>y</seatId>")).Elements("deleteUserStatus").Length, "bulk");
    }

    private static async Task PasscodeRoad(Client client)
    {
        await client.User("createOrUpdateUserRequest", "<userInformation><seatId>s1</seatId></userInformation>");
        await client.User("createOrUpdatePasscodeRequest", $"<passcodeInformation><passcode>12345</passcode><seatId>s1</seatId><certificateProfileOid>{Main}</certificateProfileOid></passcodeInformation>");
        Same("12345", (await client.User("getPasscodeInformationRequest", $"<seatId>s1</seatId><certificateProfileOid>{Main}</certificateProfileOid>")).Value("passcode"), "passcode");
    }

    private static async Task RaFromPortal(Client client)
    {
        using RSA key = RSA.Create(2048);
        JsonNode signed = await client.Control("ra", new JsonObject { ["csr"] = PemEncoding.WriteString("NEW CERTIFICATE REQUEST", Convert.FromBase64String(Csr(key))) }.ToJsonString());
        using X509Certificate2 plain = X509Certificate2.CreateFromPem(signed["certificate"]!.ToString());
        using HttpClient http = client.Connect(plain.CopyWithPrivateKey(key));
        Same(200, (await client.PostRaw(http, Policy, PolicyAction, Envelope(PolicyBody(Main)))).Status, "status");
        Same(plain.Thumbprint, (await client.Ask("requests"))[0]!["clientCertificate"]!.ToString(), "recorded");
    }

    private static async Task Recorded(Client client)
    {
        await client.GetPolicy(Main);
        await client.EnrollMain();
        JsonArray requests = (await client.Ask("requests?service=enrollment")).AsArray();
        JsonNode one = requests.Single()!;
        Same("RequestSecurityToken|200|/pki-ws/enrollmentService", $"{one["operation"]}|{one["status"]}|{one["path"]}", "request");
        Check(one["body"]!.ToString().Contains("iwuser0@example.test", StringComparison.Ordinal) && one["tls"]!.ToString() == "Tls13", "body or TLS");
        JsonNode connections = await client.Ask("connections");
        Same("1|1|0|1", $"{connections["accepted"]}|{connections["handshakesDone"]}|{connections["handshakesFailed"]}|{connections["open"]}", "connections");
    }

    private static async Task ManyAtOnce(Client client)
    {
        Answer[] answers = await Task.WhenAll(Enumerable.Range(1, 60).Select(number => client.EnrollMain("u" + number)));
        string[] subjects = [.. answers.Select(answer => Leaf(answer).SubjectName.Name)];
        for (int number = 1; number <= 60; number++)
        {
            Check(subjects[number - 1].Contains($"CN=u{number},", StringComparison.Ordinal) || subjects[number - 1].EndsWith($"CN=u{number}", StringComparison.Ordinal), subjects[number - 1]);
        }
        Same(60, (await client.Ask("certificates")).AsArray().Select(one => one!["serial"]!.ToString()).Distinct().Count(), "serials");
        Check((await client.Ask("connections"))["accepted"]!.GetValue<int>() > 1, "one connection");
    }

    private static async Task Wsdl(Client client)
    {
        HttpResponseMessage answer = await client.Get("policyService?wsdl");
        string text = await answer.Content.ReadAsStringAsync();
        Same(200, (int)answer.StatusCode, "status");
        Same(Wire.Policy.NamespaceName, XElement.Parse(text).Attribute("targetNamespace")!.Value, "namespace");
    }
}
