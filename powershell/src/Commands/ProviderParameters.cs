using System;
using System.Collections;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Reflection;
using System.Security;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>A provider's settings as parameters of a command, made from its table. Knows no provider by name.</summary>
internal sealed class ProviderParameters
{
    public const string Connection = "Connection";
    public const string Order = "Order";

    private readonly List<ProviderSetting> table;

    private ProviderParameters(List<ProviderSetting> table)
    {
        this.table = table;
    }

    public RuntimeDefinedParameterDictionary Dictionary { get; } = new RuntimeDefinedParameterDictionary();

    /// <summary>Never throws: while somebody types, an unknown provider or a broken plugin only means no parameters.</summary>
    public static ProviderParameters? TryBuild(string? provider, string? authority, string scope, IDictionary? given, bool required, Type command)
    {
        if (string.IsNullOrEmpty(provider) && string.IsNullOrEmpty(authority))
        {
            return null; // Get-Command asks too; nothing native is loaded for it.
        }
        try
        {
            ContextHandle context = Broker.Context;
            string? id = string.IsNullOrEmpty(provider) && !string.IsNullOrEmpty(authority) ? AuthorityAccess.ProviderOf(context, authority!) : provider;
            return string.IsNullOrEmpty(id) ? null : Build(TableOf(context, id, scope), given, required, command);
        }
        catch (Exception failure) when (!(failure is OutOfMemoryException))
        {
            return null;
        }
    }

    private static ProviderParameters Build(List<ProviderSetting> table, IDictionary? given, bool required, Type command)
    {
        var built = new ProviderParameters(table);
        HashSet<string> taken = StaticNames(command);
        foreach (ProviderSetting setting in table)
        {
            if (!taken.Add(setting.Parameter))
            {
                continue; // A setting with the name of a parameter is reached through the hashtable.
            }
            bool inHashtable = given != null && given.Keys.Cast<object>().Any(key => Matches(setting, key.ToString() ?? string.Empty));
            var attributes = new Collection<Attribute>
            {
                new ParameterAttribute
                {
                    Mandatory = required && setting.Required && setting.Default.Length == 0 && !inHashtable,
                    HelpMessage = Help(setting),
                },
            };
            if (setting.Choices.Length > 0)
            {
                attributes.Add(new ValidateSetAttribute(setting.Choices));
            }
            if (setting.Minimum.HasValue && setting.Maximum.HasValue && TypeOf(setting) == typeof(long))
            {
                attributes.Add(new ValidateRangeAttribute(setting.Minimum.Value, setting.Maximum.Value));
            }
            built.Dictionary.Add(setting.Parameter, new RuntimeDefinedParameter(setting.Parameter, TypeOf(setting), attributes));
        }
        return built;
    }

    /// <summary>Puts the hashtable and the parameters together; a parameter wins.</summary>
    public static void Apply(PSCmdlet cmdlet, ContextHandle context, string? provider, string scope, ProviderParameters? parameters,
        IDictionary? given, NativeSettings target)
    {
        List<ProviderSetting> table = parameters?.table
            ?? (given == null || given.Count == 0 ? new List<ProviderSetting>() : TableOf(context, provider, scope));
        if (given != null)
        {
            foreach (DictionaryEntry entry in given)
            {
                string key = entry.Key?.ToString() ?? string.Empty;
                ProviderSetting? setting = table.FirstOrDefault(item => Matches(item, key));
                Set(cmdlet, target, setting?.Name ?? key, setting, Unwrap(entry.Value));
            }
        }
        if (parameters != null)
        {
            foreach (ProviderSetting setting in table)
            {
                if (parameters.Dictionary.TryGetValue(setting.Parameter, out RuntimeDefinedParameter? parameter) && parameter.IsSet)
                {
                    Set(cmdlet, target, setting.Name, setting, Unwrap(parameter.Value));
                }
            }
        }
    }

    // A name may stand in both scopes, for the connection and for one order.
    private static List<ProviderSetting> TableOf(ContextHandle context, string? provider, string scope) => string.IsNullOrEmpty(provider)
        ? new List<ProviderSetting>()
        : AuthorityAccess.Settings(context, provider!).Where(item => string.Equals(item.Scope, scope, StringComparison.OrdinalIgnoreCase)).ToList();

    private static void Set(PSCmdlet cmdlet, NativeSettings target, string name, ProviderSetting? setting, object? value)
    {
        if (value is SecureString secret)
        {
            target.Set(name, secret);
            return;
        }
        if (setting != null && setting.IsSecret && !(value is null) && !(value is string text && text.Length == 0))
        {
            throw ModuleErrors.PlainSecret($"The setting '{name}' was not taken: it is a secret and was given as plain text",
                $"Give it as a SecureString: @{{ '{name}' = Read-Host -AsSecureString }}.");
        }
        string plain = Text(value);
        if (setting != null && string.Equals(setting.Type, "Path", StringComparison.OrdinalIgnoreCase) && plain.Length > 0 && !Path.IsPathRooted(plain))
        {
            plain = Files.Resolve(cmdlet, plain);
        }
        target.Set(name, plain);
    }

    private static string Text(object? value)
    {
        switch (value)
        {
            case null: return string.Empty;
            case string text: return text;
            case bool flag: return flag ? "true" : "false";
            case SwitchParameter flag: return flag ? "true" : "false";
            case DateTime time: return time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            case TimeSpan span: return ((long)span.TotalSeconds).ToString(CultureInfo.InvariantCulture) + "s";
            case Uri uri: return uri.OriginalString;
            case IFormattable number: return number.ToString(null, CultureInfo.InvariantCulture);
            case IEnumerable list: return string.Join(",", list.Cast<object?>().Select(item => Text(Unwrap(item))));
            default: return value.ToString() ?? string.Empty;
        }
    }

    private static object? Unwrap(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;

    private static bool Matches(ProviderSetting setting, string name) =>
        string.Equals(setting.Name, name, StringComparison.OrdinalIgnoreCase) || string.Equals(setting.Parameter, name, StringComparison.OrdinalIgnoreCase);

    private static string Help(ProviderSetting setting)
    {
        string text = setting.Summary;
        if (setting.Hint.Length > 0)
        {
            text += " (" + setting.Hint + ")";
        }
        if (setting.Default.Length > 0)
        {
            text += " Default: " + setting.Default + ".";
        }
        return text.Length == 0 ? setting.Name : text;
    }

    private static Type TypeOf(ProviderSetting setting)
    {
        if (setting.IsSecret)
        {
            return typeof(SecureString);
        }
        switch (setting.Type.ToLowerInvariant())
        {
            case "number": return typeof(long);
            case "bool": return typeof(SwitchParameter);
            case "list": return typeof(string[]);
            default: return typeof(string);
        }
    }

    private static HashSet<string> StaticNames(Type command)
    {
        var names = new HashSet<string>(Cmdlet.CommonParameters, StringComparer.OrdinalIgnoreCase);
        names.UnionWith(Cmdlet.OptionalCommonParameters);
        foreach (PropertyInfo property in command.GetProperties())
        {
            if (property.IsDefined(typeof(ParameterAttribute), inherit: true))
            {
                names.Add(property.Name);
                foreach (AliasAttribute alias in property.GetCustomAttributes(typeof(AliasAttribute), inherit: true))
                {
                    names.UnionWith(alias.AliasNames);
                }
            }
        }
        return names;
    }
}
