using System;
using System.Security.Cryptography.X509Certificates;

namespace CertBroker;

/// <summary>How asking a CA for a certificate ended, for now.</summary>
public sealed class IssuanceResult
{
    /// <summary>Issued, Pending, Denied or Uncertain; Failed or Prepared when nothing was sent.</summary>
    public IssuanceStatus Status { get; internal set; }

    /// <summary>The request's id in the journal: Receive-CBCertificate takes it.</summary>
    public string RequestId { get; internal set; } = string.Empty;

    /// <summary>The certificate's thumbprint; null unless it was issued.</summary>
    public string? Thumbprint { get; internal set; }

    /// <summary>The certificate; null unless it was issued.</summary>
    public CertificateInfo? Certificate { get; internal set; }

    /// <summary>The subject's distinguished name.</summary>
    public string Subject { get; internal set; } = string.Empty;

    /// <summary>Why it was denied, or what is waited for.</summary>
    public string Message { get; internal set; } = string.Empty;

    /// <summary>The CA's reason code.</summary>
    public string Reason { get; internal set; } = string.Empty;

    /// <summary>What to do about a denial; empty when the CA does not say.</summary>
    public string RecommendedAction { get; internal set; } = string.Empty;

    /// <summary>What the CA calls the request, for its support.</summary>
    public string CAReference { get; internal set; } = string.Empty;

    /// <summary>What differs between the request and the certificate, or else deserves attention.</summary>
    public string[] Warnings { get; internal set; } = Array.Empty<string>();

    /// <summary>When asking again makes sense; null = at any time.</summary>
    public DateTime? NextTry { get; internal set; }

    /// <summary>The authority that was asked.</summary>
    public string Authority { get; internal set; } = string.Empty;

    /// <summary>The template that was asked for.</summary>
    public string Template { get; internal set; } = string.Empty;

    /// <summary>Where the certificate is installed; null when it is not.</summary>
    public StoreLocation? StoreLocation { get; internal set; }

    /// <summary>The store's name; null when it is not installed.</summary>
    public string? StoreName { get; internal set; }

    /// <summary>The status and the request's id.</summary>
    public override string ToString() => $"{Status} {RequestId}";
}

/// <summary>One request in the journal, and how it ended.</summary>
public sealed class IssuanceInfo
{
    /// <summary>The request's id in the journal.</summary>
    public string RequestId { get; internal set; } = string.Empty;

    /// <summary>How far it has come.</summary>
    public RequestState State { get; internal set; }

    /// <summary>The subject's distinguished name.</summary>
    public string Subject { get; internal set; } = string.Empty;

    /// <summary>The authority it went to.</summary>
    public string Authority { get; internal set; } = string.Empty;

    /// <summary>The provider's id.</summary>
    public string Provider { get; internal set; } = string.Empty;

    /// <summary>The CA's template.</summary>
    public string Template { get; internal set; } = string.Empty;

    /// <summary>What the CA calls the request.</summary>
    public string CAReference { get; internal set; } = string.Empty;

    /// <summary>The certificate's thumbprint; empty when there is none.</summary>
    public string Thumbprint { get; internal set; } = string.Empty;

    /// <summary>SHA-256 of the public key.</summary>
    public string KeyId { get; internal set; } = string.Empty;

    /// <summary>The friendly name.</summary>
    public string FriendlyName { get; internal set; } = string.Empty;

    /// <summary>LocalMachine or CurrentUser.</summary>
    public StoreLocation? StoreLocation { get; internal set; }

    /// <summary>The store's name.</summary>
    public string? StoreName { get; internal set; }

    /// <summary>What was said last.</summary>
    public string Message { get; internal set; } = string.Empty;

    /// <summary>The CA's reason code.</summary>
    public string Reason { get; internal set; } = string.Empty;

    /// <summary>When it was made, local time.</summary>
    public DateTime Created { get; internal set; }

    /// <summary>When it changed last, local time.</summary>
    public DateTime Changed { get; internal set; }

    /// <summary>When it went to the CA last, local time; null when it did not.</summary>
    public DateTime? Sent { get; internal set; }

    /// <summary>When asking the CA again makes sense; null = at any time.</summary>
    public DateTime? NextTry { get; internal set; }

    /// <summary>What to do about a denial; empty when the CA does not say.</summary>
    public string RecommendedAction { get; internal set; } = string.Empty;

    /// <summary>The thumbprint of the certificate that is renewed; empty when it is a new one.</summary>
    public string Replaces { get; internal set; } = string.Empty;

    /// <summary>How long before its end the CA wants the certificate renewed; zero when it does not say.</summary>
    public TimeSpan RenewalPeriod { get; internal set; }

    /// <summary>What happened, oldest first; empty unless asked for.</summary>
    public IssuanceEvent[] Events { get; internal set; } = Array.Empty<IssuanceEvent>();

    /// <summary>The request's id.</summary>
    public override string ToString() => RequestId;
}

/// <summary>One thing that happened to a request.</summary>
public sealed class IssuanceEvent
{
    /// <summary>When, local time.</summary>
    public DateTime Time { get; internal set; }

    /// <summary>The state it came to.</summary>
    public RequestState State { get; internal set; }

    /// <summary>What was said.</summary>
    public string Message { get; internal set; } = string.Empty;

    /// <summary>Time, state and message.</summary>
    public override string ToString() => $"{Time:u} {State} {Message}".TrimEnd();
}
