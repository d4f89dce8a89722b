using System;
using System.Management.Automation;
using CertBroker.Completion;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>
/// <para>Asks a CA to revoke a certificate.</para>
/// <para>Revoking cannot be undone, but for the reason CertificateHold: a second call with RemoveFromCrl ends it. The
/// certificate stays in its store; Remove-CBCertificate takes it out.</para>
/// </summary>
/// <example>
/// <title>Revoke a certificate of the store</title>
/// <code>Revoke-CBCertificate -Thumbprint $thumbprint -Authority lab -Reason Superseded -Force</code>
/// <para>Without -Force the command asks first.</para>
/// </example>
/// <example>
/// <title>Revoke a certificate of which there is only the file</title>
/// <code>Revoke-CBCertificate -Path server.cer -Authority lab -Reason KeyCompromise -Confirm:$false</code>
/// <para>The file may be PEM, DER or .p7b; its first certificate is revoked.</para>
/// </example>
/// <example>
/// <title>Suspend a certificate and take it back</title>
/// <code>Revoke-CBCertificate -Thumbprint $thumbprint -Authority lab -Reason CertificateHold -Force
/// Revoke-CBCertificate -Thumbprint $thumbprint -Authority lab -Reason RemoveFromCrl -Force</code>
/// <para>Not every CA can do this.</para>
/// </example>
[Cmdlet(VerbsSecurity.Revoke, "CBCertificate", DefaultParameterSetName = "Thumbprint", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(CertificateInfo))]
public sealed class RevokeCBCertificateCommand : StoreCmdlet, ITraces
{
    private ProviderHandle provider = ProviderHandle.None;
    private string opened = string.Empty;

    /// <summary>The thumbprint of the certificate, as people paste it.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Thumbprint", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ThumbprintCompleter))]
    public string[] Thumbprint { get; set; } = Array.Empty<string>();

    /// <summary>A file with the certificate.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Path")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>A certificate that Find-CBCertificate found.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Found", ValueFromPipeline = true)]
    public FoundCertificate? InputObject { get; set; }

    /// <summary>The authority that issued it.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Thumbprint")]
    [Parameter(Mandatory = true, ParameterSetName = "Path")]
    [Parameter(Mandatory = true, ParameterSetName = "Found", ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AuthorityCompleter))]
    [ValidateNotNullOrEmpty]
    public string Authority { get; set; } = string.Empty;

    /// <summary>Why it is revoked.</summary>
    [Parameter]
    public RevocationReason Reason { get; set; } = RevocationReason.Unspecified;

    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Gives the revoked certificate as an object.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Shows what is exchanged with the CA: requests and answers with headers, text and times, without secrets. It
    /// goes to the Information stream, tagged CBTrace.</summary>
    [Parameter]
    public SwitchParameter Trace { get; set; }

    private protected override void SetUp()
    {
        if (Authority.Length > 0)
        {
            UseAuthority();
        }
    }

    private protected override void ProcessItem()
    {
        UseAuthority();
        if (ParameterSetName == "Path")
        {
            string path = Files.Resolve(this, Path);
            Target = path;
            RevokeFirst(Files.Read(path));
            return;
        }
        if (ParameterSetName == "Found")
        {
            Target = InputObject!.SerialNumber;
            if (InputObject.RawData.Length == 0)
            {
                throw ModuleErrors.NoCertificate($"The certificate {InputObject} cannot be revoked: {Authority} listed it without the certificate itself");
            }
            RevokeFirst(InputObject.RawData);
            return;
        }
        foreach (string thumbprint in Thumbprint)
        {
            Item(thumbprint, () =>
            {
                using EntryHandle entry = FindThumbprint(thumbprint);
                Revoke(entry.Certificate, () => ModelConvert.Certificate(entry));
            });
        }
    }

    // From the pipeline the authority comes with each item.
    private void UseAuthority()
    {
        if (Authority != opened)
        {
            Target = Authority;
            provider = Own(AuthorityAccess.Open(Context, Authority, Operation));
            opened = Authority;
        }
    }

    private void RevokeFirst(byte[] bytes)
    {
        NativeError.Check(NativeMethods.ChainParse(Context, bytes, (UIntPtr)(uint)bytes.Length, out ChainHandle chain, out ErrorHandle error), error);
        using (chain)
        {
            Revoke(chain.At(0), () => ModelConvert.Certificate(chain.At(0)));
        }
    }

    private void Revoke(CertificateHandle certificate, Func<CertificateInfo> describe)
    {
        string subject = Getter.Text(certificate, Property.Subject);
        string thumbprint = Getter.Text(certificate, Property.Thumbprint);
        string action = Reason == RevocationReason.RemoveFromCrl ? "End the suspension of certificate"
            : Reason == RevocationReason.CertificateHold ? "Suspend certificate" : $"Revoke certificate ({Reason})";
        if (!ShouldDo($"{subject} [{thumbprint}] at {Authority}", action, Force))
        {
            return;
        }
        int status = NativeMethods.ProviderRevoke(provider, certificate, (int)Reason, ref Operation.Native, out ErrorHandle error);
        Operation.Check(status, error);
        WriteVerbose($"{action}: done for {subject} [{thumbprint}]");
        if (PassThru)
        {
            WriteObject(describe());
        }
    }
}
