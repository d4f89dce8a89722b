#pragma once

#include <memory>
#include <string>

#include "base/clock.hpp"
#include "http/http.hpp"

/// CAs whose answers cannot be canned, because they depend on what was asked: fixture.ini names one by [responder]
/// kind.
namespace conformance {

class Responder {
public:
    virtual ~Responder() = default;
    /// `words` stand behind "respond" in the scenario. One answer at a time.
    virtual certbroker::http::Response answer(const std::string &words, const certbroker::http::Request &request) = 0;
};
/// nullptr when there is no such kind.
std::unique_ptr<Responder> make_responder(const std::string &kind, const certbroker::Clock &clock);

} // namespace conformance
