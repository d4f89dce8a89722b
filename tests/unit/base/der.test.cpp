#include "base/der.hpp"

#include <catch2/catch_test_macros.hpp>

#include "base/encoding.hpp"

using namespace certbroker;

namespace {

Bytes hex(std::string_view text) {
    return *from_hex(text);
}

template<class T>
bool refused(const Result<T> &result) {
    return !result && result.error().id() == "Base.Der";
}

template<class Body>
std::string written(Body &&body) {
    der::Writer writer;
    body(writer);
    return to_hex(writer.bytes());
}

} // namespace

TEST_CASE("elements are read with their tag, contents and whole") {
    const Bytes bytes = hex("020105 0400 3003020101");
    der::Reader reader(bytes);
    CHECK(reader.peek() == der::integer);
    CHECK(*reader.read_integer() == 5);
    const auto octets = reader.next();
    REQUIRE(octets);
    CHECK(octets->tag == der::octet_string);
    CHECK(octets->content.empty());
    CHECK(octets->whole.size() == 2);
    CHECK_FALSE(reader.finish());
    auto inner = reader.enter(der::sequence);
    REQUIRE(inner);
    CHECK(*inner->read_integer() == 1);
    CHECK(inner->finish());
    CHECK(reader.empty());
    CHECK(reader.peek() == 0);
    CHECK(refused(reader.next()));
    CHECK(refused(reader.next(der::integer)));
    CHECK_FALSE(reader.skip(0));
}

TEST_CASE("only definite lengths in their shortest form are read") {
    for (const char *bad : {"", "04", "0401", "0480", "04800000", "048105AABBCCDDEE", "0482000180", "04820001",
                            "0485000000000100", "04848FFFFFFF", "1f0100", "3fff00", "04ff"}) {
        INFO(bad);
        const Bytes bytes = hex(bad);
        der::Reader reader(bytes);
        CHECK(refused(reader.next()));
    }
    Bytes long_form = hex("048180");
    long_form.resize(3 + 128);
    CHECK(der::Reader(long_form).next());
    long_form = hex("04820100");
    long_form.resize(4 + 256);
    CHECK(der::Reader(long_form).next()->content.size() == 256);
}

TEST_CASE("lengths are written in their shortest form at every border") {
    for (const std::size_t size : {0U, 1U, 127U, 128U, 255U, 256U, 65535U, 65536U}) {
        der::Writer writer;
        writer.nest(der::sequence, [&](der::Writer &w) { w.octets(Bytes(size, 0xaa)); });
        auto reader = der::read_single(writer.bytes(), der::sequence);
        REQUIRE(reader);
        CHECK(reader->read_octets()->size() == size);
    }
}

TEST_CASE("integers are read and written in two's complement") {
    for (const auto &[value, text] :
         std::vector<std::pair<std::int64_t, std::string>>{{0, "020100"},
                                                           {127, "02017f"},
                                                           {128, "02020080"},
                                                           {-1, "0201ff"},
                                                           {-128, "020180"},
                                                           {-129, "0202ff7f"},
                                                           {INT64_MAX, "02087fffffffffffffff"},
                                                           {INT64_MIN, "02088000000000000000"}}) {
        CHECK(written([v = value](der::Writer &w) { w.integer(v); }) == text);
        const Bytes bytes = hex(text);
        CHECK(*der::Reader(bytes).read_integer() == value);
    }
    for (const char *bad : {"0200", "02020001", "0202ff80", "0209000000000000000001", "0101ff"}) {
        const Bytes bytes = hex(bad);
        CHECK(refused(der::Reader(bytes).read_integer()));
    }
}

TEST_CASE("unsigned numbers lose and get their sign octet") {
    CHECK(written([](der::Writer &w) { w.unsigned_integer(Bytes{0x80}); }) == "02020080");
    CHECK(written([](der::Writer &w) { w.unsigned_integer(Bytes{0, 0, 1}); }) == "020101");
    CHECK(written([](der::Writer &w) { w.unsigned_integer(Bytes{0}); }) == "020100");
    CHECK(written([](der::Writer &w) { w.unsigned_integer({}); }) == "020100");
    const auto read = [](const char *text) {
        const Bytes bytes = hex(text);
        return der::Reader(bytes).read_unsigned();
    };
    CHECK(*read("02020080") == Bytes{0x80});
    CHECK(*read("020100") == Bytes{0});
    CHECK(refused(read("020180")));
    CHECK(refused(read("0200")));
    CHECK(refused(read("0202007f")));
}

TEST_CASE("booleans are 00 or FF") {
    CHECK(written([](der::Writer &w) { w.boolean(true).boolean(false); }) == "0101ff010100");
    const auto read = [](const char *text) {
        const Bytes bytes = hex(text);
        return der::Reader(bytes).read_boolean();
    };
    CHECK(*read("0101ff"));
    CHECK_FALSE(*read("010100"));
    for (const char *bad : {"010101", "0100", "01020000", "020100"})
        CHECK(refused(read(bad)));
}

TEST_CASE("object identifiers go both ways") {
    for (const char *oid : {"1.2.840.113549.1.1.11", "2.5.29.17", "0.0", "0.39", "1.39.1", "2.999.3",
                            "2.16.840.1.101.3.4.2.1", "1.3.6.1.4.1.311.21.8.18446744073709551615"}) {
        INFO(oid);
        CHECK(der::is_oid(oid));
        CHECK(*der::decode_oid(*der::encode_oid(oid)) == oid);
    }
    CHECK(to_hex(*der::encode_oid("1.2.840.113549")) == "2a864886f70d");
    CHECK(to_hex(*der::encode_oid("2.999.3")) == "883703");
    for (const std::string &bad :
         {std::string(), std::string("1"), std::string("1."), std::string(".1"), std::string("1..2"),
          std::string("3.1"), std::string("1.40"), std::string("1.2.03"), std::string("1.2.-3"), std::string("1.2.a"),
          std::string("1.2.18446744073709551616"), std::string("1.2 .3"), std::string(300, '1')}) {
        INFO(bad);
        CHECK_FALSE(der::is_oid(bad));
        const auto encoded = der::encode_oid(bad);
        REQUIRE_FALSE(encoded);
        CHECK(encoded.error().id() == "Base.Argument");
    }
    for (const char *bad : {"", "80", "8001", "2a80", "2a8001", "2affffffffffffffffff7f"})
        CHECK(refused(der::decode_oid(hex(bad))));
    CHECK(refused(der::decode_oid(Bytes(129, 1))));
}

TEST_CASE("bit strings keep their unused bits") {
    CHECK(written([](der::Writer &w) { w.bits(Bytes{0xa0}, 5); }) == "030205a0");
    const auto read = [](const char *text, std::uint8_t *unused = nullptr) {
        const Bytes bytes = hex(text);
        return der::Reader(bytes).read_bits(unused);
    };
    std::uint8_t unused = 0;
    CHECK(*read("030205a0", &unused) == Bytes{0xa0});
    CHECK(unused == 5);
    CHECK(read("030100")->empty());
    for (const char *bad : {"0300", "030101", "03020880"})
        CHECK(refused(read(bad)));
}

TEST_CASE("named bit lists drop their trailing zeros") {
    const auto bits = [](std::uint32_t value, unsigned count) {
        return written([=](der::Writer &w) { w.named_bits(value, count); });
    };
    CHECK(bits(0b101, 9) == "030205a0");
    CHECK(bits(0b100000000, 9) == "0303070080");
    CHECK(bits(0, 9) == "030100");
    CHECK(bits(0xff, 8) == "030200ff");
    CHECK(bits(0x80000000U, 32) == "03050000000001");
}

TEST_CASE("times are UTCTime until 2049 and GeneralizedTime from 2050") {
    const auto read = [](const char *text) {
        const Bytes bytes = hex(text);
        return der::decode_time(*der::Reader(bytes).next());
    };
    const auto round_trip = [](std::int64_t when) {
        der::Writer writer;
        writer.time(when);
        return *der::decode_time(*der::Reader(writer.bytes()).next());
    };
    CHECK(written([](der::Writer &w) { w.time(0); }) == "170d" + to_hex(as_bytes("700101000000Z")));
    CHECK(written([](der::Writer &w) { w.time(2524607999); }) == "170d" + to_hex(as_bytes("491231235959Z")));
    CHECK(written([](der::Writer &w) { w.time(2524608000); }) == "180f" + to_hex(as_bytes("20500101000000Z")));
    CHECK(written([](der::Writer &w) { w.time(-631152001); }) == "180f" + to_hex(as_bytes("19491231235959Z")));
    for (const std::int64_t when : {std::int64_t{0}, std::int64_t{951782400}, std::int64_t{1709210096},
                                    std::int64_t{-631152000}, std::int64_t{2524608000}, std::int64_t{253402300799}})
        CHECK(round_trip(when) == when);
    for (const std::string &bad :
         {std::string("230229000000Z"), std::string("231301000000Z"), std::string("230100000000Z"),
          std::string("230101240000Z"), std::string("230101006000Z"), std::string("230101000060Z"),
          std::string("2301010000Z"), std::string("230101000000"), std::string("23010100000aZ"),
          std::string("230101000000+0100")}) {
        INFO(bad);
        der::Writer writer;
        writer.text(der::utc_time, bad);
        CHECK(refused(der::decode_time(*der::Reader(writer.bytes()).next())));
    }
    CHECK(refused(read("0403313233")));
    CHECK(refused(read("1800")));
}

TEST_CASE("a single element has nothing behind it and the right tag") {
    CHECK(der::read_single(hex("3000"), der::sequence));
    CHECK(refused(der::read_single(hex("300000"), der::sequence)));
    CHECK(refused(der::read_single(hex("3100"), der::sequence)));
    CHECK(refused(der::read_single({}, der::sequence)));
}

TEST_CASE("nesting deeper than 32 is refused in bounded time") {
    const auto nested = [](int depth) {
        der::Writer writer;
        std::vector<std::size_t> marks;
        for (int i = 0; i < depth; ++i)
            marks.push_back(writer.begin(der::sequence));
        for (; !marks.empty(); marks.pop_back())
            writer.end(marks.back());
        return std::move(writer).take();
    };
    CHECK(der::check_well_formed(nested(32)));
    CHECK(refused(der::check_well_formed(nested(40))));
    CHECK(refused(der::check_well_formed(nested(100'000))));
    CHECK(refused(der::check_well_formed(hex("3003020101 00"))));
    CHECK(refused(der::check_well_formed(hex("30030202ff"))));
    CHECK(der::check_well_formed(hex("0500")));
}

TEST_CASE("optional elements are passed over only when they are there") {
    const Bytes bytes = hex("a003020102 0500");
    der::Reader reader(bytes);
    CHECK_FALSE(reader.skip(der::null));
    CHECK(reader.skip(der::context(0, true)));
    CHECK(reader.skip(der::null));
    CHECK(reader.finish());
}
