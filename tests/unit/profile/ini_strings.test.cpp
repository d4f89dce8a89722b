#include "profile/fixtures.hpp"

using namespace certbroker;
using namespace certbroker::profile;
using namespace certbroker::profile::test;

TEST_CASE("Tokens are replaced in keys and values, before and after [Strings]") {
    const IniDocument document =
        parse("[s]\n%oid% = \"a %Name% b\"\n[Strings]\nOID = \"1.2.3\"\nname = x\n[t]\nk = %NAME%%name%\n");
    CHECK(document.diagnostics.empty());
    CHECK(document.sections[0].entries[0].key == "1.2.3");
    CHECK(document.sections[0].entries[0].value == "a x b");
    CHECK(document.sections[2].entries[0].value == "xx");
    CHECK(document.find("strings")->entries.size() == 2);
}

TEST_CASE("A doubled percent sign and a lone one are percent signs") {
    const IniDocument document = parse("[s]\na = 50%% off\nb = 50% off\nc = %%x%%\n");
    CHECK(document.diagnostics.empty());
    CHECK(document.sections[0].entries[0].value == "50% off");
    CHECK(document.sections[0].entries[1].value == "50% off");
    CHECK(document.sections[0].entries[2].value == "%x%");
}

TEST_CASE("An unknown token is an error with its place; well-known names get their OID as remedy") {
    const Diagnostic unknown = only(parse("[Strings]\ndomain = x\n[s]\nk = \"a.%domian%\"\n").diagnostics, "Inf.Token");
    CHECK(place(unknown) == "4:8");
    CHECK(contains(unknown.remedy, "%domain%"));
    const Diagnostic copied = only(parse("[s]\n%szOID_SUBJECT_ALT_NAME2% = x\n").diagnostics, "Inf.Token");
    CHECK(place(copied) == "2:1");
    CHECK(contains(copied.remedy, "szOID_SUBJECT_ALT_NAME2 = \"2.5.29.17\""));
    only(parse("[s]\nk = http://a/b%20c%20d\n").diagnostics, "Inf.Token");
}

TEST_CASE("Columns behind a replaced token are those of the file") {
    const IniDocument document = parse("[Strings]\nlong = \"abcdefghij\"\n[s]\nk = \"%long%,C=x\"\n");
    const IniEntry &entry = document.sections[1].entries[0];
    CHECK(entry.value == "abcdefghij,C=x");
    CHECK(place(entry.position_of(0)) == "4:6");
    CHECK(place(entry.position_of(10)) == "4:12");
    const IniDocument joined = parse("[Strings]\nt = abc\n[s]\nk = \"%t%\"\n_continue_ = \"x%t%y\"\n");
    const IniEntry &parts = joined.sections[1].entries[0];
    CHECK(parts.value == "abcxabcy");
    CHECK(place(parts.position_of(3)) == "5:15");
    CHECK(place(parts.position_of(7)) == "5:19");
}

TEST_CASE("A token that is defined twice differently is an error") {
    only(parse("[Strings]\na = 1\na = 2\n").diagnostics, "Inf.Repeated");
    CHECK(parse("[Strings]\na = 1\nA = 1\n").diagnostics.empty());
}

TEST_CASE("Tokens cannot make a small file grow without bounds") {
    std::string text = "[Strings]\na = \"" + std::string(16000, 'x') + "\"\n[s]\n";
    for (int i = 0; i < 1000; ++i) {
        text += "k" + std::to_string(i) + " = \"";
        for (int j = 0; j < 200; ++j)
            text += "%a%";
        text += "\"\n";
    }
    const IniDocument document = parse(text);
    CHECK(has(document.diagnostics, "Inf.Limit"));
    std::size_t total = 0;
    for (const IniEntry &entry : document.sections[1].entries)
        total += entry.value.size();
    CHECK(total < (std::size_t{16} << 20U));
}
