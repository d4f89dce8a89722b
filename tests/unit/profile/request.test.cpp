#include "profile/request.hpp"

#include "profile/fixtures.hpp"

using namespace certbroker;
using namespace certbroker::profile;
using namespace certbroker::profile::test;

TEST_CASE("A request with warnings is usable, one with an error fails with the first") {
    const Request warned = read_new_request("Foo = 1\n");
    CHECK_FALSE(warned.has_errors());
    CHECK(warned.usable().has_value());
    const Request wrong = read_new_request("Foo = 1\nExportable = maybe\nKeyLength = x\n");
    CHECK(wrong.has_errors());
    const auto usable = wrong.usable();
    REQUIRE_FALSE(usable);
    CHECK(usable.error().id() == "Inf.Boolean");
    CHECK(usable.error().file() == "test.ini");
    CHECK(usable.error().numbers().at(ErrorNumber::line) == 4);
    CHECK(usable.error().numbers().at(ErrorNumber::column) == 14);
}

TEST_CASE("require_acceptable gives the first error of all checks") {
    CHECK(require_acceptable(read_new_request("KeyLength=2048\n"), nullptr).has_value());
    CHECK(id_of(require_acceptable(read_new_request("KeyLength=1024\n"), nullptr)) == "Request.KeyLength");
    Policy policy;
    policy.profile = "server";
    policy.required_subject = {"O"};
    const auto refused = require_acceptable(read_new_request(""), &policy);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().id() == "Policy.SubjectRequired");
    CHECK(refused.error().status() == Status::policy);
}
