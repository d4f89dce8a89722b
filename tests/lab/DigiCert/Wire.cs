using System.Xml.Linq;

namespace CertBroker.Lab.DigiCert;

/// <summary>Names of the wire, exactly.</summary>
internal static class Wire
{
    public static readonly XNamespace Soap = "http://schemas.xmlsoap.org/soap/envelope/";
    public static readonly XNamespace Trust = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/";
    public static readonly XNamespace Policy = "http://schemas.verisign.com/pkiservices/2009/07/policy";
    public static readonly XNamespace Enrollment = "http://schemas.verisign.com/pkiservices/2009/07/enrollment";
    public static readonly XNamespace Management = "http://schemas.verisign.com/pkiservices/2009/07/management";
    public static readonly XNamespace Users = "http://schemas.verisign.com/pkiservices/2011/08/usermanagement";
    public static readonly XNamespace Instance = "http://www.w3.org/2001/XMLSchema-instance";

    private const string TokenProfile = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#";
    public const string X509v3 = TokenProfile + "X509v3";
    public const string Pkcs7 = TokenProfile + "PKCS7";
    public const string Pkcs12 = "http://schemas.verisign.com/pkiservices/2009/07/PKCS12";
    public const string Pkcs10 = "http://schemas.verisign.com/pkiservices/2009/07/PKCS10";
    public const string Spkac = "http://schemas.verisign.com/pkiservices/2009/07/SPKAC";
    public const string Issue = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue";
    public const string Renew = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/Renew";
    public const string QueryTokenStatus = "http://schemas.verisign.com/pkiservices/2009/07/QueryTokenStatus";
    public const string Base64Encoding = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd#base64binary";

    public const string NotUnderstood = "A request element is not understood.";

    public static XAttribute Nil => new(Instance + "nil", "true");
}
