#pragma once

#include <string_view>
#include <vector>

#include "base/der.hpp"

/// PKCS#12 structures made by hand, such as no program writes them.
namespace certbroker::pfx::test {

inline constexpr std::string_view data = "1.2.840.113549.1.7.1";
inline constexpr std::string_view encrypted_data = "1.2.840.113549.1.7.6";
inline constexpr std::string_view shrouded_key_bag = "1.2.840.113549.1.12.10.1.2";
inline constexpr std::string_view nested_bag = "1.2.840.113549.1.12.10.1.6";

template<class Body>
Bytes sequence(Body &&body) {
    der::Writer writer;
    writer.nest(der::sequence, body);
    return std::move(writer).take();
}

inline Bytes pkcs12_pbe(std::int64_t iterations, std::size_t salt = 8) {
    return sequence([&](der::Writer &w) {
        w.oid("1.2.840.113549.1.12.1.3");
        w.nest(der::sequence, [&](der::Writer &p) { p.octets(Bytes(salt, 1)).integer(iterations); });
    });
}

inline Bytes pbes2(std::string_view derivation, std::int64_t iterations, std::size_t salt = 16,
                   std::int64_t key_length = 0) {
    return sequence([&](der::Writer &w) {
        w.oid("1.2.840.113549.1.5.13");
        w.nest(der::sequence, [&](der::Writer &p) {
            p.nest(der::sequence, [&](der::Writer &kdf) {
                kdf.oid(derivation);
                kdf.nest(der::sequence, [&](der::Writer &n) {
                    n.octets(Bytes(salt, 1)).integer(iterations);
                    if (key_length != 0) n.integer(key_length);
                });
            });
            p.nest(der::sequence,
                   [&](der::Writer &scheme) { scheme.oid("2.16.840.1.101.3.4.1.42").octets(Bytes(16, 0)); });
        });
    });
}

inline constexpr std::string_view pbkdf2 = "1.2.840.113549.1.5.12";
inline constexpr std::string_view scrypt = "1.3.6.1.4.1.11591.4.11";

inline Bytes content_info(std::string_view type, ByteView inner) {
    return sequence([&](der::Writer &w) {
        w.oid(type);
        w.nest(der::context(0, true), [&](der::Writer &h) { h.raw(inner); });
    });
}
inline Bytes octets(ByteView value) {
    der::Writer writer;
    writer.octets(value);
    return std::move(writer).take();
}
inline Bytes encrypted(ByteView algorithm, const Bytes &sealed = Bytes(32, 7)) {
    return content_info(encrypted_data, sequence([&](der::Writer &w) {
                            w.integer(0);
                            w.nest(der::sequence, [&](der::Writer &c) {
                                c.oid(data).raw(algorithm).element(der::context(0, false), sealed);
                            });
                        }));
}
inline Bytes bag(std::string_view type, ByteView value) {
    return content_info(type, value);
}
inline Bytes shrouded(ByteView algorithm) {
    return bag(shrouded_key_bag, sequence([&](der::Writer &w) { w.raw(algorithm).octets(Bytes(32, 7)); }));
}
inline Bytes list(const std::vector<Bytes> &items) {
    return sequence([&](der::Writer &w) {
        for (const Bytes &item : items)
            w.raw(item);
    });
}
inline Bytes mac(std::int64_t iterations, std::size_t salt = 8) {
    return sequence([&](der::Writer &w) {
        w.nest(der::sequence, [&](der::Writer &info) {
            info.nest(der::sequence, [](der::Writer &a) { a.oid("2.16.840.1.101.3.4.2.1").null(); });
            info.octets(Bytes(32, 0));
        });
        w.octets(Bytes(salt, 1)).integer(iterations);
    });
}
inline Bytes pfx_of(const std::vector<Bytes> &infos, ByteView mac_data = {}, std::int64_t version = 3,
                    std::string_view type = data) {
    return sequence(
        [&](der::Writer &w) { w.integer(version).raw(content_info(type, octets(list(infos)))).raw(mac_data); });
}

} // namespace certbroker::pfx::test
