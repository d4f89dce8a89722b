#include "responder.hpp"

#include "base/text.hpp"
#include "support/scep_ca.hpp"

namespace conformance {
namespace {

using namespace certbroker;

/// Words: a decision of ScepCa::Ways, "fault=" one of its faults, "alone" for a CA without RA, "old" for one that knows
/// only what is weak.
class ScepResponder final : public Responder {
public:
    explicit ScepResponder(const Clock &clock) : ca_(clock) {}
    http::Response answer(const std::string &words, const http::Request &request) override {
        test::ScepCa::Ways ways;
        for (const std::string_view word : split(words, ' ')) {
            if (word.starts_with("fault=")) {
                ways.fault = std::string(word.substr(6));
            } else if (word == "alone") {
                ways.ra = false;
            } else if (word == "old") {
                ways.capabilities.clear();
                ways.cipher = "DES-CBC";
                ways.digest = crypto::DigestAlgorithm::sha1;
            } else {
                ways.decision = std::string(word);
            }
        }
        ca_.ways = std::move(ways);
        return ca_.answer(request);
    }

private:
    test::ScepCa ca_;
};

} // namespace

std::unique_ptr<Responder> make_responder(const std::string &kind, const Clock &clock) {
    if (kind == "scep") return std::make_unique<ScepResponder>(clock);
    return nullptr;
}

} // namespace conformance
