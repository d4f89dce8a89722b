#include "pfx/ber.hpp"

#include "base/encoding.hpp"
#include "support/pki.hpp"

using namespace certbroker;
using namespace certbroker::test;

namespace {

std::string converted(std::string_view hex) {
    const auto out = pfx::definite_lengths(must(from_hex(hex)));
    return out ? to_hex(*out) : out.error().id();
}

} // namespace

TEST_CASE("Definite lengths stay as they are") {
    CHECK(converted("30 03 02 01 05") == "3003020105");
    CHECK(converted("30 00") == "3000");
}

TEST_CASE("Lengths left open are filled in, on every level") {
    CHECK(converted("30 80 02 01 05 00 00") == "3003020105");
    CHECK(converted("30 80 30 80 30 80 02 01 05 00 00 00 00 00 00") == "300730053003020105");
    CHECK(converted("30 80 a0 80 04 01 ff 00 00 00 00") == "3005a0030401ff");
}

TEST_CASE("Lengths written longer than needed are shortened") {
    CHECK(converted("30 82 00 03 02 81 00") == "30020200");
}

TEST_CASE("Octet strings in pieces become whole, nested and open ones too") {
    CHECK(converted("24 80 04 02 01 02 04 01 03 00 00") == "0403010203");
    CHECK(converted("24 08 24 04 04 02 01 02 04 00") == "04020102");
    CHECK(converted("24 00") == "0400");
}

TEST_CASE("What is no BER is refused") {
    for (const char *bad :
         {"", "30", "30 05 02 01", "30 80 02 01 05", "30 80 02 01 05 00", "04 80 00 00", "1f 20 00",
          "30 03 02 01 05 00", "30 89 01 01 01 01 01 01 01 01 01", "30 84 ff ff ff ff", "24 03 02 01 05"}) {
        INFO(bad);
        CHECK(converted(bad) == "Base.Der");
    }
}

TEST_CASE("BER nested deeper than 32 levels is refused") {
    std::string deep;
    for (int i = 0; i < 32; ++i)
        deep += "3080";
    std::string closed = deep;
    for (int i = 0; i < 32; ++i)
        closed += "0000";
    CHECK(converted(closed).starts_with("30"));
    std::string deeper;
    for (int i = 0; i < 100'000; ++i)
        deeper += "3080";
    CHECK(converted(deeper) == "Base.Der");
    CHECK(converted("3080" + closed + "0000") != "");
}
