using System;
using System.Runtime.InteropServices;

namespace CertBroker.Interop;

internal static partial class NativeMethods
{
    // stores

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_store_open")]
    internal static extern int StoreOpen(
        ContextHandle context, byte[]? uri, SettingsHandle settings, out StoreHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_store_capabilities")]
    internal static extern ulong StoreCapabilities(StoreHandle store);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_store_put")]
    internal static extern int StorePut(
        StoreHandle store, ChainHandle chain, KeyHandle key, SettingsHandle options, ref NativeOperation operation, out EntryHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_store_find")]
    internal static extern int StoreFind(
        StoreHandle store, int @by, byte[]? value, ref NativeOperation operation, IntPtr each, IntPtr payload, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_store_remove")]
    internal static extern int StoreRemove(
        StoreHandle store, EntryHandle entry, SettingsHandle options, ref NativeOperation operation, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_store_update")]
    internal static extern int StoreUpdate(
        StoreHandle store, EntryHandle entry, SettingsHandle options, ref NativeOperation operation, out EntryHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_store_grant_read")]
    internal static extern int StoreGrantRead(
        StoreHandle store, EntryHandle entry, byte[]? account, ref NativeOperation operation, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_store_list_key_readers")]
    internal static extern int StoreListKeyReaders(
        StoreHandle store, EntryHandle entry, ref NativeOperation operation, IntPtr each, IntPtr payload, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_store_close")]
    internal static extern void StoreClose(IntPtr handle);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_entry_certificate")]
    internal static extern IntPtr EntryCertificate(EntryHandle entry);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_entry_chain")]
    internal static extern int EntryChain(EntryHandle entry, out ChainHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_entry_key")]
    internal static extern int EntryKey(EntryHandle entry, out KeyHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_entry_text")]
    internal static extern int EntryText(EntryHandle entry, int property, out IntPtr @out);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_entry_number")]
    internal static extern int EntryNumber(EntryHandle entry, int property, out long @out);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_entry_free")]
    internal static extern void EntryFree(IntPtr handle);

    // PFX (PKCS#12, RFC 7292)

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_pfx_export")]
    internal static extern int PfxExport(
        ContextHandle context, ChainHandle chain, KeyHandle key, SecretHandle password, SettingsHandle options, ref NativeOperation operation, out BufferHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_pfx_import")]
    internal static extern int PfxImport(
        ContextHandle context, byte[]? bytes, UIntPtr size, SecretHandle password, SettingsHandle options, ref NativeOperation operation, out EntryHandle @out, out ErrorHandle error);
}
