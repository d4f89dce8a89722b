using System;
using System.Collections.Generic;
using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;
using CertBroker.Completion;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>
/// <para>Installs a CA's certificates as trusted root or intermediate.</para>
/// <para>Without -DestinationStore a root goes to ComputerRoot and an intermediate to ComputerIntermediate. With it only
/// certificates that belong there are installed: self-signed ones in ComputerRoot, the others in the two intermediate
/// stores. Trusting a root is a decision: the command asks, unless -Force is given.</para>
/// </summary>
/// <example>
/// <title>Install the certificates of an authority</title>
/// <code>Install-CBTrustedRoot -Authority lab -DestinationStore ComputerRoot -Force</code>
/// <para>The lab CA's root goes to LocalMachine\Root.</para>
/// </example>
/// <example>
/// <title>Install a root from a file</title>
/// <code>Install-CBTrustedRoot -Path root.cer -Confirm:$false</code>
/// <para>The file may be PEM, DER or .p7b.</para>
/// </example>
/// <example>
/// <title>Look first</title>
/// <code>Get-CBTrustedRoot -Authority lab | Install-CBTrustedRoot -WhatIf</code>
/// <para>Shows what would be installed, with its SHA-256.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Install, "CBTrustedRoot", DefaultParameterSetName = "Path", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(CertificateInfo))]
public sealed class InstallCBTrustedRootCommand : CertBrokerCmdlet
{
    /// <summary>A file with certificates: PEM, DER or .p7b.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Path")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>The authority whose certificates are installed.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Authority")]
    [ArgumentCompleter(typeof(AuthorityCompleter))]
    public string Authority { get; set; } = string.Empty;

    /// <summary>The template whose CA is meant, where an authority has several CAs.</summary>
    [Parameter(ParameterSetName = "Authority")]
    [ArgumentCompleter(typeof(TemplateCompleter))]
    public string? Template { get; set; }

    /// <summary>A certificate of Get-CBTrustedRoot.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "InputObject", ValueFromPipeline = true)]
    public TrustedRoot? InputObject { get; set; }

    /// <summary>Where to: ComputerRoot, ComputerIntermediate or UserIntermediate. Without it, where it belongs.</summary>
    [Parameter(Position = 1)]
    public DestinationStore DestinationStore { get; set; }

    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private int seen;
    private int fitting;

    private protected override void ProcessItem()
    {
        switch (ParameterSetName)
        {
            case "Authority":
                Target = Authority;
                GetCBTrustedRootCommand.Roots(this, Context, Authority, Template, Operation).ForEach(root => Item(root.Thumbprint, () => Install(root)));
                break;
            case "InputObject":
                Target = InputObject;
                Install(InputObject!);
                break;
            default:
                string path = Files.Resolve(this, Path);
                Target = path;
                Read(path).ForEach(root => Item(path, () => Install(root)));
                break;
        }
    }

    private protected override void Finish()
    {
        if (seen > 0 && fitting == 0)
        {
            bool root = DestinationStore == DestinationStore.ComputerRoot;
            throw ModuleErrors.NoFittingRoot($"Nothing was installed in {DestinationStore}: " + (root ? "none of the certificates is a root (self-signed)" : "none of the certificates is an intermediate"),
                root ? "Use -DestinationStore ComputerIntermediate or UserIntermediate for intermediates." : "Use -DestinationStore ComputerRoot for a root.");
        }
    }

    private List<TrustedRoot> Read(string path)
    {
        byte[] bytes = Files.Read(path);
        NativeError.Check(NativeMethods.ChainParse(Context, bytes, (UIntPtr)(uint)bytes.Length, out ChainHandle chain, out ErrorHandle error), error);
        using (chain)
        {
            var roots = new List<TrustedRoot>();
            for (int index = 0; index < chain.Count; ++index)
            {
                CertificateHandle certificate = chain.At(index);
                if (Getter.Number(certificate, Property.IsCa) == 0 && Getter.Number(certificate, Property.IsSelfSigned) == 0)
                {
                    WriteVerbose($"{Getter.Text(certificate, Property.Subject)} is left out: it is no CA's certificate");
                    ++seen;
                    continue;
                }
                roots.Add(ModelConvert.Root(certificate, string.Empty));
            }
            return roots;
        }
    }

    private void Install(TrustedRoot root)
    {
        ++seen;
        bool isRoot = root.Kind == "Root";
        DestinationStore destination = Bound(nameof(DestinationStore)) ? DestinationStore
            : isRoot ? DestinationStore.ComputerRoot : DestinationStore.ComputerIntermediate;
        if (isRoot != (destination == DestinationStore.ComputerRoot))
        {
            WriteVerbose($"{root.Subject} is left out: {destination} is for {(isRoot ? "intermediates" : "roots")}");
            return;
        }
        ++fitting;
        if (!ShouldDo($"{root.Subject} [SHA-256 {root.Sha256}] in {destination}", isRoot ? "Trust root certificate" : "Install intermediate certificate", Force))
        {
            return;
        }
        StoreLocation location = destination == DestinationStore.UserIntermediate ? StoreLocation.CurrentUser : StoreLocation.LocalMachine;
        string uri = $"{location}/{(isRoot ? "Root" : "CA")}";
        NativeError.Check(NativeMethods.ChainParse(Context, root.RawData, (UIntPtr)(uint)root.RawData.Length, out ChainHandle chain, out ErrorHandle parseError), parseError);
        using (chain)
        {
            using var none = new NativeSettings();
            NativeError.Check(NativeMethods.StoreOpen(Context, Utf8.Z(uri), none, out StoreHandle store, out ErrorHandle openError), openError);
            using (store)
            {
                using NativeSettings options = new NativeSettings().Set("trust-root", isRoot);
                int status = NativeMethods.StorePut(store, chain, KeyHandle.None, options, ref Operation.Native, out EntryHandle entry, out ErrorHandle error);
                Operation.Check(status, error);
                using (entry)
                {
                    WriteObject(ModelConvert.Certificate(entry));
                }
            }
        }
    }
}
