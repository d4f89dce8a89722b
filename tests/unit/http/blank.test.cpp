#include "http/blank.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>

#include "base/text.hpp"

using namespace certbroker;
using namespace certbroker::http::detail;

namespace {

std::string without(std::string text, std::string_view secret) {
    blank_secret(text, Secret(as_bytes(secret)));
    return text;
}

} // namespace

TEST_CASE("Fields that hold secrets are known by their name, however it is written") {
    for (const char *name : {"Password", "wsse:Password", "challenge-password", "NewPassword2", "x-api-key", "apiKey",
                             "PKCS12", "pkcs12Password", "client_secret", "access_token", "token", "PIN", "privateKey"})
        CHECK(is_secret_name(name));
    for (const char *name : {"BinarySecurityToken", "RequestSecurityToken", "passwordRequired",
                             "pendingTokenReferenceID", "spinner", "CN", "keySize", "KeyEscrowDeploymentMode", ""})
        CHECK_FALSE(is_secret_name(name));
    CHECK_FALSE(is_secret_name(std::string(300, 'x') + "password"));
}

TEST_CASE("Secrets in XML and HTML are blanked, the rest stays as it is") {
    CHECK(blank_fields("<a><wsse:Password Type=\"text\">canary</wsse:Password><b>x</b></a>") ==
          "<a><wsse:Password Type=\"text\">***</wsse:Password><b>x</b></a>");
    CHECK(blank_fields("<Password><![CDATA[<canary>]]></Password>") == "<Password>***</Password>");
    CHECK(blank_fields("<password/><b>x</b>") == "<password/><b>x</b>");
    CHECK(blank_fields("<password>canary") == "<password>***"); // cut off
    CHECK(blank_fields("<add key=\"DbPassword\" value='canary' /><add key=\"Url\" value=\"https://ca\" />") ==
          "<add key=\"DbPassword\" value='***' /><add key=\"Url\" value=\"https://ca\" />");
    CHECK(blank_fields("<input value=\"canary\" title='a>b' name=password><p>text</p>") ==
          "<input value=\"***\" title='a>b' name=password><p>text</p>");
    CHECK(blank_fields("<user password = \"canary\" name=\"x\"/>") == "<user password = \"***\" name=\"x\"/>");
    CHECK(blank_fields("<item name=\"pin\">canary</item>") == "<item name=\"pin\">***</item>");
    const std::string soap = "<?xml version=\"1.0\"?><!-- a \"note\" --><wst:RequestSecurityToken><x a=\"1\">"
                             "MIIB</x></wst:RequestSecurityToken> 1 < 2 > 0";
    CHECK(blank_fields(soap) == soap);
}

TEST_CASE("Secrets in JSON are blanked, whatever their value is") {
    CHECK(blank_fields(R"({"user":"me","password" : "can\"ary","n":1})") ==
          R"({"user":"me","password" : "***","n":1})");
    CHECK(blank_fields(R"({"pin": 4711, "n": 1})") == R"({"pin": ***, "n": 1})");
    CHECK(blank_fields(R"({"secret":{"a":["canary"],"b":"}"},"n":1})") == R"({"secret":***,"n":1})");
    CHECK(blank_fields(R"({"a":{"api-key":"canary"}})") == R"({"a":{"api-key":"***"}})");
    CHECK(blank_fields(R"({"token":"canary)") == R"({"token":"***")");
    const std::string harmless = R"({"message":"the password is wrong","list":["password","x"]})";
    CHECK(blank_fields(harmless) == harmless);
}

TEST_CASE("Private keys in PEM are blanked, certificates are not") {
    const std::string certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    CHECK(blank_fields(certificate + "-----BEGIN EC PRIVATE KEY-----\ncanary\n-----END EC PRIVATE KEY-----\nrest") ==
          certificate + "-----BEGIN EC PRIVATE KEY-----\n***\n-----END EC PRIVATE KEY-----\nrest");
    CHECK(blank_fields("-----BEGIN PRIVATE KEY-----\ncanary") == "-----BEGIN PRIVATE KEY-----\n***\n");
    CHECK(blank_fields("-----BEGIN ") == "-----BEGIN ");
}

TEST_CASE("Secrets in forms are blanked") {
    CHECK(blank_form("user=me&Password=canary&x") == "user=me&Password=***&x");
    CHECK(blank_form("").empty());
}

TEST_CASE("Of headers with credentials only their kind is shown") {
    CHECK(blank_header("Authorization", "Bearer canary") == "Bearer ***");
    CHECK(blank_header("authorization", "canary") == "***");
    CHECK(blank_header("Proxy-Authorization", "Basic Y2FuYXJ5") == "Basic ***");
    CHECK(blank_header("Cookie", "a=canary") == "***");
    CHECK(blank_header("Set-Cookie", "a=canary; HttpOnly") == "***");
    CHECK(blank_header("X-API-Key", "canary") == "***");
    CHECK(blank_header("X-Auth-Token", "canary") == "***");
    CHECK(blank_header("WWW-Authenticate", "Basic realm=\"CA\"") == "Basic realm=\"CA\"");
    CHECK(blank_header("WWW-Authenticate", "Negotiate") == "Negotiate");
    CHECK(blank_header("WWW-Authenticate", "NTLM TlRMTVNTUAACcanary==") == "NTLM ***");
    CHECK(blank_header("Content-Type", "text/xml") == "text/xml");
    CHECK(blank_header("SOAPAction", "\"x\"") == "\"x\"");
}

TEST_CASE("A known secret is found as a server may write it") {
    CHECK(without("x s3cr\"t&/< y", "s3cr\"t&/<") == "x *** y");
    CHECK(without("<a>s3cr&quot;t&amp;/&lt;</a>", "s3cr\"t&/<") == "<a>***</a>");
    CHECK(without("a=s3cr%22t%26%2F%3C&b", "s3cr\"t&/<") == "a=***&b");
    CHECK(without("a=s3cr%22t%26%2f%3c&b", "s3cr\"t&/<") == "a=***&b");
    CHECK(without(R"("s3cr\"t&/<")", "s3cr\"t&/<") == "\"***\"");
    CHECK(without("c2VjcmV0MTIz", "secret123") == "***");
    CHECK(without("abcabc", "abc") == "abcabc"); // too short to be one
    CHECK(without("text", "") == "text");
}

TEST_CASE("Text made to be slow is not") {
    const auto start = std::chrono::steady_clock::now();
    const std::size_t size = 1024UL * 1024;
    std::string quotes;
    std::string opened;
    while (quotes.size() < size)
        quotes += "<\"<'";
    while (opened.size() < size)
        opened += "<password \"";
    for (const std::string &text : {std::string(size, '<'), std::string(size, '"'), std::string(size, '['), quotes,
                                    opened, "<a " + std::string(size, 'x'), std::string(size, '\\')})
        CHECK(blank_fields(text).size() <= text.size() + 3);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
}
