#include <windows.h>

#include <cstdio>
#include <filesystem>
#include <stdexcept>

#include "killer.hpp"

namespace certbroker::crash {
namespace {

constexpr UINT killed_code = 0xdead;

HANDLE handle_of(Process process) {
    return reinterpret_cast<HANDLE>(process);
}

} // namespace

Process start_child(const std::string &home, const std::string &scenario, long fault) {
    std::wstring program(32'768, L'\0');
    program.resize(GetModuleFileNameW(nullptr, program.data(), static_cast<DWORD>(program.size())));
    // The names here have neither quotes nor backslashes at their end.
    std::wstring line = L"\"" + program + L"\" --crash-child \"" + std::filesystem::path(home).wstring() + L"\" " +
                        std::wstring(scenario.begin(), scenario.end()) + L" " + std::to_wstring(fault);
    SECURITY_ATTRIBUTES inherited{sizeof inherited, nullptr, TRUE};
    const HANDLE words = CreateFileW((std::filesystem::path(home) / "last-words").c_str(), GENERIC_WRITE,
                                     FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, &inherited, CREATE_ALWAYS,
                                     FILE_ATTRIBUTE_NORMAL, nullptr);
    STARTUPINFOW startup{};
    startup.cb = sizeof startup;
    startup.dwFlags = STARTF_USESTDHANDLES;
    startup.hStdError = words;
    PROCESS_INFORMATION process{};
    const BOOL started = CreateProcessW(program.c_str(), line.data(), nullptr, nullptr, TRUE, CREATE_NO_WINDOW, nullptr,
                                        nullptr, &startup, &process);
    if (words != INVALID_HANDLE_VALUE) (void)CloseHandle(words);
    if (started == 0) throw std::runtime_error("no process could be started");
    (void)CloseHandle(process.hThread);
    return reinterpret_cast<Process>(process.hProcess);
}

void kill_child(Process process) {
    (void)TerminateProcess(handle_of(process), killed_code);
}

void kill_myself(const char *where) {
    (void)std::fprintf(stderr, "killed at %s\n", where);
    (void)std::fflush(stderr);
    (void)TerminateProcess(GetCurrentProcess(), killed_code);
    for (;;)
        Sleep(INFINITE);
}

End wait_for(Process process) {
    // None needs more than a second; one that hangs is a finding, not a reason to hang as well.
    constexpr DWORD patience_ms = 60'000;
    const bool ended = WaitForSingleObject(handle_of(process), patience_ms) == WAIT_OBJECT_0;
    DWORD code = 1;
    if (ended)
        (void)GetExitCodeProcess(handle_of(process), &code);
    else
        (void)TerminateProcess(handle_of(process), 1);
    (void)CloseHandle(handle_of(process));
    if (code == killed_code) {
        count_kill();
        return End::killed;
    }
    return code == 0 ? End::finished : End::failed;
}

} // namespace certbroker::crash
