using System;
using System.Management.Automation;
using CertBroker.Completion;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>
/// <para>Checks everything that can stand between this computer and a certificate of a CA.</para>
/// <para>The settings, the client certificate with its private key, the way to the CA, TLS on both sides, the clock, the
/// template, the store that certificates go to, and what the provider checks besides. One row comes for each check, with
/// what was seen, the cause and what to do; docs/troubleshooting.md explains them all. Nothing is ordered. A key and a
/// certificate are put into the store and taken out again, to see that it can be written to.</para>
/// </summary>
/// <example>
/// <title>Check an authority</title>
/// <code>Test-CBAuthority -Name lab</code>
/// <para>Shows whether the settings are right and the CA can be reached.</para>
/// </example>
/// <example>
/// <title>Decide in a script</title>
/// <code>if (-not (Test-CBAuthority -Name lab -Quiet)) { throw 'The CA cannot be used.' }</code>
/// <para>-Quiet gives False when a check failed.</para>
/// </example>
/// <example>
/// <title>Hold names against a template, and write a report</title>
/// <code>Test-CBAuthority -Name lab -Template server -Subject 'CN=web01.example.com' -DnsName web01.example.com -ReportPath lab.html -Force</code>
/// <para>The template must know these names; the report is a page to read and to send on.</para>
/// </example>
/// <example>
/// <title>See what is exchanged with the CA</title>
/// <code>Test-CBAuthority -Name lab -Trace -InformationVariable exchange
/// $exchange.Count</code>
/// <para>Requests and answers, without secrets, are shown and kept in a variable. A CA without a network has none.</para>
/// </example>
[Cmdlet(VerbsDiagnostic.Test, "CBAuthority")]
[OutputType(typeof(AuthorityCheck), typeof(bool))]
public sealed class TestCBAuthorityCommand : CheckCmdlet, ITraces
{
    /// <summary>The names of the authorities.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Authority")]
    [ArgumentCompleter(typeof(AuthorityCompleter))]
    public string[] Name { get; set; } = Array.Empty<string>();

    /// <summary>Shows what is exchanged with the CA: requests and answers with headers, text and times, without secrets. It
    /// goes to the Information stream, tagged CBTrace.</summary>
    [Parameter]
    public SwitchParameter Trace { get; set; }

    private protected override void ProcessItem()
    {
        foreach (string name in Name)
        {
            Item(name, () =>
            {
                using var nothing = new NativeSettings();
                Check(name, name, null, nothing);
            });
        }
    }
}
