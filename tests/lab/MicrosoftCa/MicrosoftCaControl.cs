using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using CertBroker.Lab.Common;

namespace CertBroker.Lab.MicrosoftCa;

/// <summary>What a certificate manager does in certsrv.msc, and what tests want to see of the CA.</summary>
internal static class MicrosoftCaControl
{
    public static void Add(Control control, MicrosoftCaDouble lab)
    {
        Ledger ledger = lab.Authority.Ledger;
        control.OnReset(() =>
        {
            ledger.Clear();
            lab.Pages.Language = lab.Enrollment.Language = "en";
        });
        control.Command("approve", body => Decide(lab, body, approve: true));
        control.Command("deny", body => Decide(lab, body, approve: false));
        control.Command("language", body =>
        {
            string language = Words.In(body["language"]?.ToString() ?? "").Code;
            lab.Pages.Language = lab.Enrollment.Language = language;
            return new { language };
        });
        control.Command("change-templates", _ =>
        {
            lab.Policy.Changed = DateTimeOffset.UtcNow;
            return new { lab.Policy.Changed };
        });
        control.Question("submissions", _ => ledger.All.Select(one => new
        {
            one.Id,
            disposition = one.Disposition.ToString(),
            reason = one.Reason,
            one.Polls,
            requester = one.Requester.FullLogon,
            template = one.Template?.Name,
            kind = one.Submission.Kind,
            subject = one.Submission.Request.SubjectName.Name,
            extensions = one.Submission.Request.CertificateExtensions.Select(extension => extension.Oid!.Value),
            templates = one.Submission.NamedTemplates().Select(named => named.Where),
            attributes = one.Submission.Pairs.Select(pair => $"{pair.Name}={pair.Value}"),
            renews = one.Submission.Renews?.Thumbprint,
            signers = one.Submission.Signers.Select(signer => signer.Thumbprint),
        }));
        control.Question("certificates", _ => ledger.All.Where(one => one.Certificate is not null).Select(one => new
        {
            one.Id,
            template = one.Template!.Name,
            thumbprint = Convert.ToHexString(SHA1.HashData(one.Certificate!)),
            certificate = Convert.ToBase64String(one.Certificate!),
        }));
        control.Question("pending", _ => ledger.All.Where(one => one.Disposition == Disposition.Pending).Select(one => new { one.Id, one.Polls }));
    }

    private static object Decide(MicrosoftCaDouble lab, JsonObject body, bool approve)
    {
        LedgerEntry[] waiting = [.. lab.Authority.Ledger.All.Where(one => one.Disposition == Disposition.Pending)];
        LedgerEntry[] meant = body["id"] is JsonNode id ? [.. waiting.Where(one => one.Id.ToString(CultureInfo.InvariantCulture) == id.ToString())] : waiting;
        if (body["id"] is not null && meant.Length == 0)
        {
            throw new ArgumentException($"no request {body["id"]} is pending");
        }
        foreach (LedgerEntry entry in meant)
        {
            lab.Authority.Decide(entry, approve, body["message"]?.ToString());
        }
        return new { decided = meant.Length };
    }
}
