using System;
using System.Management.Automation;
using System.Security;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>
/// <para>Puts the certificate and private key of a PFX file into a store.</para>
/// <para>Reads files of Windows, OpenSSL, .NET and others, modern and old ones. Issuers in the file go to the store CA, a
/// root only with -TrustRoot. The key cannot be exported again unless -Exportable is given.</para>
/// </summary>
/// <example>
/// <title>Import a PFX file</title>
/// <code>Import-CBPfxCertificate -Path server.pfx -Password $password</code>
/// <para>Puts the certificate with its key into CurrentUser\My.</para>
/// </example>
/// <example>
/// <title>Import a PFX file for the computer</title>
/// <code>Import-CBPfxCertificate -Path server.pfx -Password $password -StoreLocation LocalMachine -Exportable</code>
/// <para>The key may be exported again later.</para>
/// </example>
/// <example>
/// <title>Get the thumbprint in one line</title>
/// <code>(Import-CBPfxCertificate -Path server.pfx -Password $password -FriendlyName 'RA certificate').Thumbprint</code>
/// <para>The friendly name in the file is replaced.</para>
/// </example>
[Cmdlet(VerbsData.Import, "CBPfxCertificate", SupportsShouldProcess = true)]
[OutputType(typeof(CertificateInfo))]
public sealed class ImportCBPfxCertificateCommand : StoreCmdlet
{
    /// <summary>The PFX file.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>The file's password. Leave it out for a file without one.</summary>
    [Parameter(Position = 1)]
    public SecureString? Password { get; set; }

    /// <summary>The private key may be exported later.</summary>
    [Parameter]
    public SwitchParameter Exportable { get; set; }

    /// <summary>The friendly name the certificate gets, in place of the one in the file.</summary>
    [Parameter]
    public string? FriendlyName { get; set; }

    /// <summary>Installs a root certificate in the file as trusted.</summary>
    [Parameter]
    public SwitchParameter TrustRoot { get; set; }

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
        using SecretHandle password = Secrets.Create(Password);
        using NativeSettings reading = new NativeSettings().Set("exportable", Exportable);
        int status = NativeMethods.PfxImport(Context, bytes, (UIntPtr)(uint)bytes.Length, password, reading, ref Operation.Native,
            out EntryHandle read, out ErrorHandle error);
        Operation.Check(status, error);
        using (read)
        {
            string subject = Getter.Text(read.Certificate, Property.Subject);
            if (ShouldProcess($"{subject} into {StorePath}", "Import certificate and private key"))
            {
                Put(read);
            }
        }
    }

    private void Put(EntryHandle read)
    {
        NativeError.Check(NativeMethods.EntryChain(read, out ChainHandle chain, out ErrorHandle chainError), chainError);
        using (chain)
        using (KeyHandle key = Key(read))
        {
            using NativeSettings options = new NativeSettings()
                .SetIfGiven("friendly-name", string.IsNullOrEmpty(FriendlyName) ? Getter.Text(read, Property.FriendlyName) : FriendlyName)
                .Set("trust-root", TrustRoot);
            if (!key.IsInvalid)
            {
                options.Set("exportable", Exportable);
            }
            int status = NativeMethods.StorePut(Store, chain, key, options, ref Operation.Native, out EntryHandle entry, out ErrorHandle error);
            Operation.Check(status, error);
            using (entry)
            {
                LetUse(entry, GrantRead);
                WriteObject(ModelConvert.Certificate(entry));
            }
        }
    }

    // A PFX may carry certificates only.
    private static KeyHandle Key(EntryHandle read)
    {
        int status = NativeMethods.EntryKey(read, out KeyHandle key, out ErrorHandle error);
        if (status == (int)CertBrokerStatus.NotFound)
        {
            error.Dispose();
            return KeyHandle.None;
        }
        NativeError.Check(status, error);
        return key;
    }
}
