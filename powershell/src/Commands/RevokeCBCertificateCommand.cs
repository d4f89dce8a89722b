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
public sealed class RevokeCBCertificateCommand : StoreCmdlet
{
    private ProviderHandle provider = ProviderHandle.None;

    /// <summary>The thumbprint of the certificate, as people paste it.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Thumbprint", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ThumbprintCompleter))]
    public string[] Thumbprint { get; set; } = Array.Empty<string>();

    /// <summary>A file with the certificate.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Path")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>The authority that issued it.</summary>
    [Parameter(Mandatory = true)]
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

    private protected override void SetUp()
    {
        Target = Authority;
        provider = Own(AuthorityAccess.Open(Context, Authority, Operation));
    }

    private protected override void ProcessItem()
    {
        if (ParameterSetName == "Path")
        {
            string path = Files.Resolve(this, Path);
            Target = path;
            byte[] bytes = Files.Read(path);
            NativeError.Check(NativeMethods.ChainParse(Context, bytes, (UIntPtr)(uint)bytes.Length, out ChainHandle chain, out ErrorHandle error), error);
            using (chain)
            {
                Revoke(chain.At(0), () => ModelConvert.Certificate(chain.At(0)));
            }
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
