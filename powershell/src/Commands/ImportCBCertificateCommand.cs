using System;
using System.Management.Automation;
using System.Security;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>
/// <para>Puts the certificate of a file into a store.</para>
/// <para>The file may be PEM, DER or .p7b. Issuers that come with the certificate go to the store CA, a root only with
/// -TrustRoot. With -KeyPath a private key in a file of its own is stored with the certificate; when a key that belongs to
/// the certificate is in the store already, the two are paired.</para>
/// </summary>
/// <example>
/// <title>Import a certificate</title>
/// <code>Import-CBCertificate -Path server.cer</code>
/// <para>Puts the certificate into CurrentUser\My.</para>
/// </example>
/// <example>
/// <title>Import a certificate with its key file</title>
/// <code>Import-CBCertificate -Path server.cer -KeyPath server.key -FriendlyName server -Exportable</code>
/// <para>What openssl left in two files becomes one certificate with its private key.</para>
/// </example>
/// <example>
/// <title>Import an intermediate certificate for the computer</title>
/// <code>Import-CBCertificate -Path server.cer -StoreLocation LocalMachine -StoreName CA</code>
/// <para>-StoreName takes any store's name.</para>
/// </example>
[Cmdlet(VerbsData.Import, "CBCertificate", SupportsShouldProcess = true)]
[OutputType(typeof(CertificateInfo))]
public sealed class ImportCBCertificateCommand : StoreCmdlet
{
    /// <summary>The file with the certificate.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>A file with the private key: PKCS#8, PKCS#1 or SEC1, PEM or DER.</summary>
    [Parameter]
    public string? KeyPath { get; set; }

    /// <summary>The password of the key file.</summary>
    [Parameter]
    public SecureString? KeyPassword { get; set; }

    /// <summary>The private key may be exported later.</summary>
    [Parameter]
    public SwitchParameter Exportable { get; set; }

    /// <summary>The friendly name the certificate gets.</summary>
    [Parameter]
    public string? FriendlyName { get; set; }

    /// <summary>Installs a root that comes with the certificate as trusted.</summary>
    [Parameter]
    public SwitchParameter TrustRoot { get; set; }

    /// <summary>Leaves issuers that come with the certificate out.</summary>
    [Parameter]
    public SwitchParameter NoChain { get; set; }

    private protected override void ProcessItem()
    {
        string path = Files.Resolve(this, Path);
        Target = path;
        byte[] bytes = Files.Read(path);
        NativeError.Check(NativeMethods.ChainParse(Context, bytes, (UIntPtr)(uint)bytes.Length, out ChainHandle chain, out ErrorHandle parseError), parseError);
        using (chain)
        using (KeyHandle key = ReadKey())
        {
            string subject = Getter.Text(chain.At(0), Property.Subject);
            if (!ShouldProcess($"{subject} into {StorePath}", "Import certificate"))
            {
                return;
            }
            using NativeSettings options = new NativeSettings()
                .SetIfGiven("friendly-name", FriendlyName)
                .Set("trust-root", TrustRoot)
                .Set("chain", !NoChain);
            if (!key.IsInvalid)
            {
                options.Set("exportable", Exportable);
            }
            int status = NativeMethods.StorePut(Store, chain, key, options, ref Operation.Native, out EntryHandle entry, out ErrorHandle error);
            Operation.Check(status, error);
            using (entry)
            {
                WriteObject(ModelConvert.Certificate(entry));
            }
        }
    }

    private KeyHandle ReadKey()
    {
        if (string.IsNullOrEmpty(KeyPath))
        {
            return KeyHandle.None;
        }
        byte[] bytes = Files.Read(Files.Resolve(this, KeyPath!));
        try
        {
            using SecretHandle password = Secrets.Create(KeyPassword);
            NativeError.Check(NativeMethods.KeyImport(Context, bytes, (UIntPtr)(uint)bytes.Length, password, out KeyHandle key, out ErrorHandle error), error);
            return key;
        }
        finally
        {
            Array.Clear(bytes, 0, bytes.Length);
        }
    }
}
