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
    // Nothing is inherited: a killed process could leave the pipe of a test runner open, which would wait for its end.
    STARTUPINFOW startup{};
    startup.cb = sizeof startup;
    PROCESS_INFORMATION process{};
    const BOOL started = CreateProcessW(program.c_str(), line.data(), nullptr, nullptr, FALSE, CREATE_NO_WINDOW,
                                        nullptr, nullptr, &startup, &process);
    if (started == 0) throw std::runtime_error("no process could be started");
    (void)CloseHandle(process.hThread);
    return reinterpret_cast<Process>(process.hProcess);
}

void open_last_words(const std::string &home) {
    (void)std::freopen((home + "/last-words").c_str(), "w", stderr);
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
