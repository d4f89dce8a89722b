#include "profile/findings.hpp"

#include "profile/errors.hpp"
#include "profile/fixtures.hpp"

using namespace certbroker;
using namespace certbroker::profile;
using namespace certbroker::profile::test;

TEST_CASE("A finding has its rule, place, message and remedy, each on one line") {
    std::vector<Diagnostic> list;
    Findings findings(list, "a.inf");
    findings.add(errors::inf_number, {3, 7}, "KeyLength could not be read:\nx");
    findings.add(diagnostics::encipher_only, {4, 1}, "message", "own remedy");
    REQUIRE(list.size() == 2);
    CHECK(list[0].rule == "Inf.Number");
    CHECK(list[0].severity == Severity::error);
    CHECK(list[0].message == "KeyLength could not be read: x");
    CHECK(list[0].remedy == errors::inf_number.remedy);
    CHECK(list[0].file == "a.inf");
    CHECK(place(list[0]) == "3:7");
    CHECK(list[1].severity == Severity::information);
    CHECK(list[1].remedy == "own remedy");
}

TEST_CASE("A finding becomes an error with the status of its rule") {
    std::vector<Diagnostic> list;
    Findings(list, "a.inf").add(errors::policy_digest, {3, 7}, "no");
    const Error error = to_error(list.front());
    CHECK(error.id() == "Policy.Digest");
    CHECK(error.status() == Status::policy);
    CHECK(error.file() == "a.inf");
    CHECK(error.numbers().at(ErrorNumber::line) == 3);
    CHECK(error.numbers().at(ErrorNumber::column) == 7);
}

TEST_CASE("Pieces of the file are shown short and on one line") {
    CHECK(shown("a\nb") == "'a b'");
    CHECK(shown(std::string(100, 'x')) == "'" + std::string(60, 'x') + "...'");
    CHECK(shown("ä") == "'ä'");
}

TEST_CASE("Messages of lower layers come without their own columns, causes included") {
    Error inner = fail(errors::inf_oid, "inner (column 3)");
    const Error outer = fail(errors::inf_san, "outer (column 12)").because(std::move(inner));
    CHECK(message_without_column(outer) == "outer: inner");
}
