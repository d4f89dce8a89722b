using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using CertBroker.Completion;

namespace CertBroker.Commands;

/// <summary>
/// <para>Lists the providers: plugins that speak to one kind of CA each.</para>
/// <para>A provider that cannot be used is listed with the reason. With -ListSetting the settings of a provider come, with
/// what they mean: those of scope Connection go to Register-CBAuthority, those of scope Order to Request-CBCertificate.</para>
/// </summary>
/// <example>
/// <title>List the providers</title>
/// <code>Get-CBProvider</code>
/// <para>Shows which can be used, and why others cannot.</para>
/// </example>
/// <example>
/// <title>List the settings of a provider</title>
/// <code>Get-CBProvider local-ca -ListSetting</code>
/// <para>The name is for -Setting and -OrderSetting, the parameter for typing.</para>
/// </example>
/// <example>
/// <title>See what a provider can do</title>
/// <code>(Get-CBProvider -Id local-ca).Capabilities</code>
/// <para>Not every CA can revoke, renew or list its templates.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "CBProvider")]
[OutputType(typeof(ProviderInfo), typeof(ProviderSetting))]
public sealed class GetCBProviderCommand : CertBrokerCmdlet
{
    /// <summary>Ids of providers; * and ? are wildcards. All without it.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "Provider")]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    [SupportsWildcards]
    public string[]? Id { get; set; }

    /// <summary>Lists the settings in place of the providers.</summary>
    [Parameter]
    public SwitchParameter ListSetting { get; set; }

    private protected override void ProcessItem()
    {
        List<ProviderInfo> all = AuthorityAccess.Providers(Context);
        if (Id == null || Id.Length == 0)
        {
            if (all.Count == 0)
            {
                WarnOnce("No provider is installed: the folder plugins beside the native library is empty.");
            }
            Write(all);
            return;
        }
        foreach (string id in Id)
        {
            Item(id, () => Write(Choose(all, id)));
        }
    }

    private List<ProviderInfo> Choose(List<ProviderInfo> all, string id)
    {
        var pattern = new WildcardPattern(id, WildcardOptions.IgnoreCase);
        List<ProviderInfo> chosen = all.Where(item => pattern.IsMatch(item.Id)).ToList();
        if (chosen.Count == 0)
        {
            if (!WildcardPattern.ContainsWildcardCharacters(id))
            {
                throw ModuleErrors.ProviderNotFound($"No provider has the id '{id}'");
            }
            WarnOnce($"No provider matches '{id}'.");
        }
        return chosen;
    }

    private void Write(List<ProviderInfo> providers)
    {
        foreach (ProviderInfo provider in providers)
        {
            if (ListSetting)
            {
                Item(provider.Id, () => WriteObject(AuthorityAccess.Settings(Context, provider.Id), enumerateCollection: true));
            }
            else
            {
                WriteObject(provider);
            }
        }
    }
}
