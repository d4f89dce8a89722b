using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using CertBroker.Completion;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>
/// <para>Changes the configuration of an Intune connector.</para>
/// <para>Only the values change; every other byte of the file stays. Each file gets a backup beside it and is replaced in one step,
/// with its rights kept. The files of the newer connector are changed together: all of them, or none. The connector reads its
/// configuration when it starts, so its services have to be restarted.</para>
/// </summary>
/// <example>
/// <title>Enter the RA certificate</title>
/// <code>Set-CBConnectorConfiguration -Path NDESConnector.exe.config -RACertThumbprint '‎EA 7A 4E 0C D1 A4 F8 1C F0 74 05 27 C3 1A 57 F6 02 0C 17 C5'</code>
/// <para>The thumbprint may be pasted as the certificate's dialog shows it; it is written without blanks.</para>
/// </example>
/// <example>
/// <title>Wait longer for the CA</title>
/// <code>Set-CBConnectorConfiguration -Path NDESConnector.exe.config -TimeoutMilliseconds 120000 -PassThru</code>
/// <para>Shows the changed configuration, with the backup that was made.</para>
/// </example>
[Cmdlet(VerbsCommon.Set, "CBConnectorConfiguration", SupportsShouldProcess = true)]
[OutputType(typeof(ConnectorConfiguration))]
public sealed class SetCBConnectorConfigurationCommand : CertBrokerCmdlet
{
    /// <summary>Configuration files, or folders of a connector. Without it the connectors below %ProgramFiles%\Microsoft Intune.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName")]
    [ValidateNotNullOrEmpty]
    public string[]? Path { get; set; }

    /// <summary>The thumbprint of the RA certificate in LocalMachine\My. Blanks, colons, quotes and invisible characters are taken out.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(MachineThumbprintCompleter))]
    [ValidateNotNullOrEmpty]
    public string? RACertThumbprint { get; set; }

    /// <summary>How long the connector waits for the cloud CA, in milliseconds.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int TimeoutMilliseconds { get; set; }

    /// <summary>Shows the files after the change.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void ProcessItem()
    {
        Target = Path == null ? "Intune connector" : string.Join(", ", Path);
        if (RACertThumbprint == null && !Bound(nameof(TimeoutMilliseconds)))
        {
            throw ModuleErrors.NothingToSet("The configuration was not changed: nothing was given to change");
        }
        string paths = Connectors.Paths(this, Path);
        // Read before asking: the question names the files, and what cannot be read is told without it.
        List<ConnectorConfiguration> files = Connectors.Read(Context, paths);
        if (!ShouldProcess(string.Join(", ", files.Select(file => file.Path)), "Change connector configuration"))
        {
            return;
        }
        using var values = new NativeSettings();
        values.SetIfGiven(Connectors.Thumbprint, RACertThumbprint);
        if (Bound(nameof(TimeoutMilliseconds)))
        {
            values.Set(Connectors.Timeout, TimeoutMilliseconds);
        }
        Dictionary<string, string> backups = Items.Rows(null, row => new KeyValuePair<string, string>(row.Text(Property.File), row.Text(Property.Path)),
            (IntPtr each, IntPtr payload, out ErrorHandle error) => NativeMethods.ConnectorSet(Context, Utf8.Z(paths), values, each, payload, out error))
            .ToDictionary(change => change.Key, change => change.Value);
        foreach (KeyValuePair<string, string> change in backups)
        {
            WriteVerbose(change.Value.Length == 0 ? $"{change.Key} says so already." : $"{change.Key} was changed; the former file is {change.Value}.");
        }
        string[] services = backups.Where(change => change.Value.Length > 0).Select(change => Connectors.ServiceOf(change.Key)).Distinct().ToArray();
        if (services.Length > 0)
        {
            WarnOnce($"The connector reads its configuration when it starts: restart {string.Join(", ", services)}.");
        }
        if (PassThru)
        {
            foreach (ConnectorConfiguration file in Connectors.Read(Context, paths))
            {
                file.Backup = backups.TryGetValue(file.Path, out string? backup) && backup.Length > 0 ? backup : null;
                WriteObject(file);
            }
        }
    }
}
