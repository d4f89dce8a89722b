using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CertBroker.Completion;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>
/// <para>Lists the requests that wait for something.</para>
/// <para>These are requests whose key waits for its certificate, and requests that a CA has not decided yet. They survive
/// restarts. With -All finished ones are listed too; Get-CBIssuance tells their stories. With
/// -RequestPath the content of a file is shown, PKCS#10 or a PKCS#7 or CMC message, wherever it was made.</para>
/// </summary>
/// <example>
/// <title>List what waits</title>
/// <code>Get-CBCertificateRequest</code>
/// <para>The newest request comes first.</para>
/// </example>
/// <example>
/// <title>Get one request with its text</title>
/// <code>(Get-CBCertificateRequest -RequestId $pendingId).Pem</code>
/// <para>Shows the request in PEM again, as it was sent.</para>
/// </example>
/// <example>
/// <title>Find requests by state and subject</title>
/// <code>Get-CBCertificateRequest -State Pending -Subject '*example*'</code>
/// <para>Lists pending requests with a matching subject.</para>
/// </example>
/// <example>
/// <title>See what is in a file</title>
/// <code>$null = New-CBCertificateRequest -Subject 'CN=web07.example.com' -OutFile web07.req
/// Get-CBCertificateRequest -RequestPath web07.req</code>
/// <para>Shows who is named and, for a PKCS#7 or CMC message, who signed it. Signatures are verified.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "CBCertificateRequest", DefaultParameterSetName = "Filter")]
[OutputType(typeof(CertificateRequestInfo))]
public sealed class GetCBCertificateRequestCommand : CertBrokerCmdlet
{
    // Read once, however many ids come through the pipeline.
    private List<CertificateRequestInfo>? all;

    /// <summary>The ids of the requests.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "RequestId", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(IssuanceIdCompleter))]
    public string[] RequestId { get; set; } = Array.Empty<string>();

    /// <summary>A file with a request: PEM, base64 or DER.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Path")]
    [ValidateNotNullOrEmpty]
    public string RequestPath { get; set; } = string.Empty;

    /// <summary>Only requests in one of these states.</summary>
    [Parameter(ParameterSetName = "Filter")]
    public RequestState[]? State { get; set; }

    /// <summary>Only requests whose subject matches; * and ? are wildcards.</summary>
    [Parameter(ParameterSetName = "Filter")]
    [SupportsWildcards]
    public string? Subject { get; set; }

    /// <summary>Only requests of this authority.</summary>
    [Parameter(ParameterSetName = "Filter")]
    [ArgumentCompleter(typeof(AuthorityCompleter))]
    public string? Authority { get; set; }

    /// <summary>Only requests of the computer (LocalMachine) or of the user (CurrentUser). Both without it.</summary>
    [Parameter(ParameterSetName = "Filter")]
    public StoreLocation StoreLocation { get; set; }

    /// <summary>Lists finished requests too.</summary>
    [Parameter(ParameterSetName = "Filter")]
    public SwitchParameter All { get; set; }

    /// <summary>Fills the property Pem; with -RequestId it always is.</summary>
    [Parameter(ParameterSetName = "Filter")]
    public SwitchParameter IncludePem { get; set; }

    private protected override void ProcessItem()
    {
        if (ParameterSetName == "RequestId")
        {
            all ??= List("all", null);
            foreach (string id in RequestId)
            {
                Item(id, () => WriteOne(all, id));
            }
            return;
        }
        if (ParameterSetName == "Path")
        {
            WriteObject(ReadFile());
            return;
        }
        bool everything = All || (State != null && State.Length > 0);
        IEnumerable<CertificateRequestInfo> found = List(everything ? "all" : "open", Bound(nameof(StoreLocation)) ? StoreLocation.ToString() : null);
        if (State != null && State.Length > 0)
        {
            found = found.Where(item => State.Contains(item.State));
        }
        if (!string.IsNullOrEmpty(Subject))
        {
            var pattern = new WildcardPattern(Subject, WildcardOptions.IgnoreCase);
            found = found.Where(item => pattern.IsMatch(item.Subject));
        }
        if (!string.IsNullOrEmpty(Authority))
        {
            found = found.Where(item => string.Equals(item.Authority, Authority, StringComparison.OrdinalIgnoreCase));
        }
        bool any = false;
        foreach (CertificateRequestInfo item in found)
        {
            any = true;
            if (IncludePem)
            {
                ReadRequest(item);
            }
            WriteObject(item);
        }
        if (!any)
        {
            WarnOnce(MyInvocation.BoundParameters.Count == 0 ? "No request is waiting." : "No request matches.");
        }
    }

    private void WriteOne(List<CertificateRequestInfo> all, string id)
    {
        CertificateRequestInfo? found = all.FirstOrDefault(item => string.Equals(item.RequestId, id.Trim(), StringComparison.OrdinalIgnoreCase));
        if (found == null)
        {
            throw ModuleErrors.RequestNotFound($"No request has the id '{id}'");
        }
        ReadRequest(found);
        WriteObject(found);
    }

    private List<CertificateRequestInfo> List(string what, string? location) =>
        Items.Rows(null, ModelConvert.Request, (IntPtr each, IntPtr payload, out ErrorHandle error) =>
            NativeMethods.ListRequests(Context, Utf8.Z(location), Utf8.Z(what), each, payload, out error));

    private void ReadRequest(CertificateRequestInfo info)
    {
        NativeError.Check(NativeMethods.OpenRequest(Context, Utf8.Z(info.RequestId), out IssueHandle issue, out ErrorHandle error), error);
        using (issue)
        {
            byte[]? encoded = IssueReader.Request(issue, NativeEncoding.Certreq);
            info.Pem = encoded == null ? null : Encoding.ASCII.GetString(encoded);
            IssueReader.Describe(issue, info);
        }
    }

    private CertificateRequestInfo ReadFile()
    {
        string file = Files.Resolve(this, RequestPath);
        Target = file;
        byte[] bytes = Files.Read(file);
        NativeError.Check(NativeMethods.CsrParse(Context, bytes, (UIntPtr)(uint)bytes.Length, out CsrHandle csr, out ErrorHandle parseError), parseError);
        using (csr)
        {
            var info = new CertificateRequestInfo { Path = file };
            ModelConvert.Describe(csr, info);
            NativeError.Check(NativeMethods.CsrEncode(csr, (int)NativeEncoding.Certreq, out BufferHandle buffer, out ErrorHandle error), error);
            info.Pem = Encoding.ASCII.GetString(buffer.TakeBytes());
            return info;
        }
    }
}
