using System;
using System.IO;
using System.Management.Automation;
using CertBroker.Completion;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>
/// <para>Writes a certificate of a store to a file, without its private key.</para>
/// <para>The file is PEM, DER (.cer) or a .p7b; with -IncludeChain the issuers follow the certificate as far as the stores
/// have them. An existing file is only overwritten with -Force.</para>
/// </summary>
/// <example>
/// <title>Write a certificate as PEM</title>
/// <code>Export-CBCertificate -Thumbprint $thumbprint -Path web01.pem</code>
/// <para>The command gives the file it wrote.</para>
/// </example>
/// <example>
/// <title>Write a certificate with its chain</title>
/// <code>Export-CBCertificate -Thumbprint $thumbprint -Path web01.p7b -Format P7b -IncludeChain</code>
/// <para>Windows, Java and many appliances read .p7b files.</para>
/// </example>
/// <example>
/// <title>Write what a filter finds</title>
/// <code>Get-CBCertificate -Thumbprint $thumbprint | Export-CBCertificate -Path web01.cer -Format Der</code>
/// <para>The store is taken from the object.</para>
/// </example>
[Cmdlet(VerbsData.Export, "CBCertificate", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportCBCertificateCommand : StoreCmdlet
{
    /// <summary>The thumbprint of the certificate, as people paste it.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ThumbprintCompleter))]
    [ValidateNotNullOrEmpty]
    public string Thumbprint { get; set; } = string.Empty;

    /// <summary>The file to write.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>Pem (the default), Der or P7b.</summary>
    [Parameter]
    public CertificateFormat Format { get; set; } = CertificateFormat.Pem;

    /// <summary>Adds the issuers, root included, as far as the stores have them.</summary>
    [Parameter]
    public SwitchParameter IncludeChain { get; set; }

    /// <summary>Overwrites an existing file.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override void SetUp()
    {
        Target = Path;
        if (IncludeChain && Format == CertificateFormat.Der)
        {
            throw ModuleErrors.DerChain("The chain cannot be written: a DER file has one certificate only");
        }
    }

    private protected override void ProcessItem()
    {
        Target = Thumbprint;
        using EntryHandle entry = FindThumbprint(Thumbprint);
        string path = Files.Resolve(this, Path);
        Files.CheckWritable(path, Force);
        if (!ShouldProcess(path, $"Write certificate {Getter.Text(entry.Certificate, Property.Subject)}"))
        {
            return;
        }
        WriteObject(Files.Write(path, Encode(entry), Force));
    }

    private byte[] Encode(EntryHandle entry)
    {
        CertificateHandle certificate = entry.Certificate;
        if (!IncludeChain && Format != CertificateFormat.P7b)
        {
            NativeError.Check(NativeMethods.CertificateEncode(certificate, (int)Format, out BufferHandle single, out ErrorHandle error), error);
            return single.TakeBytes();
        }
        using ChainHandle chain = IncludeChain ? WholeChain(entry) : Alone(certificate);
        NativeError.Check(NativeMethods.ChainEncode(chain, (int)Format, out BufferHandle encoded, out ErrorHandle encodeError), encodeError);
        return encoded.TakeBytes();
    }

    private static ChainHandle WholeChain(EntryHandle entry)
    {
        NativeError.Check(NativeMethods.EntryChain(entry, out ChainHandle chain, out ErrorHandle error), error);
        return chain;
    }

    private ChainHandle Alone(CertificateHandle certificate)
    {
        byte[] der = ModelConvert.Der(certificate);
        NativeError.Check(NativeMethods.ChainParse(Context, der, (UIntPtr)(uint)der.Length, out ChainHandle chain, out ErrorHandle error), error);
        return chain;
    }
}
