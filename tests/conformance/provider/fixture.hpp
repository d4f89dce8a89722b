#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/settings.hpp"
#include "certbroker/plugin.h"
#include "crypto/key.hpp"

/// What is specific to one provider: its folder conformance/ (tests/conformance/README.md describes the files).
namespace conformance {

/// One canned exchange of a scenario.
struct Exchange {
    std::string method;             ///< "*" = any
    std::string url;                ///< prefix, "*" = any
    std::vector<std::string> wants; ///< texts that must stand in headers or body
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;    ///< with placeholders
    std::string special; ///< "drop", "hang", "huge"; "respond ..." = the fixture's responder; empty = a normal answer
};

class Fixture {
public:
    static Fixture load(const std::filesystem::path &folder);

    /// [connection]: secrets of the table become Secret; every secret's value is a canary.
    certbroker::Settings connection(const cbp_plugin &plugin) const;
    /// [order] and [order:<scenario>].
    certbroker::Settings order(const std::string &scenario) const;
    std::string profile() const;
    /// [wrong]: name = a value it must refuse.
    const std::map<std::string, std::string> &wrong() const { return sections_.at("wrong"); }
    /// The exchanges of scenarios/<name>.http; nothing when there is no such file.
    std::optional<std::vector<Exchange>> scenario(const std::string &name) const;
    /// Whether a scenario can run here: a file, or an [order:<name>] section. Otherwise the reason of expect.ini.
    std::optional<std::string> absent(const std::string &name) const;
    /// Why expect.ini says that there is no such thing here; nothing when it says nothing of it.
    std::optional<std::string> without(const std::string &name) const;
    std::vector<std::string> canaries(const cbp_plugin &plugin) const;
    std::string subject() const;
    /// The key that requests are made with.
    certbroker::crypto::KeySpec key() const;
    /// [responder] kind: the CA that computes answers; empty = there is none.
    std::string responder() const;
    std::vector<std::string> dns_names() const;

private:
    std::filesystem::path folder_;
    std::map<std::string, std::map<std::string, std::string>> sections_;
};

} // namespace conformance
