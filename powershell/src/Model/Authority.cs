using System;
using System.Collections.Generic;
using System.Security.Cryptography.X509Certificates;

namespace CertBroker;

/// <summary>A named, remembered CA connection.</summary>
public sealed class AuthorityInfo
{
    /// <summary>Its name.</summary>
    public string Name { get; internal set; } = string.Empty;

    /// <summary>The provider's id.</summary>
    public string Provider { get; internal set; } = string.Empty;

    /// <summary>Who sees it: everybody on the computer (LocalMachine) or the user (CurrentUser).</summary>
    public StoreLocation StoreLocation { get; internal set; }

    /// <summary>When it was registered, local time.</summary>
    public DateTime Created { get; internal set; }

    /// <summary>When it changed last, local time.</summary>
    public DateTime Changed { get; internal set; }

    /// <summary>The settings that are not secret, by name.</summary>
    public IReadOnlyDictionary<string, string> Setting { get; internal set; } = new Dictionary<string, string>();

    /// <summary>The names of the secret settings that have a value.</summary>
    public string[] SecretSetting { get; internal set; } = Array.Empty<string>();

    /// <summary>The authority's name.</summary>
    public override string ToString() => Name;
}

/// <summary>One check of a CA connection.</summary>
public sealed class AuthorityCheck
{
    /// <summary>The authority that was checked.</summary>
    public string Authority { get; internal set; } = string.Empty;

    /// <summary>The template that the row is about; empty when it is about the connection.</summary>
    public string Template { get; internal set; } = string.Empty;

    /// <summary>The check's id.</summary>
    public string Id { get; internal set; } = string.Empty;

    /// <summary>What was checked.</summary>
    public string Name { get; internal set; } = string.Empty;

    /// <summary>Passed, Warning, Failed or Skipped.</summary>
    public string Status { get; internal set; } = string.Empty;

    /// <summary>What was found.</summary>
    public string Message { get; internal set; } = string.Empty;

    /// <summary>Why it did not pass.</summary>
    public string Cause { get; internal set; } = string.Empty;

    /// <summary>What to do about it.</summary>
    public string RecommendedAction { get; internal set; } = string.Empty;

    /// <summary>How Microsoft's Intune Certificate Connector reports the same; empty when the check passed, and where the
    /// connector has no message for it.</summary>
    public string ConnectorMessage { get; internal set; } = string.Empty;

    /// <summary>The check's name and status.</summary>
    public override string ToString() => $"{Name}: {Status}";
}

/// <summary>A template or profile of a CA.</summary>
public sealed class CertificateProfile
{
    /// <summary>The authority it belongs to.</summary>
    public string Authority { get; internal set; } = string.Empty;

    /// <summary>Its name, as -Template takes it.</summary>
    public string Name { get; internal set; } = string.Empty;

    /// <summary>Its title.</summary>
    public string Title { get; internal set; } = string.Empty;

    /// <summary>What the CA asks of a request for it.</summary>
    public ProfileRule[] Rules { get; internal set; } = Array.Empty<ProfileRule>();

    /// <summary>What the CA says of it beyond its rules, by name: minimalKeyLength, renewalPeriodSeconds, enroll. Empty where
    /// the provider tells nothing.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; internal set; } = new Dictionary<string, string>();

    /// <summary>The profile's name.</summary>
    public override string ToString() => Name;
}

/// <summary>One thing a CA asks of a request.</summary>
public sealed class ProfileRule
{
    /// <summary>The authority.</summary>
    public string Authority { get; internal set; } = string.Empty;

    /// <summary>The template it belongs to; empty for the rules of all.</summary>
    public string Template { get; internal set; } = string.Empty;

    /// <summary>The rule's name.</summary>
    public string Rule { get; internal set; } = string.Empty;

    /// <summary>Its value.</summary>
    public string Value { get; internal set; } = string.Empty;

    /// <summary>The rule in words.</summary>
    public string Message { get; internal set; } = string.Empty;

    /// <summary>The rule and its value.</summary>
    public override string ToString() => Value.Length == 0 ? Rule : $"{Rule} = {Value}";
}

/// <summary>A certificate of a CA's chain: its root or an intermediate.</summary>
public sealed class TrustedRoot
{
    /// <summary>The authority it came from.</summary>
    public string Authority { get; internal set; } = string.Empty;

    /// <summary>Root or Intermediate.</summary>
    public string Kind { get; internal set; } = string.Empty;

    /// <summary>SHA-1 of the certificate, 40 upper-case hex digits.</summary>
    public string Thumbprint { get; internal set; } = string.Empty;

    /// <summary>The subject's distinguished name.</summary>
    public string Subject { get; internal set; } = string.Empty;

    /// <summary>The issuer's distinguished name.</summary>
    public string Issuer { get; internal set; } = string.Empty;

    /// <summary>Start of validity, local time.</summary>
    public DateTime NotBefore { get; internal set; }

    /// <summary>End of validity, local time.</summary>
    public DateTime NotAfter { get; internal set; }

    /// <summary>SHA-256 of the certificate, to compare with what the CA publishes.</summary>
    public string Sha256 { get; internal set; } = string.Empty;

    /// <summary>The file it was written to; null when none was.</summary>
    public string? Path { get; internal set; }

    /// <summary>The certificate, DER.</summary>
    public byte[] RawData { get; internal set; } = Array.Empty<byte>();

    /// <summary>The subject and the thumbprint.</summary>
    public override string ToString() => $"{Subject} [{Thumbprint}]";
}
