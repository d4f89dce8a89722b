using System;
using System.Management.Automation;
using CertBroker.Completion;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>
/// <para>Pairs a certificate from a CA with the key that waits for it, and installs it.</para>
/// <para>Does what certreq.exe -accept does. The file may be PEM, DER or .p7b, with or without the CA's certificates. The
/// key is found by its public key. Intermediate certificates go to the store CA, a root only with -TrustRoot.</para>
/// </summary>
/// <example>
/// <title>Install the certificate a CA sent</title>
/// <code>Complete-CBCertificateRequest -Path answer.cer</code>
/// <para>Finds the waiting key by itself and installs the certificate where the request was made for.</para>
/// </example>
/// <example>
/// <title>Go on with the certificate</title>
/// <code>$certificate = Complete-CBCertificateRequest -Path answer.cer -FriendlyName 'RA certificate'
/// $certificate.Thumbprint</code>
/// <para>The object is the installed certificate.</para>
/// </example>
/// <example>
/// <title>Accept the CA's root as well</title>
/// <code>Complete-CBCertificateRequest -Path answer.cer -TrustRoot</code>
/// <para>A root that comes with the certificate is put into the store Root. Do this only when you know the root.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Complete, "CBCertificateRequest", SupportsShouldProcess = true)]
[OutputType(typeof(CertificateInfo))]
public sealed class CompleteCBCertificateRequestCommand : StoreCmdlet
{
    /// <summary>The file with the certificate: PEM, DER or .p7b.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>The request the certificate must belong to. Without it all waiting requests are searched.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(RequestIdCompleter))]
    public string? RequestId { get; set; }

    /// <summary>The friendly name the certificate gets.</summary>
    [Parameter]
    public string? FriendlyName { get; set; }

    /// <summary>Installs a root certificate that comes with the certificate, as trusted.</summary>
    [Parameter]
    public SwitchParameter TrustRoot { get; set; }

    /// <summary>Installs a certificate for another person or host than the request asked for, with other names, usages or dates,
    /// too, with warnings. Without it such a certificate stays in the journal, and the command fails.</summary>
    [Parameter]
    public SwitchParameter AllowDifferences { get; set; }

    /// <summary>Installs a certificate that is signed with MD5 or SHA-1, or whose CA has too short a key, too.</summary>
    [Parameter]
    public SwitchParameter AllowWeakSignature { get; set; }

    /// <summary>Accounts that may use the private key too: DOMAIN\account, account@domain, DOMAIN\service$ for a group managed
    /// service account, or a SID. Only stores of Windows keep such a list.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? GrantRead { get; set; }

    private protected override void ProcessItem()
    {
        string path = Files.Resolve(this, Path);
        Target = path;
        byte[] bytes = Files.Read(path);
        if (!ShouldProcess(path, "Install the certificate with its waiting key"))
        {
            return;
        }
        // A store that was not asked for is the one the request was made for.
        bool chosen = Bound(nameof(StoreLocation)) || Bound(nameof(StoreName));
        StoreHandle store = chosen ? Store : StoreHandle.None;
        using var options = new NativeSettings();
        options.SetIfGiven("friendly-name", FriendlyName);
        options.Set("trust-root", TrustRoot);
        options.Set("allow-differences", AllowDifferences);
        options.Set("allow-weak-signature", AllowWeakSignature);
        int status = NativeMethods.Complete(Context, Utf8.ZOrNull(RequestId), bytes, (UIntPtr)(uint)bytes.Length, store, options, ref Operation.Native,
            out IssueHandle issue, out ErrorHandle error);
        Operation.Check(status, error);
        using (issue)
        {
            foreach (string warning in Getter.Texts(issue, Property.Warning))
            {
                WarnOnce(warning);
            }
            LetUse(issue, GrantRead);
            CertificateInfo? certificate = IssueReader.Certificate(issue);
            if (certificate != null)
            {
                WriteObject(certificate);
            }
        }
    }
}
