#include "pfx/ber.hpp"

#include "base/der.hpp"
#include "base/errors.hpp"

namespace certbroker::pfx {
namespace {

constexpr int max_depth = 32;
constexpr std::uint8_t constructed = 0x20;

Error malformed(const char *why) {
    return fail(errors::der, std::string("The ASN.1 data could not be read: ") + why);
}

struct Header {
    std::uint8_t tag = 0;
    bool open = false; ///< the length is not given; two zero octets close the element
    std::size_t length = 0;
};

Result<Header> read_header(ByteView &rest) {
    if (rest.size() < 2) return malformed("it ends too early");
    Header header{rest[0], false, rest[1]};
    if ((header.tag & 0x1fU) == 0x1f) return malformed("it uses tags in several octets");
    rest = rest.subspan(2);
    if (header.length == 0x80) {
        header.open = true;
        header.length = 0;
        if ((header.tag & constructed) == 0) return malformed("the length of a value is missing");
    } else if (header.length > 0x80) {
        const std::size_t octets = header.length & 0x7fU;
        if (octets > rest.size()) return malformed("it ends too early");
        header.length = 0;
        for (std::size_t i = 0; i < octets; ++i) {
            if (header.length > (SIZE_MAX >> 9U)) return malformed("a length is too large");
            header.length = header.length << 8U | rest[i];
        }
        rest = rest.subspan(octets);
    }
    if (header.length > rest.size()) return malformed("it ends too early");
    return header;
}

Result<void> convert(ByteView &rest, der::Writer &out, int depth);

/// The elements inside a constructed one, up to its end; `rest` begins behind the header.
Result<void> convert_contents(const Header &header, ByteView &rest, der::Writer &out, int depth) {
    if (!header.open) {
        ByteView inside = rest.first(header.length);
        rest = rest.subspan(header.length);
        while (!inside.empty())
            CERTBROKER_CHECK(convert(inside, out, depth));
        return {};
    }
    while (rest.size() < 2 || rest[0] != 0 || rest[1] != 0)
        CERTBROKER_CHECK(convert(rest, out, depth));
    rest = rest.subspan(2);
    return {};
}

Result<void> convert(ByteView &rest, der::Writer &out, int depth) {
    if (depth > max_depth) return malformed("it is nested too deep");
    CERTBROKER_TRY(const Header header, read_header(rest));
    if ((header.tag & constructed) == 0) {
        out.element(header.tag, rest.first(header.length));
        rest = rest.subspan(header.length);
        return {};
    }
    if (header.tag == (der::octet_string | constructed)) {
        der::Writer pieces;
        CERTBROKER_CHECK(convert_contents(header, rest, pieces, depth + 1));
        Bytes whole;
        for (der::Reader reader(pieces.bytes()); !reader.empty();) {
            CERTBROKER_TRY(const der::Element piece, reader.next(der::octet_string));
            whole.insert(whole.end(), piece.content.begin(), piece.content.end());
        }
        out.octets(whole);
        return {};
    }
    const std::size_t mark = out.begin(header.tag);
    CERTBROKER_CHECK(convert_contents(header, rest, out, depth + 1));
    out.end(mark);
    return {};
}

} // namespace

Result<Bytes> definite_lengths(ByteView ber) {
    der::Writer out;
    out.reserve(ber.size() + 16);
    CERTBROKER_CHECK(convert(ber, out, 0));
    if (!ber.empty()) return malformed("something stands behind its end");
    return std::move(out).take();
}

} // namespace certbroker::pfx
