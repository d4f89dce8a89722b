#pragma once

#include <string>
#include <vector>

/// Documents as DigiCert's services send them, written by hand from the schemas.
namespace digicert::test {

inline const std::string profile_oid = "2.16.840.1.113733.1.16.1.2.3.1.1.47196109";
inline const std::string policy_name_space = "http://schemas.verisign.com/pkiservices/2009/07/policy";
inline const std::string enrollment_name_space = "http://schemas.verisign.com/pkiservices/2009/07/enrollment";
inline const std::string management_name_space = "http://schemas.verisign.com/pkiservices/2009/07/management";
inline const std::string trust_name_space = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/";
inline const std::string token_profile =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#";

inline std::string wrapped(const std::string &body) {
    return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<S:Envelope "
           "xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\"><S:Body>" +
           body + "</S:Body></S:Envelope>";
}
inline std::string fault(const std::string &text, const std::string &detail = "") {
    return wrapped("<S:Fault><faultcode>S:Server</faultcode><faultstring>" + text + "</faultstring>" + detail +
                   "</S:Fault>");
}

/// The content of an AttributeNameValuePairType.
inline std::string pair(const std::string &label, const std::string &value, bool mandatory) {
    return "<p:attributeName>" + label + "</p:attributeName><p:attributeNameValue mandatory=\"" +
           (mandatory ? "true" : "false") + "\" type=\"String\">" + value + "</p:attributeNameValue>";
}
inline std::string subject(const std::string &label, const std::string &value, bool mandatory) {
    return "<p:subjectNameAttribute><p:subjectNameAttributecount>1</p:subjectNameAttributecount>"
           "<p:subjectNameAttributeNameValuePair>" +
           pair(label, value, mandatory) + "</p:subjectNameAttributeNameValuePair></p:subjectNameAttribute>";
}
inline std::string alt_name(const std::string &label, const std::string &value, bool mandatory) {
    return "<p:extensionAttributeNameValuePair>" + pair(label, value, mandatory) +
           "</p:extensionAttributeNameValuePair>";
}

struct PolicyText {
    std::string oid = profile_oid;
    std::string subject_fields = subject("CN", "$common_name", true);
    std::string alt_names = alt_name("rfc822Name", "$mail_email", true);
    std::string subject_info = {}; ///< in place of subjectNameInfo
    std::string extensions = {};   ///< in place of extensions
    std::string key_size = "2048";
    std::string algorithm = "<p:algorithmOIDReference xsi:nil=\"true\"/>";
    std::string delivery = token_profile + "PKCS7";
    std::string seat = "<p:seatIdInfo><p:attributeNameValue mandatory=\"true\" type=\"String\">$seat_id"
                       "</p:attributeNameValue></p:seatIdInfo>";
    std::string ra_policy = "<p:rAPolicy xsi:nil=\"true\"/>";
    std::string next_update = "<p:nextUpdateHours xsi:nil=\"true\"/>";
    std::string override_validity = {};
    std::string certificate = "Q0E=", root = "Q0E="; ///< base64
    std::string transaction = "srv-000000000001";

    std::string body() const {
        std::string info = subject_info, names = extensions;
        if (info.empty())
            info = "<p:subjectNameInfo>" + subject_fields +
                   "<p:overrideSubjectNameFormat>false</p:overrideSubjectNameFormat></p:subjectNameInfo>";
        if (names.empty())
            names = "<p:extensions><p:Extension><p:extensionOIDReference>2</p:extensionOIDReference>"
                    "<p:extensionCriticalFlag>false</p:extensionCriticalFlag><p:extensionSyntax>" +
                    alt_names + "</p:extensionSyntax></p:Extension></p:extensions>";
        return "<p:getPoliciesResponse xmlns:p=\"" + policy_name_space +
               "\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><p:serverTransactionID>" + transaction +
               "</p:serverTransactionID><p:response><p:policyID>set</p:policyID>" + next_update +
               "<p:policiesNotChanged>false</p:policiesNotChanged><p:policies><p:policy>"
               "<p:policyOIDReference>1</p:policyOIDReference><p:cAs><p:cAReference>1</p:cAReference></p:cAs>"
               "<p:attributes><p:policySchema>2</p:policySchema><p:certificateValidity><p:validityPeriodDays>365"
               "</p:validityPeriodDays><p:renewalPeriodDays>30</p:renewalPeriodDays></p:certificateValidity>" +
               override_validity + info + names + "<p:privateKeyAttributes><p:keysize>" + key_size +
               "</p:keysize><p:keyexportable>true</p:keyexportable>" + algorithm +
               "<p:cryptoProviders xsi:nil=\"true\"/></p:privateKeyAttributes><p:clientPolicy xsi:nil=\"true\"/>"
               "<p:systemInfo><p:certificateDeliveryFormat>" +
               delivery +
               "</p:certificateDeliveryFormat><p:serviceEndpointList xsi:nil=\"true\"/><p:duplicateCertPolicy "
               "xsi:nil=\"true\"/><p:supersededPolicyOID xsi:nil=\"true\"/></p:systemInfo>" +
               ra_policy + seat +
               "<p:applicationInstructions xsi:nil=\"true\"/><p:deploymentMode>CLOUD</p:deploymentMode>"
               "<p:status>ACTIVE</p:status><p:migrationOIDs xsi:nil=\"true\"/></p:attributes></p:policy></p:policies>"
               "</p:response><p:cAs><p:cA><p:certificate>" +
               certificate +
               "</p:certificate><p:cAIssuerName>CN=Test CA</p:cAIssuerName><p:cAReferenceID>1</p:cAReferenceID>"
               "<p:cAType>private</p:cAType><p:rootCACertificate>" +
               root + "</p:rootCACertificate></p:cA></p:cAs><p:oIDs><p:oID><p:value>" + oid +
               "</p:value><p:oIDReferenceID>1</p:oIDReferenceID><p:group>9</p:group><p:defaultName>Test profile"
               "</p:defaultName></p:oID><p:oID><p:value>2.5.29.17</p:value><p:oIDReferenceID>2</p:oIDReferenceID>"
               "<p:group>6</p:group><p:defaultName>subjectAltName</p:defaultName></p:oID><p:oID>"
               "<p:value>1.2.840.10045.2.1</p:value><p:oIDReferenceID>3</p:oIDReferenceID><p:group>3</p:group>"
               "<p:defaultName xsi:nil=\"true\"/></p:oID></p:oIDs></p:getPoliciesResponse>";
    }
    std::string envelope() const { return wrapped(body()); }
};

/// RequestSecurityTokenResponse with the content of its inner response.
inline std::string enrolled(const std::string &content, const std::string &name = "RequestVSSecurityTokenResponse") {
    return wrapped("<t:RequestSecurityTokenResponse xmlns:t=\"" + trust_name_space + "\" xmlns:e=\"" +
                   enrollment_name_space + "\"><e:" + name + ">" + content + "<e:version>2.0</e:version></e:" + name +
                   "></t:RequestSecurityTokenResponse>");
}
inline std::string issued(const std::string &token, const std::string &kind = token_profile + "PKCS7") {
    return enrolled("<e:serverTransactionID>srv-2</e:serverTransactionID><e:requestedVSSecurityToken>"
                    "<e:binarySecurityToken ValueType=\"" +
                    kind + "\">" + token + "</e:binarySecurityToken></e:requestedVSSecurityToken>");
}

struct FoundText {
    std::string certificate, serial;
};
inline std::string search_answer(const std::vector<FoundText> &rows, bool more) {
    std::string list;
    for (const FoundText &row : rows)
        list += "<certificateInformation><certificate>" + row.certificate +
                "</certificate><seatId>iwuser0@example.test</seatId><commonName>IWUser0</commonName><accountId>100"
                "</accountId><profileOID>" +
                profile_oid +
                "</profileOID><emailAddress xsi:nil=\"true\"/><status>REVOKED</status><revokeAt>1710000000</revokeAt>"
                "<revokeReason>Superseded</revokeReason><validFrom>1700000000</validFrom><validTo>1731536000</validTo>"
                "<serialNumber>" +
                row.serial +
                "</serialNumber><isEscrowed>false</isEscrowed><enrollmentNotes xsi:nil=\"true\"/>"
                "<revokeComments xsi:nil=\"true\"/></certificateInformation>";
    return wrapped("<searchCertificateResponse xmlns=\"" + management_name_space +
                   "\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><serverTransactionID>srv-4"
                   "</serverTransactionID><certificateCount>51</certificateCount>" +
                   (rows.empty() ? "" : "<certificateList>" + list + "</certificateList>") +
                   "<moreCertificateAvailable>" + (more ? "true" : "false") +
                   "</moreCertificateAvailable><version>1.0</version></searchCertificateResponse>");
}
inline std::string update_answer(int code) {
    return wrapped("<updateCertificateStatusResponse xmlns=\"" + management_name_space +
                   "\"><serverTransactionID>srv-3</serverTransactionID><version>1.0</version><successCode>" +
                   std::to_string(code) +
                   "</successCode><successMsg>as told</successMsg><revocationCount>1</revocationCount>"
                   "</updateCertificateStatusResponse>");
}

} // namespace digicert::test
