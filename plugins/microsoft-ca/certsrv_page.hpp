#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the web enrolment pages (/certsrv) say. They are made for people, in the language of the server: addresses and
/// numbers count before words, and what stays unclear is never taken for a no. Pure functions of at most 1 MiB.
namespace microsoft_ca::certsrv {

/// A page, as far as it says anything of a request.
struct Page {
    enum class State {
        issued,  ///< it leads to the certificate
        denied,  ///< the CA says no, by an error code or in known words
        failed,  ///< the CA was not reached or could not work: an error code that is not its own
        waiting, ///< there is a request with a number, and nothing says that it is decided
        other    ///< not a page about a request: then `title` and `kind` say what it is
    } state = State::other;
    std::string request_id;    ///< decimal; empty = it names none
    std::string disposition;   ///< the CA's own words; may be empty
    std::uint32_t hresult = 0; ///< 0 = it names none
    std::string title;         ///< of any page; may be empty
    const char *kind = "";     ///< other: "a log-on page", "an error page of the web server", "a page"
};

/// The answer of certfnsh.asp, or the page that certnew.cer gives in place of a certificate. Throws
/// MicrosoftCa.Correlation when it speaks of two requests.
Page read_page(std::string_view body);

/// How often the CA's certificate was renewed, as certcarc.asp has it in its script.
std::optional<std::uint32_t> read_renewals(std::string_view body);

/// Whether a page is the entry to /certsrv: it leads to the pages for requests and CA certificates.
bool is_entry(std::string_view body);

/// The octets of a download: DER as it is, or base64 between lines of dashes with any label. Empty when it is neither.
std::string decode_download(std::string_view body);

/// What one sees of a page: without tags, scripts and remarks, entities resolved, a line for each block.
std::vector<std::string> visible_lines(std::string_view body);

} // namespace microsoft_ca::certsrv
