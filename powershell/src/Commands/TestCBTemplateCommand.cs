using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using CertBroker.Completion;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>
/// <para>Looks for templates that let a requester name somebody else.</para>
/// <para>A certificate that logs people on, with a name that the requester chose and nobody approved, makes anybody an administrator. The
/// patterns are those of the advisory "Certified Pre-Owned" and its sequels: ESC1, ESC2, ESC3, ESC9 and ESC15 (CVE-2024-49019) for templates
/// of a Microsoft CA, and ESC6 for the CA itself. Each row has the advisory's name, the cause and the cure; docs/troubleshooting.md explains
/// them. What counts is what the CA says of its templates; of a CA that says less, the rules are looked at, and what cannot be known is
/// Skipped with the reason. Who may enrol for a template stands in the directory, which is not asked. Nothing is requested.</para>
/// </summary>
/// <example>
/// <title>Look at all templates of a CA</title>
/// <code>Test-CBTemplate -Authority lab</code>
/// <para>One row for each finding, or one that says why a template is sound.</para>
/// </example>
/// <example>
/// <title>Show what is to be mended, and how</title>
/// <code>foreach ($row in Test-CBTemplate -Authority lab) { if ($row.Status -eq 'Warning') { "$($row.Template): $($row.Name). $($row.RecommendedAction)" } }</code>
/// <para>The cure is in RecommendedAction, what it was concluded from in Cause.</para>
/// </example>
/// <example>
/// <title>Decide in a script</title>
/// <code>Test-CBTemplate -Authority lab -Template server, code-signing -Quiet</code>
/// <para>-Quiet gives True when nothing was found.</para>
/// </example>
[Cmdlet(VerbsDiagnostic.Test, "CBTemplate")]
[OutputType(typeof(AuthorityCheck), typeof(bool))]
public sealed class TestCBTemplateCommand : CertBrokerCmdlet, ITraces
{
    private readonly List<AuthorityCheck> all = new List<AuthorityCheck>();

    /// <summary>The authority whose templates are looked at.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AuthorityCompleter))]
    [ValidateNotNullOrEmpty]
    public string Authority { get; set; } = string.Empty;

    /// <summary>The templates, by name. All that the CA lists without it.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(TemplateCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Template { get; set; }

    /// <summary>A file that gets the result as a page to read and to send on (HTML).</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ReportPath { get; set; }

    /// <summary>Overwrites an existing report.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Gives True or False in place of the rows: False when something was found, or a template could not be looked at.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <summary>Shows what is exchanged with the CA: requests and answers with headers, text and times, without secrets. It
    /// goes to the Information stream, tagged CBTrace.</summary>
    [Parameter]
    public SwitchParameter Trace { get; set; }

    private protected override void SetUp()
    {
        if (ReportPath != null)
        {
            ReportPath = Files.Resolve(this, ReportPath);
            Target = ReportPath;
            Files.CheckWritable(ReportPath, Force);
        }
    }

    private protected override void ProcessItem()
    {
        Target = Authority;
        using ProviderHandle provider = AuthorityAccess.Open(Context, Authority, Operation);
        string? names = Template == null ? null : string.Join("\n", Template);
        List<AuthorityCheck> rows = Items.Rows(Operation, row => ModelConvert.Check(row, Authority), (IntPtr each, IntPtr payload, out ErrorHandle error) =>
            NativeMethods.ProviderCheckTemplates(provider, Utf8.ZOrNull(names), ref Operation.Native, each, payload, out error));
        all.AddRange(rows);
        if (Quiet)
        {
            WriteObject(!rows.Any(row => row.Status == "Warning" || row.Status == "Failed"));
            return;
        }
        WriteObject(rows, enumerateCollection: true);
    }

    private protected override void Finish()
    {
        if (ReportPath != null && all.Count > 0)
        {
            Files.Write(ReportPath, CheckReport.Html(all, DateTime.Now), Force);
            WriteVerbose($"The report is {ReportPath}");
        }
    }
}
