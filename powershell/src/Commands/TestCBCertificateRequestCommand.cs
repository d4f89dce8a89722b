using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using CertBroker.Completion;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>
/// <para>Shows everything that is wrong in an INF file or in request parameters.</para>
/// <para>Each problem comes as an object with file, line, column, rule and remedy; nothing comes when the request is good.
/// With -Authority the CA's rules are checked too. Nothing is made or sent.</para>
/// </summary>
/// <example>
/// <title>Check an INF file</title>
/// <code>Test-CBCertificateRequest -InfPath certreq.ini</code>
/// <para>Shows all problems, not only the first one.</para>
/// </example>
/// <example>
/// <title>Decide in a script</title>
/// <code>if (Test-CBCertificateRequest -InfPath certreq.ini -Quiet) { 'good' } else { 'not good' }</code>
/// <para>-Quiet gives True unless there is an error; warnings alone are no reason for False.</para>
/// </example>
/// <example>
/// <title>Check against a CA's rules</title>
/// <code>Test-CBCertificateRequest -Subject 'CN=web01.example.com' -DnsName web01.example.com -Authority lab -Template server</code>
/// <para>Shows what the CA would refuse, before anything is sent to it.</para>
/// </example>
/// <example>
/// <title>Find users whose names cannot be made</title>
/// <code>@{ UserName = 'jane'; mail = 'jane@example.com' }, @{ UserName = 'nobody' } | Test-CBCertificateRequest -SubjectFormat CommonNameAsEmail</code>
/// <para>Shows that nobody has neither an e-mail address nor a user principal name.</para>
/// </example>
[Cmdlet(VerbsDiagnostic.Test, "CBCertificateRequest", DefaultParameterSetName = InfSet)]
[OutputType(typeof(Diagnostic), typeof(bool))]
public sealed class TestCBCertificateRequestCommand : RequestCmdlet
{
    private ProviderHandle provider = ProviderHandle.None;

    /// <summary>The authority whose rules are checked too.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AuthorityCompleter))]
    public string? Authority { get; set; }

    /// <summary>The CA's template.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(TemplateCompleter))]
    public string? Template { get; set; }

    /// <summary>Gives True or False in place of the problems.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    private protected override void SetUp()
    {
        base.SetUp();
        if (!string.IsNullOrEmpty(Authority))
        {
            Target = Authority;
            provider = Own(AuthorityAccess.Open(Context, Authority!, Operation));
        }
    }

    private protected override void ProcessItem()
    {
        var found = new List<Diagnostic>();
        using RequestHandle request = BuildRequest(wrong => found.Add(Describe(wrong)));
        found.AddRange(Items.Rows(Operation, ModelConvert.Diagnostic, (IntPtr each, IntPtr payload, out ErrorHandle error) =>
            NativeMethods.RequestCheck(request, provider, Utf8.ZOrNull(Template), ref Operation.Native, each, payload, out error)));
        if (Quiet)
        {
            WriteObject(!found.Any(item => item.Severity == DiagnosticSeverity.Error));
            return;
        }
        if (found.Count == 0)
        {
            WriteVerbose($"{Describe()}: no problems found");
        }
        WriteObject(found, enumerateCollection: true);
    }

    // A value that was refused at once is one more diagnostic here.
    private static Diagnostic Describe(CertBrokerException wrong) => new Diagnostic
    {
        Severity = DiagnosticSeverity.Error,
        Rule = wrong.ErrorId,
        Message = wrong.FullMessage,
        Remedy = wrong.Remedy,
        File = wrong.File,
        Line = wrong.Line,
        Column = wrong.Column,
    };
}
