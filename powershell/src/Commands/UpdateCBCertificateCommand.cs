using System;
using System.Collections;
using System.Management.Automation;
using CertBroker.Completion;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>
/// <para>Renews a certificate.</para>
/// <para>Gets a new certificate for the names of an installed one, with a new key unless -ReuseKey is given. The old
/// certificate stays until the new one is checked and installed; then it is archived.</para>
/// </summary>
/// <example>
/// <title>Renew a certificate</title>
/// <code>Update-CBCertificate -Thumbprint $thumbprint -Authority lab</code>
/// <para>The object that comes back has the new thumbprint.</para>
/// </example>
/// <example>
/// <title>Renew what expires soon</title>
/// <code>Get-CBCertificate -ExpiringInDays 400 | Update-CBCertificate -Authority lab</code>
/// <para>Good for a scheduled task.</para>
/// </example>
/// <example>
/// <title>Keep the key</title>
/// <code>Update-CBCertificate -Thumbprint $thumbprint -Authority lab -ReuseKey</code>
/// <para>Only for consumers that know the key itself; a new key is better.</para>
/// </example>
[Cmdlet(VerbsData.Update, "CBCertificate", SupportsShouldProcess = true)]
[OutputType(typeof(IssuanceResult))]
public sealed class UpdateCBCertificateCommand : StoreCmdlet, IDynamicParameters, ITraces
{
    private ProviderHandle provider = ProviderHandle.None;
    private ProviderParameters? dynamicParameters;

    /// <summary>The thumbprint of the certificate, as people paste it.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ThumbprintCompleter))]
    public string[] Thumbprint { get; set; } = Array.Empty<string>();

    /// <summary>The authority to ask.</summary>
    [Parameter(Mandatory = true)]
    [ArgumentCompleter(typeof(AuthorityCompleter))]
    [ValidateNotNullOrEmpty]
    public string Authority { get; set; } = string.Empty;

    /// <summary>The CA's template; without it the one the certificate was made with, as far as it is known.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(TemplateCompleter))]
    public string? Template { get; set; }

    /// <summary>Settings of this order, by the names that Get-CBProvider -ListSetting shows.</summary>
    [Parameter]
    public Hashtable? OrderSetting { get; set; }

    /// <summary>Keeps the private key.</summary>
    [Parameter]
    public SwitchParameter ReuseKey { get; set; }

    /// <summary>Does not archive the old certificate.</summary>
    [Parameter]
    public SwitchParameter KeepOld { get; set; }

    /// <summary>How long to keep asking while the CA says pending.</summary>
    [Parameter]
    [ValidateRange(0, Road.LongestWait)]
    public int WaitSeconds { get; set; }

    /// <summary>Installs a certificate for other names, usages or dates than the old one's, too, with warnings. Without it such a
    /// certificate stays in the journal, and the old one in its place.</summary>
    [Parameter]
    public SwitchParameter AllowDifferences { get; set; }

    /// <summary>Installs a certificate that is signed with MD5 or SHA-1, or whose CA has too short a key, too.</summary>
    [Parameter]
    public SwitchParameter AllowWeakSignature { get; set; }

    /// <summary>When the certificate is to end. Without it the CA decides; not every CA can be asked.</summary>
    [Parameter]
    public DateTime? NotAfter { get; set; }

    /// <summary>The order settings of the authority's provider.</summary>
    public object? GetDynamicParameters()
    {
        dynamicParameters = ProviderParameters.TryBuild(null, Authority, ProviderParameters.Order, OrderSetting, required: true, GetType());
        return dynamicParameters?.Dictionary;
    }

    /// <summary>Shows what is exchanged with the CA: requests and answers with headers, text and times, without secrets. It
    /// goes to the Information stream, tagged CBTrace.</summary>
    [Parameter]
    public SwitchParameter Trace { get; set; }

    private protected override void SetUp()
    {
        Target = Authority;
        provider = Own(AuthorityAccess.Open(Context, Authority, Operation));
    }

    private protected override void ProcessItem()
    {
        foreach (string thumbprint in Thumbprint)
        {
            Item(thumbprint, () => Renew(thumbprint));
        }
    }

    private void Renew(string thumbprint)
    {
        using EntryHandle entry = FindThumbprint(thumbprint);
        string subject = Getter.Text(entry.Certificate, Property.Subject);
        if (!ShouldProcess($"{subject} in {StorePath}", $"Renew certificate from {Authority}"))
        {
            return;
        }
        using var order = new NativeSettings();
        string? id = dynamicParameters == null && OrderSetting != null ? AuthorityAccess.ProviderOf(Context, Authority) : null;
        ProviderParameters.Apply(this, Context, id, ProviderParameters.Order, dynamicParameters, OrderSetting, order);
        using NativeSettings options = Road.Options(install: true, trustRoot: false, null, WaitSeconds, AllowDifferences, AllowWeakSignature)
            .Ending(NotAfter)
            .Set("reuse-key", ReuseKey)
            .Set("archive-old", !KeepOld);
        Road.AllowTime(Operation, WaitSeconds);
        int status = NativeMethods.Renew(Context, Store, entry, provider, Utf8.ZOrNull(Template), order, options, ref Operation.Native,
            out IssueHandle issue, out ErrorHandle error);
        Operation.Check(status, error);
        using (issue)
        {
            WriteObject(Road.Result(issue, WarnOnce));
        }
    }
}
