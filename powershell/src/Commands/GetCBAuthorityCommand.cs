using System.Collections.Generic;
using System.Management.Automation;
using CertBroker.Completion;

namespace CertBroker.Commands;

/// <summary>
/// <para>Lists the registered authorities.</para>
/// <para>Values of secrets are never shown; SecretSetting has their names.</para>
/// </summary>
/// <example>
/// <title>List the authorities</title>
/// <code>Get-CBAuthority</code>
/// <para>Those of the user and of the computer.</para>
/// </example>
/// <example>
/// <title>See the settings of one</title>
/// <code>(Get-CBAuthority -Name lab).Setting</code>
/// <para>What is not listed has the provider's default.</para>
/// </example>
/// <example>
/// <title>Test all</title>
/// <code>Get-CBAuthority | Test-CBAuthority</code>
/// <para>One row comes for each check.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "CBAuthority")]
[OutputType(typeof(AuthorityInfo))]
public sealed class GetCBAuthorityCommand : AuthorityCmdlet
{
    /// <summary>Names; * and ? are wildcards. All without it.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AuthorityCompleter))]
    [SupportsWildcards]
    public string[]? Name { get; set; }

    private protected override void ProcessItem()
    {
        if (Name == null || Name.Length == 0)
        {
            List<AuthorityInfo> all = AuthorityAccess.List(Context, LocationIfGiven);
            if (all.Count == 0)
            {
                WarnOnce("No authority is registered; Register-CBAuthority makes one.");
            }
            Write(all);
            return;
        }
        foreach (string name in Name)
        {
            Item(name, () => Write(Choose(name)));
        }
    }

    private void Write(List<AuthorityInfo> authorities)
    {
        foreach (AuthorityInfo authority in authorities)
        {
            WriteObject(WithSettings(authority));
        }
    }
}
