using System.Globalization;
using System.Xml.Linq;
using CertBroker.Lab.Common;

namespace CertBroker.Lab.DigiCert;

/// <summary>Which revision of the management schema a request must keep.</summary>
internal enum ManagementSchema
{
    /// <summary>Valid under both: what clients that cannot know the server's must send.</summary>
    Both,
    Older,
    Newer,
}

/// <summary>Revokes, suspends, resumes, searches, and recovers escrowed keys.</summary>
internal sealed class ManagementService(Account account, Ledger ledger)
{
    private const int PageSize = 50;
    private static readonly XNamespace M = Wire.Management;

    public ManagementSchema Schema { get; set; } = ManagementSchema.Both;

    public XElement UpdateStatus(XElement request, Scenario scenario)
    {
        Check(request, Schemas.UpdateStatusOlder, Schemas.UpdateStatusNewer);
        string? serial = Text(request, "certificateSerialNumber"), seat = Text(request, "seatId");
        if ((serial is null) == (seat is null))
        {
            throw Fault.Schema("One of certificateSerialNumber and seatId is required.");
        }
        lock (ledger.Gate)
        {
            IssuedCertificate[] meant = serial is not null ? [BySerial(serial)] : [.. ledger.All.Where(one => one.Seat == seat && one.Status is "VALID" or "SUSPENDED")];
            if (serial is not null && Text(request, "certificateIssuer") is string issuer && issuer != meant[0].Ca.IssuerName)
            {
                throw new Fault("TD-ISSUER", "The certificate is of another issuer.");
            }
            return Updated(request, "updateCertificateStatusResponse", meant, scenario);
        }
    }

    public XElement BulkUpdateStatus(XElement request, Scenario scenario)
    {
        Check(request, Schemas.BulkUpdateOlder, Schemas.BulkUpdateNewer);
        string[] serials = Texts(request, "certificateSerialNumber"), seats = Texts(request, "seatId"), profiles = Texts(request, "profileOID");
        lock (ledger.Gate)
        {
            IssuedCertificate[] meant =
            [
                .. serials.Select(BySerial),
                .. ledger.All.Where(one => one.Status is "VALID" or "SUSPENDED" && (seats.Contains(one.Seat) || profiles.Contains(one.Profile.Oid))),
            ];
            return Updated(request, "bulkUpdateCertificateStatusResponse", meant, scenario);
        }
    }

    public XElement Search(XElement request, Scenario scenario)
    {
        Shape.Check(request, Schemas.Search);
        lock (ledger.Gate)
        {
            IssuedCertificate[] found = [.. ledger.All.Where(Filter(request))];
            int start = int.Parse(Text(request, "startIndex") ?? "0", CultureInfo.InvariantCulture);
            IssuedCertificate[] page = scenario.Is("search-endless") ? [] : [.. found.Skip(start).Take(PageSize)];
            bool more = scenario.Is("search-endless") || start + page.Length < found.Length;
            return new XElement(M + "searchCertificateResponse",
                Transaction.Echo(request, M, scenario),
                new XElement(M + "serverTransactionID", ledger.NextTransaction()),
                new XElement(M + "certificateCount", found.Length),
                page.Length == 0 ? null : new XElement(M + "certificateList", page.Select(one => Information(one, scenario))),
                scenario.Is("search-without-more") ? null : new XElement(M + "moreCertificateAvailable", more),
                new XElement(M + "version", "1.0"));
        }
    }

    public XElement KeyRecovery(XElement request, Scenario scenario)
    {
        Shape.Check(request, Schemas.KeyRecovery);
        lock (ledger.Gate)
        {
            IssuedCertificate certificate = BySerial(Text(request, "certificateSerialNumber")!);
            if (certificate.Pkcs12 is null)
            {
                throw new Fault("TD-NOT-ESCROWED", "The key of this certificate is not escrowed.");
            }
            return new XElement(M + "requestKeyRecoveryResponseMessage",
                Transaction.Echo(request, M, scenario),
                new XElement(M + "serverTransactionID", ledger.NextTransaction()),
                new XElement(M + "pKCS12Password", certificate.Pkcs12Password),
                new XElement(M + "pKCS12Message", Convert.ToBase64String(certificate.Pkcs12)),
                new XElement(M + "version", "1.0"));
        }
    }

    private void Check(XElement request, Child older, Child newer)
    {
        if (Schema is not ManagementSchema.Newer)
        {
            Shape.Check(request, older);
        }
        if (Schema is not ManagementSchema.Older)
        {
            Shape.Check(request, newer);
        }
    }

    private IssuedCertificate BySerial(string serial) =>
        (serial.StartsWith('0') ? null : ledger.Find(serial)) ?? throw new Fault("TD-SERIAL", $"There is no certificate with the serial number {serial}.");

    private XElement Updated(XElement request, string name, IssuedCertificate[] meant, Scenario scenario)
    {
        string operation = Text(request, "operationType")!;
        int code = 0, done = 0;
        string message = "Certificate status updated";
        if (scenario.Is("success-code"))
        {
            (code, message) = (scenario.Number("code", 1), scenario.Text("message", "The status could not be changed"));
        }
        else
        {
            foreach (IssuedCertificate certificate in meant)
            {
                if (Change(certificate, operation, Text(request, "revocationReason"), Text(request, "comment")) is string refused)
                {
                    (code, message) = (3, refused);
                }
                else
                {
                    done++;
                }
            }
        }
        return new XElement(M + name,
            Transaction.Echo(request, M, scenario),
            new XElement(M + "serverTransactionID", ledger.NextTransaction()),
            new XElement(M + "version", "1.0"),
            new XElement(M + "successCode", code),
            new XElement(M + "successMsg", message),
            new XElement(M + "revocationCount", done));
    }

    /// <summary>Null when it is done, else why not.</summary>
    private static string? Change(IssuedCertificate certificate, string operation, string? reason, string? comment)
    {
        string[] from = operation switch { "Resume" => ["SUSPENDED"], "Suspend" => ["VALID"], _ => ["VALID", "SUSPENDED"] };
        if (!from.Contains(certificate.State))
        {
            return $"The certificate is {certificate.State} and cannot be changed by {operation}";
        }
        certificate.State = operation switch { "Resume" => "VALID", "Suspend" => "SUSPENDED", _ => "REVOKED" };
        certificate.RevokedAt = operation == "Resume" ? null : DateTimeOffset.UtcNow;
        certificate.Reason = operation switch { "Resume" => null, "Suspend" => reason ?? "CertificateHold", _ => reason ?? "Unspecified" };
        certificate.Comment = comment;
        return null;
    }

    private static Func<IssuedCertificate, bool> Filter(XElement request)
    {
        string? seat = Text(request, "seatId"), profile = Text(request, "profileOID"), name = Text(request, "commonName"), status = Text(request, "status");
        string? email = Text(request, "emailAddress"), serial = Text(request, "serialNumber"), ca = Text(request, "issuingCA");
        long from = long.Parse(Text(request, "validFrom") ?? "0", CultureInfo.InvariantCulture);
        long to = long.Parse(Text(request, "validTo") ?? long.MaxValue.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return one => (seat is null || string.Equals(one.Seat, seat, StringComparison.OrdinalIgnoreCase))
            && (profile is null || one.Profile.Oid == profile)
            && (name is null || string.Equals(one.CommonName, name, StringComparison.OrdinalIgnoreCase))
            && (status is null || one.Status == status)
            && (email is null || string.Equals(one.Email, email, StringComparison.OrdinalIgnoreCase))
            && (serial is null || one.Serial == serial.ToLowerInvariant())
            && (ca is null || Convert.ToBase64String(one.Ca.Der) == ca)
            && one.From.ToUnixTimeSeconds() >= from && one.To.ToUnixTimeSeconds() <= to;
    }

    private XElement Information(IssuedCertificate one, Scenario scenario)
    {
        byte[] content = scenario.Is("search-pkcs7") ? CertificateText.Pkcs7(one.Der, one.Ca.Der) : one.Der;
        bool newer = Schema != ManagementSchema.Older;
        return new XElement(M + "certificateInformation",
            new XElement(M + "certificate", Convert.ToBase64String(content, scenario.Is("line-breaks") ? Base64FormattingOptions.InsertLineBreaks : Base64FormattingOptions.None)),
            new XElement(M + "seatId", one.Seat),
            new XElement(M + "commonName", one.CommonName),
            new XElement(M + "accountId", account.Id),
            new XElement(M + "profileOID", one.Profile.Oid),
            Nillable("emailAddress", one.Email),
            new XElement(M + "status", one.Status),
            one.RevokedAt is DateTimeOffset when ? new XElement(M + "revokeAt", when.ToUnixTimeSeconds()) : null,
            one.Reason is string reason && (newer || reason != "CertificateHold") ? new XElement(M + "revokeReason", reason) : null,
            new XElement(M + "validFrom", one.From.ToUnixTimeSeconds()),
            new XElement(M + "validTo", one.To.ToUnixTimeSeconds()),
            new XElement(M + "serialNumber", scenario.Is("wrong-serial") ? "5a17c3" : one.Serial),
            new XElement(M + "isEscrowed", one.Pkcs12 is not null),
            newer ? Nillable("enrollmentNotes", null) : null,
            newer ? Nillable("revokeComments", one.Comment) : null);
    }

    private static XElement Nillable(string name, string? value) => new(M + name, value is null ? Wire.Nil : value);

    private static string? Text(XElement request, string name) => request.Element(M + name)?.Value;

    private static string[] Texts(XElement request, string name) => [.. request.Elements(M + name).Select(one => one.Value)];
}
