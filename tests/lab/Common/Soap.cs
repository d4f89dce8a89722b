using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace CertBroker.Lab.Common;

/// <summary>SOAP 1.1 envelopes: reads requests strictly, writes answers and faults in the manner the scenario asks for.</summary>
internal static class Soap
{
    public static readonly XNamespace Envelope = "http://schemas.xmlsoap.org/soap/envelope/";
    private static readonly XNamespace Instance = "http://www.w3.org/2001/XMLSchema-instance";
    private static readonly XNamespace FaultDetail = "urn:test-double:fault";

    /// <summary>The one element of the body.</summary>
    public static XElement ReadBody(string text)
    {
        XElement root;
        try
        {
            var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, MaxCharactersInDocument = 4 << 20, IgnoreComments = true };
            using var reader = XmlReader.Create(new StringReader(text), settings);
            root = XElement.Load(reader);
        }
        catch (XmlException error)
        {
            throw Fault.Schema($"The request is not well-formed XML: {error.Message}");
        }
        if (root.Name != Envelope + "Envelope")
        {
            throw Fault.Schema("The request is no SOAP 1.1 envelope.");
        }
        XElement[] children = [.. root.Elements()];
        if (children.Length == 2 && children[0].Name == Envelope + "Header")
        {
            // Clients authenticate by their certificate alone.
            if (children[0].HasElements)
            {
                throw Fault.Schema($"The header '{children[0].Elements().First().Name}' is not understood.");
            }
            children = children[1..];
        }
        if (children.Length != 1 || children[0].Name != Envelope + "Body")
        {
            throw Fault.Schema("The envelope has not one Body.");
        }
        XElement[] body = [.. children[0].Elements()];
        return body.Length == 1 ? body[0] : throw Fault.Schema("The Body has not one element.");
    }

    public static string Write(XElement answer, Scenario scenario, params (string Prefix, XNamespace Of)[] prefixes)
    {
        var envelope = new XElement(Envelope + "Envelope", new XElement(Envelope + "Body", answer));
        if (scenario.Is("other-prefixes"))
        {
            int number = 1;
            envelope.Add(new XAttribute(XNamespace.Xmlns + "SOAP-ENV", Envelope), new XAttribute(XNamespace.Xmlns + "i", Instance));
            foreach ((_, XNamespace of) in prefixes)
            {
                envelope.Add(new XAttribute(XNamespace.Xmlns + $"ns{++number}", of));
            }
        }
        else if (!scenario.Is("default-namespaces"))
        {
            envelope.Add(new XAttribute(XNamespace.Xmlns + "S", Envelope));
            answer.Add(new XAttribute(XNamespace.Xmlns + "xsi", Instance));
            foreach ((string prefix, XNamespace of) in prefixes)
            {
                answer.Add(new XAttribute(XNamespace.Xmlns + prefix, of));
            }
        }
        if (scenario.Is("comments"))
        {
            foreach (XElement element in envelope.Descendants().Where(one => one.HasElements).ToArray())
            {
                element.AddFirst(new XComment(" between "));
            }
        }
        if (scenario.Is("processing-instructions"))
        {
            answer.AddFirst(new XProcessingInstruction("lab", "between"));
        }
        return Text(envelope);
    }

    public static string WriteFault(Fault fault, Scenario scenario)
    {
        string shape = scenario.Text("shape", "full");
        string code = scenario.Text("code", fault.Code), message = scenario.Text("message", fault.Message);
        string faultcode = scenario.Text("faultcode", fault.CallersFault ? "S:Client" : "S:Server");
        var element = new XElement(Envelope + "Fault", new XElement("faultcode", faultcode),
            new XElement("faultstring", shape == "message-only" ? "" : message));
        XNamespace of = shape == "no-namespace" ? XNamespace.None : FaultDetail;
        var errorCode = new XElement(of + (shape == "capital" ? "errorCode" : "errorcode"), code);
        var text = new XElement(of + (shape == "capital" ? "Message" : "message"), message);
        switch (shape)
        {
            case "no-detail":
                break;
            case "string-only": // neither code nor detail
                element.Element("faultcode")!.Remove();
                break;
            case "prefixed": // one element of the service's own around them
                element.Add(new XElement("detail", new XElement(FaultDetail + "serviceFault", new XAttribute(XNamespace.Xmlns + "d", FaultDetail), errorCode, text)));
                break;
            case "full":
                errorCode.Add(new XAttribute(XNamespace.Xmlns + "d", FaultDetail));
                text.Add(new XAttribute(XNamespace.Xmlns + "d", FaultDetail));
                element.Add(new XElement("detail", errorCode, text));
                break;
            default:
                element.Add(new XElement("detail", errorCode, text));
                break;
        }
        var envelope = new XElement(Envelope + "Envelope", new XAttribute(XNamespace.Xmlns + "S", Envelope), new XElement(Envelope + "Body", element));
        return Text(envelope);
    }

    private static string Text(XElement envelope)
    {
        var text = new StringBuilder("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n", 8192);
        using (var writer = XmlWriter.Create(text, new XmlWriterSettings { OmitXmlDeclaration = true, CheckCharacters = true }))
        {
            envelope.WriteTo(writer);
        }
        return text.ToString();
    }
}
