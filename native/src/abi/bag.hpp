#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "certbroker/certbroker.h"
#include "issuance/broker.hpp"
#include "profile/ini.hpp"
#include "provider/provider.hpp"
#include "store/store.hpp"
#include "x509/certificate.hpp"
#include "x509/csr.hpp"

namespace certbroker::abi {

/// The properties of one object or row, by the numbers of properties.def. Filled once, then read; what a getter lends
/// out lives as long as the bag.
class Bag {
public:
    Bag &text(std::int32_t property, std::string value);
    Bag &list(std::int32_t property, std::vector<std::string> values);
    Bag &number(std::int32_t property, std::int64_t value);

    /// CERTBROKER_E_ARGUMENT for a property the bag does not have, CERTBROKER_E_END past the last.
    certbroker_status get_text(std::int32_t property, std::size_t index, certbroker_text *out) const noexcept;
    certbroker_status get_number(std::int32_t property, std::int64_t *out) const noexcept;

private:
    std::map<std::int32_t, std::vector<std::string>> texts_;
    std::map<std::int32_t, std::int64_t> numbers_;
};

Bag bag_of(const x509::Certificate &certificate);
Bag bag_of(const x509::Csr &csr);
Bag bag_of(const store::Entry &entry);
Bag bag_of(const crypto::PrivateKey &key);
Bag bag_of(const issuance::Record &record);
Bag bag_of(const issuance::Issue &issue);
Bag bag_of(const profile::Diagnostic &diagnostic);
Bag bag_of(const provider::Plugin &plugin);
Bag bag_of(const certbroker_setting_info &setting);
Bag bag_of(const provider::CheckRow &check);
Bag bag_of(const provider::FoundCertificate &found);

} // namespace certbroker::abi
