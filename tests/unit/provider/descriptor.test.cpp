#include <catch2/catch_test_macros.hpp>

#include "fake.hpp"

using namespace certbroker;
using namespace certbroker::test;
using certbroker::plugin::setting;

namespace {

/// The message of the refusal of a spoiled descriptor.
std::string refusal(const std::function<void(cbp_plugin &)> &spoil, std::string_view id = "fake") {
    cbp_plugin descriptor = fake_descriptor();
    spoil(descriptor);
    const auto result = provider::check_descriptor(&descriptor, id);
    CHECK(id_of(result) == "Provider.Descriptor");
    return result ? std::string() : result.error().message();
}
bool refuses_setting(const certbroker_setting_info &info) {
    const certbroker_setting_info *const table[] = {&info, nullptr};
    cbp_plugin descriptor = fake_descriptor();
    descriptor.settings = table;
    return id_of(provider::check_descriptor(&descriptor, "fake")) == "Provider.Descriptor";
}
bool contains(const std::string &text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("A sound descriptor is taken, also from an older or newer minor version") {
    must(provider::check_descriptor(&fake_descriptor(), "fake"));
    must(provider::check_descriptor(&fake_descriptor(), ""));
    cbp_plugin other = fake_descriptor();
    other.abi_minor = 99;
    other.capabilities |= std::uint64_t{1} << 60U;
    other.settings = nullptr;
    must(provider::check_descriptor(&other, "fake"));
}

TEST_CASE("Sizes and versions are checked before anything is read") {
    CHECK(id_of(provider::check_descriptor(nullptr, "fake")) == "Provider.Descriptor");
    CHECK(contains(refusal([](cbp_plugin &p) {
                       p.struct_size = 16;
                       p.id = reinterpret_cast<const char *>(std::uintptr_t{1});
                   }),
                   "struct_size"));
    refusal([](cbp_plugin &p) { p.struct_size = 0; });
    refusal([](cbp_plugin &p) { p.struct_size = 0xffffffffU; });
    CHECK(contains(refusal([](cbp_plugin &p) {
                       p.abi_major = 7;
                       p.id = reinterpret_cast<const char *>(std::uintptr_t{1});
                   }),
                   "7." + std::to_string(CERTBROKER_PLUGIN_ABI_MINOR)));
}

TEST_CASE("Names are checked") {
    CHECK(contains(refusal([](cbp_plugin &) {}, "other"), "calls itself 'fake'"));
    refusal([](cbp_plugin &p) { p.id = nullptr; });
    refusal([](cbp_plugin &p) { p.id = "Fake"; });
    refusal([](cbp_plugin &p) { p.id = "../etc"; });
    refusal([](cbp_plugin &p) { p.title = nullptr; });
    refusal([](cbp_plugin &p) { p.title = "\xff"; });
    refusal([](cbp_plugin &p) { p.version = "one"; });
    refusal([](cbp_plugin &p) { p.version = "1.0"; });
    refusal([](cbp_plugin &p) { p.help_url = ""; });
    cbp_plugin pre = fake_descriptor();
    pre.version = "1.0.0-rc.1+build";
    must(provider::check_descriptor(&pre, "fake"));
}

TEST_CASE("Slots and capabilities agree") {
    CHECK(contains(refusal([](cbp_plugin &p) { p.submit = nullptr; }), "submit"));
    refusal([](cbp_plugin &p) { p.open = nullptr; });
    refusal([](cbp_plugin &p) { p.close = nullptr; });
    CHECK(contains(refusal([](cbp_plugin &p) { p.revoke = nullptr; }), "promise revoke"));
    CHECK(contains(refusal([](cbp_plugin &p) { p.capabilities &= ~std::uint64_t{CBP_CAN_POLL}; }), "poll"));
    refusal([](cbp_plugin &p) { p.capabilities &= ~std::uint64_t{CBP_CAN_SUBMIT}; });
    // The slot lies behind the end of the struct: it is not there, and the bit lies.
    CHECK(contains(refusal([](cbp_plugin &p) { p.struct_size = offsetof(cbp_plugin, get_crl); }), "get_crl"));
}

TEST_CASE("The settings table is checked") {
    const auto good = setting(CBP_SCOPE_ORDER, CBP_NUMBER, "days", "How long.", 0, "5", nullptr, 1, 9);
    CHECK_FALSE(refuses_setting(good));
    const auto spoiled = [&](const std::function<void(certbroker_setting_info &)> &spoil) {
        certbroker_setting_info info = good;
        spoil(info);
        return refuses_setting(info);
    };
    static const char *const none[] = {nullptr};
    static const char *const blank[] = {"", nullptr};
    CHECK(spoiled([](auto &i) { i.struct_size = 4; }));
    CHECK(spoiled([](auto &i) { i.name = nullptr; }));
    CHECK(spoiled([](auto &i) { i.name = "Days"; }));
    CHECK(spoiled([](auto &i) { i.name = "two--dashes"; }));
    CHECK(spoiled([](auto &i) { i.name = "9days"; }));
    CHECK(spoiled([](auto &i) { i.type = 0; }));
    CHECK(spoiled([](auto &i) { i.type = 11; }));
    CHECK(spoiled([](auto &i) { i.scope = 2; }));
    CHECK(spoiled([](auto &i) { i.summary = nullptr; }));
    CHECK(spoiled([](auto &i) { i.min = 10; }));
    CHECK(spoiled([](auto &i) { i.default_text = "10"; }));
    CHECK(spoiled([](auto &i) { i.type = CBP_CHOICE; }));
    CHECK(spoiled([](auto &i) { i.choices = blank; }));
    CHECK(spoiled([](auto &i) {
        i.type = CBP_CHOICE;
        i.choices = none;
    }));
    CHECK(spoiled([](auto &i) { i.type = CBP_SECRET; }));
    CHECK(spoiled([](auto &i) { i.pattern_hint = "\xff"; }));
}

TEST_CASE("A setting's name is unique within its scope") {
    const auto first = setting(CBP_SCOPE_ORDER, CBP_NUMBER, "days", "How long.");
    const auto second = setting(CBP_SCOPE_CONNECTION, CBP_NUMBER, "days", "How long.");
    const certbroker_setting_info *const apart[] = {&first, &second, nullptr};
    const certbroker_setting_info *const twice[] = {&first, &first, nullptr};
    cbp_plugin descriptor = fake_descriptor();
    descriptor.settings = apart;
    must(provider::check_descriptor(&descriptor, "fake"));
    descriptor.settings = twice;
    CHECK(id_of(provider::check_descriptor(&descriptor, "fake")) == "Provider.Descriptor");
}
