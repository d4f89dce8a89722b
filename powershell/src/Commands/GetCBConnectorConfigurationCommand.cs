using System.Management.Automation;

namespace CertBroker.Commands;

/// <summary>
/// <para>Shows the configuration of an Intune connector.</para>
/// <para>Reads NDESConnector.exe.config, or the three files of the newer connector, as .NET does. What is malformed, given twice, or
/// different in files that belong together comes as a warning. Without -Path the connectors of this computer are shown.</para>
/// </summary>
/// <example>
/// <title>Show a file</title>
/// <code>Get-CBConnectorConfiguration -Path NDESConnector.exe.config</code>
/// <para>Shows the RA certificate's thumbprint and the time-out.</para>
/// </example>
/// <example>
/// <title>Show all settings of a file</title>
/// <code>(Get-CBConnectorConfiguration -Path NDESConnector.exe.config).Setting</code>
/// <para>Setting has every key of appSettings with the value that counts.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "CBConnectorConfiguration")]
[OutputType(typeof(ConnectorConfiguration))]
public sealed class GetCBConnectorConfigurationCommand : CertBrokerCmdlet
{
    /// <summary>Configuration files, or folders of a connector. Without it the connectors below %ProgramFiles%\Microsoft Intune.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName")]
    [ValidateNotNullOrEmpty]
    public string[]? Path { get; set; }

    private protected override void ProcessItem()
    {
        Target = Path == null ? "Intune connector" : string.Join(", ", Path);
        foreach (ConnectorConfiguration file in Connectors.Read(Context, Connectors.Paths(this, Path)))
        {
            foreach (string warning in file.Warning)
            {
                WarnOnce($"{file.Path}: {warning}");
            }
            WriteObject(file);
        }
    }
}
