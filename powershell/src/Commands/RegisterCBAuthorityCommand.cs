using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using CertBroker.Completion;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>
/// <para>Remembers the connection to a CA under a name.</para>
/// <para>An authority is a provider with its settings. The settings are given with -Setting, or as parameters that the
/// command gets from the provider; Get-CBProvider -ListSetting explains them. Secrets are given as SecureString and kept
/// apart, readable by their owner only.</para>
/// </summary>
/// <example>
/// <title>Register a lab CA</title>
/// <code>Register-CBAuthority -Name test -Provider local-ca</code>
/// <para>The CA makes its root when it is first used.</para>
/// </example>
/// <example>
/// <title>Register with settings</title>
/// <code>Register-CBAuthority -Name test -Provider local-ca -Setting @{ 'validity-days' = 30 }</code>
/// <para>Names and values are checked against the provider's table; a wrong name is answered with the nearest right one.</para>
/// </example>
/// <example>
/// <title>Register for everybody on the computer</title>
/// <code>Register-CBAuthority -Name test -Provider local-ca -ValidityDays 30 -StoreLocation LocalMachine</code>
/// <para>The setting validity-days is the parameter -ValidityDays here.</para>
/// </example>
/// <example>
/// <title>Register what an Intune connector is configured for</title>
/// <code>Register-CBAuthority -Name digicert -ConfigurationPath NDESConnector.exe.config -ServiceFqdn pki-ws.symauth.com</code>
/// <para>RA certificate and time-out come from the file. The service's name is not in it: it stands in Intune's PKCS profile.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Register, "CBAuthority", DefaultParameterSetName = ProviderSet, SupportsShouldProcess = true)]
[OutputType(typeof(AuthorityInfo))]
public sealed class RegisterCBAuthorityCommand : AuthorityCmdlet, IDynamicParameters
{
    private const string ProviderSet = "Provider";
    private const string ConfigurationSet = "Configuration";

    private ProviderParameters? dynamicParameters;

    /// <summary>The name of the new authority.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = string.Empty;

    /// <summary>The provider's id: Get-CBProvider lists them. With -ConfigurationPath it is digicert unless another is given.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ProviderSet)]
    [Parameter(Position = 1, ParameterSetName = ConfigurationSet)]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    [ValidateNotNullOrEmpty]
    public string Provider { get; set; } = string.Empty;

    /// <summary>The configuration file of an Intune connector, or its folder: the RA certificate's thumbprint and the time-out are taken
    /// from it. Settings that are given win.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ConfigurationSet)]
    [ValidateNotNullOrEmpty]
    public string[]? ConfigurationPath { get; set; }

    /// <summary>The settings by name: @{ 'name' = 'value' }. Secrets are given as SecureString.</summary>
    [Parameter]
    public Hashtable? Setting { get; set; }

    /// <summary>The connection settings of the provider.</summary>
    public object? GetDynamicParameters()
    {
        IDictionary? given = Setting;
        if (ConfigurationPath != null)
        {
            Provider = Provider.Length == 0 ? Connectors.Provider : Provider;
            given = With(new Hashtable { [Connectors.ThumbprintSetting] = string.Empty, [Connectors.TimeoutSetting] = string.Empty });
        }
        dynamicParameters = ProviderParameters.TryBuild(Provider, null, ProviderParameters.Connection, given, required: true, GetType());
        return dynamicParameters?.Dictionary;
    }

    private protected override void ProcessItem()
    {
        Target = Name;
        using var settings = new NativeSettings();
        ProviderParameters.Apply(this, Context, Provider, ProviderParameters.Connection, dynamicParameters,
            ConfigurationPath == null ? Setting : With(FromConfiguration()), settings);
        if (!ShouldProcess($"{Name} ({Provider}) for {StoreLocation}", "Register authority"))
        {
            return;
        }
        NativeError.Check(NativeMethods.AuthorityRegister(Context, Utf8.Z(StoreLocation.ToString()), Utf8.Z(Name), Utf8.Z(Provider), settings,
            out ErrorHandle error), error);
        WriteAuthority(Name, StoreLocation);
    }

    private Hashtable FromConfiguration() => Connectors.ProviderSettings(Connectors.Read(Context, Connectors.Paths(this, ConfigurationPath)),
        $"The authority {Name} could not be registered", WarnOnce);

    /// <summary>The values, with those of -Setting over them, whichever way their names are written there.</summary>
    private Hashtable With(Hashtable values)
    {
        foreach (DictionaryEntry entry in Setting ?? new Hashtable())
        {
            string name = Connectors.Plain(entry.Key?.ToString() ?? string.Empty);
            foreach (string other in values.Keys.Cast<string>().Where(key => string.Equals(Connectors.Plain(key), name, StringComparison.OrdinalIgnoreCase)).ToList())
            {
                values.Remove(other);
            }
            values[entry.Key!] = entry.Value;
        }
        return values;
    }
}
