#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

/// Distinguished Encoding Rules (X.690), read strictly and written once: definite shortest lengths only.
namespace certbroker::der {

enum Tag : std::uint8_t {
    boolean = 0x01,
    integer = 0x02,
    bit_string = 0x03,
    octet_string = 0x04,
    null = 0x05,
    object_identifier = 0x06,
    enumerated = 0x0a,
    utf8_string = 0x0c,
    printable_string = 0x13,
    t61_string = 0x14,
    ia5_string = 0x16,
    utc_time = 0x17,
    generalized_time = 0x18,
    universal_string = 0x1c,
    bmp_string = 0x1e,
    sequence = 0x30,
    set = 0x31,
};
/// The identifier octet of context tag `number` (0..30).
constexpr std::uint8_t context(unsigned number, bool constructed) {
    return static_cast<std::uint8_t>(0x80U | (constructed ? 0x20U : 0U) | number);
}

struct Element {
    std::uint8_t tag = 0;
    ByteView content; ///< without identifier and length
    ByteView whole;   ///< with them
};

/// Walks over the elements of one level. Holds a view: the bytes must outlive it. Cheap to copy.
class Reader {
public:
    explicit Reader(ByteView bytes) : rest_(bytes) {}

    bool empty() const noexcept { return rest_.empty(); }
    ByteView rest() const noexcept { return rest_; }
    /// The tag of the next element, 0 at the end.
    std::uint8_t peek() const noexcept { return rest_.empty() ? std::uint8_t{0} : rest_.front(); }

    Result<Element> next();                 ///< whatever comes
    Result<Element> next(std::uint8_t tag); ///< fails when it is something else
    Result<Reader> enter(std::uint8_t tag); ///< a reader over the contents of a constructed element
    bool skip(std::uint8_t tag);            ///< passes over an OPTIONAL element of that tag, if it comes next
    Result<void> finish() const;            ///< fails when something is left

    Result<bool> read_boolean();
    Result<std::int64_t> read_integer(); ///< up to 8 octets
    Result<Bytes> read_unsigned();       ///< an INTEGER >= 0 of any length, without the sign octet
    Result<std::string> read_oid();      ///< dotted decimal
    Result<Bytes> read_octets();
    Result<Bytes> read_bits(std::uint8_t *unused_bits = nullptr); ///< without the unused-bits octet

private:
    ByteView rest_;
};

/// Fails unless the bytes are one element of that tag with nothing behind it; returns a reader over its contents.
Result<Reader> read_single(ByteView bytes, std::uint8_t tag);
/// Checks that the bytes are exactly one well-formed element, nested no deeper than 32.
Result<void> check_well_formed(ByteView bytes);
Result<std::string> decode_oid(ByteView content);

/// Builds DER from the inside out: begin()/end() pairs nest, lengths are filled in by end().
class Writer {
public:
    Writer() = default;
    void reserve(std::size_t size) { out_.reserve(size); }

    /// Opens a constructed element; close with end(). Returns the mark to pass.
    std::size_t begin(std::uint8_t tag);
    void end(std::size_t mark);
    /// begin/end around `body(writer)`.
    template<class Body>
    Writer &nest(std::uint8_t tag, Body &&body) {
        const std::size_t mark = begin(tag);
        body(*this);
        end(mark);
        return *this;
    }

    Writer &raw(ByteView der); ///< complete elements made elsewhere
    Writer &element(std::uint8_t tag, ByteView content);
    Writer &boolean(bool value);
    Writer &integer(std::int64_t value);
    Writer &unsigned_integer(ByteView big_endian); ///< adds or drops sign octets as needed
    Writer &oid(std::string_view dotted);          ///< the text must have passed encode_oid or is_oid before
    Writer &null();
    Writer &octets(ByteView value);
    Writer &bits(ByteView value, std::uint8_t unused_bits = 0);
    /// A named bit list: bit 0 is the highest bit of the first octet; trailing zero bits are dropped.
    Writer &named_bits(std::uint32_t bits_from_zero, unsigned count);
    Writer &text(std::uint8_t tag, std::string_view value) { return element(tag, as_bytes(value)); }
    /// UTCTime through 2049, GeneralizedTime from 2050 (RFC 5280 section 4.1.2.5).
    Writer &time(std::int64_t unix_seconds);

    const Bytes &bytes() const &noexcept { return out_; }
    Bytes &&take() && { return std::move(out_); }

private:
    Bytes out_;
};

bool is_oid(std::string_view dotted) noexcept;
Result<Bytes> encode_oid(std::string_view dotted);     ///< the contents octets
Result<std::int64_t> decode_time(const Element &time); ///< UTCTime or GeneralizedTime with Z

} // namespace certbroker::der
