// ICertRequest2 of Windows (certcli.h). Compiled in the Windows builds, and never run against a CA where this was
// written: Wine has no certificate services. What is said through it, dcom_talk.cpp and dcom.cpp, is tested with a
// double.
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>

#include <objbase.h>
#include <oleauto.h>

#include <certcli.h>

#include <limits>
#include <new>

#include "dcom.hpp"

namespace microsoft_ca {
namespace {

using dcom::CertRequest;
using dcom::Code;

// The interface stands in mingw's header as in the SDK's; its identifiers are in no import library of mingw.
constexpr CLSID class_id = {0x98aff3f0, 0x5524, 0x11d0, {0x88, 0x12, 0x00, 0xa0, 0xc9, 0x03, 0xb8, 0x3c}};
constexpr IID interface_id = {0xa4772988, 0x4a85, 0x4fa9, {0x82, 0x4e, 0xb5, 0xcf, 0x5c, 0x16, 0x40, 0x5a}};
constexpr LONG property_full_response = 1, property_templates = 29; ///< FR_PROP_FULLRESPONSE, CR_PROP_TEMPLATES
constexpr LONG type_binary = 3, type_string = 4;                    ///< PROPTYPE_...

Code code_of(HRESULT result) {
    return static_cast<Code>(result);
}

/// A BSTR that is freed: made from UTF-8, or filled by a call, which gives its ownership away.
class Text {
public:
    Text() = default;
    explicit Text(const std::string &utf8) {
        if (utf8.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) throw std::bad_alloc();
        const int size = MultiByteToWideChar(CP_UTF8, 0, utf8.data(), static_cast<int>(utf8.size()), nullptr, 0);
        value_ = SysAllocStringLen(nullptr, static_cast<UINT>(size));
        if (value_ == nullptr) throw std::bad_alloc();
        if (size > 0) MultiByteToWideChar(CP_UTF8, 0, utf8.data(), static_cast<int>(utf8.size()), value_, size);
    }
    Text(const Text &) = delete;
    Text &operator=(const Text &) = delete;
    ~Text() { SysFreeString(value_); }

    BSTR get() const { return value_; }
    BSTR *out() { return &value_; }

private:
    BSTR value_ = nullptr;
};

std::string utf8_of(BSTR text) {
    const int length = static_cast<int>(SysStringLen(text));
    if (length == 0) return {};
    const int size = WideCharToMultiByte(CP_UTF8, 0, text, length, nullptr, 0, nullptr, nullptr);
    std::string out(static_cast<std::size_t>(size), '\0');
    WideCharToMultiByte(CP_UTF8, 0, text, length, out.data(), size, nullptr, nullptr);
    return out;
}

/// With CR_OUT_BINARY a BSTR carries bytes, not characters.
std::string bytes_of(BSTR value) {
    if (value == nullptr) return {};
    return {reinterpret_cast<const char *>(value), SysStringByteLen(value)};
}

class Variant {
public:
    Variant() { VariantInit(&value_); }
    Variant(const Variant &) = delete;
    Variant &operator=(const Variant &) = delete;
    ~Variant() { VariantClear(&value_); }

    VARIANT *out() { return &value_; }
    BSTR text() const { return value_.vt == VT_BSTR ? value_.bstrVal : nullptr; }

private:
    VARIANT value_;
};

/// The thread's apartment; the first member, so that it outlives the object in it.
class Apartment {
public:
    Apartment() : entered_(CoInitializeEx(nullptr, COINIT_MULTITHREADED)) {}
    Apartment(const Apartment &) = delete;
    Apartment &operator=(const Apartment &) = delete;
    ~Apartment() {
        if (SUCCEEDED(entered_)) CoUninitialize();
    }
    HRESULT entered() const { return entered_; }

private:
    HRESULT entered_;
};

/// The object makes its connection to the CA itself, with packet privacy, as the account of the process.
class ComRequest final : public CertRequest {
public:
    ~ComRequest() override {
        if (object_ != nullptr) object_->Release();
    }
    Code open() {
        if (FAILED(apartment_.entered())) return code_of(apartment_.entered());
        void *made = nullptr;
        const HRESULT result = CoCreateInstance(class_id, nullptr, CLSCTX_INPROC_SERVER, interface_id, &made);
        if (SUCCEEDED(result)) object_ = static_cast<ICertRequest2 *>(made);
        return code_of(result);
    }

    Code submit(std::int32_t flags, const std::string &request, const std::string &attributes,
                const std::string &config, std::int32_t &disposition) override {
        const Text message(request), lines(attributes), ca(config);
        LONG out = 0;
        const HRESULT result = object_->Submit(flags, message.get(), lines.get(), ca.get(), &out);
        disposition = static_cast<std::int32_t>(out);
        return code_of(result);
    }
    Code retrieve_pending(std::uint32_t request_id, const std::string &config, std::int32_t &disposition) override {
        const Text ca(config);
        LONG out = 0;
        const HRESULT result = object_->RetrievePending(static_cast<LONG>(request_id), ca.get(), &out);
        disposition = static_cast<std::int32_t>(out);
        return code_of(result);
    }
    Code get_last_status(Code &status) override {
        LONG out = 0;
        const HRESULT result = object_->GetLastStatus(&out);
        status = static_cast<Code>(out);
        return code_of(result);
    }
    Code get_request_id(std::uint32_t &request_id) override {
        LONG out = 0;
        const HRESULT result = object_->GetRequestId(&out);
        request_id = static_cast<std::uint32_t>(out);
        return code_of(result);
    }
    Code get_disposition_message(std::string &message) override {
        Text out;
        const HRESULT result = object_->GetDispositionMessage(out.out());
        message = utf8_of(out.get());
        return code_of(result);
    }
    Code get_certificate(std::int32_t flags, std::string &der) override {
        Text out;
        const HRESULT result = object_->GetCertificate(flags, out.out());
        der = bytes_of(out.get());
        return code_of(result);
    }
    Code get_full_response(std::string &der) override {
        Variant out;
        const HRESULT result =
            object_->GetFullResponseProperty(property_full_response, 0, type_binary, dcom::out_binary, out.out());
        der = bytes_of(out.text());
        return code_of(result);
    }
    Code get_ca_certificate(const std::string &config, std::int32_t flags, std::string &der) override {
        const Text ca(config);
        Text out;
        const HRESULT result = object_->GetCACertificate(FALSE, ca.get(), flags, out.out());
        der = bytes_of(out.get());
        return code_of(result);
    }
    Code get_templates(const std::string &config, std::string &lines) override {
        const Text ca(config);
        Variant out;
        const HRESULT result = object_->GetCAProperty(ca.get(), property_templates, 0, type_string, 0, out.out());
        lines = utf8_of(out.text());
        return code_of(result);
    }

private:
    Apartment apartment_;
    ICertRequest2 *object_ = nullptr;
};

Code connect(std::unique_ptr<CertRequest> &out) {
    auto request = std::make_unique<ComRequest>();
    const Code code = request->open();
    if (!dcom::failed(code)) out = std::move(request);
    return code;
}

/// A thread that waits for the CA runs this code until it is done, whoever unloads the plugin before.
void keep_loaded() {
    HMODULE ignored = nullptr;
    const auto *here = reinterpret_cast<const wchar_t *>(reinterpret_cast<const void *>(&keep_loaded));
    GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN, here, &ignored);
}

} // namespace

std::unique_ptr<Transport> make_dcom(const Connection &connection) {
    return std::make_unique<Dcom>(connection, dcom::Com{&connect, &keep_loaded});
}

} // namespace microsoft_ca
