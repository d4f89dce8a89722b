// Every kind of request that we make, read by the openssl and certtool command lines.
#include <unistd.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

#include "base/text.hpp"
#include "csr_samples.hpp"

using namespace certbroker;
using interop::CsrSample;

namespace {

struct Output {
    int status = -1;
    std::string text;
};
/// Runs a command line, both streams in one text.
Output run(const std::string &command) {
    Output output;
    FILE *const pipe = ::popen((command + " 2>&1").c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::array<char, 4096> buffer{};
    while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe))
        output.text.append(buffer.data(), got);
    output.status = ::pclose(pipe);
    return output;
}
bool is_installed(const std::string &tool) {
    return run("command -v " + tool).status == 0;
}

/// The samples with their files; made once, for the RSA keys cost something.
class Samples {
public:
    Samples() : samples_(interop::csr_samples()) {
        std::string pattern = (std::filesystem::temp_directory_path() / "certbroker-interop-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        folder_ = pattern;
        for (const CsrSample &sample : samples_) {
            // Both spellings of the armour, turn by turn; openssl and certtool take either.
            std::ofstream(path(sample), std::ios::binary) << sample.csr.to_pem(sample.name.size() % 2 == 0);
        }
    }
    Samples(const Samples &) = delete;
    Samples &operator=(const Samples &) = delete;
    ~Samples() { std::filesystem::remove_all(folder_); }

    const std::vector<CsrSample> &all() const noexcept { return samples_; }
    std::string path(const CsrSample &sample) const { return (folder_ / (sample.name + ".csr.pem")).string(); }

private:
    std::vector<CsrSample> samples_;
    std::filesystem::path folder_;
};
const Samples &samples() {
    static const Samples made;
    return made;
}

std::vector<std::string> trimmed_lines(const std::string &text) {
    std::vector<std::string> lines;
    for (const std::string_view line : split(text, '\n'))
        lines.emplace_back(trim(line));
    return lines;
}
/// The lines behind the one that begins with `heading`, up to the first that `ends` says is not of them.
template<class Ends>
std::vector<std::string> lines_behind(const std::string &text, std::string_view heading, Ends ends) {
    std::vector<std::string> found;
    bool inside = false;
    for (const std::string &line : trimmed_lines(text)) {
        if (inside && ends(line)) return found;
        if (inside && !line.empty()) found.push_back(line);
        inside = inside || std::string_view(line).starts_with(heading);
    }
    return found;
}

std::string joined(const std::vector<std::string> &parts, std::string_view separator) {
    std::string out;
    for (const std::string &part : parts)
        out += (out.empty() ? "" : std::string(separator)) + part;
    return out;
}

std::string value_of(const std::string &name) {
    return name.substr(name.find('=') + 1);
}

/// What openssl prints for a name, as far as it prints it in a fixed form; empty else.
std::string openssl_name(const std::string &name) {
    if (name.starts_with("dns=")) return "DNS:" + value_of(name);
    if (name.starts_with("email=")) return "email:" + value_of(name);
    if (name.starts_with("url=")) return "URI:" + value_of(name);
    if (name.starts_with("oid=")) return "Registered ID:" + value_of(name);
    if (name.starts_with("ipaddress=") && name.find(':') == std::string::npos) return "IP Address:" + value_of(name);
    return {};
}
/// The lines that certtool prints for a name.
std::vector<std::string> certtool_lines(const std::string &name) {
    const std::string value = value_of(name);
    if (name.starts_with("dns=")) return {"DNSname: " + value};
    if (name.starts_with("email=")) return {"RFC822Name: " + value};
    if (name.starts_with("url=")) return {"URI: " + value};
    if (name.starts_with("oid=")) return {"Registered ID: " + value};
    if (name.starts_with("ipaddress=")) return {"IPAddress: " + value};
    if (name.starts_with("upn=")) return {"User Principal Name: " + value};
    if (name.starts_with("guid=")) return {"otherName OID: 1.3.6.1.4.1.311.25.1"};
    if (name.starts_with("directoryname=")) return {"directoryName: "};
    return {"otherName OID: " + name.substr(0, name.find('=')), "otherName DER: " + value};
}

const std::vector<std::pair<std::string, std::pair<std::string, std::string>>> usage_texts{
    {"DigitalSignature", {"Digital Signature", "Digital signature."}},
    {"NonRepudiation", {"Non Repudiation", "Non repudiation."}},
    {"KeyEncipherment", {"Key Encipherment", "Key encipherment."}},
    {"DataEncipherment", {"Data Encipherment", "Data encipherment."}},
    {"KeyAgreement", {"Key Agreement", "Key agreement."}},
    {"KeyCertSign", {"Certificate Sign", "Certificate signing."}},
    {"CrlSign", {"CRL Sign", "CRL signing."}},
    {"EncipherOnly", {"Encipher Only", "Key encipher only."}},
    {"DecipherOnly", {"Decipher Only", "Key decipher only."}},
};
std::vector<std::string> usage_lines(const std::vector<std::string> &usages, bool openssl) {
    std::vector<std::string> lines;
    for (const auto &[name, texts] : usage_texts) {
        if (std::find(usages.begin(), usages.end(), name) != usages.end())
            lines.push_back(openssl ? texts.first : texts.second);
    }
    return lines;
}

} // namespace

TEST_CASE("openssl accepts every request and reads back subject, names, usages and extensions") {
    if (!is_installed("openssl")) SKIP("openssl is not installed");
    for (const CsrSample &sample : samples().all()) {
        const Output output = run("openssl req -in '" + samples().path(sample) +
                                  "' -noout -verify -text -nameopt oid,utf8,sep_multiline");
        INFO(sample.name << "\n" << output.text);
        CHECK(output.status == 0);
        CHECK(output.text.find("verify OK") != std::string::npos);
        CHECK(lines_behind(output.text, "Subject:", [](const std::string &line) {
                  return line.starts_with("Subject Public Key Info");
              }) == sample.subject);

        const auto value_behind = [&](std::string_view heading) {
            const auto lines = lines_behind(output.text, heading, [](const std::string &) { return false; });
            return lines.empty() ? std::string() : lines.front();
        };
        const std::string names = value_behind("X509v3 Subject Alternative Name:");
        for (const std::string &name : sample.names) {
            INFO(name);
            CHECK((", " + names + ", ").find(", " + openssl_name(name)) != std::string::npos);
        }
        CHECK(value_behind("X509v3 Key Usage: critical") == joined(usage_lines(sample.ku, true), ", "));
        if (!sample.eku.empty()) {
            const std::string usages = value_behind("X509v3 Extended Key Usage:");
            CHECK(split(usages, ',').size() == sample.eku.size());
        }
        for (const std::string &text : sample.openssl) {
            INFO(text);
            CHECK(output.text.find(text) != std::string::npos);
        }
    }
}

TEST_CASE("openssl gives the octets back that we wrote") {
    if (!is_installed("openssl")) SKIP("openssl is not installed");
    for (const CsrSample &sample : samples().all()) {
        INFO(sample.name);
        // Decoded and encoded again: whatever is not DER would come back otherwise.
        const Output output = run("openssl req -in '" + samples().path(sample) + "' -outform PEM");
        REQUIRE(output.status == 0);
        const auto again = x509::Csr::parse(as_bytes(output.text));
        REQUIRE(again);
        CHECK(again->der() == sample.csr.der());
    }
}

TEST_CASE("certtool accepts every request and reads back names, usages and extensions") {
    if (!is_installed("certtool")) SKIP("certtool (gnutls-bin) is not installed");
    for (const CsrSample &sample : samples().all()) {
        const Output output = run("certtool --crq-info --infile '" + samples().path(sample) + "'");
        INFO(sample.name << "\n" << output.text);
        CHECK(output.status == 0);
        CHECK(output.text.find("Self signature: verified") != std::string::npos);

        const auto is_heading = [](const std::string &line) {
            return line.ends_with("critical):") || line.starts_with("Other Information");
        };
        const auto names = lines_behind(output.text, "Subject Alternative Name (not critical):", is_heading);
        std::size_t at = 0;
        for (const std::string &name : sample.names) {
            for (const std::string &expected : certtool_lines(name)) {
                // Each name in its order; lines in between ("otherName ASCII") are only for people.
                while (at < names.size() && !names[at].starts_with(expected))
                    ++at;
                INFO(expected);
                CHECK(at < names.size());
            }
        }
        CHECK(lines_behind(output.text, "Key Usage (critical):", is_heading) == usage_lines(sample.ku, false));
        CHECK(lines_behind(output.text, "Key Purpose (not critical):", is_heading).size() == sample.eku.size());
        for (const std::string &text : sample.certtool) {
            INFO(text);
            CHECK(output.text.find(text) != std::string::npos);
        }
    }
}
