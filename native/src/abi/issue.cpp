#include "abi/issue.hpp"
#include "x509/request_message.hpp"

#include "abi/guard.hpp"
#include "base/encoding.hpp"
#include "certbroker/certbroker.h"

using namespace certbroker;
using namespace certbroker::abi;

namespace certbroker::abi {

Result<void> give_issue(std::shared_ptr<Context> context, issuance::Issue issue, certbroker_issue **out) {
    *out = make_handle<certbroker_issue>(std::make_shared<IssueObject>(std::move(context), std::move(issue)));
    return {};
}

issuance::Issue issue_of(const provider::Outcome &outcome, const issuance::OpenProvider &open, const x509::Csr *csr) {
    using Outcome = provider::Outcome::State;
    issuance::Issue issue;
    issuance::Record &record = issue.record;
    record.state = outcome.state == Outcome::issued    ? issuance::State::issued
                   : outcome.state == Outcome::pending ? issuance::State::pending
                   : outcome.state == Outcome::denied  ? issuance::State::denied
                                                       : issuance::State::uncertain;
    record.provider = open.provider->plugin().id;
    record.authority = open.authority;
    record.reference = outcome.reference;
    record.reason = outcome.reason;
    record.message = outcome.message;
    record.remedy = outcome.remedy;
    record.token = outcome.token;
    if (csr != nullptr) {
        record.csr = csr->der();
        if (csr->message() != nullptr) record.request_message = csr->sendable_der();
        record.subject = csr->subject().to_string();
        record.key_id = to_hex(csr->public_key().sha256());
    }
    issue.chain = outcome.certificates;
    if (!issue.chain.empty()) record.thumbprint = issue.chain.front().thumbprint();
    return issue;
}

} // namespace certbroker::abi

extern "C" {

int32_t CERTBROKER_CALL certbroker_issue_state(const certbroker_issue *issue) {
    const auto object = lookup<IssueObject>(issue);
    return object ? static_cast<int32_t>(object->value.record.state) : 0;
}

certbroker_status CERTBROKER_CALL certbroker_issue_text(const certbroker_issue *issue, int32_t property, size_t index,
                                                        certbroker_text *out) {
    if (out == nullptr) return CERTBROKER_E_ARGUMENT;
    *out = nullptr;
    return quiet<certbroker_status>(CERTBROKER_E_MEMORY, [&] {
        const auto object = lookup<IssueObject>(issue);
        return object ? object->bag().get_text(property, index, out)
                      : static_cast<certbroker_status>(CERTBROKER_E_HANDLE);
    });
}

certbroker_status CERTBROKER_CALL certbroker_issue_number(const certbroker_issue *issue, int32_t property,
                                                          int64_t *out) {
    if (out == nullptr) return CERTBROKER_E_ARGUMENT;
    *out = 0;
    return quiet<certbroker_status>(CERTBROKER_E_MEMORY, [&] {
        const auto object = lookup<IssueObject>(issue);
        return object ? object->bag().get_number(property, out) : static_cast<certbroker_status>(CERTBROKER_E_HANDLE);
    });
}

certbroker_status CERTBROKER_CALL certbroker_issue_csr(const certbroker_issue *issue, certbroker_csr **out,
                                                       certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_CHECK(output(out));
        CERTBROKER_TRY(const auto object, resolve<IssueObject>(issue, "issue"));
        if (object->value.record.csr.empty())
            return fail(errors::no_such_part, "The request could not be read: this issue has none");
        const issuance::Record &record = object->value.record;
        CERTBROKER_TRY(x509::Csr csr,
                       x509::Csr::parse(record.request_message.empty() ? record.csr : record.request_message));
        *out = make_handle<certbroker_csr>(std::make_shared<CsrObject>(std::move(csr)));
        return {};
    });
}

certbroker_status CERTBROKER_CALL certbroker_issue_chain(const certbroker_issue *issue, certbroker_chain **out,
                                                         certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_CHECK(output(out));
        CERTBROKER_TRY(const auto object, resolve<IssueObject>(issue, "issue"));
        if (object->value.chain.empty())
            return fail(errors::no_such_part, "The chain could not be read: nothing is issued");
        *out = make_handle<certbroker_chain>(std::make_shared<ChainObject>(object->value.chain));
        return {};
    });
}

certbroker_status CERTBROKER_CALL certbroker_issue_entry(const certbroker_issue *issue, certbroker_entry **out,
                                                         certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_CHECK(output(out));
        CERTBROKER_TRY(const auto object, resolve<IssueObject>(issue, "issue"));
        if (!object->value.entry)
            return fail(errors::no_such_part, "The entry could not be read: nothing is installed");
        *out = make_handle<certbroker_entry>(std::make_shared<EntryObject>(object->context, *object->value.entry));
        return {};
    });
}

certbroker_status CERTBROKER_CALL certbroker_issue_token(const certbroker_issue *issue, certbroker_buffer **out,
                                                         certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_CHECK(output(out));
        CERTBROKER_TRY(const auto object, resolve<IssueObject>(issue, "issue"));
        if (object->value.record.token.empty())
            return fail(errors::no_such_part, "The token could not be read: the issue is not pending");
        return give_buffer(object->value.record.token, out);
    });
}

void CERTBROKER_CALL certbroker_issue_free(certbroker_issue *issue) {
    (void)handles::remove(Kind::issue, issue);
}

} // extern "C"
