#include "profile/fixtures.hpp"

using namespace certbroker;
using namespace certbroker::profile;
using namespace certbroker::profile::test;

TEST_CASE("Every key of [NewRequest] that is used lands in the request") {
    const Request request = read_new_request(
        "FriendlyName = \"My "
        "web\"\nKeyAlgorithm=rsa\nKEYLENGTH=4096\nKeySpec=\"AT_KEYEXCHANGE\"\nHashAlgorithm=sha384\n"
        "AlternateSignatureAlgorithm=true\nExportable=Yes\nMachineKeySet=0\nUserProtected=FALSE\nSilent=TRUE\nSMIME="
        "True\n"
        "KeyProtection=XCN_NCRYPT_UI_PROTECT_KEY_FLAG\nProviderName=\"P\"\nProviderType=12\nKeyContainer=\"c\"\n"
        "SecurityDescriptor=\"D:P(A;;GA;;;SY)\"\nKeyUsage=0xa0\nKeyUsageProperty=\"NCRYPT_ALLOW_ALL_"
        "USAGES\"\nSuppressDefaults=true\nRequestType=Cert\n"
        "SerialNumber=\"00 01 02\"\nNotBefore=2027-01-31\n");
    check_clean(request);
    CHECK(request.friendly_name == "My web");
    CHECK(request.key_algorithm == crypto::KeyAlgorithm::rsa);
    CHECK(request.key_length == 4096U);
    CHECK(request.key_spec == 1);
    CHECK(request.digest == crypto::DigestAlgorithm::sha384);
    CHECK(request.pss);
    CHECK(request.exportable);
    CHECK(request.machine_key_set == false);
    CHECK(request.silent);
    CHECK(request.smime);
    CHECK(request.key_protection == 1);
    CHECK(request.provider_name == "P");
    CHECK(request.provider_type == 12);
    CHECK(request.key_container == "c");
    CHECK(request.security_descriptor == "D:P(A;;GA;;;SY)");
    CHECK(request.key_usage == 0xa0U);
    CHECK(request.key_usage_property == 0xffffff);
    CHECK(request.suppress_defaults);
    CHECK(request.type == RequestType::self_signed);
    CHECK(request.serial_number == hex("0102"));
    CHECK(request.not_before == 1801353600);
}

TEST_CASE("A subject without = is refused, with the place and what to write") {
    const Request request = read("[NewRequest]\nSubject = \"Subject Name in CN format\"\n");
    const Diagnostic finding = only(request, "Inf.Subject");
    CHECK(place(finding) == "2:12");
    CHECK(contains(finding.remedy, "\"CN=Subject Name in CN format\""));
    const auto usable = request.usable();
    REQUIRE_FALSE(usable);
    CHECK(usable.error().id() == "Inf.Subject");
    CHECK(usable.error().status() == Status::parse);
}

TEST_CASE("Errors inside a subject stand at their own column") {
    CHECK(place(only(read("[NewRequest]\nSubject = \"CN=ä,XY=b\"\n"), "Inf.Subject")) == "2:17");
    CHECK(place(only(read("[NewRequest]\nSubject = \"CN=a,\"\n_continue_ = \"XY=b\"\n"), "Inf.Subject")) == "3:15");
    CHECK(place(only(read("[NewRequest]\nSubject = \"CN=a,O=\"\"b\"\"x,C=U\"\n"), "Inf.Subject")) == "2:24");
}

TEST_CASE("Name flags count wherever they stand") {
    const Request request = read("[NewRequest]\nSubject = \"C=US;O=a,b\"\nX500NameFlags = "
                                 "\"CERT_NAME_STR_SEMICOLON_FLAG | CERT_NAME_STR_REVERSE_FLAG\"\n");
    check_clean(request);
    CHECK(request.subject.first("2.5.4.10") == "a,b");
    CHECK(request.subject.rdns().front().front().oid == "2.5.4.10");
    only(read_new_request("X500NameFlags = CERT_NAME_STR_ENABLE_T61_UNICODE_FLAG\n"), "Inf.NotUsed");
    only(read_new_request("X500NameFlags = CERT_NAME_STR_NONSENSE\n"), "Inf.Flag");
}

TEST_CASE("An empty subject is allowed") {
    const Request request = read("[NewRequest]\nSubject = \"\"\n");
    check_clean(request);
    CHECK(request.subject_given);
    CHECK(request.subject.empty());
    CHECK_FALSE(read("[NewRequest]\nKeyLength=2048\n").subject_given);
}

TEST_CASE("Wrong values are errors at the value") {
    CHECK(place(only(read_new_request("Exportable = maybe\n"), "Inf.Boolean")) == "3:14");
    CHECK(place(only(read_new_request("MachineKeySet =\n"), "Inf.Boolean")) == "3:16");
    CHECK(place(only(read_new_request("KeyLength = \"many\"\n"), "Inf.Number")) == "3:14");
    CHECK(place(only(read_new_request("KeyUsage = \"CERT_DIGITAL_USAGE\"\n"), "Inf.Flag")) == "3:13");
    CHECK(place(only(read_new_request("KeySpec = AT_BOTH\n"), "Inf.Choice")) == "3:11");
    CHECK(place(only(read_new_request("RequestType = CSR\n"), "Inf.Choice")) == "3:15");
    CHECK(place(only(read_new_request("HashAlgorithm = SHA265\n"), "Inf.Choice")) == "3:17");
    CHECK(place(only(read_new_request("NotAfter = 1/31/2027\n"), "Inf.Date")) == "3:12");
    CHECK(place(only(read_new_request("RenewalCert = xyz\n"), "Inf.Hex")) == "3:15");
    CHECK(place(only(read_new_request("SerialNumber = 00\n"), "Inf.Hex")) == "3:16");
    CHECK(place(only(read_new_request("KeyAlgorithm = DSA\n"), "Request.Unsupported")) == "3:16");
    CHECK(contains(only(read_new_request("KeyUsage = a0\n"), "Inf.Flag").remedy, "Use"));
}

TEST_CASE("Unknown keys warn and name the nearest one, misplaced ones their section") {
    const Diagnostic unknown = only(read_new_request("KeyLenght = 2048\n"), "Inf.UnknownKey");
    CHECK(unknown.severity == Severity::warning);
    CHECK(place(unknown) == "3:1");
    CHECK(contains(unknown.remedy, "KeyLength"));
    CHECK(contains(only(read_new_request("CertificateTemplate = WebServer\n"), "Inf.UnknownKey").remedy,
                   "[RequestAttributes]"));
    CHECK(contains(only(read_new_request("OID = 1.3.6.1.5.5.7.3.1\n"), "Inf.UnknownKey").remedy,
                   "[EnhancedKeyUsageExtension]"));
}

TEST_CASE("A key that is given twice is an error") {
    CHECK(place(only(read_new_request("KeyLength = 2048\nkeylength = 4096\n"), "Inf.Repeated")) == "4:1");
    only(read_new_request("[newrequest]\nSubject = CN=b\n"), "Inf.Repeated");
}

TEST_CASE("Keys without effect are told, unless they ask for nothing") {
    const Diagnostic encipher = only(read_new_request("EncipherOnly = FALSE\n"), "Inf.EncipherOnly");
    CHECK(encipher.severity == Severity::information);
    only(read_new_request("EncipherOnly = what\n"), "Inf.Boolean");
    check_clean(read_new_request("ExportableEncrypted = FALSE\nAttestPrivateKey = false\n"));
    only(read_new_request("ExportableEncrypted = TRUE\n"), "Inf.NotUsed");
    only(read_new_request("ExportableEncrypted = x\n"), "Inf.Boolean");
    only(read_new_request("AttestPrivateKey = EndorsementKey\n"), "Inf.NotUsed");
    only(read_new_request("ReaderName = \"r\"\n"), "Inf.NotUsed");
    const Diagnostic secret = only(read_new_request("ChallengePassword = \"hunter2\"\n"), "Inf.NotUsed");
    CHECK_FALSE(contains(secret.message, "hunter2"));
}

TEST_CASE("SubjectNameFlags are read, and told to have no effect") {
    only(read_new_request("SubjectNameFlags = template\n"), "Inf.SubjectNameFlags");
    only(read_new_request(
             "SubjectNameFlags = \"CT_FLAG_SUBJECT_REQUIRE_COMMON_NAME | CT_FLAG_SUBJECT_ALT_REQUIRE_UPN\"\n"),
         "Inf.SubjectNameFlags");
    only(read_new_request("SubjectNameFlags = 0x40000000\n"), "Inf.SubjectNameFlags");
    only(read_new_request("SubjectNameFlags = CT_FLAG\n"), "Inf.Flag");
}

TEST_CASE("A validity is a number of units") {
    const Request years = read_new_request("RequestType=Cert\nValidityPeriod=Years\nValidityPeriodUnits=2\n");
    check_clean(years);
    CHECK(years.validity_months == 24);
    CHECK(read_new_request("ValidityPeriodUnits=3\nValidityPeriod=weeks\n").validity_seconds == 3U * 604800U);
    CHECK(read_new_request("ValidityPeriodUnits=3\nValidityPeriod=Hour\n").validity_seconds == 3U * 3600U);
    only(read_new_request("ValidityPeriod=Years\n"), "Request.Combination");
    only(read_new_request("ValidityPeriodUnits=2\n"), "Request.Combination");
    only(read_new_request("ValidityPeriod=Fortnights\nValidityPeriodUnits=2\n"), "Inf.Choice");
    only(read_new_request("ValidityPeriod=2\nValidityPeriodUnits=2\n"), "Inf.Choice");
    only(read_new_request("ValidityPeriod=Years\nValidityPeriodUnits=101\n"), "Inf.Number");
    only(read_new_request("ValidityPeriod=Years\nValidityPeriodUnits=0\n"), "Inf.Number");
}

TEST_CASE("A thumbprint is read as people paste it") {
    const Request request = read_new_request(
        "RequestType=PKCS7\nRenewalCert=\"ea 7a 4e 0c d1 a4 f8 1c f0 74 05 27 c3 1a 57 f6 02 0c 17 c5\"\n");
    check_clean(request);
    CHECK(request.renewal_cert == "EA7A4E0CD1A4F81CF0740527C31A57F6020C17C5");
}
