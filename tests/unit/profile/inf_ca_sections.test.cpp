#include "profile/fixtures.hpp"

using namespace certbroker;
using namespace certbroker::profile;
using namespace certbroker::profile::test;

namespace {

/// The one extension that sections below [NewRequest] make.
x509::Extension extension_of(std::string_view sections) {
    const Request request = read_new_request(sections);
    check_clean(request);
    REQUIRE(request.extensions.size() == 1);
    return request.extensions.front();
}

} // namespace

TEST_CASE("Basic constraints ask for a CA certificate") {
    const auto limited = extension_of("[BasicConstraintsExtension]\nPathLength = 3\nCritical=Yes\n");
    CHECK(limited.oid == "2.5.29.19");
    CHECK(limited.critical);
    CHECK(limited.value == hex("30060101ff020103"));
    CHECK(extension_of("[BasicConstraintsExtension]\n").value == hex("30030101ff"));
    only(read_new_request("[BasicConstraintsExtension]\nPathLength = none\n"), "Inf.Number");
    only(read_new_request("[BasicConstraintsExtension]\nPathLength = 1\nPathLength = 2\n"), "Inf.Repeated");
    only(read_new_request("[BasicConstraintsExtension]\nPathLenght = 1\n"), "Inf.UnknownKey");
}

TEST_CASE("Policies are sections that are named, with notices and URLs") {
    const auto policies = extension_of(
        "[PolicyStatementExtension]\nPolicies = A, B\n[A]\nOID=1.2.3\nURL=http://a/\nNotice=\"n\"\n[B]\nOID=1.2.4\n");
    CHECK(policies.oid == "2.5.29.32");
    CHECK_FALSE(policies.critical);
    CHECK(must(x509::decode_policies(policies.value)) == std::vector<std::string>{"1.2.3", "1.2.4"});
    const auto application = extension_of("[ApplicationPolicyStatementExtension]\nPolicies = A\nPolicies = "
                                          "B\nCritical=false\n[A]\nOID=1.2.3\n[B]\nOID=1.2.4\n");
    CHECK(application.oid == "1.3.6.1.4.1.311.21.10");
    CHECK(application.value == hex("300c300406022a03300406022a04"));
}

TEST_CASE("Policies that lead nowhere are errors") {
    CHECK(place(only(read_new_request("[PolicyStatementExtension]\nPolicies = A, B\n[A]\nOID=1.2.3\n"),
                     "Inf.Reference")) == "4:15");
    only(read_new_request("[PolicyStatementExtension]\nPolicies = A\n[A]\nURL=http://a/\n"), "Inf.Reference");
    only(read_new_request("[PolicyStatementExtension]\n"), "Inf.Reference");
    only(read_new_request("[PolicyStatementExtension]\nPolicies = A\n[A]\nOID=x\n"), "Inf.Oid");
    only(read_new_request("[PolicyStatementExtension]\nPolicies = A\n[A]\nOID=1.2.3\nOID=1.2.4\n"), "Inf.Repeated");
    only(read_new_request("[PolicyStatementExtension]\nPolicies = A\n[A]\nOID=1.2.3\nURI=http://a/\n"),
         "Inf.UnknownKey");
    only(read_new_request("[PolicyStatementExtension]\nOID=1.2.3\nPolicies=A\n[A]\nOID=1.2.3\n"), "Inf.UnknownKey");
    only(read_new_request("[PolicyStatementExtension]\nPolicies = A\n[A]\nOID=1.2.3\nURL=\"not a url\"\n"),
         "Inf.Extension");
    std::string many = "[PolicyStatementExtension]\nPolicies = A";
    for (int i = 0; i < 101; ++i)
        many += ",A";
    only(read_new_request(many + "\n[A]\nOID=1.2.3\n"), "Inf.Limit");
}

TEST_CASE("Policy mappings are pairs of OIDs") {
    const auto mappings = extension_of("[PolicyMappingsExtension]\n1.2.3 = 1.2.4\nCritical = TRUE\n");
    CHECK(mappings.oid == "2.5.29.33");
    CHECK(mappings.critical);
    CHECK(mappings.value == hex("300a300806022a0306022a04"));
    CHECK(extension_of("[ApplicationPolicyMappingsExtension]\n1.2.3 = 1.2.4\n").oid == "1.3.6.1.4.1.311.21.11");
    only(read_new_request("[PolicyMappingsExtension]\n1.2.3 = 1.2.4\nx = 1.2.3\n"), "Inf.Oid");
    only(read_new_request("[PolicyMappingsExtension]\n1.2.3 = 1.2.4\n1.2.3 = x\n"), "Inf.Oid");
    only(read_new_request("[PolicyMappingsExtension]\n"), "Inf.Extension");
    only(read_new_request("[PolicyMappingsExtension]\n2.5.29.32.0 = 1.2.3\n"), "Inf.Extension");
}

TEST_CASE("Policy constraints are two numbers, one of them at least") {
    const auto constraints =
        extension_of("[PolicyConstraintsExtension]\nRequireExplicitPolicy = 3\nInhibitPolicyMapping=0\nCritical=1\n");
    CHECK(constraints.oid == "2.5.29.36");
    CHECK(constraints.value == hex("3006800103810100"));
    CHECK(extension_of("[ApplicationPolicyConstraintsExtension]\nInhibitPolicyMapping=1\n").oid ==
          "1.3.6.1.4.1.311.21.12");
    only(read_new_request("[PolicyConstraintsExtension]\n"), "Inf.Reference");
    only(read_new_request("[PolicyConstraintsExtension]\nRequireExplicitPolicy = 3\nrequireexplicitpolicy = 3\n"),
         "Inf.Repeated");
    only(read_new_request("[PolicyConstraintsExtension]\nRequireExplicitPolicy = 3\nFoo = 3\n"), "Inf.UnknownKey");
}

TEST_CASE("Name constraints are sections of names") {
    const auto constraints =
        extension_of("[NameConstraintsExtension]\nInclude=In\nExclude=Out\nCritical=True\n[In]\nDNS=example."
                     "com\nIPAddress=192.0.2.0,255.255.255.0\n[Out]\nEMail=example.com\n");
    CHECK(constraints.oid == "2.5.29.30");
    CHECK(constraints.critical);
    CHECK(constraints.value ==
          hex("302ea01b300d820b6578616d706c652e636f6d300a8708c0000200ffffff00a10f300d810b6578616d706c652e636f6d"));
    check_clean(read_new_request("[NameConstraintsExtension]\nInclude=In\n[In]\nOtherName=\"1.2.3,{utf8}a\"\nUPN="
                                 "example.com\nDirectoryName=\"O=a,C=US\"\nURL=.example.com\nRegisteredId=1.2.3\n"));
    CHECK(place(only(read_new_request("[NameConstraintsExtension]\nInclude=In\n[In]\nDNS=a.com\nIPAddress=192.0.2.0\n"),
                     "Inf.Extension")) == "7:11");
    only(read_new_request("[NameConstraintsExtension]\nInclude=Out\n"), "Inf.Reference");
    only(read_new_request("[NameConstraintsExtension]\n"), "Inf.Reference");
    only(read_new_request("[NameConstraintsExtension]\nInclude=In\n[In]\nDNS=a.com\nDSN=b.com\n"), "Inf.UnknownKey");
    only(read_new_request("[NameConstraintsExtension]\nInclude=In\n[In]\nDNS=a.com\nOtherName=x\n"), "Inf.Oid");
    only(read_new_request("[NameConstraintsExtension]\nInclude=In\nFoo=1\n[In]\nDNS=a.com\n"), "Inf.UnknownKey");
}

TEST_CASE("Cross certificate distribution points have an interval and URLs") {
    const auto points = extension_of(
        "[CrossCertificateDistributionPointsExtension]\nSyncDeltaTime = 24\nURL = http://a/\nURL = http://b/\n");
    CHECK(points.oid == "1.3.6.1.4.1.311.10.9.1");
    only(read_new_request("[CrossCertificateDistributionPointsExtension]\nSyncDeltaTime = 24\n"), "Inf.Reference");
    only(read_new_request("[CrossCertificateDistributionPointsExtension]\nURL = http://a/\nURL = \"b c\"\n"),
         "Inf.Extension");
    only(read_new_request("[CrossCertificateDistributionPointsExtension]\nURL = http://a/\nSyncDeltaTime = x\n"),
         "Inf.Number");
    only(read_new_request("[CrossCertificateDistributionPointsExtension]\nURL = http://a/\nFoo = x\n"),
         "Inf.UnknownKey");
}
