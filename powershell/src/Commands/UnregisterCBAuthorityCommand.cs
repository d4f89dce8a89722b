using System;
using System.Management.Automation;
using CertBroker.Completion;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>
/// <para>Forgets a registered authority with its settings and secrets.</para>
/// <para>Certificates and the journal stay. Requests that are pending there cannot be received until an authority of that
/// name is registered again.</para>
/// </summary>
/// <example>
/// <title>Forget an authority</title>
/// <code>Unregister-CBAuthority -Name lab</code>
/// <para>The CA itself does not hear of it.</para>
/// </example>
/// <example>
/// <title>See what would be forgotten</title>
/// <code>Get-CBAuthority -Name l* | Unregister-CBAuthority -WhatIf</code>
/// <para>-WhatIf only says what would be done.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Unregister, "CBAuthority", SupportsShouldProcess = true)]
public sealed class UnregisterCBAuthorityCommand : AuthorityCmdlet
{
    /// <summary>The names of the authorities.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AuthorityCompleter))]
    public string[] Name { get; set; } = Array.Empty<string>();

    private protected override void ProcessItem()
    {
        foreach (string name in Name)
        {
            Item(name, () =>
            {
                if (ShouldProcess(name, "Forget authority"))
                {
                    NativeError.Check(NativeMethods.AuthorityUnregister(Context, Utf8.Z(LocationIfGiven), Utf8.Z(name), out ErrorHandle error), error);
                }
            });
        }
    }
}
