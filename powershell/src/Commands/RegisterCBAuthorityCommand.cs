using System;
using System.Collections;
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
[Cmdlet(VerbsLifecycle.Register, "CBAuthority", SupportsShouldProcess = true)]
[OutputType(typeof(AuthorityInfo))]
public sealed class RegisterCBAuthorityCommand : AuthorityCmdlet, IDynamicParameters
{
    private ProviderParameters? dynamicParameters;

    /// <summary>The name of the new authority.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = string.Empty;

    /// <summary>The provider's id: Get-CBProvider lists them.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    [ValidateNotNullOrEmpty]
    public string Provider { get; set; } = string.Empty;

    /// <summary>The settings by name: @{ 'name' = 'value' }. Secrets are given as SecureString.</summary>
    [Parameter]
    public Hashtable? Setting { get; set; }

    /// <summary>The connection settings of the provider.</summary>
    public object? GetDynamicParameters()
    {
        dynamicParameters = ProviderParameters.TryBuild(Provider, null, ProviderParameters.Connection, Setting, required: true, GetType());
        return dynamicParameters?.Dictionary;
    }

    private protected override void ProcessItem()
    {
        Target = Name;
        using var settings = new NativeSettings();
        ProviderParameters.Apply(this, Context, Provider, ProviderParameters.Connection, dynamicParameters, Setting, settings);
        if (!ShouldProcess($"{Name} ({Provider}) for {StoreLocation}", "Register authority"))
        {
            return;
        }
        NativeError.Check(NativeMethods.AuthorityRegister(Context, Utf8.Z(StoreLocation.ToString()), Utf8.Z(Name), Utf8.Z(Provider), settings,
            out ErrorHandle error), error);
        WriteAuthority(Name, StoreLocation);
    }
}
