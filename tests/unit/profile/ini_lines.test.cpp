#include "profile/fixtures.hpp"
#include "profile/ini_parser.hpp"

using namespace certbroker;
using namespace certbroker::profile;
using namespace certbroker::profile::test;

namespace {

/// The value of the first entry of [s] when `line` stands below it.
IniEntry entry_of(const std::string &line, std::string_view finding = {}) {
    const IniDocument document = parse("[s]\n" + line);
    if (finding.empty()) {
        CHECK(rules(document.diagnostics).empty());
    } else {
        CHECK(rules(document.diagnostics) == std::vector<std::string>{std::string(finding)});
    }
    REQUIRE(document.sections.size() == 1);
    REQUIRE(document.sections[0].entries.size() == 1);
    return document.sections[0].entries[0];
}

} // namespace

TEST_CASE("Blanks around keys and values do not count, with tabs and no-break spaces among them") {
    const IniEntry entry = entry_of(" \t Key \t=\u00a0 a value \u00a0\t ");
    CHECK(entry.key == "Key");
    CHECK(entry.value == "a value");
    CHECK(place(entry.key_position) == "2:4");
    CHECK(place(entry.value_position) == "2:12");
}

TEST_CASE("Only a semicolon outside quotes starts a comment") {
    CHECK(entry_of("k = 1.2.3 ; text // more").value == "1.2.3");
    CHECK(entry_of("k = \"a;b\" ; c").value == "a;b");
    CHECK(entry_of("k = CN=a,O=\"b;c\" ; d").value == "CN=a,O=\"b;c\"");
    CHECK(entry_of("k = http://example.com/a//b").value == "http://example.com/a//b");
    CHECK(entry_of("k = \"x // y\"").value == "x // y");
    CHECK(entry_of("k = O=\"x // y\"").value == "O=\"x // y\"");
    CHECK(parse("; a\n   ;b\n\n[s] ; c\n").diagnostics.empty());
}

TEST_CASE("A remark behind // is an error that names it, and the value in front of it is kept") {
    const IniDocument document = parse("[s]\nk = 2048 // bits of the key\n");
    const Diagnostic finding = only(document.diagnostics, "Inf.Remark");
    CHECK(contains(finding.message, "'// bits of the key'"));
    CHECK(contains(finding.remedy, "semicolon"));
    CHECK(place(finding) == "2:10");
    CHECK(document.sections[0].entries[0].value == "2048");
    CHECK(place(only(parse("[s]\nk = \"a\" // b").diagnostics, "Inf.Remark")) == "2:9");
    CHECK(place(only(parse("[s]\n// b = c").diagnostics, "Inf.Remark")) == "2:1");
    CHECK(place(only(parse("[s]\n # b").diagnostics, "Inf.Remark")) == "2:2");
}

TEST_CASE("A doubled quote inside quotes is one quote, and columns behind it stay right") {
    const IniEntry entry = entry_of("k = \"CN=a,O=\"\"b, c\"\",C=x\"");
    CHECK(entry.value == "CN=a,O=\"b, c\",C=x");
    CHECK(entry.quoted);
    CHECK(place(entry.position_of(0)) == "2:6");
    CHECK(place(entry.position_of(entry.value.find("C=x"))) == "2:22");
    CHECK(entry_of("k = \"\"").value.empty());
    CHECK(entry_of("k = \"\"\"a\"\"\"").value == "\"a\"");
    CHECK(entry_of("k =").value.empty());
}

TEST_CASE("A missing closing quote ends the value with its line, with a warning") {
    const IniDocument document = parse("[s]\nk = \"CN=a,O=b  \nl = 1\n");
    const Diagnostic finding = only(document.diagnostics, "Inf.UnclosedQuote");
    CHECK(finding.severity == Severity::warning);
    CHECK(place(finding) == "2:5");
    CHECK(document.sections[0].entries[0].value == "CN=a,O=b");
    CHECK(document.sections[0].entries[1].value == "1");
    CHECK(entry_of("k = CN=a,O=\"b", "Inf.UnclosedQuote").value == "CN=a,O=\"b");
}

TEST_CASE("Text behind a closing quote is an error that shows how quotes are nested") {
    const Diagnostic finding = only(parse("[s]\nk = \"CN=a,O=\"My, Ltd\"\"").diagnostics, "Inf.Quote");
    CHECK(place(finding) == "2:14");
    CHECK(contains(finding.remedy, "\"\""));
    only(parse("[s]\nk = “CN=a”").diagnostics, "Inf.Quote");
}

TEST_CASE("Flags may be quoted together or one by one") {
    CHECK(entry_of("k = \"A | B\"").value == "A | B");
    CHECK(entry_of("k = \"A\" | \"B\" ; c").value == "A|B");
    CHECK(entry_of("k = \"A\" | B").value == "A|B");
}

TEST_CASE("Sections of one name are one section, in any case") {
    const IniDocument document = parse("[NewRequest]\na=1\n[x]\n[NEWREQUEST]\nb=2\n");
    REQUIRE(document.sections.size() == 2);
    CHECK(document.find("newrequest")->entries.size() == 2);
    CHECK(document.find("none") == nullptr);
}

TEST_CASE("_continue_ appends to the value above, and each part keeps its place") {
    for (const std::string key : {"_continue_", "continue", "_CONTINUE_"}) {
        CAPTURE(key);
        const IniDocument document =
            parse("[s]\nk = \"{text}\" ; c\n; between\n  " + key + " = \"dns=a&\"\n" + key + " = dns=b\n");
        CHECK(document.diagnostics.empty());
        const IniEntry &entry = document.sections[0].entries.front();
        CHECK(document.sections[0].entries.size() == 1);
        CHECK(entry.value == "{text}dns=a&dns=b");
        CHECK(place(entry.position_of(0)) == "2:6");
        CHECK(place(entry.position_of(6)) == "4:" + std::to_string(3 + key.size() + 4));
        CHECK(entry.position_of(12).line == 5);
    }
}

TEST_CASE("_continue_ without a line above it is an error, below a broken line it is passed over") {
    CHECK(place(only(parse("[s]\n_continue_ = a\n").diagnostics, "Inf.Continue")) == "2:1");
    CHECK(place(only(parse("[s]\na=1\n[t]\n_continue_ = a\n").diagnostics, "Inf.Continue")) == "4:1");
    only(parse("[s]\nbroken\n_continue_ = a\n").diagnostics, "Inf.Syntax");
    only(parse("_continue_ = a\n").diagnostics, "Inf.Continue");
}

TEST_CASE("Lines that are nothing an INF knows are errors with their place") {
    CHECK(place(only(parse("[s]\n  broken ; c\n").diagnostics, "Inf.Syntax")) == "2:3");
    CHECK(place(only(parse("[s]\n = 1\n").diagnostics, "Inf.Syntax")) == "2:2");
    CHECK(place(only(parse("[s\n").diagnostics, "Inf.Syntax")) == "1:1");
    CHECK(place(only(parse("[s] x\n").diagnostics, "Inf.Syntax")) == "1:5");
    CHECK(place(only(parse("[]\n").diagnostics, "Inf.Syntax")) == "1:1");
    CHECK(place(only(parse("a = 1\n").diagnostics, "Inf.Syntax")) == "1:1");
}

TEST_CASE("Control characters are told with their place, whatever else the line holds") {
    std::string text = "[NewRequest]\nSubject = CN=a\nKeyLength = 2048\nFriendlyName = a?b\n";
    text[text.find('?')] = '\0';
    const Diagnostic finding = only(parse(text).diagnostics, "Inf.Character");
    CHECK(place(finding) == "4:17");
    CHECK(contains(finding.message, "NUL"));
}

TEST_CASE("Columns count characters, not bytes") {
    const Diagnostic finding = only(parse("[s]\n\"Größe\" = \"ä\" x\n").diagnostics, "Inf.Quote");
    CHECK(place(finding) == "2:15");
}

TEST_CASE("Line ends of all systems count the same, and the last line needs none") {
    for (const std::string end : {"\n", "\r\n", "\r"}) {
        const IniDocument document = parse("[s]" + end + end + "a=1" + end + "b=2");
        CHECK(document.diagnostics.empty());
        REQUIRE(document.sections[0].entries.size() == 2);
        CHECK(document.sections[0].entries[1].key_position.line == 4);
    }
}

TEST_CASE("Lines, values and files have limits") {
    only(parse("[s]\nk = " + std::string(17000, 'a') + "\n_continue_ = b\n").diagnostics, "Inf.Limit");
    std::string joined = "[s]\nk = a\n";
    for (int i = 0; i < 20; ++i)
        joined += "_continue_ = " + std::string(16000, 'b') + "\n";
    only(parse(joined).diagnostics, "Inf.Limit");
    only(parse(std::string(100'001, '\n')).diagnostics, "Inf.Limit");
    std::string broken = "[s]\n";
    for (int i = 0; i < 600; ++i)
        broken += "x\n";
    const IniDocument document = parse(broken);
    CHECK(document.diagnostics.size() == 500);
    CHECK(document.diagnostics.back().rule == "Inf.Limit");
}

TEST_CASE("A long line of doubled quotes takes no longer than its length") {
    std::string text = "[s]\n";
    for (int i = 0; i < 60; ++i)
        text += "k" + std::to_string(i) + " = \"" + std::string(16000, '"') + "\"\n";
    CHECK(parse(text).sections[0].entries.size() == 60);
}

TEST_CASE("Quoted keys are keys") {
    CHECK(entry_of("\"2.5.29.17\" = \"x\"").key == "2.5.29.17");
    CHECK(entry_of("\"a;b=c\" = x").key == "a;b=c");
}
