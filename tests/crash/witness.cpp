#include "witness.hpp"

#include <filesystem>
#include <map>
#include <set>

#include "base/encoding.hpp"
#include "provider/state.hpp"
#include "scenarios.hpp"

namespace certbroker::crash {
namespace {

using namespace certbroker::issuance;
using store::Location;

/// Everything there is to see.
struct Picture {
    std::vector<Record> records;
    std::vector<store::Entry> entries;     ///< CurrentUser/My
    std::vector<x509::Certificate> issued; ///< by the CA, as its own records say
    std::size_t orders = 0;                ///< that the CA answered with a certificate
    std::vector<std::string> findings;

    void expect(bool truth, const std::string &finding) {
        if (!truth) findings.push_back(finding);
    }
};

void ask_the_ca(const std::string &home, Picture &picture) {
    const auto folder = std::filesystem::path(home) / "CurrentUser";
    if (!std::filesystem::exists(folder / "providers.sqlite")) return;
    const auto state = provider::make_sqlite_state(folder);
    const auto serials = state->list("lab", "issued/");
    const auto orders = state->list("lab", "order/");
    picture.expect(serials.has_value() && orders.has_value(), "the CA's records cannot be read");
    if (!serials || !orders) return;
    for (const std::string &key : *serials) {
        const auto der = state->get("lab", key);
        auto certificate = der && *der ? x509::Certificate::parse(**der) : Result<x509::Certificate>(der.error());
        picture.expect(certificate.has_value(), "a certificate of the CA's records cannot be read");
        if (certificate) picture.issued.push_back(*std::move(certificate));
    }
    for (const std::string &key : *orders) {
        const auto order = state->get("lab", key);
        if (order && *order && as_text(**order).substr(0, 6) == "issued") ++picture.orders;
    }
}

Picture take_picture(const std::string &home, Broker &broker, store::Store &my) {
    Picture picture;
    auto records = broker.list_requests({}, false);
    picture.expect(records.has_value(), "the journal cannot be read");
    if (records) picture.records = *std::move(records);
    const auto listed = my.each(
        [&](const store::Entry &entry) {
            picture.entries.push_back(entry);
            return true;
        },
        Operation());
    picture.expect(listed.has_value(), "the store cannot be listed");
    ask_the_ca(home, picture);
    return picture;
}

const store::Entry *find(const Picture &picture, const std::string &thumbprint) {
    for (const store::Entry &entry : picture.entries) {
        if (entry.certificate.thumbprint() == thumbprint) return &entry;
    }
    return nullptr;
}

void look_at_requests(Picture &picture, store::Store &my) {
    std::map<std::string, std::string> by_certificate;
    for (const Record &record : picture.records) {
        const std::string name = record.id + " (" + std::string(state_name(record.state)) + ")";
        if (record.state != State::abandoned)
            picture.expect(my.open_key(record.key_uri).has_value(), "the key of " + name + " is lost");
        if (!record.thumbprint.empty()) {
            picture.expect(by_certificate.emplace(record.thumbprint, record.id).second,
                           "two requests have one certificate: " + name);
            picture.expect(!record.chain.empty(), "the certificate of " + name + " is lost");
        }
        if (record.state == State::installed) {
            const store::Entry *entry = find(picture, record.thumbprint);
            picture.expect(entry != nullptr, "the certificate of " + name + " is not installed");
            picture.expect(entry == nullptr || entry->has_private_key(), "the certificate of " + name + " has no key");
        }
        if (!record.replaces.empty()) {
            const store::Entry *old = find(picture, record.replaces);
            picture.expect(old != nullptr, "the certificate that " + name + " replaces is lost");
            const bool there = !record.thumbprint.empty() && find(picture, record.thumbprint) != nullptr;
            picture.expect(old == nullptr || !old->archived || there,
                           "the old certificate of " + name + " was archived before the new one was there");
        }
    }
}

void look_at_the_ca(Picture &picture) {
    std::set<std::string> asked;
    for (const Record &record : picture.records)
        asked.insert(record.key_id);
    std::set<std::string> keys;
    for (const x509::Certificate &certificate : picture.issued) {
        const std::string key = to_hex(certificate.public_key().sha256());
        picture.expect(asked.contains(key), "the journal knows nothing of the issued " + certificate.thumbprint());
        picture.expect(keys.insert(key).second, "two certificates were issued for the key " + key);
    }
    picture.expect(picture.orders == picture.issued.size(), std::to_string(picture.issued.size()) +
                                                                " certificates for " + std::to_string(picture.orders) +
                                                                " orders");
}

/// Entries are what somebody put there, whole; what a killed process left behind is none.
void look_at_the_store(Picture &picture) {
    std::set<std::string> seen;
    for (const store::Entry &entry : picture.entries) {
        picture.expect(seen.insert(entry.certificate.thumbprint()).second, "an entry is listed twice");
        picture.expect(entry.has_private_key(), "the entry " + entry.certificate.thumbprint() + " has no key");
    }
}

} // namespace

std::vector<std::string> look_at_the_scene(const std::string &home, const std::string &scenario) {
    const store::StoreRegistry stores(store::Roots::under(home));
    const auto my = stores.open("CurrentUser/My");
    if (!my) return {describe(my.error())};
    Picture picture;
    std::size_t current = 0;
    const auto listed = (*my)->each(
        [&](const store::Entry &entry) {
            picture.entries.push_back(entry);
            current += entry.archived ? 0U : 1U;
            return true;
        },
        Operation());
    picture.expect(listed.has_value(), "the store cannot be listed");
    look_at_the_store(picture);
    // Servers go by what is in the store: at no time is there nothing for them.
    if (scenario.starts_with("renew"))
        picture.expect(current >= 1, "no certificate is in use in the middle of a renewal");
    return picture.findings;
}

std::vector<std::string> look(const std::string &home) {
    const auto broker = make_broker(home);
    const auto my = broker->stores().open("CurrentUser/My");
    if (!my) return {describe(my.error())};
    Picture picture = take_picture(home, *broker, **my);
    look_at_requests(picture, **my);
    look_at_the_ca(picture);
    look_at_the_store(picture);
    const auto authorities = broker->authorities().list({});
    picture.expect(authorities.has_value(), "the authorities cannot be listed");
    if (authorities) {
        for (const Authority &authority : *authorities)
            picture.expect(authority.provider == "local-ca", "the authority is damaged");
    }
    return picture.findings;
}

std::vector<std::string> finish(const std::string &home, const std::string &scenario) {
    const auto broker = make_broker(home);
    const auto my = broker->stores().open("CurrentUser/My");
    if (!my) return {describe(my.error())};
    const Operation operation;
    std::vector<std::string> findings;
    const auto open = broker->list_requests({}, true);
    if (!open) return {describe(open.error())};
    for (const Record &record : *open) {
        if (record.state == State::submitting) findings.push_back(record.id + " was not recovered");
        if (record.state == State::prepared) {
            // Of these nothing has left; whoever made them goes on or gives them up.
            const auto given_up = broker->abandon(record.id, false, operation);
            if (!given_up) findings.push_back(describe(given_up.error()));
            continue;
        }
        auto resumed = broker->resume(record.id, nullptr, {}, operation);
        // A lab CA that was told to wait a while decides in the next second.
        for (int i = 0; i < 30 && resumed && resumed->record.state == State::pending; ++i) {
            (void)operation.cancellation->wait_for(std::chrono::milliseconds(100));
            resumed = broker->resume(record.id, nullptr, {}, operation);
        }
        if (!resumed) {
            findings.push_back(record.id + ": " + describe(resumed.error()));
        } else if (resumed->record.state != State::installed) {
            findings.push_back(record.id + " ended " + std::string(state_name(resumed->record.state)));
        }
    }

    Picture picture = take_picture(home, *broker, **my);
    look_at_requests(picture, **my);
    look_at_the_ca(picture);
    look_at_the_store(picture);
    for (const x509::Certificate &certificate : picture.issued)
        picture.expect(find(picture, certificate.thumbprint()) != nullptr,
                       "the issued " + certificate.thumbprint() + " is not installed");
    if (scenario.starts_with("renew")) {
        std::size_t current = 0;
        for (const store::Entry &entry : picture.entries)
            current += entry.archived ? 0U : 1U;
        picture.expect(current == 1, std::to_string(current) + " certificates in use after a renewal");
    }
    findings.insert(findings.end(), picture.findings.begin(), picture.findings.end());
    return findings;
}

} // namespace certbroker::crash
