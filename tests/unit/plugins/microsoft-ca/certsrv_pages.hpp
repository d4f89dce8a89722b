#pragma once

#include <string>

/// Pages of /certsrv as they are known from Microsoft's troubleshooting articles and from public clients: what leads to
/// a certificate, which sentence has the number, which the CA's words. Written by hand; those in other languages than
/// English are translations of ours, as no public source has them, so that only their structure proves anything.
namespace microsoft_ca::test {

inline std::string html(const std::string &title, const std::string &body) {
    return "<HTML>\r\n<Head><Meta HTTP-Equiv=\"Content-Type\" Content=\"text/html; charset=UTF-8\">\r\n<Title>" +
           title +
           "</Title>\r\n</Head>\r\n<Body BgColor=#FFFFFF><Font Face=\"Arial\">\r\n<!-- ReqID in a remark: "
           "certnew.cer?ReqID=999& -->\r\n<Table><TR><TD>Microsoft Active Directory Certificate "
           "Services</TD></TR></Table>\r\n" +
           body + "\r\n</Font></Body></HTML>\r\n";
}

inline std::string issued_page(const std::string &id, const std::string &heading = "Certificate Issued") {
    return html("Microsoft Active Directory Certificate Services",
                "<P> <B> " + heading +
                    " </B>\r\n<Script Language=\"JavaScript\">\r\nfunction handleGetCert() "
                    "{\r\n\tlocation=\"certnew.cer?ReqID=" +
                    id +
                    "&\"+getEncoding();\r\n}\r\nfunction handleGetChain() {\r\n\tlocation=\"certnew.p7b?ReqID=" + id +
                    "&\"+getEncoding();\r\n}\r\n</Script>\r\n<A Href=\"#\" OnClick=\"handleGetCert();\">Download</A>");
}

inline std::string pending_page(const std::string &id) {
    return html("Microsoft Active Directory Certificate Services",
                "<P> <B> Certificate Pending </B>\r\n<P> Your certificate request has been received. However, you must "
                "wait for an\r\nadministrator to issue the certificate you requested.\r\n<P> Your Request Id is " +
                    id +
                    ".\r\n<P> Please return to this web site in a day or two to retrieve your certificate.\r\n<P> "
                    "<B>Note:</B> You must return with <B>this</B> web browser within 10 days.");
}

inline std::string denied_page(const std::string &id, const std::string &words) {
    return html("Microsoft Active Directory Certificate Services",
                "<P> <B> Certificate Request Denied </B>\r\n<P> Your certificate request was denied.\r\n<P> Your "
                "Request Id is " +
                    id + ". The disposition message is \"" + words +
                    "\".\r\n<P> Contact your administrator for further information.");
}

inline std::string failed_page(const std::string &result) {
    return html(
        "Microsoft Active Directory Certificate Services",
        "<P> <B> Error </B>\r\n<P> Your request failed. An error occurred while the server processed your "
        "request.\r\n<Table><TR><TD>Request Mode:</TD><TD>newreq - New Request</TD></TR>\r\n<TR><TD>Disposition:"
        "</TD><TD>(never set)</TD></TR>\r\n<TR><TD>Disposition message:</TD><TD>(none)</TD></TR>\r\n<TR><TD>"
        "Result:</TD><TD>" +
            result + "</TD></TR></Table>");
}

/// What certnew.cer gives while there is no certificate.
inline std::string no_certificate_page(const std::string &id, const std::string &words) {
    return html("Microsoft Active Directory Certificate Services",
                "<P> The certificate you requested is not available.\r\n<Table><TR><TD>Request ID:</TD><TD>\r\n\t\t" +
                    id + "\r\n</TD></TR><TR><TD>Disposition message:</TD><TD>\r\n\t\t" + words +
                    "\r\n</TD></TR></Table>");
}

inline std::string log_on_page() {
    return html("Sign In", "<Form Method=Post Action=\"/adfs/ls\">User <Input Type=Text Name=u> Password <Input "
                           "Type=\"Password\" Name=p></Form>");
}

inline const char *policy_denial = "Denied by Policy Module 0x80094800, The request was for a certificate template "
                                   "that is not supported by the Active "
                                   "Directory Certificate Services policy: WebServer.";

} // namespace microsoft_ca::test
