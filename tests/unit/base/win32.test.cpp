#include "base/win32.hpp"

#include <catch2/catch_test_macros.hpp>

#include "base/errors.hpp"

using namespace certbroker;

TEST_CASE("text crosses to UTF-16 and back, also what lies beyond the first plane") {
    const std::string text = "Gr\u00fc\u00dfe \U0001F511 \u65e5\u672c";
    const std::wstring wide = win32::widen(text);
    CHECK(wide.size() == 11); // the key takes two units
    CHECK(win32::narrow(wide) == text);
    CHECK(win32::widen("").empty());
    CHECK(win32::narrow(static_cast<const wchar_t *>(nullptr)).empty());
    // Half a character is shown as one that cannot be, and nothing else is lost.
    CHECK(win32::narrow(win32::widen("a\xc3z")) == "a\xef\xbf\xbdz");
}

TEST_CASE("Windows' errors are told in words and as their number") {
    const Error error = win32::system_error(errors::file_access, "The file could not be written", ERROR_ACCESS_DENIED);
    CHECK(error.id() == "Base.FileAccess");
    CHECK(error.numbers().at(ErrorNumber::os_code) == ERROR_ACCESS_DENIED);
    CHECK(error.message().starts_with("The file could not be written: "));
    CHECK(error.message().ends_with(" (0x00000005)"));
    CHECK(error.message().find('\n') == std::string::npos);
    CHECK(win32::describe_error(0xe0001234U) == "Windows does not say why (0xe0001234)");
}

TEST_CASE("names too long for MAX_PATH get the prefix that lifts the limit") {
    CHECK(win32::long_name(L"C:\\a\\b") == L"C:\\a\\b");
    CHECK(win32::long_name(L"C:/a/../b") == L"C:\\b");
    const std::wstring folder(250, L'x');
    CHECK(win32::long_name(L"C:\\" + folder) == L"\\\\?\\C:\\" + folder);
    CHECK(win32::long_name(L"\\\\server\\share\\" + folder) == L"\\\\?\\UNC\\server\\share\\" + folder);
    CHECK(win32::long_name(L"\\\\?\\C:\\a/b") == L"\\\\?\\C:\\a/b");
    CHECK(win32::long_name(L"rel").find(L':') != std::wstring::npos);
}

TEST_CASE("this account has a name among Windows' security identifiers") {
    CHECK(win32::current_user_sid().starts_with("S-1-5-"));
}

TEST_CASE("a handle is closed by its last owner alone") {
    win32::Handle one(CreateEventW(nullptr, TRUE, FALSE, nullptr));
    REQUIRE(one);
    const HANDLE raw = one.get();
    win32::Handle two(std::move(one));
    CHECK(two.get() == raw);
    DWORD flags = 0;
    CHECK(GetHandleInformation(raw, &flags) != 0);
    two = win32::Handle();
    CHECK_FALSE(static_cast<bool>(win32::Handle(INVALID_HANDLE_VALUE)));
}
