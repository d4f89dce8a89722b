#include "base/log_format.hpp"

#include <array>
#include <chrono>
#include <cstdio>

#include "base/text.hpp"

namespace certbroker::log_format {
namespace {

void append_escape(std::string &out, char32_t c) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4)
        out += digits[(c >> static_cast<unsigned>(shift)) & 0xfU];
}

/// C0, DEL, C1, the parting of lines and paragraphs, and what turns the direction of writing.
bool is_harmful(char32_t c) {
    return c < 0x20 || (c >= 0x7f && c <= 0x9f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
           c == 0xfeff;
}

bool is_plain(std::string_view text) {
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f) return false;
    }
    return true;
}

void append_quoted(std::string &out, std::string_view text) {
    out += '"';
    for (const char32_t c : to_utf32(text)) {
        if (c == U'"' || c == U'\\') {
            out += '\\';
            out += static_cast<char>(c);
        } else if (is_harmful(c)) {
            append_escape(out, c);
        } else {
            append_utf8(out, c);
        }
    }
    out += '"';
}

void append_member(std::string &out, std::string_view name, std::string_view value) {
    out += ',';
    append_quoted(out, name);
    out += ':';
    append_quoted(out, value);
}

} // namespace

std::string harmless(std::string_view text, bool keep_lines) {
    if (is_plain(text)) return std::string(text);
    std::string out;
    out.reserve(text.size());
    for (const char32_t c : to_utf32(text)) {
        if (is_harmful(c) && !(keep_lines && (c == U'\n' || c == U'\t')))
            append_escape(out, c);
        else
            append_utf8(out, c);
    }
    return out;
}

std::string time_text(std::int64_t milliseconds) {
    using namespace std::chrono;
    const sys_time<std::chrono::milliseconds> time{std::chrono::milliseconds(milliseconds)};
    const auto day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss<std::chrono::milliseconds> clock(time - day);
    std::array<char, 64> text{};
    const int size =
        std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                      static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
    return {text.data(), static_cast<std::size_t>(size)};
}

std::string text_line(const Line &line) {
    std::string out = time_text(line.milliseconds);
    out += ' ';
    out += log_level_name(line.level);
    out += " [";
    out += harmless(line.source);
    out += "] ";
    if (line.event != nullptr) {
        out += std::to_string(line.event->kind().id);
        out += ' ';
        out += line.event->kind().name;
        out += ": ";
    }
    out += harmless(line.message);
    if (line.event == nullptr || line.event->fields().empty()) return out;
    std::string_view separator = " (";
    for (const auto &[name, value] : line.event->fields()) {
        out += separator;
        out += name;
        out += '=';
        append_quoted(out, value);
        separator = ", ";
    }
    out += ')';
    return out;
}

std::string json_line(const Line &line) {
    std::string out = "{\"time\":\"" + time_text(line.milliseconds) + "\",\"level\":\"";
    out += log_level_name(line.level);
    out += '"';
    if (line.event != nullptr) {
        out += ",\"eventId\":" + std::to_string(line.event->kind().id);
        append_member(out, "event", line.event->kind().name);
    }
    append_member(out, "source", line.source);
    append_member(out, "message", line.message);
    if (line.event != nullptr) {
        for (const auto &[name, value] : line.event->fields())
            append_member(out, name, value);
    }
    out += '}';
    return out;
}

} // namespace certbroker::log_format
