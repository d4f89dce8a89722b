#include "profile/connector_config.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>

#include "base/encoding.hpp"
#include "base/errors.hpp"
#include "base/text.hpp"
#include "profile/connector_xml.hpp"
#include "profile/errors.hpp"
#include "profile/findings.hpp"

namespace certbroker::profile {
namespace {

constexpr std::size_t max_size = std::size_t{1} << 20U;
constexpr std::int64_t max_timeout = 2'147'483'647; ///< the connector's own number is an int

struct Key {
    std::string_view name;
    std::string_view summary;
};
constexpr std::array keys{
    Key{connector_thumbprint,
        "The thumbprint of the RA certificate in LocalMachine\\My that the connector shows to DigiCert."},
    Key{connector_timeout, "How long the connector waits for the cloud CA, in milliseconds. Unset: the connector's own "
                           "default, not known."},
    Key{"BaseServiceAddress", "The address of Intune; set in government clouds only."},
};

bool starts_with(ByteView bytes, std::initializer_list<std::uint8_t> mark) {
    return bytes.size() >= mark.size() && std::equal(mark.begin(), mark.end(), bytes.begin());
}

bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t';
}

std::string escaped(std::string_view value, char quote) {
    std::string out;
    for (const char c : value) {
        if (c == '&') {
            out += "&amp;";
        } else if (c == '<') {
            out += "&lt;";
        } else if (c == quote) {
            out += quote == '"' ? "&quot;" : "&apos;";
        } else {
            out += c;
        }
    }
    return out;
}

/// The line end of the file; Windows' own where it has none.
std::string_view line_end_of(std::string_view text) {
    const auto end = text.find('\n');
    return end != std::string_view::npos && (end == 0 || text[end - 1] != '\r') ? "\n" : "\r\n";
}

/// The blanks in front of a tag when nothing else stands before it on its line.
std::string_view indentation(std::string_view text, std::size_t tag) {
    std::size_t start = tag;
    while (start > 0 && is_blank(text[start - 1]))
        --start;
    return start > 0 && text[start - 1] == '\n' ? text.substr(start, tag - start) : std::string_view();
}

/// Behind an element and the comments that follow it on its line, or right behind it when something else follows.
std::size_t behind_line(std::string_view text, std::size_t end) {
    std::size_t at = end;
    for (;;) {
        while (at < text.size() && is_blank(text[at]))
            ++at;
        if (!text.substr(at).starts_with("<!--")) break;
        at = text.find("-->", at) + 3; // closed: the whole text was read before
    }
    const bool line_ends = at < text.size() && (text[at] == '\r' || text[at] == '\n');
    return line_ends ? at : end;
}

Error misread(const std::string &file, std::string_view text, std::size_t offset, const ErrorKind &kind,
              const std::string &why) {
    const auto [line, column] = xml_place(text, offset);
    return fail(kind, "The configuration could not be read: " + why).at(file, line, column);
}

/// The one appSettings section below the root.
Result<std::size_t> app_settings(const XmlDocument &document, const std::string &file, std::string_view text) {
    const std::vector<XmlElement> &elements = document.elements;
    if (elements.front().name != "configuration")
        return misread(file, text, elements.front().start, errors::connector_no_settings,
                       "its root is <" + std::string(elements.front().name) + ">, not <configuration>");
    std::size_t found = XmlElement::no_parent;
    for (std::size_t i = 1; i < elements.size(); ++i) {
        if (elements[i].parent != 0 || elements[i].name != "appSettings") continue;
        if (found != XmlElement::no_parent)
            return misread(file, text, elements[i].start, errors::connector_xml, "it has a second <appSettings>");
        found = i;
    }
    if (found == XmlElement::no_parent)
        return misread(file, text, elements.front().start, errors::connector_no_settings, "it has no <appSettings>");
    for (const char *attribute : {"configSource", "configProtectionProvider"}) {
        if (elements[found].find(attribute) != nullptr)
            return misread(file, text, elements[found].start, errors::connector_elsewhere,
                           "<appSettings> has the attribute " + std::string(attribute) +
                               ", so its settings are not in this file or not readable");
    }
    return found;
}

/// Declared encodings that fit what the bytes are; a declaration that .NET would stumble over is refused.
bool fits(std::string_view declared, bool utf16, bool ascii) {
    if (declared.empty()) return true;
    if (utf16)
        return iequals(declared, "utf-16") || iequals(declared, "unicode") || iequals(declared, "utf-16le") ||
               iequals(declared, "utf-16be");
    if (iequals(declared, "utf-8")) return true;
    return ascii && !istarts_with(declared, "utf") && !istarts_with(declared, "ucs") && !iequals(declared, "unicode");
}

} // namespace

std::string_view connector_key_summary(std::string_view name) noexcept {
    for (const Key &key : keys) {
        if (iequals(key.name, name)) return key.summary;
    }
    return {};
}

Result<std::string> check_connector_value(std::string_view name, std::string_view value) {
    if (iequals(name, connector_thumbprint)) {
        auto thumbprint = normalize_thumbprint(value);
        if (thumbprint) return thumbprint;
        return fail(errors::connector_thumbprint,
                    "RACertThumbprint could not be set: " + shown(value) + " is not a thumbprint")
            .because(std::move(thumbprint).error());
    }
    if (iequals(name, connector_timeout)) {
        const std::string_view digits = trim(value);
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (digits.empty() || error != std::errc() || end != digits.data() + digits.size() || number <= 0 ||
            number > max_timeout)
            return fail(errors::connector_timeout, "CloudCAConnTimeoutInMilliseconds could not be set: " +
                                                       shown(value) + " is not a number from 1 to 2147483647");
        return std::to_string(number);
    }
    return fail(errors::connector_key,
                "The key " + shown(name) + " could not be set: it is not one that is changed here");
}

Result<void> ConnectorConfig::decode(ByteView bytes) {
    if (bytes.size() > max_size)
        return fail(errors::too_large, "The configuration '" + file_ + "' could not be read: it is larger than 1 MiB");
    const auto unreadable = [&](const char *why) {
        return fail(errors::connector_encoding, std::string("The configuration could not be read: ") + why)
            .at(file_, 1, 1);
    };
    const bool big = starts_with(bytes, {0xfe, 0xff}) || starts_with(bytes, {0, '<'});
    if (starts_with(bytes, {0xff, 0xfe, 0, 0}) || starts_with(bytes, {0, 0})) return unreadable("it is UTF-32");
    if (big || starts_with(bytes, {0xff, 0xfe}) || starts_with(bytes, {'<', 0})) {
        encoding_ = big ? Encoding::utf16_big : Encoding::utf16_little;
        marked_ = bytes.front() != '<' && bytes.front() != 0;
        text_ = utf16_to_utf8(marked_ ? bytes.subspan(2) : bytes, big);
    } else {
        marked_ = starts_with(bytes, {0xef, 0xbb, 0xbf});
        text_ = std::string(as_text(marked_ ? bytes.subspan(3) : bytes));
        if (!is_valid_utf8(text_)) return unreadable("it is neither UTF-8 nor UTF-16");
    }
    // What would not come out again as it went in is not touched: half characters, an odd last octet.
    if (!equal(this->bytes(), bytes)) return unreadable("it is not valid UTF-16");
    return {};
}

Bytes ConnectorConfig::bytes() const {
    if (encoding_ == Encoding::utf8) return to_bytes(as_bytes((marked_ ? "\xef\xbb\xbf" : "") + text_));
    Bytes out;
    const bool big = encoding_ == Encoding::utf16_big;
    if (marked_) out = big ? Bytes{0xfe, 0xff} : Bytes{0xff, 0xfe};
    const Bytes units = utf8_to_utf16(text_, big);
    out.insert(out.end(), units.begin(), units.end());
    return out;
}

/// Goes through the section as .NET does: add, remove and clear in their order, names without case.
Result<void> ConnectorConfig::interpret() {
    CERTBROKER_TRY(const XmlDocument document, scan_xml(text_, file_));
    if (!fits(document.encoding, encoding_ != Encoding::utf8, is_ascii(text_)))
        return misread(file_, text_, 0, errors::connector_encoding,
                       "it says it is " + shown(document.encoding) + " and is not");
    CERTBROKER_TRY(const std::size_t section, app_settings(document, file_, text_));
    settings_.clear();
    places_.clear();
    const auto index_of = [this](std::string_view name) {
        const auto found = std::find_if(settings_.begin(), settings_.end(),
                                        [name](const ConnectorSetting &item) { return iequals(item.name, name); });
        return static_cast<std::size_t>(found - settings_.begin());
    };
    const auto forget = [this](std::size_t index) {
        settings_.erase(settings_.begin() + static_cast<std::ptrdiff_t>(index));
        places_.erase(places_.begin() + static_cast<std::ptrdiff_t>(index));
    };
    for (const XmlElement &element : document.elements) {
        if (element.parent != section) continue;
        if (element.name == "clear") {
            settings_.clear();
            places_.clear();
            continue;
        }
        if (element.name != "add" && element.name != "remove") continue;
        const XmlAttribute *key = element.find("key");
        if (key == nullptr)
            return misread(file_, text_, element.start, errors::connector_xml,
                           "<" + std::string(element.name) + "> has no key");
        const std::size_t index = index_of(key->value);
        std::vector<std::string> warnings;
        if (index < settings_.size()) {
            warnings = settings_[index].warnings;
            if (element.name == "add")
                warnings.push_back("it is given more than once; line " + std::to_string(settings_[index].line) +
                                   " does not count");
            forget(index);
        }
        if (element.name == "remove") continue;
        const XmlAttribute *value = element.find("value");
        const auto [line, column] = xml_place(text_, element.start);
        settings_.push_back({key->value, value != nullptr ? value->value : "", line, column, std::move(warnings)});
        if (value != nullptr) {
            places_.push_back({value->begin, value->end, value->quote});
        } else {
            places_.push_back({key->end + 1, key->end + 1, 0});
        }
    }
    if (document.elements[section].find("file") != nullptr) {
        for (ConnectorSetting &setting : settings_)
            setting.warnings.emplace_back("<appSettings> names another file, whose settings win");
    }
    return {};
}

Result<ConnectorConfig> ConnectorConfig::read(ByteView bytes, std::string file) {
    ConnectorConfig config;
    config.file_ = std::move(file);
    CERTBROKER_CHECK(config.decode(bytes));
    CERTBROKER_CHECK(config.interpret());
    return config;
}

const ConnectorSetting *ConnectorConfig::find(std::string_view name) const noexcept {
    for (const ConnectorSetting &setting : settings_) {
        if (iequals(setting.name, name)) return &setting;
    }
    return nullptr;
}

/// A line for a key that is not there yet, with the place it goes to; `removed` characters there make room for it.
std::string ConnectorConfig::new_line(std::string_view name, std::string_view value, std::size_t &at,
                                      std::size_t &removed) const {
    const auto document = scan_xml(text_, file_); // was read before, and so was its section
    const std::size_t section = *app_settings(*document, file_, text_);
    const XmlElement &parent = document->elements[section];
    const XmlElement *neighbour = nullptr;
    const XmlElement *style = nullptr;
    for (const XmlElement &element : document->elements) {
        if (element.parent != section) continue;
        neighbour = &element;
        if (element.name == "add") style = &element;
    }
    const char quote = style != nullptr && !style->attributes.empty() ? style->attributes.front().quote : '"';
    const bool blank = style == nullptr || !style->closes_itself() || is_blank(text_[style->tag_end - 3]);
    const auto quoted = [quote](std::string_view text) { return quote + escaped(text, quote) + quote; };
    const std::string tag = "<add key=" + quoted(name) + " value=" + quoted(value) + (blank ? " />" : "/>");
    const std::string line_end(line_end_of(text_));
    removed = 0;
    if (neighbour != nullptr) {
        at = behind_line(text_, neighbour->end);
        const std::string_view before = indentation(text_, neighbour->start);
        const bool own_line = !before.empty() || (neighbour->start > 0 && text_[neighbour->start - 1] == '\n');
        return own_line ? line_end + std::string(before) + tag : tag;
    }
    const std::string outer(indentation(text_, parent.start));
    const std::string inner = outer + (outer.empty() ? "  " : outer);
    if (parent.closes_itself()) {
        at = parent.tag_end - 2;
        while (is_blank(text_[at - 1]))
            --at;
        removed = parent.tag_end - at;
        return ">" + line_end + inner + tag + line_end + outer + "</appSettings>";
    }
    at = behind_line(text_, parent.tag_end);
    const bool own_line = text_.substr(at, parent.content_end - at).find('\n') != std::string::npos;
    return line_end + inner + tag + (own_line ? "" : line_end + outer);
}

Result<void> ConnectorConfig::set(std::string_view name, std::string_view value) {
    std::string changed = text_;
    for (std::size_t i = 0; i <= settings_.size(); ++i) {
        if (i == settings_.size()) {
            std::size_t at = 0;
            std::size_t removed = 0;
            const std::string line = new_line(name, value, at, removed);
            changed.replace(at, removed, line);
            break;
        }
        if (!iequals(settings_[i].name, name)) continue;
        if (settings_[i].value == value) return {};
        const Place &place = places_[i];
        std::string typed = escaped(value, place.quote == 0 ? '"' : place.quote);
        if (place.quote == 0) typed = " value=\"" + typed + "\"";
        changed.replace(place.begin, place.end - place.begin, typed);
        break;
    }
    ConnectorConfig next = *this;
    next.text_ = std::move(changed);
    CERTBROKER_CHECK(next.interpret());
    *this = std::move(next);
    return {};
}

} // namespace certbroker::profile
