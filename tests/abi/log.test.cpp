// What a C caller and an administrator see of what happens: the log file, certbroker.ini, events, traces.
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <string>
#include <vector>

#include "abi/guard.hpp"
#include "certbroker/certbroker.h"
#include "certbroker/plugin.h"
#include "issuance/broker.hpp"
#include "misuse_fixture.hpp"
#include "support/platform.hpp"
#include "support/temporary_folder.hpp"

using misuse::release;

namespace {

namespace fs = std::filesystem;

const cbp_host *host = nullptr;

/// A CA that can be searched and checked, and refuses the rest when it is told to.
bool refuses = false;

cbp_status no(cbp_call *call) {
    return host->fail(call, CBP_E_REMOTE, "The CA could not do it: it says no");
}

const cbp_plugin *plugin() {
    static const cbp_plugin made = [] {
        cbp_plugin p{};
        p.struct_size = sizeof(cbp_plugin);
        p.abi_major = CERTBROKER_PLUGIN_ABI_MAJOR;
        p.abi_minor = CERTBROKER_PLUGIN_ABI_MINOR;
        p.capabilities = CBP_CAN_SUBMIT | CBP_CAN_REVOKE | CBP_CAN_CHECK | CBP_CAN_SEARCH;
        p.id = "watched";
        p.title = "A CA to watch";
        p.version = "1.0.0";
        p.help_url = "https://example.com/";
        p.open = [](const cbp_host *given, cbp_host_ctx *, cbp_call *, const cbp_settings *, cbp_instance **out) {
            host = given;
            *out = reinterpret_cast<cbp_instance *>(&host);
            return static_cast<cbp_status>(CBP_OK);
        };
        p.close = [](cbp_instance *) {};
        p.submit = [](cbp_instance *, cbp_call *call, const cbp_order *) { return no(call); };
        p.revoke = [](cbp_instance *, cbp_call *call, cbp_bytes, std::int32_t) {
            return refuses ? no(call) : static_cast<cbp_status>(CBP_OK);
        };
        p.search = [](cbp_instance *, cbp_call *call, const cbp_search *wish) {
            if (refuses) return no(call);
            cbp_found found{};
            found.struct_size = sizeof found;
            found.reason = -1;
            found.serial = wish->start == 0 ? "01" : "02";
            found.subject = "CN=found";
            const cbp_status added = host->add_found(call, &found);
            return added == CBP_OK && wish->start == 0 ? host->search_more(call, 1) : added;
        };
        p.check = [](cbp_instance *, cbp_call *call, const cbp_check *) {
            cbp_http_request request{};
            request.struct_size = sizeof request;
            request.method = "GET";
            request.url = "http://127.0.0.1:1/?code=canary";
            request.flags = CBP_HTTP_ALLOW_PLAIN;
            const cbp_response *response = nullptr;
            (void)host->http_send(call, &request, &response);
            (void)host->add_check(call, "good", "Good", 0, "fine", nullptr, nullptr);
            return host->add_check(call, "bad", "Bad", 2, "not reached", "nobody is there", "wait");
        };
        return p;
    }();
    return &made;
}

struct Settings {
    Settings() { REQUIRE(certbroker_settings_create(&handle, nullptr) == CERTBROKER_OK); }
    ~Settings() { certbroker_settings_free(handle); }
    Settings(const Settings &) = delete;
    Settings &operator=(const Settings &) = delete;
    Settings &set(const char *name, const std::string &value) {
        REQUIRE(certbroker_settings_set_text(handle, name, value.c_str(), nullptr) == CERTBROKER_OK);
        return *this;
    }
    certbroker_settings *handle = nullptr;
};

/// A context over a home of its own.
struct World {
    Settings settings;
    certbroker_context *context = nullptr;
    certbroker_provider *provider = nullptr;
    certbroker_operation operation{};
    certbroker::test::TemporaryFolder home;

    World() {
        operation.struct_size = sizeof operation;
        operation.timeout_ms = 30'000;
        settings.set("home", home.path().string());
        settings.set("plugin-folder", CERTBROKER_TEST_PLUGINS);
        settings.set("plugin-trust", "any");
    }
    World(const World &) = delete;
    World &operator=(const World &) = delete;
    ~World() {
        release(provider);
        release(context);
    }

    certbroker_status try_start(certbroker_error **error = nullptr) {
        return certbroker_context_create(settings.handle, &context, error);
    }
    void start() {
        REQUIRE(try_start() == CERTBROKER_OK);
        const auto object = certbroker::abi::lookup<certbroker::abi::Context>(context);
        object->broker->providers().add_static(plugin());
        REQUIRE(certbroker_provider_open(context, "watched", nullptr, &operation, &provider, nullptr) == CERTBROKER_OK);
    }
    std::string id_of_failed_start() {
        certbroker_error *error = nullptr;
        REQUIRE(try_start(&error) != CERTBROKER_OK);
        const std::string id = certbroker_error_id(error);
        release(error);
        return id;
    }
    void write_ini(const std::string &location, const std::string &text) const {
        fs::create_directories(home / location);
        const fs::path ini = home.path() / location / "certbroker.ini";
        std::ofstream(ini) << text;
        certbroker::test::let_write(ini, certbroker::test::Writers::owner);
        certbroker::test::let_write(home / location, certbroker::test::Writers::owner);
    }
    std::vector<std::string> lines(const std::string &name) const {
        std::ifstream in(home / name);
        std::vector<std::string> all;
        for (std::string line; std::getline(in, line);)
            all.push_back(line);
        return all;
    }
    bool has_line(const std::string &name, std::initializer_list<const char *> parts) const {
        for (const std::string &line : lines(name)) {
            bool all = true;
            for (const char *part : parts)
                all = all && line.find(part) != std::string::npos;
            if (all) return true;
        }
        return false;
    }
};

std::int32_t ignore_row(void *, const certbroker_row *) {
    return 0;
}

std::int32_t stop_at_row(void *, const certbroker_row *) {
    return 1;
}

/// What a log callback was given.
struct Heard {
    struct Line {
        std::int32_t level;
        std::string source, message;
    };
    std::vector<Line> lines;

    void listen(certbroker_operation &operation) {
        operation.payload = this;
        operation.log = [](void *payload, std::int32_t level, certbroker_text source, certbroker_text message) {
            static_cast<Heard *>(payload)->lines.push_back({level, source, message});
        };
    }
    std::size_t count(const std::string &source) const {
        std::size_t found = 0;
        for (const Line &line : lines)
            found += line.source == source ? 1U : 0U;
        return found;
    }
};

} // namespace

TEST_CASE("What is done to stores, PFX and certificates at the CA is in the log, with level, event and fields") {
    misuse::Fixture f; // for a certificate with its key
    World world;
    world.settings.set("log-file", world.home.file("log.json")).set("log-format", "json").set("log-level", "debug");
    world.start();
    const char *const log = "log.json";
    certbroker_store *store = nullptr;
    REQUIRE(certbroker_store_open(world.context, "CurrentUser/My", nullptr, &store, nullptr) == CERTBROKER_OK);
    certbroker_entry *entry = nullptr;
    REQUIRE(certbroker_store_put(store, f.chain, f.key, nullptr, &world.operation, &entry, nullptr) == CERTBROKER_OK);
    CHECK(world.has_line(log, {"\"eventId\":3001", "\"event\":\"CertificateStored\"", "\"subject\":\"CN=misuse\"",
                               "\"privateKey\":\"true\"", "CurrentUser/My"}));
    certbroker_buffer *pfx = nullptr;
    REQUIRE(certbroker_pfx_export(world.context, f.chain, f.key, f.secret, nullptr, &world.operation, &pfx, nullptr) ==
            CERTBROKER_OK);
    CHECK(world.has_line(log, {"\"event\":\"PfxExported\"", "\"thumbprint\":\""}));
    certbroker_entry *opened = nullptr;
    REQUIRE(certbroker_pfx_import(world.context, certbroker_buffer_data(pfx), certbroker_buffer_size(pfx), f.secret,
                                  nullptr, &world.operation, &opened, nullptr) == CERTBROKER_OK);
    CHECK(world.has_line(log, {"\"event\":\"PfxOpened\"", "\"subject\":\"CN=misuse\""}));
    Settings with_key;
    with_key.set("delete-key", "true");
    REQUIRE(certbroker_store_remove(store, entry, with_key.handle, &world.operation, nullptr) == CERTBROKER_OK);
    CHECK(world.has_line(log, {"\"event\":\"CertificateRemoved\"", "\"privateKey\":\"removed\""}));

    REQUIRE(certbroker_provider_revoke(world.provider, f.certificate, 1, &world.operation, nullptr) == CERTBROKER_OK);
    CHECK(world.has_line(log, {"\"level\":\"info\"", "\"event\":\"CertificateRevoked\"", "\"reason\":\"1\""}));
    REQUIRE(certbroker_provider_search(world.provider, nullptr, &world.operation, ignore_row, nullptr, nullptr) ==
            CERTBROKER_OK);
    CHECK(world.has_line(log, {"\"level\":\"debug\"", "\"event\":\"SearchFinished\"", "\"found\":\"2\""}));
    REQUIRE(certbroker_provider_search(world.provider, nullptr, &world.operation, stop_at_row, nullptr, nullptr) ==
            CERTBROKER_OK);
    CHECK(world.has_line(log, {"\"event\":\"SearchFinished\"", "\"found\":\"1\""}));
    refuses = true;
    CHECK(certbroker_provider_revoke(world.provider, f.certificate, 1, &world.operation, nullptr) ==
          CERTBROKER_E_REMOTE);
    CHECK(certbroker_provider_search(world.provider, nullptr, &world.operation, ignore_row, nullptr, nullptr) ==
          CERTBROKER_E_REMOTE);
    refuses = false;
    CHECK(world.has_line(log, {"\"level\":\"warning\"", "\"event\":\"RevocationFailed\"", "\"provider\":\"watched\"",
                               "\"errorId\":\"Provider.Failed\""}));
    CHECK(world.has_line(log, {"\"event\":\"SearchFailed\"", "\"errorId\":\"Provider.Failed\""}));
    REQUIRE(certbroker_provider_check(world.provider, &world.operation, ignore_row, nullptr, nullptr) == CERTBROKER_OK);
    CHECK(world.has_line(log, {"\"event\":\"AuthorityCheckFailed\"", "\"check\":\"bad\"", "Bad: not reached"}));
    CHECK_FALSE(world.has_line(log, {"\"check\":\"good\""}));
    Settings doctor;
    doctor.set("provider", "watched");
    REQUIRE(certbroker_authority_check(world.context, nullptr, nullptr, nullptr, doctor.handle, nullptr,
                                       &world.operation, ignore_row, nullptr, nullptr) == CERTBROKER_OK);
    CHECK(world.has_line(log, {"\"event\":\"AuthorityCheckFailed\"", "\"source\":\"doctor\"", "\"check\":\"bad\""}));
    release(opened);
    release(pfx);
    release(entry);
    release(store);
}

TEST_CASE("The journal of a request shows every PFX that was made of its certificate") {
    misuse::Fixture f;
    for (int i = 0; i < 2; ++i) {
        certbroker_buffer *pfx = nullptr;
        REQUIRE(certbroker_pfx_export(f.context, f.chain, f.key, f.secret, nullptr, &f.operation, &pfx, nullptr) ==
                CERTBROKER_OK);
        release(pfx);
    }
    int exported = 0;
    REQUIRE(certbroker_list_events(
                f.context, f.text("request_id"),
                [](void *payload, const certbroker_row *row) -> std::int32_t {
                    certbroker_text message = nullptr;
                    (void)certbroker_row_text(row, CERTBROKER_P_MESSAGE, 0, &message);
                    if (std::string(message) == "Exported as PFX") ++*static_cast<int *>(payload);
                    return 0;
                },
                &exported, nullptr) == CERTBROKER_OK);
    CHECK(exported == 2);
}

TEST_CASE("certbroker.ini switches the log on: the user's own, else the machine's") {
    World world;
    world.write_ini("LocalMachine", "[log]\nfile = machine.log\n");
    SECTION("the machine's") {
        world.start();
        REQUIRE(certbroker_provider_check(world.provider, &world.operation, ignore_row, nullptr, nullptr) ==
                CERTBROKER_OK);
        CHECK(world.has_line("LocalMachine/machine.log", {" warning [provider] 2006 AuthorityCheckFailed: "}));
        CHECK_FALSE(world.has_line("LocalMachine/machine.log", {" debug "}));
    }
    SECTION("the user's") {
        world.write_ini("CurrentUser", "[log]\nfile = mine.log\nformat = json\nlevel = error\n");
        world.start();
        REQUIRE(certbroker_provider_check(world.provider, &world.operation, ignore_row, nullptr, nullptr) ==
                CERTBROKER_OK);
        CHECK(fs::exists(world.home.path() / "CurrentUser" / "mine.log"));
        CHECK(world.lines("CurrentUser/mine.log").empty());
        CHECK_FALSE(fs::exists(world.home.path() / "LocalMachine" / "machine.log"));
    }
    SECTION("the caller's word counts more") {
        world.settings.set("log-file", world.home.file("given.log"));
        world.start();
        CHECK(fs::exists(world.home / "given.log"));
        CHECK_FALSE(fs::exists(world.home.path() / "LocalMachine" / "machine.log"));
    }
    SECTION("what others may have written is nobody's word") {
        const fs::path ini = world.home.path() / "CurrentUser" / "certbroker.ini";
        world.write_ini("CurrentUser", "[log]\nfile = forged.log\n");
        certbroker::test::let_write(ini, certbroker::test::Writers::everyone);
        world.start();
        CHECK_FALSE(fs::exists(world.home.path() / "CurrentUser" / "forged.log"));
        CHECK(fs::exists(world.home.path() / "LocalMachine" / "machine.log"));
        certbroker::test::let_write(ini, certbroker::test::Writers::owner);
    }
    SECTION("the machine's log is not everybody's to write") {
        world.write_ini("LocalMachine", "[log]\nfile = .\n");
        world.start();
    }
    SECTION("one's own must work") {
        world.write_ini("CurrentUser", "[log]\nfile = .\n");
        CHECK(world.id_of_failed_start() == "Base.LogFile");
        world.write_ini("CurrentUser", "[log]\nfile = a.log\nlevel = loud\n");
        CHECK(world.id_of_failed_start() == "Base.LogSettings");
    }
}

TEST_CASE("Settings of the log are checked") {
    World world;
    SECTION("format") {
        world.settings.set("log-format", "xml");
        CHECK(world.id_of_failed_start() == "Abi.OptionValue");
    }
    SECTION("level") {
        world.settings.set("log-level", "loud");
        CHECK(world.id_of_failed_start() == "Abi.OptionValue");
    }
    SECTION("file") {
        world.settings.set("log-file", world.home.path().string());
        CHECK(world.id_of_failed_start() == "Base.LogFile");
    }
}

TEST_CASE("Exchanges are shown to who asks for them, and to a log at the level trace") {
    World world;
    Heard heard;
    heard.listen(world.operation);
    SECTION("nobody asks") {
        world.settings.set("log-file", world.home.file("a.log")).set("log-level", "debug");
        world.start();
        REQUIRE(certbroker_provider_check(world.provider, &world.operation, ignore_row, nullptr, nullptr) ==
                CERTBROKER_OK);
        CHECK(heard.count("http.trace") == 0);
        CHECK_FALSE(world.has_line("a.log", {"[http.trace]"}));
    }
    SECTION("the caller asks") {
        world.operation.flags = CERTBROKER_OPERATION_TRACE;
        world.start();
        REQUIRE(certbroker_provider_check(world.provider, &world.operation, ignore_row, nullptr, nullptr) ==
                CERTBROKER_OK);
        REQUIRE(heard.count("http.trace") == 1);
        for (const Heard::Line &line : heard.lines) {
            if (line.source != "http.trace") continue;
            CHECK(line.level == CERTBROKER_LOG_TRACE);
            CHECK(line.message.starts_with("> GET http://127.0.0.1:1/?code=***\n< no answer after "));
            CHECK(line.message.find("canary") == std::string::npos);
        }
    }
    SECTION("the log wants them") {
        world.settings.set("log-file", world.home.file("a.log")).set("log-level", "trace");
        world.start();
        REQUIRE(certbroker_provider_check(world.provider, &world.operation, ignore_row, nullptr, nullptr) ==
                CERTBROKER_OK);
        CHECK(heard.count("http.trace") == 0);
        CHECK(world.has_line("a.log", {"trace [http.trace] > GET http://127.0.0.1:1/?code=***"}));
        CHECK(world.has_line("a.log", {"trace [http.trace] < no answer after "}));
    }
    SECTION("a caller of an older version cannot ask") {
        world.operation.flags = CERTBROKER_OPERATION_TRACE;
        world.operation.struct_size = offsetof(certbroker_operation, flags);
        world.start();
        REQUIRE(certbroker_provider_check(world.provider, &world.operation, ignore_row, nullptr, nullptr) ==
                CERTBROKER_OK);
        CHECK(heard.count("http.trace") == 0);
    }
    // Events come as information: how a call ended is not told twice.
    for (const Heard::Line &line : heard.lines)
        CHECK(line.level <= CERTBROKER_LOG_INFO);
}
