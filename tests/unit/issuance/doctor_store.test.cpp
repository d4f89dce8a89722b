#include "issuance/doctor.hpp"

#include "patient.hpp"

using namespace certbroker;
using namespace certbroker::test;

namespace {

provider::CheckRow store_row(Clinic &clinic, const std::string &uri) {
    Examination wish;
    wish.provider = "patient";
    wish.settings.set("url", "nowhere");
    wish.store = uri;
    return row(must(clinic.broker->examine(wish, clinic.operation)), "store");
}

} // namespace

TEST_CASE("The store is tried out, and left as it was") {
    Clinic clinic;
    const std::string before = clinic.admit(clinic.client, "CurrentUser/My");
    CHECK(store_row(clinic, "CurrentUser/My").state == CheckState::passed);
    int entries = 0;
    must(clinic.store->each(
        [&](const store::Entry &entry) {
            CHECK(entry.certificate.thumbprint() == before);
            ++entries;
            return true;
        },
        clinic.operation));
    CHECK(entries == 1);
    const auto keys = clinic.home.path() / "CurrentUser" / "keys";
    CHECK(std::distance(std::filesystem::directory_iterator(keys), {}) == 1);
}

TEST_CASE("A store that cannot be written to, or does not exist, is told") {
    Clinic clinic;
    CHECK(store_row(clinic, "shelf:CurrentUser/My").state == CheckState::failed);
    CHECK(store_row(clinic, "nonsense").state == CheckState::failed);
    // A file lies where the folder of the keys should be.
    std::filesystem::create_directories(clinic.home.path() / "LocalMachine");
    std::ofstream(clinic.home.path() / "LocalMachine" / "keys") << "in the way";
    const provider::CheckRow broken = store_row(clinic, "LocalMachine/My");
    CHECK(broken.state == CheckState::failed);
    CHECK_FALSE(broken.remedy.empty());
}
