using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>Commands that work on registered authorities.</summary>
public abstract class AuthorityCmdlet : CertBrokerCmdlet
{
    private protected AuthorityCmdlet() { }

    /// <summary>Whose authority it is: of the user (CurrentUser) or of everybody on the computer (LocalMachine).</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public StoreLocation StoreLocation { get; set; } = StoreLocation.CurrentUser;

    /// <summary>-StoreLocation when it was given; null looks in CurrentUser, then in LocalMachine.</summary>
    private protected string? LocationIfGiven => Bound(nameof(StoreLocation)) ? StoreLocation.ToString() : null;

    /// <summary>The authorities a name or pattern means; says so when there is none.</summary>
    private protected List<AuthorityInfo> Choose(string name)
    {
        var pattern = new WildcardPattern(name, WildcardOptions.IgnoreCase);
        List<AuthorityInfo> chosen = AuthorityAccess.List(Context, LocationIfGiven).Where(item => pattern.IsMatch(item.Name)).ToList();
        if (chosen.Count == 0)
        {
            if (!WildcardPattern.ContainsWildcardCharacters(name))
            {
                throw ModuleErrors.AuthorityNotFound($"No authority has the name '{name}'");
            }
            WarnOnce($"No authority matches '{name}'.");
        }
        return chosen;
    }

    /// <summary>Adds the settings, without the values of secrets.</summary>
    private protected AuthorityInfo WithSettings(AuthorityInfo authority)
    {
        var plain = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var secret = new List<string>();
        Items.Rows(null, row =>
        {
            string name = row.Text(Property.Name);
            if (row.Flag(Property.IsSecret))
            {
                secret.Add(name);
            }
            else
            {
                plain[name] = row.Text(Property.Value);
            }
            return 0;
        }, (IntPtr each, IntPtr payload, out ErrorHandle error) => NativeMethods.AuthorityListSettings(Context,
            Utf8.Z(authority.StoreLocation.ToString()), Utf8.Z(authority.Name), each, payload, out error));
        authority.Setting = plain;
        authority.SecretSetting = secret.ToArray();
        return authority;
    }

    private protected void WriteAuthority(string name, StoreLocation location)
    {
        AuthorityInfo? found = AuthorityAccess.List(Context, location.ToString())
            .FirstOrDefault(item => string.Equals(item.Name, name, StringComparison.OrdinalIgnoreCase));
        if (found != null)
        {
            WriteObject(WithSettings(found));
        }
    }
}
