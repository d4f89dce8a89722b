namespace CertBroker;

/// <summary>An account that may use a private key.</summary>
public sealed class KeyReader
{
    /// <summary>DOMAIN\name; the SID where nobody knows the name.</summary>
    public string Account { get; internal set; } = string.Empty;

    /// <summary>The account's SID.</summary>
    public string Sid { get; internal set; } = string.Empty;

    /// <summary>read, full control, or the access mask in hex.</summary>
    public string Rights { get; internal set; } = string.Empty;

    /// <summary>The account and its rights.</summary>
    public override string ToString() => $"{Account} ({Rights})";
}
