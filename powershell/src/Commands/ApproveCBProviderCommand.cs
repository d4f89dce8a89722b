using System;
using System.Linq;
using System.Management.Automation;
using CertBroker.Completion;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>
/// <para>Allows a provider that did not come with CertBroker.</para>
/// <para>A plugin runs with all rights of its caller, so a foreign one is only loaded after it was approved. The approval is
/// for exactly this file: it ends when the file changes. The command shows id, publisher and hash and asks.</para>
/// </summary>
/// <example>
/// <title>See what is waiting for an approval</title>
/// <code>foreach ($provider in Get-CBProvider) { if ($provider.Trust -eq 'NotApproved') { $provider } }</code>
/// <para>Compare the hash with the one its publisher gives.</para>
/// </example>
/// <example>
/// <title>See what an approval would do</title>
/// <code>Approve-CBProvider -Id local-ca -WhatIf</code>
/// <para>Shows the file, its publisher and its hash.</para>
/// </example>
/// <example>
/// <title>Approve a provider whose hash is known</title>
/// <code>$provider = Get-CBProvider local-ca
/// Approve-CBProvider -Id local-ca -Hash $provider.Hash -Force</code>
/// <para>In real life the hash comes from the publisher, not from the file. Another file with this id is refused.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Approve, "CBProvider", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(ProviderInfo))]
public sealed class ApproveCBProviderCommand : CertBrokerCmdlet
{
    /// <summary>The provider's id.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    [ValidateNotNullOrEmpty]
    public string Id { get; set; } = string.Empty;

    /// <summary>The SHA-256 the file must have, 64 hex digits. Without it the file's own hash is approved.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Hash { get; set; }

    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Gives the provider as an object.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void ProcessItem()
    {
        Target = Id;
        ProviderInfo provider = Read();
        string hash = string.IsNullOrEmpty(Hash) ? provider.Hash : Hash!.Trim();
        string publisher = provider.Publisher.Length == 0 ? "unknown" : provider.Publisher;
        if (!ShouldDo($"{provider.Id}, publisher {publisher}, file {provider.Path}, SHA-256 {hash}", "Allow provider", Force))
        {
            return;
        }
        NativeError.Check(NativeMethods.ProviderApprove(Context, Utf8.Z(provider.Id), Utf8.Z(hash), out ErrorHandle error), error);
        if (PassThru)
        {
            WriteObject(Read());
        }
    }

    private ProviderInfo Read()
    {
        return AuthorityAccess.Providers(Context).FirstOrDefault(item => string.Equals(item.Id, Id, StringComparison.OrdinalIgnoreCase))
            ?? throw ModuleErrors.ProviderNotFound($"No provider has the id '{Id}'");
    }
}
