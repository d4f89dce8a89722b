using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Xml.Linq;
using CertBroker.Lab.Common;

namespace CertBroker.Lab.DigiCert;

/// <summary>RequestSecurityToken: issues, renews, and tells what became of pending requests.</summary>
internal sealed class EnrollmentService(Account account, Ledger ledger, Issuer issuer)
{
    private static readonly XNamespace E = Wire.Enrollment;

    public XElement RequestSecurityToken(XElement request, Scenario scenario)
    {
        Shape.Check(request, Schemas.RequestSecurityToken);
        XElement inner = request.Elements().Single();
        string oid = inner.Element(E + "certificateProfileID")!.Value;
        Profile profile = account.Profiles.FirstOrDefault(one => one.Oid == oid) ?? throw new Fault("TD-OID-UNKNOWN", Wire.NotUnderstood);
        if (profile.Status != "ACTIVE")
        {
            throw new Fault("TD-PROFILE-STATUS", $"The profile is {profile.Status}.");
        }
        return inner.Element(E + "requestType")!.Value == Wire.QueryTokenStatus ? Query(inner, profile, scenario) : Enrol(inner, profile, scenario);
    }

    /// <summary>The same for RequestSecurityToken2, which answers a collection.</summary>
    public XElement RequestSecurityToken2(XElement request, Scenario scenario) =>
        new(Wire.Trust + "RequestSecurityTokenResponseCollection", RequestSecurityToken(request, scenario));

    private XElement Enrol(XElement request, Profile profile, Scenario scenario)
    {
        if (request.Element(E + "tokenType") is XElement type && type.Value != profile.DeliveryUri)
        {
            throw new Fault("TD-TOKEN-TYPE", $"The profile delivers {profile.DeliveryUri}, not {type.Value}.");
        }
        bool renews = request.Element(E + "requestType")!.Value == Wire.Renew;
        (PublicKey? key, byte[]? old) = Tokens(request);
        if (renews)
        {
            CheckRenewal(profile, old);
        }
        Dictionary<string, string> pairs = Pairs(request);
        Issuer.CheckPairs(profile, pairs);
        CheckSeat(profile, pairs, renews);
        if (scenario.Is("no-token"))
        {
            return Response(request, scenario, profile.DeliveryUri, scenario.Text("disposition", "The request was rejected."), token: null);
        }
        if (profile.Delivery == "PKCS12" || scenario.Is("pkcs12"))
        {
            return Answer(request, issuer.IssueWithKey(profile, pairs, scenario), scenario);
        }
        if (key is null)
        {
            throw new Fault("TD-CSR", "There is no PKCS#10 request.");
        }
        Issuer.CheckKey(profile, key);
        if (profile.Approval != "automatic" || scenario.Is("pending"))
        {
            var pending = new PendingRequest
            {
                Id = ledger.NextReference(),
                Profile = profile,
                Issue = () => issuer.Issue(profile, pairs, key, Scenario.None),
                ApproveAtPoll = scenario.Number("polls", profile.Polls),
            };
            ledger.Add(pending);
            return Pending(request, pending, scenario);
        }
        return Answer(request, issuer.Issue(profile, pairs, key, scenario), scenario);
    }

    private XElement Query(XElement request, Profile profile, Scenario scenario)
    {
        string? id = request.Element(E + "pendingTokenReferenceID")?.Value;
        lock (ledger.Gate)
        {
            if (id is null || ledger.FindPending(id) is not PendingRequest pending || pending.Profile.Oid != profile.Oid)
            {
                throw new Fault("TD-REFERENCE", "There is no pending request with this reference.");
            }
            pending.Polls++;
            if (pending.Denied is string why)
            {
                return pending.DeniedAs == "fault" ? throw new Fault("TD-DENIED", why) : Response(request, scenario, Wire.Pkcs7, why, token: null);
            }
            if (!pending.Approved && (pending.ApproveAtPoll == 0 || pending.Polls < pending.ApproveAtPoll))
            {
                return Pending(request, pending, scenario);
            }
            pending.Issued ??= pending.Issue();
            return Answer(request, pending.Issued, scenario);
        }
    }

    private static (PublicKey? Key, byte[]? Old) Tokens(XElement request)
    {
        PublicKey? key = null;
        byte[]? old = null;
        foreach (XElement token in request.Elements(E + "binarySecurityToken"))
        {
            if (token.Attribute("EncodingType") is XAttribute encoding && encoding.Value != Wire.Base64Encoding)
            {
                throw new Fault("TD-ENCODING", $"The encoding {encoding.Value} is not known.");
            }
            switch (token.Attribute("ValueType")?.Value)
            {
                case Wire.Pkcs10 when key is null:
                    key = CertificateText.ReadRequest(token.Value).PublicKey;
                    break;
                case Wire.X509v3 when old is null:
                    old = DecodeToken(token.Value);
                    break;
                case Wire.Pkcs10 or Wire.X509v3:
                    throw new Fault("TD-TOKENS", "There are two tokens of one kind.");
                case Wire.Spkac or Wire.Pkcs7:
                    throw new Fault("TD-VALUE-TYPE", "The double takes PKCS#10 requests only.");
                default:
                    throw new Fault("TD-VALUE-TYPE", $"The value type '{token.Attribute("ValueType")?.Value}' is not known.");
            }
        }
        return (key, old);
    }

    private static byte[] DecodeToken(string text)
    {
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException)
        {
            throw new Fault("TD-TOKENS", "A token is not base64.");
        }
    }

    private static Dictionary<string, string> Pairs(XElement request)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (XElement pair in request.Elements(E + "nameValuePair"))
        {
            if (!pairs.TryAdd(pair.Element(E + "name")!.Value, pair.Element(E + "value")!.Value))
            {
                throw new Fault("TD-PAIR-TWICE", $"{pair.Element(E + "name")!.Value} is given twice.");
            }
        }
        return pairs;
    }

    private void CheckRenewal(Profile profile, byte[]? old)
    {
        if (old is null)
        {
            throw new Fault("TD-RENEWAL", "The certificate to renew is missing.");
        }
        lock (ledger.Gate)
        {
            IssuedCertificate? known = ledger.All.FirstOrDefault(one => one.Der.AsSpan().SequenceEqual(old));
            if (known is null || known.Profile.Oid != profile.Oid || known.State != "VALID")
            {
                throw new Fault("TD-RENEWAL", "The certificate to renew is not a valid one of this profile.");
            }
            if (known.To.AddDays(-profile.RenewalDays) > DateTimeOffset.UtcNow)
            {
                throw new Fault("TD-RENEWAL-WINDOW", string.Create(CultureInfo.InvariantCulture, $"The certificate can be renewed from {known.To.AddDays(-profile.RenewalDays):yyyy-MM-dd}."));
            }
        }
    }

    private void CheckSeat(Profile profile, Dictionary<string, string> pairs, bool renews)
    {
        if (profile.Seat is null || !pairs.TryGetValue(profile.Seat.Variable, out string? seat))
        {
            return;
        }
        lock (ledger.Gate)
        {
            if (profile.RegisterUser && !ledger.Users.ContainsKey(seat))
            {
                throw new Fault("TD-USER-UNKNOWN", $"The user {seat} is not registered.");
            }
            if (profile.Duplicates == "refuse" && !renews && ledger.All.Any(one => one.Profile.Oid == profile.Oid && one.Seat == seat && one.Status == "VALID"))
            {
                throw new Fault("TD-DUPLICATE", $"The seat {seat} has a valid certificate of this profile.");
            }
            // A seat comes into being by enrolment.
            ledger.Users.TryAdd(seat, new User { Seat = seat, Email = pairs.GetValueOrDefault("mail_email") });
        }
    }

    private XElement Answer(XElement request, IssuedCertificate issued, Scenario scenario)
    {
        string type = scenario.Is("x509v3") ? Wire.X509v3 : issued.Pkcs12 is not null ? Wire.Pkcs12 : issued.Profile.DeliveryUri;
        byte[] content = type switch
        {
            Wire.X509v3 => issued.Der,
            Wire.Pkcs12 => issued.Pkcs12!,
            _ => CertificateText.Pkcs7(Chain(issued, scenario)),
        };
        if (scenario.Is("garbage-token"))
        {
            content = "This is not what you expect."u8.ToArray();
        }
        string base64 = Convert.ToBase64String(content, scenario.Is("line-breaks") ? Base64FormattingOptions.InsertLineBreaks : Base64FormattingOptions.None);
        return Response(request, scenario, type, disposition: null, new XElement(E + "requestedVSSecurityToken",
            new XElement(E + "binarySecurityToken", new XAttribute("ValueType", type), scenario.Is("line-breaks") ? "\r\n" + base64 + "\r\n" : base64),
            issued.Pkcs12Password is string password ? new XElement(E + "pKCS12Password", password) : null));
    }

    private IEnumerable<byte[]> Chain(IssuedCertificate issued, Scenario scenario)
    {
        var cas = new List<byte[]>();
        for (TestCa? ca = issued.Ca; ca is not null && (ca.Parent is not null || scenario.Is("with-root")); ca = ca.Parent)
        {
            cas.Add(ca.Der);
        }
        if (scenario.Is("leaf-only"))
        {
            return [issued.Der];
        }
        if (scenario.Is("cas-only"))
        {
            return cas;
        }
        return scenario.Is("ca-first") ? [.. Enumerable.Reverse(cas), issued.Der] : [issued.Der, .. cas];
    }

    private XElement Pending(XElement request, PendingRequest pending, Scenario scenario) =>
        Response(request, scenario, pending.Profile.DeliveryUri, "Waiting for approval",
            new XElement(E + "requestedVSSecurityToken", new XElement(E + "pendingTokenReferenceID", pending.Id)));

    private XElement Response(XElement request, Scenario scenario, string type, string? disposition, XElement? token) =>
        new(Wire.Trust + "RequestSecurityTokenResponse",
            new XElement(E + (scenario.Is("lower-case-response") ? "requestVSSecurityTokenResponse" : "RequestVSSecurityTokenResponse"),
                Transaction.Echo(request, E, scenario),
                new XElement(E + "serverTransactionID", ledger.NextTransaction()),
                new XElement(E + "tokenType", type),
                disposition is null ? null : new XElement(E + "dispositionMessage", disposition),
                token,
                new XElement(E + "version", "2.0")));
}
