using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using CertBroker.Completion;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>
/// <para>Lists the templates or profiles of a CA, and what the CA asks of a request for each.</para>
/// <para>The name is what -Template takes. With -ListRule the rules come one by one.</para>
/// </summary>
/// <example>
/// <title>List the templates of a CA</title>
/// <code>Get-CBCertificateProfile -Authority lab</code>
/// <para>Not every provider can list them.</para>
/// </example>
/// <example>
/// <title>See what a template asks for</title>
/// <code>Get-CBCertificateProfile -Authority lab -Name server -ListRule</code>
/// <para>Test-CBCertificateRequest checks a request against these rules.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "CBCertificateProfile")]
[OutputType(typeof(CertificateProfile), typeof(ProfileRule))]
public sealed class GetCBCertificateProfileCommand : CertBrokerCmdlet, ITraces
{
    /// <summary>The authority to ask.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(AuthorityCompleter))]
    [ValidateNotNullOrEmpty]
    public string Authority { get; set; } = string.Empty;

    /// <summary>Names of templates; * and ? are wildcards. All without it.</summary>
    [Parameter(Position = 1)]
    [Alias("Template")]
    [ArgumentCompleter(typeof(TemplateCompleter))]
    [SupportsWildcards]
    public string[]? Name { get; set; }

    /// <summary>Gives the rules in place of the templates.</summary>
    [Parameter]
    public SwitchParameter ListRule { get; set; }

    /// <summary>Shows what is exchanged with the CA: requests and answers with headers, text and times, without secrets. It
    /// goes to the Information stream, tagged CBTrace.</summary>
    [Parameter]
    public SwitchParameter Trace { get; set; }

    private protected override void ProcessItem()
    {
        Target = Authority;
        ProviderHandle provider = Own(AuthorityAccess.Open(Context, Authority, Operation));
        List<CertificateProfile> all = AuthorityAccess.Profiles(provider, Authority, Operation);
        if (Name == null || Name.Length == 0)
        {
            if (all.Count == 0)
            {
                WarnOnce($"{Authority} has no templates.");
            }
            all.ForEach(profile => Write(provider, profile));
            return;
        }
        foreach (string name in Name)
        {
            Item(name, () => Choose(all, name).ForEach(profile => Write(provider, profile)));
        }
    }

    private List<CertificateProfile> Choose(List<CertificateProfile> all, string name)
    {
        var pattern = new WildcardPattern(name, WildcardOptions.IgnoreCase);
        List<CertificateProfile> chosen = all.Where(item => pattern.IsMatch(item.Name)).ToList();
        if (chosen.Count == 0)
        {
            if (!WildcardPattern.ContainsWildcardCharacters(name))
            {
                throw ModuleErrors.ProfileNotFound($"{Authority} has no template '{name}'",
                $"Get-CBCertificateProfile -Authority {Authority} lists the templates.");
            }
            WarnOnce($"No template of {Authority} matches '{name}'.");
        }
        return chosen;
    }

    private void Write(ProviderHandle provider, CertificateProfile profile)
    {
        try
        {
            profile.Rules = AuthorityAccess.Rules(provider, Authority, profile.Name, Operation).ToArray();
        }
        catch (CertBrokerException failure) when (failure.Status == CertBrokerStatus.Unsupported)
        {
            WriteVerbose($"{Authority} tells no rules: {failure.Message}");
        }
        // A template that this account cannot use is one all the same; whoever asks for it by name is told why it has no rules.
        catch (CertBrokerException failure) when (failure.Status == CertBrokerStatus.Policy)
        {
            if (Name == null || Name.Length == 0)
            {
                WriteVerbose(failure.Message);
            }
            else
            {
                WriteWarning(failure.Message);
            }
        }
        if (ListRule)
        {
            WriteObject(profile.Rules, enumerateCollection: true);
        }
        else
        {
            WriteObject(profile);
        }
    }
}
