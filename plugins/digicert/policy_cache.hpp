#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "policy.hpp"

namespace digicert {

/// A profile with the answer it came in.
struct KnownProfile {
    std::shared_ptr<const PolicySet> set;
    const Profile *profile = nullptr;
    std::int64_t asked_at = 0;
};

/// What the policy service said, so that a batch asks once. The clock is the host's.
class PolicyCache {
public:
    void keep(std::shared_ptr<const PolicySet> set, bool all, std::int64_t now) {
        const std::int64_t until = now + lifetime(*set);
        for (const Profile &profile : set->profiles)
            profiles_[profile.oid] = {{set, &profile, now}, until};
        if (all) all_ = {{set, nullptr, now}, until};
    }
    /// Without a set when it must be asked for.
    KnownProfile find(const std::string &oid, std::int64_t now) const {
        const auto found = profiles_.find(oid);
        return found != profiles_.end() && now < found->second.until ? found->second.known : KnownProfile{};
    }
    std::shared_ptr<const PolicySet> all(std::int64_t now) const { return now < all_.until ? all_.known.set : nullptr; }
    void forget(const std::string &oid) { profiles_.erase(oid); }

private:
    struct Entry {
        KnownProfile known;
        std::int64_t until = 0;
    };
    /// nextUpdateHours where the service says it, ten minutes otherwise.
    static std::int64_t lifetime(const PolicySet &set) {
        constexpr std::int64_t hour = 3600;
        const std::int64_t hours = set.next_update_hours.value_or(0);
        return hours > 0 ? std::min<std::int64_t>(hours, 24) * hour : 600;
    }
    std::map<std::string, Entry> profiles_;
    Entry all_;
};

} // namespace digicert
