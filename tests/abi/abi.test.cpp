// The C ABI as a C caller meets it: the road, errors, ownership, cancellation, callbacks.
#include "certbroker/certbroker.h"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "abi/guard.hpp"
#include "misuse_fixture.hpp"
#include "store/store.hpp"

using misuse::Fixture;
using misuse::release;

namespace {

/// The error of a call that has to fail, as texts.
struct Failure {
    certbroker_status status = 0;
    std::string id, message, remedy, file, source;
    std::int64_t line = 0;
};

/// By reference: the call that sets it may stand in the same expression.
Failure take(certbroker_status status, certbroker_error *&error) {
    REQUIRE(error != nullptr);
    Failure failure{status,
                    certbroker_error_id(error),
                    certbroker_error_message(error),
                    certbroker_error_remedy(error),
                    certbroker_error_file(error),
                    certbroker_error_source(error)};
    (void)certbroker_error_number(error, CERTBROKER_NUMBER_LINE, &failure.line);
    certbroker_error_free(error);
    return failure;
}

struct Options {
    explicit Options(std::initializer_list<std::pair<const char *, const char *>> values) {
        REQUIRE(certbroker_settings_create(&handle, nullptr) == CERTBROKER_OK);
        for (const auto &[name, value] : values)
            REQUIRE(certbroker_settings_set_text(handle, name, value, nullptr) == CERTBROKER_OK);
    }
    ~Options() { certbroker_settings_free(handle); }
    Options(const Options &) = delete;
    Options &operator=(const Options &) = delete;
    certbroker_settings *handle = nullptr;
};

std::string text_of(const certbroker_issue *issue, std::int32_t property) {
    certbroker_text text = nullptr;
    REQUIRE(certbroker_issue_text(issue, property, 0, &text) == CERTBROKER_OK);
    return text;
}

std::int32_t count_rows(void *payload, const certbroker_row *) {
    ++*static_cast<int *>(payload);
    return 0;
}

std::int32_t first_row_only(void *payload, const certbroker_row *) {
    ++*static_cast<int *>(payload);
    return 1;
}

} // namespace

TEST_CASE("The ABI tells its version and the names of its statuses") {
    CHECK(certbroker_abi_version() == (CERTBROKER_ABI_MAJOR << 16 | CERTBROKER_ABI_MINOR));
    CHECK(std::strlen(certbroker_version_text()) >= 5);
    CHECK(std::string(certbroker_status_name(CERTBROKER_E_KEY_MISMATCH)) == "E_KEY_MISMATCH");
    CHECK(std::string(certbroker_status_name(-9999)) == "E_UNKNOWN");
}

TEST_CASE("Every status has a line, and none stands twice") {
    std::vector<int> numbers{
#define CERTBROKER_STATUS(c_name, name, number, sentence, category) number,
#include "certbroker/status.def"
#undef CERTBROKER_STATUS
    };
    for (const int number : numbers)
        CHECK(std::count(numbers.begin(), numbers.end(), number) == 1);
    std::vector<int> properties{
#define CERTBROKER_PROPERTY(name, number, kind, sentence) number,
#include "certbroker/properties.def"
#undef CERTBROKER_PROPERTY
    };
    for (const int number : properties)
        CHECK(std::count(properties.begin(), properties.end(), number) == 1);
}

TEST_CASE("The main job works in C: prepare, complete, export, remove, import") {
    Fixture f;
    certbroker_issue *prepared = nullptr;
    REQUIRE(certbroker_prepare(f.context, f.request, nullptr, nullptr, f.store, nullptr, &f.operation, &prepared,
                               nullptr) == CERTBROKER_OK);
    CHECK(certbroker_issue_state(prepared) == CERTBROKER_STATE_PREPARED);
    const std::string id = text_of(prepared, CERTBROKER_P_REQUEST_ID);
    certbroker_csr *csr = nullptr;
    REQUIRE(certbroker_issue_csr(prepared, &csr, nullptr) == CERTBROKER_OK);
    certbroker_buffer *pem = nullptr;
    REQUIRE(certbroker_csr_encode(csr, CERTBROKER_ENCODING_CERTREQ, &pem, nullptr) == CERTBROKER_OK);
    CHECK(std::memcmp(certbroker_buffer_data(pem), "-----BEGIN NEW CERTIFICATE REQUEST-----\r\n", 41) == 0);

    certbroker_issue *issued = nullptr;
    REQUIRE(certbroker_provider_submit(f.provider, csr, "client", nullptr, &f.operation, &issued, nullptr) ==
            CERTBROKER_OK);
    REQUIRE(certbroker_issue_state(issued) == CERTBROKER_STATE_ISSUED);
    certbroker_chain *answer = nullptr;
    REQUIRE(certbroker_issue_chain(issued, &answer, nullptr) == CERTBROKER_OK);
    certbroker_buffer *p7b = nullptr;
    REQUIRE(certbroker_chain_encode(answer, CERTBROKER_ENCODING_P7B, &p7b, nullptr) == CERTBROKER_OK);

    certbroker_issue *done = nullptr;
    REQUIRE(certbroker_complete(f.context, nullptr, certbroker_buffer_data(p7b), certbroker_buffer_size(p7b), nullptr,
                                nullptr, &f.operation, &done, nullptr) == CERTBROKER_OK);
    CHECK(certbroker_issue_state(done) == CERTBROKER_STATE_INSTALLED);
    CHECK(text_of(done, CERTBROKER_P_REQUEST_ID) == id);
    certbroker_entry *entry = nullptr;
    REQUIRE(certbroker_issue_entry(done, &entry, nullptr) == CERTBROKER_OK);
    std::int64_t has_key = 0;
    REQUIRE(certbroker_entry_number(entry, CERTBROKER_P_HAS_PRIVATE_KEY, &has_key) == CERTBROKER_OK);
    CHECK(has_key == 1);

    certbroker_chain *chain = nullptr;
    certbroker_key *key = nullptr;
    certbroker_buffer *pfx = nullptr;
    REQUIRE(certbroker_entry_chain(entry, &chain, nullptr) == CERTBROKER_OK);
    REQUIRE(certbroker_entry_key(entry, &key, nullptr) == CERTBROKER_OK);
    const Options quick{{"iterations", "2000"}};
    REQUIRE(certbroker_pfx_export(f.context, chain, key, f.secret, quick.handle, &f.operation, &pfx, nullptr) ==
            CERTBROKER_OK);
    const Options with_key{{"delete-key", "true"}};
    REQUIRE(certbroker_store_remove(f.store, entry, with_key.handle, &f.operation, nullptr) == CERTBROKER_OK);
    certbroker_entry *opened = nullptr;
    const Options exportable{{"exportable", "true"}};
    REQUIRE(certbroker_pfx_import(f.context, certbroker_buffer_data(pfx), certbroker_buffer_size(pfx), f.secret,
                                  exportable.handle, &f.operation, &opened, nullptr) == CERTBROKER_OK);
    certbroker_chain *opened_chain = nullptr;
    certbroker_key *opened_key = nullptr;
    REQUIRE(certbroker_entry_chain(opened, &opened_chain, nullptr) == CERTBROKER_OK);
    REQUIRE(certbroker_entry_key(opened, &opened_key, nullptr) == CERTBROKER_OK);
    certbroker_entry *again = nullptr;
    REQUIRE(certbroker_store_put(f.store, opened_chain, opened_key, nullptr, &f.operation, &again, nullptr) ==
            CERTBROKER_OK);
    REQUIRE(certbroker_entry_number(again, CERTBROKER_P_HAS_PRIVATE_KEY, &has_key) == CERTBROKER_OK);
    CHECK(has_key == 1);

    release(again);
    release(opened_key);
    release(opened_chain);
    release(opened);
    release(pfx);
    release(key);
    release(chain);
    release(entry);
    release(done);
    release(p7b);
    release(answer);
    release(issued);
    release(pem);
    release(csr);
    release(prepared);
}

TEST_CASE("Every handle that is made is given back") {
    using certbroker::abi::Kind;
    std::vector<std::size_t> before;
    for (int kind = 1; kind <= static_cast<int>(Kind::row); ++kind)
        before.push_back(certbroker::abi::handles::count(static_cast<Kind>(kind)));
    {
        Fixture f;
        int rows = 0;
        REQUIRE(certbroker_list_requests(f.context, nullptr, "all", count_rows, &rows, nullptr) == CERTBROKER_OK);
        CHECK(rows == 1);
    }
    std::vector<std::size_t> after;
    for (int kind = 1; kind <= static_cast<int>(Kind::row); ++kind)
        after.push_back(certbroker::abi::handles::count(static_cast<Kind>(kind)));
    CHECK(after == before);
}

TEST_CASE("Handles may be freed in any order: what they need lives on") {
    Fixture f;
    certbroker_context_free(f.context);
    f.context = nullptr;
    certbroker_chain *chain = nullptr;
    CHECK(certbroker_entry_chain(f.entry, &chain, nullptr) == CERTBROKER_OK);
    const certbroker_certificate *leaf = certbroker_chain_at(chain, 0);
    certbroker_text subject = nullptr;
    CHECK(certbroker_certificate_text(leaf, CERTBROKER_P_SUBJECT, 0, &subject) == CERTBROKER_OK);
    CHECK(std::string(subject) == "CN=misuse");
    CHECK(certbroker_chain_at(chain, 99) == nullptr);
    release(chain);
    CHECK(certbroker_certificate_text(leaf, CERTBROKER_P_SUBJECT, 0, &subject) == CERTBROKER_E_HANDLE);
}

TEST_CASE("An INF with problems is read, shows them all, and cannot be used") {
    Fixture f;
    const std::string inf =
        "[NewRequest]\r\nSubject = \"Subject Name in CN format\"\r\nKeyLength = 17\r\nNoSuchKey = 1\r\n";
    certbroker_request *request = nullptr;
    REQUIRE(certbroker_request_from_inf(f.context, reinterpret_cast<const std::uint8_t *>(inf.data()), inf.size(),
                                        "web.ini", &request, nullptr) == CERTBROKER_OK);
    int rows = 0;
    REQUIRE(certbroker_request_check(request, nullptr, nullptr, &f.operation, count_rows, &rows, nullptr) ==
            CERTBROKER_OK);
    CHECK(rows >= 3);
    rows = 0;
    REQUIRE(certbroker_request_check(request, nullptr, nullptr, &f.operation, first_row_only, &rows, nullptr) ==
            CERTBROKER_OK);
    CHECK(rows == 1);
    certbroker_issue *issue = nullptr;
    certbroker_error *error = nullptr;
    const certbroker_status status =
        certbroker_prepare(f.context, request, nullptr, nullptr, f.store, nullptr, &f.operation, &issue, &error);
    REQUIRE(status != CERTBROKER_OK);
    const Failure failure = take(status, error);
    CHECK(failure.id == "Inf.Subject");
    CHECK(failure.source == "core.inf");
    CHECK(failure.file == "web.ini");
    CHECK(failure.line == 2);
    CHECK_FALSE(failure.remedy.empty());
    release(request);
}

TEST_CASE("Options that are not known, or have wrong values, are refused by name") {
    Fixture f;
    certbroker_buffer *pfx = nullptr;
    certbroker_error *error = nullptr;
    const Options misspelt{{"iteration", "5000"}};
    Failure failure = take(
        certbroker_pfx_export(f.context, f.chain, f.key, f.secret, misspelt.handle, &f.operation, &pfx, &error), error);
    CHECK(failure.id == "Abi.OptionUnknown");
    CHECK(failure.message.find("iterations") != std::string::npos);
    for (const char *value : {"many", "5", "99999999999999999999"}) {
        const Options wrong{{"iterations", value}};
        error = nullptr;
        failure =
            take(certbroker_pfx_export(f.context, f.chain, f.key, f.secret, wrong.handle, &f.operation, &pfx, &error),
                 error);
        CHECK(failure.id == "Abi.OptionValue");
        CHECK(failure.status == CERTBROKER_E_ARGUMENT);
    }
    const Options flag{{"delete-key", "perhaps"}};
    error = nullptr;
    CHECK(take(certbroker_store_remove(f.store, f.entry, flag.handle, &f.operation, &error), error).id ==
          "Abi.OptionValue");
}

TEST_CASE("Who may use a key is told and changed only where a store keeps such a list") {
    Fixture f; // its stores are folders
    REQUIRE((certbroker_store_capabilities(f.store) & CERTBROKER_STORE_GRANTS) == 0);
    certbroker_chain *chain = nullptr;
    certbroker_entry *entry = nullptr;
    REQUIRE(certbroker_entry_chain(f.entry, &chain, nullptr) == CERTBROKER_OK);
    REQUIRE(certbroker_store_put(f.store, chain, f.key, nullptr, &f.operation, &entry, nullptr) == CERTBROKER_OK);
    certbroker_error *error = nullptr;
    Failure failure = take(certbroker_store_grant_read(f.store, entry, "Everyone", &f.operation, &error), error);
    CHECK(failure.id == "Store.NoGrants");
    CHECK(failure.status == CERTBROKER_E_UNSUPPORTED);
    CHECK_FALSE(failure.remedy.empty());
    int rows = 0;
    error = nullptr;
    failure = take(certbroker_store_list_key_readers(f.store, entry, &f.operation, count_rows, &rows, &error), error);
    CHECK(failure.id == "Store.NoGrants");
    CHECK(rows == 0);
    release(entry);
    release(chain);
}

TEST_CASE("Key providers are a vocabulary, which is empty where the system has none") {
    Fixture f;
    int rows = 0;
    REQUIRE(certbroker_list_vocabulary(f.context, "key-provider", count_rows, &rows, nullptr) == CERTBROKER_OK);
    CHECK(static_cast<std::size_t>(rows) == certbroker::store::key_providers().size());
}

TEST_CASE("A handle that is none is named by its parameter") {
    Fixture f;
    certbroker_error *error = nullptr;
    certbroker_csr *csr = nullptr;
    const Failure failure = take(
        certbroker_csr_parse(f.made_up<certbroker_context>(), f.bytes.data(), f.bytes.size(), &csr, &error), error);
    CHECK(failure.id == "Abi.Handle");
    CHECK(failure.status == CERTBROKER_E_HANDLE);
    CHECK(failure.message.find("'context'") != std::string::npos);
}

TEST_CASE("A part that an object does not have is said so") {
    Fixture f;
    certbroker_issue *prepared = nullptr;
    REQUIRE(certbroker_prepare(f.context, f.request, nullptr, nullptr, f.store, nullptr, &f.operation, &prepared,
                               nullptr) == CERTBROKER_OK);
    certbroker_chain *chain = nullptr;
    certbroker_error *error = nullptr;
    CHECK(take(certbroker_issue_chain(prepared, &chain, &error), error).id == "Abi.NoSuchPart");
    CHECK(chain == nullptr);
    release(prepared);
}

TEST_CASE("Whatever is thrown inside stays inside") {
    using namespace certbroker;
    using namespace certbroker::abi;
    certbroker_error *error = nullptr;
    CHECK(guard(&error, []() -> Result<void> { throw std::bad_alloc(); }) == CERTBROKER_E_MEMORY);
    CHECK(take(CERTBROKER_E_MEMORY, error).id == "Abi.Memory");
    CHECK(guard(&error, []() -> Result<void> { throw std::logic_error("a broken rule"); }) == CERTBROKER_E_INTERNAL);
    const Failure failure = take(CERTBROKER_E_INTERNAL, error);
    CHECK(failure.id == "Abi.Internal");
    CHECK(failure.message.find("a broken rule") != std::string::npos);
    CHECK(guard(&error, []() -> Result<void> { throw 42; }) == CERTBROKER_E_INTERNAL);
    release(error);
    CHECK(guard(nullptr, []() -> Result<void> { throw 42; }) == CERTBROKER_E_INTERNAL);
}

TEST_CASE("A cancelled operation stops, from another thread too, and soon") {
    Fixture f;
    f.operation.cancel = f.cancel;
    certbroker_request *slow = nullptr;
    REQUIRE(certbroker_request_create(f.context, &slow, nullptr) == CERTBROKER_OK);
    REQUIRE(certbroker_request_set(slow, CERTBROKER_P_SUBJECT, "CN=slow", nullptr) == CERTBROKER_OK);
    REQUIRE(certbroker_request_set(slow, CERTBROKER_P_KEY_ALGORITHM, "RSA", nullptr) == CERTBROKER_OK);
    REQUIRE(certbroker_request_set(slow, CERTBROKER_P_KEY_LENGTH, "16384", nullptr) == CERTBROKER_OK);
    std::thread canceller([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        certbroker_cancel_request(f.cancel);
    });
    certbroker_key *key = nullptr;
    certbroker_error *error = nullptr;
    const certbroker_status status = certbroker_key_generate(f.context, slow, nullptr, &f.operation, &key, &error);
    canceller.join();
    CHECK(status == CERTBROKER_E_CANCELLED);
    CHECK(take(status, error).id == "Base.Cancelled");
    release(slow);
}

TEST_CASE("A deadline ends what takes too long") {
    Fixture f;
    f.operation.timeout_ms = 50;
    REQUIRE(certbroker_request_set(f.request, CERTBROKER_P_KEY_ALGORITHM, "RSA", nullptr) == CERTBROKER_OK);
    REQUIRE(certbroker_request_set(f.request, CERTBROKER_P_KEY_LENGTH, "16384", nullptr) == CERTBROKER_OK);
    certbroker_key *key = nullptr;
    certbroker_error *error = nullptr;
    const certbroker_status status = certbroker_key_generate(f.context, f.request, f.store, &f.operation, &key, &error);
    CHECK(status == CERTBROKER_E_TIMEOUT);
    CHECK(take(status, error).id == "Base.Timeout");
}

TEST_CASE("Callbacks come on the calling thread; a progress callback may cancel") {
    Fixture f;
    struct Seen {
        std::thread::id caller = std::this_thread::get_id();
        int progress = 0, log = 0, foreign = 0;
        bool stop = false;
    } seen;
    f.operation.payload = &seen;
    f.operation.progress = [](void *payload, std::int32_t, std::int32_t, certbroker_text) -> std::int32_t {
        auto &s = *static_cast<Seen *>(payload);
        ++s.progress;
        if (std::this_thread::get_id() != s.caller) ++s.foreign;
        return s.stop ? 1 : 0;
    };
    f.operation.log = [](void *payload, std::int32_t, certbroker_text, certbroker_text) {
        auto &s = *static_cast<Seen *>(payload);
        ++s.log;
        if (std::this_thread::get_id() != s.caller) ++s.foreign;
    };
    certbroker_issue *issue = nullptr;
    REQUIRE(certbroker_enroll(f.context, f.request, f.provider, nullptr, nullptr, f.store, nullptr, &f.operation,
                              &issue, nullptr) == CERTBROKER_OK);
    CHECK(seen.progress > 0);
    CHECK(seen.foreign == 0);
    release(issue);
    seen.stop = true;
    certbroker_error *error = nullptr;
    const certbroker_status status = certbroker_enroll(f.context, f.request, f.provider, nullptr, nullptr, f.store,
                                                       nullptr, &f.operation, &issue, &error);
    CHECK(status == CERTBROKER_E_CANCELLED);
    release(error);
}

TEST_CASE("Secrets have no getter, and buffers hold what was put in") {
    Fixture f;
    CHECK(certbroker_buffer_size(f.buffer) == f.bytes.size());
    CHECK(std::memcmp(certbroker_buffer_data(f.buffer), f.bytes.data(), f.bytes.size()) == 0);
    const std::vector<std::uint8_t> large(65 * 1024);
    certbroker_secret *secret = nullptr;
    certbroker_error *error = nullptr;
    CHECK(take(certbroker_secret_create(large.data(), large.size(), &secret, &error), error).id == "Base.TooLarge");
}
