#include "profile/check.hpp"
#include "profile/fixtures.hpp"

using namespace certbroker;
using namespace certbroker::profile;
using namespace certbroker::profile::test;

namespace {

Policy server() {
    Policy policy;
    policy.profile = "server";
    return policy;
}
Diagnostic only_policy(const Request &request, const Policy &policy, std::string_view rule) {
    const Diagnostic finding = only(check_request(request, &policy), rule);
    CHECK(finding.severity == Severity::error);
    CHECK(finding.message.starts_with("Policy verification failed: profile 'server' "));
    return finding;
}
bool accepted(const Request &request, const Policy &policy) {
    return check_request(request, &policy).empty();
}

} // namespace

TEST_CASE("The policy's key algorithms and lengths hold") {
    Policy policy = server();
    policy.allowed_keys = {{crypto::KeyAlgorithm::rsa, 3072, 4096}, {crypto::KeyAlgorithm::ecdsa_p256, 0, 0}};
    const Diagnostic wrong =
        only_policy(read_new_request("KeyAlgorithm = ECDSA_P384\n"), policy, "Policy.KeyAlgorithm");
    CHECK(place(wrong) == "3:16");
    CHECK(contains(wrong.message, "ECDSA_P384"));
    CHECK(contains(wrong.remedy, "RSA 3072 to 4096, ECDSA_P256"));
    CHECK(place(only_policy(read_new_request("KeyLength = 2048\n"), policy, "Policy.KeyLength")) == "3:13");
    only_policy(read_new_request("KeyLength = 8192\n"), policy, "Policy.KeyLength");
    CHECK(accepted(read_new_request("KeyLength = 4096\n"), policy));
    CHECK(accepted(read_new_request("KeyAlgorithm = ECDSA_P256\nKeyLength=256\n"), policy));
    CHECK(accepted(read_new_request(""), policy));
    policy.allowed_keys = {{crypto::KeyAlgorithm::ecdsa_p256, 0, 0}};
    only_policy(read_new_request("KeyLength = 2048\n"), policy, "Policy.KeyAlgorithm");
}

TEST_CASE("A key at hand is held against the policy") {
    Policy policy = server();
    CHECK(check_key({crypto::KeyAlgorithm::rsa, 2048}, policy).has_value());
    policy.allowed_keys = {{crypto::KeyAlgorithm::rsa, 3072, 0}};
    CHECK(id_of(check_key({crypto::KeyAlgorithm::rsa, 2048}, policy)) == "Policy.KeyLength");
    CHECK(id_of(check_key({crypto::KeyAlgorithm::ecdsa_p256, 256}, policy)) == "Policy.KeyAlgorithm");
    CHECK(check_key({crypto::KeyAlgorithm::rsa, 16384}, policy).has_value());
}

TEST_CASE("The policy's hash algorithms hold") {
    Policy policy = server();
    policy.allowed_digests = {crypto::DigestAlgorithm::sha384};
    only_policy(read_new_request("HashAlgorithm = SHA256\n"), policy, "Policy.Digest");
    CHECK(accepted(read_new_request("HashAlgorithm = SHA384\n"), policy));
    CHECK(accepted(read_new_request(""), policy));
}

TEST_CASE("The policy's subject attributes hold, under all of their labels") {
    Policy policy = server();
    policy.required_subject = {"CN", "O", "ST", "2.5.4.6"};
    policy.allowed_subject = {"CN", "O", "S", "C"};
    CHECK(accepted(read("[NewRequest]\nSubject=\"CN=a,O=b,ST=c,C=US\"\n"), policy));
    const Diagnostic missing =
        only_policy(read("[NewRequest]\nSubject=\"CN=a,S=c,C=US\"\n"), policy, "Policy.SubjectRequired");
    CHECK(contains(missing.message, "attribute O,"));
    CHECK(place(missing) == "2:10");
    const Diagnostic extra = only_policy(read("[NewRequest]\nSubject=\"CN=a,O=b,S=c,C=US,OU=x,OU=y\"\n"), policy,
                                         "Policy.SubjectNotAllowed");
    CHECK(contains(extra.message, "attribute OU"));
}

TEST_CASE("The policy's forms of alternative names hold") {
    Policy policy = server();
    policy.required_san = {"dns"};
    policy.allowed_san = {"DNS", "IP", "upn", "1.2.3"};
    CHECK(accepted(read_extensions("2.5.29.17=\"{text}dns=a&ipaddress=192.0.2.1&upn=u@a&1.2.3={utf8}x\"\n"), policy));
    only_policy(read_extensions("2.5.29.17=\"{text}upn=u@a\"\n"), policy, "Policy.SanRequired");
    const Diagnostic extra = only_policy(read_extensions("2.5.29.17=\"{text}dns=a&email=a@b.com&email=c@b.com\"\n"),
                                         policy, "Policy.SanNotAllowed");
    CHECK(contains(extra.message, "email"));
    CHECK(extra.line == 4);
    only_policy(read_extensions("2.5.29.17=\"{text}dns=a&1.2.4={utf8}x\"\n"), policy, "Policy.SanNotAllowed");
    Policy none = server();
    none.allowed_san = {"none"};
    only_policy(read_extensions("2.5.29.17=\"{text}dns=a\"\n"), none, "Policy.SanNotAllowed");
    CHECK(accepted(read_new_request(""), none));
}

TEST_CASE("The policy's domains hold for every DNS name") {
    Policy policy = server();
    policy.dns_patterns = {"*.example.com", "example.org"};
    CHECK(accepted(read_extensions("2.5.29.17=\"{text}dns=a.example.com&dns=a.b.EXAMPLE.com&dns=example.org&dns=*."
                                   "example.com&email=a@b.net\"\n"),
                   policy));
    const Diagnostic finding =
        only_policy(read_extensions("2.5.29.17=\"{text}dns=example.com\"\n"), policy, "Policy.DnsPattern");
    CHECK(contains(finding.message, "'example.com'"));
    only_policy(read_extensions("2.5.29.17=\"{text}dns=badexample.com\"\n"), policy, "Policy.DnsPattern");
    CHECK(matches_dns_pattern("a.b", "*"));
    CHECK_FALSE(matches_dns_pattern("b", "*.b"));
}

TEST_CASE("The policy's usages hold") {
    Policy policy = server();
    policy.required_eku = {"1.3.6.1.5.5.7.3.1"};
    policy.allowed_eku = {"1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"};
    CHECK(accepted(read_extensions("2.5.29.37=\"{text}1.3.6.1.5.5.7.3.1,1.3.6.1.5.5.7.3.2\"\n"), policy));
    CHECK(contains(only_policy(read_new_request("[EnhancedKeyUsageExtension]\nOID=1.3.6.1.5.5.7.3.2\n"), policy,
                               "Policy.EkuRequired")
                       .message,
                   "Server Authentication"));
    only_policy(read_extensions("2.5.29.37=\"{text}1.3.6.1.5.5.7.3.1,1.3.6.1.5.5.7.3.3\"\n"), policy,
                "Policy.EkuNotAllowed");
}

TEST_CASE("All policy findings are told together") {
    Policy policy = server();
    policy.required_subject = {"O", "OU"};
    policy.required_san = {"dns"};
    policy.required_eku = {"1.2.3"};
    CHECK(check_request(read_new_request(""), &policy).size() == 4);
}
