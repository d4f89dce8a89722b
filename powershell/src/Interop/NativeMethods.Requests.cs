using System;
using System.Runtime.InteropServices;

namespace CertBroker.Interop;

internal static partial class NativeMethods
{
    // what is wanted

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_request_from_inf")]
    internal static extern int RequestFromInf(
        ContextHandle context, byte[]? bytes, UIntPtr size, byte[]? sourceName, out RequestHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_request_create")]
    internal static extern int RequestCreate(ContextHandle context, out RequestHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_request_set")]
    internal static extern int RequestSet(RequestHandle request, int property, byte[]? value, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_request_text")]
    internal static extern int RequestText(RequestHandle request, int property, UIntPtr index, out IntPtr @out);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_request_apply_person")]
    internal static extern int RequestApplyPerson(
        RequestHandle request, SettingsHandle profile, SettingsHandle person, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_request_check")]
    internal static extern int RequestCheck(
        RequestHandle request, ProviderHandle provider, byte[]? template, ref NativeOperation operation, IntPtr each, IntPtr payload, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_request_free")]
    internal static extern void RequestFree(IntPtr handle);

    // keys and CSRs

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_key_generate")]
    internal static extern int KeyGenerate(
        ContextHandle context, RequestHandle request, StoreHandle store, ref NativeOperation operation, out KeyHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_key_open")]
    internal static extern int KeyOpen(ContextHandle context, byte[]? uri, out KeyHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_key_import")]
    internal static extern int KeyImport(
        ContextHandle context, byte[]? bytes, UIntPtr size, SecretHandle password, out KeyHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_key_text")]
    internal static extern int KeyText(KeyHandle key, int property, out IntPtr @out);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_key_number")]
    internal static extern int KeyNumber(KeyHandle key, int property, out long @out);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_key_free")]
    internal static extern void KeyFree(IntPtr handle);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_csr_create")]
    internal static extern int CsrCreate(
        ContextHandle context, RequestHandle request, KeyHandle key, ref NativeOperation operation, out CsrHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_csr_parse")]
    internal static extern int CsrParse(ContextHandle context, byte[]? bytes, UIntPtr size, out CsrHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_csr_encode")]
    internal static extern int CsrEncode(CsrHandle csr, int encoding, out BufferHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_csr_text")]
    internal static extern int CsrText(CsrHandle csr, int property, UIntPtr index, out IntPtr @out);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_csr_free")]
    internal static extern void CsrFree(IntPtr handle);

    // certificates and chains

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_certificate_parse")]
    internal static extern int CertificateParse(
        ContextHandle context, byte[]? bytes, UIntPtr size, out CertificateHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_certificate_text")]
    internal static extern int CertificateText(CertificateHandle certificate, int property, UIntPtr index, out IntPtr @out);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_certificate_number")]
    internal static extern int CertificateNumber(CertificateHandle certificate, int property, out long @out);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_certificate_encode")]
    internal static extern int CertificateEncode(
        CertificateHandle certificate, int encoding, out BufferHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_certificate_free")]
    internal static extern void CertificateFree(IntPtr handle);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_chain_parse")]
    internal static extern int ChainParse(
        ContextHandle context, byte[]? bytes, UIntPtr size, out ChainHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_chain_encode")]
    internal static extern int ChainEncode(ChainHandle chain, int encoding, out BufferHandle @out, out ErrorHandle error);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_chain_size")]
    internal static extern UIntPtr ChainSize(ChainHandle chain);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_chain_at")]
    internal static extern IntPtr ChainAt(ChainHandle chain, UIntPtr index);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true, EntryPoint = "certbroker_chain_free")]
    internal static extern void ChainFree(IntPtr handle);
}
