#include "base/der.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

#include "base/errors.hpp"
#include "base/text.hpp"

namespace certbroker::der {
namespace {

constexpr int max_depth = 32;
constexpr std::size_t max_oid_text = 256;

Error malformed(std::string why) {
    return fail(errors::der, "ASN.1 data could not be read: " + std::move(why));
}

/// The first arc pair and every further arc fit 64 bits; longer arcs (X.667 UUID arcs) are refused.
void append_base128(Bytes &out, std::uint64_t value) {
    std::array<std::uint8_t, 10> digits{};
    std::size_t count = 0;
    do {
        digits[count++] = static_cast<std::uint8_t>(value & 0x7fU);
        value >>= 7U;
    } while (value != 0);
    while (count > 0) {
        --count;
        out.push_back(static_cast<std::uint8_t>(digits[count] | (count > 0 ? 0x80U : 0U)));
    }
}

Result<void> check_depth(ByteView bytes, int depth) {
    if (depth > max_depth) return malformed("it is nested too deep");
    Reader reader(bytes);
    while (!reader.empty()) {
        CERTBROKER_TRY(const Element element, reader.next());
        if ((element.tag & 0x20U) != 0) CERTBROKER_CHECK(check_depth(element.content, depth + 1));
    }
    return {};
}

bool encode_oid_into(std::string_view dotted, Bytes &out) {
    if (dotted.empty() || dotted.size() > max_oid_text) return false;
    std::uint64_t first = 0;
    std::size_t index = 0;
    for (const std::string_view arc : split(dotted, '.')) {
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(arc.data(), arc.data() + arc.size(), value);
        if (arc.empty() || error != std::errc() || end != arc.data() + arc.size()) return false;
        if (arc.size() > 1 && arc.front() == '0') return false;
        if (index == 0) {
            if (value > 2) return false;
            first = value;
        } else if (index == 1) {
            if ((first < 2 && value > 39) || value > UINT64_MAX - 80) return false;
            append_base128(out, first * 40 + value);
        } else {
            append_base128(out, value);
        }
        ++index;
    }
    return index >= 2;
}

int two_digits(std::string_view text, std::size_t at) {
    const char a = text[at];
    const char b = text[at + 1];
    if (a < '0' || a > '9' || b < '0' || b > '9') return -1;
    return (a - '0') * 10 + (b - '0');
}

} // namespace

Result<Element> Reader::next() {
    if (rest_.size() < 2) return malformed("it is cut off");
    const std::uint8_t tag = rest_[0];
    if ((tag & 0x1fU) == 0x1fU) return malformed("tags over 30 do not occur in what is read here");
    std::size_t header = 2;
    std::size_t length = rest_[1];
    if (length == 0x80) return malformed("indefinite lengths are not DER");
    if (length > 0x80) {
        const std::size_t octets = length & 0x7fU;
        if (octets > 4) return malformed("a length has more than 4 octets");
        if (rest_.size() < 2 + octets) return malformed("it is cut off");
        length = 0;
        for (std::size_t i = 0; i < octets; ++i)
            length = length << 8U | rest_[2 + i];
        if (length < 0x80 || (octets > 1 && length >> (8 * (octets - 1)) == 0))
            return malformed("a length is not in its shortest form");
        header += octets;
    }
    if (rest_.size() - header < length) return malformed("it is cut off");
    const Element element{tag, rest_.subspan(header, length), rest_.first(header + length)};
    rest_ = rest_.subspan(header + length);
    return element;
}

Result<Element> Reader::next(std::uint8_t tag) {
    if (peek() != tag || rest_.empty()) {
        std::array<char, 64> text{};
        (void)std::snprintf(text.data(), text.size(), "an element with tag 0x%02x should come, not 0x%02x", tag,
                            peek());
        return malformed(rest_.empty() ? "an element is missing" : text.data());
    }
    return next();
}

Result<Reader> Reader::enter(std::uint8_t tag) {
    CERTBROKER_TRY(const Element element, next(tag));
    return Reader(element.content);
}

bool Reader::skip(std::uint8_t tag) {
    if (rest_.empty() || peek() != tag) return false;
    return next().has_value();
}

Result<void> Reader::finish() const {
    if (!rest_.empty()) return malformed("there is something behind its end");
    return {};
}

Result<bool> Reader::read_boolean() {
    CERTBROKER_TRY(const Element element, next(der::boolean));
    if (element.content.size() != 1 || (element.content[0] != 0 && element.content[0] != 0xff))
        return malformed("a BOOLEAN is neither 00 nor FF");
    return element.content[0] != 0;
}

Result<std::int64_t> Reader::read_integer() {
    CERTBROKER_TRY(const Element element, next(der::integer));
    const ByteView content = element.content;
    if (content.empty() || content.size() > 8) return malformed("an INTEGER is empty or over 8 octets");
    if (content.size() > 1 && ((content[0] == 0 && content[1] < 0x80) || (content[0] == 0xff && content[1] >= 0x80)))
        return malformed("an INTEGER is not in its shortest form");
    std::uint64_t value = (content[0] & 0x80U) != 0 ? UINT64_MAX : 0;
    for (const std::uint8_t byte : content)
        value = value << 8U | byte;
    return static_cast<std::int64_t>(value);
}

Result<Bytes> Reader::read_unsigned() {
    CERTBROKER_TRY(const Element element, next(der::integer));
    ByteView content = element.content;
    if (content.empty() || (content[0] & 0x80U) != 0) return malformed("an INTEGER is empty or negative");
    if (content.size() > 1 && content[0] == 0) {
        if (content[1] < 0x80) return malformed("an INTEGER is not in its shortest form");
        content = content.subspan(1);
    }
    return to_bytes(content);
}

Result<std::string> Reader::read_oid() {
    CERTBROKER_TRY(const Element element, next(der::object_identifier));
    return decode_oid(element.content);
}

Result<Bytes> Reader::read_octets() {
    CERTBROKER_TRY(const Element element, next(der::octet_string));
    return to_bytes(element.content);
}

Result<Bytes> Reader::read_bits(std::uint8_t *unused_bits) {
    CERTBROKER_TRY(const Element element, next(der::bit_string));
    if (element.content.empty() || element.content[0] > 7 || (element.content.size() == 1 && element.content[0] != 0))
        return malformed("a BIT STRING has a wrong count of unused bits");
    if (unused_bits != nullptr) *unused_bits = element.content[0];
    return to_bytes(element.content.subspan(1));
}

Result<Reader> read_single(ByteView bytes, std::uint8_t tag) {
    Reader outer(bytes);
    CERTBROKER_TRY(const Reader inner, outer.enter(tag));
    CERTBROKER_CHECK(outer.finish());
    return inner;
}

Result<void> check_well_formed(ByteView bytes) {
    Reader outer(bytes);
    CERTBROKER_TRY(const Element element, outer.next());
    CERTBROKER_CHECK(outer.finish());
    if ((element.tag & 0x20U) != 0) CERTBROKER_CHECK(check_depth(element.content, 1));
    return {};
}

Result<std::string> decode_oid(ByteView content) {
    if (content.empty() || content.size() > 128 || (content.back() & 0x80U) != 0)
        return malformed("an OBJECT IDENTIFIER is cut off or too long");
    std::string out;
    std::uint64_t value = 0;
    bool start = true;
    for (const std::uint8_t byte : content) {
        if (start && byte == 0x80) return malformed("an OBJECT IDENTIFIER is not in its shortest form");
        if (value >> 57U != 0) return malformed("an OBJECT IDENTIFIER has an arc over 64 bits");
        value = value << 7U | (byte & 0x7fU);
        start = (byte & 0x80U) == 0;
        if (!start) continue;
        if (out.empty()) {
            const std::uint64_t first = value < 40 ? 0 : value < 80 ? 1 : 2;
            out = std::to_string(first) + "." + std::to_string(value - first * 40);
        } else {
            out += "." + std::to_string(value);
        }
        value = 0;
    }
    return out;
}

std::size_t Writer::begin(std::uint8_t tag) {
    out_.push_back(tag);
    out_.push_back(0);
    return out_.size();
}

void Writer::end(std::size_t mark) {
    const std::size_t length = out_.size() - mark;
    if (length < 0x80) {
        out_[mark - 1] = static_cast<std::uint8_t>(length);
        return;
    }
    std::array<std::uint8_t, 8> octets{};
    std::size_t count = 0;
    for (std::size_t rest = length; rest != 0; rest >>= 8U)
        octets[count++] = static_cast<std::uint8_t>(rest & 0xffU);
    out_[mark - 1] = static_cast<std::uint8_t>(0x80U | count);
    std::reverse(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(count));
    out_.insert(out_.begin() + static_cast<std::ptrdiff_t>(mark), octets.begin(),
                octets.begin() + static_cast<std::ptrdiff_t>(count));
}

Writer &Writer::raw(ByteView der) {
    out_.insert(out_.end(), der.begin(), der.end());
    return *this;
}

Writer &Writer::element(std::uint8_t tag, ByteView content) {
    const std::size_t mark = begin(tag);
    raw(content);
    end(mark);
    return *this;
}

Writer &Writer::boolean(bool value) {
    const std::uint8_t content = value ? 0xff : 0x00;
    return element(der::boolean, {&content, 1});
}

Writer &Writer::integer(std::int64_t value) {
    std::array<std::uint8_t, 8> octets{};
    for (std::size_t i = 0; i < 8; ++i)
        octets[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * (7 - i)));
    std::size_t skip = 0;
    while (skip < 7 &&
           ((octets[skip] == 0 && octets[skip + 1] < 0x80) || (octets[skip] == 0xff && octets[skip + 1] >= 0x80)))
        ++skip;
    return element(der::integer, ByteView(octets).subspan(skip));
}

Writer &Writer::unsigned_integer(ByteView big_endian) {
    while (big_endian.size() > 1 && big_endian[0] == 0)
        big_endian = big_endian.subspan(1);
    const std::size_t mark = begin(der::integer);
    if (big_endian.empty() || big_endian[0] >= 0x80) out_.push_back(0);
    raw(big_endian);
    end(mark);
    return *this;
}

Writer &Writer::oid(std::string_view dotted) {
    const std::size_t mark = begin(der::object_identifier);
    (void)encode_oid_into(dotted, out_);
    end(mark);
    return *this;
}

Writer &Writer::null() {
    return element(der::null, {});
}

Writer &Writer::octets(ByteView value) {
    return element(der::octet_string, value);
}

Writer &Writer::bits(ByteView value, std::uint8_t unused_bits) {
    const std::size_t mark = begin(der::bit_string);
    out_.push_back(unused_bits);
    raw(value);
    end(mark);
    return *this;
}

Writer &Writer::named_bits(std::uint32_t bits_from_zero, unsigned count) {
    std::array<std::uint8_t, 4> octets{};
    unsigned highest = 0;
    for (unsigned i = 0; i < count && i < 32; ++i) {
        if ((bits_from_zero >> i & 1U) == 0) continue;
        octets[i / 8] = static_cast<std::uint8_t>(octets[i / 8] | (0x80U >> (i % 8)));
        highest = i + 1;
    }
    const std::size_t used = (highest + 7) / 8;
    return bits(ByteView(octets).first(used), static_cast<std::uint8_t>(used * 8 - highest));
}

Writer &Writer::time(std::int64_t unix_seconds) {
    using namespace std::chrono;
    const sys_seconds point{seconds(unix_seconds)};
    const auto day = floor<days>(point);
    const year_month_day date{day};
    const hh_mm_ss clock{point - day};
    std::array<char, 32> text{};
    const int year = static_cast<int>(date.year());
    const bool utc = year >= 1950 && year < 2050;
    (void)std::snprintf(text.data(), text.size(), utc ? "%02d%02u%02u%02d%02d%02dZ" : "%04d%02u%02u%02d%02d%02dZ",
                        utc ? year % 100 : year, static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                        static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                        static_cast<int>(clock.seconds().count()));
    return this->text(utc ? utc_time : generalized_time, text.data());
}

bool is_oid(std::string_view dotted) noexcept {
    Bytes ignored;
    return encode_oid_into(dotted, ignored);
}

Result<Bytes> encode_oid(std::string_view dotted) {
    Bytes out;
    if (!encode_oid_into(dotted, out))
        return fail(errors::argument,
                    "'" + std::string(dotted.substr(0, 80)) +
                        "' is not an object identifier: it needs numbers joined by dots, such as 1.3.6.1.5.5.7.3.2");
    return out;
}

Result<std::int64_t> decode_time(const Element &time) {
    const std::string_view text = as_text(time.content);
    const bool utc = time.tag == utc_time;
    if (!utc && time.tag != generalized_time) return malformed("a time should come");
    const std::size_t year_digits = utc ? 2 : 4;
    if (text.size() != year_digits + 11 || text.back() != 'Z')
        return malformed("a time is not in the form of RFC 5280");
    std::array<int, 6> parts{}; // month, day, hour, minute, second behind the year
    for (std::size_t i = 0; i < 5; ++i) {
        parts[i] = two_digits(text, year_digits + 2 * i);
        if (parts[i] < 0) return malformed("a time has other characters than digits");
    }
    int year = two_digits(text, 0);
    if (!utc) {
        const int low = two_digits(text, 2);
        year = year < 0 || low < 0 ? -1 : year * 100 + low;
    } else if (year >= 0) {
        year += year < 50 ? 2000 : 1900;
    }
    using namespace std::chrono;
    const year_month_day date{std::chrono::year{year}, month{static_cast<unsigned>(parts[0])},
                              day{static_cast<unsigned>(parts[1])}};
    if (year < 0 || !date.ok() || parts[2] > 23 || parts[3] > 59 || parts[4] > 59)
        return malformed("a time is no real date");
    const auto point = sys_days(date) + hours(parts[2]) + minutes(parts[3]) + seconds(parts[4]);
    return duration_cast<seconds>(point.time_since_epoch()).count();
}

} // namespace certbroker::der
