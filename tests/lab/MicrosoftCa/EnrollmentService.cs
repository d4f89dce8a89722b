using System.Globalization;
using System.Xml.Linq;
using CertBroker.Lab.Common;

namespace CertBroker.Lab.MicrosoftCa;

/// <summary>CES: RequestSecurityToken of MS-WSTEP.</summary>
internal sealed class EnrollmentService(CertificationAuthority authority)
{
    private static readonly XNamespace T = Wire.Trust, E = Wire.Enrollment, S = Wire.Security;

    private static readonly Child requestToken = Shape.One("RequestSecurityToken", content:
    [
        Shape.One("TokenType", Shape.OneOf(Wire.X509v3)),
        Shape.One("RequestType", Shape.OneOf(Wire.Issue, Wire.Ket, Wire.QueryTokenStatus)),
        Shape.Maybe("BinarySecurityToken") with { In = Wire.Security, Attributes = ["ValueType", "EncodingType", "Id"] },
        Shape.Maybe("AdditionalContext", content: [Shape.Many("ContextItem", 1, Child.Any, content: [Shape.Maybe("Value")]) with { Attributes = ["Name"] }]) with { In = Wire.Authorization },
        Shape.Maybe("RequestKET", content: []),
        Shape.Maybe("RequestID") with { In = Wire.Enrollment, Nillable = true },
    ]) with { Attributes = ["PreferredLanguage"] };

    /// <summary>Of the CA's own texts: en, de, fr, ja.</summary>
    public string Language { get; set; } = "en";

    public static string Operation(XElement body) => body.Element(T + "RequestType")?.Value.Split('/')[^1] is "Issue" or "KET" or "QueryTokenStatus" ? body.Element(T + "RequestType")!.Value.Split('/')[^1] : body.Name.LocalName;

    public XElement RequestToken(Message message, Account? caller, string address, Scenario scenario)
    {
        XElement request = message.Body;
        Shape.Check(request, requestToken);
        string type = request.Element(T + "RequestType")!.Value;
        if (message.Action != (type == Wire.Ket ? Wire.KeyExchange : Wire.RequestToken))
        {
            throw SoapFault.Sender($"The action {message.Action} and the request type {type} do not agree.");
        }
        if ((type == Wire.Ket) != request.Element(T + "RequestKET") is not null)
        {
            throw SoapFault.Of(new Refused(Code.InvalidArgument, "RequestKET belongs to a key exchange request.", denied: false));
        }
        try
        {
            return type switch
            {
                Wire.Issue => Issue(request, caller, address, scenario),
                Wire.QueryTokenStatus => Query(request, caller, address, scenario),
                // What a client would want it for, archival of its key, this CA's double does not do.
                _ => throw new Refused(Code.InvalidArgument, "This service hands out no CA exchange certificate.", denied: false),
            };
        }
        catch (Refused refused)
        {
            throw SoapFault.Of(refused);
        }
    }

    private XElement Issue(XElement request, Account? caller, string address, Scenario scenario)
    {
        XElement token = request.Element(S + "BinarySecurityToken") ?? throw new Refused(Code.InvalidArgument, "There is no BinarySecurityToken.", denied: false);
        string? type = token.Attribute("ValueType")?.Value;
        if ((type != Wire.Pkcs10 && type != Wire.Pkcs7) || token.Attribute("EncodingType")?.Value != Wire.Base64Encoding)
        {
            throw new Refused(Code.InvalidArgument, $"ValueType '{type}' or EncodingType is not known.", denied: false);
        }
        byte[] der = Decode(token.Value);
        Submission seen = Submission.Read(der);
        if (type == Wire.Pkcs10 && seen.Kind != "pkcs10")
        {
            throw new Refused(Code.InvalidArgument, $"ValueType says PKCS#10, and it is {seen.Kind}.", denied: false);
        }
        if (caller is null)
        {
            caller = seen.Renews is not null ? Account.OfCertificate(seen.Renews) : throw new Refused(Code.AccessDenied, "Without authentication there are renewals only.", denied: false);
        }
        LedgerEntry entry = authority.Submit(der, caller, Context(request), scenario);
        return Answer(entry, address, scenario);
    }

    private XElement Query(XElement request, Account? caller, string address, Scenario scenario)
    {
        if (request.Element(S + "BinarySecurityToken") is not null)
        {
            throw new Refused(Code.InvalidArgument, "QueryTokenStatus has no token.", denied: false);
        }
        string id = request.Element(E + "RequestID")?.Value is { Length: > 0 } given ? given : throw new Refused(Code.InvalidArgument, "QueryTokenStatus needs a RequestID.", denied: false);
        return Answer(authority.Ask(id, caller ?? throw new Refused(Code.AccessDenied, denied: false), scenario), address, scenario);
    }

    private static byte[] Decode(string text)
    {
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException)
        {
            throw new Refused(Code.InvalidData, "The token is no base64.", denied: false);
        }
    }

    private static IEnumerable<(string, string)> Context(XElement request) =>
        request.Element(Wire.Authorization + "AdditionalContext")?.Elements().Select(one => (one.Attribute("Name")?.Value ?? "", one.Element(Wire.Authorization + "Value")?.Value ?? "")) ?? [];

    private XElement Answer(LedgerEntry entry, string address, Scenario scenario)
    {
        string text = Words.Disposition(entry.Disposition, Language);
        if (entry.Disposition == Disposition.Denied)
        {
            throw new SoapFault(entry.Reason!)
            {
                Action = Wire.EnrollmentFault, ErrorCode = entry.Code, InvalidRequest = true, RequestId = entry.Id,
                Binary = FullResponse.Write(authority.Ca, entry, entry.Reason!, scenario),
            };
        }
        int id = scenario.Is("wrong-request-id") ? entry.Id + 1000 : entry.Id;
        byte[] message = scenario.Is("garbage-token") ? "This is not what you expect."u8.ToArray() : FullResponse.Write(authority.Ca, entry, text, scenario);
        byte[]? certificate = entry.Certificate is null ? null : scenario.Is("garbage-token") ? message : entry.Certificate;
        return new XElement(T + "RequestSecurityTokenResponseCollection", new XAttribute("xmlns", T),
            new XElement(T + "RequestSecurityTokenResponse",
                new XElement(T + "TokenType", Wire.X509v3),
                new XElement(E + "DispositionMessage", new XAttribute("xmlns", E), new XAttribute(XNamespace.Xml + "lang", Words.Tag(Language)), text),
                scenario.Is("no-cmc") ? null : Token(Wire.Pkcs7, message, scenario),
                scenario.Is("no-token") ? null : new XElement(T + "RequestedSecurityToken", certificate is not null
                    ? Token(Wire.X509v3, certificate, scenario)
                    : new XElement(S + "SecurityTokenReference", new XAttribute("xmlns", S), new XElement(S + "Reference", new XAttribute("URI", address)))),
                new XElement(E + "RequestID", new XAttribute("xmlns", E), id.ToString(CultureInfo.InvariantCulture))));
    }

    /// <summary>Windows breaks base64 into lines of CR LF, whose CR the writer escapes.</summary>
    private static XElement Token(string type, byte[] content, Scenario scenario) =>
        new(S + "BinarySecurityToken", new XAttribute("xmlns", S), new XAttribute("ValueType", type), new XAttribute("EncodingType", Wire.Base64Encoding),
            Convert.ToBase64String(content, scenario.Is("one-line") ? Base64FormattingOptions.None : Base64FormattingOptions.InsertLineBreaks));
}
