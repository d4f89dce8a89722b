#include "profile/connector_xml.hpp"

#include <pugixml.hpp>

#include <functional>

#include "profile/connector_fixtures.hpp"

using namespace certbroker;
using namespace certbroker::profile;
using namespace certbroker::profile::test;

namespace {

std::string failure(std::string_view text) {
    const auto document = scan_xml(text, "x.config");
    if (document) return {};
    const Error &error = document.error();
    CHECK(error.id() == "Connector.Xml");
    CHECK(error.file() == "x.config");
    return std::to_string(error.numbers().at(ErrorNumber::line)) + ":" +
           std::to_string(error.numbers().at(ErrorNumber::column));
}

} // namespace

TEST_CASE("Elements come in order with their places, and values with their references resolved") {
    const std::string text =
        "<?xml version='1.0' encoding=\"utf-8\" ?>\n<a>\n <b x = 'A&amp;&#66;&#x43;&lt;\n'/>text<c></c >\n</a>";
    const XmlDocument document = must(scan_xml(text, "x"));
    CHECK(document.encoding == "utf-8");
    REQUIRE(document.elements.size() == 3);
    const XmlElement &b = document.elements[1];
    CHECK(b.name == "b");
    CHECK(b.parent == 0);
    CHECK(b.closes_itself());
    REQUIRE(b.find("x") != nullptr);
    CHECK(b.find("x")->value == "A&BC< ");
    CHECK(text.substr(b.find("x")->begin, b.find("x")->end - b.find("x")->begin) == "A&amp;&#66;&#x43;&lt;\n");
    CHECK(b.find("y") == nullptr);
    const XmlElement &c = document.elements[2];
    CHECK_FALSE(c.closes_itself());
    CHECK(text.substr(c.start, c.end - c.start) == "<c></c >");
    CHECK(xml_place(text, b.start) == std::pair<std::uint32_t, std::uint32_t>(3, 2));
}

TEST_CASE("What is not well formed is refused at its place") {
    CHECK(failure("") == "1:1");
    CHECK(failure("text") == "1:1");
    CHECK(failure("<a>") == "1:1");
    CHECK(failure("<a></b>") == "1:4");
    CHECK(failure("</a>") == "1:1");
    CHECK(failure("<a/><b/>") == "1:5");
    CHECK(failure("<a/>x") == "1:5");
    CHECK(failure("<a\n  x=1/>") == "2:5");
    CHECK(failure("<a x=\"1\"y=\"2\"/>") == "1:9");
    CHECK(failure("<a x='1' x='2'/>") == "1:10");
    CHECK(failure("<a ä='<'/>") == "1:7");
    CHECK(failure("<a x='1/>") == "1:6");
    CHECK(failure("<a x/>") == "1:5");
    CHECK(failure("<a") == "1:1");
    CHECK(failure("<1/>") == "1:2");
    CHECK(failure("<a>&nbsp;</a>") == "1:4");
    CHECK(failure("<a>&#0;</a>") == "1:4");
    CHECK(failure("<a>&#x110000;</a>") == "1:4");
    CHECK(failure("<a>& b</a>") == "1:4");
    CHECK(failure("<a x='&lt'/>") == "1:7");
    CHECK(failure("<!-- a") == "1:1");
    CHECK(failure("<!-- a -- b --><a/>") == "1:8");
    CHECK(failure("<?pi") == "1:1");
    CHECK(failure(" <?xml version='1.0'?><a/>") == "1:2");
    CHECK(failure("<?xml version='1.0'><a/>") == "1:20");
    CHECK(failure("<a><![CDATA[x</a>") == "1:4");
    CHECK(failure("<![CDATA[x]]><a/>") == "1:1");
    CHECK(failure(std::string("<a>\0</a>", 8)) == "1:4");
    CHECK(failure("<a>\x1f</a>") == "1:4");
    CHECK(failure("<a/>").empty());
    CHECK(failure("<a><?pi x?><!----></a>\n<!-- end -->\n").empty());
}

TEST_CASE("Document types and entities are refused, whatever they would do") {
    CHECK(failure("<!DOCTYPE a><a/>") == "1:1");
    CHECK(failure("<?xml version='1.0'?>\n<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>") == "2:1");
    CHECK(failure("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>") == "1:1");
    CHECK(failure("<a><!ENTITY b 'c'></a>") == "1:4");
}

TEST_CASE("Depth and numbers are limited") {
    const auto nested = [](std::size_t depth) {
        std::string text;
        for (std::size_t i = 0; i < depth; ++i)
            text += "<a>";
        for (std::size_t i = 0; i < depth; ++i)
            text += "</a>";
        return text;
    };
    CHECK(failure(nested(64)).empty());
    CHECK(failure(nested(65)) == "1:193");
    std::string many = "<a>";
    for (int i = 0; i < 20'000; ++i)
        many += "<b/>";
    CHECK_FALSE(failure(many + "</a>").empty());
    std::string attributes = "<a";
    for (int i = 0; i <= 100; ++i)
        attributes += " x" + std::to_string(i) + "=''";
    CHECK_FALSE(failure(attributes + "/>").empty());
}

TEST_CASE("An independent parser sees the same elements and values") {
    for (const std::string_view text : {printed_config, full_config}) {
        const XmlDocument mine = must(scan_xml(text, "x"));
        pugi::xml_document theirs;
        REQUIRE(theirs.load_buffer(text.data(), text.size()));
        std::size_t index = 0;
        const std::function<void(pugi::xml_node)> compare = [&](pugi::xml_node node) {
            for (const pugi::xml_node child : node.children()) {
                if (child.type() != pugi::node_element) continue;
                REQUIRE(index < mine.elements.size());
                const XmlElement &element = mine.elements[index++];
                CHECK(element.name == child.name());
                std::size_t count = 0;
                for (const pugi::xml_attribute attribute : child.attributes()) {
                    REQUIRE(element.find(attribute.name()) != nullptr);
                    CHECK(element.find(attribute.name())->value == attribute.value());
                    ++count;
                }
                CHECK(element.attributes.size() == count);
                compare(child);
            }
        };
        compare(theirs);
        CHECK(index == mine.elements.size());
    }
}
