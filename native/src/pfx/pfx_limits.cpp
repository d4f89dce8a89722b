#include "pfx/pfx_limits.hpp"

#include "base/der.hpp"
#include "base/errors.hpp"
#include "pfx/ber.hpp"
#include "pfx/errors.hpp"

namespace certbroker::pfx {
namespace {

constexpr std::string_view data = "1.2.840.113549.1.7.1";
constexpr std::string_view encrypted_data = "1.2.840.113549.1.7.6";
constexpr std::string_view shrouded_key_bag = "1.2.840.113549.1.12.10.1.2";
constexpr std::string_view safe_contents_bag = "1.2.840.113549.1.12.10.1.6";
constexpr std::string_view pbes2 = "1.2.840.113549.1.5.13";
constexpr std::string_view pbkdf2 = "1.2.840.113549.1.5.12";
constexpr std::string_view pbmac1 = "1.2.840.113549.1.5.14";
constexpr std::string_view pkcs12_pbe_arc = "1.2.840.113549.1.12.1.";
constexpr std::string_view pkcs5_pbe_arc = "1.2.840.113549.1.5.";

constexpr int max_depth = 8;
constexpr std::size_t max_parts = 1000; ///< content infos and bags together
constexpr std::size_t max_key_length = 64;

Error malformed(std::string why) {
    return fail(errors::pfx_format, "The PFX could not be read: " + std::move(why));
}

Error too_much(std::string why) {
    return fail(errors::pfx_limits, "The PFX was not opened: " + std::move(why));
}

/// An INTEGER that counts something; more than eight octets of it are too many of anything.
Result<std::int64_t> read_count(der::Reader &reader) {
    CERTBROKER_TRY(const der::Element element, reader.next(der::integer));
    if (element.content.size() > 8) return too_much("a count in it is larger than any computer could do");
    return der::Reader(element.whole).read_integer();
}

/// Walks over the parts that can be seen without the password.
class Walk {
public:
    explicit Walk(Budget &visible) : visible_(visible) {}

    Result<void> authenticated_safe(ByteView content) {
        CERTBROKER_TRY(const Bytes definite, definite_lengths(content));
        CERTBROKER_TRY(der::Reader infos, der::read_single(definite, der::sequence));
        while (!infos.empty()) {
            CERTBROKER_CHECK(count());
            CERTBROKER_TRY(der::Reader info, infos.enter(der::sequence));
            CERTBROKER_TRY(const std::string type, info.read_oid());
            if (type != data && type != encrypted_data)
                return fail(
                    errors::pfx_unsupported,
                    "The PFX could not be read: a part of it is protected by a certificate and not by a password (" +
                        type + ")");
            CERTBROKER_TRY(der::Reader holder, info.enter(der::context(0, true)));
            CERTBROKER_CHECK(type == data ? safe_contents_octets(holder) : encrypted(holder));
            CERTBROKER_CHECK(holder.finish());
            CERTBROKER_CHECK(info.finish());
        }
        return {};
    }

private:
    Result<void> count() {
        return ++parts_ > max_parts ? Result<void>(too_much("it has more than " + std::to_string(max_parts) + " parts"))
                                    : success();
    }

    Result<void> safe_contents_octets(der::Reader &holder) {
        CERTBROKER_TRY(const der::Element octets, holder.next(der::octet_string));
        CERTBROKER_TRY(const Bytes definite, definite_lengths(octets.content));
        return safe_contents(definite, 0);
    }

    /// EncryptedData (RFC 5652 section 8): what it costs to open.
    Result<void> encrypted(der::Reader &holder) {
        CERTBROKER_TRY(der::Reader body, holder.enter(der::sequence));
        CERTBROKER_CHECK(body.read_integer());
        CERTBROKER_TRY(der::Reader content, body.enter(der::sequence));
        CERTBROKER_CHECK(content.read_oid());
        CERTBROKER_TRY(const der::Element algorithm, content.next(der::sequence));
        return visible_.spend_on(algorithm.whole);
    }

    Result<void> safe_contents(ByteView contents, int depth) {
        if (depth > max_depth) return too_much("its bags are nested too deep");
        CERTBROKER_TRY(der::Reader bags, der::read_single(contents, der::sequence));
        while (!bags.empty()) {
            CERTBROKER_CHECK(count());
            CERTBROKER_TRY(der::Reader bag, bags.enter(der::sequence));
            CERTBROKER_TRY(const std::string type, bag.read_oid());
            CERTBROKER_TRY(der::Reader value, bag.enter(der::context(0, true)));
            if (type == safe_contents_bag) {
                CERTBROKER_CHECK(safe_contents(value.rest(), depth + 1));
            } else if (type == shrouded_key_bag) {
                CERTBROKER_TRY(der::Reader sealed, value.enter(der::sequence));
                CERTBROKER_TRY(const der::Element algorithm, sealed.next(der::sequence));
                CERTBROKER_CHECK(visible_.spend_on(algorithm.whole));
            }
        }
        return {};
    }

    Budget &visible_;
    std::size_t parts_ = 0;
};

Result<void> check_mac(der::Reader &pfx, Budget &budget) {
    CERTBROKER_TRY(der::Reader mac, pfx.enter(der::sequence));
    CERTBROKER_TRY(der::Reader info, mac.enter(der::sequence));
    CERTBROKER_TRY(const der::Element algorithm, info.next(der::sequence));
    CERTBROKER_TRY(const der::Element salt, mac.next(der::octet_string));
    std::int64_t iterations = 1; // RFC 7292 section 4: DEFAULT 1
    if (!mac.empty()) {
        CERTBROKER_TRY(iterations, read_count(mac));
    }
    der::Reader inside(algorithm.content);
    CERTBROKER_TRY(const std::string oid, inside.read_oid());
    // PBMAC1 (RFC 9579) carries its own salt and count.
    return oid == pbmac1 ? budget.spend_on(algorithm.whole) : budget.spend(iterations, salt.content.size());
}

Result<Bytes> walk(ByteView file, const Limits &limits, Budget &budget, const Operation &operation) {
    CERTBROKER_TRY(Bytes definite, definite_lengths(file));
    CERTBROKER_TRY(der::Reader pfx, der::read_single(definite, der::sequence));
    CERTBROKER_TRY(const std::int64_t version, pfx.read_integer());
    if (version != 3)
        return malformed("it is version " + std::to_string(version) + " of PKCS#12; only 3 was ever published");
    CERTBROKER_TRY(der::Reader info, pfx.enter(der::sequence));
    CERTBROKER_TRY(const std::string type, info.read_oid());
    if (type != data)
        return fail(errors::pfx_unsupported,
                    "The PFX could not be read: it is signed by a certificate and not by a password");
    CERTBROKER_TRY(der::Reader holder, info.enter(der::context(0, true)));
    CERTBROKER_TRY(const der::Element safe, holder.next(der::octet_string));
    Budget visible(limits, operation);
    if (!pfx.empty()) {
        der::Reader again = pfx;
        CERTBROKER_CHECK(check_mac(again, visible));
    }
    CERTBROKER_CHECK(Walk(visible).authenticated_safe(safe.content));
    if (!pfx.empty()) CERTBROKER_CHECK(check_mac(pfx, budget));
    CERTBROKER_CHECK(pfx.finish());
    return definite;
}

} // namespace

Result<void> Budget::spend(std::int64_t iterations, std::size_t salt_size) {
    if (iterations < 1) return malformed("it asks for " + std::to_string(iterations) + " iterations");
    if (iterations > limits_.iterations)
        return too_much("its password protection asks for " + std::to_string(iterations) + " iterations, and " +
                        std::to_string(limits_.iterations) + " are allowed");
    if (salt_size > limits_.salt)
        return too_much("a salt in it is longer than " + std::to_string(limits_.salt) + " bytes");
    spent_ += iterations;
    if (spent_ > limits_.total_iterations)
        return too_much("its parts ask for more than " + std::to_string(limits_.total_iterations) +
                        " iterations together");
    return operation_.check("The PFX was not opened");
}

Result<void> Budget::spend_on_pbkdf2(ByteView parameters) {
    der::Reader derivation(parameters);
    CERTBROKER_TRY(const std::string kind, derivation.read_oid());
    if (kind != pbkdf2)
        return fail(errors::pfx_unsupported,
                    "The PFX could not be read: its key derivation " + kind + " is not supported");
    CERTBROKER_TRY(der::Reader numbers, derivation.enter(der::sequence));
    CERTBROKER_TRY(const der::Element salt, numbers.next(der::octet_string));
    CERTBROKER_TRY(const std::int64_t iterations, read_count(numbers));
    if (numbers.peek() == der::integer) {
        CERTBROKER_TRY(const std::int64_t length, read_count(numbers));
        if (length < 1 || static_cast<std::size_t>(length) > max_key_length)
            return too_much("it asks for a key of " + std::to_string(length) + " bytes");
    }
    return spend(iterations, salt.content.size());
}

Result<void> Budget::spend_on(ByteView algorithm_der) {
    const auto look = [&]() -> Result<void> {
        CERTBROKER_TRY(der::Reader algorithm, der::read_single(algorithm_der, der::sequence));
        CERTBROKER_TRY(const std::string scheme, algorithm.read_oid());
        CERTBROKER_TRY(der::Reader parameters, algorithm.enter(der::sequence));
        if (scheme == pbes2 || scheme == pbmac1) {
            CERTBROKER_TRY(const der::Element derivation, parameters.next(der::sequence));
            return spend_on_pbkdf2(derivation.content);
        }
        if (!scheme.starts_with(pkcs12_pbe_arc) && !scheme.starts_with(pkcs5_pbe_arc))
            return fail(errors::pfx_unsupported,
                        "The PFX could not be read: its encryption " + scheme + " is not supported");
        CERTBROKER_TRY(const der::Element salt, parameters.next(der::octet_string));
        CERTBROKER_TRY(const std::int64_t iterations, read_count(parameters));
        return spend(iterations, salt.content.size());
    };
    auto looked = look();
    if (!looked && looked.error().id() == errors::der.id)
        return malformed("its encryption parameters are malformed").because(std::move(looked).error());
    return looked;
}

Result<Bytes> check_structure(ByteView file, const Limits &limits, Budget &budget, const Operation &operation) {
    if (file.size() > limits.size) return too_much("it is larger than " + std::to_string(limits.size) + " bytes");
    auto walked = walk(file, limits, budget, operation);
    if (!walked && walked.error().id() == errors::der.id)
        return malformed("it is no PKCS#12 structure, or is cut off").because(std::move(walked).error());
    return walked;
}

} // namespace certbroker::pfx
