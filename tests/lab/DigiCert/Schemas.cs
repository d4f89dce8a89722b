using CertBroker.Lab.Common;
using static CertBroker.Lab.Common.Shape;

namespace CertBroker.Lab.DigiCert;

/// <summary>The requests of the four services as their schemas have them: what is required, in which order, with which text.</summary>
internal static class Schemas
{
    private static readonly TextRule TransactionId = AtMost(40);

    private static readonly string[] OlderReasons =
        ["Unspecified", "KeyCompromise", "CACompromise", "AffiliationChanged", "CessationOfOperation", "PrivilegeWithdrawn", "AACompromise", "Superseded"];

    private static readonly string[] Statuses = ["VALID", "EXPIRED", "REVOKED", "SUSPENDED"];
    private static readonly string[] Operations = ["Revoke", "Suspend", "Resume"];

    public static readonly Child GetPolicies = One("getPolicies", content:
    [
        One("version", Version),
        Maybe("clientTransactionID", TransactionId),
        Maybe("client", content:
        [
            One("lastUpdatetime", Shape.DateTime) with { Nillable = true },
            One("preferredLanguage", Language) with { Nillable = true },
        ]),
        One("requestFilter", content: [One("policyIDs", content: [Many("oid", 1, Child.Any, NotEmpty)]) with { Nillable = true }]) with { Nillable = true },
        Maybe("signResponse", Shape.Boolean),
    ]);

    public static readonly Child RequestSecurityToken = One("RequestSecurityToken", content:
    [
        One("requestVSSecurityToken", content:
        [
            One("certificateProfileID", NotEmpty),
            Maybe("clientTransactionID", TransactionId),
            Maybe("tokenType", OneOf(Wire.X509v3, Wire.Pkcs7, Wire.Pkcs12)),
            One("requestType", OneOf(Wire.Issue, Wire.Renew, Wire.QueryTokenStatus)),
            Many("binarySecurityToken", 0, Child.Any, NotEmpty) with { Attributes = ["ValueType", "EncodingType", "Id"] },
            Maybe("additionalContext"),
            Maybe("pendingTokenReferenceID", NotEmpty),
            Many("nameValuePair", 0, Child.Any, content: [One("name", NotEmpty), One("value")]),
            One("version", Version),
        ]) with { In = Wire.Enrollment, Attributes = ["preferredLanguage"] },
    ]) with { Attributes = ["Context"] };

    /// <summary>The older revision has a real choice, short comments and eight reasons.</summary>
    public static readonly Child UpdateStatusOlder = One("updateCertificateStatusRequest", content:
    [
        Maybe("clientTransactionID", TransactionId),
        One("version", Version),
        Maybe("certificateIssuer"),
        Maybe("revocationReason", OneOf(OlderReasons)),
        Maybe("challenge"),
        Maybe("comment", AtMost(128)),
        Either(One("certificateSerialNumber", NotEmpty), One("seatId", NotEmpty)),
        One("operationType", OneOf(Operations)),
    ]);

    /// <summary>The newer revision has flattened the choice and knows two more reasons.</summary>
    public static readonly Child UpdateStatusNewer = One("updateCertificateStatusRequest", content:
    [
        Maybe("clientTransactionID", TransactionId),
        One("version", Version),
        Maybe("certificateIssuer"),
        Maybe("revocationReason", OneOf([.. OlderReasons, "CertificateHold", "RemoveFromCRL"])),
        Maybe("challenge"),
        Maybe("comment"),
        Maybe("certificateSerialNumber", NotEmpty),
        Maybe("seatId", NotEmpty),
        One("operationType", OneOf(Operations)),
    ]);

    public static readonly Child BulkUpdateOlder = One("bulkUpdateCertificateStatusRequest", content:
    [
        Maybe("clientTransactionID", TransactionId),
        One("version", Version),
        Maybe("revocationReason", OneOf(OlderReasons)),
        Maybe("comment", AtMost(128)),
        Either(Many("certificateSerialNumber", 1, 100, NotEmpty), Many("seatId", 1, 100, NotEmpty), Many("profileOID", 1, 100, NotEmpty)),
        One("operationType", OneOf(Operations)),
    ]);

    public static readonly Child BulkUpdateNewer = One("bulkUpdateCertificateStatusRequest", content:
    [
        Maybe("clientTransactionID", TransactionId),
        One("version", Version),
        Maybe("revocationReason", OneOf([.. OlderReasons, "CertificateHold", "RemoveFromCRL"])),
        Maybe("comment"),
        Many("certificateSerialNumber", 0, Child.Any, NotEmpty),
        Many("seatId", 0, Child.Any, NotEmpty),
        Many("profileOID", 0, Child.Any, NotEmpty),
        One("operationType", OneOf(Operations)),
    ]);

    public static readonly Child Search = One("searchCertificateRequest", content:
    [
        Maybe("clientTransactionID", TransactionId), Maybe("seatId"), Maybe("accountId"), Maybe("profileOID"), Maybe("commonName"),
        Maybe("status", OneOf(Statuses)), Maybe("emailAddress"), Maybe("serialNumber"), Maybe("issuingCA", Base64),
        Maybe("validFrom", Long), Maybe("validTo", Long), Maybe("startIndex", Integer), One("version", Version),
    ]);

    public static readonly Child KeyRecovery = One("requestKeyRecoveryMessage", content:
    [
        Maybe("clientTransactionID", TransactionId), Maybe("pKCS12Password"), One("certificateSerialNumber", NotEmpty),
        One("certificateIssuer", NotEmpty), One("adminID", NotEmpty), One("version", Version),
    ]);

    public static readonly Child CreateOrUpdateUser = One("createOrUpdateUserRequest", content:
    [
        Maybe("clientTransactionID", TransactionId),
        Many("userInformation", 1, Child.Any, content:
        [
            One("seatId", NotEmpty), Maybe("firstName"), Maybe("lastName"), Maybe("emailAddress"), Maybe("deskPhoneNumber"), Maybe("mobilePhoneNumber"),
            Many("userAttribute", 0, Child.Any, content: [One("name", NotEmpty), One("value")]),
        ]),
        One("version", Version),
    ]);

    public static readonly Child CreateOrUpdatePasscode = One("createOrUpdatePasscodeRequest", content:
    [
        Maybe("clientTransactionID", TransactionId),
        Many("passcodeInformation", 1, Child.Any, content:
        [
            Maybe("passcode"), Maybe("numberOfBadAttempts", Integer), Maybe("passcodeStatus"), Maybe("expiryDateTime", Shape.DateTime),
            Maybe("creationDateTime", Shape.DateTime), One("seatId", NotEmpty), One("certificateProfileOid", NotEmpty), Maybe("enrollmentURL"),
        ]),
        One("version", Version),
    ]);

    public static readonly Child GetPasscode = One("getPasscodeInformationRequest", content:
        [Maybe("clientTransactionID", TransactionId), One("seatId", NotEmpty), One("certificateProfileOid", NotEmpty), One("version", Version)]);

    public static readonly Child GetUser = One("getUserInformationRequest", content:
        [Maybe("clientTransactionID", TransactionId), One("seatId", NotEmpty), Maybe("getUserCertificate", Shape.Boolean), One("version", Version)]);

    public static readonly Child DeleteUser = One("deleteUserRequest", content:
        [Maybe("clientTransactionID", TransactionId), One("seatId", NotEmpty), Maybe("revocationReason", OneOf(OlderReasons)), One("version", Version)]);

    public static readonly Child BulkDeleteUser = One("bulkDeleteUserRequest", content:
        [Maybe("clientTransactionID", TransactionId), Many("seatId", 1, 25, NotEmpty), Maybe("revocationReason", OneOf(OlderReasons)), One("version", Version)]);
}
