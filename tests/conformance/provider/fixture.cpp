#include "fixture.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/text.hpp"

namespace conformance {
namespace {

using namespace certbroker;

[[noreturn]] void broken(const std::filesystem::path &file, const std::string &why) {
    std::fprintf(stderr, "%s: %s\n", file.string().c_str(), why.c_str());
    std::exit(2);
}

std::string read(const std::filesystem::path &path) {
    std::ifstream in(path, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

/// Sections, "name = value" lines, and '#' remarks.
void read_ini(const std::filesystem::path &path, std::map<std::string, std::map<std::string, std::string>> &sections) {
    std::istringstream in(read(path));
    std::string line;
    std::string section;
    while (std::getline(in, line)) {
        const std::string_view text = trim(line);
        if (text.empty() || text.front() == '#') continue;
        if (text.front() == '[') {
            section = std::string(text.substr(1, text.find(']') - 1));
            (void)sections[section];
            continue;
        }
        const auto equals = text.find('=');
        if (equals == std::string_view::npos || section.empty())
            broken(path, "a line is neither [section] nor name = value: " + line);
        sections[section][std::string(trim(text.substr(0, equals)))] = std::string(trim(text.substr(equals + 1)));
    }
}

void read_answer_line(const std::filesystem::path &path, const std::string &text, Exchange &exchange,
                      bool &status_seen) {
    if (!status_seen) {
        status_seen = true;
        if (text == "drop" || text == "hang" || text == "huge" || text.starts_with("respond "))
            exchange.special = text;
        else
            exchange.status = std::atoi(text.c_str());
        if (exchange.special.empty() && (exchange.status < 100 || exchange.status > 599))
            broken(path, "'" + text + "' is no status");
        return;
    }
    const auto colon = text.find(": ");
    if (colon == std::string::npos) broken(path, "'" + text + "' is no header");
    exchange.headers.emplace_back(text.substr(0, colon), text.substr(colon + 2));
}

} // namespace

Fixture Fixture::load(const std::filesystem::path &folder) {
    Fixture fixture;
    fixture.folder_ = folder;
    for (const char *name : {"connection", "order", "wrong", "request", "absent"})
        (void)fixture.sections_[name];
    if (!std::filesystem::exists(folder / "fixture.ini")) broken(folder / "fixture.ini", "it is missing");
    read_ini(folder / "fixture.ini", fixture.sections_);
    if (std::filesystem::exists(folder / "expect.ini")) read_ini(folder / "expect.ini", fixture.sections_);
    return fixture;
}

Settings Fixture::connection(const cbp_plugin &plugin) const {
    Settings settings;
    for (const auto &[name, value] : sections_.at("connection")) {
        bool secret = false;
        for (const auto *const *info = plugin.settings; info != nullptr && *info != nullptr; ++info) {
            if ((*info)->type == CBP_SECRET && (*info)->scope == CBP_SCOPE_CONNECTION && name == (*info)->name)
                secret = true;
        }
        if (secret)
            settings.set(name, Secret(as_bytes(value)));
        else
            settings.set(name, value);
    }
    return settings;
}

Settings Fixture::order(const std::string &scenario) const {
    Settings settings;
    for (const std::string &section : {std::string("order"), "order:" + scenario}) {
        const auto found = sections_.find(section);
        if (found == sections_.end()) continue;
        for (const auto &[name, value] : found->second)
            settings.set(name, value);
    }
    return settings;
}

std::string Fixture::profile() const {
    const auto &request = sections_.at("request");
    const auto found = request.find("profile");
    return found != request.end() ? found->second : "";
}

std::string Fixture::subject() const {
    const auto &request = sections_.at("request");
    const auto found = request.find("subject");
    return found != request.end() ? found->second : "CN=conformance.example.com";
}

crypto::KeySpec Fixture::key() const {
    const auto &request = sections_.at("request");
    const auto found = request.find("key");
    if (found == request.end()) return {crypto::KeyAlgorithm::ecdsa_p256, 256};
    const auto blank = found->second.find(' ');
    const auto algorithm = crypto::parse_key_algorithm(found->second.substr(0, blank));
    if (!algorithm || blank == std::string::npos) broken(folder_ / "fixture.ini", "key is not as in RSA 2048");
    return {*algorithm, static_cast<std::uint32_t>(std::atoi(found->second.c_str() + blank + 1))};
}

std::string Fixture::responder() const {
    const auto found = sections_.find("responder");
    return found != sections_.end() && found->second.contains("kind") ? found->second.at("kind") : "";
}

std::vector<std::string> Fixture::dns_names() const {
    const auto &request = sections_.at("request");
    const auto found = request.find("dns");
    return found != request.end() ? std::vector<std::string>{found->second}
                                  : std::vector<std::string>{"conformance.example.com"};
}

std::optional<std::vector<Exchange>> Fixture::scenario(const std::string &name) const {
    const auto path = folder_ / "scenarios" / (name + ".http");
    if (!std::filesystem::exists(path)) return std::nullopt;
    std::vector<Exchange> exchanges;
    std::istringstream in(read(path));
    std::string line;
    bool status_seen = false;
    while (std::getline(in, line)) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (line.starts_with("> ")) {
            const auto blank = line.find(' ', 2);
            if (blank == std::string::npos) broken(path, "'" + line + "' lacks method or address");
            exchanges.push_back({line.substr(2, blank - 2), line.substr(blank + 1), {}, 200, {}, "", ""});
            status_seen = false;
        } else if (exchanges.empty()) {
            if (!line.empty() && line.front() != '#') broken(path, "it must begin with '> METHOD address'");
        } else if (line.starts_with("? ")) {
            exchanges.back().wants.push_back(line.substr(2));
        } else if (line.starts_with("< ")) {
            read_answer_line(path, line.substr(2), exchanges.back(), status_seen);
        } else {
            exchanges.back().body += line + "\n";
        }
    }
    return exchanges;
}

std::optional<std::string> Fixture::without(const std::string &name) const {
    const auto &reasons = sections_.at("absent");
    const auto found = reasons.find(name);
    return found != reasons.end() ? std::optional(found->second) : std::nullopt;
}

std::optional<std::string> Fixture::absent(const std::string &name) const {
    if (auto reason = without(name)) return reason;
    if (std::filesystem::exists(folder_ / "scenarios" / (name + ".http")) || sections_.contains("order:" + name))
        return std::nullopt;
    return "this fixture has no scenario '" + name + "' and gives no reason in expect.ini";
}

std::vector<std::string> Fixture::canaries(const cbp_plugin &plugin) const {
    std::vector<std::string> out;
    for (const auto *const *info = plugin.settings; info != nullptr && *info != nullptr; ++info) {
        if ((*info)->type != CBP_SECRET) continue;
        const auto &connection = sections_.at("connection");
        if (const auto found = connection.find((*info)->name); found != connection.end()) out.push_back(found->second);
    }
    return out;
}

} // namespace conformance
