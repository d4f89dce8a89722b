#include "dcom_rig.hpp"

#include <catch2/catch_test_macros.hpp>

#include <new>

#include "base/encoding.hpp"
#include "crypto/cms.hpp"
#include "microsoft_ca.hpp"

namespace microsoft_ca::test {
namespace {

std::shared_ptr<DcomCa> current; ///< of the running test: a plugin's instance is made by the host

class Double final : public dcom::CertRequest {
public:
    explicit Double(std::shared_ptr<DcomCa> ca) : ca_(std::move(ca)) {}
    ~Double() override {
        const std::lock_guard lock(ca_->mutex);
        ++ca_->ended;
        ca_->changed.notify_all();
    }

    dcom::Code submit(std::int32_t flags, const std::string &request, const std::string &attributes,
                      const std::string &config, std::int32_t &disposition) override {
        {
            const std::lock_guard lock(ca_->mutex);
            ca_->orders.push_back({flags, request, attributes, config});
        }
        if (ca_->out_of_memory) throw std::bad_alloc();
        ca_->answering.pass();
        disposition = ca_->disposition;
        return ca_->result;
    }
    dcom::Code retrieve_pending(std::uint32_t request_id, const std::string &config,
                                std::int32_t &disposition) override {
        {
            const std::lock_guard lock(ca_->mutex);
            ca_->asked.emplace_back(request_id, config);
        }
        ca_->answering.pass();
        disposition = ca_->disposition;
        return ca_->result;
    }
    dcom::Code get_last_status(dcom::Code &status) override {
        status = ca_->status;
        return ca_->details;
    }
    dcom::Code get_request_id(std::uint32_t &request_id) override {
        request_id = ca_->request_id;
        return ca_->details;
    }
    dcom::Code get_disposition_message(std::string &message) override {
        message = ca_->message;
        return ca_->details;
    }
    dcom::Code get_certificate(std::int32_t flags, std::string &out) override {
        const std::lock_guard lock(ca_->mutex);
        ca_->out_flags.push_back(flags);
        const bool chain = (flags & dcom::out_chain) != 0;
        out = chain ? ca_->pkcs7 : ca_->certificate;
        return chain ? ca_->fetch_chain : ca_->fetch;
    }
    dcom::Code get_full_response(std::string &out) override {
        out = ca_->full_response;
        return ca_->fetch_full;
    }
    dcom::Code get_ca_certificate(const std::string &, std::int32_t flags, std::string &out) override {
        ca_->answering.pass();
        const bool chain = (flags & dcom::out_chain) != 0;
        out = chain ? ca_->ca_chain : ca_->ca_certificate;
        return chain ? ca_->chain : ca_->authority;
    }
    dcom::Code get_templates(const std::string &, std::string &out) override {
        out = ca_->templates;
        return ca_->templates_code;
    }

private:
    std::shared_ptr<DcomCa> ca_;
};

std::unique_ptr<Transport> make_doubled(const Connection &connection) {
    dcom::Com com;
    com.longest = DcomRig::longest;
    com.left_behind = [ca = current] {
        const std::lock_guard lock(ca->mutex);
        ++ca->left_behind;
    };
    com.connect = [ca = current](std::unique_ptr<dcom::CertRequest> &out) {
        {
            const std::lock_guard lock(ca->mutex);
            ++ca->connects;
        }
        ca->connecting.pass();
        if (!dcom::failed(ca->connect)) out = std::make_unique<Double>(ca);
        return ca->connect;
    };
    return std::make_unique<Dcom>(connection, std::move(com));
}

/// The provider as it is, but for the transport.
struct Doubled {
    Doubled(Host host, Call call, Settings settings) : inner(host, call, settings, &make_doubled) {}
    cbp_status submit(Call call, const cbp_order &order) { return inner.submit(call, order); }
    cbp_status renew(Call call, const cbp_order &order) { return inner.renew(call, order); }
    cbp_status poll(Call call, cbp_bytes token) { return inner.poll(call, token); }
    cbp_status find(Call call, const cbp_query &query) { return inner.find(call, query); }
    cbp_status list_profiles(Call call) { return inner.list_profiles(call); }
    cbp_status policy(Call call, const char *profile) { return inner.policy(call, profile); }
    cbp_status ca_chain(Call call, const char *profile) { return inner.ca_chain(call, profile); }
    cbp_status get_crl(Call call) { return inner.get_crl(call); }
    cbp_status check(Call call, const cbp_check &wish) { return inner.check(call, wish); }
    cbp_status endpoints(Call call) { return inner.endpoints(call); }
    MicrosoftCa inner;
};
constexpr cbp_plugin doubled = certbroker::plugin::describe<Doubled>(
    "microsoft-ca", "Microsoft CA with a double", "0.1.0", "docs/providers/microsoft-ca.md", settings_table,
    CBP_NEEDS_NETWORK | CBP_TAKES_REQUEST_MESSAGES);

std::string bytes_of(const core::Bytes &bytes) {
    return std::string(core::as_text(bytes));
}

} // namespace

std::chrono::milliseconds DcomRig::longest = std::chrono::minutes(5);

void Gate::close() {
    const std::lock_guard lock(mutex_);
    open_ = false;
}
void Gate::open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
}
void Gate::pass() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    --waiting_;
}
void Gate::wait_for_somebody() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_ > 0; });
}

std::size_t DcomCa::submitted() {
    const std::lock_guard lock(mutex);
    return orders.size();
}
void DcomCa::wait_until_ended(int conversations) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return ended >= conversations; });
}

DcomRig::DcomRig() : Rig(&doubled), dcom(std::make_shared<DcomCa>()) {
    current = dcom;
    longest = std::chrono::minutes(5);
    settings = {};
    settings.set("transport", std::string("dcom"));
    settings.set("config", std::string("ca.example.com\\Example Issuing CA"));
    dcom->ca_certificate = bytes_of(pki.ca.certificate.der());
    dcom->ca_chain = bytes_of(core::crypto::join_pkcs7({pki.root.certificate.der(), pki.ca.certificate.der()}));
    dcom->templates = "WebServer\n1.3.6.1.4.1.311.21.8.1.2\nUser\n\n";
}

DcomRig::~DcomRig() {
    // Whoever a test left behind goes on, and ends.
    dcom->connecting.open();
    dcom->answering.open();
    current = nullptr;
}

void DcomRig::issues(const core::x509::Csr &csr) {
    const core::x509::Certificate leaf = certificate(csr);
    dcom->disposition = dcom::issued;
    dcom->message = "Issued\r\n";
    dcom->certificate = bytes_of(leaf.der());
    dcom->pkcs7 =
        bytes_of(core::crypto::join_pkcs7({pki.root.certificate.der(), pki.ca.certificate.der(), leaf.der()}));
}

core::provider::Outcome DcomRig::submit(const core::provider::Order &order) {
    return must(ca().submit(order, operation));
}
core::Error DcomRig::failed(const core::provider::Order &order) {
    return error_of(ca().submit(order, operation));
}
std::string DcomRig::found(const core::provider::Order &order) {
    core::provider::Query query;
    query.idempotency = order.idempotency;
    return error_id(ca().find(query, core::Operation()));
}

} // namespace microsoft_ca::test
