using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using CertBroker.Completion;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>
/// <para>Gets certificates of a store.</para>
/// <para>Without parameters it lists CurrentUser\My. Certificates are chosen by thumbprint, subject, friendly name, DNS name
/// or the days until they expire; several conditions must all be met. A certificate that a renewal replaced is left out
/// unless -IncludeArchived is given.</para>
/// <para>-Renewable lists what is to be renewed now: certificates with their private key, issued by a CA, that are in the period in which
/// their CA renews them, or have ended. The journal knows that period from the CA's policy; where it does not, it is the last fifth of the
/// certificate's life. Certificates whose renewal is on its way are left out.</para>
/// </summary>
/// <example>
/// <title>List the computer's certificates</title>
/// <code>Get-CBCertificate -StoreLocation LocalMachine</code>
/// <para>Lists LocalMachine\My.</para>
/// </example>
/// <example>
/// <title>Get one certificate</title>
/// <code>(Get-CBCertificate -Thumbprint $thumbprint).NotAfter</code>
/// <para>Blanks, colons, quotes and the invisible character that Windows' dialog copies along do no harm.</para>
/// </example>
/// <example>
/// <title>Find what expires</title>
/// <code>Get-CBCertificate -ExpiringInDays 400</code>
/// <para>Lists what ends within 400 days or has ended already.</para>
/// </example>
/// <example>
/// <title>Renew what is due</title>
/// <code>Get-CBCertificate -Renewable -Authority lab | Update-CBCertificate -Authority lab</code>
/// <para>Good for a scheduled task: what is not due is not touched, and what is pending already is not asked for again.</para>
/// </example>
/// <example>
/// <title>Say yourself when it is time</title>
/// <code>(Get-CBCertificate -RenewalDays 400).RenewAfter
/// Get-CBCertificate -RenewalPercent 33</code>
/// <para>400 days before their end, or in the last third of their life, whatever the CA says.</para>
/// </example>
/// <example>
/// <title>Use a certificate in .NET</title>
/// <code>$x509 = (Get-CBCertificate -Thumbprint $thumbprint).ToX509Certificate2()
/// $x509.Subject</code>
/// <para>The .NET object has no private key; that stays in the store.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "CBCertificate")]
[OutputType(typeof(CertificateInfo))]
public sealed class GetCBCertificateCommand : StoreCmdlet
{
    // In the same parameter set as the filters: in a set of its own, a certificate from the pipeline would be taken by its
    // text before its property Thumbprint is looked at.
    /// <summary>Thumbprints, as people paste them.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ThumbprintCompleter))]
    public string[]? Thumbprint { get; set; }

    /// <summary>Part of the subject, or a pattern with * and ?; any case.</summary>
    [Parameter]
    [SupportsWildcards]
    public string? Subject { get; set; }

    /// <summary>The friendly name, or a pattern with * and ?; any case.</summary>
    [Parameter]
    [SupportsWildcards]
    public string? FriendlyName { get; set; }

    /// <summary>A DNS name the certificate is valid for, or a pattern with * and ?; any case.</summary>
    [Parameter]
    [SupportsWildcards]
    public string? DnsName { get; set; }

    /// <summary>Only certificates that end within so many days, or have ended.</summary>
    [Parameter]
    [ValidateRange(0, 36500)]
    public int ExpiringInDays { get; set; }

    /// <summary>Only certificates that are to be renewed now: in the CA's renewal period, or in the last fifth of their life where the CA
    /// does not say. Fills RenewAfter.</summary>
    [Parameter]
    public SwitchParameter Renewable { get; set; }

    /// <summary>The same, by a period that is said here: so many percent of the certificate's life before its end.</summary>
    [Parameter]
    [ValidateRange(1, 99)]
    public int RenewalPercent { get; set; }

    /// <summary>The same, by a period that is said here: so many days before its end.</summary>
    [Parameter]
    [ValidateRange(1, 36500)]
    public int RenewalDays { get; set; }

    /// <summary>Only certificates that this authority issued, as far as the journal knows.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AuthorityCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Authority { get; set; }

    /// <summary>Only certificates with their private key.</summary>
    [Parameter]
    public SwitchParameter HasPrivateKey { get; set; }

    /// <summary>Lists certificates that a renewal replaced, too.</summary>
    [Parameter]
    public SwitchParameter IncludeArchived { get; set; }

    /// <summary>Fills KeyReaders: who may use the private key. Only stores of Windows keep such a list.</summary>
    [Parameter]
    public SwitchParameter IncludeKeyAccess { get; set; }

    // What the journal knows of renewals; read once, when it is asked for.
    private Renewals? renewals;

    private bool Due => Renewable || Bound(nameof(RenewalPercent)) || Bound(nameof(RenewalDays));

    private protected override void SetUp()
    {
        if (Due || Authority != null)
        {
            renewals = new Renewals(Context, Bound(nameof(RenewalPercent)) ? RenewalPercent : (int?)null, Bound(nameof(RenewalDays)) ? RenewalDays : (int?)null);
        }
    }

    private protected override void ProcessItem()
    {
        if (Thumbprint != null)
        {
            foreach (string thumbprint in Thumbprint)
            {
                Item(thumbprint, () =>
                {
                    using EntryHandle entry = FindThumbprint(thumbprint);
                    CertificateInfo certificate = ModelConvert.Certificate(entry);
                    if (Matches(certificate, archivedToo: true))
                    {
                        AddKeyAccess(certificate, entry);
                        WriteObject(certificate);
                    }
                    else
                    {
                        WarnOnce($"{certificate} does not match.");
                    }
                });
            }
            return;
        }
        Target = StorePath;
        bool any = false;
        foreach (CertificateInfo certificate in Search())
        {
            any = true;
            WriteObject(certificate);
        }
        if (!any)
        {
            bool filtered = Bound(nameof(Subject)) || Bound(nameof(FriendlyName)) || Bound(nameof(DnsName)) || Bound(nameof(ExpiringInDays)) || HasPrivateKey || renewals != null;
            WarnOnce(filtered ? $"No certificate in {StorePath} matches." : $"{StorePath} has no certificates.");
        }
    }

    // The store narrows the search by the most selective condition it can; the others are checked on what it gives.
    private IEnumerable<CertificateInfo> Search()
    {
        FindBy by = FindBy.All;
        string? value = null;
        if (Exact(FriendlyName))
        {
            by = FindBy.FriendlyName;
            value = FriendlyName;
        }
        else if (Exact(Subject))
        {
            by = FindBy.Subject;
            value = Subject;
        }
        var chosen = new List<CertificateInfo>();
        foreach (EntryHandle entry in Find(Store, by, value))
        {
            using (entry)
            {
                CertificateInfo certificate = ModelConvert.Certificate(entry);
                if (Matches(certificate, IncludeArchived))
                {
                    AddKeyAccess(certificate, entry);
                    chosen.Add(certificate);
                }
            }
        }
        return chosen;
    }

    private void AddKeyAccess(CertificateInfo certificate, EntryHandle entry)
    {
        if (IncludeKeyAccess && certificate.HasPrivateKey)
        {
            Item(certificate.Thumbprint, () => certificate.KeyReaders = KeyAccess.Readers(Context, entry, Operation));
        }
    }

    private bool Matches(CertificateInfo certificate, bool archivedToo)
    {
        if (certificate.Archived && !archivedToo)
        {
            return false;
        }
        if (HasPrivateKey && !certificate.HasPrivateKey)
        {
            return false;
        }
        if (Bound(nameof(ExpiringInDays)) && certificate.NotAfter > DateTime.Now.AddDays(ExpiringInDays))
        {
            return false;
        }
        if (Authority != null && !string.Equals(renewals!.AuthorityOf(certificate), Authority, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }
        if (Due && !renewals!.IsDue(certificate, DateTime.Now))
        {
            return false;
        }
        if (!string.IsNullOrEmpty(Subject) && !Matches(Exact(Subject) ? "*" + WildcardPattern.Escape(Subject) + "*" : Subject!, certificate.Subject))
        {
            return false;
        }
        if (!string.IsNullOrEmpty(FriendlyName) && !Matches(FriendlyName!, certificate.FriendlyName))
        {
            return false;
        }
        return string.IsNullOrEmpty(DnsName) || DnsNames(certificate).Any(name => Matches(DnsName!, name));
    }

    private static IEnumerable<string> DnsNames(CertificateInfo certificate) =>
        certificate.SubjectAlternativeName.Where(name => name.StartsWith("dns=", StringComparison.OrdinalIgnoreCase)).Select(name => name.Substring(4));

    private static bool Exact(string? text) => !string.IsNullOrEmpty(text) && !WildcardPattern.ContainsWildcardCharacters(text);

    private static bool Matches(string pattern, string text) => new WildcardPattern(pattern, WildcardOptions.IgnoreCase).IsMatch(text);
}
