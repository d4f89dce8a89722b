#include "fixture.hpp"

namespace certbroker::store::conformance {

std::string selection;

std::vector<Registered> &all_fixtures() {
    static std::vector<Registered> fixtures;
    return fixtures;
}

Registration::Registration(std::string name, std::function<std::unique_ptr<StoreFixture>()> make) {
    all_fixtures().push_back({std::move(name), std::move(make)});
}

std::vector<Registered> selected_fixtures() {
    std::vector<Registered> selected;
    for (const Registered &fixture : all_fixtures()) {
        if (selection.empty() || fixture.name == selection) selected.push_back(fixture);
    }
    return selected;
}

void need(const StoreFixture &fixture, Capability capability, const char *name) {
    if ((fixture.open()->capabilities() & capability) == 0) SKIP("this store does not have the capability " << name);
}

std::vector<Entry> all(Store &store) {
    std::vector<Entry> entries;
    must(store.each(
        [&](const Entry &entry) {
            entries.push_back(entry);
            return true;
        },
        Operation()));
    return entries;
}

} // namespace certbroker::store::conformance
