// An answer of the enrolment service: issued with a certificate, pending with a number, a fault, or refused.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "errors.hpp"
#include "soap.hpp"
#include "text.hpp"
#include "token.hpp"
#include "wstep.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    using namespace microsoft_ca;
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    try {
        const soap::Reply reply = soap::read_reply(text, wstep::limits, "The answer");
        if (reply.fault) {
            if (reply.fault->reason.find('\n') != std::string::npos) std::abort();
            return 0;
        }
        const wstep::Answer answer = wstep::read_answer(reply.body);
        const bool issued = answer.state == wstep::Answer::State::issued;
        if (issued == answer.certificate.empty()) std::abort();
        if (!issued && !is_request_id(answer.request_id)) std::abort();
        if (answer.certificate.find_first_of(" \t\r\n") != std::string::npos) std::abort();
        if (issued || answer.reference.find('\n') != std::string::npos) return 0;
        // What is kept of it is read back.
        const auto token = read_token(write_token({"ces", answer.request_id, answer.reference, ""}));
        if (token && (token->request != answer.request_id || token->where != answer.reference)) std::abort();
    } catch (const Failure &problem) {
        if (problem.message.empty() || problem.remedy.empty() || problem.message.find('\n') != std::string::npos)
            std::abort();
    }
    return 0;
}
