#include "profile/inf_reader.hpp"

#include "profile/fixtures.hpp"

using namespace certbroker;
using namespace certbroker::profile;
using namespace certbroker::profile::test;

TEST_CASE("A file without [NewRequest] holds no request") {
    only(read(""), "Inf.NoRequest");
    only(read("[Version]\nSignature=\"$Windows NT$\"\n"), "Inf.NoRequest");
    check_clean(read("[newrequest]\nsubject=cn=a\n"));
}

TEST_CASE("The signature is one that Windows knows") {
    check_clean(read("[Version]\nSignature=$Windows NT$\n[NewRequest]\nSubject=CN=a\n"));
    check_clean(read("[NewRequest]\nSubject=CN=a\n[Version]\nsignature=\"$CHICAGO$\"\n"));
    only(read("[Version]\nSignature=\"$Linux$\"\n[NewRequest]\nSubject=CN=a\n"), "Inf.Choice");
    only(read("[Version]\nClass=x\n[NewRequest]\nSubject=CN=a\n"), "Inf.UnknownKey");
}

TEST_CASE("All findings are told, in the file's order") {
    const Request request = read("[NewRequest]\nExportable = maybe\nSubject = \"web01\"\nKeyLength = x\nFoo = "
                                 "1\n[Bar]\n[EnhancedKeyUsageExtension]\nOID = y ; z\n");
    CHECK(rules(request.diagnostics) == std::vector<std::string>{"Inf.Boolean", "Inf.Subject", "Inf.Number",
                                                                 "Inf.UnknownKey", "Inf.UnknownSection", "Inf.Oid"});
    CHECK(request.has_errors());
    for (const Diagnostic &item : request.diagnostics)
        CHECK(item.file == "test.ini");
}

TEST_CASE("Unknown sections warn and name the nearest; sections of CAPolicy.inf have no effect") {
    const Diagnostic unknown = only(read_new_request("[EnhancedKeyUsageExtention]\nOID=1.2.3\n"), "Inf.UnknownSection");
    CHECK(unknown.severity == Severity::warning);
    CHECK(contains(unknown.remedy, "[EnhancedKeyUsageExtension]"));
    only(read_new_request("[certsrv_server]\nRenewalKeyLength=4096\n"), "Inf.NotUsed");
    only(read_new_request("[CRLDistributionPoint]\n"), "Inf.NotUsed");
    check_clean(read_new_request("[Strings]\na=b\n"));
}

TEST_CASE("Enhanced key usages add up; the comment behind one may hold anything") {
    const Request request =
        read_new_request("[EnhancedKeyUsageExtension]\nOID=1.3.6.1.5.5.7.3.2 ; Client Authentication  // Uncomment if "
                         "you need it\noid = \"1.3.6.1.5.5.7.3.1\"\nCritical = Yes\n");
    check_clean(request);
    CHECK(request.enhanced_key_usage == std::vector<std::string>{"1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1"});
    CHECK(request.enhanced_key_usage_critical);
}

TEST_CASE("Usages that are no OIDs are errors with the OID that was meant") {
    CHECK(
        contains(only(read_new_request("[EnhancedKeyUsageExtension]\nOID = Server Authentication\n"), "Inf.Oid").remedy,
                 "1.3.6.1.5.5.7.3.1"));
    CHECK(contains(
        only(read_new_request("[EnhancedKeyUsageExtension]\nOID = 1.3.6.1.5.5.7.3.1, 1.3.6.1.5.5.7.3.2\n"), "Inf.Oid")
            .remedy,
        "each usage"));
    only(read_new_request("[EnhancedKeyUsageExtension]\nOID = 1.2.3\nOID = 1.2.3\n"), "Inf.RepeatedOid");
    only(read_new_request("[EnhancedKeyUsageExtension]\nOID = 1.2.3\nCritical = perhaps\n"), "Inf.Boolean");
    only(read_new_request("[EnhancedKeyUsageExtension]\nOID = 1.2.3\nCritical = 1\nCritical = 1\n"), "Inf.Repeated");
    only(read_new_request("[EnhancedKeyUsageExtension]\n1.2.3 = x\n"), "Inf.UnknownKey");
    only(read_new_request("[EnhancedKeyUsageExtension]\nOID = 1.3.6.1.5.5.7.3.1 // server\n"), "Inf.Remark");
}

TEST_CASE("A remark without a semicolon behind an OID is told, not swallowed") {
    const Diagnostic finding =
        only(read_new_request("[EnhancedKeyUsageExtension]\nOID=1.3.6.1.5.5.7.3.2 // Client\n"), "Inf.Remark");
    CHECK(place(finding) == "4:23");
    CHECK(contains(finding.message, "// Client"));
}

TEST_CASE("Request attributes are kept; the template and SAN among them are known") {
    const Request request = read_new_request("[RequestAttributes]\nCertificateTemplate = WebServer\ncdc = dc01\n");
    check_clean(request);
    CHECK(request.certificate_template == "WebServer");
    REQUIRE(request.request_attributes.size() == 2);
    CHECK(request.request_attributes[1] == std::pair<std::string, std::string>("cdc", "dc01"));
    const Request san = read_new_request("[RequestAttributes]\nSAN=\"dns=a&dns=b\"\n");
    CHECK(only(san, "Inf.SanAttribute").severity == Severity::warning);
    CHECK(san.request_attributes.size() == 1);
    only(read_new_request("[RequestAttributes]\ncdc=a\nCDC=b\n"), "Inf.Repeated");
    only(read_new_request("[RequestAttributes]\nKeyLength=2048\n"), "Inf.UnknownKey");
    only(read_new_request("[RequestAttributes]\nCertificateTemplate:WebServer\n"), "Inf.Syntax");
    std::string many = "[RequestAttributes]\n";
    for (int i = 0; i < 101; ++i)
        many += "a" + std::to_string(i) + " = b\n";
    only(read_new_request(many), "Inf.Limit");
}

TEST_CASE("OID lines in [Extensions] are explained, as are other lines that belong elsewhere") {
    const Diagnostic usage = only(read_extensions("OID=1.3.6.1.5.5.7.3.1\n"), "Inf.Misplaced");
    CHECK(place(usage) == "4:1");
    CHECK(contains(usage.remedy, "[EnhancedKeyUsageExtension]"));
    CHECK(contains(only(read_extensions("KeyLength = 2048\n"), "Inf.Misplaced").remedy, "[NewRequest]"));
    only(read_extensions("2.5.29..17 = x\n"), "Inf.Oid");
}

TEST_CASE("Critical lists OIDs of its section") {
    const Request request = read_extensions(
        "Critical = 2.5.29.17, OID.2.5.29.19,\n2.5.29.17 = \"{text}dns=a\"\n2.5.29.19 = \"{text}ca=0\"\n");
    check_clean(request);
    CHECK(request.subject_alt_names_critical);
    REQUIRE(request.extensions.size() == 1);
    CHECK(request.extensions[0].critical);
    CHECK(place(only(read_extensions("Critical = 2.5.29.37\n"), "Inf.CriticalUnused")) == "4:12");
    CHECK(contains(only(read_extensions("Critical = Yes\n"), "Inf.Oid").remedy, "List the OIDs"));
}

TEST_CASE("An extension may be given once only, wherever") {
    only(read_extensions("2.5.29.37 = \"{text}1.2.3\"\n[EnhancedKeyUsageExtension]\nOID=1.2.3\n"),
         "Request.DuplicateExtension");
    only(read_new_request("[EnhancedKeyUsageExtension]\nOID=1.2.3\n[Extensions]\n2.5.29.37 = \"{text}1.2.3\"\n"),
         "Request.DuplicateExtension");
    only(read_new_request("KeyUsage=0xa0\n[Extensions]\n2.5.29.15 = AwIBBg==\n"), "Request.DuplicateExtension");
    only(read_extensions("2.5.29.17=\"{text}dns=a\"\n2.5.29.17=\"{text}dns=b\"\n"), "Request.DuplicateExtension");
    only(read_new_request("[BasicConstraintsExtension]\n[Extensions]\n2.5.29.19=\"{text}ca=1\"\n"),
         "Request.DuplicateExtension");
    only(read_extensions("1.2.3 = BQA=\n1.2.3 = BQA=\n"), "Request.DuplicateExtension");
}
