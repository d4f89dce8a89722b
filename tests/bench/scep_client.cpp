// One process of a user of the C ABI, for the rows against other SCEP clients (scep_rows.cpp starts it):
//   prepare <home> <plugins> <count>                            keys and requests, in store and journal; prints their
//   ids enroll <home> <plugins> <url> <fingerprint> <key> <id>...   each to a certificate in the store, one after the
//   other
// What lies between is what a user has: the journal, the store, the plugin found and checked by its manifest.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "certbroker/certbroker.h"

namespace {

[[noreturn]] void give_up(const char *what, certbroker_error *error) {
    std::fprintf(stderr, "%s: %s\n", what, error != nullptr ? certbroker_error_message(error) : "no reason given");
    std::exit(1);
}
#define MUST(call)                                                                                                     \
    do {                                                                                                               \
        certbroker_error *error = nullptr;                                                                             \
        if ((call) != CERTBROKER_OK) give_up(#call, error);                                                            \
    } while (false)

certbroker_settings *settings(std::initializer_list<std::pair<const char *, const char *>> values) {
    certbroker_settings *bag = nullptr;
    MUST(certbroker_settings_create(&bag, &error));
    for (const auto &[name, value] : values)
        MUST(certbroker_settings_set_text(bag, name, value, &error));
    return bag;
}

certbroker_request *request(certbroker_context *context, const std::string &name) {
    const std::string inf =
        "[NewRequest]\nSubject = \"CN=" + name + "\"\nKeyAlgorithm = RSA\nKeyLength = 2048\nRequestType = PKCS10\n";
    certbroker_request *out = nullptr;
    MUST(certbroker_request_from_inf(context, reinterpret_cast<const std::uint8_t *>(inf.data()), inf.size(),
                                     "scep.inf", &out, &error));
    return out;
}

struct Session {
    Session(const char *home, const char *plugins) {
        operation.struct_size = sizeof operation;
        operation.timeout_ms = 60'000;
        certbroker_settings *bag = settings({{"home", home}, {"plugin-folder", plugins}});
        MUST(certbroker_context_create(bag, &context, &error));
        certbroker_settings_free(bag);
    }
    ~Session() { certbroker_context_free(context); }
    Session(const Session &) = delete;
    Session &operator=(const Session &) = delete;
    certbroker_context *context = nullptr;
    certbroker_operation operation{};
};

void prepare(Session &session, int count) {
    certbroker_store *store = nullptr;
    MUST(certbroker_store_open(session.context, "CurrentUser/My", nullptr, &store, &error));
    for (int i = 0; i < count; ++i) {
        certbroker_request *wish = request(session.context, "device" + std::to_string(i) + ".example.com");
        certbroker_issue *issue = nullptr;
        MUST(certbroker_prepare(session.context, wish, nullptr, nullptr, store, nullptr, &session.operation, &issue,
                                &error));
        certbroker_text id = nullptr;
        if (certbroker_issue_text(issue, CERTBROKER_P_REQUEST_ID, 0, &id) != CERTBROKER_OK) give_up("id", nullptr);
        std::puts(id);
        certbroker_issue_free(issue);
        certbroker_request_free(wish);
    }
    certbroker_store_close(store);
}

/// Other clients read a key from a file and sign a request with it. The requests here are signed already, so that one
/// is made beside.
void sign_a_request(Session &session, const char *file) {
    std::ifstream in(file, std::ios::binary);
    const std::string pem{std::istreambuf_iterator<char>(in), {}};
    certbroker_key *key = nullptr;
    MUST(certbroker_key_import(session.context, reinterpret_cast<const std::uint8_t *>(pem.data()), pem.size(), nullptr,
                               &key, &error));
    certbroker_request *wish = request(session.context, "beside.example.com");
    certbroker_csr *csr = nullptr;
    MUST(certbroker_csr_create(session.context, wish, key, &session.operation, &csr, &error));
    certbroker_csr_free(csr);
    certbroker_request_free(wish);
    certbroker_key_free(key);
}

void enroll(Session &session, const char *url, const char *fingerprint, const char *key, char **ids, int count) {
    certbroker_settings *bag = settings({{"url", url}, {"ca-fingerprint", fingerprint}, {"allow-legacy", "true"}});
    certbroker_provider *ca = nullptr;
    MUST(certbroker_provider_open(session.context, "endpoint-protection", bag, &session.operation, &ca, &error));
    certbroker_settings_free(bag);
    for (int i = 0; i < count; ++i) {
        sign_a_request(session, key);
        certbroker_issue *issue = nullptr;
        MUST(certbroker_enroll_prepared(session.context, ids[i], ca, nullptr, nullptr, nullptr, &session.operation,
                                        &issue, &error));
        if (certbroker_issue_state(issue) != CERTBROKER_STATE_INSTALLED) {
            certbroker_text said = nullptr;
            (void)certbroker_issue_text(issue, CERTBROKER_P_MESSAGE, 0, &said);
            std::fprintf(stderr, "not issued: %s\n", said != nullptr ? said : "no reason given");
            std::exit(1);
        }
        certbroker_issue_free(issue);
    }
    certbroker_provider_close(ca);
}

} // namespace

int main(int argc, char **argv) {
    const std::string what = argc > 1 ? argv[1] : "";
    if (what == "prepare" && argc == 5) {
        Session session(argv[2], argv[3]);
        prepare(session, std::atoi(argv[4]));
    } else if (what == "enroll" && argc >= 8) {
        Session session(argv[2], argv[3]);
        enroll(session, argv[4], argv[5], argv[6], argv + 7, argc - 7);
    } else {
        std::fprintf(stderr, "usage: %s prepare|enroll ...; scep_rows.cpp has the arguments\n", argv[0]);
        return 2;
    }
}
