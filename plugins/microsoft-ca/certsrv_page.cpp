#include "certsrv_page.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "errors.hpp"
#include "hresult.hpp"
#include "html.hpp"
#include "text.hpp"
#include "xcep.hpp"

namespace microsoft_ca::certsrv {
namespace {

using html::Part;

constexpr std::size_t most_octets = 1024UL * 1024;
constexpr std::size_t npos = std::string_view::npos;
constexpr std::size_t most_words = 500; ///< bytes of the CA's own words

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// The digits at `at`; empty when there are none, or more than a number of a request has.
std::string digits_at(std::string_view text, std::size_t at) {
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end]))
        ++end;
    const std::string_view digits = text.substr(at, end - at);
    return is_request_id(digits) ? std::string(digits) : std::string();
}

/// The numbers that addresses of certificates name; CACert is none.
void collect_links(std::string_view markup, std::set<std::string> &ids) {
    constexpr std::string_view address = "certnew.cer?reqid=";
    const std::string small = lower(markup);
    for (auto at = small.find(address); at != npos; at = small.find(address, at + 1)) {
        if (std::string id = digits_at(small, at + address.size()); !id.empty()) ids.insert(std::move(id));
    }
}

/// The number behind the word "ID" ("Request Id is 12", "Anforderungs-ID lautet 12", "ID は 12"), in the same sentence
/// and near. Words differ, but all languages of Windows keep that one.
void collect_spoken(std::string_view text, std::set<std::string> &ids) {
    constexpr std::size_t near = 60;
    const std::string small = lower(text);
    for (auto at = small.find("id"); at != npos; at = small.find("id", at + 1)) {
        const bool begins = at == 0 || !is_letter(small[at - 1]);
        std::size_t i = at + 2;
        if (!begins || (i < small.size() && is_letter(small[i]))) continue;
        const std::size_t limit = std::min(small.size(), i + near);
        while (i < limit && !is_digit(small[i]) && small[i] != '.' && small[i] != '!' && small[i] != '?' &&
               small[i] != '"')
            ++i;
        if (i < limit && is_digit(small[i]) && small[i - 1] != 'x') {
            if (std::string id = digits_at(small, i); !id.empty()) ids.insert(std::move(id));
        }
    }
}

/// Where a waiting page has no "ID" to say which number is meant: the only one that stands for itself. Two are none.
std::string lone_number(std::string_view text) {
    std::set<std::string> found;
    for (std::size_t i = 0; i < text.size();) {
        if (!is_digit(text[i])) {
            ++i;
            continue;
        }
        const char before = i == 0 ? ' ' : text[i - 1];
        std::size_t end = i;
        while (end < text.size() && is_digit(text[end]))
            ++end;
        const char after = end < text.size() ? text[end] : ' ';
        if (!is_letter(before) && !is_letter(after) && before != '-' && before != '.') found.insert(digits_at(text, i));
        i = end;
    }
    return found.size() == 1 ? *found.begin() : std::string();
}

/// What stands in the first quotation marks that hold more than `least` bytes; an unclosed one is none.
std::string quoted(std::string_view text) {
    struct Marks {
        std::string_view open, close;
    };
    constexpr std::array<Marks, 5> known{
        {{"\"", "\""}, {"\u201e", "\u201c"}, {"\u201c", "\u201d"}, {"\u00ab", "\u00bb"}, {"\u300c", "\u300d"}}};
    constexpr std::size_t least = 3;
    std::size_t first = npos;
    std::string out;
    for (const auto &[open, close] : known) {
        const auto begin = text.find(open);
        if (begin == npos || begin >= first) continue;
        const auto end = text.find(close, begin + open.size());
        if (end == npos || end - begin - open.size() < least) continue;
        first = begin;
        out = shown(text.substr(begin + open.size(), end - begin - open.size()), most_words);
    }
    return out;
}

/// The value behind a label: the rest of its line in the source, or the next line that holds something. Blocks end
/// lines, too.
std::string labelled(const std::vector<std::string> &lines, std::string_view label) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto at = lower(lines[i]).find(label);
        if (at == npos) continue;
        const std::string_view rest = trim(std::string_view(lines[i]).substr(at + label.size()));
        if (!rest.empty()) return shown(rest, most_words);
        return i + 1 < lines.size() ? shown(lines[i + 1], most_words) : std::string();
    }
    return {};
}

/// The number as English pages say it; empty when they do not.
std::string english_id(const std::string &text) {
    const std::string small = lower(text);
    for (const std::string_view phrase : {"request id is ", "request id: ", "request id "}) {
        const auto at = small.find(phrase);
        if (at == npos) continue;
        if (std::string id = digits_at(small, at + phrase.size()); !id.empty()) return id;
    }
    return {};
}

bool has_any(const std::string &small, std::initializer_list<std::string_view> words) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return small.find(word) != npos; });
}

/// Words for a no and for waiting, in the languages that were asked for. They count only where nothing better speaks,
/// and not against each other: an officer's name or a template's may hold any of them.
bool sounds_waiting(const std::string &small) {
    return has_any(small, {"pending", "under submission", "ausstehend", "steht aus", "en attente", "pendiente",
                           "in sospeso", "\u4fdd\u7559"});
}
bool sounds_denied(std::string_view text) {
    const std::string small = lower(text);
    return !sounds_waiting(small) && has_any(small, {"denied", "verweigert", "abgelehnt", "refus\u00e9", "rejet\u00e9",
                                                     "denegad", "rifiutat", "\u62d2\u5426"});
}

/// Nothing was decided: calls that did not get through to the CA (RPC, Win32; "Access is denied" is one), and the CA's
/// own codes for not being able to work at the moment.
bool is_trouble(std::uint32_t hresult) {
    constexpr std::uint32_t bad_request_status = 0x80094003U, server_suspended = 0x80094006U;
    const std::uint32_t facility = hresult >> 16U & 0x7ffU;
    return facility == 1 || facility == 7 || (hresult >= bad_request_status && hresult <= server_suspended);
}

/// The CA's own facilities: certificate services, security, trust.
bool is_decision(std::uint32_t hresult) {
    const std::uint32_t facility = hresult >> 16U & 0x7ffU;
    return (facility == 9 || facility == 11) && !is_trouble(hresult);
}

/// What sort of page it is that says nothing of a request.
const char *kind_of(bool has_password, std::string_view text) {
    const std::string small = lower(text);
    if (has_password || has_any(small, {"sign in", "log on", "login", "anmelden", "connexion", "\u30b5\u30a4\u30f3"}))
        return "a log-on page";
    if (has_any(small, {"http error", "http-fehler", "server error in", "runtime error", "internal server error"}))
        return "an error page of the web server";
    return "a page";
}

struct Taken {
    std::set<std::string> links;
    std::string title;
    bool has_password = false;
    bool has_denied = false; ///< <P ID=locDenied>, which the page of a denial has in every language
    bool is_ours = false;    ///< it has elements of these pages, or leads to some of them
};

void take_tag(std::string_view tag, Taken &out) {
    std::string small = lower(tag);
    std::erase_if(small, [](char c) { return c == '"' || c == '\'' || c == ' '; });
    out.has_password = out.has_password || (small.starts_with("<input") && small.find("type=password") != npos);
    out.has_denied = out.has_denied || small.find("id=locdenied") != npos;
    out.is_ours = out.is_ours || has_any(small, {"id=loc", "certsrv", "certrqus.asp", "certckpn.asp", "certfnsh.asp"});
}

Taken take_markup(const std::string &page) {
    Taken out;
    bool in_title = false;
    html::take_apart(page, [&](Part part, std::string_view text) {
        if (part == Part::text) {
            if (in_title && out.title.empty()) out.title = shown(html::decode(text), 150);
            return;
        }
        collect_links(text, out.links);
        if (part != Part::tag) return;
        const std::string name = html::name_of(text);
        if (name == "title" || name == "/title") in_title = name == "title";
        take_tag(text, out);
    });
    return out;
}

std::string only_one(const std::set<std::string> &ids) {
    if (ids.size() > 1)
        throw failure(errors::correlation, "The CA's page cannot be used: it speaks of the requests " + *ids.begin() +
                                               " and " + *std::next(ids.begin()) + " at once");
    return ids.empty() ? std::string() : *ids.begin();
}

} // namespace

namespace {

/// Cut at blocks, and where `as_written` at the line ends of the source as well.
std::vector<std::string> lines_of(const std::string &page, bool as_written) {
    constexpr std::array<std::string_view, 12> inside{"a",    "b",    "i",     "u",  "em",   "strong",
                                                      "font", "span", "locid", "tt", "code", "sub"};
    std::vector<std::string> lines;
    std::string line;
    const auto end = [&] {
        for (const std::string_view part : split(line, as_written ? '\n' : '\0')) {
            std::string text = shown(html::decode(part), 4000);
            if (!text.empty()) lines.push_back(std::move(text));
        }
        line.clear();
    };
    bool in_title = false;
    html::take_apart(page, [&](Part part, std::string_view text) {
        if (part == Part::script) return;
        if (part == Part::text) {
            if (!in_title) line += text;
            return;
        }
        const std::string name = html::name_of(text);
        if (name == "title" || name == "/title") in_title = name == "title";
        const std::string_view bare = std::string_view(name).substr(name.starts_with('/') ? 1 : 0);
        if (std::find(inside.begin(), inside.end(), bare) == inside.end()) end();
    });
    end();
    return lines;
}

/// As UTF-8. Pages of old servers call themselves Latin-1, and are.
std::string text_of(std::string_view body) {
    body = body.substr(0, most_octets);
    if (is_utf8(body)) return std::string(body);
    const std::string head = lower(body.substr(0, 4096));
    if (!has_any(head, {"charset=iso-8859-1", "charset=windows-1252"})) return html::repaired(body);
    std::string out;
    for (const char c : body) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x80) out += static_cast<char>(0xc0U | byte >> 6U);
        out += byte >= 0x80 ? static_cast<char>(0x80U | (byte & 0x3fU)) : c;
    }
    return out;
}

} // namespace

std::vector<std::string> visible_lines(std::string_view body) {
    return lines_of(text_of(body), false);
}

Page read_page(std::string_view body) {
    const std::string page = text_of(body);
    Taken markup = take_markup(page);
    // An octet that is no character was made a '?', which an address has, too: only what came is one.
    if (!markup.links.empty()) markup.links = take_markup(std::string(body.substr(0, most_octets))).links;
    const std::vector<std::string> lines = lines_of(page, false);
    const std::string text = join(lines, "\n");
    Page out;
    out.title = markup.title;
    if (markup.has_password) {
        out.kind = kind_of(true, text);
        return out;
    }
    if (!markup.links.empty()) {
        out.request_id = only_one(markup.links);
        out.state = Page::State::issued;
        return out;
    }
    out.disposition = labelled(lines_of(page, true), "disposition message:");
    if (out.disposition.empty() || out.disposition == "(none)") out.disposition = quoted(text);
    // Numbers in the CA's own words are not the page's.
    std::string around = text;
    if (const auto at = around.find(out.disposition); !out.disposition.empty() && at != npos)
        around.erase(at, out.disposition.size());
    out.request_id = english_id(around);
    // Proxies number their pages, too ("Your support ID is ...").
    const bool is_ours = markup.is_ours || !out.request_id.empty() || lower(text).find("microsoft") != npos;
    if (out.request_id.empty()) {
        std::set<std::string> spoken;
        collect_spoken(around, spoken);
        out.request_id = only_one(spoken);
        if (spoken.empty() && sounds_waiting(lower(around))) out.request_id = lone_number(around);
    }
    out.hresult = hresult_in(out.disposition);
    if (out.hresult == 0) out.hresult = hresult_in(around);
    if (out.disposition.empty() && out.hresult != 0) {
        const auto line =
            std::find_if(lines.begin(), lines.end(), [](const std::string &one) { return hresult_in(one) != 0; });
        if (line != lines.end()) out.disposition = shown(*line, most_words);
    }
    const bool has_number = !out.request_id.empty() && out.request_id != "0";
    const bool says_no = markup.has_denied || sounds_denied(out.disposition.empty() ? around : out.disposition);
    if (markup.has_denied || is_decision(out.hresult)) {
        out.state = Page::State::denied;
    } else if (out.hresult != 0) {
        out.state = has_number && !is_trouble(out.hresult) ? Page::State::denied : Page::State::failed;
    } else if (says_no && is_ours && (!out.request_id.empty() || !out.disposition.empty())) {
        out.state = Page::State::denied;
    } else if (!out.request_id.empty() && is_ours) {
        out.state = Page::State::waiting;
    } else {
        out.kind = kind_of(false, text);
    }
    return out;
}

std::optional<std::uint32_t> read_renewals(std::string_view body) {
    constexpr std::uint64_t most = 999;
    std::optional<std::uint32_t> found;
    const std::string page = html::repaired(body.substr(0, most_octets));
    html::take_apart(page, [&](Part part, std::string_view text) {
        if (part != Part::script || found) return;
        constexpr std::string_view name = "nRenewals";
        const auto at = text.find(name);
        if (at == npos) return;
        std::string_view rest = trim(text.substr(at + name.size(), 40));
        if (!rest.starts_with('=')) return;
        rest = trim(rest.substr(1));
        const auto value = number(rest.substr(0, std::min(rest.find_first_not_of("0123456789"), rest.size())));
        if (value && *value <= most) found = static_cast<std::uint32_t>(*value);
    });
    return found;
}

bool is_entry(std::string_view body) {
    bool found = false;
    const std::string page = html::repaired(body.substr(0, most_octets));
    html::take_apart(page, [&](Part part, std::string_view text) {
        if (part == Part::text) return;
        const std::string small = lower(text);
        found = found || small.find("certcarc.asp") != npos || small.find("certrqus.asp") != npos ||
                small.find("certckpn.asp") != npos;
    });
    return found;
}

std::string decode_download(std::string_view body) {
    if (body.size() > 4 && body.front() == '\x30') return std::string(body);
    std::string base64_text;
    for (const std::string_view line : split(body.substr(0, 4 * most_octets), '\n')) {
        if (const std::string_view text = trim(line); !text.starts_with("-----")) base64_text += text;
    }
    const auto der = xcep::decode_base64(base64_text);
    return der && der->size() > 4 && der->front() == '\x30' ? *der : std::string();
}

} // namespace microsoft_ca::certsrv
