using System;
using System.Collections.Generic;
using System.Linq;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>When certificates are to be renewed, by what the journal knows of them.</summary>
internal sealed class Renewals
{
    // The last fifth of a certificate's life, where neither the caller nor the CA says.
    private const double UsualShare = 0.2;

    private readonly Dictionary<string, IssuanceInfo> issued = new Dictionary<string, IssuanceInfo>(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> beingRenewed = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
    private readonly int? percent;
    private readonly int? days;

    /// <summary>percent or days, when given, stand for what the CA says.</summary>
    public Renewals(ContextHandle context, int? percent, int? days)
    {
        this.percent = percent;
        this.days = days;
        List<IssuanceInfo> journal = Items.Rows(null, ModelConvert.Issuance, (IntPtr each, IntPtr payload, out ErrorHandle error) =>
            NativeMethods.ListRequests(context, null, Utf8.Z("all"), each, payload, out error));
        foreach (IssuanceInfo request in journal)
        {
            // The newest comes first.
            if (request.Thumbprint.Length > 0 && !issued.ContainsKey(request.Thumbprint))
            {
                issued.Add(request.Thumbprint, request);
            }
            if (request.Replaces.Length > 0 && IsOnItsWay(request.State))
            {
                beingRenewed.Add(request.Replaces);
            }
        }
    }

    /// <summary>The authority that issued it; empty when the journal does not know.</summary>
    public string AuthorityOf(CertificateInfo certificate) => issued.TryGetValue(certificate.Thumbprint, out IssuanceInfo? request) ? request.Authority : string.Empty;

    /// <summary>Whether it is to be renewed now; fills RenewAfter.</summary>
    public bool IsDue(CertificateInfo certificate, DateTime now)
    {
        if (!certificate.HasPrivateKey || certificate.Archived || certificate.IsSelfSigned || certificate.IsCA)
        {
            return false;
        }
        certificate.RenewAfter = certificate.NotAfter - Period(certificate);
        return certificate.RenewAfter <= now && !beingRenewed.Contains(certificate.Thumbprint);
    }

    private TimeSpan Period(CertificateInfo certificate)
    {
        TimeSpan life = certificate.NotAfter - certificate.NotBefore;
        if (days != null)
        {
            return TimeSpan.FromDays(days.Value);
        }
        if (percent != null)
        {
            return Share(life, percent.Value / 100.0);
        }
        TimeSpan said = issued.TryGetValue(certificate.Thumbprint, out IssuanceInfo? request) ? request.RenewalPeriod : TimeSpan.Zero;
        // A period as long as the life would renew a certificate the moment it is there.
        return said > TimeSpan.Zero && said < life ? said : Share(life, UsualShare);
    }

    private static TimeSpan Share(TimeSpan life, double share) => TimeSpan.FromTicks((long)(life.Ticks * share));

    private static bool IsOnItsWay(RequestState state) =>
        state == RequestState.Submitting || state == RequestState.Pending || state == RequestState.Issued || state == RequestState.Uncertain;
}
