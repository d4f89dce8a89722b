#pragma once

#include <string>
#include <vector>

/// Messages of the services in shape and order as MS-XCEP and MS-WSTEP have them, with {id} where the request's
/// MessageID belongs.
namespace microsoft_ca::test {

inline const std::string host = "https://ca.example.test";
inline const std::string cep = host + "/ADPolicyProvider_CEP_UsernamePassword/service.svc/CEP";
inline const std::string ces = host + "/Example%20CA_CES_UsernamePassword/service.svc/CES";
inline const std::string ces_second = host + "/second/service.svc/CES";
inline const std::string ces_certificate = host + "/Example%20CA_CES_Certificate/service.svc/CES";
inline const std::string template_oid = "1.3.6.1.4.1.311.21.8.1890962.9017883.2068144";

inline std::string envelope(const std::string &body, const std::string &relates_to = "{id}") {
    return "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "
           "xmlns:a=\"http://www.w3.org/2005/08/addressing\"><s:Header><a:Action s:mustUnderstand=\"1\">x</a:Action>"
           "<a:RelatesTo>" +
           relates_to +
           "</a:RelatesTo><ActivityId CorrelationId=\"c-1\" "
           "xmlns=\"http://schemas.microsoft.com/2004/09/ServiceModel/Diagnostics\">a-1</ActivityId></s:Header>"
           "<s:Body>" +
           body + "</s:Body></s:Envelope>";
}

struct AddressText {
    int authentication = 4;
    std::string uri = ces;
    std::string priority = "1"; ///< empty = nil
    bool renewal_only = false;
};

struct TemplateText {
    std::string name = "WebServer";
    std::string enroll = "true";
    std::string key =
        "<minimalKeyLength>256</minimalKeyLength><keySpec>1</keySpec><keyUsageProperty "
        "xsi:nil=\"true\"/><permissions xsi:nil=\"true\"/><algorithmOIDReference>1</algorithmOIDReference>"
        "<cryptoProviders><provider>Microsoft Software Key Storage Provider</provider></cryptoProviders>";
    std::string private_key_flags = "16842768", subject_name_flags = "1", enrollment_flags = "8";
    std::string ra = "<rARequirements xsi:nil=\"true\"/>";
    /// Template information (1.3.6.1.4.1.311.21.7), server authentication, digitalSignature and keyEncipherment.
    std::string extensions =
        "<extension><oIDReference>5</oIDReference><critical>false</critical><value>"
        "MBsGEysGAQQBgjcVCPO1EoSmtBv+nTACAWQCAQU=</value></extension>"
        "<extension><oIDReference>6</oIDReference><critical>false</critical><value>MAoGCCsGAQUFBwMB</value></extension>"
        "<extension><oIDReference>7</oIDReference><critical>true</critical><value>AwIFoA==</value></extension>";
    std::string cas = "<cAReference>0</cAReference>";
};

struct PolicyText {
    std::vector<TemplateText> templates{{}};
    std::vector<AddressText> addresses{{}};
    std::string ca = "TUlJ"; ///< base64
    std::string next_update = "<nextUpdateHours>8</nextUpdateHours>";
    std::string enroll_permission = "true";

    std::string body() const {
        std::string rows, uris;
        for (const TemplateText &one : templates)
            rows +=
                "<policy><policyOIDReference>4</policyOIDReference><cAs>" + one.cas + "</cAs><attributes><commonName>" +
                one.name +
                "</commonName><policySchema>2</policySchema><certificateValidity><validityPeriodSeconds>31536000"
                "</validityPeriodSeconds><renewalPeriodSeconds>3628800</renewalPeriodSeconds></certificateValidity>"
                "<permission><enroll>" +
                one.enroll + "</enroll><autoEnroll>false</autoEnroll></permission><privateKeyAttributes>" + one.key +
                "</privateKeyAttributes><revision><majorRevision>100</majorRevision><minorRevision>5</minorRevision>"
                "</revision><supersededPolicies><commonName>OldServer</commonName></supersededPolicies>"
                "<privateKeyFlags>" +
                one.private_key_flags + "</privateKeyFlags><subjectNameFlags>" + one.subject_name_flags +
                "</subjectNameFlags><enrollmentFlags>" + one.enrollment_flags +
                "</enrollmentFlags><generalFlags>131649</generalFlags><hashAlgorithmOIDReference>2"
                "</hashAlgorithmOIDReference>" +
                one.ra + "<keyArchivalAttributes xsi:nil=\"true\"/><extensions>" + one.extensions +
                "</extensions></attributes></policy>";
        for (const AddressText &one : addresses)
            uris +=
                "<cAURI><clientAuthentication>" + std::to_string(one.authentication) + "</clientAuthentication><uri>" +
                one.uri + "</uri>" +
                (one.priority.empty() ? "<priority xsi:nil=\"true\"/>" : "<priority>" + one.priority + "</priority>") +
                "<renewalOnly>" + (one.renewal_only ? "true" : "false") + "</renewalOnly></cAURI>";
        return "<GetPoliciesResponse xmlns=\"http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy\" "
               "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><response><policyID>{policy}</policyID>"
               "<policyFriendlyName>Example policy</policyFriendlyName>" +
               next_update + "<policiesNotChanged xsi:nil=\"true\"/><policies>" + rows +
               "</policies></response><cAs><cA><uris>" + uris + "</uris><certificate>" + ca +
               "</certificate><enrollPermission>" + enroll_permission +
               "</enrollPermission><cAReferenceID>0</cAReferenceID></cA></cAs><oIDs>"
               "<oID><value>1.2.840.10045.3.1.7</value><group>3</group><oIDReferenceID>1</oIDReferenceID>"
               "<defaultName>ECDSA_P256</defaultName></oID>"
               "<oID><value>2.16.840.1.101.3.4.2.1</value><group>1</group><oIDReferenceID>2</oIDReferenceID>"
               "<defaultName>sha256</defaultName></oID>"
               "<oID><value>1.2.840.113549.1.1.1</value><group>3</group><oIDReferenceID>3</oIDReferenceID>"
               "<defaultName>RSA</defaultName></oID>"
               "<oID><value>" +
               template_oid +
               "</value><group>9</group><oIDReferenceID>4</oIDReferenceID><defaultName>Web Server 2</defaultName></oID>"
               "<oID><value>1.3.6.1.4.1.311.21.7</value><group>6</group><oIDReferenceID>5</oIDReferenceID>"
               "<defaultName xsi:nil=\"true\"/></oID>"
               "<oID><value>2.5.29.37</value><group>6</group><oIDReferenceID>6</oIDReferenceID>"
               "<defaultName>Enhanced Key Usage</defaultName></oID>"
               "<oID><value>2.5.29.15</value><group>6</group><oIDReferenceID>7</oIDReferenceID>"
               "<defaultName>Key Usage</defaultName></oID>"
               "<oID><value>1.3.6.1.4.1.311.20.2.1</value><group>7</group><oIDReferenceID>8</oIDReferenceID>"
               "<defaultName>Certificate Request Agent</defaultName></oID></oIDs></GetPoliciesResponse>";
    }
    std::string text() const { return envelope(body()); }
};

inline std::string not_changed() {
    return envelope("<GetPoliciesResponse xmlns=\"http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy\" "
                    "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><response><policyID>{policy}</policyID>"
                    "<policyFriendlyName xsi:nil=\"true\"/><nextUpdateHours xsi:nil=\"true\"/>"
                    "<policiesNotChanged>true</policiesNotChanged><policies xsi:nil=\"true\"/></response>"
                    "<cAs xsi:nil=\"true\"/><oIDs xsi:nil=\"true\"/></GetPoliciesResponse>");
}

inline const std::string wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";

inline std::string token(const std::string &value_type, const std::string &base64) {
    return "<BinarySecurityToken ValueType=\"" + value_type + "\" EncodingType=\"" + wsse + "#base64binary\" xmlns=\"" +
           wsse + "\">" + base64 + "</BinarySecurityToken>";
}
inline std::string x509_token(const std::string &base64) {
    return token("http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3", base64);
}

/// RequestSecurityTokenResponseCollection with what is asked for; `cmc` empty = without a full response.
inline std::string answer_body(const std::string &requested, const std::string &cmc,
                               const std::string &request_id = "17", const std::string &said = "Issued") {
    return "<RequestSecurityTokenResponseCollection xmlns=\"http://docs.oasis-open.org/ws-sx/ws-trust/200512\">"
           "<RequestSecurityTokenResponse><TokenType>"
           "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3</TokenType>"
           "<DispositionMessage xml:lang=\"en-US\" "
           "xmlns=\"http://schemas.microsoft.com/windows/pki/2009/01/enrollment\">" +
           said + "</DispositionMessage>" + (cmc.empty() ? "" : token(wsse + "#PKCS7", cmc)) +
           "<RequestedSecurityToken>" + requested + "</RequestedSecurityToken>" +
           "<RequestID xmlns=\"http://schemas.microsoft.com/windows/pki/2009/01/enrollment\">" + request_id +
           "</RequestID></RequestSecurityTokenResponse></RequestSecurityTokenResponseCollection>";
}
inline std::string reference(const std::string &uri) {
    return "<SecurityTokenReference xmlns=\"" + wsse + "\"><Reference URI=\"" + uri + "\"/></SecurityTokenReference>";
}
inline std::string pending(const std::string &request_id = "17", const std::string &uri = ces) {
    return envelope(answer_body(reference(uri), "TUlJ", request_id, "Taken Under Submission"));
}

struct FaultText {
    std::string code = "s:Receiver", subcode, reason = "The request was denied.";
    std::string error_code, invalid_request, request_id;
    bool detail = true;

    std::string text() const {
        const auto or_nil = [](const std::string &name, const std::string &value) {
            return value.empty() ? "<" + name + " xsi:nil=\"true\"/>" : "<" + name + ">" + value + "</" + name + ">";
        };
        return envelope(
            "<s:Fault><s:Code><s:Value>" + code + "</s:Value>" +
            (subcode.empty() ? "" : "<s:Subcode><s:Value>" + subcode + "</s:Value></s:Subcode>") +
            "</s:Code><s:Reason><s:Text xml:lang=\"en-US\">" + reason + "</s:Text></s:Reason>" +
            (detail ? "<s:Detail><CertificateEnrollmentWSDetail "
                      "xmlns=\"http://schemas.microsoft.com/windows/pki/2009/01/enrollment\" "
                      "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><BinaryResponse xsi:nil=\"true\"/>" +
                          or_nil("ErrorCode", error_code) + or_nil("InvalidRequest", invalid_request) +
                          or_nil("RequestID", request_id) + "</CertificateEnrollmentWSDetail></s:Detail>"
                    : "") +
            "</s:Fault>");
    }
};

} // namespace microsoft_ca::test
