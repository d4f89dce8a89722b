using System.Globalization;
using System.Xml.Linq;
using CertBroker.Lab.Common;

namespace CertBroker.Lab.MicrosoftCa;

/// <summary>One address of the enrolment service, as policies list it.</summary>
internal sealed record Endpoint(ClientAuthentication Authentication, string Path, int? Priority, bool RenewalOnly);

/// <summary>CEP: GetPolicies of MS-XCEP.</summary>
internal sealed class PolicyService(CertificationAuthority authority, Endpoint[] endpoints)
{
    private const int AlgorithmHash = 1, PublicKey = 3, Extension = 6, Usage = 7, Enrollment = 9;
    private static readonly XNamespace P = Wire.Policy;

    private static readonly Child getPolicies = Shape.One("GetPolicies", content:
    [
        Shape.One("client", content:
        [
            Shape.One("lastUpdate", Shape.DateTime) with { Nillable = true },
            Shape.One("preferredLanguage", Shape.Language) with { Nillable = true },
        ]),
        Shape.One("requestFilter", content:
        [
            Shape.One("policyOIDs", content: [Shape.Many("oid", 1, Child.Any, Shape.NotEmpty)]) with { Nillable = true },
            Shape.One("clientVersion", Shape.Integer) with { Nillable = true },
            Shape.One("serverVersion", Shape.Integer) with { Nillable = true },
        ]) with { Nillable = true },
    ]);

    private readonly string id = Guid.NewGuid().ToString("B").ToUpperInvariant();

    /// <summary>When the templates were changed last.</summary>
    public DateTimeOffset Changed { get; set; } = DateTimeOffset.UtcNow;

    public XElement GetPolicies(XElement request, Account caller, string host, Scenario scenario)
    {
        Shape.Check(request, getPolicies);
        XElement? filter = request.Element(P + "requestFilter");
        string[] wanted = [.. filter?.Element(P + "policyOIDs")?.Elements(P + "oid").Select(one => one.Value) ?? []];
        Template[] templates = [.. Templates.All
            .Where(one => wanted.Length == 0 || wanted.Contains(one.Oid))
            .Where(one => (one.PrivateKeyFlags & 0x0F000000) <= Version(filter, "clientVersion") << 24 && (one.PrivateKeyFlags & 0x000F0000) <= Version(filter, "serverVersion") << 16)];
        bool unchanged = scenario.Is("not-changed") || (Text(request.Element(P + "client")!, "lastUpdate") is string last
            && DateTimeOffset.Parse(last, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) >= Changed);
        var references = new References();
        XElement[] policies = unchanged ? [] : [.. templates.Select(template => Policy(template, caller, references, scenario))];
        return new XElement(P + "GetPoliciesResponse", new XAttribute("xmlns", P), new XAttribute(XNamespace.Xmlns + "xsi", Wire.Instance),
            new XElement(P + "response",
                new XElement(P + "policyID", id),
                new XElement(P + "policyFriendlyName", "Lab Enrollment Policy"),
                scenario.Is("long-lived") ? new XElement(P + "nextUpdateHours", uint.MaxValue) : new XElement(P + "nextUpdateHours", 8),
                unchanged ? new XElement(P + "policiesNotChanged", true) : Nil("policiesNotChanged"),
                unchanged ? Nil("policies") : new XElement(P + "policies", policies)),
            unchanged ? Nil("cAs") : new XElement(P + "cAs", Ca(host, scenario)),
            unchanged ? Nil("oIDs") : references.Table());
    }

    /// <summary>0 and nil: everything (a client of the field sends 0 and means that).</summary>
    private static uint Version(XElement? filter, string name) =>
        filter is not null && Text(filter, name) is string text && int.Parse(text, CultureInfo.InvariantCulture) is > 0 and < 16 and int version ? (uint)version : 15;

    private static string? Text(XElement parent, string name) => parent.Element(P + name) is XElement element && element.Attribute(Wire.Instance + "nil") is null ? element.Value : null;

    private static XElement Nil(string name) => new(P + name, Wire.Nil);

    private static XElement Maybe(string name, object? value) => value is null ? Nil(name) : new XElement(P + name, value);

    private static XElement Policy(Template one, Account caller, References references, Scenario scenario) =>
        new(P + "policy",
            new XElement(P + "policyOIDReference", references.Of(one.Oid, Enrollment, one.DisplayName)),
            new XElement(P + "cAs", new XElement(P + "cAReference", 0)),
            new XElement(P + "attributes",
                new XElement(P + "commonName", one.Name),
                new XElement(P + "policySchema", one.Schema),
                new XElement(P + "certificateValidity",
                    new XElement(P + "validityPeriodSeconds", (long)one.Validity.TotalSeconds),
                    new XElement(P + "renewalPeriodSeconds", (long)one.Renewal.TotalSeconds)),
                new XElement(P + "permission",
                    new XElement(P + "enroll", one.Enroll && caller.MayEnroll),
                    new XElement(P + "autoEnroll", one.AutoEnroll)),
                PrivateKey(one, references),
                new XElement(P + "revision", new XElement(P + "majorRevision", one.Major), new XElement(P + "minorRevision", one.Minor)),
                one.Superseded.Length == 0 ? Nil("supersededPolicies") : new XElement(P + "supersededPolicies", one.Superseded.Select(name => new XElement(P + "commonName", name))),
                new XElement(P + "privateKeyFlags", one.PrivateKeyFlags),
                new XElement(P + "subjectNameFlags", one.SubjectNameFlags),
                new XElement(P + "enrollmentFlags", one.EnrollmentFlags),
                new XElement(P + "generalFlags", one.GeneralFlags),
                Maybe("hashAlgorithmOIDReference", one.Hash is null ? null : references.Of(one.Hash, AlgorithmHash, "SHA256")),
                one.Signatures == 0 ? Nil("rARequirements") : new XElement(P + "rARequirements",
                    new XElement(P + "rASignatures", one.Signatures),
                    new XElement(P + "rAEKUs", new XElement(P + "oIDReference", references.Of(Oids.RequestAgent, Usage, "Certificate Request Agent"))),
                    Nil("rAPolicies")),
                !one.Archives ? Nil("keyArchivalAttributes") : new XElement(P + "keyArchivalAttributes",
                    new XElement(P + "symmetricAlgorithmOIDReference", references.Of(Oids.Aes256, 2, "AES256")),
                    new XElement(P + "symmetricAlgorithmKeyLength", 256)),
                new XElement(P + "extensions", one.Extensions().Select(extension => new XElement(P + "extension",
                    new XElement(P + "oIDReference", references.Of(extension.Oid!.Value!, Extension, extension.Oid.FriendlyName)),
                    new XElement(P + "critical", extension.Critical),
                    scenario.Is("nil-false") ? new XElement(P + "value", new XAttribute(Wire.Instance + "nil", "false"), Convert.ToBase64String(extension.RawData))
                        : new XElement(P + "value", Convert.ToBase64String(extension.RawData)))))));

    private static XElement PrivateKey(Template one, References references) =>
        new(P + "privateKeyAttributes",
            new XElement(P + "minimalKeyLength", one.MinimalKeyLength),
            one.KeySpec == 0 ? Nil("keySpec") : new XElement(P + "keySpec", one.KeySpec),
            Nil("keyUsageProperty"),
            Nil("permissions"),
            Maybe("algorithmOIDReference", one.Algorithm is null ? null : references.Of(one.Algorithm, PublicKey, one.Algorithm == Oids.P256 ? "ECDSA_P256" : "RSA")),
            one.Schema > 2 ? Nil("cryptoProviders") : new XElement(P + "cryptoProviders", new XElement(P + "provider", "Microsoft Enhanced Cryptographic Provider v1.0")));

    private XElement Ca(string host, Scenario scenario)
    {
        XElement Address(Endpoint one, string where, int? priority) => new(P + "cAURI",
            new XElement(P + "clientAuthentication", (int)one.Authentication),
            new XElement(P + "uri", where),
            Maybe("priority", priority),
            new XElement(P + "renewalOnly", one.RenewalOnly));
        IEnumerable<XElement> addresses = endpoints.Select(one => Address(one, $"https://{host}{one.Path}", one.Priority));
        if (scenario.Is("dead-address"))
        {
            // Cheaper than the others, and nobody listens there.
            addresses = [.. addresses, .. endpoints.Select(one => Address(one, $"https://localhost:1{one.Path}", 0))];
        }
        return new XElement(P + "cA",
            scenario.Is("no-addresses") ? Nil("uris") : new XElement(P + "uris", addresses),
            new XElement(P + "certificate", Convert.ToBase64String(authority.Ca.Certificate.RawData)),
            new XElement(P + "enrollPermission", true),
            new XElement(P + "cAReferenceID", 0));
    }

    /// <summary>The table of OIDs that the policies point into by number.</summary>
    private sealed class References
    {
        private readonly List<(string Oid, int Group, string? Name)> all = [];

        public int Of(string oid, int group, string? name)
        {
            int at = all.FindIndex(one => one.Oid == oid && one.Group == group);
            if (at < 0)
            {
                at = all.Count;
                all.Add((oid, group, name));
            }
            return at;
        }

        public XElement Table() =>
            new(P + "oIDs", all.Select((one, at) => new XElement(P + "oID",
                new XElement(P + "value", one.Oid),
                new XElement(P + "group", one.Group),
                new XElement(P + "oIDReferenceID", at),
                Maybe("defaultName", one.Name))));
    }
}
