using System;
using System.Runtime.InteropServices;

namespace CertBroker.Interop;

internal static partial class NativeMethods
{
    private const string Library = "certbroker";

    // base

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_abi_version")]
    internal static extern uint AbiVersion();

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_version_text")]
    internal static extern IntPtr VersionText();

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_status_name")]
    internal static extern IntPtr StatusName(int status);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_context_create")]
    internal static extern int ContextCreate(SettingsHandle settings, out ContextHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_context_free")]
    internal static extern void ContextFree(IntPtr handle);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_list_vocabulary")]
    internal static extern int ListVocabulary(ContextHandle context, byte[]? kind, IntPtr each, IntPtr payload, out ErrorHandle error);

    // rows

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_row_text")]
    internal static extern int RowText(IntPtr row, int property, UIntPtr index, out IntPtr @out);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_row_number")]
    internal static extern int RowNumber(IntPtr row, int property, out long @out);

    // errors: returned, never kept in thread-local state

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_error_free")]
    internal static extern void ErrorFree(IntPtr handle);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_error_status")]
    internal static extern int ErrorStatus(IntPtr error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_error_id")]
    internal static extern IntPtr ErrorId(IntPtr error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_error_source")]
    internal static extern IntPtr ErrorSource(IntPtr error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_error_message")]
    internal static extern IntPtr ErrorMessage(IntPtr error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_error_remedy")]
    internal static extern IntPtr ErrorRemedy(IntPtr error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_error_file")]
    internal static extern IntPtr ErrorFile(IntPtr error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_error_cause")]
    internal static extern IntPtr ErrorCause(IntPtr error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_error_number")]
    internal static extern int ErrorNumber(IntPtr error, int field, out long @out);

    // bytes, secrets, cancellation, settings

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_buffer_data")]
    internal static extern IntPtr BufferData(BufferHandle buffer);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_buffer_size")]
    internal static extern UIntPtr BufferSize(BufferHandle buffer);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_buffer_free")]
    internal static extern void BufferFree(IntPtr handle);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_secret_create")]
    internal static extern int SecretCreate(byte[]? bytes, UIntPtr size, out SecretHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_secret_free")]
    internal static extern void SecretFree(IntPtr handle);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_cancel_create")]
    internal static extern int CancelCreate(out CancelHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_cancel_request")]
    internal static extern void CancelRequest(CancelHandle cancel);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_cancel_free")]
    internal static extern void CancelFree(IntPtr handle);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_settings_create")]
    internal static extern int SettingsCreate(out SettingsHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_settings_set_text")]
    internal static extern int SettingsSetText(SettingsHandle settings, byte[]? name, byte[]? value, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_settings_set_secret")]
    internal static extern int SettingsSetSecret(SettingsHandle settings, byte[]? name, SecretHandle value, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_settings_free")]
    internal static extern void SettingsFree(IntPtr handle);
}
