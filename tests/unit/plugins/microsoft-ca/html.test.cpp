#include "html.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace microsoft_ca;

namespace {

std::string taken(std::string_view page) {
    std::string out;
    html::take_apart(page, [&](html::Part part, std::string_view text) {
        out += part == html::Part::tag ? "T" : part == html::Part::script ? "S" : "x";
        out += "[" + std::string(text) + "]";
    });
    return out;
}

} // namespace

TEST_CASE("html: tags, scripts, remarks and text are told apart") {
    CHECK(taken("a<b>c</b>") == "x[a]T[<b>]x[c]T[</b>]");
    CHECK(taken("<script>if (a<b) x();</script>y") == "T[<script>]S[if (a<b) x();]T[</script>]x[y]");
    CHECK(taken("a<!-- <b> -->c<!-- open") == "x[a]x[c]");
    CHECK(taken("<style>p{}</style>") == "T[<style>]T[</style>]");
    CHECK(taken("<a href=\">\">z") == "T[<a href=\">\">]x[z]");
    CHECK(taken("<a href=\"open>z") == "T[<a href=\"open>]x[z]");
    CHECK(taken("1 < 2") == "x[1 ]x[<]x[ 2]");
    CHECK(taken("<a") == "T[<a]");
    CHECK(taken("<SCRIPT>x</ScRiPt>") == "T[<SCRIPT>]S[x]T[</ScRiPt>]");
}

TEST_CASE("html: a tag has a name") {
    CHECK(html::name_of("<INPUT type=x>") == "input");
    CHECK(html::name_of("</H1>") == "/h1");
    CHECK(html::name_of("<>").empty());
}

TEST_CASE("html: entities are characters, and what is none stays") {
    CHECK(html::decode("&lt;&gt;&amp;amp;&quot;&#65;&#x42;") == "<>&amp;\"AB");
    CHECK(html::decode("& &; &x &nosuch; &#; &#x;") == "& &; &x &nosuch; &#; &#x;");
    CHECK(html::decode("&#x1F511;") == "\xf0\x9f\x94\x91");
    CHECK(html::decode("&#xD800;&#x110000;") == "??");
}

TEST_CASE("html: what is no UTF-8 is repaired") {
    CHECK(html::repaired("a\xc3\xa9") == "a\xc3\xa9");
    CHECK(html::repaired("a\xe9z\xc3") == "a?z?");
}
