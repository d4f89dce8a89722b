using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using CertBroker.Completion;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>
/// <para>Checks the connection to a CA.</para>
/// <para>One row comes for each check, with status, message, cause and what to do. Nothing is ordered.</para>
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
[Cmdlet(VerbsDiagnostic.Test, "CBAuthority")]
[OutputType(typeof(AuthorityCheck), typeof(bool))]
public sealed class TestCBAuthorityCommand : CertBrokerCmdlet
{
    /// <summary>The names of the authorities.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Authority")]
    [ArgumentCompleter(typeof(AuthorityCompleter))]
    public string[] Name { get; set; } = Array.Empty<string>();

    /// <summary>Gives True or False in place of the rows.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    private protected override void ProcessItem()
    {
        foreach (string name in Name)
        {
            Item(name, () => Check(name));
        }
    }

    private void Check(string name)
    {
        using ProviderHandle provider = AuthorityAccess.Open(Context, name, Operation);
        List<AuthorityCheck> checks = Items.Rows(Operation, row => ModelConvert.Check(row, name), (IntPtr each, IntPtr payload, out ErrorHandle error) =>
            NativeMethods.ProviderCheck(provider, ref Operation.Native, each, payload, out error));
        if (Quiet)
        {
            WriteObject(!checks.Any(item => string.Equals(item.Status, "Failed", StringComparison.OrdinalIgnoreCase)));
            return;
        }
        WriteObject(checks, enumerateCollection: true);
    }
}
