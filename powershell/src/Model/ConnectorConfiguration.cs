using System;
using System.Collections.Generic;

namespace CertBroker;

/// <summary>A configuration file of an Intune connector.</summary>
public sealed class ConnectorConfiguration
{
    /// <summary>The file.</summary>
    public string Path { get; internal set; } = string.Empty;

    /// <summary>The thumbprint of the RA certificate as the file has it; empty when it is not set.</summary>
    public string RACertThumbprint { get; internal set; } = string.Empty;

    /// <summary>How long the connector waits for the cloud CA (CloudCAConnTimeoutInMilliseconds); null when it is not set and the
    /// connector's own default counts, or when it is no number.</summary>
    public long? TimeoutMilliseconds { get; internal set; }

    /// <summary>The address of Intune; empty when it is not set.</summary>
    public string BaseServiceAddress { get; internal set; } = string.Empty;

    /// <summary>All settings of the file, by name.</summary>
    public IReadOnlyDictionary<string, string> Setting { get; internal set; } = new Dictionary<string, string>();

    /// <summary>What deserves attention: settings given twice, malformed, or different in the connector's other files.</summary>
    public string[] Warning { get; internal set; } = Array.Empty<string>();

    /// <summary>The copy that was made before the file was changed; null when it was not changed.</summary>
    public string? Backup { get; internal set; }

    /// <summary>The file's path.</summary>
    public override string ToString() => Path;
}
