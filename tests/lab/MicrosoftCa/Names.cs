using System.Xml.Linq;

namespace CertBroker.Lab.MicrosoftCa;

/// <summary>Names of the wire, exactly (MS-XCEP, MS-WSTEP, WS-Trust, WS-Security).</summary>
internal static class Wire
{
    public static readonly XNamespace Soap = "http://www.w3.org/2003/05/soap-envelope";
    public static readonly XNamespace Addressing = "http://www.w3.org/2005/08/addressing";
    public static readonly XNamespace Instance = "http://www.w3.org/2001/XMLSchema-instance";
    public static readonly XNamespace Policy = "http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy";
    public static readonly XNamespace Enrollment = "http://schemas.microsoft.com/windows/pki/2009/01/enrollment";
    public static readonly XNamespace Trust = "http://docs.oasis-open.org/ws-sx/ws-trust/200512";
    public static readonly XNamespace Security = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    public static readonly XNamespace Utility = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    public static readonly XNamespace Authorization = "http://schemas.xmlsoap.org/ws/2006/12/authorization";
    public static readonly XNamespace Diagnostics = "http://schemas.microsoft.com/2004/09/ServiceModel/Diagnostics";

    public const string ContentType = "application/soap+xml; charset=utf-8";
    public const string GetPolicies = "http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy/IPolicy/GetPolicies";
    public const string RequestToken = "http://schemas.microsoft.com/windows/pki/2009/01/enrollment/RST/wstep";
    public const string RequestTokenResponse = "http://schemas.microsoft.com/windows/pki/2009/01/enrollment/RSTRC/wstep";
    public const string KeyExchange = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/KET";
    public const string EnrollmentFault = "http://schemas.microsoft.com/windows/pki/2009/01/enrollment/RequestSecurityTokenCertificateEnrollmentWSDetailFault";
    public const string DispatcherFault = "http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher/fault";
    public const string AddressingFault = "http://www.w3.org/2005/08/addressing/soap/fault";

    public const string Issue = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue";
    public const string Ket = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/KET";
    public const string QueryTokenStatus = "http://schemas.microsoft.com/windows/pki/2009/01/enrollment/QueryTokenStatus";

    private const string TokenProfile = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#";
    public const string X509v3 = TokenProfile + "X509v3";
    public const string PasswordText = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText";
    public static readonly string Pkcs7 = Security.NamespaceName + "#PKCS7";
    public static readonly string Base64Encoding = Security.NamespaceName + "#base64binary";
    public const string Pkcs10 = "http://schemas.microsoft.com/windows/pki/2009/01/enrollment#PKCS10";

    public static XAttribute Nil => new(Instance + "nil", "true");
}

/// <summary>How a client shows who it is: the number that policies have for it.</summary>
internal enum ClientAuthentication
{
    Anonymous = 1,
    Kerberos = 2,
    UsernamePassword = 4,
    Certificate = 8,
}

internal static class Oids
{
    public const string Data = "1.2.840.113549.1.7.1", SignedData = "1.2.840.113549.1.7.2", PkiData = "1.3.6.1.5.5.7.12.2", PkiResponse = "1.3.6.1.5.5.7.12.3";
    public const string CmcStatus = "1.3.6.1.5.5.7.7.1", RegInfo = "1.3.6.1.5.5.7.7.18", AddAttributes = "1.3.6.1.4.1.311.10.10.1", IssuedHash = "1.3.6.1.4.1.311.21.17";
    public const string RenewalCertificate = "1.3.6.1.4.1.311.13.1", NameValue = "1.3.6.1.4.1.311.13.2.1", ArchivedKey = "1.3.6.1.4.1.311.21.13";
    public const string TemplateName = "1.3.6.1.4.1.311.20.2", Template = "1.3.6.1.4.1.311.21.7", ApplicationPolicies = "1.3.6.1.4.1.311.21.10", Sid = "1.3.6.1.4.1.311.25.2";
    public const string AlternativeNames = "2.5.29.17", KeyUsage = "2.5.29.15", ExtendedUsage = "2.5.29.37", SubjectKey = "2.5.29.14";
    public const string ServerAuthentication = "1.3.6.1.5.5.7.3.1", ClientAuthentication = "1.3.6.1.5.5.7.3.2", EmailProtection = "1.3.6.1.5.5.7.3.4", EncryptingFileSystem = "1.3.6.1.4.1.311.10.3.4";
    public const string RequestAgent = "1.3.6.1.4.1.311.20.2.1", CaExchange = "1.3.6.1.4.1.311.21.5";
    public const string Rsa = "1.2.840.113549.1.1.1", P256 = "1.2.840.10045.3.1.7", Sha256 = "2.16.840.1.101.3.4.2.1", Sha1 = "1.3.14.3.2.26", Aes256 = "2.16.840.1.101.3.4.1.42";
}

/// <summary>Error codes of the CA (certsrv's and Windows' own), with their texts.</summary>
internal static class Code
{
    public const int BadSubject = unchecked((int)0x80094001), NoRequest = unchecked((int)0x80094002), NoPermission = unchecked((int)0x80094012), DeniedByAdministrator = unchecked((int)0x80094014);
    public const int BadRenewal = unchecked((int)0x8009400E), UnsupportedTemplate = unchecked((int)0x80094800), NoTemplate = unchecked((int)0x80094801), TemplateConflict = unchecked((int)0x80094802);
    public const int KeyArchivalRequired = unchecked((int)0x80094804), BadRenewalSubject = unchecked((int)0x80094806), SignaturePolicy = unchecked((int)0x80094809), SignatureCount = unchecked((int)0x8009480A);
    public const int UpnRequired = unchecked((int)0x8009480D), DnsRequired = unchecked((int)0x8009480F), KeyLength = unchecked((int)0x80094811);
    public const int AccessDenied = unchecked((int)0x80070005), InvalidData = unchecked((int)0x8007000D), BadSignature = unchecked((int)0x80090006), BadEncoding = unchecked((int)0x80093102), InvalidArgument = unchecked((int)0x80070057);

    private static readonly Dictionary<int, (string Name, string Text)> known = new()
    {
        [BadSubject] = ("CERTSRV_E_BAD_REQUESTSUBJECT", "The request subject name is invalid or too long."),
        [NoRequest] = ("CERTSRV_E_NO_REQUEST", "The request does not exist."),
        [BadRenewal] = ("CERTSRV_E_BAD_RENEWAL_CERT_ATTRIBUTE", "The request contains an invalid renewal certificate attribute."),
        [NoPermission] = ("CERTSRV_E_TEMPLATE_DENIED", "The permissions on the certificate template do not allow the current user to enroll for this type of certificate."),
        [DeniedByAdministrator] = ("CERTSRV_E_ADMIN_DENIED_REQUEST", "The request was denied by a certificate manager or CA administrator."),
        [UnsupportedTemplate] = ("CERTSRV_E_UNSUPPORTED_CERT_TYPE", "The requested certificate template is not supported by this CA."),
        [NoTemplate] = ("CERTSRV_E_NO_CERT_TYPE", "The request contains no certificate template information."),
        [TemplateConflict] = ("CERTSRV_E_TEMPLATE_CONFLICT", "The request contains conflicting template information."),
        [KeyArchivalRequired] = ("CERTSRV_E_ARCHIVED_KEY_REQUIRED", "The request is missing a required private key for archival by the server."),
        [BadRenewalSubject] = ("CERTSRV_E_BAD_RENEWAL_SUBJECT", "The request was made on behalf of a subject other than the caller."),
        [SignaturePolicy] = ("CERTSRV_E_SIGNATURE_POLICY_REQUIRED", "The request is missing required signature policy information."),
        [SignatureCount] = ("CERTSRV_E_SIGNATURE_COUNT", "The request is missing one or more required valid signatures."),
        [UpnRequired] = ("CERTSRV_E_SUBJECT_UPN_REQUIRED", "The UPN is unavailable and cannot be added to the Subject Alternate name."),
        [DnsRequired] = ("CERTSRV_E_SUBJECT_DNS_REQUIRED", "The DNS name is unavailable and cannot be added to the Subject Alternate name."),
        [KeyLength] = ("CERTSRV_E_KEY_LENGTH", "The public key does not meet the minimum size required by the specified certificate template."),
        [AccessDenied] = ("E_ACCESSDENIED", "Access is denied."),
        [InvalidData] = ("ERROR_INVALID_DATA", "The data is invalid."),
        [InvalidArgument] = ("E_INVALIDARG", "The parameter is incorrect."),
        [BadSignature] = ("NTE_BAD_SIGNATURE", "Invalid Signature."),
        [BadEncoding] = ("CRYPT_E_ASN1_EOD", "ASN1 unexpected end of data."),
    };

    /// <summary>As Windows writes it: text, 0x code (decimal name).</summary>
    public static string Describe(int code) =>
        known.TryGetValue(code, out (string Name, string Text) one) ? $"{one.Text} 0x{code:x8} ({code} {one.Name})" : $"0x{code:x8} ({code})";
}

/// <summary>The CA cannot do it, or will not: a code, and whether that is a decision about the request.</summary>
internal sealed class Refused(int code, string? why = null, bool denied = true) : Exception(why is null ? Code.Describe(code) : $"{why} {Code.Describe(code)}")
{
    public int Number { get; } = code;
    public bool Denied { get; } = denied;
}
