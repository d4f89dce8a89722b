using System;
using System.Security.Cryptography.X509Certificates;

namespace CertBroker;

/// <summary>A certificate request that CertBroker made or sent.</summary>
public sealed class CertificateRequestInfo
{
    /// <summary>The request's id in the journal, a UUID.</summary>
    public string RequestId { get; internal set; } = string.Empty;

    /// <summary>How far it has come; Unknown for a file, whatever became of it.</summary>
    public RequestState State { get; internal set; }

    /// <summary>The subject's distinguished name.</summary>
    public string Subject { get; internal set; } = string.Empty;

    /// <summary>Subject alternative names as token=value; empty unless the request was read, as for Pem.</summary>
    public string[] SubjectAlternativeName { get; internal set; } = Array.Empty<string>();

    /// <summary>SIDs of the accounts that are to log on with the certificate; filled as SubjectAlternativeName is.</summary>
    public string[] SecurityIdentifier { get; internal set; } = Array.Empty<string>();

    /// <summary>PKCS10, or PKCS7 or CMC for a request in a signed message; filled as SubjectAlternativeName is.</summary>
    public string RequestType { get; internal set; } = string.Empty;

    /// <summary>Who signed such a message: subjects of certificates, or what names their keys.</summary>
    public string[] SignedBy { get; internal set; } = Array.Empty<string>();

    /// <summary>For whom somebody else asks; empty when nobody does.</summary>
    public string RequesterName { get; internal set; } = string.Empty;

    /// <summary>The thumbprint of the certificate that is renewed; empty when none is.</summary>
    public string RenewalCertificate { get; internal set; } = string.Empty;

    /// <summary>SHA-256 of the public key: names the private key.</summary>
    public string KeyId { get; internal set; } = string.Empty;

    /// <summary>Where the certificate will be stored: LocalMachine or CurrentUser.</summary>
    public StoreLocation? StoreLocation { get; internal set; }

    /// <summary>The store's name, such as My.</summary>
    public string? StoreName { get; internal set; }

    /// <summary>The file the request was written to; null when none was.</summary>
    public string? Path { get; internal set; }

    /// <summary>The request in PEM, as certreq writes it; null where it was not asked for.</summary>
    public string? Pem { get; internal set; }

    /// <summary>The CA's template.</summary>
    public string Template { get; internal set; } = string.Empty;

    /// <summary>The authority it was made for or sent to.</summary>
    public string Authority { get; internal set; } = string.Empty;

    /// <summary>The provider's id.</summary>
    public string Provider { get; internal set; } = string.Empty;

    /// <summary>What the CA calls the request.</summary>
    public string CAReference { get; internal set; } = string.Empty;

    /// <summary>The friendly name the certificate will get.</summary>
    public string FriendlyName { get; internal set; } = string.Empty;

    /// <summary>The certificate's thumbprint, once there is one.</summary>
    public string Thumbprint { get; internal set; } = string.Empty;

    /// <summary>When it was made, local time.</summary>
    public DateTime Created { get; internal set; }

    /// <summary>When it changed last, local time.</summary>
    public DateTime Changed { get; internal set; }

    /// <summary>When it went to the CA last, local time; null when it did not.</summary>
    public DateTime? Sent { get; internal set; }

    /// <summary>When asking the CA again makes sense, and for an uncertain request when it may be sent again; null = at any
    /// time.</summary>
    public DateTime? NextTry { get; internal set; }

    /// <summary>What is waited for, or why it was denied.</summary>
    public string Message { get; internal set; } = string.Empty;

    /// <summary>The CA's reason code.</summary>
    public string Reason { get; internal set; } = string.Empty;

    /// <summary>What to do about a denial; empty when the CA does not say.</summary>
    public string RecommendedAction { get; internal set; } = string.Empty;

    /// <summary>The request's id.</summary>
    public override string ToString() => RequestId;
}
