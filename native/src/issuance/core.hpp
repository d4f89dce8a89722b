#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include "issuance/broker.hpp"
#include "provider/state.hpp"

/// What the parts of the road share. Private to issuance/.
namespace certbroker::issuance {

constexpr std::string_view source = "issuance"; ///< of log lines

/// A request found in one of the journals.
struct Found {
    Journal *journal = nullptr;
    store::Location location = store::Location::current_user;
    Record record;
};

/// Everything a context holds, by value or owned. Thread-safe.
class Core {
public:
    explicit Core(BrokerOptions given);

    /// Made when it is not there; recovered on first use.
    Result<Journal *> journal(store::Location location);
    /// nullptr when nobody made one there; for readers.
    Result<Journal *> existing_journal(store::Location location);
    /// Looks in the existing journals of both locations. Journal.NotFound.
    Result<Found> find(std::string_view request_id);
    provider::Services services(store::Location location);

    BrokerOptions options;
    store::StoreRegistry stores;
    provider::Registry providers;
    Authorities authorities;
    crypto::KeyPool keys;

private:
    struct Place {
        std::unique_ptr<Journal> journal;
        std::unique_ptr<provider::StateStore> state;
    };
    Place &place(store::Location location) noexcept { return places_.at(static_cast<std::size_t>(location)); }
    Result<Journal *> opened(store::Location location, bool make);

    std::unique_ptr<http::Client> own_http_;
    std::mutex mutex_;
    std::array<Place, 2> places_;
};

struct Broker::Impl {
    explicit Impl(BrokerOptions options) : core(std::move(options)) {}
    Core core;
};

/// Looked through in this order wherever a location is not said.
inline constexpr std::array<store::Location, 2> both_locations = {store::Location::current_user,
                                                                  store::Location::local_machine};

/// Takes up what a process left when it was killed (recover.cpp): what was being sent is uncertain from now on, what
/// was issued is installed. Trouble with one request is logged and stops nothing.
void recover(Core &core, Journal &journal, store::Location location);

} // namespace certbroker::issuance
