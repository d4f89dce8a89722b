using System;
using System.Management.Automation;
using CertBroker.Completion;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>
/// <para>Asks a CA which certificates it has issued.</para>
/// <para>The CA's list is read page by page while objects are taken, so that Select-Object -First ends it early. Values are
/// compared as the CA does it, mostly whole. What comes can be given to Revoke-CBCertificate.</para>
/// </summary>
/// <example>
/// <title>All certificates of a user</title>
/// <code>Find-CBCertificate -Authority lab -EmailAddress iwuser0@example.com</code>
/// <para>Shows what the CA knows, also what is not in a store of this computer.</para>
/// </example>
/// <example>
/// <title>Revoke what somebody has</title>
/// <code>Find-CBCertificate -Authority lab -Subject 'IWUser0' -Status Valid | Revoke-CBCertificate -Reason CessationOfOperation -WhatIf</code>
/// <para>Without -WhatIf each one is asked about.</para>
/// </example>
[Cmdlet(VerbsCommon.Find, "CBCertificate")]
[OutputType(typeof(FoundCertificate))]
public sealed class FindCBCertificateCommand : CertBrokerCmdlet, ITraces
{
    /// <summary>The authority to ask.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AuthorityCompleter))]
    [ValidateNotNullOrEmpty]
    public string Authority { get; set; } = string.Empty;

    /// <summary>The common name of the subject.</summary>
    [Parameter(Position = 1)]
    [Alias("CommonName")]
    public string? Subject { get; set; }

    /// <summary>The e-mail address the CA keeps for the certificate.</summary>
    [Parameter]
    public string? EmailAddress { get; set; }

    /// <summary>The serial number, hexadecimal.</summary>
    [Parameter]
    public string? SerialNumber { get; set; }

    /// <summary>What the CA says of it: Valid, Expired, Revoked or Suspended.</summary>
    [Parameter]
    [ValidateSet("Valid", "Expired", "Revoked", "Suspended")]
    public string? Status { get; set; }

    /// <summary>The template it was issued by; of DigiCert the certificate profile OID.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(TemplateCompleter))]
    public string? Template { get; set; }

    /// <summary>Whom the CA counts it for; of DigiCert the seat.</summary>
    [Parameter]
    [Alias("Seat")]
    public string? Owner { get; set; }

    /// <summary>Shows what is exchanged with the CA: requests and answers with headers, text and times, without secrets. It
    /// goes to the Information stream, tagged CBTrace.</summary>
    [Parameter]
    public SwitchParameter Trace { get; set; }

    private protected override void ProcessItem()
    {
        Target = Authority;
        using ProviderHandle provider = AuthorityAccess.Open(Context, Authority, Operation);
        using NativeSettings terms = new NativeSettings()
            .SetIfGiven("subject", Subject)
            .SetIfGiven("email", EmailAddress)
            .SetIfGiven("serial", SerialNumber)
            .SetIfGiven("status", Status)
            .SetIfGiven("template", Template)
            .SetIfGiven("owner", Owner);
        Items.Each(Operation, item =>
        {
            WriteObject(ModelConvert.Found(new Row(item), Authority));
            return true;
        }, (IntPtr each, IntPtr payload, out ErrorHandle error) =>
            NativeMethods.ProviderSearch(provider, terms, ref Operation.Native, each, payload, out error));
    }
}
