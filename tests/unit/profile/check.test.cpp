#include "profile/check.hpp"

#include "profile/fixtures.hpp"

using namespace certbroker;
using namespace certbroker::profile;
using namespace certbroker::profile::test;

namespace {

Diagnostic only_check(std::string_view lines, std::string_view rule) {
    const Request request = read_new_request(lines);
    check_clean(request);
    return only(check_request(request, nullptr), rule);
}

} // namespace

TEST_CASE("A good request has no findings") {
    CHECK(check_request(read_new_request("KeyLength=2048\nKeyUsage=0xa0\n"), nullptr).empty());
    CHECK(check_request(read_new_request("KeyAlgorithm=ECDSA_P256\nKeyLength=256\nKeyUsage=0x80\n"), nullptr).empty());
}

TEST_CASE("Findings of reading come first") {
    const Request request = read_new_request("Foo=1\nKeyLength=1024\n");
    CHECK(rules(check_request(request, nullptr)) == std::vector<std::string>{"Inf.UnknownKey", "Request.KeyLength"});
}

TEST_CASE("Signed messages are requests like others; SCEP is no file") {
    for (const std::string type : {"PKCS7", "CMC"}) {
        CHECK(check_request(read_new_request("RequestType = " + type +
                                             "\nRenewalCert=ea7a4e0cd1a4f81cf0740527c31a57f6020c17c5\n"),
                            nullptr)
                  .empty());
        CHECK(check_request(read_new_request("RequestType = " + type + "\nRequesterName=\"D\\u\"\n"), nullptr).empty());
    }
    const Diagnostic finding = only_check("RequestType = SCEP\n", "Request.Unsupported");
    CHECK(contains(finding.remedy, "endpoint-protection"));
    CHECK(place(finding) == "3:15");
    const auto refused = require_acceptable(read_new_request("RequestType = SCEP\n"), nullptr);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().status() == Status::unsupported);
}

TEST_CASE("Archiving the private key is refused with the reason") {
    for (const char *type : {"", "RequestType=CMC\n"}) {
        const Diagnostic finding = only_check("PrivateKeyArchive=TRUE\n" + std::string(type), "Request.Unsupported");
        CHECK(contains(finding.message, "no private key leaves this computer"));
        CHECK(contains(finding.remedy, "Export-CBPfxCertificate"));
        CHECK(place(finding) == "3:19");
    }
}

TEST_CASE("SIDs that do not agree are refused where they stand") {
    const auto with = [](const std::string &extension, const std::string &name) {
        return check_request(
            read("[NewRequest]\nSubject=CN=a\n[Extensions]\n2.5.29.17=\"{text}url=tag:microsoft.com,2022-09-14:"
                 "sid:" +
                 name + "\"\n1.3.6.1.4.1.311.25.2=\"{text}" + extension + "\"\n"),
            nullptr);
    };
    CHECK(with("S-1-5-21-1-2-3-1104", "S-1-5-21-1-2-3-1104").empty());
    const auto found = with("S-1-5-21-1-2-3-1104", "S-1-5-21-1-2-3-500");
    REQUIRE(rules(found) == std::vector<std::string>{"Sid.Conflict"});
    CHECK(place(found.front()) == "5:23");
    CHECK(contains(found.front().message, "S-1-5-21-1-2-3-500"));
    const auto malformed = with("S-1-5", "S-1-5-18");
    REQUIRE(rules(malformed) == std::vector<std::string>{"Inf.Extension"});
    CHECK(place(malformed.front()) == "5:29");
    const auto bad_name = with("S-1-5-18", "jane");
    REQUIRE(rules(bad_name) == std::vector<std::string>{"Sid.Value"});
    CHECK(place(bad_name.front()) == "4:18");
}

TEST_CASE("Choices that exclude each other are errors that name both") {
    CHECK(place(only_check("MachineKeySet=TRUE\nUserProtected=TRUE\n", "Request.Combination")) == "4:15");
    only_check("MachineKeySet=TRUE\nKeyProtection=1\n", "Request.Combination");
    only_check("RenewalCert=ea7a4e0cd1a4f81cf0740527c31a57f6020c17c5\n", "Request.Combination");
    only_check("RequesterName=\"D\\u\"\n", "Request.Combination");
    only_check("RequestType=PKCS7\nRequesterName=\"D\\u\"\nRenewalCert=ea7a4e0cd1a4f81cf0740527c31a57f6020c17c5\n",
               "Request.Combination");
    only_check("KeyAlgorithm=ECDSA_P256\nKeyLength=2048\n", "Request.Combination");
    only_check("RequestType=Cert\nNotAfter=2027-01-31\nValidityPeriod=Years\nValidityPeriodUnits=1\n",
               "Request.Combination");
    only_check("RequestType=Cert\nNotBefore=2027-01-31\nNotAfter=2027-01-31\n", "Request.Combination");
    const auto existing = check_request(read_new_request("UseExistingKeySet=TRUE\nExportable=TRUE\n"), nullptr);
    CHECK(rules(existing) == std::vector<std::string>{"Request.Combination", "Request.Combination"});
    only_check("UseExistingKeySet=TRUE\nKeyContainer=c\n", "Request.Unsupported");
}

TEST_CASE("Keys that are too small, too large or odd are refused") {
    for (const char *length : {"512", "1024", "2047", "2049", "16448", "65536", "0"})
        only_check("KeyLength=" + std::string(length) + "\n", "Request.KeyLength");
    CHECK(check_request(read_new_request("KeyLength=16384\n"), nullptr).empty());
}

TEST_CASE("A weak hash needs its switch, and warns then") {
    const Diagnostic refused = only_check("HashAlgorithm = SHA1\n", "Request.WeakHash");
    CHECK(contains(refused.remedy, "-AllowWeakHash"));
    CHECK(place(refused) == "3:17");
    Request request = read_new_request("HashAlgorithm = MD5\n");
    REQUIRE(set_property(request, "ALLOW_WEAK_HASH", "true").has_value());
    const Diagnostic allowed = only(check_request(request, nullptr), "Request.WeakHashAllowed");
    CHECK(allowed.severity == Severity::warning);
}

TEST_CASE("Key usages that the key cannot serve warn") {
    only_check("KeySpec=2\nKeyUsage=0xa0\n", "Request.KeyUsageUnfit");
    only_check("KeyAlgorithm=ECDSA_P256\nKeyUsage=0xa0\n", "Request.KeyUsageUnfit");
    only_check("KeyAlgorithm=RSA\nKeyUsage=0x88\n", "Request.KeyUsageUnfit");
    only_check("KeyUsage=0x81\n", "Request.KeyUsageUnfit");
    CHECK(check_request(read_new_request("KeyAlgorithm=ECDSA_P256\nKeyUsage=0x88\n"), nullptr).empty());
}

TEST_CASE("A request without any name warns, unless the CA's policy decides") {
    const Request request = read("[NewRequest]\nKeyLength=2048\n");
    CHECK(only(check_request(request, nullptr), "Request.NoName").severity == Severity::warning);
    const Policy policy;
    CHECK(check_request(request, &policy).empty());
    CHECK(check_request(read("[NewRequest]\n[Extensions]\n2.5.29.17=\"{text}dns=a\"\n"), nullptr).empty());
    only(check_request(read("[NewRequest]\nSubject=a\n"), nullptr), "Inf.Subject");
}

TEST_CASE("A self-signed certificate needs a subject") {
    only(check_request(read("[NewRequest]\nRequestType=Cert\n"), nullptr), "Request.NoSubject");
}

TEST_CASE("A validity that a request cannot have warns") {
    only_check("NotBefore=2027-01-31\n", "Request.ValidityNotUsed");
    only_check("ValidityPeriod=Years\nValidityPeriodUnits=1\n", "Request.ValidityNotUsed");
    only_check("SerialNumber=01\n", "Request.ValidityNotUsed");
    CHECK(check_request(read_new_request("RequestType=Cert\nSerialNumber=01\nNotAfter=2030-01-01\n"), nullptr).empty());
}

TEST_CASE("An extension that the profile adds itself may stand in the request with the same value only") {
    Policy policy;
    policy.profile = "device";
    policy.extensions = {x509::make_template_name("Device")};
    only(check_request(read_extensions("1.3.6.1.4.1.311.20.2 = \"{text}User\"\n"), &policy),
         "Request.DuplicateExtension");
    CHECK(check_request(read_extensions("1.3.6.1.4.1.311.20.2 = \"{text}Device\"\n"), &policy).empty());
}

TEST_CASE("Usages that the profile adds itself may be those of the request, in whatever form it keeps them") {
    Policy policy;
    policy.profile = "WebServer";
    policy.extensions = {x509::make_enhanced_key_usage({"1.3.6.1.5.5.7.3.1"}), x509::make_key_usage(0xa0)};
    const auto rules_with = [&](const std::string &usage, const std::string &key_usage) {
        return rules(check_request(
            read("[NewRequest]\nKeyUsage=" + key_usage + "\n[EnhancedKeyUsageExtension]\nOID=" + usage + "\n"),
            &policy));
    };
    CHECK(rules_with("1.3.6.1.5.5.7.3.1", "0xa0").empty());
    CHECK(rules_with("1.3.6.1.5.5.7.3.2", "0xa0") == std::vector<std::string>{"Request.DuplicateExtension"});
    CHECK(rules_with("1.3.6.1.5.5.7.3.1", "0x80") == std::vector<std::string>{"Request.DuplicateExtension"});
}

TEST_CASE("The digest is the request's, else SHA-256, else the policy's first") {
    CHECK(chosen_digest(Request(), nullptr) == crypto::DigestAlgorithm::sha256);
    Policy policy;
    policy.allowed_digests = {crypto::DigestAlgorithm::sha384, crypto::DigestAlgorithm::sha512};
    CHECK(chosen_digest(Request(), &policy) == crypto::DigestAlgorithm::sha384);
    policy.allowed_digests.push_back(crypto::DigestAlgorithm::sha256);
    CHECK(chosen_digest(Request(), &policy) == crypto::DigestAlgorithm::sha256);
    CHECK(chosen_digest(read_new_request("HashAlgorithm=SHA512\n"), &policy) == crypto::DigestAlgorithm::sha512);
}
