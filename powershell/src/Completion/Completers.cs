using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Security.Cryptography.X509Certificates;
using CertBroker.Commands;
using CertBroker.Interop;

namespace CertBroker.Completion;

/// <summary>Answers from the live tables; what goes wrong while somebody types only means no suggestions.</summary>
public abstract class LiveCompleter : IArgumentCompleter
{
    private protected LiveCompleter() { }

    /// <summary>Called by PowerShell.</summary>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string word = (wordToComplete ?? string.Empty).Trim('\'', '"');
        try
        {
            return Candidates(fakeBoundParameters ?? new Hashtable())
                .Where(item => item.Value.StartsWith(word, StringComparison.OrdinalIgnoreCase) || (word.Length > 0 && item.AlsoFind.IndexOf(word, StringComparison.OrdinalIgnoreCase) >= 0))
                .Select(item => new CompletionResult(Quote(item.Value), item.Value, CompletionResultType.ParameterValue, item.ToolTip.Length == 0 ? item.Value : item.ToolTip))
                .ToList();
        }
        catch (Exception failure) when (!(failure is OutOfMemoryException))
        {
            return Enumerable.Empty<CompletionResult>();
        }
    }

    private protected abstract IEnumerable<Candidate> Candidates(IDictionary bound);

    private protected static string? Text(IDictionary bound, string parameter) => bound[parameter]?.ToString();

    private static string Quote(string value)
    {
        bool plain = value.Length > 0 && value.All(c => char.IsLetterOrDigit(c) || c == '-' || c == '_' || c == '.') && !char.IsDigit(value[0]) && value[0] != '-';
        return plain ? value : "'" + value.Replace("'", "''") + "'";
    }

    private protected readonly struct Candidate
    {
        public Candidate(string value, string toolTip = "", string alsoFind = "")
        {
            Value = value;
            ToolTip = toolTip;
            AlsoFind = alsoFind;
        }

        public string Value { get; }
        public string ToolTip { get; }
        public string AlsoFind { get; }
    }
}

/// <summary>Ids of providers, with their titles.</summary>
public sealed class ProviderCompleter : LiveCompleter
{
    private protected override IEnumerable<Candidate> Candidates(IDictionary bound) =>
        AuthorityAccess.Providers(Broker.Context).Select(item => new Candidate(item.Id, item.Enabled ? item.Title : item.Title + " - " + item.DisabledReason));
}

/// <summary>Names of registered authorities.</summary>
public sealed class AuthorityCompleter : LiveCompleter
{
    private protected override IEnumerable<Candidate> Candidates(IDictionary bound) =>
        AuthorityAccess.List(Broker.Context, null).Select(item => new Candidate(item.Name, $"{item.Provider}, {item.StoreLocation}"));
}

/// <summary>Templates or profiles of the authority given before.</summary>
public sealed class TemplateCompleter : LiveCompleter
{
    private protected override IEnumerable<Candidate> Candidates(IDictionary bound)
    {
        string? authority = Text(bound, "Authority");
        if (string.IsNullOrEmpty(authority))
        {
            return Enumerable.Empty<Candidate>();
        }
        using var operation = new Operation(null, TimeSpan.FromSeconds(5));
        using ProviderHandle provider = AuthorityAccess.Open(Broker.Context, authority!, operation);
        return AuthorityAccess.Profiles(provider, authority!, operation).Select(item => new Candidate(item.Name, item.Title));
    }
}

/// <summary>Thumbprints in the chosen store; part of the subject finds them too.</summary>
public class ThumbprintCompleter : LiveCompleter
{
    private const int Most = 200;

    private protected virtual string Location(IDictionary bound) => Text(bound, "StoreLocation") ?? nameof(StoreLocation.CurrentUser);

    private protected override IEnumerable<Candidate> Candidates(IDictionary bound)
    {
        string location = Location(bound);
        string name = Text(bound, "StoreName") ?? "My";
        using var operation = new Operation(null, TimeSpan.FromSeconds(5));
        using var settings = new NativeSettings();
        NativeError.Check(NativeMethods.StoreOpen(Broker.Context, Utf8.Z($"{location}/{name}"), settings, out StoreHandle store, out ErrorHandle error), error);
        using (store)
        {
            var found = new List<Candidate>();
            Items.Each(operation, item =>
            {
                using var entry = new EntryHandle(item);
                CertificateHandle certificate = entry.Certificate;
                string subject = Getter.Text(certificate, Property.Subject);
                DateTime end = ModelConvert.Time(Getter.Number(certificate, Property.NotAfter));
                found.Add(new Candidate(Getter.Text(certificate, Property.Thumbprint), $"{subject}, until {end:yyyy-MM-dd}", subject));
                return found.Count < Most;
            }, (IntPtr each, IntPtr payload, out ErrorHandle failure) =>
                NativeMethods.StoreFind(store, (int)FindBy.All, Utf8.Z(string.Empty), ref operation.Native, each, payload, out failure));
            return found;
        }
    }
}

/// <summary>Thumbprints in LocalMachine\My, where services look for their certificates.</summary>
public sealed class MachineThumbprintCompleter : ThumbprintCompleter
{
    private protected override string Location(IDictionary bound) => nameof(StoreLocation.LocalMachine);
}

/// <summary>Ids of requests, with their subjects; the open ones.</summary>
public class RequestIdCompleter : LiveCompleter
{
    private protected virtual string What => "open";

    private protected override IEnumerable<Candidate> Candidates(IDictionary bound)
    {
        ContextHandle context = Broker.Context;
        return Items.Rows(null, ModelConvert.Request, (IntPtr each, IntPtr payload, out ErrorHandle error) =>
                NativeMethods.ListRequests(context, null, Utf8.Z(What), each, payload, out error))
            .Select(item => new Candidate(item.RequestId, $"{item.State}: {item.Subject}, {item.Created:g}", item.Subject));
    }
}

/// <summary>Ids of all requests in the journal.</summary>
public sealed class IssuanceIdCompleter : RequestIdCompleter
{
    private protected override string What => "all";
}

/// <summary>Words the native library knows, with what they mean.</summary>
public abstract class VocabularyCompleter : LiveCompleter
{
    private readonly string kind;

    private protected VocabularyCompleter(string kind)
    {
        this.kind = kind;
    }

    private protected override IEnumerable<Candidate> Candidates(IDictionary bound) =>
        Broker.Vocabulary(kind).Select(item => new Candidate(item.Name, item.Summary.Length == 0 ? item.Value : $"{item.Summary} ({item.Value})", item.Value));
}

/// <summary>Names of stores.</summary>
public sealed class StoreNameCompleter : VocabularyCompleter
{
    /// <summary>Made by PowerShell.</summary>
    public StoreNameCompleter() : base("store-name") { }
}

/// <summary>Names of what makes and keeps keys on this computer: key storage providers, and CryptoAPI's. None on Linux.</summary>
public sealed class KeyProviderCompleter : VocabularyCompleter
{
    /// <summary>Made by PowerShell.</summary>
    public KeyProviderCompleter() : base("key-provider") { }
}

/// <summary>Names of enhanced key usages.</summary>
public sealed class EnhancedKeyUsageCompleter : VocabularyCompleter
{
    /// <summary>Made by PowerShell.</summary>
    public EnhancedKeyUsageCompleter() : base("enhanced-key-usage") { }
}

/// <summary>Names of key usages.</summary>
public sealed class KeyUsageCompleter : VocabularyCompleter
{
    /// <summary>Made by PowerShell.</summary>
    public KeyUsageCompleter() : base("key-usage") { }
}

/// <summary>Names of key algorithms.</summary>
public sealed class KeyAlgorithmCompleter : VocabularyCompleter
{
    /// <summary>Made by PowerShell.</summary>
    public KeyAlgorithmCompleter() : base("key-algorithm") { }
}

/// <summary>Names of hash algorithms.</summary>
public sealed class HashAlgorithmCompleter : VocabularyCompleter
{
    /// <summary>Made by PowerShell.</summary>
    public HashAlgorithmCompleter() : base("hash-algorithm") { }
}

/// <summary>Formats of a person's subject, and what a template looks like.</summary>
public sealed class SubjectFormatCompleter : LiveCompleter
{
    private protected override IEnumerable<Candidate> Candidates(IDictionary bound) => new[]
    {
        new Candidate("CommonName", "CN = the user's name"),
        new Candidate("CommonNameIncludingEmail", "CN = the user's name, E = the e-mail address"),
        new Candidate("CommonNameAsEmail", "CN = the e-mail address"),
        new Candidate("CN={{UserName}},E={{EmailAddress}}", "A template: properties of the objects in double braces"),
    };
}

/// <summary>Kinds of a person's alternative names.</summary>
public sealed class PersonNameCompleter : LiveCompleter
{
    private protected override IEnumerable<Candidate> Candidates(IDictionary bound) => new[]
    {
        new Candidate("Email", "The e-mail address, else the user principal name"),
        new Candidate("Upn", "The user principal name, else the e-mail address"),
        new Candidate("OtherName", "The hex digits of the property OtherName"),
        new Candidate("Guid", "The GUID of the directory object"),
        new Candidate("Dns", "The fully qualified domain name of a device"),
        new Candidate("Sid", "The SID of the account, as URI for strong mapping"),
    };
}
