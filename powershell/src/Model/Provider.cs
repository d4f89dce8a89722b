using System;

namespace CertBroker;

/// <summary>A plugin that speaks to one kind of CA.</summary>
public sealed class ProviderInfo
{
    /// <summary>The provider's id: local-ca.</summary>
    public string Id { get; internal set; } = string.Empty;

    /// <summary>Its title.</summary>
    public string Title { get; internal set; } = string.Empty;

    /// <summary>Its version.</summary>
    public string Version { get; internal set; } = string.Empty;

    /// <summary>Whether it can be used.</summary>
    public bool Enabled { get; internal set; }

    /// <summary>Why it cannot be used; empty when it can.</summary>
    public string DisabledReason { get; internal set; } = string.Empty;

    /// <summary>Shipped, Approved, NotApproved, Changed, Folder or Static.</summary>
    public string Trust { get; internal set; } = string.Empty;

    /// <summary>Who signed the plugin's file, where the system can tell.</summary>
    public string Publisher { get; internal set; } = string.Empty;

    /// <summary>SHA-256 of the plugin's file, lower-case hex.</summary>
    public string Hash { get; internal set; } = string.Empty;

    /// <summary>The plugin's file.</summary>
    public string Path { get; internal set; } = string.Empty;

    /// <summary>What it can do: Submit, Poll, Revoke, Renew ...</summary>
    public string[] Capabilities { get; internal set; } = Array.Empty<string>();

    /// <summary>Where it is documented.</summary>
    public string HelpUrl { get; internal set; } = string.Empty;

    /// <summary>The provider's id.</summary>
    public override string ToString() => Id;
}

/// <summary>One setting of a provider.</summary>
public sealed class ProviderSetting
{
    /// <summary>The provider it belongs to.</summary>
    public string Provider { get; internal set; } = string.Empty;

    /// <summary>The setting's name, as -Setting takes it: validity-days.</summary>
    public string Name { get; internal set; } = string.Empty;

    /// <summary>The parameter of the same setting: ValidityDays.</summary>
    public string Parameter { get; internal set; } = string.Empty;

    /// <summary>What it means.</summary>
    public string Summary { get; internal set; } = string.Empty;

    /// <summary>Text, Number, Bool, Url, Duration, Choice, Secret, Key, Path or List.</summary>
    public string Type { get; internal set; } = string.Empty;

    /// <summary>Connection (Register-CBAuthority) or Order (Request-CBCertificate).</summary>
    public string Scope { get; internal set; } = string.Empty;

    /// <summary>Whether it must be given.</summary>
    public bool Required { get; internal set; }

    /// <summary>Its default; empty when there is none.</summary>
    public string Default { get; internal set; } = string.Empty;

    /// <summary>The values a choice takes.</summary>
    public string[] Choices { get; internal set; } = Array.Empty<string>();

    /// <summary>The smallest number; null when there is no bound.</summary>
    public long? Minimum { get; internal set; }

    /// <summary>The largest number; null when there is no bound.</summary>
    public long? Maximum { get; internal set; }

    /// <summary>What the value looks like.</summary>
    public string Hint { get; internal set; } = string.Empty;

    /// <summary>Whether most people never need it.</summary>
    public bool Advanced { get; internal set; }

    /// <summary>Whether the value is kept as a secret and given as a SecureString.</summary>
    public bool IsSecret { get; internal set; }

    /// <summary>The setting's name.</summary>
    public override string ToString() => Name;
}
