// Two clients that are not ours against the lab's NDES: what answers them all, answers us for the right reasons. Their
// ways that are recorded here and not hidden (the lab takes them with "strict": false, which ours never needs):
//
// strongSwan's pki 5.9.8
// - reads the capabilities wrongly: AES and SHA-256 it uses only where the CA lists SHA-384, whatever else it lists;
//   Triple DES and SHA-1 it believes no CA to have. Mended upstream in March 2023.
// - posts without application/x-pki-message, whatever the CA lists.
// - names its own signature sha256WithRSAEncryption, but takes an answer's only as rsaEncryption.
// - writes a PKCS#10 with a challenge against DER: its attributes are out of order.
// - names the RA that signs as the issuer in CertPoll, and not the CA.
// - takes an answer with another nonce than the request's.
// - makes the transaction id of the key, so that a second request with it is the same transaction.
//
// certmonger 0.79.17
// - asks by GET, whatever the CA lists.
// - takes no answer that is signed by an RA for enrolment agents only, as NDES's is (purpose S/MIME of OpenSSL).
// - finds no RA certificate that is given to it (getcert add-scep-ca -r): it has to get it from the CA.
// - rekeys by PKCSReq signed with the old certificate, although the CA lists Renewal.
// - takes no answer without content, as RFC 8894 wants it of PENDING and FAILURE, and calls the CA unreachable for a
//   week; getcert resubmit sends the PKCSReq again.
// - makes the transaction id of the key: resubmitted with the same key, it gets the same certificate from a CA that
// keeps
//   to RFC 8894 section 3.2.1.1.
#include "lab.hpp"
#include "support/command.hpp"

using certbroker::test::CommandResult;
using certbroker::test::have;
using certbroker::test::run;
using certbroker::test::TemporaryFolder;
using interop::Lab;

namespace {

constexpr const char *for_strongswan =
    R"({"strict":false,"capabilities":"AES\nPOSTPKIOperation\nRenewal\nSHA-256\nSHA-384\nSHA-512\nSCEPStandard\n"})";

bool has(const std::string &text, const std::string &part) {
    return text.find(part) != std::string::npos;
}

/// How often messages of that type came.
int count(const Lab &lab, int type) {
    const std::string messages = lab.control("messages");
    const std::string wanted = "\"type\":" + std::to_string(type) + ",";
    int out = 0;
    for (auto at = messages.find(wanted); at != std::string::npos; at = messages.find(wanted, at + 1))
        ++out;
    return out;
}

/// strongSwan's pki with the certificates of the lab's CA.
class StrongSwan {
public:
    explicit StrongSwan(const Lab &lab) : lab_(lab) {
        if (!have("pki") || !have("openssl")) SKIP("pki is not installed (Debian package strongswan-pki); openssl");
        lab.behave(for_strongswan);
        const CommandResult asked = run("pki --scepca --url " + lab.ready("url") + " --caout " + path("ca.pem") +
                                        " --raout " + path("ra.pem") + " --outform pem --force");
        INFO(asked.output);
        REQUIRE(asked.exit_code == 0);
        // It numbers RA certificates as they come and says nothing of what they are for.
        for (const char *name : {"ra.pem", "ra-2.pem"}) {
            const std::string usage = run("openssl x509 -noout -ext keyUsage -in " + path(name)).output;
            (has(usage, "Key Encipherment") ? encryption_ : signing_) = path(name);
        }
        REQUIRE(!encryption_.empty());
        REQUIRE(!signing_.empty());
        key("key.pem");
    }

    std::string path(const std::string &name) const { return (folder_.path() / name).string(); }
    void key(const std::string &name) const {
        REQUIRE(run("openssl genrsa -out " + path(name) + " 2048").exit_code == 0);
    }
    CommandResult enroll(const std::string &out, const std::string &more, const std::string &key = "key.pem") const {
        return run("pki --scep --url " + lab_.ready("url") + " --in " + path(key) +
                   " --dn 'C=US, O=strongSwan, CN=device' --san device.example.com --cacert-enc " + encryption_ +
                   " --cacert-sig " + signing_ + " --cacert " + path("ca.pem") + " --outform pem " + more + " 2>" +
                   path("said") + " >" + path(out) + "; code=$?; cat " + path("said") + "; exit $code");
    }
    bool is_good(const std::string &out) const {
        return run("openssl verify -CAfile " + path("ca.pem") + " " + path(out)).exit_code == 0;
    }

private:
    const Lab &lab_;
    TemporaryFolder folder_;
    std::string encryption_, signing_;
};

} // namespace

TEST_CASE("strongSwan gets a certificate with and without a challenge, and renews it with another key") {
    const Lab lab;
    const StrongSwan client(lab);
    const CommandResult wrong = client.enroll("none.pem", "--password 0000111122223333");
    INFO(wrong.output);
    CHECK(wrong.exit_code != 0);
    CHECK(has(wrong.output, "badRequest"));
    const CommandResult first = client.enroll("first.pem", "--password " + lab.challenge());
    INFO(first.output << lab.control("messages"));
    REQUIRE(first.exit_code == 0);
    CHECK(client.is_good("first.pem"));

    client.key("next.pem");
    const CommandResult renewal = client.enroll(
        "second.pem", "--cert " + client.path("first.pem") + " --key " + client.path("key.pem"), "next.pem");
    INFO(renewal.output);
    CHECK(renewal.exit_code == 0);
    CHECK(client.is_good("second.pem"));
    CHECK(count(lab, 17) == 1);

    (void)lab.control("reset", "{}");
    lab.behave(for_strongswan);
    lab.behave(R"({"challenge":false})");
    const CommandResult without = client.enroll("third.pem", "");
    INFO(without.output);
    CHECK(without.exit_code == 0);
    CHECK(client.is_good("third.pem"));
}

TEST_CASE("strongSwan asks about a pending request by CertPoll until it is decided") {
    const Lab lab;
    const StrongSwan client(lab);
    for (const bool approve : {true, false}) {
        (void)lab.control("reset", "{}");
        lab.behave(for_strongswan);
        lab.behave(R"({"challenge":false,"decision":"pending"})");
        CommandResult said;
        std::thread polling([&] { said = client.enroll("pending.pem", "--interval 1 --maxpolltime 60"); });
        const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(40);
        while (count(lab, 20) == 0 && std::chrono::steady_clock::now() < patience)
            std::this_thread::sleep_for(std::chrono::milliseconds(200));
        (void)lab.control(approve ? "approve" : "deny", "{}");
        polling.join();
        INFO(said.output << lab.control("messages"));
        CHECK((said.exit_code == 0) == approve);
        CHECK(count(lab, 20) >= 1);
        if (approve) CHECK(client.is_good("pending.pem"));
    }
}

TEST_CASE("strongSwan believes no answer that was tampered with, but for its nonce") {
    const Lab lab;
    const StrongSwan client(lab);
    for (const char *fault : {"transaction", "flip", "signer", "recipient", "garbage", "nonce"}) {
        (void)lab.control("reset", "{}");
        lab.behave(for_strongswan);
        lab.behave(std::string(R"({"challenge":false,"fault":")") + fault + "\"}");
        const CommandResult said = client.enroll("tampered.pem", "");
        INFO(fault << ": " << said.output);
        CHECK((said.exit_code == 0) == (std::string(fault) == "nonce"));
    }
}

TEST_CASE("strongSwan misreads capabilities: AES and SHA-256 are there for it where SHA-384 is") {
    const Lab lab;
    const StrongSwan client(lab);
    lab.behave(R"({"challenge":false,"capabilities":"AES\nPOSTPKIOperation\nSHA-256\nSCEPStandard\n"})");
    const CommandResult said = client.enroll("none.pem", "");
    CHECK(said.exit_code != 0);
    CHECK(has(said.output, "not supported by CA"));
    CHECK(count(lab, 19) == 0);
    lab.behave(R"({"capabilities":"POSTPKIOperation\nSHA-384\nSCEPStandard\n"})");
    CHECK(client.enroll("good.pem", "").exit_code == 0);
}

TEST_CASE("certmonger gets a certificate with a challenge, resubmits, rekeys, and gets one that was pending") {
    for (const char *program : {"certmonger", "getcert", "dbus-run-session"}) {
        if (!have(program))
            SKIP(std::string(program) + " is not installed (Debian packages certmonger and dbus-daemon)");
    }
    const Lab lab;
    const TemporaryFolder folder;
    const std::string home = folder.path().string();
    // The daemon lives on a bus of its own and keeps what it knows in this folder; it ends with the bus.
    std::ofstream(folder.path() / "session.sh") << R"(set -u
cd "$1"
for name in cas requests local tmp config; do mkdir $name; done
export CERTMONGER_CAS_DIR=$1/cas CERTMONGER_REQUESTS_DIR=$1/requests CERTMONGER_LOCAL_CA_DIR=$1/local CERTMONGER_TMPDIR=$1/tmp CERTMONGER_CONFIG_DIR=$1/config HOME=$1
certmonger -s -n >daemon.log 2>&1 &
daemon=$!
for try in $(seq 50); do getcert list-cas -s >/dev/null 2>&1 && break; sleep 0.2; done
getcert add-scep-ca -s -c lab -u "$2" -N "$3"
for try in $(seq 50); do getcert list-cas -s -c lab | grep -q thumbprint && break; sleep 0.2; done
# The CA's certificates come next; until they are there it says that it has no RA certificate.
sleep 2
until_state() { for try in $(seq 75); do getcert list -s -i "$1" | grep -q "status: $2" && return; sleep 0.2; done; }
timeout 60 getcert request -s -c lab -k "$1/key.pem" -f "$1/first.pem" -N CN=device -D device.example.com -L "$4" -I first -w
cp first.pem issued.pem
timeout 60 getcert resubmit -s -i first -w
until_state first MONITORING
cp first.pem again.pem
timeout 60 getcert rekey -s -i first -w
until_state first MONITORING
cp first.pem rekeyed.pem
curl -s -o /dev/null -d '{"challenge":false,"decision":"pending"}' "$5/behave"
getcert request -s -c lab -k "$1/later-key.pem" -f "$1/later.pem" -N CN=later -I later
until_state later CA_UNREACHABLE
getcert list -s -i later
[ -e later.pem ] && echo "a certificate before the CA has decided"
curl -s -o /dev/null -d '{}' "$5/approve"
timeout 60 getcert resubmit -s -i later -w
until_state later MONITORING
getcert list -s
kill $daemon
)";
    lab.behave(R"({"strict":false})");
    const std::string control = "http://127.0.0.1:" + lab.ready("control") + "/control";
    const CommandResult said = run("dbus-run-session -- bash " + home + "/session.sh " + home + " " + lab.ready("url") +
                                   " " + lab.file("ca.pem") + " " + lab.challenge() + " " + control);
    INFO(said.output << lab.control("messages"));
    CHECK_FALSE(has(said.output, "a certificate before"));
    CHECK(has(said.output, "CA_UNREACHABLE"));
    const auto key_of = [&](const char *name) {
        const std::string file = home + "/" + name;
        CHECK(run("openssl verify -CAfile " + lab.file("ca.pem") + " " + file).exit_code == 0);
        return run("openssl x509 -noout -pubkey -in " + file).output;
    };
    const std::string first = key_of("issued.pem");
    CHECK(has(run("openssl x509 -noout -ext subjectAltName -in " + home + "/issued.pem").output, "device.example.com"));
    CHECK(key_of("again.pem") == first);
    CHECK(key_of("rekeyed.pem") != first);
    (void)key_of("later.pem");
    CHECK(lab.control("issued") == "{\"count\":3}");
    CHECK(count(lab, 17) == 0);
}
