using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using CertBroker.Completion;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>Commands that look at the connection to a CA, one row a check.</summary>
public abstract class CheckCmdlet : StoreCmdlet
{
    private readonly List<AuthorityCheck> all = new List<AuthorityCheck>();
    private readonly List<AuthorityCheck> before = new List<AuthorityCheck>();

    private protected CheckCmdlet() { }

    /// <summary>The template or profile that is to be used; the CA must know it.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(TemplateCompleter))]
    public string? Template { get; set; }

    /// <summary>A subject that will be asked for, to be held against the template: CN=IWUser0. Nothing is sent.</summary>
    [Parameter]
    public string? Subject { get; set; }

    /// <summary>DNS names that will be asked for.</summary>
    [Parameter]
    public string[]? DnsName { get; set; }

    /// <summary>E-mail addresses that will be asked for.</summary>
    [Parameter]
    public string[]? EmailAddress { get; set; }

    /// <summary>User principal names that will be asked for.</summary>
    [Parameter]
    public string[]? Upn { get; set; }

    /// <summary>Other names that will be asked for, as oid=hex.</summary>
    [Parameter]
    public string[]? OtherName { get; set; }

    /// <summary>The account of a service that must be able to use the client certificate's private key: DOMAIN\account, NT
    /// AUTHORITY\SYSTEM, or a SID. Stores of Windows keep such a list.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ServiceAccount { get; set; }

    /// <summary>A file that gets the result as a page to read and to send on (HTML). It holds names and thumbprints, and
    /// no secrets.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ReportPath { get; set; }

    /// <summary>Overwrites an existing report.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Gives True or False in place of the rows: False when a check failed.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    private protected override void SetUp()
    {
        if (ReportPath != null)
        {
            ReportPath = Files.Resolve(this, ReportPath);
            Target = ReportPath;
            Files.CheckWritable(ReportPath, Force);
        }
    }

    private protected override void Finish()
    {
        if (ReportPath != null && all.Count > 0)
        {
            Files.Write(ReportPath, CheckReport.Html(all, DateTime.Now), Force);
            WriteVerbose($"The report is {ReportPath}");
        }
    }

    /// <summary>Makes every check. The authority is null for a connection that is not registered.</summary>
    private protected void Check(string name, string? authority, string? provider, NativeSettings settings)
    {
        using NativeSettings options = new NativeSettings()
            .SetIfGiven("provider", provider)
            .SetIfGiven("template", Template)
            .SetIfGiven("account", ServiceAccount)
            .Set("store", StoreUri);
        using RequestHandle? request = Names();
        RequestHandle wanted = request ?? RequestHandle.None;
        List<AuthorityCheck> checks = Items.Rows(Operation, row => ModelConvert.Check(row, name), (IntPtr each, IntPtr payload, out ErrorHandle error) =>
            NativeMethods.AuthorityCheck(Context, null, Utf8.ZOrNull(authority), settings, options, wanted, ref Operation.Native, each, payload, out error));
        checks.InsertRange(0, before);
        before.Clear();
        all.AddRange(checks);
        if (Quiet)
        {
            WriteObject(!checks.Any(item => item.Status == "Failed"));
            return;
        }
        WriteObject(checks, enumerateCollection: true);
    }

    /// <summary>A row that stands before those of the next Check.</summary>
    private protected void Add(AuthorityCheck check) => before.Add(check);

    private RequestHandle? Names()
    {
        var names = new List<KeyValuePair<Property, string>>();
        void Each(Property property, IEnumerable<string>? values) =>
            names.AddRange((values ?? Array.Empty<string>()).Select(value => new KeyValuePair<Property, string>(property, value)));
        Each(Property.Subject, Subject == null ? null : new[] { Subject });
        Each(Property.DnsName, DnsName);
        Each(Property.EmailAddress, EmailAddress);
        Each(Property.Upn, Upn);
        Each(Property.OtherName, OtherName);
        if (names.Count == 0)
        {
            return null;
        }
        NativeError.Check(NativeMethods.RequestCreate(Context, out RequestHandle request, out ErrorHandle error), error);
        try
        {
            foreach (KeyValuePair<Property, string> item in names)
            {
                NativeError.Check(NativeMethods.RequestSet(request, (int)item.Key, Utf8.Z(item.Value), out ErrorHandle failure), failure);
            }
            return request;
        }
        catch
        {
            request.Dispose();
            throw;
        }
    }
}
