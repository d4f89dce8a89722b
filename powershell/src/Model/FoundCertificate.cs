using System;

namespace CertBroker;

/// <summary>A certificate as its CA lists it.</summary>
public sealed class FoundCertificate
{
    /// <summary>The authority that was asked.</summary>
    public string Authority { get; internal set; } = string.Empty;

    /// <summary>The serial number, hexadecimal.</summary>
    public string SerialNumber { get; internal set; } = string.Empty;

    /// <summary>The subject's distinguished name; the common name where the CA gave no certificate.</summary>
    public string Subject { get; internal set; } = string.Empty;

    /// <summary>The issuer's distinguished name; empty where the CA gave no certificate.</summary>
    public string Issuer { get; internal set; } = string.Empty;

    /// <summary>SHA-1 of the certificate, 40 upper-case hex digits; empty where the CA gave no certificate.</summary>
    public string Thumbprint { get; internal set; } = string.Empty;

    /// <summary>Valid, Expired, Revoked, Suspended, or the CA's own word.</summary>
    public string Status { get; internal set; } = string.Empty;

    /// <summary>The template it was issued by.</summary>
    public string Template { get; internal set; } = string.Empty;

    /// <summary>The e-mail address the CA keeps for it.</summary>
    public string EmailAddress { get; internal set; } = string.Empty;

    /// <summary>Whom the CA counts it for: a seat, a requester.</summary>
    public string Owner { get; internal set; } = string.Empty;

    /// <summary>Start of validity, local time; null when the CA does not say.</summary>
    public DateTime? NotBefore { get; internal set; }

    /// <summary>End of validity, local time; null when the CA does not say.</summary>
    public DateTime? NotAfter { get; internal set; }

    /// <summary>When it was revoked, local time; null when it is not, or the CA does not say.</summary>
    public DateTime? RevokedAt { get; internal set; }

    /// <summary>Why it was revoked; null when it is not, or the CA does not say.</summary>
    public RevocationReason? RevocationReason { get; internal set; }

    /// <summary>The certificate, DER; empty when the CA gave none.</summary>
    public byte[] RawData { get; internal set; } = Array.Empty<byte>();

    /// <summary>The subject and the serial number.</summary>
    public override string ToString() => $"{Subject} [{SerialNumber}]";
}
