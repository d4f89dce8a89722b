using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using CertBroker.Completion;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>
/// <para>Finds out why an Intune Certificate Connector, or a connection to DigiCert PKI Platform, gets no certificates.</para>
/// <para>Every cause that the connector's own troubleshooting table knows, and some more, is a check of its own: the configuration
/// file, the RA certificate, its private key and who may use it, the way to DigiCert, TLS on both sides, the time-out, the certificate
/// profile OID, its attributes, special characters in names, the clock and the store. Each row says what was seen, the cause and what to
/// do; ConnectorMessage is how the connector reports the same. Nothing is asked for and nothing is changed; a key and a
/// certificate are put into the store and taken out again, to see that it can be written to.</para>
/// </summary>
/// <example>
/// <title>Look at the connector of this computer</title>
/// <code>Test-CBConnector -ConfigurationPath NDESConnector.exe.config -ServiceFqdn pki-ws.symauth.com -Template 2.16.840.1.113733.1.16.1.2.3.1.1.47196109 -ServiceAccount 'NT AUTHORITY\SYSTEM'</code>
/// <para>Thumbprint and time-out come from the file. Without -ConfigurationPath the connectors that are installed here are looked at.</para>
/// </example>
/// <example>
/// <title>Look at a registered connection, and send the result to somebody</title>
/// <code>Test-CBConnector -Authority lab -ReportPath connector.html -Force</code>
/// <para>The report is one page that can be read anywhere.</para>
/// </example>
[Cmdlet(VerbsDiagnostic.Test, "CBConnector", DefaultParameterSetName = ConfigurationSet)]
[OutputType(typeof(AuthorityCheck), typeof(bool))]
public sealed class TestCBConnectorCommand : CheckCmdlet
{
    private const string ConfigurationSet = "Configuration";
    private const string AuthoritySet = "Authority";
    private const string ConfigurationCheck = "connector.configuration";

    /// <summary>A registered authority.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = AuthoritySet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(AuthorityCompleter))]
    [ValidateNotNullOrEmpty]
    public string Authority { get; set; } = string.Empty;

    /// <summary>The connector's configuration file, its folder, or all three files of the newer connector. Without it the connectors that
    /// are installed on this computer.</summary>
    [Parameter(ParameterSetName = ConfigurationSet, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName", "Path")]
    [ValidateNotNullOrEmpty]
    public string[]? ConfigurationPath { get; set; }

    /// <summary>DigiCert's base service FQDN, as the Intune profile's field "Certificate authority" has it: pki-ws.symauth.com. It does
    /// not stand in the connector's files.</summary>
    [Parameter(ParameterSetName = ConfigurationSet)]
    public string? ServiceFqdn { get; set; }

    /// <summary>Further settings of the provider digicert: @{ 'server-trust' = 'root.pem' }. They win over the file.</summary>
    [Parameter(ParameterSetName = ConfigurationSet)]
    public Hashtable? Setting { get; set; }

    private protected override void ProcessItem()
    {
        if (ParameterSetName == AuthoritySet)
        {
            Target = Authority;
            using var nothing = new NativeSettings();
            Check(Authority, Authority, null, nothing);
            return;
        }
        List<ConnectorConfiguration> files = Connectors.Read(Context, Connectors.Paths(this, ConfigurationPath));
        string name = string.Join(", ", files.Select(file => file.Path));
        Target = name;
        Add(Describe(files, name));
        Hashtable values = Connectors.ProviderSettings(files.GetRange(0, 1), "The connector could not be looked at", _ => { });
        if (!string.IsNullOrEmpty(ServiceFqdn))
        {
            values["service-fqdn"] = ServiceFqdn;
        }
        foreach (DictionaryEntry entry in Setting ?? new Hashtable())
        {
            values[entry.Key!] = entry.Value;
        }
        using var settings = new NativeSettings();
        foreach (DictionaryEntry entry in values)
        {
            settings.Set(entry.Key.ToString()!, Convert.ToString(entry.Value, CultureInfo.InvariantCulture) ?? string.Empty);
        }
        Check(name, null, Connectors.Provider, settings);
    }

    /// <summary>What the files say, as the first row. That several differ is what keeps one service working and another not.</summary>
    private static AuthorityCheck Describe(List<ConnectorConfiguration> files, string name)
    {
        string seen = string.Join("; ", files.Select(file =>
            $"{Connectors.Thumbprint} = '{file.RACertThumbprint}', {Connectors.Timeout} = {(file.TimeoutMilliseconds.HasValue ? file.TimeoutMilliseconds.Value.ToString(CultureInfo.InvariantCulture) : "not set")}").Distinct());
        string[] warnings = files.SelectMany(file => file.Warning).Distinct().ToArray();
        bool differ = files.Select(file => Connectors.Plain(file.RACertThumbprint).ToUpperInvariant() + " " + file.TimeoutMilliseconds).Distinct().Count() > 1;
        bool missing = files.Any(file => file.RACertThumbprint.Length == 0);
        return new AuthorityCheck
        {
            Authority = name,
            Id = ConfigurationCheck,
            Name = "The connector's configuration can be read and is consistent",
            Status = differ || missing ? "Failed" : warnings.Length > 0 ? "Warning" : "Passed",
            Message = seen,
            Cause = missing ? $"{Connectors.Thumbprint} is not set" : differ ? "The connector's files have different settings" : string.Join("; ", warnings),
            RecommendedAction = differ || missing || warnings.Length > 0
                ? "Correct the file with Set-CBConnectorConfiguration, which changes all of a connector's files alike; restart the connector's service afterwards."
                : string.Empty,
            ConnectorMessage = missing ? "NDES Connector certificate could not be found. System.ArgumentNullException: Value can't be null." : string.Empty,
        };
    }
}
