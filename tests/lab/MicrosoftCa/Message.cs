using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using CertBroker.Lab.Common;
using CommonFault = CertBroker.Lab.Common.Fault;

namespace CertBroker.Lab.MicrosoftCa;

/// <summary>A SOAP fault of these services, before it is written.</summary>
internal sealed class SoapFault(string reason) : Exception(reason)
{
    /// <summary>Receiver or Sender, as a QName of SOAP's namespace.</summary>
    public string Value { get; init; } = "Receiver";

    public (XNamespace Of, string Name)? Subcode { get; init; }
    public string Action { get; init; } = Wire.DispatcherFault;

    /// <summary>CertificateEnrollmentWSDetail's content.</summary>
    public int? ErrorCode { get; init; }

    public bool? InvalidRequest { get; init; }
    public int? RequestId { get; init; }
    public byte[]? Binary { get; init; }

    private static readonly XNamespace dispatcher = "http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher";

    /// <summary>What WCF says of everything that it does not want to tell.</summary>
    public static SoapFault Internal => new("The server was unable to process the request due to an internal error.  For more information about the error, either turn on IncludeExceptionDetailInFaults (either from ServiceBehaviorAttribute or from the <serviceDebug> configuration behavior) on the server in order to send the exception information back to the client, or turn on tracing as per the Microsoft .NET Framework SDK documentation and inspect the server trace logs.")
    {
        Subcode = (dispatcher, "InternalServiceFault"),
    };

    public static SoapFault Sender(string reason) => new(reason) { Value = "Sender" };

    public static SoapFault InvalidSecurity => new("An error occurred when verifying security for the message.") { Value = "Sender", Subcode = (Wire.Security, "InvalidSecurity"), Action = Wire.AddressingFault };
    public static SoapFault FailedAuthentication => new("At least one security token in the message could not be validated.") { Value = "Sender", Subcode = (Wire.Security, "FailedAuthentication"), Action = Wire.AddressingFault };

    public static SoapFault Of(Refused refused, int? requestId = null) =>
        new(refused.Message) { Action = Wire.EnrollmentFault, ErrorCode = refused.Number, InvalidRequest = refused.Denied, RequestId = requestId };
}

/// <summary>A request's envelope, read strictly: SOAP 1.2 with WS-Addressing, and WS-Security where the endpoint wants it.</summary>
internal sealed partial record Message(string Action, string Id, XElement? Security, XElement Body)
{
    private static readonly TimeSpan skew = TimeSpan.FromMinutes(5);

    public static Message Read(string text, string url)
    {
        XElement root = Parse(text);
        if (root.Name != Wire.Soap + "Envelope")
        {
            throw SoapFault.Sender($"The root element is {root.Name}, not SOAP 1.2's Envelope.");
        }
        XElement[] parts = [.. root.Elements()];
        if (parts.Length != 2 || parts[0].Name != Wire.Soap + "Header" || parts[1].Name != Wire.Soap + "Body")
        {
            throw SoapFault.Sender("The envelope is not a Header and a Body.");
        }
        string? action = null, id = null;
        XElement? security = null;
        foreach (XElement header in parts[0].Elements())
        {
            if (parts[0].Elements(header.Name).Count() > 1)
            {
                throw SoapFault.Sender($"The header {header.Name} stands there twice.");
            }
            if (header.Name == Wire.Addressing + "Action")
            {
                action = MustUnderstand(header).Value;
            }
            else if (header.Name == Wire.Addressing + "MessageID")
            {
                id = header.Value;
            }
            else if (header.Name == Wire.Addressing + "To")
            {
                CheckTo(MustUnderstand(header).Value, url);
            }
            else if (header.Name == Wire.Addressing + "ReplyTo")
            {
                CheckReplyTo(header);
            }
            else if (header.Name == Wire.Security + "Security")
            {
                security = MustUnderstand(header);
            }
            else
            {
                throw SoapFault.Sender($"The header {header.Name} is not understood.");
            }
        }
        if (action is null || id is null || !Uuid().IsMatch(id))
        {
            throw SoapFault.Sender("Action or MessageID is missing, or MessageID is no urn:uuid.");
        }
        XElement[] body = [.. parts[1].Elements()];
        return new Message(action, id, security, body.Length == 1 ? body[0] : throw SoapFault.Sender("The Body has not one element."));
    }

    /// <summary>Of a user name token; throws what WCF throws.</summary>
    public Account LogOn(Accounts accounts)
    {
        try
        {
            if (Security is null)
            {
                throw SoapFault.InvalidSecurity;
            }
            Shape.Check(Security, securityHeader);
        }
        catch (CommonFault error)
        {
            throw new SoapFault("An error occurred when verifying security for the message. " + error.Message) { Value = "Sender", Subcode = (Wire.Security, "InvalidSecurity"), Action = Wire.AddressingFault };
        }
        XElement stamp = Security.Element(Wire.Utility + "Timestamp")!, token = Security.Element(Wire.Security + "UsernameToken")!;
        DateTimeOffset now = DateTimeOffset.UtcNow;
        if (Time(stamp, "Created") > now + skew || Time(stamp, "Expires") < now - skew || Time(stamp, "Expires") < Time(stamp, "Created"))
        {
            throw SoapFault.InvalidSecurity;
        }
        return accounts.LogOn(token.Element(Wire.Security + "Username")!.Value, token.Element(Wire.Security + "Password")!.Value) ?? throw SoapFault.FailedAuthentication;
    }

    private static readonly Child securityHeader = Shape.One("Security", content:
    [
        Shape.One("Timestamp", content: [Shape.One("Created", UtcTime), Shape.One("Expires", UtcTime)]) with { In = Wire.Utility, Attributes = ["Id"] },
        Shape.One("UsernameToken", content:
        [
            Shape.One("Username", Shape.NotEmpty),
            Shape.One("Password") with { Attributes = ["Type"] },
            Shape.Maybe("Nonce", Shape.Base64) with { Attributes = ["EncodingType"] },
            Shape.Maybe("Created", UtcTime) with { In = Wire.Utility },
        ]) with { Attributes = ["Id"] },
    ]) with { Attributes = ["mustUnderstand"] };

    private static string? UtcTime(string text) => text.EndsWith('Z') && System.DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out _) ? null : $"'{text}' is no time in UTC";

    private static DateTimeOffset Time(XElement stamp, string name) => DateTimeOffset.Parse(stamp.Element(Wire.Utility + name)!.Value, System.Globalization.CultureInfo.InvariantCulture);

    private static XElement Parse(string text)
    {
        try
        {
            var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, MaxCharactersInDocument = 4 << 20, IgnoreComments = true };
            using var reader = XmlReader.Create(new StringReader(text), settings);
            return XElement.Load(reader);
        }
        catch (XmlException error)
        {
            throw SoapFault.Sender($"The request is not well-formed XML: {error.Message}");
        }
    }

    private static XElement MustUnderstand(XElement header) =>
        header.Attribute(Wire.Soap + "mustUnderstand")?.Value is "1" or "true" ? header : throw SoapFault.Sender($"{header.Name.LocalName} is not marked mustUnderstand.");

    /// <summary>The services are one, whatever name they are called by; the path says which.</summary>
    private static void CheckTo(string to, string url)
    {
        if (!Uri.TryCreate(to, UriKind.Absolute, out Uri? address) || address.Scheme != Uri.UriSchemeHttps || !address.AbsolutePath.Equals(new Uri(url).AbsolutePath, StringComparison.OrdinalIgnoreCase))
        {
            throw new SoapFault($"The message with To '{to}' cannot be processed at the receiver, due to an AddressFilter mismatch at the EndpointDispatcher.")
            {
                Value = "Sender", Subcode = (Wire.Addressing, "DestinationUnreachable"), Action = Wire.AddressingFault,
            };
        }
    }

    private static void CheckReplyTo(XElement header)
    {
        XElement[] content = [.. header.Elements()];
        if (content.Length != 1 || content[0].Name != Wire.Addressing + "Address" || content[0].Value != Wire.Addressing.NamespaceName + "/anonymous")
        {
            throw SoapFault.Sender("ReplyTo is not the anonymous address.");
        }
    }

    [GeneratedRegex("^urn:uuid:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}\\z")]
    private static partial Regex Uuid();
}

/// <summary>Writes answers and faults, in the manner the scenario asks for.</summary>
internal static class Reply
{
    public static string Write(string action, Message request, XElement body, Scenario scenario)
    {
        if (scenario.Is("unknown-elements"))
        {
            foreach (XElement element in body.DescendantsAndSelf().Where(one => one.HasElements).ToArray())
            {
                element.Add(new XElement(XName.Get("later", "urn:test-double:later"), "something that was added later"));
            }
        }
        if (scenario.Is("comments"))
        {
            foreach (XElement element in body.DescendantsAndSelf().Where(one => one.HasElements).ToArray())
            {
                element.AddFirst(new XComment(" between "));
            }
        }
        return Envelope(action, request.Id, body, scenario);
    }

    public static string WriteFault(SoapFault fault, string? requestId, Scenario scenario)
    {
        string shape = scenario.Text("shape", "as-is");
        if (shape == "internal")
        {
            fault = SoapFault.Internal;
        }
        if (shape == "soap11")
        {
            XNamespace old = "http://schemas.xmlsoap.org/soap/envelope/";
            return Text(new XElement(old + "Envelope", new XElement(old + "Body", new XElement(old + "Fault", new XElement("faultcode", "Server"), new XElement("faultstring", fault.Message)))));
        }
        if (shape == "empty")
        {
            return Envelope(fault.Action, requestId, new XElement(Wire.Soap + "Fault"), scenario);
        }
        var code = new XElement(Wire.Soap + "Code", new XElement(Wire.Soap + "Value", "s:" + fault.Value));
        if (fault.Subcode is (XNamespace of, string name) && shape != "no-subcode")
        {
            code.Add(new XElement(Wire.Soap + "Subcode", new XElement(Wire.Soap + "Value", new XAttribute(XNamespace.Xmlns + "c", of), "c:" + name)));
        }
        var element = new XElement(Wire.Soap + "Fault", code,
            shape == "no-reason" ? null : new XElement(Wire.Soap + "Reason", new XElement(Wire.Soap + "Text", new XAttribute(XNamespace.Xml + "lang", "en-US"), fault.Message)),
            shape is "no-detail" ? null : shape is "other-detail" ? new XElement(Wire.Soap + "Detail", new XElement(XName.Get("ExceptionDetail", "urn:test-double:detail"), "at Some.Where()")) : Detail(fault, shape));
        return Envelope(fault.Action, requestId, element, scenario);
    }

    private static XElement? Detail(SoapFault fault, string shape)
    {
        XNamespace e = Wire.Enrollment;
        if (fault.ErrorCode is null && fault.InvalidRequest is null && fault.RequestId is null)
        {
            return null;
        }
        return new XElement(Wire.Soap + "Detail",
            new XElement(e + "CertificateEnrollmentWSDetail", new XAttribute("xmlns", e),
                fault.Binary is null ? new XElement(e + "BinaryResponse", Wire.Nil) : new XElement(e + "BinaryResponse", Convert.ToBase64String(fault.Binary)),
                shape == "no-code" ? null : fault.ErrorCode is int code && shape != "nil-code" ? new XElement(e + "ErrorCode", code) : new XElement(e + "ErrorCode", Wire.Nil),
                fault.InvalidRequest is bool invalid ? new XElement(e + "InvalidRequest", invalid) : null,
                fault.RequestId is int id ? new XElement(e + "RequestID", id) : new XElement(e + "RequestID", Wire.Nil)));
    }

    private static string Envelope(string action, string? relatesTo, XElement body, Scenario scenario)
    {
        var header = new XElement(Wire.Soap + "Header", new XElement(Wire.Addressing + "Action", new XAttribute(Wire.Soap + "mustUnderstand", "1"), action),
            new XElement(Wire.Diagnostics + "ActivityId", new XAttribute("CorrelationId", Guid.NewGuid()), new XAttribute("xmlns", Wire.Diagnostics), Guid.NewGuid()));
        if (relatesTo is not null && !scenario.Is("no-relates-to"))
        {
            header.Add(new XElement(Wire.Addressing + "RelatesTo", scenario.Is("wrong-relates-to") ? $"urn:uuid:{Guid.NewGuid()}" : relatesTo));
        }
        var envelope = new XElement(Wire.Soap + "Envelope", header, new XElement(Wire.Soap + "Body", body));
        if (!scenario.Is("default-namespaces"))
        {
            string s = scenario.Is("other-prefixes") ? "env" : "s", a = scenario.Is("other-prefixes") ? "wsa" : "a";
            envelope.Add(new XAttribute(XNamespace.Xmlns + s, Wire.Soap), new XAttribute(XNamespace.Xmlns + a, Wire.Addressing));
            if (s != "s")
            {
                foreach (XElement value in body.DescendantsAndSelf(Wire.Soap + "Value").Where(one => one.Value.StartsWith("s:", StringComparison.Ordinal)))
                {
                    value.Value = s + value.Value[1..];
                }
            }
        }
        else
        {
            // A QName in text needs its prefix all the same.
            body.Add(new XAttribute(XNamespace.Xmlns + "s", Wire.Soap));
        }
        return Text(envelope);
    }

    private static string Text(XElement envelope)
    {
        var text = new StringBuilder(8192);
        using (var writer = XmlWriter.Create(text, new XmlWriterSettings { OmitXmlDeclaration = true, NewLineHandling = NewLineHandling.Entitize }))
        {
            envelope.WriteTo(writer);
        }
        return text.ToString();
    }
}
