using System;
using System.Management.Automation;
using CertBroker.Completion;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>
/// <para>Takes a certificate out of a store.</para>
/// <para>The private key stays, so that the certificate can be imported again and finds its key; -DeleteKey deletes the key
/// too, for good, and asks first. The CA does not hear of it: Revoke-CBCertificate tells it.</para>
/// </summary>
/// <example>
/// <title>Remove a certificate</title>
/// <code>Remove-CBCertificate -Thumbprint $thumbprint</code>
/// <para>The private key stays in the store.</para>
/// </example>
/// <example>
/// <title>Remove a certificate with its private key</title>
/// <code>Remove-CBCertificate -Thumbprint $thumbprint -DeleteKey -Force</code>
/// <para>Without -Force the command asks first: the key cannot be brought back.</para>
/// </example>
/// <example>
/// <title>See what would be removed</title>
/// <code>Get-CBCertificate -Subject example | Remove-CBCertificate -WhatIf</code>
/// <para>-WhatIf only says what would be done.</para>
/// </example>
[Cmdlet(VerbsCommon.Remove, "CBCertificate", SupportsShouldProcess = true)]
public sealed class RemoveCBCertificateCommand : StoreCmdlet
{
    /// <summary>The thumbprints of the certificates, as people paste them.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ThumbprintCompleter))]
    public string[] Thumbprint { get; set; } = Array.Empty<string>();

    /// <summary>Deletes the private key too.</summary>
    [Parameter]
    public SwitchParameter DeleteKey { get; set; }

    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override void ProcessItem()
    {
        foreach (string thumbprint in Thumbprint)
        {
            Item(thumbprint, () => Remove(thumbprint));
        }
    }

    private void Remove(string thumbprint)
    {
        using EntryHandle entry = FindThumbprint(thumbprint);
        string subject = Getter.Text(entry.Certificate, Property.Subject);
        string what = $"{subject} [{Getter.Text(entry.Certificate, Property.Thumbprint)}] in {StorePath}";
        bool withKey = DeleteKey && Getter.Flag(entry, Property.HasPrivateKey);
        bool agreed = withKey
            ? ShouldDoDangerous(what, "Remove certificate and private key", $"The private key of {subject} is deleted for good. Continue?", Force)
            : ShouldDo(what, "Remove certificate", Force);
        if (!agreed)
        {
            return;
        }
        using NativeSettings options = new NativeSettings().Set("delete-key", DeleteKey);
        int status = NativeMethods.StoreRemove(Store, entry, options, ref Operation.Native, out ErrorHandle error);
        Operation.Check(status, error);
    }
}
