#include "x509/ip.hpp"

#include "x509/fixtures.hpp"

using namespace certbroker;
using certbroker::x509::detail::format_ip;
using certbroker::x509::detail::parse_ip;

TEST_CASE("Addresses are read and written in their canonical form") {
    const std::vector<std::pair<std::string, std::string>> rows{
        {"192.0.2.1", "192.0.2.1"},
        {"0.0.0.0", "0.0.0.0"},
        {"255.255.255.255", "255.255.255.255"},
        {"::", "::"},
        {"::1", "::1"},
        {"1::", "1::"},
        {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
        {"2001:db8::0:1", "2001:db8::1"},
        {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
        {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
        {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
        {"::ffff:192.0.2.1", "::ffff:c000:201"},
        {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
        {"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
    };
    for (const auto &[text, canonical] : rows) {
        INFO(text);
        const auto octets = parse_ip(text);
        REQUIRE(octets);
        CHECK(format_ip(*octets) == canonical);
        CHECK(parse_ip(canonical) == octets);
    }
    CHECK(format_ip(Bytes(5)).empty());
}

TEST_CASE("Whatever else people write as an address is refused") {
    for (const char *text : {"",
                             "1.2.3",
                             "1.2.3.4.5",
                             "01.2.3.4",
                             "1.2.3.256",
                             "1.2.3.4 ",
                             " 1.2.3.4",
                             "1.2.3.-4",
                             "1.2.3.+4",
                             "0x1.2.3.4",
                             "1.2.3.4/24",
                             "1.2.3.4:80",
                             ":",
                             ":::",
                             "1:2",
                             "1:2:3:4:5:6:7",
                             "1:2:3:4:5:6:7:8:9",
                             "1::2::3",
                             "12345::",
                             "g::",
                             "fe80::1%eth0",
                             "[::1]",
                             "1:2:3:4:5:6:7::8",
                             "::1.2.3",
                             "1.2.3.4::",
                             "::1.2.3.4:5",
                             ":1:2:3:4:5:6:7",
                             "1:2:3:4:5:6:7:"}) {
        INFO(text);
        CHECK_FALSE(parse_ip(text));
    }
}
