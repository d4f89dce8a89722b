#include "base/error.hpp"

#include <catch2/catch_test_macros.hpp>

#include "base/errors.hpp"
#include "base/result.hpp"

using namespace certbroker;

namespace {

Result<int> half(int number) {
    if (number % 2 != 0) return fail(errors::argument, "The number could not be halved: it is odd");
    return number / 2;
}

Result<int> quarter(int number) {
    CERTBROKER_TRY(const int once, half(number));
    CERTBROKER_TRY(const int twice, half(once));
    return twice;
}

Result<void> check_quarter(int number) {
    CERTBROKER_CHECK(quarter(number));
    return success();
}

int depth(const Error &error) {
    int count = 0;
    for (const Error *cause = error.cause(); cause != nullptr; cause = cause->cause())
        ++count;
    return count;
}

} // namespace

TEST_CASE("an error takes status, id and remedy from its catalogue row") {
    const Error error = fail(errors::file_missing, "The file could not be read: it is not there");
    CHECK(error.id() == "Base.FileMissing");
    CHECK(error.status() == Status::not_found);
    CHECK(error.remedy() == errors::file_missing.remedy);
    CHECK(error.message() == "The file could not be read: it is not there");
    CHECK(error.source().empty());
    CHECK(error.cause() == nullptr);
}

TEST_CASE("messages and remedies are one line, whatever text they quote") {
    const Error error = fail(errors::argument, "a\r\nb\x1b[31m\x7f").with_remedy("c\nd");
    CHECK(error.message() == "a  b [31m ");
    CHECK(error.remedy() == "c d");
}

TEST_CASE("context is added going up and never replaced") {
    const Error error = fail(errors::database, "outer")
                            .in("core.journal")
                            .in("later")
                            .because(fail(errors::file_io, "inner").in("base").with(ErrorNumber::os_code, 28))
                            .because(fail(errors::argument, "too late"));
    CHECK(error.source() == "core.journal");
    REQUIRE(error.cause() != nullptr);
    CHECK(error.cause()->message() == "inner");
    CHECK(describe(error) == "outer: inner");
    CHECK(error.numbers().at(ErrorNumber::os_code) == 28);
}

TEST_CASE("place and numbers rise with the cause, the outer ones win") {
    const Error inner = fail(errors::argument, "inner").at("a.inf", 3, 7).with(ErrorNumber::http_status, 500);
    const Error plain = fail(errors::text, "outer").because(inner);
    CHECK(plain.file() == "a.inf");
    CHECK(plain.numbers().at(ErrorNumber::line) == 3);
    CHECK(plain.numbers().at(ErrorNumber::column) == 7);
    const Error placed = fail(errors::text, "outer").at("b.inf", 1, 2).because(inner);
    CHECK(placed.file() == "b.inf");
    CHECK(placed.numbers().at(ErrorNumber::line) == 1);
    CHECK(placed.numbers().at(ErrorNumber::http_status) == 500);
}

TEST_CASE("a chain keeps the four outermost causes") {
    Error error = fail(errors::argument, "0");
    for (int i = 1; i < 10; ++i)
        error = fail(errors::argument, std::to_string(i)).because(std::move(error));
    CHECK(depth(error) == 4);
    CHECK(describe(error) == "9: 8: 7: 6: 5");
}

TEST_CASE("a status of a plugin's own replaces the catalogue's") {
    CHECK(fail(errors::argument, "x").with_status(Status::remote).status() == Status::remote);
}

TEST_CASE("every status has a name and a sentence") {
    CHECK(status_name(Status::ok) == "OK");
    CHECK(status_name(Status::not_found) == "E_NOT_FOUND");
    CHECK(status_name(static_cast<Status>(4711)) == "E_UNKNOWN");
    CHECK_FALSE(status_sentence(Status::busy).empty());
    CHECK_FALSE(status_sentence(static_cast<Status>(4711)).empty());
}

TEST_CASE("results carry values and errors through the macros") {
    CHECK(*quarter(8) == 2);
    CHECK(check_quarter(8));
    for (const int odd : {7, 6}) {
        CHECK_FALSE(quarter(odd));
        CHECK(quarter(odd).error().id() == "Base.Argument");
        CHECK(check_quarter(odd).error().message() == "The number could not be halved: it is odd");
    }
    Result<std::string> text = std::string("abc");
    CHECK(text->size() == 3);
    CHECK((*std::move(text)) == "abc");
}

TEST_CASE("An error may be given more of itself in place") {
    certbroker::Error error = certbroker::fail(certbroker::errors::argument, "It could not be done: why");
    error = std::move(error).with_remedy("Do it right.");
    error = std::move(error).with(certbroker::ErrorNumber::http_status, 503).in("somewhere");
    CHECK(error.message() == "It could not be done: why");
    CHECK(error.remedy() == "Do it right.");
    CHECK(error.source() == "somewhere");
    CHECK(error.numbers().at(certbroker::ErrorNumber::http_status) == 503);
}
