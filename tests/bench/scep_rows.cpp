// SCEP against clients that are not ours: micromdm's scepclient at micromdm's scepserver, strongSwan's pki at the lab's
// NDES. All of it in a network namespace, as scepserver listens on every interface. A row is a whole process each time,
// with an RSA-2048 key that is there already; they take turns.
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include "bench.hpp"
#include "interop/scep/namespace.hpp"
#include "support/command.hpp"

namespace bench {
namespace {

namespace fs = std::filesystem;
using certbroker::test::have;

[[noreturn]] void give_up(const std::string &why) {
    std::fprintf(stderr, "bench: %s\n", why.c_str());
    std::exit(1);
}

using Words = std::vector<std::string>;

pid_t start(const Words &words, const std::string &folder, const std::string &log) {
    std::vector<char *> arguments;
    for (const std::string &word : words)
        arguments.push_back(const_cast<char *>(word.c_str())); // execvp does not write to them
    arguments.push_back(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
        const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        (void)::dup2(out, 1);
        (void)::dup2(out, 2);
        if (::chdir(folder.c_str()) == 0) ::execvp(arguments[0], arguments.data());
        ::_exit(127);
    }
    return child;
}
void finish(const Words &words, const std::string &folder, const std::string &log) {
    int status = 0;
    (void)::waitpid(start(words, folder, log), &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
    std::ifstream in(log);
    give_up(words[0] + " failed: " + std::string(std::istreambuf_iterator<char>(in), {}));
}
std::string said(const std::string &command) {
    const auto result = certbroker::test::run(command);
    if (result.exit_code != 0) give_up(command + ": " + result.output);
    return result.output;
}

/// A server that ends with the row.
class Server {
public:
    Server(const Words &words, const std::string &folder) : pid_(start(words, folder, folder + "/server.log")) {}
    ~Server() {
        (void)::kill(pid_, SIGTERM);
        (void)::waitpid(pid_, nullptr, 0);
    }
    Server(const Server &) = delete;
    Server &operator=(const Server &) = delete;

private:
    pid_t pid_;
};

bool answers(std::uint16_t port) {
    const int handle = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool good = ::connect(handle, reinterpret_cast<const sockaddr *>(&where), sizeof where) == 0;
    (void)::close(handle);
    return good;
}
void wait_until(const std::function<bool()> &ready) {
    for (int i = 0; i < 600 && !ready(); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    if (!ready()) give_up("a server did not start");
}

/// Our process: scep_client.cpp with requests prepared ahead.
class Ours {
public:
    Ours(const std::string &program, const std::string &plugins, const std::string &home, const std::string &key,
         int count)
        : program_(program), plugins_(plugins), home_(home), key_(key) {
        fs::create_directories(home_);
        std::istringstream lines(said(program_ + " prepare " + home_ + " " + plugins_ + " " + std::to_string(count)));
        for (std::string id; std::getline(lines, id);)
            ids_.push_back(id);
    }
    void server(const std::string &url, const std::string &fingerprint) {
        url_ = url;
        fingerprint_ = fingerprint;
    }
    void enroll(std::size_t count) {
        Words words{program_, "enroll", home_, plugins_, url_, fingerprint_, key_};
        for (std::size_t i = 0; i < count; ++i)
            words.push_back(ids_.at(next_++));
        finish(words, home_, home_ + "/client.log");
    }

private:
    std::string program_, plugins_, home_, key_, url_, fingerprint_;
    Words ids_;
    std::size_t next_ = 0;
};

std::string fingerprint_of(const std::string &pem) {
    const std::string line = said("openssl x509 -in " + pem + " -noout -fingerprint -sha256");
    return line.substr(line.find('=') + 1, 95);
}

void against_scepclient(const std::string &folder, Ours &ours, const std::string &key) {
    constexpr int processes = 40;
    constexpr std::size_t at_once = 200;
    (void)said("scepserver ca -init -depot " + folder + "/depot -keySize 2048 -organization labca -years 10");
    const Server server({"scepserver", "-depot", folder + "/depot", "-port", "18080", "-allowrenew", "0"}, folder);
    wait_until([] { return answers(18080); });
    const std::string url = "http://127.0.0.1:18080/scep";
    ours.server(url, fingerprint_of(folder + "/depot/ca.pem"));
    // A folder each: it keeps its request and its self-signed certificate beside the key, and would take them again.
    int number = 0;
    const auto scepclient = [&] {
        const std::string place = folder + "/scepclient" + std::to_string(number++);
        fs::create_directories(place);
        fs::copy_file(key, place + "/client.key");
        finish({"scepclient", "-server-url", url, "-private-key", "client.key", "-certificate", "client.pem", "-cn",
                "theirs" + std::to_string(number) + ".example.com"},
               place, place + "/client.log");
    };
    const Pair one = compare(processes, 1, scepclient, [&] { ours.enroll(1); });
    row("scep-process", 1.0, one);
    // One process, which warms itself up: its whole time counts.
    std::vector<double> times;
    for (int i = 0; i < 3; ++i) {
        const auto start_of_it = std::chrono::steady_clock::now();
        ours.enroll(at_once);
        times.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start_of_it).count());
    }
    std::sort(times.begin(), times.end());
    const Pair many{one.floor, times[1] / at_once};
    row("scep-200-one-process", 0.5, many);
}

void against_strongswan(const std::string &folder, Ours &ours, const std::string &key, const std::string &lab_program) {
    if (!have("pki") || !have("curl")) {
        std::printf("scep-strongswan: not measured, pki (Debian package strongswan-pki) or curl is not installed\n");
        return;
    }
    const Server server({lab_program, "ndes", "--folder", folder, "--detached"}, folder);
    wait_until([&] { return fs::exists(folder + "/ready.json"); });
    const auto ready = [&](const char *name) {
        std::string value =
            said("sed -n 's/^ *\"" + std::string(name) + "\": \"*\\([^\",]*\\)\"*,*$/\\1/p' " + folder + "/ready.json");
        return value.substr(0, value.find('\n'));
    };
    const std::string url = ready("url");
    (void)said("curl -s -o /dev/null -d '{\"challenge\":false,\"strict\":false,\"capabilities\":"
               "\"AES\\nPOSTPKIOperation\\nSHA-256\\nSHA-384\\nSCEPStandard\\n\"}' http://127.0.0.1:" +
               ready("control") + "/control/behave");
    (void)said("pki --scepca --url " + url + " --caout " + folder + "/pki-ca.pem --raout " + folder +
               "/ra.pem --outform pem --force");
    std::string encryption = folder + "/ra.pem", signing = folder + "/ra-2.pem";
    if (said("openssl x509 -noout -ext keyUsage -in " + signing).find("Key Encipherment") != std::string::npos)
        std::swap(encryption, signing);
    ours.server(url, ready("fingerprint"));
    int number = 0;
    const auto pki = [&] {
        // Another name each time: the transaction is made of key and name.
        finish({"pki", "--scep", "--url", url, "--in", key, "--dn",
                "CN=theirs" + std::to_string(number++) + ".example.com", "--cacert-enc", encryption, "--cacert-sig",
                signing, "--cacert", folder + "/pki-ca.pem", "--outform", "pem"},
               folder, folder + "/client.log");
    };
    // Nothing was promised about it; both get slower or faster with the lab.
    row("scep-strongswan", 1.0, compare(20, 1, pki, [&] { ours.enroll(1); }));
}

} // namespace

void scep_rows(const std::string &folder, const std::string &plugin_folder, const std::string &program,
               const std::string &lab_program) {
    for (const char *needed : {"scepserver", "scepclient", "openssl"}) {
        if (!have(needed)) give_up(std::string(needed) + " is not installed (Debian package scep; openssl)");
    }
    if (const std::string why = certbroker::test::enter_own_network(); !why.empty()) {
        std::printf("scep-process, scep-200-one-process, scep-strongswan: not measured, %s\n", why.c_str());
        return;
    }
    const std::string key = folder + "/given.key";
    (void)said("openssl genrsa -traditional -out " + key + " 2048");
    for (const char *name : {"scep", "ndes"})
        fs::create_directories(folder + "/" + name);
    Ours ours(program, plugin_folder, folder + "/scep-home", key, 670);
    against_scepclient(folder + "/scep", ours, key);
    against_strongswan(folder + "/ndes", ours, key, lab_program);
}

} // namespace bench
