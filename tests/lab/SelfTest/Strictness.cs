using static CertBroker.Lab.SelfTest.Client;
using static CertBroker.Lab.SelfTest.Suite;

namespace CertBroker.Lab.SelfTest;

/// <summary>What is not exactly right is refused, and leaves nothing behind.</summary>
internal static class Strictness
{
    private static readonly string Good = EnrollBody(Main, Token(Csr(Key)), MainPairs());

    /// <summary>What is sent, and the code of the fault it must meet.</summary>
    private static readonly (string Name, string Service, string? Action, string Body, string Code)[] Refused =
    [
        ("elements out of order", Policy, PolicyAction, Swap(PolicyBody(Main), "<version>2.0</version>", "<clientTransactionID>t-0001</clientTransactionID>"), "TD-SCHEMA"),
        ("version missing", Policy, PolicyAction, PolicyBody(Main).Replace("<version>2.0</version>", ""), "TD-SCHEMA"),
        ("version not of the pattern", Policy, PolicyAction, PolicyBody(Main).Replace("2.0", "two"), "TD-SCHEMA"),
        ("requestFilter missing", Policy, PolicyAction, PolicyBody(null).Replace("<requestFilter i:nil=\"true\"/>", ""), "TD-SCHEMA"),
        ("no oid in the filter", Policy, PolicyAction, PolicyBody(Main).Replace($"<oid>{Main}</oid>", ""), "TD-SCHEMA"),
        ("an unknown element", Policy, PolicyAction, PolicyBody(Main).Replace("</getPolicies>", "<more/></getPolicies>"), "TD-SCHEMA"),
        ("an element of no namespace", Policy, PolicyAction, PolicyBody(Main).Replace("<version>", "<version xmlns=\"\">"), "TD-SCHEMA"),
        ("an unknown attribute", Policy, PolicyAction, PolicyBody(Main).Replace("<version>", "<version a=\"b\">"), "TD-SCHEMA"),
        ("text between elements", Policy, PolicyAction, PolicyBody(Main).Replace("</version>", "</version>x"), "TD-SCHEMA"),
        ("a transaction id of 41 characters", Policy, PolicyAction, PolicyBody(Main).Replace("t-0001", new string('x', 41)), "TD-SCHEMA"),
        ("another body element", Policy, PolicyAction, "<x/>", "TD-SCHEMA"),
        ("two body elements", Policy, PolicyAction, PolicyBody(Main) + PolicyBody(Main), "TD-SCHEMA"),
        ("no SOAPAction", Policy, null, PolicyBody(Main), "TD-SCHEMA"),
        ("a SOAPAction without quotes", Policy, PolicyAction.Trim('"'), PolicyBody(Main), "TD-SCHEMA"),
        ("the SOAPAction of WS-Addressing", Policy, PolicyAction.Replace("requestPolicies", "getPolicies"), PolicyBody(Main), "TD-SCHEMA"),
        ("the SOAPAction of another operation", Management, ManagementAction("updateCertificateStatus"), "<searchCertificateRequest xmlns=\"http://schemas.verisign.com/pkiservices/2009/07/management\"><version>1.0</version></searchCertificateRequest>", "TD-SCHEMA"),
        ("a SOAPAction where none is declared", Users, "\"getUserInformation\"", "<getUserInformationRequest xmlns=\"http://schemas.verisign.com/pkiservices/2011/08/usermanagement\"><seatId>a</seatId><version>1.0</version></getUserInformationRequest>", "TD-SCHEMA"),
        ("WS-Trust without its slash", Enrollment, EnrollAction, Good.Replace("200512/\"", "200512\""), "TD-SCHEMA"),
        ("pairs before the token", Enrollment, EnrollAction, Swap(Good, Token(Csr(Key)), MainPairs()), "TD-SCHEMA"),
        ("no request type", Enrollment, EnrollAction, Good.Replace("<requestType>" + DigiCert.Wire.Issue + "</requestType>", ""), "TD-SCHEMA"),
        ("an unknown request type", Enrollment, EnrollAction, Good.Replace(DigiCert.Wire.Issue, DigiCert.Wire.Issue + "d"), "TD-SCHEMA"),
        ("an unknown token type", Enrollment, EnrollAction, Good.Replace("#PKCS7", "#PKCS6"), "TD-SCHEMA"),
        ("a pair without value", Enrollment, EnrollAction, Good.Replace("<value>iwuser0</value>", ""), "TD-SCHEMA"),
        ("an unknown value type", Enrollment, EnrollAction, Good.Replace("07/PKCS10\"", "07/PKCS11\""), "TD-VALUE-TYPE"),
        ("an unknown encoding", Enrollment, EnrollAction, Good.Replace("ValueType=", "EncodingType=\"#hex\" ValueType="), "TD-ENCODING"),
        ("an unknown profile", Enrollment, EnrollAction, Good.Replace(Main, Main + "1"), "TD-OID-UNKNOWN"),
        ("a token type that the profile does not deliver", Enrollment, EnrollAction, Good.Replace("#PKCS7", "#X509v3"), "TD-TOKEN-TYPE"),
        ("a mandatory pair missing", Enrollment, EnrollAction, Good.Replace(Pairs("otherNameUPN", "iwuser0@example.test"), ""), "TD-PAIR-MISSING"),
        ("a pair that the profile has not", Enrollment, EnrollAction, Good.Replace("<version>", Pairs("jobTitle", "x") + "<version>"), "TD-PAIR-UNKNOWN"),
        ("a pair in other capitals", Enrollment, EnrollAction, Good.Replace("common_name", "Common_Name"), "TD-PAIR-UNKNOWN"),
        ("a pair twice", Enrollment, EnrollAction, Good.Replace("<version>", Pairs("common_name", "x") + "<version>"), "TD-PAIR-TWICE"),
        ("an empty value", Enrollment, EnrollAction, Good.Replace("<value>iwuser0</value>", "<value></value>"), "TD-PAIR-EMPTY"),
        ("no PKCS#10", Enrollment, EnrollAction, Good.Replace(Token(Csr(Key)), ""), "TD-CSR"),
        ("a PKCS#10 that is none", Enrollment, EnrollAction, Good.Replace(Csr(Key), "AAAA"), "TD-CSR"),
        ("a PKCS#10 signed by nobody", Enrollment, EnrollAction, Good.Replace(Csr(Key), BrokenSignature()), "TD-CSR"),
        ("special characters in a first name", Enrollment, EnrollAction, EnrollBody(Arc + "47000009", Token(Csr(Key)), Pairs("seat_id", "s", "mail_firstName", "global_admin", "mail_lastName", "x")), "TD-NAME"),
        ("a profile that is suspended", Enrollment, EnrollAction, EnrollBody(Arc + "47000019", Token(Csr(Key)), Pairs("seat_id", "s", "common_name", "x")), "TD-PROFILE-STATUS"),
        ("a pending reference that nobody gave", Enrollment, EnrollAction, EnrollBody(Main, "", "", requestType: DigiCert.Wire.QueryTokenStatus, reference: "pend-0"), "TD-REFERENCE"),
        ("a comment of 129 characters", Management, ManagementAction("updateCertificateStatus"), Update($"<comment>{new string('x', 129)}</comment><seatId>a</seatId>"), "TD-SCHEMA"),
        ("serial and seat", Management, ManagementAction("updateCertificateStatus"), Update("<certificateSerialNumber>1</certificateSerialNumber><seatId>a</seatId>"), "TD-SCHEMA"),
        ("neither serial nor seat", Management, ManagementAction("updateCertificateStatus"), Update(""), "TD-SCHEMA"),
        ("101 serials at once", Management, ManagementAction("bulkUpdateCertificateStatus"), Update(string.Concat(Enumerable.Repeat("<certificateSerialNumber>1</certificateSerialNumber>", 101))).Replace("updateC", "bulkUpdateC"), "TD-SCHEMA"),
        ("an unknown status to search for", Management, ManagementAction("searchCertificate"), "<searchCertificateRequest xmlns=\"http://schemas.verisign.com/pkiservices/2009/07/management\"><status>valid</status><version>1.0</version></searchCertificateRequest>", "TD-SCHEMA"),
        ("26 users deleted at once", Users, "\"\"", "<bulkDeleteUserRequest xmlns=\"http://schemas.verisign.com/pkiservices/2011/08/usermanagement\">" + string.Concat(Enumerable.Repeat("<seatId>a</seatId>", 26)) + "<version>1.0</version></bulkDeleteUserRequest>", "TD-SCHEMA"),
    ];

    public static readonly (string, Func<Client, Task>)[] All =
    [
        .. Refused.Select(one => ("refused: " + one.Name, (Func<Client, Task>)(client => IsRefused(client, one.Service, one.Action, one.Body, one.Code)))),
        ("refused: another content type, method or path", OtherTransport),
        ("refused: what is no envelope", NoEnvelope),
        ("refused: unknown scenarios", UnknownScenario),
        ("the good request is good", async client => Leaf(await client.Enroll(Good))),
    ];

    private static async Task IsRefused(Client client, string service, string? action, string body, string code)
    {
        Answer answer = await client.Post(service, action, body);
        Same(500, answer.Status, "status");
        Check(answer.Fault?.EndsWith(code, StringComparison.Ordinal) == true, $"expected {code}, saw {answer.Fault ?? answer.Text}");
        Same(0, await client.Issued(), "issued");
    }

    private static async Task OtherTransport(Client client)
    {
        Same(415, (await client.Post(Policy, PolicyAction, PolicyBody(Main), "application/soap+xml; charset=utf-8")).Status, "SOAP 1.2");
        Same(415, (await client.Post(Policy, PolicyAction, PolicyBody(Main), "text/xml; charset=utf-16")).Status, "UTF-16");
        Same(405, (int)(await client.Get("policyService")).StatusCode, "GET");
        Same(404, (await client.Post("policyservice", PolicyAction, PolicyBody(Main))).Status, "another path");
    }

    private static async Task NoEnvelope(Client client)
    {
        using HttpClient http = client.Connect(client.Lab.Credentials.Ra.WithKey());
        string good = Envelope(PolicyBody(Main));
        foreach (string text in new[]
        {
            "", "<x", good.Replace("soap/envelope/", "soap/envelope"), good.Replace("<s:Body>", "<s:Header><a/></s:Header><s:Body>"),
            "<!DOCTYPE a [<!ENTITY b \"c\">]>" + good[good.IndexOf("<s:", StringComparison.Ordinal)..],
        })
        {
            Answer answer = await client.PostRaw(http, Policy, PolicyAction, text);
            Check(answer.Status == 500 && answer.Fault?.EndsWith("TD-SCHEMA", StringComparison.Ordinal) == true, $"{text}: {answer.Text}");
        }
    }

    private static async Task UnknownScenario(Client client)
    {
        try
        {
            await client.Next("policy", "no-such-thing");
        }
        catch (Failed refused)
        {
            Check(refused.Message.Contains("there is no scenario 'no-such-thing'", StringComparison.Ordinal), refused.Message);
            return;
        }
        throw new Failed("it was taken");
    }

    private static string Swap(string text, string first, string second)
    {
        Check(text.Contains(first + second, StringComparison.Ordinal), "nothing to swap");
        return text.Replace(first + second, second + first);
    }

    private static string BrokenSignature()
    {
        byte[] der = Convert.FromBase64String(Csr(Key));
        der[^1] ^= 1;
        return Convert.ToBase64String(der);
    }

    private static string Update(string what) =>
        $"<updateCertificateStatusRequest xmlns=\"http://schemas.verisign.com/pkiservices/2009/07/management\"><version>1.0</version>{what}<operationType>Revoke</operationType></updateCertificateStatusRequest>";
}
