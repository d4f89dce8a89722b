#include "store/folder/properties.hpp"

#include "support/pki.hpp"

using namespace certbroker;
using namespace certbroker::test;
using store::Properties;

TEST_CASE("Properties are written and read back, whatever the name holds") {
    for (const std::string &name : {std::string(), std::string("Web"), std::string("Web Ünï 😀"), std::string("a: b"),
                                    std::string(" x "), std::string("two\nlines\r\n"), std::string("back\\slash \\x41"),
                                    std::string("nul\0!", 5), std::string("\x7f")}) {
        for (const bool archived : {false, true}) {
            const Properties properties{name, archived};
            const std::string text = store::write_properties(properties);
            INFO(text);
            CHECK(must(store::read_properties(text)) == properties);
        }
    }
}

TEST_CASE("Unknown properties, CRLF and blank lines are passed over") {
    CHECK(must(store::read_properties("future: 1\r\n\r\nfriendly-name: x\r\narchived: yes")) == Properties{"x", true});
    CHECK(must(store::read_properties("")) == Properties{});
    CHECK(Properties{}.plain());
    CHECK_FALSE((Properties{"x", false}.plain()));
    CHECK_FALSE((Properties{"", true}.plain()));
}

TEST_CASE("Garbage is damaged, not a name") {
    for (const std::string &bad : {std::string("garbage"), std::string("\xff\xfe\x00", 3),
                                   std::string("friendly-name: \\x4"), std::string("friendly-name: \\n"),
                                   std::string("friendly-name: \\xzz"), std::string("friendly-name: \\xff")}) {
        INFO(bad);
        CHECK(id_of(store::read_properties(bad)) == "Store.Damaged");
    }
}
