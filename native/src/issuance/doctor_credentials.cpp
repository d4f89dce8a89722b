#include <algorithm>
#include <chrono>

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "issuance/doctor.hpp"
#include "store/common.hpp"
#include "store/errors.hpp"

namespace certbroker::issuance::doctor {
namespace {

constexpr std::int64_t day = 86'400;
constexpr std::string_view client_authentication = "1.3.6.1.5.5.7.3.2";
constexpr std::string_view any_usage = "2.5.29.37.0";

constexpr const Kind *all[] = {&kinds::thumbprint, &kinds::present,  &kinds::private_key, &kinds::access,
                               &kinds::account,    &kinds::validity, &kinds::chain,       &kinds::usage};

void skip_from(Sheet &sheet, const Kind &first, bool account, const std::string &why) {
    for (const Kind *const *at = std::find(std::begin(all), std::end(all), &first); at != std::end(all); ++at) {
        if (*at != &kinds::account || account) sheet.skipped(**at, why);
    }
}

std::string day_of(std::int64_t time) {
    const std::chrono::year_month_day date(
        std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(std::chrono::seconds(time))));
    const auto two = [](unsigned number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    return std::to_string(static_cast<int>(date.year())) + "-" + two(static_cast<unsigned>(date.month())) + "-" +
           two(static_cast<unsigned>(date.day()));
}

std::string named(const x509::Certificate &certificate) {
    return "'" + certificate.subject().to_string() + "' [" + certificate.thumbprint() + "]";
}

/// Machine before user: services do not see a user's store.
std::optional<store::Entry> find(Sheet &sheet, const Core &core, const std::string &thumbprint) {
    std::optional<Error> trouble;
    for (const store::Location location : {store::Location::local_machine, store::Location::current_user}) {
        const std::string place = std::string(store::location_name(location)) + "/My";
        auto store = core.stores.open(place);
        if (!store) {
            trouble = std::move(store).error();
            continue;
        }
        auto entry = (*store)->get(thumbprint);
        if (!entry) {
            if (entry.error().id() != errors::store_not_found.id) trouble = std::move(entry).error();
            continue;
        }
        if (location == store::Location::local_machine)
            sheet.passed(kinds::present, named(entry->certificate) + " is in " + (*store)->uri().to_string());
        else
            sheet.warning(kinds::present,
                          named(entry->certificate) + " is in " + (*store)->uri().to_string() +
                              ", not in LocalMachine/My",
                          "Services and other accounts do not see what is in a user's store");
        return *std::move(entry);
    }
    if (trouble)
        sheet.failed(kinds::present, *trouble);
    else
        sheet.failed(kinds::present, "Failed to get client certificate: " + thumbprint + " is in no store",
                     "Neither LocalMachine/My nor CurrentUser/My has a certificate with that thumbprint");
    return std::nullopt;
}

/// The key, when this account could sign with it.
crypto::KeyHandle use_key(Sheet &sheet, Core &core, const store::Entry &entry) {
    auto key = core.stores.open_key(entry.key_uri);
    Result<void> proof = key ? store::prove_usable(**key) : Result<void>(std::move(key).error());
    if (!proof) {
        sheet.failed(kinds::access, proof.error());
        return nullptr;
    }
    if (!((*key)->public_key() == entry.certificate.public_key())) {
        sheet.failed(kinds::access, "The key is not the one of the certificate", "The store links them wrongly",
                     "Import the certificate anew together with its key (Import-CBPfxCertificate).");
        return nullptr;
    }
    sheet.passed(kinds::access, "The key signed a text, and the signature was verified");
    return *std::move(key);
}

/// DOMAIN\name, name or SID: what people call an account.
bool is_account(const store::KeyReader &reader, std::string_view wanted) {
    if (iequals(reader.sid, wanted) || iequals(reader.account, wanted)) return true;
    const auto slash = reader.account.rfind('\\');
    return slash != std::string::npos && wanted.find('\\') == std::string_view::npos &&
           iequals(std::string_view(reader.account).substr(slash + 1), wanted);
}

void check_account(Sheet &sheet, Core &core, const store::Entry &entry, const std::string &account) {
    auto store = core.stores.open(entry.store);
    auto readers =
        store ? (*store)->readers(entry.key_uri) : Result<std::vector<store::KeyReader>>(std::move(store).error());
    if (!readers) {
        if (readers.error().id() == errors::store_no_grants.id)
            sheet.skipped(kinds::account,
                          "The store " + entry.store.to_string() +
                              " keeps no list of accounts: its keys are for the account they belong to");
        else
            sheet.failed(kinds::account, readers.error());
        return;
    }
    std::string all_names;
    for (const store::KeyReader &reader : *readers) {
        if (is_account(reader, account)) {
            sheet.passed(kinds::account, reader.account + " may use the key: " + reader.rights);
            return;
        }
        all_names += (all_names.empty() ? "" : ", ") + reader.account;
    }
    sheet.failed(kinds::account, "The account '" + account + "' is not among those that may use the key",
                 "These may: " + all_names + " (an account may also be let in as a member of a group of these)");
}

void check_validity(Sheet &sheet, const x509::Certificate &certificate, std::int64_t now) {
    const std::string dates =
        "Valid from " + day_of(certificate.not_before()) + " to " + day_of(certificate.not_after());
    if (now > certificate.not_after())
        sheet.failed(kinds::validity, dates, "The certificate has expired");
    else if (now < certificate.not_before())
        sheet.failed(kinds::validity, dates, "The certificate is not valid yet, or this computer's clock is slow",
                     "Check this computer's clock.");
    else if (certificate.not_after() - now < 30 * day)
        sheet.warning(kinds::validity, dates, "It ends within 30 days");
    else
        sheet.passed(kinds::validity, dates);
}

x509::Chain check_chain(Sheet &sheet, Core &core, const store::Entry &entry) {
    auto chain = store::complete_chain(core.stores, entry, sheet.operation());
    if (!chain) {
        sheet.failed(kinds::chain, chain.error());
        return {entry.certificate};
    }
    x509::ChainCheck check;
    // The dates have a row of their own: this one is about everything else.
    const x509::Certificate &leaf = chain->front();
    check.now = std::clamp(core.options.clock->now(), leaf.not_before(), std::max(leaf.not_before(), leaf.not_after()));
    const std::string length = std::to_string(chain->size()) + (chain->size() == 1 ? " certificate" : " certificates");
    if (auto sound = x509::verify_chain(*chain, check); !sound)
        sheet.failed(kinds::chain, sound.error());
    else if (!chain->back().self_issued())
        sheet.warning(kinds::chain, length + ", the last one issued by '" + chain->back().issuer().to_string() + "'",
                      "That issuer's certificate is in neither CA nor Root");
    else
        sheet.passed(kinds::chain, length + ", up to '" + chain->back().subject().to_string() + "'");
    return *std::move(chain);
}

void check_usage(Sheet &sheet, const x509::Certificate &certificate) {
    const std::vector<std::string> usages = certificate.enhanced_key_usage();
    const bool may = usages.empty() || std::any_of(usages.begin(), usages.end(), [](const std::string &usage) {
                         return usage == client_authentication || usage == any_usage;
                     });
    std::string listed;
    for (const std::string &usage : usages)
        listed += (listed.empty() ? "" : ", ") + usage;
    if (may)
        sheet.passed(kinds::usage, usages.empty() ? "It is not restricted to any usage" : "It is for " + listed);
    else
        sheet.failed(kinds::usage, "It is for " + listed, "Client authentication is not among its enhanced key usages");
}

/// The one that a key uri names, as TLS would find it: the newest in My that was made for the key.
std::optional<store::Entry> entry_of_uri(Sheet &sheet, const Core &core, const std::string &uri) {
    std::optional<store::Entry> newest;
    for (const store::Location location : {store::Location::local_machine, store::Location::current_user}) {
        auto store = core.stores.open(std::string(store::location_name(location)) + "/My");
        if (!store) continue;
        (void)(*store)->each(
            [&](const store::Entry &entry) {
                if (entry.key_uri == uri && !entry.archived &&
                    (!newest || entry.certificate.not_after() > newest->certificate.not_after()))
                    newest = entry;
                return true;
            },
            sheet.operation());
    }
    if (newest)
        sheet.passed(kinds::present, named(newest->certificate) + " is in " + newest->store.to_string());
    else
        sheet.failed(kinds::present, "No certificate in My belongs to the key " + uri, "The key has no certificate");
    return newest;
}

} // namespace

void skip_credentials(Sheet &sheet, const std::string &why) {
    skip_from(sheet, kinds::thumbprint, false, why);
}

std::optional<crypto::ClientCredentials> check_credentials(Sheet &sheet, Core &core, const std::string &value,
                                                           const std::string &account) {
    const auto thumbprint = normalize_thumbprint(value);
    const bool is_uri = !thumbprint && value.find(':') != std::string::npos && value.find('/') != std::string::npos;
    if (!thumbprint && !is_uri) {
        sheet.failed(kinds::thumbprint, "Failed to get client certificate: " + thumbprint.error().message(),
                     "'" + value + "' is no thumbprint");
        skip_from(sheet, kinds::present, !account.empty(), "The thumbprint is not well formed");
        return std::nullopt;
    }
    sheet.passed(kinds::thumbprint, is_uri ? "A key is named: " + value : *thumbprint);
    const auto entry = is_uri ? entry_of_uri(sheet, core, value) : find(sheet, core, *thumbprint);
    if (!entry) {
        skip_from(sheet, kinds::private_key, !account.empty(), "The certificate was not found");
        return std::nullopt;
    }
    crypto::KeyHandle key;
    if (entry->has_private_key()) {
        sheet.passed(kinds::private_key, "Its private key is " + entry->key_uri);
        key = use_key(sheet, core, *entry);
        if (!account.empty()) check_account(sheet, core, *entry, account);
    } else {
        sheet.failed(kinds::private_key, named(entry->certificate) + " has no private key here",
                     "The certificate was imported without its key, or its request was made elsewhere");
        sheet.skipped(kinds::access, "There is no private key");
        if (!account.empty()) sheet.skipped(kinds::account, "There is no private key");
    }
    check_validity(sheet, entry->certificate, core.options.clock->now());
    const x509::Chain chain = check_chain(sheet, core, *entry);
    check_usage(sheet, entry->certificate);
    if (!key) return std::nullopt;
    crypto::ClientCredentials credentials{key, {}};
    for (const x509::Certificate &certificate : chain)
        credentials.chain_der.push_back(certificate.der());
    return credentials;
}

} // namespace certbroker::issuance::doctor
