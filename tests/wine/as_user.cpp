// Runs a program with the rights that Windows gives an administrator's ordinary programs: those of the linked, weaker
// token. Under Wine every process is elevated and every file belongs to its user, which the host rightly does not trust
// for plugins. usage: certbroker-as-user program [arguments]
#include <windows.h>

#include <cstdio>
#include <string>

namespace {

int failed(const char *what) {
    std::fprintf(stderr, "certbroker-as-user: %s failed with error %lu\n", what, GetLastError());
    return 125;
}

/// The command line without this program's name.
std::wstring rest_of_command_line() {
    const std::wstring line = GetCommandLineW();
    const std::size_t end = line.front() == L'"' ? line.find(L'"', 1) + 1 : line.find(L' ');
    const std::size_t begin = line.find_first_not_of(L' ', end);
    return begin == std::wstring::npos ? std::wstring() : line.substr(begin);
}

} // namespace

int main() {
    std::wstring line = rest_of_command_line();
    HANDLE token = nullptr;
    TOKEN_LINKED_TOKEN linked{};
    DWORD size = 0;
    HANDLE primary = nullptr;
    if (OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY | TOKEN_DUPLICATE, &token) == 0)
        return failed("OpenProcessToken");
    if (GetTokenInformation(token, TokenLinkedToken, &linked, sizeof linked, &size) == 0)
        return failed("TokenLinkedToken");
    if (DuplicateTokenEx(linked.LinkedToken, TOKEN_ALL_ACCESS, nullptr, SecurityImpersonation, TokenPrimary,
                         &primary) == 0)
        return failed("DuplicateTokenEx");
    STARTUPINFOW startup{};
    startup.cb = sizeof startup;
    startup.dwFlags = STARTF_USESTDHANDLES;
    startup.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
    startup.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    PROCESS_INFORMATION process{};
    if (CreateProcessAsUserW(primary, nullptr, line.data(), nullptr, nullptr, TRUE, 0, nullptr, nullptr, &startup,
                             &process) == 0)
        return failed("CreateProcessAsUser");
    (void)WaitForSingleObject(process.hProcess, INFINITE);
    DWORD code = 125;
    (void)GetExitCodeProcess(process.hProcess, &code);
    return static_cast<int>(code);
}
