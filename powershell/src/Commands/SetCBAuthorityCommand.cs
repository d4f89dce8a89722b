using System;
using System.Collections;
using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;
using CertBroker.Completion;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>
/// <para>Changes settings of a registered authority.</para>
/// <para>The settings that are given are changed, the others stay. -RemoveSetting takes settings back to their defaults.</para>
/// </summary>
/// <example>
/// <title>Change a setting</title>
/// <code>Set-CBAuthority -Name lab -Setting @{ 'validity-days' = 90 }</code>
/// <para>The names are those of Get-CBProvider -ListSetting.</para>
/// </example>
/// <example>
/// <title>Change a setting by its parameter</title>
/// <code>Set-CBAuthority -Name lab -ValidityDays 90</code>
/// <para>The parameters come from the authority's provider.</para>
/// </example>
/// <example>
/// <title>Take a setting back</title>
/// <code>Set-CBAuthority -Name lab -ValidityDays 90
/// Set-CBAuthority -Name lab -RemoveSetting validity-days</code>
/// <para>Afterwards the provider's default counts again.</para>
/// </example>
[Cmdlet(VerbsCommon.Set, "CBAuthority", SupportsShouldProcess = true)]
[OutputType(typeof(AuthorityInfo))]
public sealed class SetCBAuthorityCommand : AuthorityCmdlet, IDynamicParameters
{
    private ProviderParameters? dynamicParameters;

    /// <summary>The name of the authority.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AuthorityCompleter))]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = string.Empty;

    /// <summary>The settings to change: @{ 'name' = 'value' }. Secrets are given as SecureString.</summary>
    [Parameter]
    public Hashtable? Setting { get; set; }

    /// <summary>Names of settings that go back to their defaults.</summary>
    [Parameter]
    public string[]? RemoveSetting { get; set; }

    /// <summary>The connection settings of the authority's provider.</summary>
    public object? GetDynamicParameters()
    {
        dynamicParameters = ProviderParameters.TryBuild(null, Name, ProviderParameters.Connection, Setting, required: false, GetType());
        return dynamicParameters?.Dictionary;
    }

    private protected override void ProcessItem()
    {
        Target = Name;
        AuthorityInfo authority = Choose(WildcardPattern.Escape(Name)) is { Count: > 0 } found
            ? found[0]
            : throw ModuleErrors.AuthorityNotFound($"No authority has the name '{Name}'",
                "Get-CBAuthority lists the authorities.");
        using var settings = new NativeSettings();
        ProviderParameters.Apply(this, Context, authority.Provider, ProviderParameters.Connection, dynamicParameters, Setting, settings);
        foreach (string name in RemoveSetting ?? Array.Empty<string>())
        {
            settings.Set(name, string.Empty);
        }
        if (!ShouldProcess($"{authority.Name} ({authority.Provider}) for {authority.StoreLocation}", "Change authority"))
        {
            return;
        }
        StoreLocation location = authority.StoreLocation;
        NativeError.Check(NativeMethods.AuthorityUpdate(Context, Utf8.Z(location.ToString()), Utf8.Z(authority.Name), settings, out ErrorHandle error), error);
        WriteAuthority(authority.Name, location);
    }
}
