using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using CertBroker.Completion;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>
/// <para>Asks a CA again for the certificate of a pending request.</para>
/// <para>Takes a request that is pending, uncertain or was interrupted as far as it goes now, also in a new session or after
/// a restart, and installs the certificate when it is there. Nothing is sent twice. With -All, and for requests of the
/// pipeline, a CA that named a time is asked when it has come. A request whose answer was lost is looked for at the CA, and
/// sent again only when the CA has had its time to show it.</para>
/// </summary>
/// <example>
/// <title>Ask for one request</title>
/// <code>Receive-CBCertificate -RequestId $pendingId</code>
/// <para>The Status is Issued, Denied, or still Pending.</para>
/// </example>
/// <example>
/// <title>Ask for everything that waits at a CA</title>
/// <code>Receive-CBCertificate -All</code>
/// <para>Good for a scheduled task.</para>
/// </example>
/// <example>
/// <title>Wait for the CA's decision</title>
/// <code>Receive-CBCertificate -RequestId $pendingId -WaitSeconds 5</code>
/// <para>Asks ever less often, and never before the time that the CA names.</para>
/// </example>
/// <example>
/// <title>Ask through the pipeline</title>
/// <code>Get-CBCertificateRequest -State Pending | Receive-CBCertificate</code>
/// <para>The requests can be filtered first.</para>
/// </example>
[Cmdlet(VerbsCommunications.Receive, "CBCertificate", DefaultParameterSetName = "RequestId", SupportsShouldProcess = true)]
[OutputType(typeof(IssuanceResult))]
public sealed class ReceiveCBCertificateCommand : CertBrokerCmdlet, ITraces
{
    /// <summary>The ids of the requests.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "RequestId", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(RequestIdCompleter))]
    public string[] RequestId { get; set; } = Array.Empty<string>();

    /// <summary>All requests that are pending, uncertain or were interrupted.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "All")]
    public SwitchParameter All { get; set; }

    /// <summary>Only gets the certificate, without installing it.</summary>
    [Parameter]
    public SwitchParameter NoInstall { get; set; }

    /// <summary>Installs the CA's root as trusted.</summary>
    [Parameter]
    public SwitchParameter TrustRoot { get; set; }

    /// <summary>How long to keep asking while the CA says pending.</summary>
    [Parameter]
    [ValidateRange(0, Road.LongestWait)]
    public int WaitSeconds { get; set; }

    /// <summary>Accounts that may use the private key too: DOMAIN\account, account@domain, DOMAIN\service$ for a group managed
    /// service account, or a SID. Only stores of Windows keep such a list.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? GrantRead { get; set; }

    /// <summary>Asks also before the time that the CA named. Without it only requests that are typed are asked for so early; those of
    /// -All and of the pipeline wait for their NextTry.</summary>
    [Parameter]
    public SwitchParameter Now { get; set; }

    /// <summary>Installs a certificate for another person or host than asked for, with other names, usages or dates, too, with
    /// warnings. Without it such a certificate stays in the journal, and the command fails.</summary>
    [Parameter]
    public SwitchParameter AllowDifferences { get; set; }

    /// <summary>Installs a certificate that is signed with MD5 or SHA-1, or whose CA has too short a key, too.</summary>
    [Parameter]
    public SwitchParameter AllowWeakSignature { get; set; }

    /// <summary>A file the certificate is written to as PEM, once it is issued.</summary>
    [Parameter(ParameterSetName = "RequestId")]
    public string? OutFile { get; set; }

    /// <summary>Overwrites an existing file.</summary>
    [Parameter(ParameterSetName = "RequestId")]
    public SwitchParameter Force { get; set; }

    /// <summary>Shows what is exchanged with the CA: requests and answers with headers, text and times, without secrets. It
    /// goes to the Information stream, tagged CBTrace.</summary>
    [Parameter]
    public SwitchParameter Trace { get; set; }

    private protected override void ProcessItem()
    {
        if (!All)
        {
            foreach (string id in RequestId)
            {
                Item(id, () => Resume(id.Trim()));
            }
            return;
        }
        List<CertificateRequestInfo> waiting = Items.Rows(null, ModelConvert.Request, (IntPtr each, IntPtr payload, out ErrorHandle error) =>
                NativeMethods.ListRequests(Context, null, Utf8.Z("open"), each, payload, out error))
            .Where(item => item.State == RequestState.Pending || item.State == RequestState.Uncertain || item.State == RequestState.Submitting || item.State == RequestState.Issued)
            .ToList();
        if (waiting.Count == 0)
        {
            WarnOnce("No request is waiting at a certification authority.");
        }
        foreach (CertificateRequestInfo item in waiting)
        {
            Item(item.RequestId, () => Resume(item.RequestId));
        }
    }

    private void Resume(string id)
    {
        string? path = null;
        if (!string.IsNullOrEmpty(OutFile))
        {
            path = Files.Resolve(this, OutFile!);
            Files.CheckWritable(path, Force);
        }
        if (!ShouldProcess(id, "Ask for the certificate"))
        {
            return;
        }
        using NativeSettings options = Road.Options(!NoInstall, TrustRoot, null, WaitSeconds, AllowDifferences, AllowWeakSignature)
            .Set("ask-now", Now || (!All && !MyInvocation.ExpectingInput));
        Road.AllowTime(Operation, WaitSeconds);
        int status = NativeMethods.Resume(Context, Utf8.Z(id), ProviderHandle.None, options, ref Operation.Native, out IssueHandle issue, out ErrorHandle error);
        Operation.Check(status, error);
        using (issue)
        {
            IssuanceResult result = Road.Result(issue, WarnOnce);
            LetUse(issue, GrantRead);
            Item(path, () => Road.WriteCertificate(result, path, Force));
            WriteObject(result);
        }
    }
}
