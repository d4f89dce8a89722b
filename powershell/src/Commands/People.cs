using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Text;
using CertBroker.Interop;

namespace CertBroker.Commands;

/// <summary>People and devices of the pipeline as the native library takes them: texts by name.</summary>
internal static class People
{
    private const int MaximumName = 64;
    private const int MaximumText = 64 * 1024;

    // What an object is called, for questions and targets. The native library has the same list for its messages.
    private static readonly string[] Labels = { "UserPrincipalName", "upn", "UserName", "EmailAddress", "mail", "DisplayName", "DeviceName", "Name", "id" };

    /// <summary>How the names shall look. A format that is none of the three is a template.</summary>
    public static NativeSettings Profile(string format, string? subject, string[]? names, string? otherNameOid, bool validateOtherName)
    {
        var profile = new NativeSettings();
        bool template = format.Contains("{{") || format.Contains("=");
        profile.SetIfGiven(template ? "subject" : "subject-format", format);
        profile.SetIfGiven("subject", subject);
        profile.SetIfGiven("san", names == null ? null : string.Join("\n", names));
        profile.SetIfGiven("other-name-oid", otherNameOid);
        return profile.Set("other-name-validate", validateOtherName);
    }

    public static void Apply(RequestHandle request, PSObject person, NativeSettings profile)
    {
        using NativeSettings values = Values(person);
        NativeError.Check(NativeMethods.RequestApplyPerson(request, profile, values, out ErrorHandle error), error);
    }

    public static string Describe(PSObject person)
    {
        List<KeyValuePair<string, object?>> properties = Properties(person).ToList();
        foreach (string label in Labels)
        {
            foreach (KeyValuePair<string, object?> property in properties)
            {
                if (string.Equals(property.Key, label, StringComparison.OrdinalIgnoreCase) && Text(property) is string text && text.Trim().Length > 0)
                {
                    return text;
                }
            }
        }
        return person.BaseObject is IFormattable || person.BaseObject is string ? person.ToString() : "person";
    }

    private static NativeSettings Values(PSObject person)
    {
        var values = new NativeSettings();
        try
        {
            foreach (KeyValuePair<string, object?> property in Properties(person))
            {
                string? text = Text(property);
                if (text != null && text.Length <= MaximumText && property.Key.Length > 0 && property.Key.Length <= MaximumName && property.Key.All(c => !char.IsControl(c) && !char.IsSurrogate(c)))
                {
                    values.Set(property.Key, Passable(text));
                }
            }
            return values;
        }
        catch
        {
            values.Dispose();
            throw;
        }
    }

    private static IEnumerable<KeyValuePair<string, object?>> Properties(PSObject person)
    {
        if (person.BaseObject is IDictionary table)
        {
            foreach (DictionaryEntry entry in table)
            {
                yield return new KeyValuePair<string, object?>(entry.Key?.ToString() ?? string.Empty, entry.Value);
            }
            yield break;
        }
        foreach (PSPropertyInfo property in person.Properties)
        {
            object? value = null;
            try
            {
                value = property.IsGettable ? property.Value : null;
            }
            catch (Exception failure) when (failure is GetValueException || failure is ExtendedTypeSystemException)
            {
                // A property that cannot be read is one that is not there; whoever uses it is told so.
            }
            yield return new KeyValuePair<string, object?>(property.Name, value);
        }
    }

    /// <summary>One text, or null for what is none: secrets, collections, objects.</summary>
    private static string? Text(KeyValuePair<string, object?> property)
    {
        object? value = property.Value is PSObject wrapped ? wrapped.BaseObject : property.Value;
        switch (value)
        {
            case string text: return text;
            case bool flag: return flag ? "true" : "false";
            case byte[] octets: return Octets(property.Key, octets);
            case Enum word: return word.ToString();
            case Uri uri: return uri.OriginalString;
            case DateTime time: return time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            case IFormattable number: return number.ToString(null, CultureInfo.InvariantCulture);
            case IDictionary _: return null;
            // Directories give some properties with one value as a list.
            case ICollection list when list.Count == 1:
                foreach (object? only in list)
                {
                    return Text(new KeyValuePair<string, object?>(property.Key, only));
                }
                return null;
            default: return null;
        }
    }

    // Directories have their GUIDs as sixteen octets.
    private static string Octets(string name, byte[] octets) =>
        octets.Length == 16 && name.IndexOf("guid", StringComparison.OrdinalIgnoreCase) >= 0
            ? new Guid(octets).ToString()
            : string.Concat(octets.Select(octet => octet.ToString("x2", CultureInfo.InvariantCulture)));

    /// <summary>NUL and half a surrogate pair cannot travel as text. Another control character stands for them, so that the value is
    /// refused where a name needs it and does no harm elsewhere.</summary>
    private static string Passable(string text)
    {
        var passable = new StringBuilder(text.Length);
        for (int index = 0; index < text.Length; ++index)
        {
            char c = text[index];
            if (char.IsHighSurrogate(c) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]))
            {
                passable.Append(c).Append(text[++index]);
            }
            else
            {
                passable.Append(c == '\0' || char.IsSurrogate(c) ? '\u0001' : c);
            }
        }
        return passable.ToString();
    }
}
