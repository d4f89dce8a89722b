using System;
using System.Runtime.InteropServices;

namespace CertBroker.Interop;

internal static partial class NativeMethods
{
    // providers

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_provider_list")]
    internal static extern int ProviderList(ContextHandle context, IntPtr each, IntPtr payload, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_provider_list_settings")]
    internal static extern int ProviderListSettings(
        ContextHandle context, byte[]? id, IntPtr each, IntPtr payload, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_provider_approve")]
    internal static extern int ProviderApprove(ContextHandle context, byte[]? id, byte[]? sha256, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_provider_open")]
    internal static extern int ProviderOpen(
        ContextHandle context, byte[]? id, SettingsHandle settings, ref NativeOperation operation, out ProviderHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_provider_text")]
    internal static extern int ProviderText(ProviderHandle provider, int property, out IntPtr @out);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_provider_check")]
    internal static extern int ProviderCheck(
        ProviderHandle provider, ref NativeOperation operation, IntPtr each, IntPtr payload, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_provider_list_profiles")]
    internal static extern int ProviderListProfiles(
        ProviderHandle provider, ref NativeOperation operation, IntPtr each, IntPtr payload, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_provider_list_rules")]
    internal static extern int ProviderListRules(
        ProviderHandle provider, byte[]? profile, ref NativeOperation operation, IntPtr each, IntPtr payload, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_provider_ca_chain")]
    internal static extern int ProviderCaChain(
        ProviderHandle provider, byte[]? profile, ref NativeOperation operation, out ChainHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_provider_check_templates")]
    internal static extern int ProviderCheckTemplates(
        ProviderHandle provider, byte[]? templates, ref NativeOperation operation, IntPtr each, IntPtr payload, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_provider_search")]
    internal static extern int ProviderSearch(
        ProviderHandle provider, SettingsHandle terms, ref NativeOperation operation, IntPtr each, IntPtr payload, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_provider_crl")]
    internal static extern int ProviderCrl(
        ProviderHandle provider, ref NativeOperation operation, out BufferHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_provider_submit")]
    internal static extern int ProviderSubmit(
        ProviderHandle provider, CsrHandle csr, byte[]? profile, SettingsHandle order, ref NativeOperation operation, out IssueHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_provider_poll")]
    internal static extern int ProviderPoll(
        ProviderHandle provider, byte[]? token, UIntPtr tokenSize, ref NativeOperation operation, out IssueHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_provider_withdraw")]
    internal static extern int ProviderWithdraw(
        ProviderHandle provider, byte[]? token, UIntPtr tokenSize, ref NativeOperation operation, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_provider_revoke")]
    internal static extern int ProviderRevoke(
        ProviderHandle provider, CertificateHandle certificate, int reason, ref NativeOperation operation, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_provider_close")]
    internal static extern void ProviderClose(IntPtr handle);

    // authorities: named, remembered CA connections

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_authority_register")]
    internal static extern int AuthorityRegister(
        ContextHandle context, byte[]? location, byte[]? name, byte[]? providerId, SettingsHandle settings, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_authority_update")]
    internal static extern int AuthorityUpdate(
        ContextHandle context, byte[]? location, byte[]? name, SettingsHandle settings, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_authority_unregister")]
    internal static extern int AuthorityUnregister(ContextHandle context, byte[]? location, byte[]? name, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_authority_list")]
    internal static extern int AuthorityList(
        ContextHandle context, byte[]? location, IntPtr each, IntPtr payload, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_authority_list_settings")]
    internal static extern int AuthorityListSettings(
        ContextHandle context, byte[]? location, byte[]? name, IntPtr each, IntPtr payload, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_authority_check")]
    internal static extern int AuthorityCheck(
        ContextHandle context, byte[]? location, byte[]? name, SettingsHandle settings, SettingsHandle options, RequestHandle request,
        ref NativeOperation operation, IntPtr each, IntPtr payload, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_authority_open")]
    internal static extern int AuthorityOpen(
        ContextHandle context, byte[]? location, byte[]? name, ref NativeOperation operation, out ProviderHandle @out, out ErrorHandle error);
}
