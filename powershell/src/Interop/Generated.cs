// Made by tests/checks/gen-csharp.py from status.def, properties.def, errors.def and certbroker.h. Do not edit.

#nullable enable

using System.Management.Automation;

namespace CertBroker;

/// <summary>What a call of the native library ended with: what the caller can do about it.</summary>
public enum CertBrokerStatus
{
    /// <summary>It worked.</summary>
    Ok = 0,
    /// <summary>A parameter is missing or has a value that is not allowed.</summary>
    Argument = -1,
    /// <summary>A handle is NULL, freed, or of another type.</summary>
    Handle = -2,
    /// <summary>A text is not valid UTF-8.</summary>
    Text = -3,
    /// <summary>There is not enough memory.</summary>
    Memory = -4,
    /// <summary>The library broke one of its own rules; please report it.</summary>
    Internal = -5,
    /// <summary>This is not supported here.</summary>
    Unsupported = -6,
    /// <summary>The caller cancelled the work.</summary>
    Cancelled = -7,
    /// <summary>The work took longer than it was allowed to.</summary>
    Timeout = -8,
    /// <summary>What was named does not exist.</summary>
    NotFound = -9,
    /// <summary>What should be made exists already.</summary>
    Exists = -10,
    /// <summary>There is no further item; not a failure.</summary>
    End = -11,
    /// <summary>The input is not well formed; the error names the place.</summary>
    Parse = -12,
    /// <summary>The input is well formed but not acceptable.</summary>
    Invalid = -13,
    /// <summary>The certification authority's rules say no; nothing was sent.</summary>
    Policy = -14,
    /// <summary>The password is wrong or missing.</summary>
    Password = -15,
    /// <summary>The credentials were refused.</summary>
    Auth = -16,
    /// <summary>The operating system or the key refuses access.</summary>
    Access = -17,
    /// <summary>The network failed; trying again may help.</summary>
    Network = -18,
    /// <summary>The certification authority answered with an error.</summary>
    Remote = -19,
    /// <summary>The certification authority's answer makes no sense.</summary>
    Protocol = -20,
    /// <summary>A certificate, server or plugin is not trusted.</summary>
    Trust = -21,
    /// <summary>The certificate does not belong to the key.</summary>
    KeyMismatch = -22,
    /// <summary>Reading or writing a file failed.</summary>
    Io = -23,
    /// <summary>A plugin cannot be loaded or broke its contract.</summary>
    Plugin = -24,
    /// <summary>Somebody else is using it just now; trying again helps.</summary>
    Busy = -25,
}

internal static class StatusCategory
{
    public static ErrorCategory Of(CertBrokerStatus status)
    {
        switch (status)
        {
            case CertBrokerStatus.Ok: return ErrorCategory.NotSpecified;
            case CertBrokerStatus.Argument: return ErrorCategory.InvalidArgument;
            case CertBrokerStatus.Handle: return ErrorCategory.InvalidArgument;
            case CertBrokerStatus.Text: return ErrorCategory.InvalidData;
            case CertBrokerStatus.Memory: return ErrorCategory.ResourceUnavailable;
            case CertBrokerStatus.Internal: return ErrorCategory.InvalidResult;
            case CertBrokerStatus.Unsupported: return ErrorCategory.NotImplemented;
            case CertBrokerStatus.Cancelled: return ErrorCategory.OperationStopped;
            case CertBrokerStatus.Timeout: return ErrorCategory.OperationTimeout;
            case CertBrokerStatus.NotFound: return ErrorCategory.ObjectNotFound;
            case CertBrokerStatus.Exists: return ErrorCategory.ResourceExists;
            case CertBrokerStatus.End: return ErrorCategory.NotSpecified;
            case CertBrokerStatus.Parse: return ErrorCategory.ParserError;
            case CertBrokerStatus.Invalid: return ErrorCategory.InvalidData;
            case CertBrokerStatus.Policy: return ErrorCategory.PermissionDenied;
            case CertBrokerStatus.Password: return ErrorCategory.AuthenticationError;
            case CertBrokerStatus.Auth: return ErrorCategory.AuthenticationError;
            case CertBrokerStatus.Access: return ErrorCategory.PermissionDenied;
            case CertBrokerStatus.Network: return ErrorCategory.ConnectionError;
            case CertBrokerStatus.Remote: return ErrorCategory.ConnectionError;
            case CertBrokerStatus.Protocol: return ErrorCategory.ProtocolError;
            case CertBrokerStatus.Trust: return ErrorCategory.SecurityError;
            case CertBrokerStatus.KeyMismatch: return ErrorCategory.InvalidResult;
            case CertBrokerStatus.Io: return ErrorCategory.WriteError;
            case CertBrokerStatus.Plugin: return ErrorCategory.InvalidResult;
            case CertBrokerStatus.Busy: return ErrorCategory.ResourceBusy;
            default: return ErrorCategory.NotSpecified;
        }
    }
}

internal enum Property
{
    /// <summary>The stable id of a row: profile, provider, rule, check, event. (TEXT)</summary>
    Id = 1,
    /// <summary>A title for people. (TEXT)</summary>
    Title = 2,
    /// <summary>The name of an authority, setting or profile. (TEXT)</summary>
    Name = 3,
    /// <summary>The version of a provider. (TEXT)</summary>
    Version = 4,
    /// <summary>One sentence that explains a setting. (TEXT)</summary>
    Summary = 5,
    /// <summary>The subject's distinguished name. Settable on a request. (TEXT)</summary>
    Subject = 10,
    /// <summary>The issuer's distinguished name. (TEXT)</summary>
    Issuer = 11,
    /// <summary>The serial number, upper-case hex. (TEXT)</summary>
    SerialNumber = 12,
    /// <summary>SHA-1 of the certificate, 40 upper-case hex digits. (TEXT)</summary>
    Thumbprint = 13,
    /// <summary>SHA-256 of the certificate, 64 upper-case hex digits. (TEXT)</summary>
    Sha256 = 14,
    /// <summary>Start of validity, seconds since 1970 UTC. (NUMBER)</summary>
    NotBefore = 15,
    /// <summary>End of validity, seconds since 1970 UTC. (NUMBER)</summary>
    NotAfter = 16,
    /// <summary>RSA, ECDSA_P256, ECDSA_P384, ECDSA_P521, or an OID. Settable on a request. (TEXT)</summary>
    KeyAlgorithm = 17,
    /// <summary>Bits of the key. Settable on a request (as text). (NUMBER)</summary>
    KeyLength = 18,
    /// <summary>The signature algorithm's name, such as sha256RSA. (TEXT)</summary>
    SignatureAlgorithm = 19,
    /// <summary>Subject alternative names as token=value: dns=web01. (LIST)</summary>
    SubjectAltName = 20,
    /// <summary>Enhanced key usages as OIDs. Addable to a request, by OID or name. (LIST)</summary>
    EnhancedKeyUsage = 21,
    /// <summary>Key usages by name (DigitalSignature ...). Addable to a request, by name or number. (LIST)</summary>
    KeyUsage = 22,
    /// <summary>1 for a CA certificate. (NUMBER)</summary>
    IsCa = 23,
    /// <summary>SHA-256 of the SubjectPublicKeyInfo, 64 lower-case hex digits: names the key. (TEXT)</summary>
    KeyId = 24,
    /// <summary>1 when subject and issuer are the same. (NUMBER)</summary>
    IsSelfSigned = 25,
    /// <summary>The friendly name in the store. Settable on a request. (TEXT)</summary>
    FriendlyName = 30,
    /// <summary>The store's uri: folder:LocalMachine/My. (TEXT)</summary>
    Store = 31,
    /// <summary>1 when the private key is there. (NUMBER)</summary>
    HasPrivateKey = 32,
    /// <summary>1 when the private key may be exported. Settable on a request (true, false). (NUMBER)</summary>
    Exportable = 33,
    /// <summary>LocalMachine or CurrentUser. (TEXT)</summary>
    StoreLocation = 34,
    /// <summary>My, Root, CA or another store's name. (TEXT)</summary>
    StoreName = 35,
    /// <summary>1 for a certificate that a renewal replaced. (NUMBER)</summary>
    Archived = 36,
    /// <summary>Where the private key lives. (TEXT)</summary>
    KeyUri = 37,
    /// <summary>CERTBROKER_STATE_... (NUMBER)</summary>
    State = 40,
    /// <summary>The journal's id of the request, a UUID. (TEXT)</summary>
    RequestId = 41,
    /// <summary>What the CA calls the request, for its support. (TEXT)</summary>
    CaReference = 42,
    /// <summary>One line for people: why denied, what is waited for, what a diagnostic says. (TEXT)</summary>
    Message = 43,
    /// <summary>The name of the authority the request went to. (TEXT)</summary>
    Authority = 44,
    /// <summary>The provider's id. (TEXT)</summary>
    Provider = 45,
    /// <summary>The CA's template or profile. Settable on a request. (TEXT)</summary>
    Template = 46,
    /// <summary>When it was made, seconds since 1970 UTC. (NUMBER)</summary>
    Created = 47,
    /// <summary>When it changed last. (NUMBER)</summary>
    Changed = 48,
    /// <summary>When asking the CA again makes sense; 0 = at any time. (NUMBER)</summary>
    NextTry = 49,
    /// <summary>The CA's reason code as text. (TEXT)</summary>
    Reason = 50,
    /// <summary>What differs between the request and the CA's answer, or else deserves attention. (LIST)</summary>
    Warning = 51,
    /// <summary>The state's name: Prepared, Submitting, Pending, Issued, Installed, Denied, Failed, Uncertain, Abandoned. (TEXT)</summary>
    StateName = 52,
    /// <summary>When the request went to the CA last, seconds since 1970 UTC; 0 = it did not. (NUMBER)</summary>
    SentAt = 53,
    /// <summary>How long before its end the CA wants the certificate renewed; 0 = it does not say. (NUMBER)</summary>
    RenewalSeconds = 54,
    /// <summary>Renewal: the thumbprint of the certificate that is renewed. (TEXT)</summary>
    Replaces = 55,
    /// <summary>CERTBROKER_SEVERITY_... (NUMBER)</summary>
    Severity = 60,
    /// <summary>The rule's id: Inf.UnknownKey. (TEXT)</summary>
    Rule = 61,
    /// <summary>What to do about it. (TEXT)</summary>
    Remedy = 63,
    /// <summary>The file, as it was named by the caller. (TEXT)</summary>
    File = 64,
    /// <summary>The line, from 1; 0 = none. (NUMBER)</summary>
    Line = 65,
    /// <summary>The column in characters, from 1; 0 = none. (NUMBER)</summary>
    Column = 66,
    /// <summary>Passed, Warning, Failed or Skipped. (TEXT)</summary>
    CheckStatus = 67,
    /// <summary>Why a check did not pass. (TEXT)</summary>
    Cause = 68,
    /// <summary>The plugin's file. (TEXT)</summary>
    Path = 70,
    /// <summary>SHA-256 of the plugin's file, lower-case hex. (TEXT)</summary>
    Hash = 71,
    /// <summary>Who signed the plugin's file, where the system can tell. (TEXT)</summary>
    Publisher = 72,
    /// <summary>Shipped, Approved, NotApproved, Changed, Folder, Static. (TEXT)</summary>
    Trust = 73,
    /// <summary>Why the plugin cannot be used; empty when it can. (TEXT)</summary>
    DisabledReason = 74,
    /// <summary>CERTBROKER_CAN_... bits. (NUMBER)</summary>
    Capabilities = 75,
    /// <summary>Where the provider is documented. (TEXT)</summary>
    HelpUrl = 76,
    /// <summary>Text, Number, Bool, Url, Duration, Choice, Secret, Key, Path or List. (TEXT)</summary>
    Type = 80,
    /// <summary>Connection or Order. (TEXT)</summary>
    Scope = 81,
    /// <summary>1 when the setting must be given. (NUMBER)</summary>
    Required = 82,
    /// <summary>The default; empty when there is none. (TEXT)</summary>
    Default = 83,
    /// <summary>The values a choice takes. (LIST)</summary>
    Choice = 84,
    /// <summary>The smallest number; 0 with MAXIMUM 0 = no bounds. (NUMBER)</summary>
    Minimum = 85,
    /// <summary>The largest number. (NUMBER)</summary>
    Maximum = 86,
    /// <summary>What the value looks like: 32 hex digits. (TEXT)</summary>
    Hint = 87,
    /// <summary>1 for settings most people never need. (NUMBER)</summary>
    Advanced = 88,
    /// <summary>A setting's or rule's value; empty for a secret. (TEXT)</summary>
    Value = 89,
    /// <summary>1 when the value is kept as a secret. (NUMBER)</summary>
    IsSecret = 90,
    /// <summary>What the CA says of a certificate: Valid, Expired, Revoked, Suspended, or its own word. (TEXT)</summary>
    CaStatus = 91,
    /// <summary>Whom the CA counts a certificate for: a seat, a requester. (TEXT)</summary>
    Owner = 92,
    /// <summary>When it was revoked, seconds since 1970 UTC; 0 = it is not, or nobody says. (NUMBER)</summary>
    RevokedAt = 93,
    /// <summary>The certificate as base64 of its DER; empty when the CA gave none. (TEXT)</summary>
    Certificate = 94,
    /// <summary>How Microsoft's Intune Certificate Connector reports what a check found. (TEXT)</summary>
    ConnectorMessage = 95,
    /// <summary>Adds a DNS name. (LIST)</summary>
    DnsName = 100,
    /// <summary>Adds an e-mail address (rfc822Name). (LIST)</summary>
    EmailAddress = 101,
    /// <summary>Adds a user principal name. (LIST)</summary>
    Upn = 102,
    /// <summary>Adds an IPv4 or IPv6 address. (LIST)</summary>
    IpAddress = 103,
    /// <summary>Adds a URI. (LIST)</summary>
    Uri = 104,
    /// <summary>Adds an otherName: oid=hex, hex being the complete DER of the value. (LIST)</summary>
    OtherName = 105,
    /// <summary>Adds a directory object's GUID. (LIST)</summary>
    Guid = 106,
    /// <summary>Adds a directory name. (LIST)</summary>
    DirectoryName = 107,
    /// <summary>Adds a registered OID. (LIST)</summary>
    RegisteredId = 108,
    /// <summary>SHA256 (default), SHA384, SHA512; SHA1 and MD5 only with ALLOW_WEAK_HASH. (TEXT)</summary>
    HashAlgorithm = 110,
    /// <summary>true allows SHA1 and MD5; what uses them is logged. (TEXT)</summary>
    AllowWeakHash = 111,
    /// <summary>true: the key belongs to the machine (LocalMachine). (TEXT)</summary>
    MachineKeySet = 112,
    /// <summary>PKCS10 (default), Cert (self-signed), PKCS7, CMC. (TEXT)</summary>
    RequestType = 113,
    /// <summary>Adds an extension: oid=hex, with a leading '!' when critical. (LIST)</summary>
    Extension = 114,
    /// <summary>true leaves Microsoft's default attributes and extensions out. (TEXT)</summary>
    SuppressDefaults = 115,
    /// <summary>The cryptographic or key storage provider's name (ProviderName). (TEXT)</summary>
    ProviderName = 116,
    /// <summary>The file a request was read from. (TEXT)</summary>
    Source = 117,
    /// <summary>The account's SID: adds Microsoft's extension 1.3.6.1.4.1.311.25.2. Reads back the SIDs of the extension and of URIs tag:microsoft.com,2022-09-14:sid:. (LIST)</summary>
    SecurityIdentifier = 118,
    /// <summary>For whom somebody else asks: DOMAIN\\user; REQUEST_TYPE PKCS7 or CMC only. (TEXT)</summary>
    RequesterName = 119,
    /// <summary>The thumbprint of the certificate that is renewed; REQUEST_TYPE PKCS7 or CMC only. (TEXT)</summary>
    RenewalCert = 121,
    /// <summary>true takes the key of RENEWAL_CERT instead of a new one. (TEXT)</summary>
    UseExistingKeySet = 122,
    /// <summary>Who signed the message that a request travels in: the subject of the certificate, or what names its key. (LIST)</summary>
    SignedBy = 123,
    /// <summary>What the CA says of a profile beyond its rules, as name=value: minimalKeyLength=2048. (LIST)</summary>
    ProfileAttribute = 120,
}

/// <summary>The module's own errors; a message may come with a remedy of its own.</summary>
internal static class ModuleErrors
{
    /// <summary>The module does not run on this processor, system or .NET.</summary>
    public static CertBrokerException Platform(string message, string? remedy = null) =>
        new CertBrokerException(CertBrokerStatus.Unsupported, "Module.Platform", message,
            remedy ?? "Use a 64-bit PowerShell on an x64 machine with Windows or Linux.");

    /// <summary>The module's native library is not where it should be.</summary>
    public static CertBrokerException NativeMissing(string message, string? remedy = null) =>
        new CertBrokerException(CertBrokerStatus.NotFound, "Module.NativeMissing", message,
            remedy ?? "Reinstall the module CertBroker, or rebuild it with powershell/build-module.sh.");

    /// <summary>The module's native library cannot be loaded, or is of another version.</summary>
    public static CertBrokerException NativeBroken(string message, string? remedy = null) =>
        new CertBrokerException(CertBrokerStatus.Unsupported, "Module.NativeBroken", message,
            remedy ?? "Reinstall the module CertBroker, or rebuild it with powershell/build-module.sh.");

    /// <summary>The native library refused a call without a reason.</summary>
    public static CertBrokerException NativeStatus(string message, string? remedy = null) =>
        new CertBrokerException(CertBrokerStatus.Internal, "Module.Native", message,
            remedy ?? "Please report this with the command that caused it.");

    /// <summary>CERTBROKER_HOME is not an absolute path.</summary>
    public static CertBrokerException Home(string message, string? remedy = null) =>
        new CertBrokerException(CertBrokerStatus.Argument, "Module.Home", message,
            remedy ?? "Set CERTBROKER_HOME to an absolute path, or remove the variable.");

    /// <summary>A text has a character that cannot be passed on.</summary>
    public static CertBrokerException Text(string message, string? remedy = null) =>
        new CertBrokerException(CertBrokerStatus.Text, "Module.Text", message,
            remedy ?? "Type the text again.");

    /// <summary>A path is not one of the file system.</summary>
    public static CertBrokerException Path(string message, string? remedy = null) =>
        new CertBrokerException(CertBrokerStatus.Argument, "Module.Path", message,
            remedy ?? "Give the path of a file, or change to a folder first (Set-Location).");

    /// <summary>A file does not exist.</summary>
    public static CertBrokerException FileNotFound(string message, string? remedy = null) =>
        new CertBrokerException(CertBrokerStatus.NotFound, "Module.FileNotFound", message,
            remedy ?? "Check the path; relative paths start at PowerShell's current location.");

    /// <summary>A file is larger than any of its kind.</summary>
    public static CertBrokerException FileTooLarge(string message, string? remedy = null) =>
        new CertBrokerException(CertBrokerStatus.Invalid, "Module.FileTooLarge", message,
            remedy ?? "Check the path.");

    /// <summary>A file could not be read.</summary>
    public static CertBrokerException FileRead(string message, string? remedy = null) =>
        new CertBrokerException(CertBrokerStatus.Io, "Module.FileRead", message,
            remedy ?? "Check the path and your rights to the file.");

    /// <summary>A file could not be written.</summary>
    public static CertBrokerException FileWrite(string message, string? remedy = null) =>
        new CertBrokerException(CertBrokerStatus.Io, "Module.FileWrite", message,
            remedy ?? "Check the path, your rights to the folder and the free space.");

    /// <summary>A file may not be read or written.</summary>
    public static CertBrokerException FileAccess(string message, string? remedy = null) =>
        new CertBrokerException(CertBrokerStatus.Access, "Module.FileAccess", message,
            remedy ?? "Ask for the rights, or choose another path.");

    /// <summary>A file exists and was not overwritten.</summary>
    public static CertBrokerException FileExists(string message, string? remedy = null) =>
        new CertBrokerException(CertBrokerStatus.Exists, "Module.FileExists", message,
            remedy ?? "Choose another path, or overwrite it with -Force.");

    /// <summary>The folder of a file to be written does not exist.</summary>
    public static CertBrokerException FolderNotFound(string message, string? remedy = null) =>
        new CertBrokerException(CertBrokerStatus.NotFound, "Module.FolderNotFound", message,
            remedy ?? "Make the folder first, or choose another path.");

    /// <summary>A secret setting was given as plain text.</summary>
    public static CertBrokerException PlainSecret(string message, string? remedy = null) =>
        new CertBrokerException(CertBrokerStatus.Argument, "Module.PlainSecret", message,
            remedy ?? "Give it as a SecureString: Read-Host -AsSecureString asks for one.");

    /// <summary>A chain was asked for in a format that has one certificate only.</summary>
    public static CertBrokerException DerChain(string message, string? remedy = null) =>
        new CertBrokerException(CertBrokerStatus.Argument, "Module.DerChain", message,
            remedy ?? "Use -Format Pem or -Format P7b with -IncludeChain.");

    /// <summary>None of the certificates belongs into the destination store.</summary>
    public static CertBrokerException NoFittingRoot(string message, string? remedy = null) =>
        new CertBrokerException(CertBrokerStatus.Invalid, "Module.NoFittingRoot", message,
            remedy ?? "Leave -DestinationStore out: each certificate then goes where it belongs.");

    /// <summary>No certificate has the thumbprint.</summary>
    public static CertBrokerException CertificateNotFound(string message, string? remedy = null) =>
        new CertBrokerException(CertBrokerStatus.NotFound, "Module.CertificateNotFound", message,
            remedy ?? "Get-CBCertificate lists a store's certificates; -StoreLocation and -StoreName choose the store.");

    /// <summary>No request has the id.</summary>
    public static CertBrokerException RequestNotFound(string message, string? remedy = null) =>
        new CertBrokerException(CertBrokerStatus.NotFound, "Module.RequestNotFound", message,
            remedy ?? "Get-CBCertificateRequest -All lists the requests.");

    /// <summary>No provider has the id.</summary>
    public static CertBrokerException ProviderNotFound(string message, string? remedy = null) =>
        new CertBrokerException(CertBrokerStatus.NotFound, "Module.ProviderNotFound", message,
            remedy ?? "Get-CBProvider lists the providers.");

    /// <summary>No authority has the name.</summary>
    public static CertBrokerException AuthorityNotFound(string message, string? remedy = null) =>
        new CertBrokerException(CertBrokerStatus.NotFound, "Module.AuthorityNotFound", message,
            remedy ?? "Get-CBAuthority lists the authorities; Register-CBAuthority makes one.");

    /// <summary>The CA has no template of the name.</summary>
    public static CertBrokerException ProfileNotFound(string message, string? remedy = null) =>
        new CertBrokerException(CertBrokerStatus.NotFound, "Module.ProfileNotFound", message,
            remedy ?? "Get-CBCertificateProfile lists the templates of an authority.");

    /// <summary>A subject with variables was given, and nobody to fill them.</summary>
    public static CertBrokerException SubjectVariables(string message, string? remedy = null) =>
        new CertBrokerException(CertBrokerStatus.Argument, "Module.SubjectVariables", message,
            remedy ?? "Give the people or devices by the pipeline or as -InputObject.");

    /// <summary>An object of the pipeline has no property that is a parameter.</summary>
    public static CertBrokerException NothingBound(string message, string? remedy = null) =>
        new CertBrokerException(CertBrokerStatus.Argument, "Module.NothingBound", message,
            remedy ?? "Give -SubjectFormat, or a -Subject with variables, if the object is a person or device.");

    /// <summary>A listed certificate came without its content.</summary>
    public static CertBrokerException NoCertificate(string message, string? remedy = null) =>
        new CertBrokerException(CertBrokerStatus.NotFound, "Module.NoCertificate", message,
            remedy ?? "Give its file with -Path, or its thumbprint if it is in a store here.");

    /// <summary>No Intune connector is installed on this computer.</summary>
    public static CertBrokerException NoConnector(string message, string? remedy = null) =>
        new CertBrokerException(CertBrokerStatus.NotFound, "Module.NoConnector", message,
            remedy ?? "Give the connector's file or folder with -Path.");

    /// <summary>A configuration was to be changed, and nothing was given to change.</summary>
    public static CertBrokerException NothingToSet(string message, string? remedy = null) =>
        new CertBrokerException(CertBrokerStatus.Argument, "Module.NothingToSet", message,
            remedy ?? "Give -RACertThumbprint or -TimeoutMilliseconds.");

    /// <summary>The files of a connector have different settings.</summary>
    public static CertBrokerException ConnectorsDiffer(string message, string? remedy = null) =>
        new CertBrokerException(CertBrokerStatus.Invalid, "Module.ConnectorsDiffer", message,
            remedy ?? "Make them the same with Set-CBConnectorConfiguration, or name one of the files.");
}

internal enum NativeState
{
    /// <summary>the key is durable, the request is made and waits for its certificate</summary>
    Prepared = 1,
    /// <summary>being sent right now, or interrupted while it was</summary>
    Submitting = 2,
    /// <summary>the CA will decide later: certbroker_resume</summary>
    Pending = 3,
    /// <summary>the certificate is durable, not yet installed</summary>
    Issued = 4,
    /// <summary>done</summary>
    Installed = 5,
    Denied = 6,
    /// <summary>a failure before anything reached the CA; may be submitted again</summary>
    Failed = 7,
    /// <summary>the request left, no answer came: resume asks the CA before anything is sent again</summary>
    Uncertain = 8,
    Abandoned = 9,
}

internal enum NativeEncoding
{
    /// <summary>RFC 7468, LF</summary>
    Pem = 1,
    Der = 2,
    /// <summary>requests: BEGIN NEW CERTIFICATE REQUEST, CRLF, as certreq.exe writes</summary>
    Certreq = 3,
    /// <summary>chains: certs-only PKCS#7, DER</summary>
    P7b = 4,
    P7bPem = 5,
}

internal enum FindBy
{
    All = 0,
    /// <summary>as people paste it: blanks, colons, quotes, any case</summary>
    Thumbprint = 1,
    /// <summary>part of the subject's text, any case</summary>
    Subject = 2,
    /// <summary>64 hex digits</summary>
    KeyId = 3,
    /// <summary>whole, any case</summary>
    FriendlyName = 4,
    /// <summary>value of any SAN, whole, any case</summary>
    SubjectAltName = 5,
}

internal enum NativeSeverity
{
    Information = 1,
    Warning = 2,
    Error = 3,
}

internal enum NativeLogLevel
{
    Trace = 0,
    Debug = 1,
    Info = 2,
    Warning = 3,
    Error = 4,
}

internal enum NativeStage
{
    Policy = 1,
    Key = 2,
    Request = 3,
    Submit = 4,
    Wait = 5,
    Verify = 6,
    Install = 7,
    Other = 8,
}

internal enum NativeNumber
{
    HttpStatus = 1,
    OsCode = 2,
    OpensslCode = 3,
    RetryAfterSeconds = 4,
    Line = 5,
    Column = 6,
    NotSent = 7,
    FindLagSeconds = 8,
}

internal enum NativeCapability
{
    CanSubmit = 1 << 0,
    CanPoll = 1 << 1,
    CanWithdraw = 1 << 2,
    CanRevoke = 1 << 3,
    CanRenew = 1 << 4,
    CanListProfiles = 1 << 5,
    CanPolicy = 1 << 6,
    CanCaChain = 1 << 7,
    NeedsCsrKey = 1 << 8,
    NeedsNetwork = 1 << 9,
    CanFind = 1 << 10,
    CanGetCertificate = 1 << 11,
    CanGetCrl = 1 << 12,
    CanCheck = 1 << 13,
    CanSearch = 1 << 14,
    CanEndpoints = 1 << 15,
}

internal enum NativeStoreCapability
{
    CanWrite = 1 << 0,
    KeepsKeys = 1 << 1,
    Persistent = 1 << 2,
    FriendlyNames = 1 << 3,
    Grants = 1 << 4,
    HardwareKeys = 1 << 5,
}

internal enum NativeOperationFlag
{
    Trace = 1 << 0,
}
