#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "dcom.hpp"
#include "rig.hpp"

/// The provider with transport dcom and a CA that answers what a test says, on every platform.
namespace microsoft_ca::test {

/// Where a double waits until the test lets it go on: a call that hangs.
class Gate {
public:
    void close();
    void open();
    void pass();
    void wait_for_somebody(); ///< until one stands there

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool open_ = true;
    int waiting_ = 0;
};

/// What the doubles of a test answer and have seen. They may outlive the test's provider, but not what they share.
struct DcomCa {
    // answers
    dcom::Code connect = 0, result = 0, details = 0, fetch = 0, fetch_chain = 0, fetch_full = 0, authority = 0,
               chain = 0, templates_code = 0;
    std::int32_t disposition = dcom::issued;
    dcom::Code status = 0;
    std::uint32_t request_id = 17;
    std::string message = "Issued\r\n";
    std::string certificate, pkcs7, full_response, ca_certificate, ca_chain, templates;
    bool out_of_memory = false;
    Gate connecting, answering;
    // seen
    std::mutex mutex;
    std::vector<dcom::Order> orders;
    std::vector<std::pair<std::uint32_t, std::string>> asked;
    std::vector<std::int32_t> out_flags;
    int left_behind = 0, connects = 0, ended = 0;
    std::condition_variable changed;

    std::size_t submitted();
    void wait_until_ended(int conversations);
};

struct DcomRig : Rig {
    DcomRig();
    ~DcomRig();
    DcomRig(const DcomRig &) = delete;
    DcomRig &operator=(const DcomRig &) = delete;

    /// The CA issues for this request.
    void issues(const core::x509::Csr &csr);
    core::provider::Outcome submit(const core::provider::Order &order);
    core::Error failed(const core::provider::Order &order);
    std::string found(const core::provider::Order &order); ///< id of the error that find gives, "none"

    std::shared_ptr<DcomCa> dcom;
    static std::chrono::milliseconds longest;
};

} // namespace microsoft_ca::test
