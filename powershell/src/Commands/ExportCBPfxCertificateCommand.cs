using System;
using System.IO;
using System.Management.Automation;
using System.Security;
using CertBroker.Completion;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>
/// <para>Writes a certificate with its private key to a PFX file.</para>
/// <para>The private key must be exportable. The issuers go into the file too, as far as the stores have them. The file is
/// readable by its owner only.</para>
/// </summary>
/// <example>
/// <title>Write a PFX file</title>
/// <code>Export-CBPfxCertificate -Thumbprint $thumbprint -Path web01.pfx -Password $password</code>
/// <para>The content is protected with AES-256 and SHA-256.</para>
/// </example>
/// <example>
/// <title>Write a PFX file for an old consumer</title>
/// <code>Export-CBPfxCertificate -Thumbprint $thumbprint -Path old.pfx -Password $password -CryptoAlgorithmOption TripleDES_SHA1</code>
/// <para>Windows before Server 2019, and some appliances, read no other.</para>
/// </example>
/// <example>
/// <title>Write the certificate without its issuers</title>
/// <code>Get-CBCertificate -Thumbprint $thumbprint | Export-CBPfxCertificate -Path alone.pfx -Password $password -IncludeChain:$false</code>
/// <para>The store is taken from the object.</para>
/// </example>
/// <example>
/// <title>Write a PFX file for each of many</title>
/// <code>Get-CBCertificate | Export-CBPfxCertificate -Path . -Password $password</code>
/// <para>-Path is a folder here: each file is named by common name and thumbprint.</para>
/// </example>
[Cmdlet(VerbsData.Export, "CBPfxCertificate", DefaultParameterSetName = "Password", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportCBPfxCertificateCommand : StoreCmdlet
{
    /// <summary>The thumbprint of the certificate, as people paste it.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ThumbprintCompleter))]
    [ValidateNotNullOrEmpty]
    public string Thumbprint { get; set; } = string.Empty;

    /// <summary>The file to write, or an existing folder: then each certificate gets a file of its own there, named by its
    /// common name and thumbprint.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>The password that protects the file.</summary>
    [Parameter(Mandatory = true, Position = 2, ParameterSetName = "Password")]
    [ValidateNotNull]
    public SecureString? Password { get; set; }

    /// <summary>Writes the file without a password: whoever gets it has the private key.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "NoPassword")]
    public SwitchParameter NoPassword { get; set; }

    /// <summary>Puts the issuers into the file; on unless -IncludeChain:$false is given.</summary>
    [Parameter]
    public SwitchParameter IncludeChain { get; set; } = true;

    /// <summary>AES256_SHA256 (the default), or TripleDES_SHA1 for old consumers.</summary>
    [Parameter]
    public CryptoAlgorithmOption CryptoAlgorithmOption { get; set; } = CryptoAlgorithmOption.AES256_SHA256;

    /// <summary>How much work a guess of the password costs: 1,000 to 10,000,000 iterations; 100,000 without it.</summary>
    [Parameter]
    [ValidateRange(1000, 10000000)]
    public int Iterations { get; set; } = 100000;

    /// <summary>The friendly name in the file, in place of the one in the store.</summary>
    [Parameter]
    public string? FriendlyName { get; set; }

    /// <summary>Overwrites an existing file.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override void ProcessItem()
    {
        Target = Thumbprint;
        using EntryHandle entry = FindThumbprint(Thumbprint);
        string path = Files.Resolve(this, Path);
        if (Directory.Exists(path))
        {
            string thumbprint = Getter.Text(entry.Certificate, Property.Thumbprint);
            path = System.IO.Path.Combine(path, $"{Files.NameFor(Getter.Text(entry.Certificate, Property.Subject), "certificate")}-{thumbprint}.pfx");
        }
        Files.CheckWritable(path, Force);
        if (!ShouldProcess(path, $"Write certificate and private key of {Getter.Text(entry.Certificate, Property.Subject)}"))
        {
            return;
        }
        NativeError.Check(NativeMethods.EntryKey(entry, out KeyHandle key, out ErrorHandle keyError), keyError);
        using (key)
        using (ChainHandle chain = Chain(entry))
        using (SecretHandle password = Secrets.Create(NoPassword ? null : Password))
        {
            using NativeSettings options = new NativeSettings()
                .SetIfGiven("friendly-name", string.IsNullOrEmpty(FriendlyName) ? Getter.Text(entry, Property.FriendlyName) : FriendlyName)
                .Set("crypto-algorithm", CryptoAlgorithmOption.ToString());
            if (Bound(nameof(Iterations)))
            {
                options.Set("iterations", Iterations);
            }
            int status = NativeMethods.PfxExport(Context, chain, key, password, options, ref Operation.Native, out BufferHandle buffer, out ErrorHandle error);
            Operation.Check(status, error);
            byte[] bytes = buffer.TakeBytes();
            try
            {
                WriteObject(Files.Write(path, bytes, Force, ownerOnly: true));
            }
            finally
            {
                Array.Clear(bytes, 0, bytes.Length);
            }
        }
    }

    private ChainHandle Chain(EntryHandle entry)
    {
        if (IncludeChain)
        {
            NativeError.Check(NativeMethods.EntryChain(entry, out ChainHandle whole, out ErrorHandle error), error);
            return whole;
        }
        byte[] der = ModelConvert.Der(entry.Certificate);
        NativeError.Check(NativeMethods.ChainParse(Context, der, (UIntPtr)(uint)der.Length, out ChainHandle alone, out ErrorHandle parseError), parseError);
        return alone;
    }
}
