#include "certsrv_form.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace microsoft_ca;

TEST_CASE("certsrv: a form escapes everything that could end a field") {
    CHECK(certsrv::escaped("a+b c/=&%\r\n") == "a%2Bb%20c%2F%3D%26%25%0D%0A");
    CHECK(certsrv::escaped("\xc3\xa9-._~9Z") == "%C3%A9-._~9Z");
    CHECK(certsrv::write_form({{"a", "1"}, {"b&", ""}}) == "a=1&b%26=");
    CHECK(certsrv::write_request("MII+/=", "CertificateTemplate:User\r\n") ==
          "Mode=newreq&CertRequest=MII%2B%2F%3D&CertAttrib=CertificateTemplate%3AUser%0D%0A&FriendlyType=Saved-Request%"
          "20Certificate&TargetStoreFlags=0&SaveCert=yes&ThumbPrint=");
}
