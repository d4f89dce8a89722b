using System;
using System.Collections.Generic;
using System.IO;
using System.Management.Automation;
using CertBroker.Completion;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>
/// <para>Gets the certificates of a CA: its root and intermediates.</para>
/// <para>With -Path each is written to a file of its own in that folder, DER, named after its subject, as a trusted
/// certificate profile needs it. Install-CBTrustedRoot installs them.</para>
/// </summary>
/// <example>
/// <title>See a CA's root</title>
/// <code>Get-CBTrustedRoot -Authority lab</code>
/// <para>Compare Sha256 with what the CA publishes before you trust it.</para>
/// </example>
/// <example>
/// <title>Write the certificates to files</title>
/// <code>$roots = Get-CBTrustedRoot -Authority lab -Path .
/// $roots[0].Path</code>
/// <para>Path has the name of the file.</para>
/// </example>
/// <example>
/// <title>Install them</title>
/// <code>Get-CBTrustedRoot -Authority lab | Install-CBTrustedRoot -Force</code>
/// <para>The root goes to the computer's store Root, intermediates to its store CA.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "CBTrustedRoot")]
[OutputType(typeof(TrustedRoot))]
public sealed class GetCBTrustedRootCommand : CertBrokerCmdlet, ITraces
{
    private readonly HashSet<string> written = new HashSet<string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The authorities to ask.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(AuthorityCompleter))]
    public string[] Authority { get; set; } = Array.Empty<string>();

    /// <summary>The template whose CA is meant, where an authority has several CAs.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(TemplateCompleter))]
    public string? Template { get; set; }

    /// <summary>A folder the certificates are written to.</summary>
    [Parameter]
    public string? Path { get; set; }

    /// <summary>Overwrites existing files.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Shows what is exchanged with the CA: requests and answers with headers, text and times, without secrets. It
    /// goes to the Information stream, tagged CBTrace.</summary>
    [Parameter]
    public SwitchParameter Trace { get; set; }

    private protected override void ProcessItem()
    {
        foreach (string authority in Authority)
        {
            Item(authority, () => Read(authority));
        }
    }

    private void Read(string authority)
    {
        string? folder = null;
        if (!string.IsNullOrEmpty(Path))
        {
            folder = Files.Resolve(this, Path!);
            if (!Directory.Exists(folder))
            {
                throw ModuleErrors.FolderNotFound($"The certificates cannot be written: the folder {folder} does not exist",
                "Make the folder first, or choose another.");
            }
        }
        foreach (TrustedRoot root in Roots(this, Context, authority, Template, Operation))
        {
            if (folder != null)
            {
                string path = System.IO.Path.Combine(folder, FileName(root));
                Files.Write(path, root.RawData, Force);
                root.Path = path;
            }
            WriteObject(root);
        }
    }

    internal static List<TrustedRoot> Roots(CertBrokerCmdlet cmdlet, ContextHandle context, string authority, string? template, Operation operation)
    {
        using ProviderHandle provider = AuthorityAccess.Open(context, authority, operation);
        int status = NativeMethods.ProviderCaChain(provider, Utf8.ZOrNull(template), ref operation.Native, out ChainHandle chain, out ErrorHandle error);
        operation.Check(status, error);
        using (chain)
        {
            var roots = new List<TrustedRoot>();
            for (int index = 0; index < chain.Count; ++index)
            {
                roots.Add(ModelConvert.Root(chain.At(index), authority));
            }
            if (roots.Count == 0)
            {
                cmdlet.WriteWarning($"{authority} gave no certificates.");
            }
            return roots;
        }
    }

    // Two of the same name differ by their thumbprints.
    private string FileName(TrustedRoot root)
    {
        string file = Files.NameFor(root.Subject, "root") + ".cer";
        return written.Add(file) ? file : root.Thumbprint + ".cer";
    }
}
