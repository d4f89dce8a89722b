using System;
using System.Runtime.InteropServices;

namespace CertBroker.Interop;

internal static partial class NativeMethods
{
    // issues

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_issue_state")]
    internal static extern int IssueState(IssueHandle issue);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_issue_text")]
    internal static extern int IssueText(IssueHandle issue, int property, UIntPtr index, out IntPtr @out);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_issue_number")]
    internal static extern int IssueNumber(IssueHandle issue, int property, out long @out);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_issue_csr")]
    internal static extern int IssueCsr(IssueHandle issue, out CsrHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_issue_chain")]
    internal static extern int IssueChain(IssueHandle issue, out ChainHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_issue_entry")]
    internal static extern int IssueEntry(IssueHandle issue, out EntryHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_issue_token")]
    internal static extern int IssueToken(IssueHandle issue, out BufferHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_issue_free")]
    internal static extern void IssueFree(IntPtr handle);

    // the road: every step journalled, nothing lost, nothing sent twice

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_prepare")]
    internal static extern int Prepare(
        ContextHandle context, RequestHandle request, ProviderHandle provider, byte[]? template, StoreHandle store, SettingsHandle options, ref NativeOperation operation, out IssueHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_complete")]
    internal static extern int Complete(
        ContextHandle context, byte[]? requestId, byte[]? bytes, UIntPtr size, StoreHandle store, SettingsHandle options, ref NativeOperation operation, out IssueHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_enroll")]
    internal static extern int Enroll(
        ContextHandle context, RequestHandle request, ProviderHandle provider, byte[]? template, SettingsHandle order, StoreHandle store, SettingsHandle options, ref NativeOperation operation, out IssueHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_enroll_prepared")]
    internal static extern int EnrollPrepared(
        ContextHandle context, byte[]? requestId, ProviderHandle provider, byte[]? template, SettingsHandle order, SettingsHandle options, ref NativeOperation operation, out IssueHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_enroll_csr")]
    internal static extern int EnrollCsr(
        ContextHandle context, CsrHandle csr, ProviderHandle provider, byte[]? template, SettingsHandle order, StoreHandle store, SettingsHandle options, ref NativeOperation operation, out IssueHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_renew")]
    internal static extern int Renew(
        ContextHandle context, StoreHandle store, EntryHandle entry, ProviderHandle provider, byte[]? template, SettingsHandle order, SettingsHandle options, ref NativeOperation operation, out IssueHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_resume")]
    internal static extern int Resume(
        ContextHandle context, byte[]? requestId, ProviderHandle provider, SettingsHandle options, ref NativeOperation operation, out IssueHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_abandon")]
    internal static extern int Abandon(
        ContextHandle context, byte[]? requestId, SettingsHandle options, ref NativeOperation operation, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_list_requests")]
    internal static extern int ListRequests(
        ContextHandle context, byte[]? location, byte[]? what, IntPtr each, IntPtr payload, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_open_request")]
    internal static extern int OpenRequest(ContextHandle context, byte[]? requestId, out IssueHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_list_events")]
    internal static extern int ListEvents(ContextHandle context, byte[]? requestId, IntPtr each, IntPtr payload, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_keep_keys_ahead")]
    internal static extern int KeepKeysAhead(ContextHandle context, uint keys, out ErrorHandle error);
}
