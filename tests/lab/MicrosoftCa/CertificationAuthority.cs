using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CertBroker.Lab.Common;

namespace CertBroker.Lab.MicrosoftCa;

/// <summary>The CA with its policy module: takes requests of whichever service, and decides.</summary>
internal sealed class CertificationAuthority(EnterpriseCa ca, Accounts accounts, Ledger ledger)
{
    private readonly Issuer issuer = new(ca);

    public EnterpriseCa Ca => ca;
    public Accounts Accounts => accounts;
    public Ledger Ledger => ledger;

    /// <summary>Issued, pending or denied; throws when it is no request at all.</summary>
    public LedgerEntry Submit(byte[] der, Account requester, IEnumerable<(string, string)> pairs, Scenario scenario)
    {
        Submission submission = Submission.Read(der);
        submission.Pairs.AddRange(pairs);
        Template? template = null;
        Refused? refused = null;
        try
        {
            template = Chosen(submission);
            Check(template, submission, requester);
            if (scenario.Is("denied"))
            {
                throw new Refused(scenario.Number("code", Code.DeniedByAdministrator), scenario.Text("message", "Denied by Policy Module"));
            }
        }
        catch (Refused error) when (error.Denied)
        {
            refused = error;
        }
        LedgerEntry entry = ledger.Add(id => new LedgerEntry { Id = id, Template = template, Requester = requester, Submission = submission, Scenario = scenario, Disposition = Disposition.Pending });
        if (refused is not null)
        {
            Deny(entry, refused);
        }
        else if (template!.Pends || scenario.Is("pending"))
        {
            entry.ApprovedAtPoll = scenario.Number("polls", 0);
        }
        else
        {
            Issue(entry);
        }
        return entry;
    }

    /// <summary>What became of it; a poll may be the one that it is approved at.</summary>
    public LedgerEntry Ask(string id, Account requester, Scenario scenario)
    {
        LedgerEntry entry = ledger.Find(id) ?? throw new Refused(Code.NoRequest, denied: false);
        if (entry.Requester != requester && (entry.Requester.Only is null || entry.Requester.Logon != requester.Logon))
        {
            throw new Refused(Code.AccessDenied, denied: false);
        }
        lock (ledger.Gate)
        {
            entry.Polls++;
            if (entry.Disposition == Disposition.Pending && (entry.Polls == entry.ApprovedAtPoll || scenario.Is("approved")))
            {
                Issue(entry);
            }
        }
        return entry;
    }

    /// <summary>What a certificate manager does with a waiting request.</summary>
    public void Decide(LedgerEntry entry, bool approve, string? message)
    {
        lock (ledger.Gate)
        {
            if (approve)
            {
                Issue(entry);
            }
            else
            {
                Deny(entry, new Refused(Code.DeniedByAdministrator, message ?? "Denied by LAB\\Administrator"));
            }
        }
    }

    private void Issue(LedgerEntry entry)
    {
        Account subject = Subject(entry.Template!, entry.Submission, entry.Requester);
        entry.Certificate = issuer.Issue(entry.Template!, entry.Submission, subject, entry.Submission.Renews, entry.Scenario);
        entry.Disposition = Disposition.Issued;
    }

    /// <summary>Whom the certificate is for: an agent's request names somebody else.</summary>
    private Account Subject(Template template, Submission submission, Account requester) =>
        template.Signatures > 0 && submission.Pair("requestername") is string name ? accounts.Find(name) ?? throw new Refused(Code.UpnRequired, "Denied by Policy Module") : requester;

    private static void Deny(LedgerEntry entry, Refused why)
    {
        entry.Disposition = Disposition.Denied;
        entry.Code = why.Number;
        entry.Reason = why.Message;
    }

    /// <summary>The one template that everything in the request agrees on.</summary>
    private static Template Chosen(Submission submission)
    {
        (string Where, string Name)[] named = [.. submission.NamedTemplates()];
        if (named.Length == 0)
        {
            throw new Refused(Code.NoTemplate);
        }
        Template?[] found = [.. named.Select(one => Templates.Find(one.Name)).Distinct()];
        if (found.Length > 1)
        {
            throw new Refused(Code.TemplateConflict, string.Join(", ", named.Select(one => $"{one.Where}: {one.Name}")) + ".");
        }
        return found[0] ?? throw new Refused(Code.UnsupportedTemplate, $"Denied by Policy Module  The request was for a certificate template that is not supported by the Active Directory Certificate Services policy: {named[0].Name}.");
    }

    private void Check(Template template, Submission submission, Account requester)
    {
        if (!template.Enroll || !requester.MayEnroll)
        {
            throw new Refused(Code.NoPermission, "Denied by Policy Module");
        }
        if (submission.Renews is X509Certificate2 old)
        {
            CheckRenewal(template, submission, old);
        }
        else if (requester.Only is not null)
        {
            throw new Refused(Code.NoPermission, "Who is known by a certificate alone may renew that one only.");
        }
        if (requester.Only is X509Certificate2 only && !only.RawData.AsSpan().SequenceEqual(submission.Renews?.RawData))
        {
            throw new Refused(Code.NoPermission, "The certificate that is renewed is not the one that was shown.");
        }
        CheckKey(template, submission.Request.PublicKey);
        CheckSignatures(template, submission);
        if (template.Archives && !submission.HasArchivedKey)
        {
            throw new Refused(Code.KeyArchivalRequired);
        }
        if (Issuer.Missing(template, submission, Subject(template, submission, requester), submission.Renews) is int missing)
        {
            throw new Refused(missing, "Denied by Policy Module");
        }
    }

    private void CheckRenewal(Template template, Submission submission, X509Certificate2 old)
    {
        if (!submission.Signers.Any(one => one.RawData.AsSpan().SequenceEqual(old.RawData)))
        {
            throw new Refused(Code.BadRenewal, "The renewal is not signed with the old certificate.");
        }
        if (ca.WhyNot(old, DateTimeOffset.UtcNow) is string why)
        {
            throw new Refused(Code.BadRenewal, $"The old certificate is not good ({why}).");
        }
        if (ledger.FindCertificate(old.RawData) is not LedgerEntry known || known.Template != template)
        {
            throw new Refused(Code.BadRenewal, "The old certificate is none of this CA for this template.");
        }
        if (template.Has(Template.SuppliesSubject) && submission.Request.SubjectName.RawData.Length > 2 && submission.Request.SubjectName.Name != old.SubjectName.Name)
        {
            throw new Refused(Code.BadRenewalSubject);
        }
    }

    private static void CheckKey(Template template, PublicKey key)
    {
        using RSA? rsa = key.GetRSAPublicKey();
        using ECDsa? curve = key.GetECDsaPublicKey();
        int bits = rsa?.KeySize ?? curve?.KeySize ?? 0;
        bool wantsCurve = template.Algorithm == Oids.P256;
        if (bits < template.MinimalKeyLength || wantsCurve != curve is not null)
        {
            throw new Refused(Code.KeyLength, string.Create(CultureInfo.InvariantCulture, $"Denied by Policy Module  {bits} bits."));
        }
    }

    private void CheckSignatures(Template template, Submission submission)
    {
        if (template.Signatures == 0)
        {
            return;
        }
        if (submission.Signers.Count == 0)
        {
            throw new Refused(Code.SignaturePolicy, "Denied by Policy Module");
        }
        int agents = submission.Signers.Count(one => ca.WhyNot(one, DateTimeOffset.UtcNow) is null
            && one.Extensions.OfType<X509EnhancedKeyUsageExtension>().Any(usage => usage.EnhancedKeyUsages.Cast<Oid>().Any(oid => oid.Value == Oids.RequestAgent)));
        if (agents < template.Signatures)
        {
            throw new Refused(Code.SignatureCount, "Denied by Policy Module");
        }
    }
}
