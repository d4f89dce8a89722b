using System.Xml.Linq;
using CertBroker.Lab.Common;

namespace CertBroker.Lab.DigiCert;

/// <summary>requestPolicies: what each profile wants, in the words of the policy schema.</summary>
internal sealed class PolicyService(Account account, Cas cas, Ledger ledger)
{
    private const string SanOid = "2.5.29.17";
    private static readonly XNamespace P = Wire.Policy;

    public XElement GetPolicies(XElement request, Scenario scenario)
    {
        Shape.Check(request, Schemas.GetPolicies);
        XElement? ids = request.Element(P + "requestFilter")?.Element(P + "policyIDs");
        string[]? wanted = ids is null || ids.Attribute(Wire.Instance + "nil") is not null ? null : [.. ids.Elements(P + "oid").Select(oid => oid.Value)];
        Profile[] profiles = wanted is null ? account.Profiles : [.. wanted.Select(Find)];
        bool unchanged = scenario.Is("not-changed");

        var references = new References();
        XElement? policies = unchanged ? null : new XElement(P + "policies", profiles.Select(profile => Policy(profile, references)));
        return new XElement(P + "getPoliciesResponse",
            Transaction.Echo(request, P, scenario),
            new XElement(P + "serverTransactionID", ledger.NextTransaction()),
            new XElement(P + "response",
                new XElement(P + "policyID", "double-policy-set"),
                new XElement(P + "policyFriendlyName", account.Name),
                new XElement(P + "nextUpdateHours", Wire.Nil),
                new XElement(P + "policiesNotChanged", unchanged),
                policies ?? new XElement(P + "policies", Wire.Nil)),
            unchanged ? Nil("cAs") : new XElement(P + "cAs", profiles.Select(profile => profile.Ca).Distinct().Select(Ca)),
            unchanged || scenario.Is("nil-oids") ? Nil("oIDs") : references.Table());
    }

    private Profile Find(string oid) => account.Profiles.FirstOrDefault(profile => profile.Oid == oid) ?? throw new Fault("TD-OID-UNKNOWN", Wire.NotUnderstood);

    private XElement Ca(string id)
    {
        IssuingCa about = account.Cas.Single(ca => ca.Id == id);
        TestCa ca = cas[id];
        return new XElement(P + "cA",
            new XElement(P + "certificate", Convert.ToBase64String(ca.Der)),
            new XElement(P + "cAIssuerName", ca.IssuerName),
            new XElement(P + "cAReferenceID", CaReference(id)),
            new XElement(P + "cAType", about.Type),
            ca.Parent is { Parent: not null } between ? new XElement(P + "intermediateCACertificates", Convert.ToBase64String(between.Der)) : null,
            new XElement(P + "rootCACertificate", Convert.ToBase64String(ca.Root.Der)));
    }

    private int CaReference(string id) => Array.FindIndex(account.Cas, ca => ca.Id == id) + 1;

    private XElement Policy(Profile profile, References references) =>
        new(P + "policy",
            new XElement(P + "policyOIDReference", references.Of(profile.Oid, group: 9, profile.Name)),
            new XElement(P + "cAs", new XElement(P + "cAReference", CaReference(profile.Ca))),
            new XElement(P + "attributes",
                new XElement(P + "policySchema", 2),
                new XElement(P + "certificateValidity",
                    new XElement(P + "validityPeriodDays", profile.ValidityDays),
                    new XElement(P + "renewalPeriodDays", profile.RenewalDays)),
                new XElement(P + "certificateOverrideValidity",
                    new XElement(P + "overrideFlag", profile.OverrideValidity),
                    profile.OverrideValidity ? new XElement(P + "overrideNameValuePair", "$overrideValidityDays") : null),
                profile.Listed ? SubjectInfo(profile) : Nil("subjectNameInfo"),
                profile.Listed ? Extensions(profile, references) : Nil("extensions"),
                KeyAttributes(profile, references),
                Nil("clientPolicy"),
                SystemInfo(profile),
                profile.RegisterUser ? RaPolicy() : Nil("rAPolicy"),
                SeatInfo(profile),
                Nil("applicationInstructions"),
                new XElement(P + "deploymentMode", "CLOUD"),
                new XElement(P + "status", profile.Status),
                Nil("migrationOIDs")));

    private static XElement SubjectInfo(Profile profile) =>
        new(P + "subjectNameInfo",
            profile.Subject.Select(slot => new XElement(P + "subjectNameAttribute",
                new XElement(P + "subjectNameAttributecount", Math.Max(1, slot.Variables.Length)),
                Pairs(slot, profile, "subjectNameAttributeNameValuePair"))),
            new XElement(P + "overrideSubjectNameFormat", false));

    private static XElement Extensions(Profile profile, References references) =>
        new(P + "extensions",
            profile.San.Length == 0 ? null : new XElement(P + "Extension",
                new XElement(P + "extensionOIDReference", references.Of(SanOid, group: 6, "subjectAltName")),
                new XElement(P + "extensionCriticalFlag", false),
                new XElement(P + "extensionSyntax", profile.San.SelectMany(slot => Pairs(slot, profile, "extensionAttributeNameValuePair")))),
            // Another extension with a value of its own, as real profiles have: readers must not take it for a name.
            new XElement(P + "Extension",
                new XElement(P + "extensionOIDReference", references.Of("2.5.29.37", group: 6, "extKeyUsage")),
                new XElement(P + "extensionCriticalFlag", false),
                new XElement(P + "extensionSyntax",
                    new XElement(P + "extensionValue", new XAttribute("mandatory", "true"), new XAttribute("type", "String"), Wish.ClientAuthentication))));

    private static IEnumerable<XElement> Pairs(Slot slot, Profile profile, string name)
    {
        bool asAttribute = profile.MandatoryIn == "attribute";
        foreach (string value in slot.Fixed is null ? slot.Variables.Select(variable => "$" + variable) : [slot.Fixed])
        {
            bool mandatory = slot.Mandatory || slot.Fixed is not null;
            yield return new XElement(P + name,
                new XElement(P + "attributeName", slot.Label),
                new XElement(P + "attributeNameValue", asAttribute ? new XAttribute("mandatory", mandatory) : null, new XAttribute("type", "String"), value),
                asAttribute ? null : Property(mandatory));
        }
    }

    private static XElement Property(bool mandatory) =>
        new(P + "attributeNameValueProperty",
            Nil("value"),
            new XElement(P + "mandatory", mandatory),
            Nil("overridable"));

    private static XElement KeyAttributes(Profile profile, References references) =>
        new(P + "privateKeyAttributes",
            new XElement(P + "keysize", profile.KeySize),
            profile.Escrow ? new XElement(P + "keyEscrowPolicy",
                new XElement(P + "keyEscrowEnabled", true),
                new XElement(P + "keyEscrowDeploymentMode", "CLOUD"),
                new XElement(P + "doKeyRecoveryForAdditionalEnrollRequest", false)) : null,
            new XElement(P + "keyexportable", true),
            profile.Algorithm is string oid ? new XElement(P + "algorithmOIDReference", references.Of(oid, group: 3, "public key")) : Nil("algorithmOIDReference"),
            Nil("cryptoProviders"));

    private static XElement SystemInfo(Profile profile) =>
        new(P + "systemInfo",
            profile.Publish ? new XElement(P + "cACertPublish", "clientProvided") : null,
            profile.Publish ? new XElement(P + "cACertPublishNameValuePair", "$publish_flag") : null,
            new XElement(P + "certificateDeliveryFormat", profile.DeliveryUri),
            Nil("serviceEndpointList"),
            profile.Duplicates is string duplicates ? new XElement(P + "duplicateCertPolicy", duplicates) : Nil("duplicateCertPolicy"),
            Nil("supersededPolicyOID"));

    private static XElement RaPolicy() =>
        new(P + "rAPolicy",
            new XElement(P + "registerUser", true), new XElement(P + "verifyUser", false), new XElement(P + "publishCert", "no"), Nil("pollingPolicy"));

    private static XElement? SeatInfo(Profile profile) => profile.Seat is not Seat seat ? null :
        new XElement(P + "seatIdInfo",
            new XElement(P + "attributeNameValue",
                profile.MandatoryIn == "attribute" ? new XAttribute("mandatory", seat.Mandatory) : null, new XAttribute("type", "String"), "$" + seat.Variable),
            Property(seat.Mandatory));

    private static XElement Nil(string name) => new(P + name, Wire.Nil);

    /// <summary>The table of OIDs that the policies point into by number.</summary>
    private sealed class References
    {
        private readonly List<(string Oid, int Group, string Name)> all = [];

        public int Of(string oid, int group, string name)
        {
            int at = all.FindIndex(one => one.Oid == oid);
            if (at < 0)
            {
                at = all.Count;
                all.Add((oid, group, name));
            }
            return at + 1;
        }

        public XElement Table() =>
            new(P + "oIDs", all.Select((one, at) => new XElement(P + "oID",
                new XElement(P + "value", one.Oid),
                new XElement(P + "oIDReferenceID", at + 1),
                new XElement(P + "group", one.Group),
                new XElement(P + "defaultName", one.Name))));
    }
}
