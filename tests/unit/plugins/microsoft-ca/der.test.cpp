#include "der.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace microsoft_ca;

namespace {

std::string bytes(std::initializer_list<int> octets) {
    std::string out;
    for (const int octet : octets)
        out += static_cast<char>(octet);
    return out;
}

} // namespace

TEST_CASE("der: usages, policies and key usage are read") {
    CHECK(der::read_usages(bytes({0x30, 0x0a, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 1})) ==
          std::vector<std::string>{"1.3.6.1.5.5.7.3.1"});
    CHECK(der::read_usages(bytes({0x30, 0x06, 6, 4, 0x55, 0x1d, 0x25, 0})) == std::vector<std::string>{"2.5.29.37.0"});
    CHECK(der::read_policies(bytes({0x30, 0x0c, 0x30, 0x0a, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 2})) ==
          std::vector<std::string>{"1.3.6.1.5.5.7.3.2"});
    CHECK(der::read_key_usage(bytes({3, 2, 5, 0xa0})) ==
          std::vector<std::string>{"DigitalSignature", "KeyEncipherment"});
    CHECK(der::read_key_usage(bytes({3, 3, 7, 0, 0x80})) == std::vector<std::string>{"DecipherOnly"});
    CHECK(der::read_usages(bytes({0x30, 0})).value().empty());
}

TEST_CASE("der: what is malformed gives nothing") {
    for (const std::string &bad :
         {bytes({}), bytes({0x30}), bytes({0x30, 5, 6, 8}), bytes({0x31, 0}), bytes({0x30, 2, 6, 0}),
          bytes({0x30, 3, 6, 1, 0x80}), bytes({0x30, 0, 0}), bytes({0x30, 0x84, 0, 0, 0, 0}), bytes({0x30, 2, 2, 0})})
        CHECK_FALSE(der::read_usages(bad));
    CHECK_FALSE(der::read_policies(bytes({0x30, 0x0a, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 1})));
    CHECK_FALSE(der::read_key_usage(bytes({3, 0})));
    CHECK_FALSE(der::read_key_usage(bytes({4, 2, 5, 0xa0})));
}
