#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "transport.hpp"

/// The CA itself by DCOM: ICertRequest of Windows' certificate services client (MS-WCCE). What is said to it and what
/// its answers mean stands in dcom_talk.cpp and dcom.cpp, for every platform; dcom_windows.cpp is the COM object.
namespace microsoft_ca {

namespace dcom {

using Code = std::uint32_t; ///< HRESULT
constexpr bool failed(Code code) {
    return (code & 0x8000'0000U) != 0;
}

// certcli.h
inline constexpr std::int32_t in_base64 = 0x1, in_pkcs10 = 0x100, in_pkcs7 = 0x300, in_cmc = 0x400;
inline constexpr std::int32_t out_binary = 0x2, out_chain = 0x100;
enum Disposition : std::int32_t {
    incomplete = 0,
    error = 1,
    denied = 2,
    issued = 3,
    issued_out_of_band = 4,
    under_submission = 5,
    revoked = 6
};

/// ICertRequest2 with this side's types: text is UTF-8. One object is one conversation on the thread that made it;
/// every call may block for as long as the network likes. What a call gives counts only when its code is no failure.
class CertRequest {
public:
    CertRequest() = default;
    CertRequest(const CertRequest &) = delete;
    CertRequest &operator=(const CertRequest &) = delete;
    virtual ~CertRequest() = default;

    virtual Code submit(std::int32_t flags, const std::string &request, const std::string &attributes,
                        const std::string &config, std::int32_t &disposition) = 0;
    virtual Code retrieve_pending(std::uint32_t request_id, const std::string &config, std::int32_t &disposition) = 0;
    virtual Code get_last_status(Code &status) = 0;
    virtual Code get_request_id(std::uint32_t &request_id) = 0;
    virtual Code get_disposition_message(std::string &message) = 0;
    virtual Code get_certificate(std::int32_t flags, std::string &out) = 0;
    virtual Code get_full_response(std::string &out) = 0; ///< CMC
    virtual Code get_ca_certificate(const std::string &config, std::int32_t flags, std::string &out) = 0;
    /// CR_PROP_TEMPLATES: lines of name and OID in turn.
    virtual Code get_templates(const std::string &config, std::string &out) = 0;
};

/// How to get such an object. `connect` is called on the thread that then talks to it.
struct Com {
    std::function<Code(std::unique_ptr<CertRequest> &out)> connect;
    std::function<void()> left_behind = {}; ///< before a thread that still talks is left to itself
    std::chrono::milliseconds longest = std::chrono::minutes(10); ///< for one conversation; RPC itself may wait longer
};

/// What is asked; owned, for who asks may be gone before the CA answers.
struct Order {
    std::int32_t flags = 0;
    std::string message, attributes, config; ///< base64; lines
};

/// What the CA said to an order or to the question for one.
struct Told {
    Code connect = 0; ///< a failure: there is no COM object, and nothing was said
    Code result = 0;  ///< of Submit or RetrievePending
    std::int32_t disposition = incomplete;
    Code status = 0;
    std::uint32_t request_id = 0; ///< 0 = not told
    std::string message;
    Code fetch = 0; ///< issued: of GetCertificate
    std::string certificate;
    std::string others; ///< the chain as PKCS#7, or the full response; may be empty
};

/// The CA's own certificate and templates.
struct Authority {
    Code connect = 0, result = 0, templates_result = 0;
    std::string certificate, chain, templates;
};

Told submit(CertRequest &ca, const Order &order);
Told retrieve(CertRequest &ca, std::uint32_t request_id, const std::string &config);
Authority ask_authority(CertRequest &ca, const std::string &config);

/// Name and OID, the OID empty where there is none. Throws MicrosoftCa.Answer for more than 5,000.
std::vector<std::pair<std::string, std::string>> read_templates(std::string_view lines);
/// Whether the CA certainly has nothing that could become a certificate: it was not reached, or said so itself.
bool nothing_issued(Code code);
/// A failed call as a failure with the code's name and remedy.
Failure failure_of(Code code, const std::string &what);

} // namespace dcom

class Dcom final : public Transport {
public:
    Dcom(const Connection &connection, dcom::Com com);

    cbp_status submit(Call call, const cbp_order &order) override;
    cbp_status renew(Call call, const cbp_order &order) override;
    cbp_status poll(Call call, const Token &token) override;
    cbp_status find(Call call, const cbp_query &query) override;
    cbp_status list_profiles(Call call) override;
    cbp_status policy(Call call, const char *profile) override;
    cbp_status ca_chain(Call call, const char *profile) override;
    cbp_status check(Call call, const cbp_check &wish) override;
    cbp_status endpoints(Call call) override;

private:
    /// What is known of the request whose answer is settled.
    struct Subject {
        const char *idempotency = nullptr; ///< nullptr: it is asked for
        std::string key_id, config, request_id;
    };
    dcom::Authority authority(Call call, const std::string &what) const;
    cbp_status settle(Call call, const Subject &given, const dcom::Told &told) const;
    cbp_status give(Call call, const Subject &subject, const dcom::Told &told) const;
    cbp_status wait_for(Call call, const Subject &subject, std::uint32_t seconds, const std::string &message) const;
    cbp_status deny(Call call, const Subject &subject, const dcom::Told &told) const;
    cbp_status uncertain(Call call, const std::string &why) const;

    const Connection &connection_;
    dcom::Com com_;
    std::string config_;
};

} // namespace microsoft_ca
