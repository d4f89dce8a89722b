#pragma once

#include "base/win32.hpp"

#include <map>
#include <string>
#include <vector>

#include "support/pki.hpp"

/// Work in another process: this executable again, with the name of a hidden case that does it. What the case has to
/// know stands in the environment.
namespace certbroker::store::test {

class Child {
public:
    Child(const std::string &test_case, const std::map<std::string, std::string> &environment) {
        for (const auto &[name, value] : environment)
            (void)SetEnvironmentVariableW(win32::widen(name).c_str(), win32::widen(value).c_str());
        std::wstring program(32768, L'\0');
        program.resize(GetModuleFileNameW(nullptr, program.data(), static_cast<DWORD>(program.size())));
        std::wstring command = L"\"" + program + L"\" \"" + win32::widen(test_case) + L"\"";
        STARTUPINFOW startup{};
        startup.cb = sizeof startup;
        PROCESS_INFORMATION started{};
        REQUIRE(CreateProcessW(program.c_str(), command.data(), nullptr, nullptr, FALSE, 0, nullptr, nullptr, &startup,
                               &started) != 0);
        process_ = win32::Handle(started.hProcess);
        (void)CloseHandle(started.hThread);
    }

    /// Its exit code.
    DWORD wait() const {
        constexpr DWORD long_enough = 120000;
        DWORD code = 0;
        REQUIRE(WaitForSingleObject(process_.get(), long_enough) == WAIT_OBJECT_0);
        REQUIRE(GetExitCodeProcess(process_.get(), &code) != 0);
        return code;
    }

private:
    win32::Handle process_;
};

inline std::string told(const char *name) {
    std::wstring value(1024, L'\0');
    value.resize(GetEnvironmentVariableW(win32::widen(name).c_str(), value.data(), static_cast<DWORD>(value.size())));
    return win32::narrow(value);
}

} // namespace certbroker::store::test
