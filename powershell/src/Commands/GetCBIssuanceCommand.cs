using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;
using CertBroker.Completion;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>
/// <para>Reads the journal: who was asked for what, when, and how it ended.</para>
/// <para>The newest request comes first. With -RequestId, or -IncludeEvent, each object has its Events: every state the
/// request went through, with time and message.</para>
/// </summary>
/// <example>
/// <title>See the last requests</title>
/// <code>Get-CBIssuance -First 10</code>
/// <para>Finished, waiting and failed ones.</para>
/// </example>
/// <example>
/// <title>See the story of one request</title>
/// <code>(Get-CBIssuance -RequestId $pendingId).Events</code>
/// <para>Oldest first.</para>
/// </example>
/// <example>
/// <title>Find requests of a CA</title>
/// <code>Get-CBIssuance -Authority lab -State Installed, Denied -After ([DateTime]::Now.AddDays(-7))</code>
/// <para>Conditions can be combined.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "CBIssuance", DefaultParameterSetName = "Filter")]
[OutputType(typeof(IssuanceInfo))]
public sealed class GetCBIssuanceCommand : CertBrokerCmdlet
{
    // Read once, however many ids come through the pipeline.
    private List<IssuanceInfo>? all;

    /// <summary>The ids of the requests.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "RequestId", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(IssuanceIdCompleter))]
    public string[] RequestId { get; set; } = Array.Empty<string>();

    /// <summary>Only requests of this authority.</summary>
    [Parameter(ParameterSetName = "Filter")]
    [ArgumentCompleter(typeof(AuthorityCompleter))]
    public string? Authority { get; set; }

    /// <summary>Only requests in one of these states.</summary>
    [Parameter(ParameterSetName = "Filter")]
    public RequestState[]? State { get; set; }

    /// <summary>Only requests whose subject matches; * and ? are wildcards.</summary>
    [Parameter(ParameterSetName = "Filter")]
    [SupportsWildcards]
    public string? Subject { get; set; }

    /// <summary>Only the request of this certificate.</summary>
    [Parameter(ParameterSetName = "Filter")]
    public string? Thumbprint { get; set; }

    /// <summary>Only requests made at or after this time.</summary>
    [Parameter(ParameterSetName = "Filter")]
    public DateTime After { get; set; }

    /// <summary>Only requests made before this time.</summary>
    [Parameter(ParameterSetName = "Filter")]
    public DateTime Before { get; set; }

    /// <summary>Only requests of the computer (LocalMachine) or of the user (CurrentUser). Both without it.</summary>
    [Parameter(ParameterSetName = "Filter")]
    public StoreLocation StoreLocation { get; set; }

    /// <summary>At most so many, the newest.</summary>
    [Parameter(ParameterSetName = "Filter")]
    [ValidateRange(1, int.MaxValue)]
    public int First { get; set; } = int.MaxValue;

    /// <summary>Fills Events; with -RequestId it always is.</summary>
    [Parameter(ParameterSetName = "Filter")]
    public SwitchParameter IncludeEvent { get; set; }

    private protected override void ProcessItem()
    {
        if (ParameterSetName == "RequestId")
        {
            all ??= List(null, _ => true, int.MaxValue);
            foreach (string id in RequestId)
            {
                Item(id, () => WriteOne(all, id));
            }
            return;
        }
        WildcardPattern? subject = string.IsNullOrEmpty(Subject) ? null : new WildcardPattern(Subject, WildcardOptions.IgnoreCase);
        string thumbprint = new string((Thumbprint ?? string.Empty).Where(Uri.IsHexDigit).ToArray());
        List<IssuanceInfo> found = List(Bound(nameof(StoreLocation)) ? StoreLocation.ToString() : null, item => Matches(item, subject, thumbprint), First);
        if (found.Count == 0)
        {
            WarnOnce(MyInvocation.BoundParameters.Count == 0 ? "The journal is empty." : "No request in the journal matches.");
        }
        foreach (IssuanceInfo item in found)
        {
            if (IncludeEvent)
            {
                item.Events = ReadEvents(item.RequestId);
            }
            WriteObject(item);
        }
    }

    private bool Matches(IssuanceInfo item, WildcardPattern? subject, string thumbprint)
    {
        return (string.IsNullOrEmpty(Authority) || string.Equals(item.Authority, Authority, StringComparison.OrdinalIgnoreCase))
            && (State == null || State.Length == 0 || State.Contains(item.State))
            && (subject == null || subject.IsMatch(item.Subject))
            && (thumbprint.Length == 0 || string.Equals(item.Thumbprint, thumbprint, StringComparison.OrdinalIgnoreCase))
            && (!Bound(nameof(After)) || item.Created >= After)
            && (!Bound(nameof(Before)) || item.Created < Before);
    }

    private void WriteOne(List<IssuanceInfo> all, string id)
    {
        IssuanceInfo? found = all.FirstOrDefault(item => string.Equals(item.RequestId, id.Trim(), StringComparison.OrdinalIgnoreCase));
        if (found == null)
        {
            throw ModuleErrors.RequestNotFound($"No request has the id '{id}'",
                "Get-CBIssuance lists the requests.");
        }
        found.Events = ReadEvents(found.RequestId);
        WriteObject(found);
    }

    private List<IssuanceInfo> List(string? location, Func<IssuanceInfo, bool> wanted, int most)
    {
        var found = new List<IssuanceInfo>();
        Items.Each(null, item =>
        {
            IssuanceInfo issuance = ModelConvert.Issuance(new Row(item));
            if (wanted(issuance))
            {
                found.Add(issuance);
            }
            return found.Count < most;
        }, (IntPtr each, IntPtr payload, out ErrorHandle error) =>
            NativeMethods.ListRequests(Context, Utf8.Z(location), Utf8.Z("all"), each, payload, out error));
        return found;
    }

    private IssuanceEvent[] ReadEvents(string id) =>
        Items.Rows(null, ModelConvert.Event, (IntPtr each, IntPtr payload, out ErrorHandle error) =>
            NativeMethods.ListEvents(Context, Utf8.Z(id), each, payload, out error)).ToArray();
}
