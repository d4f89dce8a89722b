using System;
using System.Collections;
using System.Collections.Generic;
using System.Management.Automation;
using CertBroker.Completion;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>
/// <para>Gets a certificate from a CA.</para>
/// <para>Goes the whole road: asks for the CA's rules, makes the key, makes the request, sends it, checks the answer and
/// installs the certificate. Every step is written down first, so nothing is lost and nothing is issued twice, whatever
/// happens in between. The object that comes back has the Status Issued, Pending, Denied or Uncertain; a pending or uncertain
/// request is taken further by Receive-CBCertificate. The order settings of the authority's provider are parameters of this
/// command: Get-CBProvider -ListSetting lists them.</para>
/// </summary>
/// <example>
/// <title>Get a certificate for names</title>
/// <code>Request-CBCertificate -Authority lab -Template server -Subject 'CN=web01.example.com' -DnsName web01.example.com -KeyAlgorithm ECDSA_P256</code>
/// <para>Makes the key, gets the certificate and installs it in CurrentUser\My.</para>
/// </example>
/// <example>
/// <title>Get a certificate for an INF file</title>
/// <code>$result = Request-CBCertificate -Authority lab -InfPath certreq.ini -OutFile ra.cer
/// $result.Status</code>
/// <para>Installs the certificate where the file says, and writes it to ra.cer too.</para>
/// </example>
/// <example>
/// <title>Send a request that was made elsewhere</title>
/// <code>Request-CBCertificate -Authority lab -RequestPath request.csr -NoInstall -OutFile other.cer</code>
/// <para>The key is not here, so the certificate is only written to a file.</para>
/// </example>
/// <example>
/// <title>Send a request that waits here</title>
/// <code>New-CBCertificateRequest -Subject 'CN=agent' -KeyAlgorithm ECDSA_P256 | Request-CBCertificate -Authority lab -WaitSeconds 5</code>
/// <para>Sends the request, and asks again for up to five seconds when the CA wants to decide later.</para>
/// </example>
/// <example>
/// <title>Get certificates for users</title>
/// <code>@{ UserName = 'jane'; mail = 'jane@example.com' }, @{ UserName = 'john'; upn = 'john@example.com' } |
///     Request-CBCertificate -Authority lab -Template user -SubjectFormat CommonNameIncludingEmail -SubjectAlternativeName Email, Upn -KeyAlgorithm ECDSA_P256</code>
/// <para>Users of a directory and rows of Import-Csv are taken the same way. E-mail address and user principal name stand in for
/// each other; a user who has neither is an error, and the next one comes. docs/person-profiles.md lists the properties.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Request, "CBCertificate", DefaultParameterSetName = ParameterSet, SupportsShouldProcess = true)]
[OutputType(typeof(IssuanceResult))]
public sealed class RequestCBCertificateCommand : RequestCmdlet, IDynamicParameters, ITraces
{
    private const string RequestSet = "Request";
    private const string RequestIdSet = "RequestId";
    private const string RequestPathSet = "RequestPath";

    private readonly Queue<RequestLane> onTheWay = new Queue<RequestLane>();
    private readonly Stack<RequestLane> free = new Stack<RequestLane>();
    private readonly List<RequestLane> lanes = new List<RequestLane>();
    private KeysAhead? keysAhead;
    private int items;
    private ProviderParameters? dynamicParameters;

    /// <summary>The authority to ask: a name that Register-CBAuthority gave.</summary>
    [Parameter(Mandatory = true)]
    [ArgumentCompleter(typeof(AuthorityCompleter))]
    [ValidateNotNullOrEmpty]
    public string Authority { get; set; } = string.Empty;

    /// <summary>The CA's template or profile. It must agree with a template named in the INF file.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(TemplateCompleter))]
    public string? Template { get; set; }

    /// <summary>A request object of New-CBCertificateRequest or Get-CBCertificateRequest.</summary>
    [Parameter(Mandatory = true, ParameterSetName = RequestSet, ValueFromPipeline = true)]
    public CertificateRequestInfo? Request { get; set; }

    /// <summary>The id of a request that New-CBCertificateRequest made.</summary>
    [Parameter(Mandatory = true, ParameterSetName = RequestIdSet)]
    [ArgumentCompleter(typeof(RequestIdCompleter))]
    public string RequestId { get; set; } = string.Empty;

    /// <summary>A file with a request made elsewhere: PEM, base64 or DER; PKCS#10, or a PKCS#7 or CMC message.</summary>
    [Parameter(Mandatory = true, ParameterSetName = RequestPathSet)]
    [ValidateNotNullOrEmpty]
    public string RequestPath { get; set; } = string.Empty;

    /// <summary>The certificate that signs a PKCS7 or CMC request besides its own key, an enrolment agent's above all: its thumbprint, or
    /// the certificate. It is looked for in the stores, with its private key.</summary>
    [Parameter(ParameterSetName = InfSet)]
    [Parameter(ParameterSetName = ParameterSet)]
    [ThumbprintOf]
    [ArgumentCompleter(typeof(ThumbprintCompleter))]
    [ValidateNotNullOrEmpty]
    public string? SigningCertificate { get; set; }

    /// <summary>Settings of this order, by the names that Get-CBProvider -ListSetting shows: @{ 'name' = 'value' }. Secrets
    /// are given as SecureString.</summary>
    [Parameter]
    public Hashtable? OrderSetting { get; set; }

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

    /// <summary>Takes nothing that the CA changed, be it the order of the subject's parts. Without it what a CA may well change
    /// comes as warnings.</summary>
    [Parameter]
    public SwitchParameter Exact { get; set; }

    /// <summary>Installs a certificate for another person or host than asked for, with other names, usages or dates, too, with
    /// warnings. Without it such a certificate stays in the journal, and the command fails.</summary>
    [Parameter]
    public SwitchParameter AllowDifferences { get; set; }

    /// <summary>Installs a certificate that is signed with MD5 or SHA-1, or whose CA has too short a key, too.</summary>
    [Parameter]
    public SwitchParameter AllowWeakSignature { get; set; }

    /// <summary>When the certificate is to end. Without it the CA decides; not every CA can be asked.</summary>
    [Parameter]
    public DateTime? NotAfter { get; set; }

    /// <summary>How many requests of a pipeline are on their way to the CA at the same time, each over a connection of its own.
    /// Results come in the order of the input, some requests later than with 1.</summary>
    [Parameter]
    [ValidateRange(1, 16)]
    public int ThrottleLimit { get; set; } = 1;

    /// <summary>A file the certificate is written to as PEM, once it is issued.</summary>
    [Parameter]
    public string? OutFile { get; set; }

    /// <summary>Overwrites an existing file.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

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
        base.SetUp();
        Target = Authority;
        free.Push(NewLane());
    }

    private protected override void Finish()
    {
        while (onTheWay.Count > 0)
        {
            FetchNext();
        }
        keysAhead?.Dispose();
    }

    private protected override void OnStop()
    {
        lock (lanes)
        {
            lanes.ForEach(lane => lane.Operation.Cancel());
        }
    }

    private protected override void ProcessItem()
    {
        PrepareForMore();
        string? path = null;
        if (!string.IsNullOrEmpty(OutFile))
        {
            path = Files.Resolve(this, OutFile!);
            Files.CheckWritable(path, Force);
        }
        var order = new NativeSettings();
        string? id = dynamicParameters == null && OrderSetting != null ? AuthorityAccess.ProviderOf(Context, Authority) : null;
        ProviderParameters.Apply(this, Context, id, ProviderParameters.Order, dynamicParameters, OrderSetting, order);
        NativeSettings options = Road.Options(!NoInstall, TrustRoot, FriendlyName, WaitSeconds, AllowDifferences, AllowWeakSignature)
            .Set("exact", Exact)
            .SetIfGiven("signing-certificate", SigningCertificate)
            .Ending(NotAfter);
        Send(path, order, options);
    }

    private void Send(string? path, NativeSettings order, NativeSettings options)
    {
        switch (ParameterSetName)
        {
            case RequestSet:
                SendPrepared(Request!.RequestId, Request.Subject, path, order, options);
                break;
            case RequestIdSet:
                SendPrepared(RequestId, RequestId, path, order, options);
                break;
            case RequestPathSet:
                SendForeign(path, order, options);
                break;
            default:
                SendNew(path, order, options);
                break;
        }
    }

    /// <summary>The lane of the next request. When all are taken, the answer to the oldest request is fetched first, which keeps
    /// the results in order.</summary>
    private RequestLane NextLane()
    {
        if (free.Count > 0)
        {
            return free.Pop();
        }
        if (onTheWay.Count > 0 && onTheWay.Count >= ThrottleLimit)
        {
            FetchNext();
            return free.Pop();
        }
        return NewLane();
    }

    private RequestLane NewLane()
    {
        var lane = Own(new RequestLane(Context, Authority, Operation, this));
        lock (lanes)
        {
            lanes.Add(lane);
        }
        if (Operation.Cancelled)
        {
            lane.Operation.Cancel();
        }
        return lane;
    }

    private void FetchNext()
    {
        RequestLane lane = onTheWay.Dequeue();
        try
        {
            Item(lane.Target, () =>
            {
                using IssueHandle issue = lane.Fetch();
                Show(issue, lane.Path);
            });
        }
        finally
        {
            free.Push(lane);
        }
    }

    private void Show(IssueHandle issue, string? path)
    {
        IssuanceResult result = Road.Result(issue, WarnOnce);
        LetUse(issue, GrantRead);
        Item(path, () => Road.WriteCertificate(result, path, Force));
        WriteObject(result);
    }

    /// <summary>Sends it now, or puts it on its way where several may be.</summary>
    private void Go(string? path, SendCall send, params IDisposable[] handles)
    {
        object? target = Target; // fetching an older answer changes it
        RequestLane lane = NextLane();
        Road.AllowTime(lane.Operation, WaitSeconds);
        onTheWay.Enqueue(lane);
        lane.Start(target, path, send, ThrottleLimit == 1, handles);
        if (ThrottleLimit == 1)
        {
            FetchNext();
        }
    }

    // One request is no batch. With the second one more are likely, and their keys are made while this one is on its way.
    private void PrepareForMore()
    {
        if (++items == 2)
        {
            keysAhead = Own(new KeysAhead(Context));
        }
    }

    private bool Agreed(string what) => ShouldProcess($"{what} from {Authority}", "Request certificate");

    private void SendNew(string? path, NativeSettings order, NativeSettings options)
    {
        byte[]? template = Utf8.ZOrNull(Template);
        RequestHandle request = BuildRequest();
        bool given = false;
        try
        {
            ShowWarnings(request);
            _ = StoreFor(request);
            string store = StoreUri;
            if (Agreed(Describe()))
            {
                given = true;
                Go(path, (RequestLane lane, out IssueHandle issue, out ErrorHandle error) =>
                    NativeMethods.Enroll(Context, request, lane.Provider, template, order, lane.Store(store), options,
                        ref lane.Operation.Native, out issue, out error), request, order, options);
            }
        }
        finally
        {
            if (!given)
            {
                request.Dispose();
                order.Dispose();
                options.Dispose();
            }
        }
    }

    private void SendPrepared(string id, string subject, string? path, NativeSettings order, NativeSettings options)
    {
        byte[]? template = Utf8.ZOrNull(Template);
        Target = id;
        if (Agreed(subject))
        {
            Go(path, (RequestLane lane, out IssueHandle issue, out ErrorHandle error) =>
                NativeMethods.EnrollPrepared(Context, Utf8.Z(id.Trim()), lane.Provider, template, order, options,
                    ref lane.Operation.Native, out issue, out error), order, options);
        }
    }

    private void SendForeign(string? path, NativeSettings order, NativeSettings options)
    {
        byte[]? template = Utf8.ZOrNull(Template);
        string file = Files.Resolve(this, RequestPath);
        Target = file;
        byte[] bytes = Files.Read(file);
        NativeError.Check(NativeMethods.CsrParse(Context, bytes, (UIntPtr)(uint)bytes.Length, out CsrHandle csr, out ErrorHandle parseError), parseError);
        if (Agreed(Getter.Text(csr, Property.Subject)))
        {
            string store = StoreUri;
            Go(path, (RequestLane lane, out IssueHandle issue, out ErrorHandle error) =>
                NativeMethods.EnrollCsr(Context, csr, lane.Provider, template, order, lane.Store(store), options,
                    ref lane.Operation.Native, out issue, out error), csr, order, options);
        }
        else
        {
            csr.Dispose();
        }
    }
}
