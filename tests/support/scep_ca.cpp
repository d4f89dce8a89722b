#include "support/scep_ca.hpp"

#include <algorithm>

#include "base/der.hpp"
#include "base/encoding.hpp"
#include "base/text.hpp"
#include "crypto/random.hpp"
#include "support/pki.hpp"

namespace certbroker::test {
namespace {

constexpr const char *message_type = "2.16.840.1.113733.1.9.2";
constexpr const char *pki_status = "2.16.840.1.113733.1.9.3";
constexpr const char *fail_info = "2.16.840.1.113733.1.9.4";
constexpr const char *sender_nonce = "2.16.840.1.113733.1.9.5";
constexpr const char *recipient_nonce = "2.16.840.1.113733.1.9.6";
constexpr const char *transaction_id = "2.16.840.1.113733.1.9.7";
constexpr const char *fail_info_text = "1.3.6.1.5.5.7.24.1";

/// The keys are made once a process: RSA keys take their time.
const crypto::KeyHandle &key(int which) {
    static const crypto::KeyHandle keys[] = {must(crypto::generate_key({crypto::KeyAlgorithm::rsa, 2048})),
                                             must(crypto::generate_key({crypto::KeyAlgorithm::rsa, 2048})),
                                             must(crypto::generate_key({crypto::KeyAlgorithm::rsa, 2048}))};
    return keys[which];
}
constexpr int of_signing = 0, of_encryption = 1, of_ca = 2;

std::string text_attribute(const crypto::CmsVerified &message, std::string_view oid) {
    for (const crypto::CmsAttribute &attribute : message.signed_attributes) {
        if (attribute.oid != oid) continue;
        der::Reader reader(attribute.value_der);
        return std::string(as_text(must(reader.next()).content));
    }
    return {};
}

crypto::CmsAttribute made(const char *oid, std::uint8_t tag, std::string_view value) {
    der::Writer writer;
    writer.element(tag, as_bytes(value));
    return {oid, std::move(writer).take()};
}

/// Signed data without its eContent: the signature covers the attributes, which say that there is none.
Bytes without_content(ByteView message) {
    der::Reader info = must(der::read_single(message, der::sequence));
    const std::string type = must(info.read_oid());
    der::Reader holder = must(info.enter(der::context(0, true)));
    der::Reader body = must(holder.enter(der::sequence));
    der::Writer writer;
    writer.nest(der::sequence, [&](der::Writer &outer) {
        outer.oid(type);
        outer.nest(der::context(0, true), [&](der::Writer &wrapped) {
            wrapped.nest(der::sequence, [&](der::Writer &signed_data) {
                signed_data.raw(must(body.next()).whole).raw(must(body.next()).whole);
                der::Reader content = must(body.enter(der::sequence));
                signed_data.nest(der::sequence, [&](der::Writer &w) { w.oid(must(content.read_oid())); });
                signed_data.raw(body.rest());
            });
        });
    });
    return std::move(writer).take();
}

std::optional<std::string> challenge_of(const x509::Csr &csr) {
    for (const x509::CsrAttribute &attribute : csr.attributes()) {
        if (attribute.oid != "1.2.840.113549.1.9.7") continue;
        der::Reader reader(attribute.values.at(0));
        return std::string(as_text(must(reader.next()).content));
    }
    return std::nullopt;
}

std::string cipher_of(ByteView enveloped) {
    const auto holds = [&](const char *hex) {
        const Bytes oid = must(from_hex(hex));
        return std::search(enveloped.begin(), enveloped.end(), oid.begin(), oid.end()) != enveloped.end();
    };
    if (holds("0609608648016503040102")) return "AES-128-CBC";
    if (holds("06082a864886f70d0307")) return "DES-EDE3-CBC";
    return "another";
}

std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            out += static_cast<char>(must(from_hex(text.substr(i + 1, 2))).at(0));
            i += 2;
        } else {
            out += text[i] == '+' ? ' ' : text[i]; // as IIS reads it
        }
    }
    return out;
}

std::string parameter(const std::string &url, const std::string &name) {
    const auto at = url.find(name + "=");
    if (at == std::string::npos) return {};
    const auto start = at + name.size() + 1;
    return unescaped(std::string_view(url).substr(start, url.find('&', start) - start));
}

http::Response page(int status, Bytes body, const char *type) {
    http::Response response;
    response.status = status;
    response.headers = {{"Content-Type", type}};
    response.body = std::move(body);
    return response;
}

x509::Certificate certify(const char *name, int subject_key, const x509::Certificate *issuer, std::uint32_t usage,
                          std::int64_t now, std::uint8_t serial) {
    x509::CertificateSpec spec;
    spec.subject = must(x509::Name::parse(name));
    spec.issuer = issuer != nullptr ? issuer->subject() : spec.subject;
    spec.serial = {serial};
    spec.not_before = now - 86'400;
    spec.not_after = now + 10LL * 365 * 86'400;
    spec.spki = key(subject_key)->public_key().spki();
    spec.extensions = {x509::make_basic_constraints(issuer == nullptr, std::nullopt, true), x509::make_key_usage(usage),
                       x509::make_subject_key_identifier(key(subject_key)->public_key().key_identifier())};
    return must(x509::sign_certificate(spec, *key(of_ca)));
}

} // namespace

ScepCa::ScepCa(const Clock &clock) : clock_(&clock) {
    namespace usage = x509::key_usage;
    const std::int64_t now = clock.now();
    ca_ = certify("CN=SCEP Test CA", of_ca, nullptr, usage::key_cert_sign | usage::crl_sign, now, 1);
    signing_ = certify("CN=SCEP Test RA signing", of_signing, &*ca_, usage::digital_signature, now, 2);
    encryption_ = certify("CN=SCEP Test RA encryption", of_encryption, &*ca_, usage::key_encipherment, now, 3);
}

const crypto::KeyHandle &ScepCa::recipient_key() const {
    return key(ways.ra ? of_encryption : of_ca);
}

Bytes ScepCa::bundle() const {
    const x509::Certificate all[] = {*signing_, *encryption_, *ca_};
    std::vector<Bytes> out;
    for (const int i : ways.order)
        out.push_back(all[i].der());
    return crypto::join_pkcs7(out);
}

http::Response ScepCa::answer(const http::Request &request) {
    const std::string operation = parameter(request.url, "operation");
    if (operation == "GetCACaps") return page(200, to_bytes(as_bytes(ways.capabilities)), "text/plain");
    if (operation == "GetCACert")
        return ways.ra ? page(200, bundle(), "application/x-x509-ca-ra-cert")
                       : page(200, ca_->der(), "application/x-x509-ca-cert");
    if (operation == "GetNextCACert") {
        const Bytes next = crypto::join_pkcs7({ca_->der()});
        return page(200, must(crypto::cms_sign(*key(of_ca), ca_->der(), next, {})), "application/x-x509-next-ca-cert");
    }
    if (operation != "PKIOperation") return page(500, to_bytes(as_bytes("operation not implemented")), "text/plain");
    if (request.method == "POST") return operate(request.body, false);
    auto message = from_base64(parameter(request.url, "message"));
    if (!message) return page(400, {}, "text/plain");
    return operate(*message, true);
}

http::Response ScepCa::operate(ByteView message, bool by_get) {
    const crypto::CmsVerified verified = must(crypto::cms_verify(message, {}, true));
    const auto content = must(crypto::cms_decrypt(*recipient_key(), recipient().der(), verified.content, true));
    seen.push_back({text_attribute(verified, message_type), text_attribute(verified, transaction_id),
                    text_attribute(verified, sender_nonce), cipher_of(verified.content), verified.digest, by_get,
                    must(x509::Certificate::parse(verified.signer_certificate_der)),
                    Bytes(content.begin(), content.end())});
    if (ways.fault == "garbage") return page(200, to_bytes(as_bytes("<html>It works!</html>")), "text/html");
    if (ways.fault == "empty") return page(200, {}, "application/x-pki-message");
    Bytes reply = write(seen.back(), decide(seen.back()));
    if (ways.fault == "flip") reply[reply.size() - 5] = static_cast<std::uint8_t>(reply[reply.size() - 5] ^ 1U);
    if (ways.fault == "truncated") reply.resize(reply.size() / 2);
    return page(200, std::move(reply), "application/x-pki-message");
}

ScepCa::Reply ScepCa::decide(const Seen &message) {
    if (message.type == "19" || message.type == "17") return enroll(message);
    if (message.type == "20") {
        const auto found = transactions_.find(message.transaction);
        return found == transactions_.end() ? refuse("4") : settle(found->second);
    }
    if (refuse_questions) return refuse("2");
    if (message.type == "21") {
        // IssuerAndSerialNumber
        der::Reader name = must(der::read_single(message.content, der::sequence));
        (void)must(name.next());
        const Bytes serial = must(name.read_unsigned());
        for (const x509::Certificate &certificate : issued_) {
            if (certificate.serial() == serial) return {"0", "", crypto::join_pkcs7({certificate.der()})};
        }
        return refuse("4");
    }
    if (message.type == "22") {
        x509::CrlSpec spec;
        spec.issuer = ca_->subject();
        spec.authority_key_identifier = ca_->subject_key_identifier();
        spec.this_update = clock_->now();
        spec.next_update = clock_->now() + 86'400;
        const Bytes crl = must(x509::sign_crl(spec, *key(of_ca)));
        der::Writer writer;
        writer.nest(der::sequence, [&](der::Writer &info) {
            info.oid("1.2.840.113549.1.7.2");
            info.nest(der::context(0, true), [&](der::Writer &holder) {
                holder.nest(der::sequence, [&](der::Writer &body) {
                    body.integer(1).element(der::set, {});
                    body.nest(der::sequence, [](der::Writer &w) { w.oid("1.2.840.113549.1.7.1"); });
                    body.nest(der::context(1, true), [&](der::Writer &w) { w.raw(crl); });
                    body.element(der::set, {});
                });
            });
        });
        return {"0", "", std::move(writer).take()};
    }
    return refuse("2");
}

ScepCa::Reply ScepCa::enroll(const Seen &message) {
    const x509::Csr csr = must(x509::Csr::parse(message.content));
    must(csr.verify());
    if (message.type == "19" && !ways.challenge.empty() && challenge_of(csr) != ways.challenge) return refuse("2");
    Transaction &transaction = transactions_[message.transaction];
    if (!transaction.csr) transaction.csr = csr;
    return settle(transaction);
}

ScepCa::Reply ScepCa::settle(Transaction &transaction) {
    const int asked = transaction.asked++;
    if (ways.decision == "deny") return refuse(ways.fail_info.c_str());
    if (ways.decision == "wait" || (asked == 0 && ways.decision.starts_with("pending"))) return {"3", "", {}};
    if (ways.decision == "pending-then-deny") return refuse(ways.fail_info.c_str());
    if (!transaction.certificate) {
        transaction.certificate = issue(*transaction.csr);
        issued_.push_back(*transaction.certificate);
    }
    std::vector<Bytes> certificates{transaction.certificate->der(), ca_->der()};
    if (ways.fault == "reversed") std::swap(certificates[0], certificates[1]);
    if (ways.fault == "only-ca") certificates.erase(certificates.begin());
    return {"0", "", crypto::join_pkcs7(certificates)};
}

x509::Certificate ScepCa::issue(const x509::Csr &csr) {
    x509::CertificateSpec spec;
    spec.subject = csr.subject();
    spec.issuer = ca_->subject();
    spec.serial = must(crypto::random_serial(crypto::system_random()));
    spec.not_before = clock_->now() - 600;
    spec.not_after = clock_->now() + 90LL * 86'400;
    const crypto::PublicKey &subject_key = ways.fault == "wrong-key" ? key(of_signing)->public_key() : csr.public_key();
    spec.spki = subject_key.spki();
    spec.extensions = csr.extensions();
    std::erase_if(spec.extensions, [](const x509::Extension &e) { return e.oid == x509::oid::subject_key_identifier; });
    spec.extensions.push_back(x509::make_subject_key_identifier(subject_key.key_identifier()));
    spec.extensions.push_back(x509::make_authority_key_identifier(ca_->subject_key_identifier()));
    return must(x509::sign_certificate(spec, *key(of_ca)));
}

Bytes ScepCa::write(const Seen &message, const Reply &reply) const {
    const std::string &fault = ways.fault;
    Bytes content;
    if (reply.status == "0") {
        const Bytes &recipient = fault == "recipient" ? signing_->der() : message.signer.der();
        content = must(crypto::cms_encrypt(recipient, ways.cipher, reply.content, true));
    }
    crypto::CmsSignOptions options;
    options.digest = ways.digest;
    std::string nonce = message.nonce;
    if (fault == "nonce") nonce[0] = static_cast<char>(nonce[0] ^ 1);
    options.signed_attributes = {made(message_type, der::printable_string, fault == "type" ? "19" : "3"),
                                 made(pki_status, der::printable_string, fault == "status" ? "7" : reply.status),
                                 made(sender_nonce, der::octet_string, nonce),
                                 made(transaction_id, der::printable_string,
                                      fault == "transaction" ? std::string("another") : message.transaction)};
    if (fault != "no-nonce") options.signed_attributes.push_back(made(recipient_nonce, der::octet_string, nonce));
    if (reply.status == "2") {
        options.signed_attributes.push_back(made(fail_info, der::printable_string, reply.fail_info));
        if (!ways.fail_text.empty())
            options.signed_attributes.push_back(made(fail_info_text, der::utf8_string, ways.fail_text));
    }
    const int who = !ways.ra ? of_ca : of_signing;
    Bytes signer = ways.ra ? signing_->der() : ca_->der();
    if (fault == "signer")
        signer = certify("CN=Somebody", who, nullptr, x509::key_usage::digital_signature, clock_->now(), 9).der();
    // Self-made, but signed by the CA's key: that is not what the answer's signature is made by.
    Bytes out = must(crypto::cms_sign(*key(who), signer, content, options));
    if (content.empty() && fault != "content") out = without_content(out);
    return out;
}

Bytes challenge_page(std::string_view password) {
    return utf8_to_utf16(
        "\xef\xbb\xbf<HTML><Head><Meta HTTP-Equiv=\"Content-Type\" Content=\"text/html; charset=UTF-16\">"
        "<Title>Network Device Enrollment Service</Title></Head><Body><P> The thumbprint (hash value) "
        "for the CA certificate is: <B> 0123ABCD 4567EF01 89ABCDEF 01234567 </B> <P> The enrollment "
        "challenge password is: <B> " +
            std::string(password) +
            " </B> <P> This password can be used only once and will expire within 60 minutes. "
            "</Body></HTML>",
        false);
}

} // namespace certbroker::test
