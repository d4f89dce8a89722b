#include "base/der.hpp"
#include "x509/extension.hpp"
#include "x509/fixtures.hpp"

using namespace certbroker;
using namespace certbroker::x509;

TEST_CASE("Usages are known by Windows' names, OpenSSL's names and OIDs") {
    for (const char *text : {"Server Authentication", "serverauthentication", "SERVER-AUTHENTICATION", "serverAuth",
                             " 1.3.6.1.5.5.7.3.1 "})
        CHECK(eku_oid(text) == "1.3.6.1.5.5.7.3.1");
    CHECK(eku_oid("smart card logon") == "1.3.6.1.4.1.311.20.2.2");
    CHECK_FALSE(eku_oid("Server"));
    CHECK_FALSE(eku_oid(""));
    CHECK(eku_name("1.3.6.1.5.5.7.3.2") == "Client Authentication");
    CHECK(eku_name("1.2.3") == "1.2.3");
}

TEST_CASE("Every name for completion leads to an OID and back") {
    for (const std::string &name : eku_names()) {
        const auto oid = eku_oid(name);
        REQUIRE(oid);
        CHECK(der::is_oid(*oid));
        CHECK(eku_name(*oid) == name);
    }
}

TEST_CASE("Key usages are known by both spellings") {
    CHECK(key_usage_flag("DigitalSignature") == key_usage::digital_signature);
    CHECK(key_usage_flag("CERT_DIGITAL_SIGNATURE_KEY_USAGE") == key_usage::digital_signature);
    CHECK(key_usage_flag(" cert_key_encipherment_key_usage ") == key_usage::key_encipherment);
    CHECK(key_usage_flag("CERT_OFFLINE_CRL_SIGN_KEY_USAGE") == key_usage::crl_sign);
    CHECK(key_usage_flag("CERT_CRL_SIGN_KEY_USAGE") == key_usage::crl_sign);
    CHECK(key_usage_flag("CERT_DECIPHER_ONLY_KEY_USAGE") == key_usage::decipher_only);
    CHECK(key_usage_flag("ContentCommitment") == key_usage::non_repudiation);
    CHECK_FALSE(key_usage_flag("CERT_SIGNATURE"));
    CHECK_FALSE(key_usage_flag(""));
    CHECK(key_usage_names(0x80a0) == std::vector<std::string>{"DigitalSignature", "KeyEncipherment", "DecipherOnly"});
    for (const std::string &name : key_usage_names(0x80ff))
        CHECK(key_usage_flag(name));
    CHECK(key_usage_names(0x80ff).size() == 9);
}
