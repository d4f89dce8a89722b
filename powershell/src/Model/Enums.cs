namespace CertBroker;

/// <summary>How far a request has come.</summary>
public enum RequestState
{
    /// <summary>Not known.</summary>
    Unknown = 0,
    /// <summary>The key is stored, the request is made and waits for its certificate.</summary>
    Prepared = 1,
    /// <summary>Being sent right now, or interrupted while it was.</summary>
    Submitting = 2,
    /// <summary>The CA decides later.</summary>
    Pending = 3,
    /// <summary>The certificate is kept, but not installed yet.</summary>
    Issued = 4,
    /// <summary>Done: the certificate is in its store.</summary>
    Installed = 5,
    /// <summary>The CA said no.</summary>
    Denied = 6,
    /// <summary>It failed before anything reached the CA; it may be sent again.</summary>
    Failed = 7,
    /// <summary>The request left, no answer came. Receive-CBCertificate asks the CA before anything is sent again.</summary>
    Uncertain = 8,
    /// <summary>Given up.</summary>
    Abandoned = 9,
}

/// <summary>How a request for a certificate ended.</summary>
public enum IssuanceStatus
{
    /// <summary>Not sent to a CA yet.</summary>
    Prepared = 0,
    /// <summary>The certificate is there.</summary>
    Issued = 1,
    /// <summary>The CA decides later: Receive-CBCertificate.</summary>
    Pending = 2,
    /// <summary>The CA said no.</summary>
    Denied = 3,
    /// <summary>The request left, no answer came: Receive-CBCertificate asks the CA.</summary>
    Uncertain = 4,
    /// <summary>It failed before anything reached the CA; it may be sent again.</summary>
    Failed = 5,
    /// <summary>Given up.</summary>
    Abandoned = 6,
}

/// <summary>How bad a diagnostic is.</summary>
public enum DiagnosticSeverity
{
    /// <summary>Good to know.</summary>
    Information = 1,
    /// <summary>Works, but probably not as meant.</summary>
    Warning = 2,
    /// <summary>The request cannot be made.</summary>
    Error = 3,
}

/// <summary>The key of a new request.</summary>
public enum KeyAlgorithm
{
    /// <summary>RSA; the length is set with -KeyLength.</summary>
    RSA,
    /// <summary>Elliptic curve NIST P-256.</summary>
    ECDSA_P256,
    /// <summary>Elliptic curve NIST P-384.</summary>
    ECDSA_P384,
    /// <summary>Elliptic curve NIST P-521.</summary>
    ECDSA_P521,
}

/// <summary>How a request file is written.</summary>
public enum RequestFormat
{
    /// <summary>As certreq.exe writes it: BEGIN NEW CERTIFICATE REQUEST, CRLF.</summary>
    CertReq = 3,
    /// <summary>Standard PEM: BEGIN CERTIFICATE REQUEST, LF.</summary>
    Pem = 1,
    /// <summary>Binary DER.</summary>
    Der = 2,
}

/// <summary>How a certificate file is written.</summary>
public enum CertificateFormat
{
    /// <summary>PEM: BEGIN CERTIFICATE.</summary>
    Pem = 1,
    /// <summary>Binary DER, what Windows calls .cer.</summary>
    Der = 2,
    /// <summary>A PKCS #7 file with certificates only, what Windows calls .p7b.</summary>
    P7b = 4,
}

/// <summary>How a PFX file protects its content.</summary>
public enum CryptoAlgorithmOption
{
    /// <summary>AES-256 and SHA-256.</summary>
    AES256_SHA256,
    /// <summary>Triple DES and SHA-1, for consumers from before Windows Server 2019.</summary>
    TripleDES_SHA1,
}

/// <summary>Why a certificate is revoked (RFC 5280, CRLReason).</summary>
public enum RevocationReason
{
    /// <summary>No reason given.</summary>
    Unspecified = 0,
    /// <summary>Somebody else may have the private key.</summary>
    KeyCompromise = 1,
    /// <summary>Somebody else may have the CA's private key.</summary>
    CACompromise = 2,
    /// <summary>The subject's names changed.</summary>
    AffiliationChanged = 3,
    /// <summary>Another certificate took its place.</summary>
    Superseded = 4,
    /// <summary>It is not needed any more.</summary>
    CessationOfOperation = 5,
    /// <summary>Suspended; RemoveFromCrl takes it back.</summary>
    CertificateHold = 6,
    /// <summary>Ends a suspension.</summary>
    RemoveFromCrl = 8,
    /// <summary>A privilege in the certificate was withdrawn.</summary>
    PrivilegeWithdrawn = 9,
    /// <summary>Somebody else may have the attribute authority's private key.</summary>
    AACompromise = 10,
}

/// <summary>Where a CA certificate goes, as Intune's trusted certificate profiles name the places.</summary>
public enum DestinationStore
{
    /// <summary>Computer certificate store - Root.</summary>
    ComputerRoot,
    /// <summary>Computer certificate store - Intermediate.</summary>
    ComputerIntermediate,
    /// <summary>User certificate store - Intermediate.</summary>
    UserIntermediate,
}
