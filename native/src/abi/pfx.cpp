#include "pfx/pfx.hpp"

#include "abi/guard.hpp"
#include "base/event.hpp"
#include "certbroker/certbroker.h"

using namespace certbroker;
using namespace certbroker::abi;

namespace {

void tell_opened(const pfx::Contents &contents, const Operation &operation) {
    const x509::Certificate &leaf = contents.chain.front();
    operation.log->event(
        LogEvent(events::pfx_opened, "pfx", "The PFX of '" + leaf.subject().to_string() + "' was opened")
            .with("subject", leaf.subject().to_string())
            .with("thumbprint", leaf.thumbprint())
            .with("privateKey", contents.key ? "true" : "false"));
}

} // namespace

extern "C" {

certbroker_status CERTBROKER_CALL certbroker_pfx_export(certbroker_context *context, const certbroker_chain *chain,
                                                        const certbroker_key *key,
                                                        const certbroker_secret *password_or_null,
                                                        const certbroker_settings *options,
                                                        const certbroker_operation *operation, certbroker_buffer **out,
                                                        certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_CHECK(output(out));
        CERTBROKER_TRY(const auto ctx, resolve<Context>(context, "context"));
        CERTBROKER_TRY(const auto certificates, resolve<ChainObject>(chain, "chain"));
        CERTBROKER_TRY(const auto private_key, resolve<KeyObject>(key, "key"));
        CERTBROKER_TRY(const auto password, resolve_optional<Secret>(password_or_null, "password_or_null"));
        CERTBROKER_TRY(const Settings given,
                       options_in(options, "options",
                                  {{"friendly-name"},
                                   {"crypto-algorithm"},
                                   {"iterations", OptionKind::number, 1000, pfx::max_iterations}}));
        const OperationScope scope(*ctx, operation);
        CERTBROKER_CHECK(scope.ready());
        pfx::WriteOptions write;
        if (const std::string *name = given.text("friendly-name")) write.friendly_name = *name;
        if (const std::string *algorithm = given.text("crypto-algorithm")) {
            if (iequals(*algorithm, "TripleDES_SHA1")) {
                write.protection = crypto::Pkcs12Protection::triple_des_sha1;
                scope.operation().write(
                    LogLevel::warning, "pfx",
                    "The PFX is protected with TripleDES_SHA1, which is weak; use it for old consumers only.");
            } else if (!iequals(*algorithm, "AES256_SHA256")) {
                return fail(
                    errors::option_value,
                    "The option 'crypto-algorithm' could not be used: it takes AES256_SHA256 or TripleDES_SHA1");
            }
        }
        write.iterations = static_cast<int>(option_number(given, "iterations", pfx::default_iterations));
        CERTBROKER_TRY(const Bytes bytes, pfx::write(certificates->value, *private_key->key,
                                                     password ? *password : Secret(), write, scope.operation()));
        ctx->broker->note_export(certificates->value.front(), scope.operation());
        return give_buffer(bytes, out);
    });
}

certbroker_status CERTBROKER_CALL certbroker_pfx_import(certbroker_context *context, const uint8_t *bytes, size_t size,
                                                        const certbroker_secret *password_or_null,
                                                        const certbroker_settings *options,
                                                        const certbroker_operation *operation, certbroker_entry **out,
                                                        certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_CHECK(output(out));
        CERTBROKER_TRY(const auto ctx, resolve<Context>(context, "context"));
        CERTBROKER_TRY(const ByteView view, bytes_in(bytes, size, "bytes"));
        CERTBROKER_TRY(const auto password, resolve_optional<Secret>(password_or_null, "password_or_null"));
        CERTBROKER_TRY(const Settings given, options_in(options, "options", {{"exportable", OptionKind::flag}}));
        const OperationScope scope(*ctx, operation);
        CERTBROKER_CHECK(scope.ready());
        CERTBROKER_TRY(pfx::Contents contents,
                       pfx::read(view, password ? *password : Secret(), given.flag("exportable"), scope.operation()));
        tell_opened(contents, scope.operation());
        store::Entry entry{contents.chain.front(),
                           {},
                           contents.friendly_name,
                           contents.key ? contents.key->uri() : "",
                           contents.key && contents.key->exportable(),
                           false};
        auto object = std::make_shared<EntryObject>(ctx, std::move(entry));
        object->detached_key = std::move(contents.key);
        object->detached_chain = std::move(contents.chain);
        *out = make_handle<certbroker_entry>(std::move(object));
        return {};
    });
}

} // extern "C"
