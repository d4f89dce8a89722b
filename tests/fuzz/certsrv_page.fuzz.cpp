// A page of web enrolment, from whoever answers: what it says of a request fits together, and its texts are fit to be
// shown and kept.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "certsrv_form.hpp"
#include "certsrv_page.hpp"
#include "errors.hpp"
#include "text.hpp"

namespace {

using namespace microsoft_ca;

void require(bool holds) {
    if (!holds) std::abort();
}

bool is_line(const std::string &text) {
    return is_utf8(text) && text.find_first_of("\r\n") == std::string::npos;
}

void check_page(std::string_view body) {
    using State = certsrv::Page::State;
    try {
        const certsrv::Page page = certsrv::read_page(body);
        require(page.request_id.empty() || is_request_id(page.request_id));
        require(is_line(page.title) && is_line(page.disposition));
        if (page.state == State::issued || page.state == State::waiting) require(!page.request_id.empty());
        if (page.state == State::failed) require(page.hresult != 0);
        if (page.state == State::waiting) require(page.hresult == 0);
        if (page.state == State::issued)
            require(lower(body).find("certnew.cer?reqid=" + page.request_id) != std::string::npos);
        // A no has a sign of its own: the CA's code, its words, a number, or the element of a denial.
        if (page.state == State::denied) {
            std::string small = lower(body);
            std::erase_if(small, [](char c) { return c == '"' || c == '\'' || c == ' '; });
            require(page.hresult != 0 || !page.request_id.empty() || !page.disposition.empty() ||
                    small.find("id=locdenied") != std::string::npos);
        }
    } catch (const Failure &problem) {
        require(!problem.message.empty() && !problem.remedy.empty() && is_line(problem.message));
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string_view body(reinterpret_cast<const char *>(data), size);
    check_page(body);
    if (const auto renewals = certsrv::read_renewals(body)) require(*renewals < 1000);
    (void)certsrv::is_entry(body);
    for (const std::string &line : certsrv::visible_lines(body))
        require(!line.empty() && is_line(line));
    const std::string der = certsrv::decode_download(body);
    require(der.empty() || der.front() == '\x30');
    // Whatever stands in a form comes back as one field.
    const std::string form =
        certsrv::write_form({{"CertAttrib", std::string(body.substr(0, 4096))}, {"SaveCert", "yes"}});
    require(form.find_first_of("\r\n+ ") == std::string::npos && form.ends_with("&SaveCert=yes"));
    require(split(form, '&').size() == 2);
    return 0;
}
