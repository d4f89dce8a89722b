#include "shared/xml.hpp"

#include <catch2/catch_test_macros.hpp>
#include <functional>

using namespace certbroker::plugin;
using certbroker::plugin::xml::Document;

const xml::Failures &xml::failures() {
    static constexpr Failures named{ErrorKind{"Test.Answer", CBP_E_PROTOCOL, "Ask the test."},
                                    ErrorKind{"Test.Setting", CBP_E_INVALID, "Ask the test."}, "An answer"};
    return named;
}

namespace {

Failure failure_of(const std::function<void()> &body) {
    try {
        body();
    } catch (const Failure &failure) {
        return failure;
    }
    return Failure{CBP_OK, "nothing failed", ""};
}
std::string id_of(const std::function<void()> &body) {
    return failure_of(body).id;
}
bool has(const std::string &text, const std::string &part) {
    return text.find(part) != std::string::npos;
}

std::string refusal(const std::string &text, const xml::Limits &limits = {}) {
    const Failure problem = failure_of([&] { Document(text, limits, "The answer"); });
    CHECK(problem.id == "Test.Answer");
    CHECK(problem.status == CBP_E_PROTOCOL);
    return problem.message;
}

} // namespace

TEST_CASE("xml: elements are found by local name and namespace, whatever the prefix") {
    const Document document(
        "<a:r xmlns:a='urn:1' xmlns:b='urn:2' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'>"
        "<x xmlns='urn:1'> one </x><b:x>two</b:x><a:n xsi:nil='true'>3</a:n><a:c><![CDATA[<4>]]></a:c>"
        "<a:i> 7 </a:i><a:f>1</a:f></a:r>",
        {}, "The answer");
    const xml::Element root = document.root();
    CHECK(root.local_name() == "r");
    CHECK(root.name_space() == "urn:1");
    CHECK(root.text_of("x") == "one");
    CHECK(root.child("x", "urn:2").text() == "two");
    CHECK(root.child("n").is_nil());
    CHECK(root.text_of("n").empty());
    CHECK(root.text_of("c") == "<4>");
    CHECK(root.number_of("i") == 7);
    CHECK(root.flag_of("f") == true);
    CHECK_FALSE(root.flag_of("x"));
    CHECK_FALSE(root.child("missing"));
    CHECK(id_of([&] { (void)root.required("missing"); }) == "Test.Answer");
    CHECK(id_of([&] { (void)root.number_of("x"); }) == "Test.Answer");
    CHECK(root.children("x").size() == 1);
    CHECK(root.children().size() == 6);
}

TEST_CASE("xml: what may be there once is there once") {
    const Document document("<r><a>1</a><a>2</a></r>", {}, "The answer");
    CHECK(has(failure_of([&] { (void)document.root().child("a"); }).message, "'a' twice in 'r'"));
    CHECK(document.root().children("a").size() == 2);
}

TEST_CASE("xml: document types, entities and processing instructions are refused before anything is parsed") {
    CHECK(has(refusal("<!DOCTYPE r [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><r>&b;</r>"), "document type"));
    CHECK(has(refusal("<r><!ENTITY a 'x'></r>"), "document type"));
    CHECK(has(refusal("<r><?php echo 1 ?></r>"), "processing instruction"));
    CHECK(has(refusal("<?xml-stylesheet href='x'?><r/>"), "processing instruction"));
    CHECK_NOTHROW(Document("<?xml version='1.0'?><!-- <!DOCTYPE --><r a='>'><![CDATA[<!DOCTYPE]]></r>", {}, "x"));
}

TEST_CASE("xml: size, depth, elements and attributes are bounded") {
    xml::Limits limits;
    limits.bytes = 100;
    CHECK(has(refusal("<r>" + std::string(200, 'x') + "</r>", limits), "larger than 100 bytes"));
    std::string deep;
    for (int i = 0; i < 100; ++i)
        deep = "<d>" + deep + "</d>";
    CHECK(has(refusal(deep), "nested too deeply"));
    limits = {};
    limits.elements = 10;
    limits.attributes = 3;
    std::string wide = "<r>";
    for (int i = 0; i < 20; ++i)
        wide += "<a/>";
    CHECK(has(refusal(wide + "</r>", limits), "too many elements"));
    CHECK(has(refusal("<r a='1' b='2' c='3' d='4'/>", limits), "too many attributes"));
}

TEST_CASE("xml: what is no XML is said so") {
    for (const char *broken : {"", "   ", "hello", "<r>", "<r></r></r>", "</r>", "<r><a></r></a>", "<r", "<r a='1>",
                               "<!-- never closed", "<r><![CDATA[x</r>"})
        CHECK_FALSE(refusal(broken).empty());
    CHECK(has(refusal(std::string("<r>\0</r>", 8)), "not UTF-8"));
    CHECK(has(refusal("<r>\xff</r>"), "not UTF-8"));
    CHECK(has(refusal("\xff\xfe<\0r\0"), "not UTF-8"));
}

TEST_CASE("xml: a character reference to what is no character") {
    const Document document("<r>&#xD800;</r>", {}, "The answer");
    CHECK(id_of([&] { (void)document.root().text(); }) == "Test.Answer");
}

TEST_CASE("xml: texts are escaped, and what XML cannot hold is refused") {
    xml::Writer writer;
    writer.open("a", "x=\"1\"").element("b", "<&>\"'\r\n\xc3\xa4").close();
    CHECK(writer.take() == "<a x=\"1\"><b>&lt;&amp;&gt;&quot;&apos;&#13;\n\xc3\xa4</b></a>");
    for (const std::string &bad :
         {std::string("a\x01"), std::string("a\0b", 3), std::string("\xff"), std::string("\xef\xbf\xbf")})
        CHECK(id_of([&] { (void)xml::escape(bad); }) == "Test.Setting");
}
