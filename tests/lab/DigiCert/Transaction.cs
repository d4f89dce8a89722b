using System.Xml.Linq;
using CertBroker.Lab.Common;

namespace CertBroker.Lab.DigiCert;

/// <summary>The echo of the client's transaction id.</summary>
internal static class Transaction
{
    public static XElement? Echo(XElement request, XNamespace of, Scenario scenario)
    {
        string? id = request.Element(of + "clientTransactionID")?.Value;
        if (id is null || scenario.Is("no-transaction-id"))
        {
            return null;
        }
        return new XElement(of + "clientTransactionID", scenario.Is("other-transaction-id") ? "somebody-elses" : id);
    }
}
